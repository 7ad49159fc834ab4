// Swift text as words, marks and strings with their lines, so that a rule sees code and never the inside of a comment or a string.
// An approximation on purpose: no grammar, no bare regex literals. It must end on any input and never lose count of lines.

/// A word (`try`, `Date`, a raw identifier), one mark (`?`, `{`), or the text of a string literal.
struct Token: Equatable, Sendable {
    enum Kind: Sendable { case word, mark, string }
    let kind: Kind
    let text: String
    let line: Int

    func `is`(_ word: String) -> Bool { kind != .string && text == word }
}

struct SwiftSource: Sendable {
    let path: String
    let tokens: [Token]
    /// Comment text by line; a line inside a block comment counts as one of its own.
    let comments: [Int: String]
    let lineCount: Int

    init(path: String, bytes: [UInt8]) {
        var lexer = SwiftLexer(bytes)
        lexer.code(untilParenthesis: false)
        self.path = path
        tokens = lexer.tokens
        comments = lexer.comments
        lineCount = bytes.last == UInt8(ascii: "\n") ? lexer.line - 1 : lexer.line
    }

    init(path: String = "Sources/ForgeCore/Example.swift", _ text: String) {
        self.init(path: path, bytes: Array(text.utf8))
    }

    /// `Sources/X/…` and `Tests/X/…` are X; everything under Webhooks/ is ForgeWebhooks; Package.swift is none.
    var module: String? {
        let parts = path.split(separator: "/")
        guard parts.count > 1 else { return nil }
        switch parts[0] {
        case "Webhooks": return "ForgeWebhooks"
        case "Sources", "Tests": return parts.count > 2 ? String(parts[1]) : nil
        default: return nil
        }
    }

    var isTest: Bool { path.hasPrefix("Tests/") }
    var isProduct: Bool { path.hasPrefix("Sources/") || path.hasPrefix("Webhooks/") }

    /// The index past the bracket that closes the one at `open`, or the end of the tokens.
    func closing(_ open: Int) -> Int {
        var depth = 0
        for index in open..<tokens.count where tokens[index].kind == .mark {
            switch tokens[index].text {
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            default: break
            }
            if depth == 0 { return index + 1 }
        }
        return tokens.count
    }
}

struct SwiftLexer {
    private(set) var tokens: [Token] = []
    private(set) var comments: [Int: String] = [:]
    private(set) var line = 1
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads code to the end of the text or, inside a string's interpolation, to the parenthesis that closes it.
    mutating func code(untilParenthesis: Bool) {
        var depth = untilParenthesis ? 1 : 0
        while at < bytes.count {
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: "\n"): line += 1; at += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): at += 1
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"): lineComment()
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): blockComment()
            case UInt8(ascii: "\""): string(hashes: 0)
            case UInt8(ascii: "#"): hash()
            case UInt8(ascii: "`"): rawIdentifier()
            case _ where Self.isWord(byte): word()
            default:
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth -= 1 }
                if untilParenthesis && depth == 0 { at += 1; return }
                append(.mark, at..<(at + 1))
                at += 1
            }
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
            true
        default: false
        }
    }

    private func peek(_ distance: Int) -> UInt8? {
        at + distance < bytes.count ? bytes[at + distance] : nil
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private mutating func append(_ kind: Token.Kind, _ range: Range<Int>) {
        tokens.append(Token(kind: kind, text: text(range), line: line))
    }

    private mutating func word() {
        let start = at
        while at < bytes.count, Self.isWord(bytes[at]) { at += 1 }
        append(.word, start..<at)
    }

    private mutating func rawIdentifier() {
        let start = at + 1
        at = start
        while at < bytes.count, bytes[at] != UInt8(ascii: "`"), bytes[at] != UInt8(ascii: "\n") { at += 1 }
        append(.word, start..<at)
        if peek(0) == UInt8(ascii: "`") { at += 1 }
    }

    private mutating func lineComment() {
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
        comments[line, default: ""] += text(start..<at)
    }

    private mutating func blockComment() {
        var depth = 0
        var start = at
        repeat {
            if bytes[at] == UInt8(ascii: "\n") {
                comments[line, default: ""] += text(start..<at)
                line += 1
                start = at + 1
            } else if bytes[at] == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                depth += 1
                at += 1
            } else if bytes[at] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                depth -= 1
                at += 1
            }
            at += 1
        } while at < bytes.count && depth > 0
        comments[line, default: ""] += text(start..<min(at, bytes.count))
    }

    /// `#"…"#` is a string, `#/…/#` a regex, any other `#` a mark.
    private mutating func hash() {
        var hashes = 0
        while peek(hashes) == UInt8(ascii: "#") { hashes += 1 }
        switch peek(hashes) {
        case UInt8(ascii: "\""):
            at += hashes
            string(hashes: hashes)
        case UInt8(ascii: "/"):
            at += hashes + 1
            while at < bytes.count, !closes([UInt8(ascii: "/")], hashes: hashes) {
                if bytes[at] == UInt8(ascii: "\n") { line += 1 }
                at += 1
            }
            at = min(at + 1 + hashes, bytes.count)
        default:
            append(.mark, at..<(at + 1))
            at += 1
        }
    }

    private func closes(_ quotes: [UInt8], hashes: Int) -> Bool {
        let ending = quotes + Array(repeating: UInt8(ascii: "#"), count: hashes)
        return at + ending.count <= bytes.count && bytes[at..<(at + ending.count)].elementsEqual(ending)
    }

    private mutating func string(hashes: Int) {
        let quote = UInt8(ascii: "\"")
        let isLong = peek(1) == quote && peek(2) == quote
        let quotes = Array(repeating: quote, count: isLong ? 3 : 1)
        at += quotes.count
        let place = tokens.count
        let first = line
        let start = at
        while at < bytes.count, !closes(quotes, hashes: hashes) {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\\") {
                escape(hashes: hashes)
            } else if byte == UInt8(ascii: "\n") {
                if !isLong { break }  // not closed on its line: not Swift, and the next line is code again
                line += 1
                at += 1
            } else {
                at += 1
            }
        }
        let content = text(min(start, at)..<min(at, bytes.count))
        tokens.insert(Token(kind: .string, text: content, line: first), at: place)
        if at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += quotes.count + hashes }
    }

    private mutating func escape(hashes: Int) {
        at += 1
        var seen = 0
        while seen < hashes, peek(0) == UInt8(ascii: "#") {
            seen += 1
            at += 1
        }
        guard seen == hashes, at < bytes.count else { return }
        if bytes[at] == UInt8(ascii: "(") {
            at += 1
            code(untilParenthesis: true)
        } else if bytes[at] != UInt8(ascii: "\n") {
            at += 1
        }
    }
}
