// One simple command: its words expanded, its redirections judged, then its program. It must never run a command's judgement before its
// input is known, nor forget to judge a redirection because the command is harmless.

/// Where a command's output goes and what it reads.
struct OpenRedirections {
    struct Target {
        var path: Argument
        var appends: Bool
        /// Of the output itself, not of descriptor 2 or another.
        var isOutput: Bool
    }

    var stdin: ShellStream
    var targets: [Target] = []
    /// The scripts of `> >(…)`.
    var sinks: [ShellScript] = []
}

extension CommandWalk {
    mutating func runSimple(_ simple: ShellSimpleCommand, _ redirections: [ShellRedirection], stdin: ShellStream) -> ShellStream {
        let outer = (choice, choices)
        defer { (choice, choices) = outer }
        choice = 0
        choices = 1
        var output = ShellStream.nothing
        repeat {
            let next = runOnce(simple, redirections, stdin: stdin)
            output =
                choice == 0 ? next : ShellStream(text: output.text == next.text ? next.text : nil, origin: output.origin.union(next.origin))
            choice += 1
        } while choice < choices
        return output
    }

    private mutating func runOnce(_ simple: ShellSimpleCommand, _ redirections: [ShellRedirection], stdin: ShellStream) -> ShellStream {
        commandCount += 1
        guard commandCount <= Self.commandsMax else {
            unclear("more than \(Self.commandsMax) commands")
            return .unknown
        }
        let redirected = openRedirections(redirections, stdin: stdin)
        guard !simple.words.isEmpty else {
            for assignment in simple.assignments { assign(assignment) }
            return deliver(.nothing, to: redirected, isNothingRun: true)
        }
        let before = state.variables
        var names: [String] = []
        if !simple.assignments.isEmpty {
            let wasConditional = state.isConditional
            state.isConditional = false
            for assignment in simple.assignments {
                assign(assignment)
                names.append(assignment.name)
            }
            state.isConditional = wasConditional
        }
        var words: [Argument] = []
        feeding = redirected.stdin
        for word in simple.words.prefix(Self.wordsMax) { words += expand(word) }
        if words.count > Self.wordsMax || simple.words.count > Self.wordsMax {
            unclear("a command of more than \(Self.wordsMax) words")
            words = Array(words.prefix(Self.wordsMax))
        }
        guard !words.isEmpty else { return deliver(.nothing, to: redirected, isNothingRun: true) }
        let output = dispatch(words, stdin: redirected.stdin, assignments: names)
        if !names.isEmpty { for name in names { state.variables[name] = before[name] } }
        return deliver(output, to: redirected, isNothingRun: false)
    }

    private mutating func assign(_ assignment: ShellAssignment) {
        if let index = assignment.subscript_ { _ = expandQuoted(index) }
        if case .array(let words)? = assignment.value.parts.first {
            var elements: [Argument] = []
            for word in words { elements += expand(word) }
            if assignment.isAppending { elements = (state.variables[assignment.name]?.elements ?? []) + elements }
            state.assign(assignment.name, ShellVariable(elements: elements))
            return
        }
        var value = expandAsOne(assignment.value)
        if assignment.isAppending, let before = self.value(of: assignment.name).last {
            value.text = before.text + value.text
            value.origin.formUnion(before.origin)
        }
        state.assign(assignment.name, ShellVariable(value))
    }

    // MARK: - Redirections

    mutating func openRedirections(_ redirections: [ShellRedirection], stdin: ShellStream) -> OpenRedirections {
        var open = OpenRedirections(stdin: stdin)
        for redirection in redirections {
            switch redirection.target {
            case .document(let index):
                guard documents.indices.contains(index) else { continue }
                let body = documents[index].isQuoted ? Argument(text: documents[index].raw) : expandQuoted(documents[index].parts)
                open.stdin = ShellStream(text: body.isUnknown && !body.text.contains("\n") ? nil : body.text, origin: body.origin)
            case .word(let word):
                self.open(redirection, word, &open)
            }
        }
        return open
    }

    private mutating func open(_ redirection: ShellRedirection, _ word: ShellWord, _ open: inout OpenRedirections) {
        let isOutput = redirection.descriptor == nil || redirection.descriptor == "1"
        if redirection.operation == .write, isOutput, word.parts.count == 1, case .process(.output, let script) = word.parts[0] {
            open.sinks.append(script)
            return
        }
        let target = expandAsOne(word)
        switch redirection.operation {
        case .hereString:
            open.stdin = ShellStream(text: target.isUnknown ? nil : target.text + "\n", origin: target.origin)
        case .read:
            open.stdin = read(target).markedWhenUnread
        case .duplicateInput, .duplicateOutput:
            if target.text.utf8.allSatisfy({ Byte.isDigit($0) || $0 == Byte.minus }) { return }
            open.targets.append(.init(path: target, appends: false, isOutput: isOutput))
        case .write, .clobber, .writeBoth:
            open.targets.append(.init(path: target, appends: false, isOutput: isOutput || redirection.operation == .writeBoth))
        case .append, .appendBoth, .readWrite:
            open.targets.append(.init(path: target, appends: true, isOutput: isOutput || redirection.operation == .appendBoth))
        case .hereDocument, .hereDocumentWithoutTabs: break
        }
    }

