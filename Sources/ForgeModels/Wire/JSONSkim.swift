// A few members out of a JSON object without making a value of the rest: a stream is mostly thousands of small objects of which one string
// counts. It must never decide that something is wrong: whatever it does not follow is read again by the parser.

import ForgeCore

struct JSONSkim {
    /// A member's name as it is written, without its quotes.
    typealias Name = Range<Int>

    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Goes through the object that comes next. `each` reads or skips the member's value; false ends all.
    mutating func object(_ each: (inout JSONSkim, Name) -> Bool) -> Bool {
        guard take(UInt8(ascii: "{")) else { return false }
        if take(UInt8(ascii: "}")) { return true }
        while true {
            guard let name = stringRange(), take(UInt8(ascii: ":")), each(&self, name) else { return false }
            if take(UInt8(ascii: ",")) { continue }
            return take(UInt8(ascii: "}"))
        }
    }

    /// Nothing but blanks is left.
    var isAtEnd: Bool { bytes[at...].allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 } }

    func name(_ range: Name, is text: String) -> Bool {
        let text = text.utf8
        guard range.count == text.count else { return false }
        var index = range.lowerBound
        for byte in text {
            if bytes[index] != byte { return false }
            index += 1
        }
        return true
    }

    /// The string that comes next, without making it one.
    mutating func isString(_ text: String) -> Bool? { stringRange().map { name($0, is: text) } }

    /// The first element of the array that comes next, and no other.
    mutating func onlyElement(_ each: (inout JSONSkim) -> Bool) -> Bool {
        take(UInt8(ascii: "[")) && each(&self) && take(UInt8(ascii: "]"))
    }

    /// The string that comes next; nil when something else comes.
    mutating func string() -> String? {
        skipBlanks()
        let start = at
        guard let range = stringRange() else { return nil }
        if !bytes[range].contains(UInt8(ascii: "\\")) { return String(validating: bytes[range], as: UTF8.self) }
        // The parser knows what stands for what.
        guard case .string(let text)? = try? JSONParser.parse(Array(bytes[start..<at])).value else { return nil }
        return text
    }

    mutating func integer() -> Int? {
        skipBlanks()
        var value = 0
        let start = at
        while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]), at - start < 10 {
            value = value * 10 + Int(bytes[at] - UInt8(ascii: "0"))
            at += 1
        }
        return at > start ? value : nil
    }

    /// Past the value that comes next.
    mutating func skip() -> Bool {
        skipBlanks()
        guard at < bytes.count else { return false }
        switch bytes[at] {
        case UInt8(ascii: "\""): return stringRange() != nil
        case UInt8(ascii: "{"), UInt8(ascii: "["): return skipBrackets()
        default:
            let start = at
            while at < bytes.count, !Self.endsWord(bytes[at]) { at += 1 }
            return at > start
        }
    }

    /// Past the word that comes next, if it is this one.
    mutating func isWord(_ word: String) -> Bool {
        skipBlanks()
        let start = at
        return skip() && name(start..<at, is: word)
    }

    private mutating func skipBrackets() -> Bool {
        var depth = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                if stringRange() == nil { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            at += 1
            if depth == 0 { return true }
        }
        return false
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0A, 0x0D, 0x09: true
        default: false
        }
    }

    /// What stands between the quotes of the string that comes next.
    private mutating func stringRange() -> Range<Int>? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return start..<(at - 1)
            case UInt8(ascii: "\\"): at += 2
            case 0..<0x20: return nil
            default: at += 1
            }
        }
        return nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipBlanks() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 { at += 1 }
    }
}
