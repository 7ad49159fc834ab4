// Walks a parsed text as a shell would, without running anything: every command it would reach is judged, in every branch. It must never
// skip what it cannot follow: that is a judgement too. Variables of branches keep every value they may have.

/// The worst that was found so far.
struct Judgement: Sendable {
    var tier = CommandTier.safe
    var rule: String?
    var why: String?
    var fix: String?

    mutating func raise(_ tier: CommandTier, rule: String?, why: @autoclosure () -> String, fix: String? = nil) {
        if tier < self.tier || tier == self.tier && self.why != nil { return }
        self = Judgement(tier: tier, rule: rule, why: why(), fix: fix)
    }
}

struct CommandWalk {
    static let depthMax = 24
    static let commandsMax = 4000
    /// More words than this in one command are not looked at one by one.
    static let wordsMax = 4096

    let pack: CommandPack
    let places: PlaceReader
    var state = ShellState()
    var judgement = Judgement()
    var documents: [ShellHereDocument] = []
    var depth = 0
    var commandCount = 0
    /// Functions being called, innermost last.
    var calls: [String] = []
    /// Whether the command stands in a pipeline or in the background.
    var isForked = false
    /// Inside `ssh host` or a container: nothing is the worktree.
    var isElsewhere = false
    /// For tests of packs: every rule that fits, not only the one that decides.
    var isNotingRules = false
    var fitted: [Int] = []
    /// What a `>(…)` among the words of the command at hand would read.
    var feeding = ShellStream.unknown
    /// Which of a variable's values is meant now, and how many there are at most in the command at hand.
    var choice = 0
    var choices = 1

    init(pack: CommandPack) {
        self.pack = pack
        places = pack.placeReader
        state.folder = PlaceReader.worktree
    }

    // MARK: - Texts

    /// Judges a whole text: what a shell would be given.
    mutating func runText(_ text: String, stdin: ShellStream = .unknown) -> ShellStream {
        guard depth < Self.depthMax else {
            unclear("commands within commands, more than \(Self.depthMax) deep")
            return .unknown
        }
        depth += 1
        defer { depth -= 1 }
        let parse = ShellParse(text)
        let outer = documents
        documents = parse.documents
        let output = run(parse.script, stdin: stdin)
        documents = outer
        if let why = parse.unclear {
            unclear("the shell text is not understood: \(why)")
            runLines(text)
        }
        return output
    }

    /// What could not be read as one text may still be bad line by line.
    private mutating func runLines(_ text: String) {
        let lines = text.split(whereSeparator: { $0 == "\n" || $0 == ";" })
        guard lines.count <= 64, text.utf8.count < 1 << 16 else { return }
        for line in lines {
            let parse = ShellParse(String(line))
            let outer = documents
            documents = parse.documents
            _ = run(parse.script, stdin: .unknown)
            documents = outer
        }
    }

    mutating func unclear(_ why: String) { judgement.raise(.destructive, rule: "not-understood", why: why) }

    // MARK: - Lists

    mutating func run(_ script: ShellScript, stdin: ShellStream) -> ShellStream {
        var output = ShellStream.nothing
        for statement in script.statements where commandCount <= Self.commandsMax {
            output = output.followed(by: run(statement, stdin: stdin))
        }
        return output
    }

    private mutating func run(_ statement: ShellStatement, stdin: ShellStream) -> ShellStream {
        let outer = isForked
        if statement.isBackground { isForked = true }
        defer { isForked = outer }
        var output = run(statement.first, stdin: stdin)
        for link in statement.rest {
            let wasConditional = state.isConditional
            if link.connector == .or { state.isConditional = true }
            let next = run(link.pipeline, stdin: stdin)
            state.isConditional = wasConditional
            // After `||` either side may have spoken.
            output =
                link.connector == .or && next != .nothing
                ? ShellStream(text: nil, origin: output.origin.union(next.origin)) : output.followed(by: next)
        }
        return output
    }

    private mutating func run(_ pipeline: ShellPipeline, stdin: ShellStream) -> ShellStream {
        guard pipeline.commands.count > 1 else {
            return pipeline.commands.first.map { run($0, stdin: stdin) } ?? .nothing
        }
        let outer = isForked
        isForked = true
        defer { isForked = outer }
        var stream = stdin
        for command in pipeline.commands {
            let before = state
            stream = run(command, stdin: stream).markedWhenUnread
            let after = state
            state = before
            state.keepFiles(of: after)
        }
        return stream
    }

