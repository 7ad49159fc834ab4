// What begins with a dollar or a backquote: parameters, commands, arithmetic. It must never mistake `$((` of two subshells for
// arithmetic: it goes back and reads it again, a bounded number of times.

extension ShellParser {
    mutating func dollar(into builder: inout PartBuilder, isQuoted: Bool) throws(ShellSyntaxError) {
        guard let next = byte(ahead: 1) else {
            builder.add(Byte.dollar)
            at += 1
            return
        }
        switch next {
        case Byte.openParenthesis: builder.append(try substitution())
        case Byte.openBrace: builder.append(try braced(isQuoted: isQuoted))
        case Byte.openBracket:
            at += 2
            let inner = try parts(until: Byte.closeBracket)
            guard take("]") else { throw problem("'$[' has no end") }
            builder.append(.arithmetic(inner))
        case Byte.singleQuote where !isQuoted:
            at += 1
            builder.append(.ansi(try ansiQuoted()))
        case Byte.doubleQuote where !isQuoted:
            at += 2
            builder.append(.localized(try quotedParts(until: Byte.doubleQuote)))
        default:
            plainParameter(next, into: &builder)
        }
    }

    private mutating func plainParameter(_ next: UInt8, into builder: inout PartBuilder) {
        var end = at + 1
        if Byte.isNameStart(next) {
            while end < bytes.count, Byte.isName(bytes[end]) { end += 1 }
        } else if Byte.isDigit(next) || Self.isSpecialParameter(next) {
            end += 1
        } else {
            builder.add(Byte.dollar)
            at += 1
            return
        }
        builder.append(.parameter(ShellParameter(name: text(at + 1..<end))))
        at = end
    }

    private static func isSpecialParameter(_ byte: UInt8) -> Bool {
        switch byte {
        case Byte.at, Byte.star, Byte.hash, Byte.question, Byte.minus, Byte.dollar, Byte.exclamation: true
        default: false
        }
    }

    private mutating func substitution() throws(ShellSyntaxError) -> ShellWordPart {
        at += 1
        if isNext("(("), let parts = try arithmeticIfClosed() { return .arithmetic(parts) }
        at += 1
        let script = try list(until: .parenthesis)
        at += 1
        return .command(script)
    }

    /// At `((`: the arithmetic up to its `))`, or nil, with nothing taken, when the parentheses close apart.
    mutating func arithmeticIfClosed() throws(ShellSyntaxError) -> [ShellWordPart]? {
        let start = (at, documents.count, pending)
        at += 2
        do throws(ShellSyntaxError) {
            let inner = try parts(until: Byte.closeParenthesis)
            if take("))") { return inner }
        } catch {
            // Read again as a subshell, which reports what is wrong with it.
        }
        retries += 1
        guard retries <= limits.retriesMax else { throw problem("'((' that is no arithmetic, too often") }
        at = start.0
        documents.removeSubrange(start.1...)
        pending = start.2
        return nil
    }

    // MARK: - `${ }`

    private mutating func braced(isQuoted: Bool) throws(ShellSyntaxError) -> ShellWordPart {
        try enter()
        defer { leave() }
        at += 2
        guard let first = byte else { throw problem("'${' has no end") }
        if first == Byte.space || first == Byte.newline || first == Byte.tab || first == Byte.pipe { return try commandInBraces() }
        var parameter = ShellParameter(name: "", isBraced: true)
        if first == Byte.hash, let next = byte(ahead: 1), next != Byte.closeBrace, Byte.isName(next) || next == Byte.at || next == Byte.star
        {
            parameter.isLength = true
            at += 1
        } else if first == Byte.exclamation, let next = byte(ahead: 1), Byte.isName(next) {
            parameter.isIndirect = true
            at += 1
        }
        parameter.name = try parameterName()
        if byte == Byte.openBracket {
            at += 1
            parameter.subscript_ = try parts(until: Byte.closeBracket)
            guard take("]") else { throw problem("a subscript has no end") }
        }
        if byte != Byte.closeBrace {
            parameter.operation = try operation()
            parameter.argument = try argument(isQuoted: isQuoted)
        }
        guard take("}") else { throw problem("'${' has no end") }
        return .parameter(parameter)
    }

    /// Bash 5.3: `${ command; }`.
    private mutating func commandInBraces() throws(ShellSyntaxError) -> ShellWordPart {
        if byte == Byte.pipe { at += 1 }
        let script = try list(until: .brace)
        at += 1
        return .command(script)
    }

    private mutating func parameterName() throws(ShellSyntaxError) -> String {
        let start = at
        if let first = byte, Byte.isName(first) {
            while let byte, Byte.isName(byte) { at += 1 }
        } else if let first = byte, Self.isSpecialParameter(first) {
            at += 1
        } else {
            throw problem("'${' without a name")
        }
        return text(start..<at)
    }

    private mutating func operation() throws(ShellSyntaxError) -> String {
        for text in [
            ":-", ":=", ":?", ":+", "##", "%%", "//", "/#", "/%", "^^", ",,", "~~", "#", "%", "/", "^", ",", "~", ":", "-", "=", "?", "+",
            "@", "*",
        ] where take(text) {
            return text
        }
        throw problem("an expansion with an operator nobody knows")
    }

    private mutating func argument(isQuoted: Bool) throws(ShellSyntaxError) -> [ShellWordPart] {
        var builder = PartBuilder()
        while let byte, byte != Byte.closeBrace {
            switch byte {
            case Byte.singleQuote where isQuoted:
                builder.add(byte)
                at += 1
            case Byte.backslash, Byte.singleQuote, Byte.doubleQuote, Byte.dollar, Byte.backquote:
                try part(byte, into: &builder)
            case Byte.less, Byte.greater:
                if isProcessSubstitution, !isQuoted {
                    builder.append(try word())
                } else {
                    builder.add(byte)
                    at += 1
                }
            default:
                builder.add(byte)
                at += 1
            }
        }
        return builder.finish()
    }

    // MARK: - Backquotes and ANSI-C quotes

    mutating func backquoted(isQuoted: Bool) throws(ShellSyntaxError) -> ShellWordPart {
        try enter()
        defer { leave() }
        var inner: [UInt8] = []
        at += 1
        while let byte, byte != Byte.backquote {
            if byte == Byte.backslash, let next = self.byte(ahead: 1),
                next == Byte.backslash || next == Byte.backquote || next == Byte.dollar || isQuoted && next == Byte.doubleQuote
            {
                inner.append(next)
                at += 2
            } else {
                inner.append(byte)
                at += 1
            }
        }
        guard byte == Byte.backquote else { throw problem("a backquote has no end") }
        at += 1
        var parser = ShellParser(inner, limits: limits)
        parser.depth = depth
        parser.retries = retries
        parser.documents = documents
        let script = try parser.list(until: .end)
        parser.closePending()
        documents = parser.documents
        retries = parser.retries
        return .command(script)
    }

    private mutating func ansiQuoted() throws(ShellSyntaxError) -> String {
        let start = at + 1
        var end = start
        while end < bytes.count, bytes[end] != Byte.singleQuote { end += bytes[end] == Byte.backslash ? 2 : 1 }
        guard end < bytes.count else { throw problem("a quote has no end") }
        at = end + 1
        return ANSIQuoting.decode(bytes[start..<end])
    }
}

extension PartBuilder {
    mutating func append(_ word: ShellWord) {
        for part in word.parts { append(part) }
    }
}
