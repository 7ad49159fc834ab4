// A text as it is meant: percent signs, JSON, C and HTML escapes undone, line wraps, invisible characters and terminal colours taken out. It
// is searched beside the text itself, and says for each of its bytes where that stands in the text.
//
// Read in tokens from left to right; where a token ends depends on nothing before it, and a token is little longer than
// `MaskToken.lengthMax`. Redaction of a stream rests on both. It must never make of a token more bytes than the token has.

struct UnmaskedText {
    private(set) var bytes: [UInt8] = []
    /// From `bytes` to the text: behind each place where a token was not one byte for one. Ascending.
    private var steps: [Step] = []

    /// From `unmasked` on, bytes stand one for one at `text` and behind.
    private struct Step {
        var unmasked: Int
        var text: Int
    }

    /// Where reading began.
    private let start: Int
    private let masks: Masks
    /// Whether a token stood for other bytes than its own.
    private(set) var hasEscapes = false

    /// Reads from a place where a token begins. `isWhole` false: more text follows, and a token at the end may go on there.
    init(_ text: [UInt8], from start: Int = 0, isWhole: Bool = true, undoing masks: Masks = .gapsAndEscapes) {
        self.start = start
        self.masks = masks
        bytes.reserveCapacity(text.count - start)
        var at = start
        while at < text.count {
            let run = Self.endOfPlainRun(text, from: at)
            bytes.append(contentsOf: text[at..<run])
            at = run
            guard at < text.count else { break }
            guard let token = MaskToken.read(text, at: at, isWhole: isWhole, undoing: masks) else { break }
            append(token, at: at)
            at += token.length
        }
    }

    private mutating func append(_ token: MaskToken, at start: Int) {
        // A lone byte stands for itself.
        if token.length == 1 && token.count == 1 {
            bytes.append(token.byte(0))
            return
        }
        if token.count > 0 { hasEscapes = true }
        // Each byte of a token stands for the whole token: redacting one redacts the escape it was written as.
        for index in 0..<token.count {
            steps.append(Step(unmasked: bytes.count, text: start))
            bytes.append(token.byte(index))
        }
        steps.append(Step(unmasked: bytes.count, text: start + token.length))
    }

    private static func endOfPlainRun(_ text: [UInt8], from start: Int) -> Int {
        let opens = MaskToken.opens
        var index = start
        while index < text.count, !opens[Int(text[index])] { index += 1 }
        return index
    }

    /// Whether nothing was undone: then a search in the text has found it all.
    var isSame: Bool { steps.isEmpty }

    /// Where `range` of `bytes` stands in `text`, which this was made of: from the first byte of its first token to the last of its last.
    func place(of range: Range<Int>, in text: [UInt8]) -> Range<Int> {
        let last = place(of: range.upperBound - 1)
        let length = MaskToken.opens[Int(text[last])] ? MaskToken.read(text, at: last, isWhole: true, undoing: masks)?.length ?? 1 : 1
        return place(of: range.lowerBound)..<(last + length)
    }

    /// Where the token of one of `bytes` begins.
    func place(of index: Int) -> Int {
        let step = lastStep(upTo: index)
        return step < 0 ? start + index : steps[step].text + index - steps[step].unmasked
    }

    /// The last of `bytes` that stands at or before a place of the text, and not less than a run's width.
    func lastIndex(at place: Int) -> Int {
        var low = 0
        var high = bytes.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if self.place(of: middle) <= place { low = middle } else { high = middle - 1 }
        }
        return max(low, SecretWindows.width - 1)
    }

    /// The last step at or before `index`; -1 when there is none.
    private func lastStep(upTo index: Int) -> Int {
        var low = 0
        var high = steps.count
        while low < high {
            let middle = (low + high) / 2
            if steps[middle].unmasked <= index { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }
}
