// Bytes to JSON, for bodies from outside. Bounded in depth and in the number of values before anything is allocated for them, strict in
// grammar, tolerant in what senders get wrong without doubt about the meaning: a byte order mark, invalid UTF-8 (repaired), a member
// twice (the last counts). What was tolerated is told. Decision 0006 says why this is written here.

package struct JSONLimits: Hashable, Sendable {
    package var depthMax: Int
    package var valuesMax: Int

    package init(depthMax: Int = 128, valuesMax: Int = 1_000_000) {
        precondition(depthMax <= 512, "the parser recurses: deeper than this needs a stack of another size")
        self.depthMax = depthMax
        self.valuesMax = valuesMax
    }
}

package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable { case empty, syntax, truncated, tooDeep, tooManyValues }

    package var code: Code
    /// Bytes from the start.
    package var offset: Int
    package var message: String

    package var description: String { "\(message) at byte \(offset)" }
}

package struct JSONDocument: Hashable, Sendable {
    package enum Oddity: String, Hashable, Sendable { case byteOrderMark, invalidUTF8, repeatedMember }

    package var value: JSON
    package var oddities: Set<Oddity>
}

package struct JSONParser {
    private let bytes: [UInt8]
    private let limits: JSONLimits
    private var at = 0
    private var values = 0
    private var oddities: Set<JSONDocument.Oddity> = []

    package static func parse(_ bytes: [UInt8], limits: JSONLimits = .init()) throws(JSONError) -> JSONDocument {
        var parser = JSONParser(bytes: bytes, limits: limits)
        return try parser.document()
    }

    package static func parse(_ text: String, limits: JSONLimits = .init()) throws(JSONError) -> JSON {
        try parse(Array(text.utf8), limits: limits).value
    }

    private init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    private mutating func document() throws(JSONError) -> JSONDocument {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            at = 3
            oddities.insert(.byteOrderMark)
        }
        skipSpace()
        guard at < bytes.count else { throw failure(.empty, "there is no JSON") }
        let value = try value(depth: 0)
        skipSpace()
        guard at == bytes.count else { throw failure(.syntax, "something follows the JSON") }
        return JSONDocument(value: value, oddities: oddities)
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSON {
        values += 1
        guard values <= limits.valuesMax else { throw failure(.tooManyValues, "more than \(limits.valuesMax) values") }
        guard at < bytes.count else { throw truncated() }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word(Self.trueWord, .bool(true))
        case UInt8(ascii: "f"): return try word(Self.falseWord, .bool(false))
        case UInt8(ascii: "n"): return try word(Self.nullWord, .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure(.syntax, "no JSON value begins like this")
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSON {
        try enter(depth)
        var members: [JSON.Member] = []
        while try next(closing: "}", isFirst: members.isEmpty) {
            guard at < bytes.count else { throw truncated() }
            guard bytes[at] == UInt8(ascii: "\"") else { throw failure(.syntax, "a member's name is expected") }
            let name = try string()
            skipSpace()
            try take(":")
            skipSpace()
            let value = try value(depth: depth)
            members.append(JSON.Member(name, value))
        }
        if hasRepeatedName(members) { oddities.insert(.repeatedMember) }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSON {
        try enter(depth)
        var items: [JSON] = []
        while try next(closing: "]", isFirst: items.isEmpty) { items.append(try value(depth: depth)) }
        return .array(items)
    }

    private mutating func enter(_ depth: Int) throws(JSONError) {
        guard depth <= limits.depthMax else { throw failure(.tooDeep, "deeper than \(limits.depthMax) levels") }
        at += 1
    }

    /// Stands before the next item, or past the closing bracket.
    private mutating func next(closing: Unicode.Scalar, isFirst: Bool) throws(JSONError) -> Bool {
        skipSpace()
        guard at < bytes.count else { throw truncated() }
        if bytes[at] == UInt8(ascii: closing) {
            at += 1
            return false
        }
        guard !isFirst else { return true }
        try take(",")
        skipSpace()
        return true
    }

    private func hasRepeatedName(_ members: [JSON.Member]) -> Bool {
        guard members.count > 1 else { return false }
        if members.count > 16 { return Set(members.lazy.map(\.name)).count < members.count }
        return members.indices.contains { index in members[..<index].contains { $0.name == members[index].name } }
    }

    private mutating func skipSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    private mutating func take(_ character: Unicode.Scalar) throws(JSONError) {
        guard at < bytes.count else { throw truncated() }
        guard bytes[at] == UInt8(ascii: character) else { throw failure(.syntax, "'\(character)' is expected") }
        at += 1
    }

    private static let trueWord = Array("true".utf8)
    private static let falseWord = Array("false".utf8)
    private static let nullWord = Array("null".utf8)

    private mutating func word(_ expected: [UInt8], _ value: JSON) throws(JSONError) -> JSON {
        let rest = bytes[at...].prefix(expected.count)
        guard rest.elementsEqual(expected) else {
            throw expected.starts(with: rest) ? truncated() : failure(.syntax, "'\(String(decoding: expected, as: UTF8.self))' is expected")
        }
        at += expected.count
        return value
    }

    private func failure(_ code: JSONError.Code, _ message: String) -> JSONError { JSONError(code: code, offset: at, message: message) }

    private func truncated() -> JSONError { JSONError(code: .truncated, offset: bytes.count, message: "the JSON ends too early") }
}

// MARK: - Numbers

extension JSONParser {
    private mutating func number() throws(JSONError) -> JSON {
        let start = at
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        let leadsWithZero = at < bytes.count && bytes[at] == UInt8(ascii: "0")
        let digits = skipDigits()
        guard digits > 0 else { throw at < bytes.count ? failure(.syntax, "a digit is expected") : truncated() }
        guard !leadsWithZero || digits == 1 else { throw failure(.syntax, "a number begins with a zero too many") }
        var isWhole = true
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            isWhole = false
            at += 1
            guard skipDigits() > 0 else { throw at < bytes.count ? failure(.syntax, "a digit is expected after the point") : truncated() }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            guard skipDigits() > 0 else { throw at < bytes.count ? failure(.syntax, "a digit is expected in the exponent") : truncated() }
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isWhole, let whole = Int64(text) { return .integer(whole) }
        return .number(text)
    }

    private mutating func skipDigits() -> Int {
        let start = at
        while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) { at += 1 }
        return at - start
    }
}

// MARK: - Strings

extension JSONParser {
    /// At the opening quote. The common string has no escape and is taken in one piece.
    private mutating func string() throws(JSONError) -> String {
        at += 1
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return text(bytes[start..<at - 1])
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw failure(.syntax, "a control character in a string")
            default: at += 1
            }
        }
        throw truncated()
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var out = Array(bytes[start..<at])
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return text(out[...])
            case UInt8(ascii: "\\"): try escape(into: &out)
            case 0..<0x20: throw failure(.syntax, "a control character in a string")
            default: out.append(byte)
            }
        }
        throw truncated()
    }

    private mutating func escape(into out: inout [UInt8]) throws(JSONError) {
        guard at < bytes.count else { throw truncated() }
        let byte = bytes[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"): out.append(contentsOf: Array(String(Character(try unicodeEscape())).utf8))
        default: throw failure(.syntax, "an unknown escape")
        }
    }

    /// Past `\u`. A surrogate without its other half becomes U+FFFD.
    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try hexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let hasSecond = at + 1 < bytes.count && bytes[at] == UInt8(ascii: "\\") && bytes[at + 1] == UInt8(ascii: "u")
        guard (0xD800..<0xDC00).contains(first), hasSecond else {
            oddities.insert(.invalidUTF8)
            return "\u{FFFD}"
        }
        let mark = at
        at += 2
        let second = try hexDigits()
        guard (0xDC00..<0xE000).contains(second), let scalar = Unicode.Scalar(0x10000 + ((first & 0x3FF) << 10 | second & 0x3FF)) else {
            at = mark
            oddities.insert(.invalidUTF8)
            return "\u{FFFD}"
        }
        return scalar
    }

    private mutating func hexDigits() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard at < bytes.count else { throw truncated() }
            guard let digit = bytes[at].hexadecimalValue else {
                throw failure(.syntax, "four hex digits are expected")
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }

    private mutating func text(_ slice: ArraySlice<UInt8>) -> String {
        if let valid = String(validating: slice, as: UTF8.self) { return valid }
        oddities.insert(.invalidUTF8)
        return String(decoding: slice, as: UTF8.self)
    }
}
