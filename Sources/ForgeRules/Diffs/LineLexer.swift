// Tells code, comments and strings apart, line by line, so that a rule about code is not fooled by prose. It must take time in the length of
// the line, never fail, and never carry what it believes from one hunk into the next.

/// What a byte is part of.
enum LexicalClass: UInt8, Hashable, Sendable {
    case code, comment, string
}

struct LineLexer {
    private enum State {
        case block(depth: Int)
        case string(StringForm)
        /// Code inside a string, until its bracket closes.
        case interpolation(open: UInt8, close: UInt8, depth: Int)
        case hereDocument([UInt8])
    }

    private let syntax: LexicalSyntax
    /// Innermost last; nothing for plain code.
    private var states: [State] = []
    private var pendingHereDocument: [UInt8]?
    private static let statesMax = 64
    /// How far is looked ahead for the end of what may begin: without a bound, a line of openings would be read once for each.
    private static let lookAheadMax = 512

    init(_ language: Language) {
        syntax = .of(language)
    }

    /// As at the beginning of a file.
    mutating func reset(insideBlockComment: Bool = false, insideString: [UInt8]? = nil) {
        states = []
        pendingHereDocument = nil
        if insideBlockComment { states = [.block(depth: 1)] }
        if let insideString, let form = syntax.strings.first(where: { $0.open == insideString }) { states = [.string(form)] }
    }

    /// Appends the class of each byte of one line, which comes without its line feed.
    mutating func classify(_ line: ArraySlice<UInt8>, into classes: inout [LexicalClass]) {
        if syntax.isProse {
            classes.append(contentsOf: repeatElement(.comment, count: line.count))
            return
        }
        var at = line.startIndex
        while at < line.endIndex {
            let next: (end: Int, kind: LexicalClass)
            switch states.last {
            case nil, .interpolation: next = code(line, at)
            case .block: next = comment(line, at)
            case .string(let form): next = string(form, line, at)
            case .hereDocument(let end): next = document(end, line, at)
            }
            classes.append(contentsOf: repeatElement(next.kind, count: next.end - at))
            at = next.end
        }
        endLine()
    }

    private mutating func endLine() {
        while case .string(let form)? = states.last, !form.spansLines { states.removeLast() }
        if let end = pendingHereDocument {
            pendingHereDocument = nil
            push(.hereDocument(end))
        }
    }

    /// A hostile line cannot make the stack grow without end: beyond the limit it is simply code.
    private mutating func push(_ state: State) {
        if states.count < Self.statesMax { states.append(state) }
    }

    // MARK: Code

    private mutating func code(_ line: ArraySlice<UInt8>, _ start: Int) -> (Int, LexicalClass) {
        var at = start
        while at < line.endIndex {
            let byte = line[at]
            guard syntax.isSpecial[Int(byte)] else {
                at += 1
                continue
            }
            if let end = opening(line, at, start: start) { return end }
            if closesInterpolation(byte) {
                // The code in front of it first.
                if at > start { return (at, .code) }
                states.removeLast()
                return (at + 1, .string)
            }
            at += 1
        }
        return (at, .code)
    }

    /// What begins at `at`: when something does, the code before it is handed out first.
    private mutating func opening(_ line: ArraySlice<UInt8>, _ at: Int, start: Int) -> (Int, LexicalClass)? {
        if isLineComment(line, at) { return at > start ? (at, .code) : (line.endIndex, .comment) }
        if line[at...].starts(with: syntax.blockOpen), !syntax.blockOpen.isEmpty, isBlockPlace(line, at) {
            if at > start { return (at, .code) }
            push(.block(depth: 1))
            return (at + syntax.blockOpen.count, .comment)
        }
        guard let (end, form) = stringOpening(line, at) else { return hereDocument(line, at, start: start) }
        if at > start { return (at, .code) }
        if let form { push(.string(form)) }
        return (end, .string)
    }

    private func isLineComment(_ line: ArraySlice<UInt8>, _ at: Int) -> Bool {
        guard syntax.lineComments.contains(where: { line[at...].starts(with: $0) }) else { return false }
        if syntax.commentsOpenLines { return line[..<at].allSatisfy(Byte.isSpace) }
        return !syntax.commentsNeedSpace || at == line.startIndex || Byte.isSpace(line[at - 1])
    }

    /// `=begin` stands at the beginning of its line.
    private func isBlockPlace(_ line: ArraySlice<UInt8>, _ at: Int) -> Bool {
        syntax.blockOpen.first != Byte.equals || at == line.startIndex
    }

