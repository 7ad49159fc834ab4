// Programs that run what they are given: wrappers, interpreters, options whose value is code. It must never stop at the wrapper: the
// judgement is about what comes out.

extension CommandWalk {
    /// Follows what the program would run; what it would print, as far as it is known.
    mutating func unwrap(_ invocation: Invocation, _ origin: Origin) -> ShellStream {
        var wasRun = false
        for flag in invocation.flags {
            guard let value = flag.value, let language = invocation.specification?.runs[flag.name] else { continue }
            wasRun = true
            runPayload(value, language, invocation)
        }
        if let output = unwrapSpecial(invocation, origin) { return output }
        guard let specification = invocation.specification else { return output(of: invocation, origin) }
        if let wrapper = specification.wraps { return unwrap(wrapper, invocation, origin, wasRun) }
        if let language = specification.code, !invocation.hasAny(specification.textless), let code = invocation.operands.first {
            runPayload(code, language, invocation)
        }
        if let language = specification.interprets, !wasRun { return runInterpreter(invocation, language, specification) }
        return output(of: invocation, origin)
    }

    /// Runs the value of an option or an operand that is code.
    mutating func runPayload(_ code: Argument, _ language: PayloadLanguage, _ invocation: Invocation) {
        if code.origin.contains(.remote) {
            judgement.raise(.catastrophic, rule: "remote-code", why: "'\(invocation.name)' would run what came over the network")
            return
        }
        switch language {
        case .shell:
            let outer = (state.positional, state.zero)
            let given = Array(invocation.rest)
            if let zero = given.first { state.zero = zero }
            state.positional = Array(given.dropFirst())
            _ = evaluateText(code, invocation.stdin)
            (state.positional, state.zero) = outer
        case .words:
            _ = dispatch([code] + invocation.rest, stdin: invocation.stdin)
        case .hook: judgeHook(code, invocation.name)
        case .sed:
            runScript(code, language)
            if ScriptText.deletesEveryLine(code.text), invocation.has("-i") || invocation.has("--in-place") {
                for path in invocation.paths { effect(.empty, path) }
            }
        case .script, .awk, .editor, .sql:
            runScript(code, language)
        }
    }

    /// A command that git or ssh would run by itself, outside of what is looked at here.
    mutating func judgeHook(_ code: Argument, _ name: String) {
        let command = code.text.hasPrefix("!") ? String(code.text.dropFirst()) : code.text
        if pack.harmlessHooks.contains(command) { return }
        _ = inSubshell { walk in walk.evaluateText(Argument(text: command, origin: code.origin), .unknown) }
        judgement.raise(
            .catastrophic, rule: "program-hook", why: "'\(name)' would run '\(Self.shown(command))' by itself, where nobody looks")
    }

    /// Text from a stream, run by an interpreter.
    mutating func interpret(_ stream: ShellStream, _ language: PayloadLanguage) {
        if stream.origin.contains(.remote) {
            judgement.raise(.catastrophic, rule: "remote-code", why: "what came over the network would run")
            return
        }
        guard let text = stream.text else {
            judgement.raise(.destructive, rule: "unread-code", why: "an interpreter would run a text that nobody can read before")
            return
        }
        if language == .shell { _ = inSubshell { walk in walk.runText(text) } } else { runScript(Argument(text: text), language) }
    }

    private mutating func runInterpreter(_ invocation: Invocation, _ language: PayloadLanguage, _ specification: ProgramSpecification)
        -> ShellStream
    {
        if let module = invocation.value("-m"), language == .script { return runModule(module, invocation) }
        if invocation.isAskingForHelp || invocation.hasAny(specification.textless) { return .unknown }
        guard let file = invocation.rest.first, !(language == .shell && invocation.flags.contains { $0.name == "-s" }) else {
            interpret(invocation.stdin, language)
            // What an interactive shell answers is no one else's business: with `| nc` it would be.
            return ShellStream(text: nil, origin: invocation.has("-i") ? .secret : [])
        }
        if file.text == "-" || file.text == "/dev/stdin" || file.text == "/proc/self/fd/0" || file.text == "/dev/fd/0" {
            interpret(invocation.stdin, language)
            return .unknown
        }
        if isItself(file) { runItself() }
        _ = judgeRunning(file, as: language)
        for argument in invocation.rest.dropFirst() where !argument.isOption { _ = effect(.read, argument) }
        return ShellStream(text: nil, origin: invocation.stdin.origin.intersection(.secret))
    }

