// JSON as a value that loses nothing: integers stay whole to 64 bits, other numbers keep their text, objects keep their order and
// unknown members. Reading is in JSONParser.swift; writing is here.

package enum JSON: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSON

        package init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    case null
    case bool(Bool)
    case integer(Int64)
    /// A number that is no 64-bit integer, as it was written.
    case number(String)
    case string(String)
    case array([JSON])
    case object([Member])
}

// MARK: - Reading members, tolerant of what senders do

extension JSON {
    /// The member of this name, the last one if there are several, as the senders' own parsers have it; null counts as absent.
    package subscript(_ name: String) -> JSON? {
        guard case .object(let members) = self, let member = members.last(where: { $0.name == name }) else { return nil }
        // Not `? nil : value`: there `nil` would be the literal for JSON's own null, and null would count as present.
        guard member.value != .null else { return nil }
        return member.value
    }

    /// The first of these names that is there: `lineno` or `lineNo`.
    package subscript(either names: String...) -> JSON? {
        for name in names {
            if let value = self[name] { return value }
        }
        return nil
    }

    package subscript(_ index: Int) -> JSON? {
        guard case .array(let items) = self, items.indices.contains(index) else { return nil }
        return items[index]
    }

    /// Text, or a number written as text.
    package var string: String? {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .number(let text): text
        case .null, .bool, .array, .object: nil
        }
    }

    /// A whole number, also one that came as text or with a zero fraction.
    package var integer: Int64? {
        switch self {
        case .integer(let number): number
        case .string(let text): Int64(text)
        case .number(let text): Self.wholeNumber(text)
        case .null, .bool, .array, .object: nil
        }
    }

    /// `12.0` to its last digit; `1.2e3` only as far as a `Double` holds whole numbers exactly: an id must not come out as its neighbour.
    private static func wholeNumber(_ text: String) -> Int64? {
        if let point = text.firstIndex(of: "."), text[point...].dropFirst().allSatisfy({ $0 == "0" }) { return Int64(text[..<point]) }
        guard let value = Double(text), abs(value) <= 9_007_199_254_740_992 else { return nil }
        return Int64(exactly: value)
    }

    /// A finite number: text such as `nan`, or a number too large for a `Double`, is none.
    package var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .string(let text), .number(let text): Double(text).flatMap { $0.isFinite ? $0 : nil }
        case .null, .bool, .array, .object: nil
        }
    }

    package var bool: Bool? {
        switch self {
        case .bool(let flag): flag
        case .string("true"), .integer(1): true
        case .string("false"), .integer(0): false
        case .null, .integer, .number, .string, .array, .object: nil
        }
    }

    package var array: [JSON]? {
        if case .array(let items) = self { items } else { nil }
    }

    package var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// This object without the members whose value is null.
    package var withoutNulls: JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.value != .null })
    }
}

// MARK: - Literals

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral text: String) { self = .string(text) }
    package init(integerLiteral number: Int64) { self = .integer(number) }
    package init(booleanLiteral flag: Bool) { self = .bool(flag) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral items: JSON...) { self = .array(items) }
    package init(dictionaryLiteral members: (String, JSON)...) { self = .object(members.map { Member($0.0, $0.1) }) }

    package init(_ text: String?) { self = text.map(JSON.string) ?? .null }
    package init(_ number: Int64?) { self = number.map(JSON.integer) ?? .null }
    package init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }
    package init(_ flag: Bool?) { self = flag.map(JSON.bool) ?? .null }
    package init(_ moment: Timestamp?) { self = moment.map { .string($0.description) } ?? .null }

    /// A number with at most so many decimals, which JSON can always hold.
    package init(_ number: Double, decimals: Int) {
        guard number.isFinite else {
            self = .null
            return
        }
        var scale: Double = 1
        for _ in 0..<decimals { scale *= 10 }
        let rounded = (number * scale).rounded() / scale
        self = Int64(exactly: rounded).map(JSON.integer) ?? .number("\(rounded)")
    }
}

// MARK: - Writing

extension JSON {
    /// Compact, members in their order.
    package var text: String { String(decoding: utf8, as: UTF8.self) }

    package var utf8: [UInt8] {
        var out: [UInt8] = []
        write(to: &out, indent: nil)
        return out
    }

    /// Compact, behind what is there already.
    package func append(to out: inout [UInt8]) { write(to: &out, indent: nil) }

    /// For people: two spaces a level.
    package var prettyText: String {
        var out: [UInt8] = []
        write(to: &out, indent: 0)
        return String(decoding: out, as: UTF8.self)
    }

    private func write(to out: inout [UInt8], indent: Int?) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let flag): out.append(contentsOf: (flag ? "true" : "false").utf8)
        case .integer(let number): out.append(contentsOf: String(number).utf8)
        case .number(let text): out.append(contentsOf: text.utf8)
        case .string(let text): Self.write(text, to: &out)
        case .array(let items):
            Self.write(items, between: ("[", "]"), to: &out, indent: indent) { item, out, indent in item.write(to: &out, indent: indent) }
        case .object(let members):
            Self.write(members, between: ("{", "}"), to: &out, indent: indent) { member, out, indent in
                Self.write(member.name, to: &out)
                out.append(contentsOf: (indent == nil ? ":" : ": ").utf8)
                member.value.write(to: &out, indent: indent)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], between brackets: (String, String), to out: inout [UInt8], indent: Int?,
        each: (Item, inout [UInt8], Int?) -> Void
    ) {
        out.append(contentsOf: brackets.0.utf8)
        let inner = indent.map { $0 + 1 }
        for (index, item) in items.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            newLine(&out, inner)
            each(item, &out, inner)
        }
        if !items.isEmpty { newLine(&out, indent) }
        out.append(contentsOf: brackets.1.utf8)
    }

    private static func newLine(_ out: inout [UInt8], _ indent: Int?) {
        guard let indent else { return }
        out.append(UInt8(ascii: "\n"))
        out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * 2))
    }

    /// A JSON string with its quotes.
    package static func write(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                out.append(UInt8(ascii: "\\"))
                out.append(byte)
            case UInt8(ascii: "\n"): out.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): out.append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): out.append(contentsOf: "\\t".utf8)
            case 0..<0x20, 0x7F:
                let digits = Array("0123456789abcdef".utf8)
                out.append(contentsOf: "\\u00".utf8)
                out.append(digits[Int(byte >> 4)])
                out.append(digits[Int(byte & 15)])
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}
