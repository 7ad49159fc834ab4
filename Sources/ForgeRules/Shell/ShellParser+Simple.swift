// Simple commands: assignments, words, redirections, here-documents; and the short form of a function. It must never take an argument
// that looks like an assignment for one, nor the other way round.

extension ShellParser {
    mutating func simpleCommand() throws(ShellSyntaxError) -> ShellCommand {
        var simple = ShellSimpleCommand()
        var redirections: [ShellRedirection] = []
        while true {
            skipBlanks()
            if let next = try redirection() {
                redirections.append(next)
                continue
            }
            guard let byte, !isEnd(byte) else { break }
            if byte == Byte.openParenthesis {
                guard redirections.isEmpty, simple.assignments.isEmpty, simple.words.count == 1 else {
                    throw problem("'(' where no command begins")
                }
                return try function(named: simple.words[0])
            }
            if simple.words.isEmpty, let assignment = try assignment() {
                simple.assignments.append(assignment)
            } else {
                simple.words.append(try word(takesArray: simple.words.first?.plain.map(Self.declares) ?? false))
            }
        }
        guard !(simple.words.isEmpty && simple.assignments.isEmpty && redirections.isEmpty) else { throw problem("a command is missing") }
        return ShellCommand(body: .simple(simple), redirections: redirections)
    }

    private static func declares(_ name: String) -> Bool { ["declare", "typeset", "local", "export", "readonly"].contains(name) }

    private func isEnd(_ byte: UInt8) -> Bool {
        switch byte {
        case Byte.newline, Byte.semicolon, Byte.ampersand, Byte.pipe, Byte.closeParenthesis: true
        default: false
        }
    }

    private mutating func function(named word: ShellWord) throws(ShellSyntaxError) -> ShellCommand {
        at += 1
        skipBlanks()
        guard take(")") else { throw problem("')' is missing after a function's name") }
        guard let name = word.plain else { throw problem("a function's name is not a plain word") }
        skipLines()
        return ShellCommand(body: .function(name: name, body: try command()))
    }

    // MARK: - Assignments

    private mutating func assignment() throws(ShellSyntaxError) -> ShellAssignment? {
        guard let first = byte, Byte.isNameStart(first) else { return nil }
        let start = at
        var end = at
        while end < bytes.count, Byte.isName(bytes[end]) { end += 1 }
        let name = text(start..<end)
        at = end
        var index: [ShellWordPart]?
        if byte == Byte.openBracket {
            at += 1
            index = try parts(until: Byte.closeBracket)
            guard take("]") else {
                at = start
                return nil
            }
        }
        let isAppending = isNext("+=")
        guard isAppending || byte == Byte.equals else {
            at = start
            return nil
        }
        at += isAppending ? 2 : 1
        let value = try assignedWord()
        return ShellAssignment(name: name, subscript_: index, isAppending: isAppending, value: value)
    }

    private mutating func assignedWord() throws(ShellSyntaxError) -> ShellWord {
        guard let byte else { return ShellWord([]) }
        if byte == Byte.openParenthesis { return ShellWord([.array(try arrayElements())]) }
        if Byte.isBlankOrOperator(byte), !isProcessSubstitution { return ShellWord([]) }
        return try word(mayBeEmpty: true)
    }

    mutating func arrayElements() throws(ShellSyntaxError) -> [ShellWord] {
        at += 1
        var elements: [ShellWord] = []
        while true {
            skipLines()
            guard let byte else { throw problem("an array has no end") }
            if byte == Byte.closeParenthesis {
                at += 1
                return elements
            }
            elements.append(try word())
        }
    }

    // MARK: - Redirections

    var isProcessSubstitution: Bool {
        (byte == Byte.less || byte == Byte.greater) && byte(ahead: 1) == Byte.openParenthesis
    }

    mutating func redirection() throws(ShellSyntaxError) -> ShellRedirection? {
        guard !isProcessSubstitution else { return nil }
        let start = at
        let descriptor = takeDescriptor()
        guard let operation = takeOperator(hasDescriptor: descriptor != nil) else {
            at = start
            return nil
        }
        skipBlanks()
        switch operation {
        case .hereDocument, .hereDocumentWithoutTabs:
            let index = try hereDocument(stripsTabs: operation == .hereDocumentWithoutTabs)
            return ShellRedirection(descriptor: descriptor, operation: operation, target: .document(index))
        default:
            return ShellRedirection(descriptor: descriptor, operation: operation, target: .word(try word()))
        }
    }