    /// `python -m module`: judged like a program of that name when there are rules for it, else it is the worktree's own.
    private mutating func runModule(_ module: Argument, _ invocation: Invocation) -> ShellStream {
        guard pack.rulesByName[module.text] != nil || pack.programs[module.text] != nil else { return .unknown }
        return dispatch([module] + invocation.rest, stdin: invocation.stdin)
    }

    // MARK: - Wrappers

    private mutating func unwrap(_ wrapper: WrapperSpecification, _ invocation: Invocation, _ origin: Origin, _ wasRun: Bool) -> ShellStream
    {
        var rest = invocation.rest.dropFirst(wrapper.operands)
        var names = invocation.assignments
        if wrapper.takesAssignments {
            while let first = rest.first, let equals = first.text.utf8.firstIndex(of: Byte.equals), equals > first.text.startIndex,
                first.text[..<equals].utf8.allSatisfy(Byte.isName)
            {
                names.append(String(first.text[..<equals]))
                state.assign(
                    names[names.count - 1],
                    ShellVariable(Argument(text: String(first.text[first.text.index(after: equals)...]), origin: first.origin)))
                rest = rest.dropFirst()
            }
        }
        guard !rest.isEmpty else {
            if invocation.name == "env", !wasRun, !invocation.isAskingForHelp { return dumpEnvironment() }
            return output(of: invocation, origin)
        }
        guard wrapper.isElsewhere else {
            let folder = state.folder
            defer { state.folder = folder }
            if let target = invocation.value("-C") ?? invocation.value("--chdir") ?? invocation.value("-D") {
                state.folder = PlaceReader.absolute(target.text, in: folder)
            }
            return runWrapped(Array(rest), wrapper, invocation.stdin, names)
        }
        let before = (state, isElsewhere)
        isElsewhere = true
        state.folder = "/srv/elsewhere/folder"
        let output = runWrapped(Array(rest), wrapper, invocation.stdin, names)
        (state, isElsewhere) = before
        return ShellStream(text: nil, origin: output.origin.union(.remote))
    }

    private mutating func runWrapped(_ words: [Argument], _ wrapper: WrapperSpecification, _ stdin: ShellStream, _ names: [String])
        -> ShellStream
    {
        guard wrapper.isShell else { return dispatch(words, stdin: stdin, assignments: names) }
        let joined = Argument(text: words.map(\.text).joined(separator: " "), origin: words.reduce(into: []) { $0.formUnion($1.origin) })
        return evaluateText(joined, stdin)
    }

    private mutating func dumpEnvironment() -> ShellStream {
        judgement.raise(.destructive, rule: "environment-dump", why: "this prints every variable, and one of them may be a credential")
        return ShellStream(text: nil, origin: .secret)
    }

    // MARK: - Programs with a way of their own

