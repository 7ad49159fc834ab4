// One pattern of `.gitignore`. All ways to match are followed at once, so the time is the length of the pattern times that of the path at most,
// whatever a stranger writes.

struct PathGlob {
    private enum Token {
        case byte(UInt8)
        /// One byte of these; a slash is never among them.
        case any(ByteSet)
        /// Any number of bytes that are no slash.
        case star
        /// No folder, or any number of them with their slashes.
        case folders
        /// Any number of any bytes.
        case rest
    }

    private let tokens: [Token]
    /// When there is nothing but bytes in it.
    private let literal: [UInt8]?

    /// Nil for what can match nothing: a bracket without an end, a backslash at the end.
    init?(_ pattern: ArraySlice<UInt8>) {
        let bytes = Array(pattern)
        var tokens: [Token] = []
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\"):
                guard index + 1 < bytes.count else { return nil }
                tokens.append(.byte(bytes[index + 1]))
                index += 2
            case UInt8(ascii: "?"):
                tokens.append(.any(.noSlash))
                index += 1
            case UInt8(ascii: "["):
                guard let (set, end) = ByteSet.read(bytes, from: index + 1) else { return nil }
                tokens.append(.any(set))
                index = end
            case UInt8(ascii: "*"):
                index = Self.addStars(bytes, from: index, to: &tokens)
            case let byte:
                tokens.append(.byte(byte))
                index += 1
            }
        }
        self.tokens = tokens
        let plain = tokens.compactMap { token -> UInt8? in if case .byte(let byte) = token { byte } else { nil } }
        literal = plain.count == tokens.count ? plain : nil
    }

    /// Two stars stand for folders where slashes, or the ends, surround them, and for one star elsewhere.
    private static func addStars(_ bytes: [UInt8], from start: Int, to tokens: inout [Token]) -> Int {
        var end = start
        while end < bytes.count, bytes[end] == UInt8(ascii: "*") { end += 1 }
        let isAtStart = start == 0 || bytes[start - 1] == 0x2F
        switch (end - start >= 2 && isAtStart, end < bytes.count ? bytes[end] : nil) {
        case (true, .some(0x2F)):
            tokens.append(.folders)
            return end + 1
        case (true, nil):
            // Everything below, and not the folder itself.
            tokens += start == 0 ? [.rest] : [.any(.all), .rest]
            return end
        default:
            tokens.append(.star)
            return end
        }
    }

    func matches(_ path: ArraySlice<UInt8>) -> Bool {
        if let literal { return path.elementsEqual(literal) }
        var active = States(tokens.count)
        add(0, to: &active)
        var next = States(tokens.count)
        for byte in path {
            next.removeAll()
            for state in active.list where state < tokens.count { step(state, byte, &next) }
            if next.list.isEmpty { return false }
            swap(&active, &next)
        }
        return active.list.contains(tokens.count)
    }

    /// Tokens that may stand for nothing are passed at once.
    private func add(_ state: Int, to states: inout States) {
        var state = state
        while states.insert(state), state < tokens.count {
            switch tokens[state] {
            case .star, .folders, .rest: state += 1
            case .byte, .any: return
            }
        }
    }

    private func step(_ state: Int, _ byte: UInt8, _ next: inout States) {
        switch tokens[state] {
        case .byte(let own): if own == byte { add(state + 1, to: &next) }
        case .any(let set): if set.contains(byte) { add(state + 1, to: &next) }
        case .star: if byte != 0x2F { add(state, to: &next) }
        case .rest: add(state, to: &next)
        case .folders:
            // Inside of a folder's name until its slash.
            if byte == 0x2F { add(state + 1, to: &next) }
            _ = next.insert(state)
        }
    }

    private struct States {
        private var isIn: [Bool]
        var list: [Int] = []

        init(_ count: Int) { isIn = [Bool](repeating: false, count: count + 1) }

        mutating func insert(_ state: Int) -> Bool {
            if isIn[state] { return false }
            isIn[state] = true
            list.append(state)
            return true
        }

        mutating func removeAll() {
            for state in list { isIn[state] = false }
            list.removeAll(keepingCapacity: true)
        }
    }
}

