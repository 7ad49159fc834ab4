// Markup as tokens, as far as reports of tests need it: elements, attributes, text. No declaration is carried out, no entity expanded but the
// five and numbers, nothing nests by recursion. Broken markup is read as far as it makes sense: runners write quotes into attributes.

import ForgeCore

enum XMLToken: Hashable {
    /// `isClosed` for `<a/>`.
    case open(name: String, attributes: [String: String], isClosed: Bool)
    case close(name: String)
    case text(String)
}

struct XMLTokens: Sequence, IteratorProtocol {
    private static let valueBytesMax = 16_384
    private static let attributesMax = 64

    private let bytes: [UInt8]
    private var position = 0
    /// Whether the text ended in the middle of a token.
    private(set) var isCut = false

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func next() -> XMLToken? {
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "<") else { return text() }
            guard position + 1 < bytes.count else { break }
            switch bytes[position + 1] {
            case UInt8(ascii: "?"): skip(past: "?>")
            case UInt8(ascii: "!"):
                if has("<![CDATA[") { return data() }
                skip(past: has("<!--") ? "-->" : ">")
            case UInt8(ascii: "/"): return close()
            case let byte where Self.isName(byte): return open()
            default:
                // A loose `<`, which some runners print.
                position += 1
                return .text("<")
            }
        }
        if position < bytes.count { isCut = true }
        return nil
    }

    private func has(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

    private mutating func skip(past end: String) {
        if let place = place(of: end, from: position) {
            position = place + end.utf8.count
        } else {
            position = bytes.count
            isCut = true
        }
    }

    private func place(of text: String, from start: Int) -> Int? {
        let needle = Array(text.utf8)
        var index = start
        while index + needle.count <= bytes.count {
            if bytes[index] == needle[0], bytes[index..<(index + needle.count)].elementsEqual(needle) { return index }
            index += 1
        }
        return nil
    }

    private mutating func text() -> XMLToken {
        let end = bytes[position...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
        defer { position = end }
        return .text(Self.unescaped(bytes[position..<end].prefix(Self.valueBytesMax)))
    }

    private mutating func data() -> XMLToken {
        let start = position + "<![CDATA[".utf8.count
        let end = place(of: "]]>", from: start)
        if end == nil { isCut = true }
        position = end.map { $0 + 3 } ?? bytes.count
        return .text(String(decoding: bytes[start..<(end ?? bytes.count)].prefix(Self.valueBytesMax), as: UTF8.self))
    }

    private mutating func close() -> XMLToken {
        position += 2
        let name = name()
        let end = bytes[position...].firstIndex(of: UInt8(ascii: ">"))
        if end == nil { isCut = true }
        position = end.map { $0 + 1 } ?? bytes.count
        return .close(name: name)
    }

    private mutating func open() -> XMLToken {
        position += 1
        let name = name()
        var attributes: [String: String] = [:]
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: ">"):
                position += 1
                return .open(name: name, attributes: attributes, isClosed: false)
            case UInt8(ascii: "/") where position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: ">"):
                position += 2
                return .open(name: name, attributes: attributes, isClosed: true)
            case let byte where Self.isName(byte):
                let key = self.name()
                let value = value()
                if attributes.count < Self.attributesMax { attributes[key] = value }
            default: position += 1
            }
        }
        isCut = true
        return .open(name: name, attributes: attributes, isClosed: false)
    }

    private mutating func name() -> String {
        let end = bytes[position...].firstIndex { !Self.isName($0) } ?? bytes.count
        defer { position = end }
        return String(decoding: bytes[position..<end].prefix(200), as: UTF8.self)
    }

    /// Past `="…"`. The quote that ends it has a blank or the end of the tag behind it: inside it others may stand unescaped.
    private mutating func value() -> String {
        skipBlanks()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "=") else { return "" }
        position += 1
        skipBlanks()
        guard position < bytes.count, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(bytes[position]) else { return "" }
        let quote = bytes[position]
        let start = position + 1
        var end = start
        while end < bytes.count {
            if bytes[end] == quote, end + 1 == bytes.count || Self.endsValue(bytes[end + 1]) { break }
            end += 1
        }
        position = Swift.min(end + 1, bytes.count)
        return Self.unescaped(bytes[start..<end].prefix(Self.valueBytesMax))
    }

    private mutating func skipBlanks() {
        while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    private static func endsValue(_ byte: UInt8) -> Bool { isBlank(byte) || [0x2F, 0x3E, 0x3F].contains(byte) }

    private static func isName(_ byte: UInt8) -> Bool {
        byte.isDigit || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte >= 0x80
            || [0x3A, 0x5F, 0x2D, 0x2E].contains(byte)
    }

    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self) }
        var out: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "&"), let end = rest.prefix(10).firstIndex(of: UInt8(ascii: ";")),
                let character = character(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
            else {
                out.append(byte)
                continue
            }
            out.append(contentsOf: String(character).utf8)
            rest = rest[(end + 1)...]
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func character(_ entity: String) -> Unicode.Scalar? {
        switch entity {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard entity.hasPrefix("#") else { return nil }
            let digits = entity.dropFirst()
            let code = digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return code.flatMap(Unicode.Scalar.init)
        }
    }
}