    private mutating func unwrapSpecial(_ invocation: Invocation, _ origin: Origin) -> ShellStream? {
        switch invocation.name {
        case "xargs": return xargs(invocation)
        case "printenv":
            if invocation.isAskingForHelp { return nil }
            guard !invocation.operands.isEmpty else { return dumpEnvironment() }
            return ShellStream(text: nil, origin: invocation.operands.contains { Self.namesSecret($0.text) } ? .secret : [])
        case "parallel": return parallel(invocation)
        case "find", "fd", "fdfind": return find(invocation)
        case "git": return git(invocation, origin)
        case "busybox", "toybox":
            return invocation.words.isEmpty ? .unknown : dispatch(invocation.words, stdin: invocation.stdin)
        case "at", "batch":
            if !invocation.isAskingForHelp, invocation.value("-f") == nil, !invocation.hasAny(["-l", "-r", "-d", "-c"] as [String]) {
                interpret(invocation.stdin, .shell)
            }
            return .unknown
        case "make", "gmake": return make(invocation)
        case "unzip", "7z", "cpio":
            rememberUnpacked(invocation, origin)
            return nil
        case "tar", "bsdtar":
            rememberUnpacked(invocation, origin)
            for flag in invocation.flags where flag.name == "--checkpoint-action" {
                if let value = flag.value, value.text.hasPrefix("exec=") {
                    _ = evaluateText(Argument(text: String(value.text.dropFirst(5)), origin: value.origin), .unknown)
                }
            }
            return nil
        case "less", "more", "most", "vi", "vim", "nvim", "ex", "view":
            for word in invocation.words where word.text.hasPrefix("+") {
                runScript(Argument(text: String(word.text.dropFirst()), origin: word.origin), .editor)
            }
            return nil
        case "dd":
            var source: ShellStream?
            for word in invocation.operands {
                if word.text.hasPrefix("of=") {
                    write(.unknown, to: Argument(text: String(word.text.dropFirst(3)), isPattern: word.isPattern), as: .write)
                }
                if word.text.hasPrefix("if=") { source = read(Argument(text: String(word.text.dropFirst(3)), isPattern: word.isPattern)) }
            }
            return source ?? invocation.stdin
        case "tee":
            for file in invocation.operands where file.stream == nil {
                let appends = invocation.hasAny(["-a", "--append"] as [String])
                write(invocation.stdin, to: file, as: appends ? .append : invocation.stdin.isBlank ? .empty : .write)
            }
            return invocation.stdin
        case "ssh": return sshOptions(invocation)
        case "curl", "wget", "aria2c": return fetch(invocation, origin)
        case "tmux", "screen": return terminal(invocation)
        case "crontab":
            if invocation.operands.first?.text == "-" { interpretSchedule(invocation.stdin) }
            return .unknown
        default: return unwrapTool(invocation)
        }
    }

    /// Programs whose input or output is special, though they run nothing by themselves.
    private mutating func unwrapTool(_ invocation: Invocation) -> ShellStream? {
        switch invocation.name {
        case "sed", "gsed":
            // In place: what it reads it also writes.
            if invocation.flags.contains(where: { $0.name == "-i" || $0.name == "--in-place" }) {
                for path in invocation.paths { effect(.append, path) }
            }
            return nil
        case "ed", "ex":
            if let text = invocation.stdin.text {
                for line in text.split(separator: "\n") { runScript(Argument(text: String(line)), .editor) }
            }
            return nil
        case "nc", "ncat", "netcat", "telnet", "socat", "ftp", "websocat":
            return ShellStream(text: nil, origin: invocation.words.contains { isLocalAddress($0.text) } ? [] : .remote)
        default: return nil
        }
    }

    /// What is unpacked from a download is remote where it lands.
    private mutating func rememberUnpacked(_ invocation: Invocation, _ origin: Origin) {
        let archives = invocation.words.compactMap { PlaceReader.absolute($0.text, in: state.folder) }
        let isRemote = origin.contains(.remote) || archives.contains { state.files[$0]?.origin.contains(.remote) == true }
        if isRemote, let folder = state.folder { state.fetchedFolders.insert(folder) }
    }

    private mutating func make(_ invocation: Invocation) -> ShellStream? {
        for word in invocation.operands where word.text.hasPrefix("SHELL=") || word.text.hasPrefix(".SHELLFLAGS=") {
            judgement.raise(.destructive, rule: "unread-code", why: "make would run every line with '\(Self.shown(word.text))'")
        }
        for flag in invocation.flags where flag.name == "--eval" || flag.name == "-E" {
            if let value = flag.value { makefile(value.text) }
        }
        guard let file = invocation.value("-f") ?? invocation.value("--file") ?? invocation.value("--makefile") else { return nil }
        let stream = file.text == "-" || file.text == "/dev/stdin" ? invocation.stdin : file.stream
        guard let stream else { return nil }
        if stream.origin.contains(.remote) {
            interpret(stream, .shell)
        } else if let text = stream.text {
            makefile(text)
        } else {
            interpret(stream, .shell)
        }
        return .unknown
    }

