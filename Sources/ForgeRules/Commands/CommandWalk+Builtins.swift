// The shell's own commands, as far as they change what later commands mean. It must never treat one as done that runs text: `eval`,
// `source` and `trap` are walked like the text they are given.

extension CommandWalk {
    /// Nil when the name is no builtin that matters here.
    mutating func runBuiltin(_ name: String, _ words: [Argument], stdin: ShellStream, _ assignments: [String]) -> ShellStream? {
        switch name {
        case "cd", "pushd": return changeFolder(name, words)
        case "popd":
            if let before = state.formerFolders.popLast() { state.folder = before } else { state.folder = nil }
            return .nothing
        case "export", "declare", "local", "readonly", "typeset": return declare(words)
        case "unset":
            for word in words { state.variables[word.text] = ShellVariable(Argument(text: "")) }
            return .nothing
        case "set": return set(words)
        case "shift":
            if !state.positional.isEmpty { state.positional.removeFirst(min(Int(words.first?.text ?? "1") ?? 1, state.positional.count)) }
            return .nothing
        case "read", "mapfile", "readarray": return readVariables(words, stdin)
        case "eval": return evaluate(words, stdin)
        case "source", ".": return source(words, stdin)
        case "exec", "command", "builtin": return runThrough(name, words, stdin, assignments)
        case "alias": return alias(words)
        case "trap":
            if let action = words.first(where: { !$0.isOption }), words.count > 1 { evaluateText(action, stdin) }
            return .nothing
        case ":", "true", "false", "return", "exit", "break", "continue", "wait": return .nothing
        case "echo", "printf":
            if name == "printf", words.count > 2, words[0].text == "-v" {
                state.assign(words[1].text, ShellVariable(Self.format(Array(words.dropFirst(2)))))
            }
            return nil
        default: return nil
        }
    }

    private mutating func changeFolder(_ name: String, _ words: [Argument]) -> ShellStream {
        guard let target = words.first(where: { !$0.isOption || $0.text == "-" }) else {
            if name == "cd" { state.folder = PlaceReader.home }
            return .nothing
        }
        let before = state.folder
        if name == "pushd" || target.text != "-" { state.formerFolders.append(before) }
        if target.text == "-" {
            state.folder = state.formerFolders.popLast() ?? nil
        } else if target.isUnknown {
            // An unset variable leaves `cd` at home.
            state.folder = target.text.count == 1 ? nil : PlaceReader.absolute(target.text, in: before)
        } else {
            var folder = PlaceReader.absolute(target.text.isEmpty ? "." : target.text, in: before)
            for (link, leads) in state.links { if folder == link { folder = leads } }
            state.folder = folder
        }
        return .nothing
    }

    private mutating func declare(_ words: [Argument]) -> ShellStream {
        var prints = true
        for word in words where !word.isOption {
            prints = false
            guard let equals = word.text.firstIndex(of: "=") else { continue }
            var name = word.text[..<equals]
            if name.hasSuffix("+") { name = name.dropLast() }
            let text = String(word.text[word.text.index(after: equals)...])
            state.assign(String(name), ShellVariable(Argument(text: text, origin: word.origin)))
        }
        return prints ? environment() : .nothing
    }

    private mutating func set(_ words: [Argument]) -> ShellStream {
        guard let first = words.first else { return environment() }
        if first.text == "--" {
            state.positional = Array(words.dropFirst())
        } else if !first.isOption, !first.text.hasPrefix("+") {
            state.positional = words
        }
        return .nothing
    }

    /// Everything the shell knows is printed.
    private mutating func environment() -> ShellStream {
        judgement.raise(.destructive, rule: "environment-dump", why: "this prints every variable, and one of them may be a credential")
        return ShellStream(text: nil, origin: .secret)
    }

    private mutating func readVariables(_ words: [Argument], _ stdin: ShellStream) -> ShellStream {
        var names = words.filter { !$0.isOption }.map(\.text)
        if names.isEmpty { names = ["REPLY"] }
        guard let text = stdin.text else {
            for name in names { state.assign(name, ShellVariable(Argument(text: String(Argument.unknownPiece), origin: stdin.origin))) }
            return .nothing
        }
        let lines = text.split(separator: "\n").map {
            Argument(text: String($0), origin: stdin.origin, isPattern: Wildcard.hasPattern(String($0)))
        }
        if names.count == 1 {
            state.assign(names[0], ShellVariable(alternatives: lines))
            return .nothing
        }
        let fields = (lines.first?.text ?? "").split(maxSplits: names.count - 1, whereSeparator: \.isWhitespace)
        for (index, name) in names.enumerated() {
            state.assign(name, ShellVariable(Argument(text: index < fields.count ? String(fields[index]) : "", origin: stdin.origin)))
        }
        return .nothing
    }

    // MARK: - Text that runs

    private mutating func evaluate(_ words: [Argument], _ stdin: ShellStream) -> ShellStream {
        let joined = Argument(
            text: words.map(\.text).joined(separator: " "), origin: words.reduce(into: []) { $0.formUnion($1.origin) })
        return evaluateText(joined, stdin)
    }

    @discardableResult
    mutating func evaluateText(_ text: Argument, _ stdin: ShellStream) -> ShellStream {
        if text.origin.contains(.remote) {
            judgement.raise(.catastrophic, rule: "remote-code", why: "what came over the network would run as commands")
            return .unknown
        }
        if text.text == String(Argument.unknownPiece) {
            judgement.raise(.destructive, rule: "unread-code", why: "the commands that would run are only known when they run")
            return .unknown
        }
        return runText(text.text, stdin: stdin)
    }

    private mutating func source(_ words: [Argument], _ stdin: ShellStream) -> ShellStream {
        guard let file = words.first else { return .nothing }
        if file.text == "/dev/stdin" || file.text == "-" {
            interpret(stdin, .shell)
            return .unknown
        }
        let place = places.place(of: file.text, isPattern: file.isPattern, in: state.folder)
        if place.contains(.credential) {
            judgement.raise(.destructive, rule: "credential-load", why: "this takes credentials into the shell that runs the rest")
        }
        _ = judgeRunning(file, as: .shell)
        return .unknown
    }

    private mutating func runThrough(_ name: String, _ words: [Argument], _ stdin: ShellStream, _ assignments: [String]) -> ShellStream {
        var rest = words[...]
        while let first = rest.first, first.isOption {
            if name == "command", first.text.utf8.contains(UInt8(ascii: "v")) || first.text.utf8.contains(UInt8(ascii: "V")) {
                return .unknown
            }
            rest = rest.dropFirst(name == "exec" && first.text == "-a" ? 2 : 1)
            if first.text == "--" { break }
        }
        return rest.isEmpty ? .nothing : dispatch(Array(rest), stdin: stdin, assignments: assignments)
    }

    private mutating func alias(_ words: [Argument]) -> ShellStream {
        for word in words {
            guard let equals = word.text.firstIndex(of: "=") else { continue }
            state.aliases[String(word.text[..<equals])] = String(word.text[word.text.index(after: equals)...])
        }
        return .unknown
    }
}
