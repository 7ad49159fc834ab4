// A text looked for in bytes, sixteen at a time: two of its bytes, rare ones, at their distance, and only where both stand is the rest compared.
// Letter case is that of ASCII; other letters are for patterns.

import CSandbox

struct LiteralFinder: Sendable {
    /// In small letters when letter case does not count.
    let text: [UInt8]
    let ignoresCase: Bool
    /// Of the first byte of the pair in the text.
    private let offset: Int
    private let pair: forge_byte_pair

    /// - Parameter text: at least one byte.
    init(_ text: [UInt8], ignoresCase: Bool) {
        precondition(!text.isEmpty, "nothing is found everywhere")
        let text = ignoresCase ? text.map(small) : text
        self.text = text
        self.ignoresCase = ignoresCase
        let byRarity = text.indices.sorted { (Self.commonness(text[$0]), $0) < (Self.commonness(text[$1]), $1) }
        let (first, second) = (min(byRarity[0], byRarity.dropFirst().first ?? 0), max(byRarity[0], byRarity.dropFirst().first ?? 0))
        offset = first
        func fold(_ byte: UInt8) -> UInt8 { ignoresCase && isSmallLetter(byte) ? 0x20 : 0 }
        pair = forge_byte_pair(
            first: text[first], first_fold: fold(text[first]), second: text[second], second_fold: fold(text[second]),
            distance: second - first)
    }

    /// Where it first begins at `start` or behind, as a whole before `end`.
    func first(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        var at = start
        while at + text.count <= end {
            // The pair lies within the text, so what is behind the last place that has room for it need not be looked at.
            let from = at + offset
            let count = end - (text.count - offset - pair.distance - 1) - from
            let found = unsafe bytes.withUnsafeBufferPointer { buffer in
                unsafe forge_find_pair(buffer.baseAddress?.advanced(by: from), count, pair)
            }
            guard found < count else { return nil }
            at += found
            if stands(at, in: bytes) { return at }
            at += 1
        }
        return nil
    }

    private func stands(_ at: Int, in bytes: Span<UInt8>) -> Bool {
        for index in text.indices {
            let byte = bytes[at + index]
            guard byte == text[index] || ignoresCase && small(byte) == text[index] else { return false }
        }
        return true
    }

    /// The letters of source texts, the most common first; what is not among them is rare.
    private static let common = Array(" etaoinsrlcdpumfhg_.ybvwkx(),=\"\n/\t-':;0{}1>ESTAICRNDO*2<PLMFz[]qjBU#&+|".utf8)

    private static func commonness(_ byte: UInt8) -> Int { common.firstIndex(of: byte).map { common.count - $0 } ?? 0 }
}

func small(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
private func isSmallLetter(_ byte: UInt8) -> Bool { byte >= 0x61 && byte <= 0x7A }