    /// The recipes of a makefile: lines after a tab, `;` after a rule, and `$(shell …)`.
    private mutating func makefile(_ text: String) {
        for line in text.split(separator: "\n") {
            var recipe: Substring?
            if line.hasPrefix("\t") {
                recipe = line.dropFirst()
            } else if let semicolon = line.firstIndex(of: ";") {
                recipe = line[line.index(after: semicolon)...]
            }
            if let recipe {
                _ = inSubshell { walk in walk.runText(String(recipe.drop { "@-+ \t".contains($0) }).replacing("$$", with: "$")) }
            }
            if line.contains("$(shell ") {
                let inner = line.components(between: "$(shell ", and: ")")
                _ = inSubshell { walk in walk.runText(inner) }
            }
        }
    }

    private mutating func sshOptions(_ invocation: Invocation) -> ShellStream? {
        for flag in invocation.flags where flag.name == "-o" {
            guard let value = flag.value, let equals = value.text.firstIndex(where: { $0 == "=" || $0 == " " }) else { continue }
            let key = value.text[..<equals].lowercased()
            guard ["proxycommand", "localcommand", "knownhostscommand", "match"].contains(key) else { continue }
            judgeHook(Argument(text: String(value.text[value.text.index(after: equals)...]), origin: value.origin), "ssh")
        }
        return nil
    }

    /// Downloads: what comes out is remote, and so is the file it is put in.
    private mutating func fetch(_ invocation: Invocation, _ origin: Origin) -> ShellStream {
        let isLocal = invocation.operands.allSatisfy { isLocalAddress($0.text) } && !invocation.operands.isEmpty
        let stream = ShellStream(text: nil, origin: isLocal ? [] : .remote)
        var toStandardOutput = invocation.name == "curl"
        for flag in invocation.flags {
            let isOutput =
                invocation.name == "curl"
                ? flag.name == "-o" || flag.name == "--output"
                : flag.name == "-O" || flag.name == "--output-document" || flag.name == "-o" && invocation.name == "aria2c"
            guard isOutput, let value = flag.value else { continue }
            toStandardOutput = value.text == "-" || value.text == "/dev/stdout"
            if !toStandardOutput { write(stream, to: value, as: .write) }
        }
        if invocation.name == "curl"
            ? invocation.hasAny(["-O", "--remote-name"] as [String])
            : invocation.value("-O") == nil && invocation.value("--output-document") == nil
        {
            for address in invocation.operands {
                let name = address.text.split(separator: "/").last.map { String($0.prefix { $0 != "?" }) } ?? "index.html"
                if let absolute = PlaceReader.absolute(name, in: state.folder) { state.files[absolute] = stream }
            }
            toStandardOutput = false
        }
        return toStandardOutput ? stream : .nothing
    }

    func isLocalAddress(_ text: String) -> Bool {
        var rest = text[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        let host = rest.prefix { $0 != "/" && $0 != "?" }
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } : host.prefix { $0 != ":" }
        return ["localhost", "127.0.0.1", "[::1", "0.0.0.0", "host.docker.internal"].contains(String(name)) || name.hasSuffix(".localhost")
    }

    private mutating func terminal(_ invocation: Invocation) -> ShellStream? {
        if let typed = invocation.words.firstIndex(where: { $0.text == "send-keys" || $0.text == "send" || $0.text == "stuff" }) {
            for word in invocation.words[(typed + 1)...] where !word.isOption { _ = evaluateText(word, .unknown) }
        } else if let start = invocation.words.firstIndex(where: {
            ["new-session", "new", "new-window", "neww", "split-window", "run-shell", "run", "respawn-pane", "-dm", "-dmS"].contains(
                $0.text)
        }) {
            if let command = invocation.words[(start + 1)...].last(where: { !$0.isOption && $0.text.contains(" ") }) {
                _ = evaluateText(command, .unknown)
            }
        }
        return nil
    }

    private mutating func interpretSchedule(_ stream: ShellStream) {
        guard let text = stream.text else { return interpret(stream, .shell) }
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: line.hasPrefix("@") ? 1 : 5)
            if let command = fields.last { _ = inSubshell { walk in walk.runText(String(command)) } }
        }
    }
}

extension StringProtocol {
    /// What stands between the first `open` and the last `close` after it.
    func components(between open: String, and close: String) -> String {
        guard let start = self.firstRange(of: open) else { return "" }
        let rest = self[start.upperBound...]
        guard let end = rest.ranges(of: close).last else { return String(rest) }
        return String(rest[..<end.lowerBound])
    }
}
