// Tokens that are written so that a search does not find them: in base64, in hex, percent-encoded, backwards, in pieces that are joined,
// with invisible characters inside. A pattern says where one may be; here it is decoded and looked at. The work must stay within a few
// thousand bytes for one hit, and nothing that was decoded may leave but its place in the text.

enum HiddenTokens {
    private static let runBytesMax = 8_192

    /// The text that was hidden, and by byte where it stands in the text it was hidden in.
    private struct Plain {
        var bytes: [UInt8] = []
        var places: [Range<Int>] = []

        mutating func add(_ byte: UInt8, _ place: Range<Int>) {
            bytes.append(byte)
            places.append(place)
        }

        /// Where in the text the first token of it is.
        var answer: RuleCheckAnswer {
            guard let token = TokenFormat.firstToken(in: bytes) else { return .isNone }
            let (first, last) = (places[token.lowerBound], places[token.upperBound - 1])
            return .isFindingAt(min(first.lowerBound, last.lowerBound)..<max(first.upperBound, last.upperBound))
        }
    }

    static let base64: @Sendable (RuleCheckInput) -> RuleCheckAnswer = { input in
        let run = run(around: input, where: Base64.isDigit)
        // The run may have begun before the token's own base64 did: a path, a name.
        for start in 0..<4 where run.count > start {
            let answer = decodedBase64(input.text, run.dropFirst(start)).answer
            if answer != .isNone { return answer }
        }
        return .isNone
    }

    private static func decodedBase64(_ text: [UInt8], _ run: Range<Int>) -> Plain {
        var plain = Plain()
        var bits: UInt32 = 0
        var count = 0
        for at in run {
            guard let value = Base64.value(of: text[at]) else { break }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                plain.add(UInt8(truncatingIfNeeded: bits >> UInt32(count)), (at - 1)..<(at + 1))
            }
        }
        return plain
    }

    static let hex: @Sendable (RuleCheckInput) -> RuleCheckAnswer = { input in
        let run = run(around: input, where: Byte.isHexDigit)
        for start in 0..<2 where run.count > start {
            var plain = Plain()
            for at in stride(from: run.lowerBound + start, to: run.upperBound - 1, by: 2) {
                plain.add(UInt8(Byte.hexValue(input.text[at]) << 4 | Byte.hexValue(input.text[at + 1])), at..<(at + 2))
            }
            if plain.answer != .isNone { return plain.answer }
        }
        return .isNone
    }

    /// `%41KIA…` and `\x67\x68…`: what is written as a code where it need not be, among what is not.
    static let escapes: @Sendable (RuleCheckInput) -> RuleCheckAnswer = { input in
        let run = run(around: input) { Byte.isName($0) || [Byte.percent, Byte.backslash, Byte.minus, UInt8(ascii: ".")].contains($0) }
        var plain = Plain()
        var at = run.lowerBound
        while at < run.upperBound {
            let length = escapeLength(input.text, at, run.upperBound)
            let digits = input.text[(at + max(length - 2, 0))..<(at + max(length, 1))]
            plain.add(length > 0 ? UInt8(digits.reduce(0) { $0 << 4 | Byte.hexValue($1) }) : input.text[at], at..<(at + max(length, 1)))
            at += max(length, 1)
        }
        return plain.answer
    }

    /// Of `%41` or `\x41` that begins here; 0 when none does.
    private static func escapeLength(_ text: [UInt8], _ at: Int, _ end: Int) -> Int {
        let length: Int
        switch text[at] {
        case Byte.percent: length = 3
        case Byte.backslash where at + 1 < end && (text[at + 1] | 0x20) == UInt8(ascii: "x"): length = 4
        default: return 0
        }
        guard at + length <= end, Byte.isHexDigit(text[at + length - 2]), Byte.isHexDigit(text[at + length - 1]) else { return 0 }
        return length
    }

    static let reversed: @Sendable (RuleCheckInput) -> RuleCheckAnswer = { input in
        let run = run(around: input) { Byte.isName($0) || $0 == Byte.minus || $0 == UInt8(ascii: ".") }
        var plain = Plain()
        for at in run.reversed() { plain.add(input.text[at], at..<(at + 1)) }
        return plain.answer
    }

    /// `"ghp_" + "abc…"`: quotes with what joins strings between them are taken out.
    static let joined: @Sendable (RuleCheckInput) -> RuleCheckAnswer = { input in
        var plain = Plain()
        var at = input.match.lowerBound
        let end = min(input.line.upperBound, at + runBytesMax)
        while at < end {
            if [Byte.doubleQuote, Byte.singleQuote, Byte.backquote].contains(input.text[at]) {
                guard let next = behindJoint(input.text, at, end) else { break }
                at = next
                continue
            }
            plain.add(input.text[at], at..<(at + 1))
            at += 1
        }
        return plain.answer
    }

    /// Behind the quote that opens the next piece, when the one here closes a piece and nothing but a sign that joins is between.
    private static func behindJoint(_ text: [UInt8], _ at: Int, _ end: Int) -> Int? {
        var next = at + 1
        while next < end, next < at + 12 {
            switch text[next] {
            case Byte.doubleQuote, Byte.singleQuote, Byte.backquote: return next + 1
            case Byte.space, Byte.tab, Byte.plus, Byte.ampersand, Byte.pipe, UInt8(ascii: "."), UInt8(ascii: ","): next += 1
            default: return nil
            }
        }
        return nil
    }

    /// Zero-width and other characters that nobody sees, inside a token.
    static let invisible: @Sendable (RuleCheckInput) -> RuleCheckAnswer = { input in
        let run = run(around: input) { $0 >= 0x80 || Byte.isName($0) || $0 == Byte.minus || $0 == UInt8(ascii: ".") }
        var plain = Plain()
        for at in run where input.text[at] < 0x80 { plain.add(input.text[at], at..<(at + 1)) }
        return plain.answer
    }

    /// What belongs together around the hit.
    private static func run(around input: RuleCheckInput, where isInside: (UInt8) -> Bool) -> Range<Int> {
        var start = input.match.lowerBound
        var end = input.match.upperBound
        while start > input.line.lowerBound, input.match.lowerBound - start < runBytesMax, isInside(input.text[start - 1]) { start -= 1 }
        while end < input.line.upperBound, end - input.match.upperBound < runBytesMax, isInside(input.text[end]) { end += 1 }
        return start..<end
    }
}