    /// Whether the code inside a string ends here; counts the brackets in it otherwise.
    private mutating func closesInterpolation(_ byte: UInt8) -> Bool {
        guard case .interpolation(let open, let close, let depth)? = states.last else { return false }
        if byte == close, depth == 1 { return true }
        if byte == open || byte == close {
            states[states.count - 1] = .interpolation(open: open, close: close, depth: depth + (byte == open ? 1 : -1))
        }
        return false
    }

    // MARK: Strings

    /// Where the opening of a string ends, and how it closes; no form when the whole of it is on this line already.
    private func stringOpening(_ line: ArraySlice<UInt8>, _ at: Int) -> (end: Int, form: StringForm?)? {
        if let marker = syntax.rawMarker, line[at] == marker, let raw = rawOpening(line, at) { return raw }
        if syntax.hasDelimitedRaw, line[at] == UInt8(ascii: "R"), let raw = delimitedRaw(line, at) { return raw }
        if syntax.hasLifetimes, line[at] == Byte.singleQuote { return characterLiteral(line, at) }
        if syntax.hasRegularExpressions, line[at] == Byte.slash { return regularExpression(line, at) }
        for form in syntax.strings where line[at...].starts(with: form.open) {
            // `1'000'000` and `don't`.
            if line[at] == Byte.singleQuote, at > line.startIndex, Byte.isName(line[at - 1]), syntax.blockOpen.first == Byte.slash,
                !isLiteralPrefix(line, at)
            {
                return nil
            }
            if syntax.stringsOpenValues, !opensValue(line, at) { return nil }
            return (at + form.open.count, form)
        }
        return nil
    }

    /// `b'x'`, `L'x'`, `u8'x'`: letters that belong to the literal.
    private func isLiteralPrefix(_ line: ArraySlice<UInt8>, _ at: Int) -> Bool {
        let word = line[..<at].suffix(4).reversed().prefix { Byte.isName($0) }
        return word.count <= 2 && !word.allSatisfy(Byte.isDigit)
    }

    private func opensValue(_ line: ArraySlice<UInt8>, _ at: Int) -> Bool {
        guard let before = line[..<at].suffix(Self.lookAheadMax).last(where: { !Byte.isSpace($0) }) else { return true }
        return [Byte.colon, Byte.minus, Byte.openBracket, Byte.openBrace, UInt8(ascii: ",")].contains(before)
    }

    private func rawOpening(_ line: ArraySlice<UInt8>, _ at: Int) -> (Int, StringForm?)? {
        var end = at
        if line[at] != Byte.hash {
            // `r` of Rust begins no raw string in the middle of a name.
            if at > line.startIndex, Byte.isName(line[at - 1]), line[at - 1] != UInt8(ascii: "b") { return nil }
            end += 1
        }
        let hashes = line[end...].prefix(32).prefix { $0 == Byte.hash }.count
        end += hashes
        guard end < line.endIndex, line[end] == Byte.doubleQuote, hashes > 0 || line[at] != Byte.hash else { return nil }
        let quotes = line[at] == Byte.hash && line[end...].starts(with: [Byte.doubleQuote, Byte.doubleQuote, Byte.doubleQuote]) ? 3 : 1
        let close = String(repeating: "\"", count: quotes) + String(repeating: "#", count: hashes)
        return (end + quotes, StringForm("\"", close: close, hasEscapes: false, spansLines: quotes == 3 || line[at] != Byte.hash))
    }

    private func delimitedRaw(_ line: ArraySlice<UInt8>, _ at: Int) -> (Int, StringForm?)? {
        guard at + 1 < line.endIndex, line[at + 1] == Byte.doubleQuote,
            let open = line[(at + 2)...].prefix(18).firstIndex(of: Byte.openParenthesis)
        else { return nil }
        let close = ")" + String(decoding: line[(at + 2)..<open], as: UTF8.self) + "\""
        return (open + 1, StringForm("\"", close: close, hasEscapes: false, spansLines: true))
    }

    private func characterLiteral(_ line: ArraySlice<UInt8>, _ at: Int) -> (Int, StringForm?)? {
        guard at + 3 <= line.endIndex else { return nil }
        let isEscape = line[at + 1] == Byte.backslash
        // What is escaped may be the quote itself.
        guard let close = line[(at + (isEscape ? 3 : 2))...].prefix(10).firstIndex(of: Byte.singleQuote), isEscape || close - at <= 5 else {
            return nil
        }
        // `'a, 'b`: two lifetimes.
        if !isEscape, line[(at + 1)..<close].contains(where: { $0 == Byte.space || $0 == UInt8(ascii: ",") }), close > at + 2 { return nil }
        return (close + 1, nil)
    }

