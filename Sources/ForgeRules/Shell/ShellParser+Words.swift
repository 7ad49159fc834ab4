// Words and their quoting. It must never end a word inside quotes or a substitution.

extension ShellParser {
    /// A word; `isPattern` reads one of `[[ =~ ]]`, where parentheses and bars belong to the word.
    mutating func word(takesArray: Bool = false, mayBeEmpty: Bool = false, isPattern: Bool = false) throws(ShellSyntaxError) -> ShellWord {
        try enter()
        defer { leave() }
        var builder = PartBuilder()
        while let byte {
            if Byte.isBlankOrOperator(byte) {
                if isProcessSubstitution {
                    builder.append(try process())
                } else if byte == Byte.openParenthesis, takesArray, builder.endsInEquals {
                    builder.append(.array(try arrayElements()))
                } else if isPattern, byte == Byte.openParenthesis || byte == Byte.closeParenthesis || byte == Byte.pipe {
                    builder.add(byte)
                    at += 1
                } else {
                    break
                }
                continue
            }
            if byte == Byte.carriageReturn, self.byte(ahead: 1) == nil || self.byte(ahead: 1) == Byte.newline { break }
            try part(byte, into: &builder)
        }
        let parts = builder.finish()
        guard !parts.isEmpty || mayBeEmpty else { throw problem("a word is missing") }
        return ShellWord(parts)
    }

    private mutating func process() throws(ShellSyntaxError) -> ShellWordPart {
        let direction: ShellProcessDirection = byte == Byte.less ? .input : .output
        at += 2
        let script = try list(until: .parenthesis)
        at += 1
        return .process(direction, script)
    }

    /// One part at the top of a word.
    mutating func part(_ byte: UInt8, into builder: inout PartBuilder) throws(ShellSyntaxError) {
        switch byte {
        case Byte.backslash:
            try escape(into: &builder)
        case Byte.singleQuote:
            builder.append(.single(try singleQuoted()))
        case Byte.doubleQuote:
            at += 1
            builder.append(.double(try quotedParts(until: Byte.doubleQuote)))
        case Byte.dollar:
            try dollar(into: &builder, isQuoted: false)
        case Byte.backquote:
            builder.append(try backquoted(isQuoted: false))
        case Byte.question, Byte.star, Byte.plus, Byte.at, Byte.exclamation:
            if self.byte(ahead: 1) == Byte.openParenthesis {
                builder.append(try extendedGlob(byte))
            } else {
                builder.add(byte)
                at += 1
            }
        default:
            let start = at
            repeat { at += 1 } while at < bytes.count && !Self.isSpecial[Int(bytes[at])]
            builder.add(bytes[start..<at])
        }
    }

    /// What ends a run of plain text.
    private static let isSpecial: [Bool] = (0..<256).map { value in
        let byte = UInt8(value)
        return Byte.isBlankOrOperator(byte) || byte == Byte.carriageReturn
            || [
                Byte.backslash, Byte.singleQuote, Byte.doubleQuote, Byte.dollar, Byte.backquote, Byte.question, Byte.star, Byte.plus,
                Byte.at, Byte.exclamation, Byte.closeBrace, Byte.closeBracket, Byte.slash,
            ].contains(byte)
    }

    private mutating func escape(into builder: inout PartBuilder) throws(ShellSyntaxError) {
        guard let next = byte(ahead: 1) else {
            builder.add(Byte.backslash)
            at += 1
            return
        }
        if next == Byte.newline {
            at += 2
            return
        }
        var end = at + 2
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        builder.append(.escaped(text(at + 1..<end)))
        at = end
    }

    mutating func singleQuoted() throws(ShellSyntaxError) -> String {
        let start = at + 1
        var end = start
        while end < bytes.count, bytes[end] != Byte.singleQuote { end += 1 }
        guard end < bytes.count else { throw problem("a single quote has no end") }
        at = end + 1
        return text(start..<end)
    }