/// Which bytes a bracket stands for.
private struct ByteSet {
    private var bits: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    static let all: ByteSet = {
        var set = ByteSet()
        for byte in UInt8.min...UInt8.max { set.insert(byte) }
        return set
    }()
    static let noSlash: ByteSet = {
        var set = all
        set.remove(0x2F)
        return set
    }()

    func contains(_ byte: UInt8) -> Bool {
        let word =
            switch byte >> 6 {
            case 0: bits.0
            case 1: bits.1
            case 2: bits.2
            default: bits.3
            }
        return word & (1 << UInt64(byte & 63)) != 0
    }

    mutating func insert(_ byte: UInt8) { set(byte, true) }
    mutating func remove(_ byte: UInt8) { set(byte, false) }

    private mutating func set(_ byte: UInt8, _ isIn: Bool) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: bits.0 = isIn ? bits.0 | bit : bits.0 & ~bit
        case 1: bits.1 = isIn ? bits.1 | bit : bits.1 & ~bit
        case 2: bits.2 = isIn ? bits.2 | bit : bits.2 & ~bit
        default: bits.3 = isIn ? bits.3 | bit : bits.3 & ~bit
        }
    }

    /// From behind the opening bracket; with the place behind the closing one. Nil when there is none, or a class has no such name.
    static func read(_ bytes: [UInt8], from start: Int) -> (ByteSet, Int)? {
        var set = ByteSet()
        var index = start
        let isNegated = index < bytes.count && (bytes[index] == UInt8(ascii: "!") || bytes[index] == UInt8(ascii: "^"))
        if isNegated { index += 1 }
        var isFirst = true
        while index < bytes.count, isFirst || bytes[index] != UInt8(ascii: "]") {
            isFirst = false
            if bytes[index] == UInt8(ascii: "["), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: ":") {
                guard let end = bytes[(index + 2)...].firstRange(of: ":]".utf8),
                    let members = members(of: String(decoding: bytes[(index + 2)..<end.lowerBound], as: UTF8.self))
                else { return nil }
                for byte in members { set.insert(byte) }
                index = end.upperBound
                continue
            }
            guard let low = literal(bytes, &index) else { return nil }
            guard index + 1 < bytes.count, bytes[index] == UInt8(ascii: "-"), bytes[index + 1] != UInt8(ascii: "]") else {
                set.insert(low)
                continue
            }
            index += 1
            guard let high = literal(bytes, &index) else { return nil }
            if low <= high { for byte in low...high { set.insert(byte) } }
        }
        guard index < bytes.count else { return nil }
        var result = set
        if isNegated {
            result = all
            for byte in UInt8.min...UInt8.max where set.contains(byte) { result.remove(byte) }
        }
        result.remove(0x2F)
        return (result, index + 1)
    }

    private static func literal(_ bytes: [UInt8], _ index: inout Int) -> UInt8? {
        if bytes[index] == UInt8(ascii: "\\") { index += 1 }
        guard index < bytes.count else { return nil }
        index += 1
        return bytes[index - 1]
    }

    private static func members(of name: String) -> [UInt8]? {
        let all = UInt8.min...UInt8.max
        let (digits, upper, lower) = (
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z")
        )
        let isLetter: (UInt8) -> Bool = { upper.contains($0) || lower.contains($0) }
        let isVisible: (UInt8) -> Bool = { (0x21...0x7E).contains($0) }
        switch name {
        case "alpha": return all.filter(isLetter)
        case "digit": return Array(digits)
        case "alnum": return all.filter { isLetter($0) || digits.contains($0) }
        case "upper": return Array(upper)
        case "lower": return Array(lower)
        case "space": return [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20]
        case "blank": return [0x09, 0x20]
        case "cntrl": return all.filter { $0 < 0x20 || $0 == 0x7F }
        case "graph": return all.filter(isVisible)
        case "print": return all.filter { isVisible($0) || $0 == 0x20 }
        case "punct": return all.filter { isVisible($0) && !isLetter($0) && !digits.contains($0) }
        case "xdigit": return all.filter { digits.contains($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0) }
        default: return nil
        }
    }
}
