// Words to arguments: quotes taken away, variables and braces put in, substitutions walked through and replaced by what they would say.
// It must never drop a substitution, and must never take an unknown piece for an empty one.

/// A part of a word after expansion, before it is split.
struct ExpandedPiece {
    var text: String
    /// Live for braces, patterns and a tilde.
    var isLiteral = false
    /// Split at blanks.
    var splits = false
    var origin: Origin = []
    var stream: ShellStream?
    /// Live for patterns.
    var isPattern = false
    /// From `"$@"`: an argument by itself after this one.
    var endsArgument = false
}

extension CommandWalk {
    /// All arguments a word becomes.
    mutating func expand(_ word: ShellWord) -> [Argument] {
        // Nearly every word is one plain text.
        if word.parts.count == 1 {
            switch word.parts[0] {
            case .literal(let text) where !text.utf8.contains(where: Self.isLive): return [Argument(text: text)]
            case .single(let text): return [Argument(text: text)]
            default: break
            }
        }
        var pieces: [ExpandedPiece] = []
        for (index, part) in word.parts.enumerated() { expand(part, isQuoted: false, isFirst: index == 0, into: &pieces) }
        let alternatives = BraceExpansion.expand(pieces)
        var arguments: [Argument] = []
        for alternative in alternatives { split(alternative, isQuoted: word.parts.contains(where: Self.isQuote), into: &arguments) }
        return arguments
    }

    private static func isLive(_ byte: UInt8) -> Bool {
        switch byte {
        case Byte.star, Byte.question, Byte.openBracket, Byte.openBrace, UInt8(ascii: "~"): true
        default: false
        }
    }

    private static func isQuote(_ part: ShellWordPart) -> Bool {
        switch part {
        case .single, .double, .ansi, .localized, .escaped: true
        default: false
        }
    }

    /// As one text, nothing split: what an assignment, a redirection or a here-document takes.
    mutating func expandAsOne(_ word: ShellWord) -> Argument {
        var pieces: [ExpandedPiece] = []
        for (index, part) in word.parts.enumerated() { expand(part, isQuoted: false, isFirst: index == 0, into: &pieces) }
        return joined(pieces)
    }

    mutating func expandQuoted(_ parts: [ShellWordPart]) -> Argument {
        var pieces: [ExpandedPiece] = []
        for part in parts { expand(part, isQuoted: true, isFirst: false, into: &pieces) }
        return joined(pieces)
    }

    func joined(_ pieces: [ExpandedPiece]) -> Argument {
        var argument = Argument(text: "")
        for piece in pieces {
            Self.append(piece, to: &argument)
            if argument.text.utf8.count > ShellStream.textBytesMax * 4 {
                return Argument(text: String(Argument.unknownPiece), origin: pieces.reduce(into: []) { $0.formUnion($1.origin) })
            }
        }
        return argument
    }

    /// The commands in arithmetic run; its value is a number nobody needs.
    mutating func expand(arithmetic parts: [ShellWordPart]) -> String {
        let text = expandQuoted(parts).text
        return Int(text.filter { $0 != " " }).map(String.init) ?? String(Argument.unknownPiece)
    }

    private static func append(_ piece: ExpandedPiece, to argument: inout Argument) {
        argument.text += piece.text
        argument.origin.formUnion(piece.origin)
        if let stream = piece.stream { argument.stream = stream }
        if piece.isLiteral || piece.isPattern, Wildcard.hasPattern(piece.text) { argument.isPattern = true }
    }

    private func split(_ pieces: [ExpandedPiece], isQuoted: Bool, into arguments: inout [Argument]) {
        var current = Argument(text: "")
        var isOpen = false
        let separators = separators
        for piece in pieces {
            if !piece.splits {
                Self.append(piece, to: &current)
                isOpen = isOpen || !piece.text.isEmpty || piece.stream != nil
                if piece.endsArgument {
                    arguments.append(current)
                    current = Argument(text: "")
                    isOpen = false
                }
                continue
            }
            var run = ""
            for character in piece.text {
                guard separators.contains(character) else {
                    run.append(character)
                    continue
                }
                if !run.isEmpty || isOpen {
                    Self.append(ExpandedPiece(text: run, origin: piece.origin, isPattern: true), to: &current)
                    arguments.append(current)
                }
                current = Argument(text: "")
                run = ""
                isOpen = false
            }
            if !run.isEmpty {
                Self.append(ExpandedPiece(text: run, origin: piece.origin, isPattern: true), to: &current)
                isOpen = true
            } else {
                current.origin.formUnion(piece.origin)
            }
        }
        if isOpen || isQuoted && arguments.isEmpty { arguments.append(current) }
    }

    private var separators: String {
        guard let value = state.variables["IFS"]?.alternatives.first, !value.isUnknown else { return " \t\n" }
        return value.text
    }

    // MARK: - Parts

    mutating func expand(_ part: ShellWordPart, isQuoted: Bool, isFirst: Bool, into pieces: inout [ExpandedPiece]) {
        switch part {
        case .literal(let text):
            pieces.append(ExpandedPiece(text: isFirst && !isQuoted ? tilde(text) : text, isLiteral: !isQuoted))
        case .escaped(let text), .single(let text), .ansi(let text):
            pieces.append(ExpandedPiece(text: text))
        case .double(let inner), .localized(let inner):
            if inner.isEmpty { pieces.append(ExpandedPiece(text: "")) }
            for part in inner { expand(part, isQuoted: true, isFirst: false, into: &pieces) }
        case .parameter(let parameter):
            expand(parameter, isQuoted: isQuoted, into: &pieces)
        case .command(let script):
            let output = inSubshell { walk in walk.run(script, stdin: .unknown) }
            pieces.append(Self.piece(of: output, splits: !isQuoted))
        case .arithmetic(let inner):
            pieces.append(ExpandedPiece(text: expand(arithmetic: inner)))
        case .process(let direction, let script):
            let outer = isForked
            let output = inSubshell { walk in walk.run(script, stdin: direction == .output ? walk.feeding : .unknown) }
            isForked = outer
            pieces.append(ExpandedPiece(text: "/dev/fd/63", origin: output.origin, stream: direction == .input ? output : nil))
        case .extendedGlob(let mark, let inner):
            pieces.append(ExpandedPiece(text: mark == "!" || mark == "*" ? "*" : expandQuoted(inner).text + "*", isPattern: true))
        case .array(let words):
            for word in words {
                for argument in expand(word) { pieces.append(ExpandedPiece(text: argument.text + " ", origin: argument.origin)) }
            }
        }
    }

    static func piece(of output: ShellStream, splits: Bool) -> ExpandedPiece {
        guard var text = output.text else {
            return ExpandedPiece(text: String(Argument.unknownPiece), origin: output.origin)
        }
        while text.utf8.last == Byte.newline { text.removeLast() }
        return ExpandedPiece(text: text, splits: splits, origin: output.origin)
    }

    private func tilde(_ text: String) -> String {
        guard text.utf8.first == UInt8(ascii: "~") else { return text }
        let end = text.firstIndex(of: "/") ?? text.endIndex
        let user = text[..<end].dropFirst()
        let rest = text[end...]
        switch user {
        case "": return (value(of: "HOME").first?.text ?? PlaceReader.home) + rest
        case "root": return "/root" + rest
        case "+": return (state.folder ?? String(Argument.unknownPiece)) + rest
        case "-": return String(Argument.unknownPiece) + rest
        default: return "/\(PlaceReader.homes[0])/" + user + rest
        }
    }
}