    // MARK: - Commands

    mutating func run(_ command: ShellCommand, stdin: ShellStream) -> ShellStream {
        guard depth < Self.depthMax else {
            unclear("commands within commands, more than \(Self.depthMax) deep")
            return .unknown
        }
        depth += 1
        defer { depth -= 1 }
        if case .simple(let simple) = command.body { return runSimple(simple, command.redirections, stdin: stdin) }
        let redirected = openRedirections(command.redirections, stdin: stdin)
        let output = runCompound(command.body, stdin: redirected.stdin)
        return deliver(output, to: redirected, isNothingRun: false)
    }

    private mutating func runCompound(_ body: ShellCommandBody, stdin: ShellStream) -> ShellStream {
        switch body {
        case .simple: return .nothing
        case .group(let script): return run(script, stdin: stdin)
        case .subshell(let script): return inSubshell { walk in walk.run(script, stdin: stdin) }
        case .conditional(let branches, let otherwise):
            var output = ShellStream.nothing
            for branch in branches {
                _ = run(branch.condition, stdin: stdin)
                output = output.followed(by: conditionally { walk in walk.run(branch.body, stdin: stdin) })
            }
            if let otherwise { output = output.followed(by: conditionally { walk in walk.run(otherwise, stdin: stdin) }) }
            return ShellStream(text: output == .nothing ? "" : nil, origin: output.origin)
        case .loop(_, let condition, let body):
            _ = run(condition, stdin: stdin)
            let output = conditionally { walk in walk.run(body, stdin: stdin) }
            return ShellStream(text: nil, origin: output.origin)
        case .each(_, let name, let words, let body):
            return each(name, words, body, stdin: stdin)
        case .counting(let expression, let body):
            _ = expand(arithmetic: expression)
            let output = conditionally { walk in walk.run(body, stdin: stdin) }
            return ShellStream(text: nil, origin: output.origin)
        case .choice(let subject, let arms):
            _ = expand(subject)
            var origin: Origin = []
            for arm in arms {
                for pattern in arm.patterns { _ = expand(pattern) }
                origin.formUnion(conditionally { walk in walk.run(arm.body, stdin: stdin) }.origin)
            }
            return ShellStream(text: nil, origin: origin)
        case .function(let name, let body):
            state.functions[name] = body
            return .nothing
        case .condition(let words):
            for word in words { _ = expand(word) }
            return .nothing
        case .arithmetic(let expression):
            _ = expand(arithmetic: expression)
            return .nothing
        case .coprocess(_, let command):
            return run(command, stdin: .unknown)
        }
    }

    private mutating func each(_ name: String, _ words: [ShellWord]?, _ body: ShellScript, stdin: ShellStream) -> ShellStream {
        var values: [Argument] = []
        if let words { for word in words { values += expand(word) } } else { values = state.positional }
        // A loop over everything at once may do as a whole what one round does not.
        state.variables[name] = ShellVariable(alternatives: values)
        let output = conditionally { walk in walk.run(body, stdin: stdin) }
        return ShellStream(text: nil, origin: output.origin)
    }

    mutating func conditionally(_ body: (inout CommandWalk) -> ShellStream) -> ShellStream {
        let outer = state.isConditional
        state.isConditional = true
        defer { state.isConditional = outer }
        return body(&self)
    }

    mutating func inSubshell(_ body: (inout CommandWalk) -> ShellStream) -> ShellStream {
        let before = state
        let output = body(&self)
        let after = state
        state = before
        state.keepFiles(of: after)
        return output
    }

    // MARK: - Functions

    mutating func call(_ name: String, _ body: ShellCommand, _ arguments: [Argument], stdin: ShellStream) -> ShellStream {
        if calls.contains(name) {
            if isForked {
                judgement.raise(.catastrophic, rule: "fork-bomb", why: "'\(name)' starts itself again and again until nothing else can run")
            }
            return .unknown
        }
        calls.append(name)
        let outer = state.positional
        state.positional = arguments
        defer {
            calls.removeLast()
            state.positional = outer
        }
        return run(body, stdin: stdin)
    }
}
