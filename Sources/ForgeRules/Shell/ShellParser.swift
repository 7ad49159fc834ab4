// Text to tree: the cursor, lists and pipelines. One pass over the bytes without a separate token list, because what a character means
// depends on where it stands. It must never recurse deeper than the limits, and never go back more often than they allow.

struct ShellParser {
    let bytes: [UInt8]
    let limits: ShellLimits
    var at = 0
    var depth = 0
    var retries = 0
    var documents: [ShellHereDocument] = []
    /// Here-documents whose body begins after the next newline.
    var pending: [Int] = []
    /// What stands outermost and is complete.
    private var completed: [ShellStatement] = []

    init(_ bytes: [UInt8], limits: ShellLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func parseText() -> ShellParse {
        guard bytes.count <= limits.bytesMax else {
            return ShellParse(script: ShellScript(), documents: [], unclear: "longer than \(limits.bytesMax) bytes")
        }
        do throws(ShellSyntaxError) {
            let script = try list(until: .end)
            closePending()
            return ShellParse(script: script, documents: documents, unclear: nil)
        } catch {
            closePending()
            return ShellParse(script: ShellScript(completed), documents: documents, unclear: "\(error.why) at byte \(error.offset)")
        }
    }

    // MARK: - The cursor

    var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

    func byte(ahead: Int) -> UInt8? { at + ahead < bytes.count ? bytes[at + ahead] : nil }

    func isNext(_ text: String) -> Bool {
        var index = at
        for unit in text.utf8 {
            guard index < bytes.count, bytes[index] == unit else { return false }
            index += 1
        }
        return true
    }

    mutating func take(_ text: String) -> Bool {
        guard isNext(text) else { return false }
        at += text.utf8.count
        return true
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    func problem(_ why: String) -> ShellSyntaxError { ShellSyntaxError(why: why, offset: at) }

    mutating func enter() throws(ShellSyntaxError) {
        depth += 1
        if depth > limits.depthMax { throw problem("nested more than \(limits.depthMax) deep") }
    }

    mutating func leave() { depth -= 1 }

    /// Blanks, line continuations and, since a word may begin after them, a comment.
    mutating func skipBlanks() {
        while let byte {
            if byte == Byte.space || byte == Byte.tab {
                at += 1
            } else if byte == Byte.backslash, self.byte(ahead: 1) == Byte.newline {
                at += 2
            } else if byte == Byte.carriageReturn, self.byte(ahead: 1) == nil || self.byte(ahead: 1) == Byte.newline {
                at += 1
            } else if byte == Byte.hash, startsWord {
                while let next = self.byte, next != Byte.newline { at += 1 }
            } else {
                return
            }
        }
    }

    private var startsWord: Bool { at == 0 || Byte.isBlankOrOperator(bytes[at - 1]) || bytes[at - 1] == Byte.backquote }

    mutating func skipLines() {
        while true {
            skipBlanks()
            guard byte == Byte.newline else { return }
            newline()
        }
    }

    /// Passes a newline, and with it the bodies of the here-documents that wait for it.
    mutating func newline() {
        at += 1
        let waiting = pending
        pending = []
        for index in waiting { readBody(index) }
    }

    // MARK: - Lists

    enum Stop: Equatable { case end, parenthesis, brace, words([String]), arm }

    mutating func list(until stop: Stop) throws(ShellSyntaxError) -> ShellScript {
        try enter()
        defer { leave() }
        let isOutermost = depth == 1
        var script = ShellScript()
        while true {
            skipLines()
            if isAtStop(stop) { return isOutermost ? ShellScript(completed) : script }
            guard byte != nil else { throw problem("the text ends inside a construct") }
            var statement = try andOr()
            skipBlanks()
            let separated = try separator(&statement)
            if isOutermost { completed.append(statement) } else { script.statements.append(statement) }
            if !separated, !isAtEndOfStatement(stop) { throw problem("something unexpected follows a command") }
        }
    }

    private mutating func separator(_ statement: inout ShellStatement) throws(ShellSyntaxError) -> Bool {
        if byte == Byte.newline { return true }
        if byte == Byte.ampersand {
            statement.isBackground = true
            at += 1
            return true
        }
        guard byte == Byte.semicolon, byte(ahead: 1) != Byte.semicolon, byte(ahead: 1) != Byte.ampersand else { return false }
        at += 1
        return true
    }

    private func isAtEndOfStatement(_ stop: Stop) -> Bool {
        switch stop {
        case .end: byte == nil
        case .parenthesis: byte == Byte.closeParenthesis
        case .arm: byte == Byte.semicolon || isAtStop(stop)
        case .brace, .words: false
        }
    }

    private func isAtStop(_ stop: Stop) -> Bool {
        switch stop {
        case .end: return byte == nil
        case .parenthesis: return byte == Byte.closeParenthesis
        case .brace: return byte == Byte.closeBrace && endsWord(at + 1)
        case .words(let words): return peekWord().map(words.contains) ?? false
        case .arm: return isNext(";;") || isNext(";&") || peekWord() == "esac"
        }
    }

    func endsWord(_ index: Int) -> Bool { index >= bytes.count || Byte.isBlankOrOperator(bytes[index]) || bytes[index] == Byte.backquote }

    /// The unquoted letters here, when they are a word by themselves: what a keyword is.
    func peekWord() -> String? {
        var end = at
        while end < bytes.count, (97...122).contains(bytes[end]), end - at < 9 { end += 1 }
        return end > at && endsWord(end) ? text(at..<end) : nil
    }

    mutating func takeWord(_ word: String) throws(ShellSyntaxError) {
        skipLines()
        guard peekWord() == word else { throw problem("'\(word)' is missing") }
        at += word.utf8.count
    }

    // MARK: - Pipelines

    private mutating func andOr() throws(ShellSyntaxError) -> ShellStatement {
        var statement = ShellStatement(first: try pipeline())
        while true {
            skipBlanks()
            let connector: ShellStatement.Connector
            if take("&&") { connector = .and } else if take("||") { connector = .or } else { return statement }
            skipLines()
            statement.rest.append(.init(connector: connector, pipeline: try pipeline()))
        }
    }

    private mutating func pipeline() throws(ShellSyntaxError) -> ShellPipeline {
        var pipeline = ShellPipeline()
        prefixes: while true {
            skipBlanks()
            if byte == Byte.exclamation, endsWord(at + 1) {
                pipeline.isNegated.toggle()
                at += 1
            } else if peekWord() == "time" {
                pipeline.isTimed = true
                at += 4
                skipBlanks()
                if isNext("-p"), endsWord(at + 2) { at += 2 }
            } else {
                break prefixes
            }
        }
        if pipeline.isTimed || pipeline.isNegated, isAtEndOfPipeline { return pipeline }
        while true {
            pipeline.commands.append(try command())
            skipBlanks()
            guard byte == Byte.pipe, byte(ahead: 1) != Byte.pipe else { return pipeline }
            at += byte(ahead: 1) == Byte.ampersand ? 2 : 1
            skipLines()
        }
    }

    private var isAtEndOfPipeline: Bool {
        guard let byte else { return true }
        return byte == Byte.newline || byte == Byte.semicolon || byte == Byte.closeParenthesis
    }
}