    private func regularExpression(_ line: ArraySlice<UInt8>, _ at: Int) -> (Int, StringForm?)? {
        guard at + 1 < line.endIndex, line[at + 1] != Byte.slash, line[at + 1] != Byte.space, mayBeValue(line, at) else { return nil }
        var isClass = false
        var index = at + 1
        let end = min(line.endIndex, at + Self.lookAheadMax)
        while index < end {
            switch line[index] {
            case Byte.backslash: index += 1
            case Byte.openBracket: isClass = true
            case Byte.closeBracket: isClass = false
            case Byte.slash where !isClass: return (index + 1, nil)
            default: break
            }
            index += 1
        }
        return nil
    }

    /// Whether a value may begin here: behind an operator or an opening, not behind a name or a number, which are divided.
    private func mayBeValue(_ line: ArraySlice<UInt8>, _ at: Int) -> Bool {
        guard let last = line[..<at].suffix(Self.lookAheadMax).lastIndex(where: { !Byte.isSpace($0) }) else { return true }
        let byte = line[last]
        if Byte.isName(byte) { return line[..<(last + 1)].hasSuffix("return") || line[..<(last + 1)].hasSuffix("when") }
        return byte != Byte.closeParenthesis && byte != Byte.closeBracket && byte != Byte.closeBrace && byte != Byte.singleQuote
            && byte != Byte.doubleQuote && byte != Byte.backquote
    }

    private mutating func string(_ form: StringForm, _ line: ArraySlice<UInt8>, _ start: Int) -> (Int, LexicalClass) {
        var at = start
        while at < line.endIndex {
            let byte = line[at]
            if byte == form.interpolation.first, line[at...].starts(with: form.interpolation) {
                let open = form.interpolation[form.interpolation.count - 1]
                let close = open == Byte.openParenthesis ? Byte.closeParenthesis : Byte.closeBrace
                push(.interpolation(open: open, close: close, depth: 1))
                return (at + form.interpolation.count, .string)
            }
            if byte == form.close.first, line[at...].starts(with: form.close) {
                states.removeLast()
                return (at + form.close.count, .string)
            }
            at += byte == Byte.backslash && form.hasEscapes ? 2 : 1
        }
        return (line.endIndex, .string)
    }

    // MARK: Comments and here-documents

    private mutating func comment(_ line: ArraySlice<UInt8>, _ start: Int) -> (Int, LexicalClass) {
        guard case .block(let depth)? = states.last else { return (line.endIndex, .comment) }
        var at = start
        while at < line.endIndex {
            if line[at...].starts(with: syntax.blockClose) {
                states.removeLast()
                if depth > 1 { states.append(.block(depth: depth - 1)) }
                return (at + syntax.blockClose.count, .comment)
            }
            if syntax.blocksNest, line[at...].starts(with: syntax.blockOpen) {
                states[states.count - 1] = .block(depth: depth + 1)
                return (at + syntax.blockOpen.count, .comment)
            }
            at += 1
        }
        return (line.endIndex, .comment)
    }

    private mutating func hereDocument(_ line: ArraySlice<UInt8>, _ at: Int, start: Int) -> (Int, LexicalClass)? {
        guard syntax.hasHereDocuments, line[at...].starts(with: [Byte.less, Byte.less]), pendingHereDocument == nil else { return nil }
        var word = line[(at + 2)...].prefix(64).drop { $0 == Byte.minus || UInt8(ascii: "~") == $0 || $0 == Byte.less }
        word = word.drop { $0 == Byte.singleQuote || $0 == Byte.doubleQuote }
        let name = word.prefix { Byte.isName($0) }
        // `a << B` pushes, `<<B` reads on: only capitals are taken for the end of a text.
        guard name.count >= 2, name.allSatisfy({ $0 == Byte.underscore || (0x41...0x5A).contains($0) }), word.startIndex - at <= 4 else {
            return nil
        }
        if at > start { return (at, .code) }
        pendingHereDocument = Array(name)
        return (name.endIndex, .string)
    }

    private mutating func document(_ end: [UInt8], _ line: ArraySlice<UInt8>, _ start: Int) -> (Int, LexicalClass) {
        let rest = line[start...].drop(while: Byte.isSpace)
        if rest.starts(with: end), rest.dropFirst(end.count).first.map({ !Byte.isName($0) }) ?? true { states.removeLast() }
        return (line.endIndex, .string)
    }
}
