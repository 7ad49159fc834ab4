// As much XML as a checkstyle report needs: elements, attributes, text that is passed over. Entities beyond the five of the standard cannot
// be declared, since a document type is refused, so a small file never becomes a large one, and nothing outside it is ever read.

struct XMLReader {
    enum Event: Equatable {
        case open(name: String, attributes: [String: String])
        case close(name: String)
    }

    struct Failure: Error {
        var offset: Int
        var message: String
    }

    private static let depthMax = 16
    private static let attributesMax = 64

    private let bytes: [UInt8]
    private(set) var at = 0
    private var open: [String] = []
    /// The element just opened was `<a/>`: its end comes next.
    private var closesAtOnce = false
    private var hasRoot = false

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    /// Nil at the end of the document.
    mutating func next() throws(Failure) -> Event? {
        if closesAtOnce {
            closesAtOnce = false
            return .close(name: open.removeLast())
        }
        while true {
            try skipText()
            guard at < bytes.count else {
                guard open.isEmpty else { throw failure("the file ends inside <\(open[open.count - 1])>") }
                guard hasRoot else { throw failure("there is no XML") }
                return nil
            }
            if starts("<?") {
                try skip(to: "?>")
            } else if starts("<!--") {
                try skip(to: "-->")
            } else if starts("<![CDATA[") {
                try skip(to: "]]>")
            } else if starts("<!") {
                throw failure("a document type is refused: it could make a small file a large one")
            } else if starts("</") {
                return try closing()
            } else {
                return try opening()
            }
        }
    }

    private mutating func skipText() throws(Failure) {
        while at < bytes.count, bytes[at] != UInt8(ascii: "<") {
            guard !open.isEmpty || isSpace(bytes[at]) else { throw failure("text outside of any element") }
            at += 1
        }
    }

    private mutating func opening() throws(Failure) -> Event {
        guard !open.isEmpty || !hasRoot else { throw failure("a second root element") }
        guard open.count < Self.depthMax else { throw failure("deeper than \(Self.depthMax) elements") }
        at += 1
        let name = try name()
        hasRoot = true
        open.append(name)
        var attributes: [String: String] = [:]
        while true {
            let hadSpace = skipSpace()
            guard at < bytes.count else { throw failure("the file ends inside <\(name)>") }
            if starts("/>") {
                at += 2
                closesAtOnce = true
                return .open(name: name, attributes: attributes)
            }
            if starts(">") {
                at += 1
                return .open(name: name, attributes: attributes)
            }
            guard hadSpace else { throw failure("a space is expected before an attribute") }
            let key = try self.name()
            let value = try value()
            guard attributes.count < Self.attributesMax else { throw failure("more than \(Self.attributesMax) attributes") }
            guard attributes.updateValue(value, forKey: key) == nil else { throw failure("the attribute \(key) is given twice") }
        }
    }

    private mutating func closing() throws(Failure) -> Event {
        at += 2
        let name = try name()
        skipSpace()
        guard starts(">") else { throw failure("'>' is expected") }
        guard open.last == name else { throw failure("</\(name)> closes nothing that is open") }
        at += 1
        open.removeLast()
        return .close(name: name)
    }

    private mutating func name() throws(Failure) -> String {
        let start = at
        while at < bytes.count, isNamePart(bytes[at]), at - start < 100 { at += 1 }
        guard at > start else { throw failure("a name is expected") }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private mutating func value() throws(Failure) -> String {
        skipSpace()
        guard starts("=") else { throw failure("'=' is expected behind an attribute's name") }
        at += 1
        skipSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") else {
            throw failure("a quote is expected")
        }
        let quote = bytes[at]
        at += 1
        var text: [UInt8] = []
        while at < bytes.count, bytes[at] != quote {
            switch bytes[at] {
            case UInt8(ascii: "<"): throw failure("'<' in an attribute")
            case UInt8(ascii: "&"): text += try entity()
            case 0x09, 0x0A, 0x0D:
                text.append(0x20)
                at += 1
            default:
                text.append(bytes[at])
                at += 1
            }
        }
        guard at < bytes.count else { throw failure("the file ends inside an attribute") }
        at += 1
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func entity() throws(Failure) -> [UInt8] {
        guard let end = bytes[at...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else { throw failure("'&' begins no entity") }
        let name = String(decoding: bytes[at + 1..<end], as: UTF8.self)
        guard let scalar = Self.scalar(named: name) else { throw failure("the entity &\(name); is not known") }
        at = end + 1
        return Array(String(Character(scalar)).utf8)
    }

    private static func scalar(named name: String) -> Unicode.Scalar? {
        switch name {
        case "lt": return "<"
        case "gt": return ">"
        case "amp": return "&"
        case "quot": return "\""
        case "apos": return "'"
        default: break
        }
        let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
        return number.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
    }

    private mutating func skip(to end: String) throws(Failure) {
        let start = at
        let wanted = Array(end.utf8)
        while at < bytes.count {
            if bytes[at] == wanted[0], bytes[at...].starts(with: wanted) {
                at += wanted.count
                return
            }
            at += 1
        }
        at = start
        throw failure("'\(end)' is missing")
    }

    @discardableResult
    private mutating func skipSpace() -> Bool {
        let start = at
        while at < bytes.count, isSpace(bytes[at]) { at += 1 }
        return at > start
    }

    private func starts(_ text: String) -> Bool { bytes[at...].starts(with: text.utf8) }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"), 0x80...:
            true
        default: false
        }
    }

    private func failure(_ message: String) -> Failure { Failure(offset: at, message: message) }
}
