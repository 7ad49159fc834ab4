// Code in other languages: not parsed, but looked over for what reaches out of it. Text in quotes that such a call would get is judged as
// a command or a path. It must never call code safe that hides what it calls.

extension CommandWalk {
    mutating func runScript(_ code: Argument, _ language: PayloadLanguage) {
        if code.origin.contains(.remote) {
            judgement.raise(.catastrophic, rule: "remote-code", why: "code that came over the network would run")
            return
        }
        switch language {
        case .shell: _ = evaluateText(code, .unknown)
        case .words, .hook: judgeHook(code, "a program")
        case .script: lookOver(ScriptText(code.text), code)
        case .awk: awk(code)
        case .sed: sed(code.text)
        case .editor: editor(code.text)
        case .sql: break
        }
    }

    private mutating func lookOver(_ script: ScriptText, _ code: Argument) {
        guard !code.isUnknown || code.text.count > 1 else { return interpret(.unknown, .script) }
        let calls = script.calls
        if calls.contains(.starts) {
            if let command = script.commandLine { _ = inSubshell { walk in walk.runText(command) } }
            for text in script.strings {
                _ = inSubshell { walk in walk.runText(text) }
                if calls.contains(.hides), text.utf8.count >= 8, let decoded = Self.decodeBase64(text) {
                    _ = inSubshell { walk in walk.runText(decoded) }
                }
            }
            if script.strings.isEmpty { _ = inSubshell { walk in walk.runText(code.text.replacing("exec ", with: "")) } }
            judgement.raise(.destructive, rule: "script-effect", why: "the code starts programs")
        }
        if calls.contains(.deletes) {
            for path in script.paths {
                effect(.delete, Argument(text: path, isPattern: Wildcard.hasPattern(path)), isRecursive: calls.contains(.deletesTrees))
            }
            judgement.raise(.destructive, rule: "script-effect", why: "the code deletes files")
        }
        var isSecret = calls.contains(.environment)
        for path in script.paths where path.contains("/") || path.hasPrefix(".") {
            if calls.contains(.opens) { isSecret = read(Argument(text: path)).origin.contains(.secret) || isSecret }
            if calls.contains(.writes) { effect(.write, Argument(text: path)) }
        }
        if calls.contains(.network), isSecret {
            judgement.raise(.catastrophic, rule: "exfiltration", why: "the code would send what may be a secret to another machine")
        }
        if calls.contains(.network), calls.contains(.hides) {
            judgement.raise(.catastrophic, rule: "remote-code", why: "the code would run what it gets over the network")
        }
        if calls.contains(.network), script.isReverseShell {
            judgement.raise(.catastrophic, rule: "reverse-shell", why: "the code connects a shell to another machine")
        }
        if calls.contains(.forks) { judgement.raise(.catastrophic, rule: "fork-bomb", why: "the code starts itself again and again") }
        if calls.contains(.network) { judgement.raise(.destructive, rule: "script-effect", why: "the code talks to the network") }
        if calls.contains(.hides) { judgement.raise(.destructive, rule: "script-effect", why: "the code runs text it makes itself") }
        if calls.contains(.environment) {
            judgement.raise(.destructive, rule: "environment-dump", why: "the code reads the environment, where credentials may be")
        }
    }

    private mutating func awk(_ code: Argument) {
        let script = ScriptText(code.text)
        guard code.text.contains("system") || code.text.contains("|") || code.text.contains(">") || code.text.contains("/inet/") else {
            return
        }
        if code.text.contains("/inet/") { judgement.raise(.catastrophic, rule: "reverse-shell", why: "awk would open a connection") }
        guard code.text.contains("system(") || code.text.contains("system (") || code.text.contains("getline") || script.isPipedToText
        else {
            for path in script.targets { effect(.write, Argument(text: path)) }
            return
        }
        for text in script.strings { _ = inSubshell { walk in walk.runText(text) } }
        judgement.raise(.destructive, rule: "script-effect", why: "awk would run programs")
    }

    /// `e` runs a command, `w` writes a file, and `s///e` runs the result.
    private mutating func sed(_ script: String) {
        for line in script.split(whereSeparator: { $0 == "\n" || $0 == ";" }) {
            var rest = line.drop { $0.isWhitespace || $0.isNumber || "$,!{+~".contains($0) }
            if rest.first == "/", let end = rest.dropFirst().firstIndex(of: "/") {
                rest = rest[rest.index(after: end)...].drop { $0.isWhitespace || $0 == "!" }
            }
            guard let letter = rest.first else { continue }
            let argument = String(rest.dropFirst().drop { $0.isWhitespace })
            switch letter {
            case "e":
                if argument.isEmpty {
                    judgement.raise(.destructive, rule: "unread-code", why: "sed would run its input as commands")
                } else {
                    _ = inSubshell { walk in walk.runText(argument) }
                }
            case "w", "W": effect(.write, Argument(text: argument))
            case "r", "R": effect(.read, Argument(text: argument))
            case "s": sedSubstitution(rest)
            default: break
            }
        }
    }

    private mutating func sedSubstitution(_ rest: Substring) {
        guard let mark = rest.dropFirst().first else { return }
        let parts = rest.dropFirst(2).split(separator: mark, omittingEmptySubsequences: false)
        guard parts.count >= 3, let flags = parts.last else { return }
        if let write = flags.firstIndex(of: "w") {
            effect(.write, Argument(text: String(flags[flags.index(after: write)...].drop { $0 == " " })))
        } else if flags.contains("e"), flags.allSatisfy({ $0.isLetter || $0.isNumber }) {
            _ = inSubshell { walk in walk.runText(String(parts[1])) }
            judgement.raise(.destructive, rule: "unread-code", why: "sed would run its result as a command")
        }
    }

    /// `:!command`, `:call system("…")`, `:w path`.
    private mutating func editor(_ script: String) {
        let text = script.drop { $0 == ":" || $0 == " " }
        if let mark = text.firstIndex(of: "!"), text[..<mark].allSatisfy({ $0.isLetter || "%.,$ ".contains($0) }) {
            _ = inSubshell { walk in walk.runText(String(text[text.index(after: mark)...])) }
        } else if text.contains("system(") || text.hasPrefix("py") || text.hasPrefix("lua") || text.hasPrefix("perl")
            || text.hasPrefix("terminal") || text.hasPrefix("term ")
        {
            for string in ScriptText(String(text)).strings { _ = inSubshell { walk in walk.runText(string) } }
            judgement.raise(.destructive, rule: "script-effect", why: "the editor would run programs")
        } else if text.hasPrefix("w "), let path = text.split(separator: " ").last {
            effect(.write, Argument(text: String(path)))
        }
    }
}
