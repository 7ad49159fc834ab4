// Which program a command's first word means, and the rules about it. It must never let a program through that nobody described.

extension CommandWalk {
    mutating func dispatch(_ words: [Argument], stdin: ShellStream, assignments: [String] = []) -> ShellStream {
        guard depth < Self.depthMax, let first = words.first else {
            if !words.isEmpty { unclear("commands within commands, more than \(Self.depthMax) deep") }
            return .unknown
        }
        depth += 1
        defer { depth -= 1 }
        if first.origin.contains(.remote) {
            judgement.raise(.catastrophic, rule: "remote-code", why: "the command itself comes over the network")
            return .unknown
        }
        guard !first.isUnknown else {
            judgement.raise(.destructive, rule: "dynamic-command", why: "which program runs is only known when it runs")
            return .unknown
        }
        if isItself(first) { runItself() }
        let arguments = Array(words.dropFirst())
        if let body = state.functions[first.text] { return call(first.text, body, arguments, stdin: stdin) }
        if let alias = state.aliases[first.text], !calls.contains(first.text) {
            calls.append(first.text)
            defer { calls.removeLast() }
            return runText(([alias] + arguments.map { Self.quoted($0.text) }).joined(separator: " "), stdin: stdin)
        }
        guard let name = programName(first) else { return runFile(first, arguments, stdin: stdin) }
        if let output = runBuiltin(name, arguments, stdin: stdin, assignments) { return output }
        return runProgram(name, arguments, stdin: stdin, assignments)
    }

    /// Whether a word names the text at hand as a program, as `$0` does.
    func isItself(_ word: Argument) -> Bool {
        word.origin.contains(.own) && (word.text == state.zero.text || word.text == "./" + state.zero.text)
    }

    mutating func runItself() {
        if isForked {
            judgement.raise(.catastrophic, rule: "fork-bomb", why: "this starts itself again and again until nothing else can run")
        } else {
            judgement.raise(.destructive, rule: "not-understood", why: "this starts itself again, and how it ends is only known then")
        }
    }

