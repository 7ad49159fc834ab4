// `forge rules explain`: everything that is said of a rule, or which rule decides about a command or a path.

import ForgeCore
import ForgeRules

extension RulesCommands {
    private enum Question: String, CaseIterable {
        case rule, path, command
    }

    static let explain = CommandSpecification(
        "rules explain", "what a rule says, or which rule decides about a path or a command",
        details: """
            A rule's id is answered with everything its pack says of it; a command with its tier; a path with what may be done to it.
            What is meant is taken from the word: an id that a rule has, a word with '/' or '.' and without blanks (a path), else a command.
            --as says it outright. Exit codes: 0 ok, 2 no such rule, or a pack that does not load.
            """,
        positionals: [.init("RULE|PATH|COMMAND", "as one word")],
        options: [.init("as", "KIND", "rule, path or command"), .repositoryConfig, .json, .rulesDir]
    ) { arguments, context in
        let packs = try RulePacks.load(arguments, context, keepsExamples: true)
        let word = arguments.positional(0) ?? ""
        let commands = try packs.commands()
        let selection = RuleSelection(packs.library.packs)
        let asked = try arguments.choice("as", Question.self)
        let isJSON = arguments.has("json")
        if asked == nil || asked == .rule {
            if let entry = selection.entry(word) { return try show(entry, context, isJSON) }
            if let rule = commands.rules.first(where: { $0.id == word }) { return try show(rule, context, isJSON) }
            if let rule = try packs.scope().rules.first(where: { $0.id == word }) { return try show(rule, context, isJSON) }
        }
        switch asked ?? question(word) {
        case .rule: throw noRule(word, try selection.entries.map(\.rule.id) + commands.rules.map(\.id) + packs.scope().rules.map(\.id))
        case .path: return try explainPath(word, arguments, context)
        case .command: return try show(CommandClassifier(commands).classify(word), context, isJSON)
        }
    }

    private static func question(_ word: String) -> Question {
        let hasBlank = word.contains { $0 == " " || $0 == "\t" || $0 == "\n" }
        return !hasBlank && (word.contains("/") || word.contains(".")) ? .path : .command
    }

    private static func noRule(_ name: String, _ known: [String]) -> CommandFailure {
        let nearest = Nearest.name(to: name, in: known).map { "; did you mean '\($0)'?" } ?? "; 'forge rules list' names them all"
        return .badInput("there is no rule '\(name)'\(nearest)")
    }

    private static func show(_ entry: RuleSelection.Entry, _ context: CommandContext, _ isJSON: Bool) throws -> ExitCode {
        let rule = entry.rule
        guard !isJSON else {
            try context.show(rule.json(isOn: entry.isOn))
            return .ok
        }
        var lines = ["\(rule.id): \(rule.title)", "", rule.message]
        if let fix = rule.fix { lines += ["Instead: \(fix)"] }
        lines += [
            "", "pack        \(rule.pack), \(rule.family)", "severity    \(rule.severity.rawValue)",
            "confidence  \(rule.confidence.rawValue)\(entry.isOn ? "" : ", off by default")",
            "about       \(rule.subject.rawValue)",
            "from        \(rule.origin.layer.rawValue), \(rule.origin.file):\(rule.origin.line ?? 1)",
        ]
        if rule.isRequired { lines.append("required    a repository cannot disable it") }
        lines += rule.references.map { "see         \($0)" }
        lines += examples("finds", rule.matches) + examples("leaves alone", rule.ignores)
        try context.print(lines.map { Table.flat($0) }.joined(separator: "\n"))
        return .ok
    }

    /// An example may hold what looks like a credential; its line in the pack does not.
    private static func examples(_ title: String, _ examples: [RuleExample]) -> [String] {
        ["", title] + examples.map { example in "  line \(example.line): \(shown(example))" }
    }

    private static func shown(_ example: RuleExample) -> String {
        let text = example.diff ?? example.text ?? example.removed ?? []
        let whole = String(decoding: text, as: UTF8.self)
        let first = whole.split(separator: "\n").first.map { String($0.prefix(96)) } ?? ""
        let path = example.path.map { "\($0.shown) " } ?? ""
        return path + first + (first.utf8.count < whole.utf8.count ? " …" : "")
    }

    private static func show(_ rule: CommandRule, _ context: CommandContext, _ isJSON: Bool) throws -> ExitCode {
        guard !isJSON else {
            try context.show(rule.json)
            return .ok
        }
        var lines = ["\(rule.id): \(rule.title)", "", rule.message]
        if let fix = rule.fix { lines.append("Instead: \(fix)") }
        lines += ["", "pack        commands", "tier        \(rule.tier.rawValue)", "line        \(rule.line)"]
        lines += rule.references.map { "see         \($0)" }
        lines += ["", "finds"] + rule.matches.map { "  \($0)" }
        if !rule.ignores.isEmpty { lines += ["", "leaves alone"] + rule.ignores.map { "  \($0)" } }
        try context.print(lines.map { Table.flat($0) }.joined(separator: "\n"))
        return .ok
    }

    private static func show(_ rule: ScopeRule, _ context: CommandContext, _ isJSON: Bool) throws -> ExitCode {
        guard !isJSON else {
            try context.show(rule.json)
            return .ok
        }
        var lines = ["\(rule.id): \(rule.title)", "", rule.message]
        if let fix = rule.fix { lines.append("Instead: \(fix)") }
        lines += [
            "", "pack        scope", "decision    \(rule.decision.rawValue)", "from        \(rule.origin.file):\(rule.origin.line ?? 1)",
        ]
        lines += rule.references.map { "see         \($0)" }
        if !rule.paths.isEmpty { lines += ["", "paths"] + rule.paths.map { "  \($0)" } }
        try context.print(lines.map { Table.flat($0) }.joined(separator: "\n"))
        return .ok
    }

    private static func show(_ verdict: CommandVerdict, _ context: CommandContext, _ isJSON: Bool) throws -> ExitCode {
        guard !isJSON else {
            try context.show(json(of: verdict, id: nil))
            return .ok
        }
        try context.print("\(verdict.tier.rawValue)\(verdict.rule.map { " (\($0))" } ?? ""): \(verdict.why)")
        if let fix = verdict.fix, verdict.tier != .safe { try context.print("instead: \(fix)") }
        return .ok
    }
}