    private mutating func takeDescriptor() -> String? {
        guard let first = byte else { return nil }
        var end = at
        if Byte.isDigit(first) {
            while end < bytes.count, Byte.isDigit(bytes[end]) { end += 1 }
        } else if first == Byte.openBrace {
            end += 1
            while end < bytes.count, Byte.isName(bytes[end]) { end += 1 }
            guard end > at + 1, end < bytes.count, bytes[end] == Byte.closeBrace else { return nil }
            end += 1
        }
        guard end > at, end < bytes.count, bytes[end] == Byte.less || bytes[end] == Byte.greater else { return nil }
        defer { at = end }
        return text(at..<end)
    }

    private mutating func takeOperator(hasDescriptor: Bool) -> ShellRedirection.Operator? {
        guard byte == Byte.less || byte == Byte.greater || !hasDescriptor && isNext("&>") else { return nil }
        // Longest first.
        for operation: ShellRedirection.Operator in [
            .appendBoth, .hereString, .hereDocumentWithoutTabs, .hereDocument, .readWrite, .duplicateInput, .duplicateOutput, .clobber,
            .append, .writeBoth, .read, .write,
        ] where take(operation.rawValue) {
            return operation
        }
        return nil
    }

    // MARK: - Here-documents

    private mutating func hereDocument(stripsTabs: Bool) throws(ShellSyntaxError) -> Int {
        let start = at
        let delimiter = try word()
        var name = ""
        var isQuoted = false
        for part in delimiter.parts {
            switch part {
            case .literal(let text): name += text
            case .escaped(let text), .single(let text), .ansi(let text):
                name += text
                isQuoted = true
            case .double(let inner), .localized(let inner):
                for case .literal(let text) in inner { name += text }
                isQuoted = true
            case .parameter, .command, .arithmetic, .process, .extendedGlob, .array:
                // Bash takes these as they are written.
                name = text(start..<at)
            }
        }
        documents.append(ShellHereDocument(delimiter: name, isQuoted: isQuoted, stripsTabs: stripsTabs, raw: "", parts: []))
        pending.append(documents.count - 1)
        return documents.count - 1
    }

    mutating func readBody(_ index: Int) {
        let document = documents[index]
        var body: [UInt8] = []
        let delimiter = Array(document.delimiter.utf8)
        while at < bytes.count {
            var lineStart = at
            var lineEnd = at
            while lineEnd < bytes.count, bytes[lineEnd] != Byte.newline { lineEnd += 1 }
            if document.stripsTabs { while lineStart < lineEnd, bytes[lineStart] == Byte.tab { lineStart += 1 } }
            at = min(lineEnd + 1, bytes.count)
            if bytes[lineStart..<lineEnd].elementsEqual(delimiter) {
                break
            }
            body.append(contentsOf: bytes[lineStart..<lineEnd])
            if lineEnd < bytes.count { body.append(Byte.newline) }
        }
        documents[index].raw = String(decoding: body, as: UTF8.self)
        documents[index].parts = document.isQuoted ? [.literal(documents[index].raw)] : expansions(inBody: body)
    }

    /// A body in which something cannot be read is kept as text that nobody knows.
    private mutating func expansions(inBody body: [UInt8]) -> [ShellWordPart] {
        guard body.contains(where: { $0 == Byte.dollar || $0 == Byte.backquote || $0 == Byte.backslash }) else {
            return [.literal(String(decoding: body, as: UTF8.self))]
        }
        var inner = ShellParser(body, limits: limits)
        inner.depth = depth
        inner.documents = documents
        inner.retries = retries
        do throws(ShellSyntaxError) {
            let parts = try inner.quotedParts(until: nil)
            documents = inner.documents
            retries = inner.retries
            return parts
        } catch {
            return [.parameter(ShellParameter(name: "?unreadable"))]
        }
    }

    mutating func closePending() {
        let waiting = pending
        pending = []
        for index in waiting { readBody(index) }
    }
}