    /// Judges what the output is written to, and remembers it; returns what is left for whoever reads the command.
    mutating func deliver(_ output: ShellStream, to redirected: OpenRedirections, isNothingRun: Bool) -> ShellStream {
        var isTaken = false
        for script in redirected.sinks {
            isTaken = true
            _ = inSubshell { walk in walk.run(script, stdin: output) }
        }
        for target in redirected.targets {
            let empties = target.isOutput && !target.appends && (isNothingRun || output.isBlank)
            write(output, to: target.path, as: empties ? .empty : target.appends ? .append : .write)
            isTaken = isTaken || target.isOutput
        }
        return isTaken ? .nothing : output
    }

    mutating func write(_ stream: ShellStream, to path: Argument, as kind: EffectKind) {
        let place = effect(kind, path)
        if stream.origin.contains(.secret), place.contains(.network) {
            judgement.raise(.catastrophic, rule: "exfiltration", why: "what may be a secret goes to '\(path.text)'")
        }
        if place.contains(.startup) { judgeStartup(stream, path) }
        guard let absolute = PlaceReader.absolute(path.text, in: state.folder), !path.isUnknown else { return }
        let before = kind == .append ? state.files[absolute] : nil
        state.files[absolute] = before.map { $0.followed(by: stream) } ?? stream
    }

    /// What is put where a shell or a scheduler reads it will run: it is judged like a command.
    private mutating func judgeStartup(_ stream: ShellStream, _ path: Argument) {
        if stream.origin.contains(.remote) {
            judgement.raise(.catastrophic, rule: "remote-code", why: "'\(path.text)' would run what came over the network")
        }
        guard let text = stream.text, !text.isEmpty else { return }
        _ = inSubshell { walk in walk.runText(text) }
    }

    /// Judges reading a path; what it would deliver, as far as it is known.
    mutating func read(_ path: Argument) -> ShellStream {
        if let stream = path.stream { return stream }
        let place = effect(.read, path)
        var stream = ShellStream(text: nil, origin: path.origin.intersection(.secret))
        if let absolute = PlaceReader.absolute(path.text, in: state.folder) {
            if let known = state.files[absolute] { stream = known }
            if absolute == "/dev/null" { stream = .nothing }
        }
        if !place.isDisjoint(with: [.credential, .sensitive]) { stream.origin.insert(.secret) }
        if place.contains(.network) { stream.origin.insert(.remote) }
        return stream
    }

    // MARK: - Effects

    /// Judges one thing that happens to a path, by the rules about it; returns where the path leads.
    @discardableResult
    mutating func effect(_ kind: EffectKind, _ path: Argument, isRecursive: Bool = false) -> Place {
        if path.stream != nil { return .null }
        let text = throughLinks(path.text)
        let place = places.place(of: text, isPattern: path.isPattern, in: state.folder)
        for index in pack.effectRules[kind] ?? [] {
            let rule = pack.rules[index]
            guard rule.condition.paths.isEmpty || !rule.condition.paths.isDisjoint(with: place),
                rule.condition.pathsNone.isDisjoint(with: place),
                rule.isRecursive == nil || rule.isRecursive == isRecursive,
                rule.condition.isElsewhere == nil || rule.condition.isElsewhere == isElsewhere
            else { continue }
            raise(index, about: path.text)
        }
        return place
    }

    /// A link made before in the same text leads where it was pointed.
    private func throughLinks(_ text: String) -> String {
        guard !state.links.isEmpty, let absolute = PlaceReader.absolute(text, in: state.folder) else { return text }
        for (link, target) in state.links {
            if absolute == link, text.hasSuffix("/") { return target }
            if absolute.hasPrefix(link + "/") { return target + absolute.dropFirst(link.count) }
        }
        return text
    }

    mutating func raise(_ index: Int, about subject: String?) {
        if isNotingRules { fitted.append(index) }
        let rule = pack.rules[index]
        guard rule.tier != .safe else { return }
        judgement.raise(
            rule.tier, rule: rule.id, why: subject.map { "\(rule.message) ('\(Self.shown($0))')" } ?? rule.message, fix: rule.fix)
    }

    static func shown(_ text: String) -> String {
        let plain = String(text.map { $0 == Argument.unknownPiece ? "…" : $0 }.prefix(80))
        return plain
    }
}
