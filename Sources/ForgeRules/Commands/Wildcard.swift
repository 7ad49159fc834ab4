// Shell patterns: `*`, `?`, `[set]`. Linear in practice and never worse than pattern times text; it must never recurse.

enum Wildcard {
    static func hasPattern(_ text: String) -> Bool {
        text.utf8.contains { $0 == Byte.star || $0 == Byte.question || $0 == Byte.openBracket }
    }

    /// Whether the whole text has the pattern's shape; a slash is a character like any other.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        matches(Array(text.utf8), Array(pattern.utf8))
    }

    static func matches(_ text: [UInt8], _ pattern: [UInt8]) -> Bool {
        var t = 0
        var p = 0
        var star: Int?
        var mark = 0
        while t < text.count {
            if p < pattern.count, pattern[p] == Byte.star {
                star = p
                mark = t
                p += 1
            } else if p < pattern.count, let next = single(text[t], pattern, p) {
                t += 1
                p = next
            } else if let star {
                p = star + 1
                mark += 1
                t = mark
            } else {
                return false
            }
        }
        while p < pattern.count, pattern[p] == Byte.star { p += 1 }
        return p == pattern.count
    }

    /// The index after the one-character pattern at `p` when it takes the byte.
    private static func single(_ byte: UInt8, _ pattern: [UInt8], _ p: Int) -> Int? {
        switch pattern[p] {
        case Byte.question: return p + 1
        case Byte.openBracket:
            guard let end = pattern[(p + 1)...].dropFirst().firstIndex(of: Byte.closeBracket) else {
                return byte == Byte.openBracket ? p + 1 : nil
            }
            var set = pattern[(p + 1)..<end]
            let isNegated = set.first == Byte.exclamation || set.first == UInt8(ascii: "^")
            if isNegated { set = set.dropFirst() }
            return contains(byte, set) != isNegated ? end + 1 : nil
        case Byte.backslash where p + 1 < pattern.count: return pattern[p + 1] == byte ? p + 2 : nil
        default: return pattern[p] == byte ? p + 1 : nil
        }
    }

    private static func contains(_ byte: UInt8, _ set: ArraySlice<UInt8>) -> Bool {
        var at = set.startIndex
        while at < set.endIndex {
            if at + 2 < set.endIndex, set[at + 1] == Byte.minus {
                if set[at] <= byte, byte <= set[at + 2] { return true }
                at += 3
            } else {
                if set[at] == byte { return true }
                at += 1
            }
        }
        return false
    }
}