    static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }

    // MARK: - Names

    static let programFolders = ["/bin/", "/sbin/", "/usr/", "/opt/", "/snap/", "/nix/", "/lib", "/usr/local/"]

    /// The name rules know a program by; nil when the word is a path of the worktree or some other file.
    private func programName(_ word: Argument) -> String? {
        let text = word.text
        guard text.utf8.contains(Byte.slash) else { return known(text) }
        guard let absolute = PlaceReader.absolute(text, in: state.folder) else { return nil }
        guard Self.programFolders.contains(where: absolute.hasPrefix) else { return nil }
        return absolute.split(separator: "/").last.map { known(String($0)) }
    }

    /// `python3.12` is `python`, unless the pack knows the longer name.
    private func known(_ name: String) -> String {
        if pack.programs[name] != nil || pack.rulesByName[name] != nil { return name }
        var trimmed = Substring(name)
        if trimmed.hasSuffix(".exe") { trimmed = trimmed.dropLast(4) }
        while let last = trimmed.utf8.last, Byte.isDigit(last) || last == UInt8(ascii: ".") || last == Byte.minus {
            trimmed = trimmed.dropLast()
        }
        let short = String(trimmed)
        return pack.programs[short] != nil || pack.rulesByName[short] != nil ? short : name
    }

    /// A file run by its path.
    private mutating func runFile(_ word: Argument, _ arguments: [Argument], stdin: ShellStream) -> ShellStream {
        _ = judgeRunning(word, as: .shell)
        for argument in arguments where !argument.isOption { _ = effect(.read, argument) }
        return ShellStream(text: nil, origin: stdin.origin.intersection(.secret))
    }

    /// Judges that a file is run; whether its text was known.
    mutating func judgeRunning(_ file: Argument, as language: PayloadLanguage) -> Bool {
        if let stream = file.stream {
            interpret(stream, language)
            return true
        }
        let place = effect(.execute, file)
        guard let absolute = PlaceReader.absolute(file.text, in: state.folder) else { return false }
        if let stream = state.files[absolute] {
            interpret(stream, language)
            return true
        }
        if state.fetchedFolders.contains(where: { absolute.hasPrefix($0 + "/") }) {
            judgement.raise(
                .catastrophic, rule: "remote-code", why: "'\(Self.shown(file.text))' came over the network in this same command")
        }
        return place == .null
    }

    // MARK: - Rules

    mutating func runProgram(_ name: String, _ arguments: [Argument], stdin: ShellStream, _ assignments: [String]) -> ShellStream {
        var invocation = Invocation(name: name, words: arguments, specification: pack.programs[name], stdin: stdin)
        if !invocation.subcommand.isEmpty, let narrower = pack.programs["\(name) \(invocation.operation)"] {
            invocation = Invocation(name: name, words: arguments, specification: narrower, stdin: stdin)
        }
        invocation.assignments = assignments
        if !state.variables.isEmpty { judgeEnvironment(of: name) }
        let isUnderstood = judge(invocation)
        if !isUnderstood, !(invocation.isAskingForHelp && pack.rulesByName[name] != nil) {
            let subject = invocation.subcommand.isEmpty ? name : "\(name) \(invocation.subcommand)"
            judgement.raise(.destructive, rule: "unknown-program", why: "what '\(Self.shown(subject))' does is not known here")
        }
        judgeFetchedFolder(name)
        let origin = judgePaths(invocation)
        judgeSending(invocation, origin)
        return unwrap(invocation, origin)
    }

    /// Runs every rule over the command; whether some rule knows it.
    private mutating func judge(_ invocation: Invocation) -> Bool {
        var isUnderstood = false
        var text: [UInt8]?
        for index in pack.rules(for: invocation.name, invocation.operation) where fits(index, invocation, &text) {
            if !pack.rules[index].commands.contains("*") { isUnderstood = true }
            raise(index, about: nil)
        }
        return isUnderstood
    }

    private func fits(_ index: Int, _ invocation: Invocation, _ text: inout [UInt8]?) -> Bool {
        let rule = pack.rules[index]
        // The cheapest question first: most rules fall at their subcommand.
        let subcommands = rule.condition.subcommands
        if !subcommands.isEmpty {
            var isNamed = false
            for name in subcommands where Self.isSubcommand(invocation.subcommand, name) {
                isNamed = true
                break
            }
            if !isNamed { return false }
        }
        if !rule.except.isEmpty, rule.except.contains(invocation.name) { return false }
        if rule.tier != .safe, invocation.isAskingForHelp { return false }
        if !rule.condition.assignments.isEmpty, !fits(rule.condition, assignmentsOf: invocation) { return false }
        if !rule.condition.origins.isEmpty {
            let given = invocation.words.reduce(invocation.stdin.origin) { $0.union($1.origin) }
            if given.isDisjoint(with: rule.condition.origins) { return false }
        }
        if rule.condition.isElsewhere != nil, rule.condition.isElsewhere != isElsewhere { return false }
        guard fits(rule, flagsOf: invocation), fits(rule, operandsOf: invocation) else { return false }
        return fits(rule, textOf: invocation, &text)
    }

    /// Also what was exported before: whether it was, is not asked.
    private func fits(_ condition: RuleCondition, assignmentsOf invocation: Invocation) -> Bool {
        func isNamed(_ name: String) -> Bool { condition.assignments.contains { Wildcard.matches(name, $0) } }
        return invocation.assignments.contains(where: isNamed) || state.variables.keys.contains(where: isNamed)
    }

    private static func isSubcommand(_ given: String, _ pattern: String) -> Bool {
        if given == pattern { return true }
        if given.hasPrefix(pattern), given.utf8.dropFirst(pattern.utf8.count).first == Byte.space { return true }
        return Wildcard.hasPattern(pattern) && Wildcard.matches(given, pattern)
    }

    private func fits(_ rule: CommandRule, flagsOf invocation: Invocation) -> Bool {
        if rule.condition.flagsAny.isEmpty, rule.condition.flagsAll.isEmpty, rule.condition.flagsNone.isEmpty { return true }
        if !rule.condition.flagsAny.isEmpty, !invocation.hasAny(rule.condition.flagsAny) { return false }
        if !rule.condition.flagsAll.allSatisfy(invocation.has) { return false }
        return rule.condition.flagsNone.isEmpty || !invocation.hasAny(rule.condition.flagsNone)
    }

    private func fits(_ rule: CommandRule, operandsOf invocation: Invocation) -> Bool {
        let operands = invocation.operands
        if let least = rule.condition.countMin, operands.count < least { return false }
        if let most = rule.condition.countMax, operands.count > most { return false }
        func any(_ patterns: [String]) -> Bool { operands.contains { word in patterns.contains { Wildcard.matches(word.text, $0) } } }
        if !rule.condition.operands.isEmpty, !any(rule.condition.operands) { return false }
        if !rule.condition.operandsNone.isEmpty, any(rule.condition.operandsNone) { return false }
        if !rule.condition.operandsAll.isEmpty {
            let fitting = operands.allSatisfy { word in rule.condition.operandsAll.contains { Wildcard.matches(word.text, $0) } }
            if operands.isEmpty || !fitting { return false }
        }
        guard !rule.condition.paths.isEmpty || !rule.condition.pathsNone.isEmpty else { return true }
        let found = invocation.paths.map { places.place(of: $0.text, isPattern: $0.isPattern, in: state.folder) }
        if !rule.condition.paths.isEmpty, !found.contains(where: { !$0.isDisjoint(with: rule.condition.paths) }) { return false }
        return rule.condition.pathsNone.isEmpty || !found.contains { !$0.isDisjoint(with: rule.condition.pathsNone) }
    }

    private func fits(_ rule: CommandRule, textOf invocation: Invocation, _ text: inout [UInt8]?) -> Bool {
        guard !rule.condition.text.isEmpty || !rule.condition.textNone.isEmpty else { return true }
        let whole = text ?? invocation.loweredText
        text = whole
        if !rule.condition.text.isEmpty, !rule.condition.text.contains(where: { $0.isIn(whole) }) { return false }
        return !rule.condition.textNone.contains { $0.isIn(whole) }
    }

    // MARK: - What happens to paths

    private static let runsWhatIsThere: Set<String> = [
        "make", "gmake", "npm", "yarn", "pnpm", "cargo", "go", "mvn", "gradle", "pip", "python", "node", "rake", "bundle", "cmake", "ninja",
        "swift", "tox", "pytest", "docker", "composer", "just", "task", "bazel", "dotnet", "ruby", "php", "perl", "bash", "sh",
    ]

    /// Building or running in a folder that was fetched a moment ago runs what its author wrote.
    private mutating func judgeFetchedFolder(_ name: String) {
        guard !state.fetchedFolders.isEmpty, Self.runsWhatIsThere.contains(name), let folder = state.folder else { return }
        if state.fetchedFolders.contains(where: { folder == $0 || folder.hasPrefix($0 + "/") }) {
            judgement.raise(
                .catastrophic, rule: "remote-code", why: "'\(name)' would run what was fetched over the network in this same command")
        }
    }

    /// Judges every path the program would touch; where what it reads comes from.
    private mutating func judgePaths(_ invocation: Invocation) -> Origin {
        var origin = invocation.stdin.origin
        for word in invocation.words {
            origin.formUnion(word.origin)
            if let stream = word.stream { origin.formUnion(stream.origin) }
        }
        guard let specification = invocation.specification else {
            // Nobody described the program: its operands may all be read.
            let isListed = pack.rulesByName[invocation.name] != nil
            for operand in invocation.operands
            where !isListed || places.place(of: operand.text, isPattern: operand.isPattern, in: state.folder).contains(.credential) {
                origin.formUnion(read(operand).origin)
            }
            return origin
        }
        for flag in invocation.flags {
            guard let value = flag.value, let role = specification.roles[flag.name] else { continue }
            origin.formUnion(apply(role, [value], isRecursive: false))
        }
        return origin.union(apply(specification.operands, Array(invocation.paths), isRecursive: invocation.isRecursive))
    }

    private mutating func apply(_ role: OperandRole, _ paths: [Argument], isRecursive: Bool) -> Origin {
        var origin: Origin = []
        switch role {
        case .none, .list: break
        case .read: for path in paths { origin.formUnion(read(path).origin) }
        case .data: for path in paths { origin.formUnion(readData(path)) }
        case .write: for path in paths { effect(.write, path, isRecursive: isRecursive) }
        case .append: for path in paths { effect(.append, path, isRecursive: isRecursive) }
        case .delete: for path in paths { effect(.delete, path, isRecursive: isRecursive) }
        case .empty: for path in paths { effect(.empty, path) }
        case .permissions: for path in paths { effect(.permissions, path, isRecursive: isRecursive) }
        case .execute: for path in paths { _ = judgeRunning(path, as: .shell) }
        case .copy: origin = copy(paths)
        case .move: move(paths)
        case .link: link(paths)
        }
        return origin
    }

    /// `@file` and `name=@file`, as curl and gh take them.
    private mutating func readData(_ value: Argument) -> Origin {
        guard let mark = value.text.firstIndex(where: { $0 == "@" || $0 == "<" }),
            value.text[..<mark].allSatisfy({ $0.isLetter || $0 == "=" || $0 == "_" })
        else {
            return value.origin
        }
        return read(Argument(text: String(value.text[value.text.index(after: mark)...]), origin: value.origin, isPattern: value.isPattern))
            .origin
    }

    private mutating func copy(_ paths: [Argument]) -> Origin {
        guard let target = paths.last, paths.count > 1 else { return paths.first.map { read($0).origin } ?? [] }
        var origin: Origin = []
        var isEmptying = false
        var content = ShellStream.unknown
        for source in paths.dropLast() {
            content = read(source)
            origin.formUnion(content.origin)
            isEmptying = isEmptying || source.text == "/dev/null"
        }
        write(content, to: target, as: isEmptying ? .empty : .write)
        return origin
    }

    private mutating func move(_ paths: [Argument]) {
        guard let target = paths.last, paths.count > 1 else { return }
        let place = places.place(of: target.text, isPattern: target.isPattern, in: state.folder)
        // What is moved to nowhere, or to where nothing stays, is gone.
        let isLost = !place.isDisjoint(with: [.null, .temporary, .temporaryRoot])
        for source in paths.dropLast() {
            let isInTemporary = !self.place(of: source).isDisjoint(with: [.temporary, .null])
            effect(isLost && !isInTemporary ? .delete : .move, source, isRecursive: true)
        }
        if !place.contains(.null) { effect(.write, target) }
    }

    func place(of path: Argument) -> Place { places.place(of: path.text, isPattern: path.isPattern, in: state.folder) }

    private mutating func link(_ paths: [Argument]) {
        guard let target = paths.first else { return }
        effect(.link, target)
        guard paths.count > 1, let name = paths.last, let absolute = PlaceReader.absolute(name.text, in: state.folder) else { return }
        effect(.write, name)
        state.links[absolute] = PlaceReader.absolute(target.text, in: state.folder) ?? target.text
    }

    /// A secret, or what was made from one, given to a program that talks to another machine.
    private mutating func judgeSending(_ invocation: Invocation, _ origin: Origin) {
        guard origin.contains(.secret), invocation.specification?.isNetwork == true else { return }
        judgement.raise(
            .catastrophic, rule: "exfiltration", why: "'\(invocation.name)' would send what may be a secret to another machine")
    }
}