    /// Parts as inside double quotes, to the closing byte and past it; nil is the end of the text, as in a here-document.
    mutating func quotedParts(until close: UInt8?) throws(ShellSyntaxError) -> [ShellWordPart] {
        try enter()
        defer { leave() }
        var builder = PartBuilder()
        while let byte {
            if byte == close {
                at += 1
                return builder.finish()
            }
            try quotedPart(byte, close, into: &builder)
        }
        guard close == nil else { throw problem("a quote has no end") }
        return builder.finish()
    }

    mutating func quotedPart(_ byte: UInt8, _ close: UInt8?, into builder: inout PartBuilder) throws(ShellSyntaxError) {
        switch byte {
        case Byte.backslash:
            let next = self.byte(ahead: 1)
            if next == Byte.newline {
                at += 2
            } else if let next, next == Byte.dollar || next == Byte.backquote || next == Byte.backslash || next == close {
                builder.add(next)
                at += 2
            } else {
                builder.add(byte)
                at += 1
            }
        case Byte.dollar:
            try dollar(into: &builder, isQuoted: true)
        case Byte.backquote:
            builder.append(try backquoted(isQuoted: true))
        default:
            let start = at
            repeat { at += 1 } while at < bytes.count && bytes[at] != close && !Self.isSpecialInQuotes(bytes[at])
            builder.add(bytes[start..<at])
        }
    }

    private static func isSpecialInQuotes(_ byte: UInt8) -> Bool {
        byte == Byte.backslash || byte == Byte.dollar || byte == Byte.backquote
    }

    private mutating func extendedGlob(_ mark: UInt8) throws(ShellSyntaxError) -> ShellWordPart {
        at += 2
        let inner = try parts(until: Byte.closeParenthesis)
        guard take(")") else { throw problem("a pattern has no end") }
        return .extendedGlob(String(UnicodeScalar(mark)), inner)
    }

    /// Parts up to a closing byte that is not taken; blanks and operators are text, brackets and parentheses of the same kind nest.
    mutating func parts(until close: UInt8) throws(ShellSyntaxError) -> [ShellWordPart] {
        try enter()
        defer { leave() }
        let open: UInt8 = close == Byte.closeBracket ? Byte.openBracket : Byte.openParenthesis
        var builder = PartBuilder()
        var nesting = 0
        while let byte {
            if byte == close {
                if nesting == 0 { break }
                nesting -= 1
            } else if byte == open {
                nesting += 1
            }
            if byte == close || byte == open || Byte.isBlankOrOperator(byte) {
                if byte == Byte.newline, close == Byte.closeBracket { break }
                builder.add(byte)
                at += 1
            } else if byte == Byte.openBracket || byte == Byte.closeBracket {
                builder.add(byte)
                at += 1
            } else {
                try plainPart(byte, close, open, into: &builder)
            }
        }
        return builder.finish()
    }

    private mutating func plainPart(_ byte: UInt8, _ close: UInt8, _ open: UInt8, into builder: inout PartBuilder) throws(ShellSyntaxError)
    {
        switch byte {
        case Byte.backslash, Byte.singleQuote, Byte.doubleQuote, Byte.dollar, Byte.backquote:
            try part(byte, into: &builder)
        default:
            builder.add(byte)
            at += 1
        }
    }
}

/// Collects parts, runs of plain text put together.
struct PartBuilder {
    private var parts: [ShellWordPart] = []
    private var run: [UInt8] = []

    mutating func add(_ byte: UInt8) { run.append(byte) }

    mutating func add(_ bytes: ArraySlice<UInt8>) { run.append(contentsOf: bytes) }

    mutating func append(_ part: ShellWordPart) {
        flush()
        parts.append(part)
    }

    var endsInEquals: Bool { run.last == Byte.equals }

    mutating func finish() -> [ShellWordPart] {
        flush()
        return parts
    }

    private mutating func flush() {
        guard !run.isEmpty else { return }
        parts.append(.literal(String(decoding: run, as: UTF8.self)))
        run.removeAll(keepingCapacity: true)
    }
}
