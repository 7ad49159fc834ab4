// A pattern's text to its parts, with the meaning that git's `wildmatch` gives to each character. It must never fail: what can never match
// is told as a problem.

struct PathPatternCompiler {
    private let bytes: [UInt8]
    private let ignoresCase: Bool
    private var at = 0
    private(set) var problem: String?

    init(_ bytes: [UInt8], ignoresCase: Bool) {
        self.bytes = bytes
        self.ignoresCase = ignoresCase
    }

    mutating func parts() -> [PathPattern.Part] {
        var parts: [PathPattern.Part] = []
        var elements: [PathPattern.Element] = []
        while at < bytes.count, problem == nil {
            if bytes[at] == PathByte.slash || isEscapedSlash(at) {
                parts.append(part(elements))
                elements = []
                at += bytes[at] == PathByte.slash ? 1 : 2
            } else if elements.isEmpty, let trees = tree() {
                parts += trees
                // Behind a slash something has to follow: `**//` fits nothing.
                if at == bytes.count, bytes[at - 1] == PathByte.star { return parts }
            } else {
                elements.append(element())
            }
        }
        return parts + [part(elements)]
    }

    private func isEscapedSlash(_ at: Int) -> Bool {
        at + 1 < bytes.count && bytes[at] == PathByte.backslash && bytes[at + 1] == PathByte.slash
    }

    /// `**` with nothing but slashes around it. At the end it stands for what is inside a folder, which is at least one part, and before an
    /// escaped slash git does not let it stand for nothing either.
    private mutating func tree() -> [PathPattern.Part]? {
        guard at == 0 || bytes[at - 1] == PathByte.slash else { return nil }
        var end = at
        while end < bytes.count, bytes[end] == PathByte.star { end += 1 }
        guard end - at >= 2 else { return nil }
        if end == bytes.count {
            at = end
        } else if bytes[end] == PathByte.slash {
            at = end + 1
            return [.parts]
        } else if isEscapedSlash(end) {
            at = end + 2
        } else {
            return nil
        }
        return [.parts, .anything]
    }

    private mutating func element() -> PathPattern.Element {
        let byte = bytes[at]
        at += 1
        switch byte {
        case PathByte.star:
            while at < bytes.count, bytes[at] == PathByte.star { at += 1 }
            return .star
        case PathByte.question: return .one(ByteSet().inverted)
        case PathByte.openBracket: return .one(set())
        case PathByte.backslash:
            guard at < bytes.count else {
                problem = "ends in a backslash"
                return .star
            }
            at += 1
            return .byte(folded(bytes[at - 1]))
        default: return .byte(folded(byte))
        }
    }

    private func folded(_ byte: UInt8) -> UInt8 {
        ignoresCase && byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }

    /// What stands between brackets; `at` is behind the first one. A slash is never in a set, and a bracket right behind the first one is
    /// a member.
    private mutating func set() -> ByteSet {
        var set = ByteSet()
        let isInverted = at < bytes.count && (bytes[at] == PathByte.exclamation || bytes[at] == UInt8(ascii: "^"))
        if isInverted { at += 1 }
        var previous: UInt8?
        repeat {
            guard at < bytes.count, let member = member(after: previous, &set) else {
                problem = problem ?? "has a '[' without its ']'"
                return set
            }
            previous = member.canBeginRange
        } while at >= bytes.count || bytes[at] != PathByte.closeBracket
        at += 1
        if ignoresCase { set = set.withSmallLetters }
        return isInverted ? set.inverted : set
    }

    private struct Member {
        /// The byte that a `-` behind it makes a range of.
        var canBeginRange: UInt8?
    }

    /// Nil when the text ends too early.
    private mutating func member(after previous: UInt8?, _ set: inout ByteSet) -> Member? {
        let byte = bytes[at]
        let next = at + 1 < bytes.count ? bytes[at + 1] : nil
        if byte == PathByte.minus, let previous, let next, next != PathByte.closeBracket {
            at += 1
            guard let end = plain() else { return nil }
            if previous <= end { set.formUnion(ByteSet { $0 >= previous && $0 <= end }) }
            return Member(canBeginRange: nil)
        }
        if byte == PathByte.openBracket, next == PathByte.colon { return namedClass(&set) }
        guard let plain = plain() else { return nil }
        set.insert(plain)
        return Member(canBeginRange: plain)
    }

    /// One byte, or the one behind a backslash.
    private mutating func plain() -> UInt8? {
        if bytes[at] == PathByte.backslash { at += 1 }
        guard at < bytes.count else { return nil }
        at += 1
        return bytes[at - 1]
    }

    private mutating func namedClass(_ set: inout ByteSet) -> Member? {
        let start = at + 2
        guard let end = bytes[start...].firstIndex(of: PathByte.closeBracket) else { return nil }
        guard end > start, bytes[end - 1] == PathByte.colon else {
            set.insert(PathByte.openBracket)
            at += 1
            return Member(canBeginRange: PathByte.openBracket)
        }
        guard var named = ByteSet.named(bytes[start..<(end - 1)]) else {
            problem = "names a class that there is not: \(String(decoding: bytes[(start - 2)...end], as: UTF8.self))"
            return nil
        }
        if ignoresCase, named.contains(UInt8(ascii: "a")) != named.contains(UInt8(ascii: "A")) { named = ByteSet(where: PathByte.isLetter) }
        set.formUnion(named)
        at = end + 1
        return Member(canBeginRange: nil)
    }

    private mutating func part(_ elements: [PathPattern.Element]) -> PathPattern.Part {
        if elements.isEmpty { problem = problem ?? "has nothing between two slashes" }
        let literals = elements.map { if case .byte(let byte) = $0 { byte } else { UInt8?.none } }
        let known = literals.compactMap { $0 }
        if known.count == elements.count { return .literal(known) }
        guard known.count == elements.count - 1, elements.contains(.star) else { return .shape(elements) }
        if elements.count == 1 { return .anything }
        if elements.first == .star { return .suffix(known) }
        return elements.last == .star ? .prefix(known) : .shape(elements)
    }
}
