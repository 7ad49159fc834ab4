// `forge check`: whether a `.forge.yml` holds, what holds with the layers above it, who decided each value, and what it would have done.
// It reads files and prints; it must never need a server, an account or the network.

import ForgeConfig
import ForgeCore
import ForgeSystem

enum CheckCommand {
    static let all = [check]

    private static let check = CommandSpecification(
        "check", "check a .forge.yml, and show what holds",
        details: """
            Prints every problem with its line. Layers above can be given, as files in the same format: what they set can be tightened,
            never loosened, and an attempt is a warning. Without PATH, .forge.yml in this folder.
            Exit codes: 0 it can be used (there may be warnings), 2 it cannot.
            """,
        positionals: [.init("PATH", optional: true, "a file, or a folder with a .forge.yml in it")],
        options: UpperLayers.specifications + [
            .init("explain", nil, "print every value that holds, and who decided it"),
            .init("simulate", "BASE..HEAD", "what the config would have done with each commit of this range"), .json,
        ]
    ) { arguments, context in
        let layers = try readLayers(arguments)
        let effective = EffectiveConfig.load(layers)
        let report = CheckReport(effective, layers)
        if arguments.has("json") {
            try context.show(report.json(explains: arguments.has("explain")))
        } else {
            // With a table to follow, standard output is the table's.
            if arguments.has("explain") {
                if !report.problems.isEmpty { context.note(String(report.problems.dropLast())) }
                try context.show(report.explanation(valueMax: context.isTerminal ? 60 : .max), json: false)
            } else {
                try context.write(report.problems)
            }
        }
        if let range = arguments.value("simulate") {
            let simulation = try await CheckSimulation(range, in: folder(of: arguments.positional(0)))
            let decisions = try await simulation.decisions(effective, context)
            try context.show(simulationTable(decisions), json: arguments.has("json"))
        }
        guard effective.problems.isEmpty else {
            context.note("forge: \(report.count); until it is mended, the layers above and the strict floor hold")
            return .badInput
        }
        if !arguments.has("json"), !arguments.has("explain") { context.note("forge: \(report.count)") }
        return .ok
    }

    // MARK: Files

    private static func readLayers(_ arguments: Arguments) throws(CommandFailure) -> [ConfigLayer] {
        var layers = try UpperLayers(arguments).layers
        let path = file(for: arguments.positional(0))
        // Without a file the defaults hold; only those who want to see them at work mean that.
        let wantsDefaults = arguments.has("explain") || arguments.value("simulate") != nil
        if arguments.positional(0) == nil, wantsDefaults, !Files.exists(path) { return layers }
        layers.append(.repository(try UpperLayers.read(path), file: path))
        return layers
    }

    private static func file(for path: String?) -> String {
        guard let path else { return ".forge.yml" }
        if path.hasSuffix("/") { return path + ".forge.yml" }
        return Files.exists(path + "/.") ? path + "/.forge.yml" : path
    }

    private static func folder(of path: String?) -> String {
        guard let slash = file(for: path).lastIndex(of: "/") else { return "." }
        let folder = file(for: path)[..<slash]
        return folder.isEmpty ? "/" : String(folder)
    }

    // MARK: What would have been

    private static func simulationTable(_ decisions: [SimulatedDecision]) -> Table {
        var table = Table(["commit", "review", "scope", "findings", "comments", "check", "title"], whenEmpty: "the range has no commits")
        for decision in decisions {
            let review = decision.skippedBecause.map { "no: \($0)" } ?? "yes"
            let scope = decision.scope.decision
            table.add(
                [
                    .init(decision.commit), .init(review, decision.skippedBecause == nil ? .good : .faint),
                    .init(scope == .allow ? "allow" : "\(scope.rawValue) (\(decision.scope.rule))", scope == .deny ? .bad : .plain),
                    .init(decision.shownFindings, decision.findings.isEmpty ? .faint : .notice), .init(String(decision.commentCount)),
                    .init(decision.failsCheck ? "fails" : "passes", decision.failsCheck ? .bad : .plain), .init(decision.title),
                ], decision.json)
        }
        return table
    }
}

/// What a check found, for people and for programs.
struct CheckReport {
    private let effective: EffectiveConfig
    private let texts: [ConfigSource: ConfigText]

    init(_ effective: EffectiveConfig, _ layers: [ConfigLayer]) {
        self.effective = effective
        texts = Dictionary(layers.map { ($0.source, ConfigText($0.text)) }) { first, _ in first }
    }

    /// As a compiler prints them, errors first.
    var problems: String {
        let errors = effective.problems.map { $0.compilerText(.error, in: $0.source.flatMap { texts[$0] }) }
        let warnings = effective.warnings.map { $0.compilerText(.warning, in: $0.source.flatMap { texts[$0] }) }
        return (errors + warnings).joined()
    }

    /// `2 errors, 1 warning`.
    var count: String {
        func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
        let parts = [(effective.problems.count, "error"), (effective.warnings.count, "warning")].filter { $0.0 > 0 }
        return parts.isEmpty ? "no problems" : parts.map { counted($0.0, $0.1) }.joined(separator: ", ")
    }

    /// A value longer than `valueMax` characters is cut.
    func explanation(valueMax: Int) -> Table {
        var table = Table(["key", "value", "layer", "where"], whenEmpty: "")
        for decision in effective.decisions {
            let isStandard = decision.origins.allSatisfy { $0.layer == .builtIn }
            table.add(
                [
                    .init(decision.key, isStandard ? .faint : .plain), .init(Self.cut(decision.shown, valueMax)),
                    .init(decision.origins.map(\.layer.rawValue).uniqued.joined(separator: " + "), isStandard ? .faint : .good),
                    .init(decision.origins.map(\.place).uniqued.joined(separator: ", "), .faint),
                ], .null)
        }
        return table
    }

    private static func cut(_ text: String, _ countMax: Int) -> String {
        text.count > countMax ? text.prefix(countMax - 1) + "…" : text
    }

    func json(explains: Bool) -> JSON {
        let problems = effective.problems.map { $0.json(.error) } + effective.warnings.map { $0.json(.warning) }
        var members: [JSON.Member] = [
            .init("schema", 1), .init("usable", .bool(effective.problems.isEmpty)), .init("problems", .array(problems)),
        ]
        if explains { members.append(.init("effective", .array(effective.decisions.map(json(of:))))) }
        return .object(members)
    }

    private func json(of decision: ConfigDecision) -> JSON {
        let origins = decision.origins.map { origin in
            JSON.object([
                .init("layer", .string(origin.layer.rawValue)), .init("file", .string(origin.file)), .init("line", JSON(origin.line)),
            ]).withoutNulls
        }
        return ["key": .string(decision.key), "value": decision.value, "origins": .array(origins)]
    }
}

extension [String] {
    /// Each once, where it stands first.
    fileprivate var uniqued: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
