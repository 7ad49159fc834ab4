// `forge rules list`: every rule of every pack, with what is said of it.

import ForgeCore
import ForgeRules

extension RulesCommands {
    static let list = CommandSpecification(
        "rules list", "every rule, pack by pack",
        details: """
            On a terminal a table; in a pipe tab-separated columns; with --json one object a line. A rule that is off waits to be asked for:
            it is noisy, and its confidence is low. Exit codes: 0 ok, 2 a pack that does not load, or no such pack.
            """,
        options: [.init("pack", "PACK", "the rules of this pack alone"), .json, .rulesDir]
    ) { arguments, context in
        let packs = try RulePacks.load(arguments, context)
        let wanted = arguments.value("pack")
        let names = packs.library.packs.map(\.name) + ["commands", "scope"]
        if let wanted, !names.contains(wanted) { throw noPack(wanted, names) }
        var table = Table(["pack", "rule", "severity", "on", "about", "title"], whenEmpty: "no rules")
        for entry in RuleSelection(packs.library.packs).entries where wanted == nil || entry.rule.pack == wanted {
            add(entry, to: &table)
        }
        if wanted == nil || wanted == "commands" {
            for rule in try packs.commands().rules { add(rule, to: &table) }
        }
        if wanted == nil || wanted == "scope" {
            for rule in try packs.scope().rules { add(rule, to: &table) }
        }
        try context.show(table, json: arguments.has("json"))
        return .ok
    }

    static func noPack(_ name: String, _ known: [String]) -> CommandFailure {
        let nearest = Nearest.name(to: name, in: known).map { "; did you mean '\($0)'?" } ?? ""
        return .badInput("there is no pack '\(name)', but \(known.joined(separator: ", "))\(nearest)")
    }

    private static func add(_ entry: RuleSelection.Entry, to table: inout Table) {
        let rule = entry.rule
        table.add(
            [
                .init(rule.pack, .faint), .init(rule.id), .init(rule.severity.rawValue, rule.severity.tone),
                .init(entry.isOn ? "on" : "off", entry.isOn ? .good : .faint), .init(rule.subject.rawValue), .init(rule.title),
            ],
            rule.json(isOn: entry.isOn))
    }

    private static func add(_ rule: ScopeRule, to table: inout Table) {
        table.add(
            [
                .init("scope", .faint), .init(rule.id), .init(rule.decision.rawValue), .init("on", .good), .init("change"),
                .init(rule.title),
            ],
            rule.json)
    }

    private static func add(_ rule: CommandRule, to table: inout Table) {
        table.add(
            [
                .init("commands", .faint), .init(rule.id), .init(rule.tier.rawValue), .init("on", .good), .init("command"),
                .init(rule.title),
            ],
            rule.json)
    }
}

extension ScopeRule {
    var json: JSON {
        JSON.object([
            .init("pack", "scope"), .init("rule", .string(id)), .init("title", .string(title)),
            .init("decision", .string(decision.rawValue)),
            .init("about", "change"), .init("on", .bool(true)), .init("message", .string(message)), .init("fix", JSON(fix)),
            .init("paths", .array(paths.map(JSON.string))), .init("references", .array(references.map(JSON.string))),
            .init("layer", .string(origin.layer.rawValue)),
            .init("file", .string(origin.file)), .init("line", JSON(origin.line)),
        ]).withoutNulls
    }
}

extension FindingSeverity {
    var tone: Table.Tone {
        switch self {
        case .info, .low: .plain
        case .medium: .notice
        case .high, .critical: .bad
        }
    }
}

extension PatternRule {
    func json(isOn: Bool) -> JSON {
        let rule = description
        return JSON.object([
            .init("pack", .string(pack)), .init("rule", .string(rule.id)), .init("title", .string(rule.title)),
            .init("severity", .string(rule.severity.rawValue)), .init("family", .string(rule.family)),
            .init("about", .string(rule.subject.rawValue)), .init("on", .bool(isOn)), .init("required", .bool(rule.isRequired)),
            .init("confidence", .string(rule.confidence.rawValue)), .init("message", .string(rule.message)), .init("fix", JSON(rule.fix)),
            .init("references", .array(rule.references.map(JSON.string))), .init("layer", .string(rule.origin.layer.rawValue)),
            .init("file", .string(rule.origin.file)), .init("line", JSON(rule.origin.line)),
        ]).withoutNulls
    }
}

extension CommandRule {
    var json: JSON {
        JSON.object([
            .init("pack", "commands"), .init("rule", .string(id)), .init("title", .string(title)), .init("tier", .string(tier.rawValue)),
            .init("about", "command"), .init("on", .bool(true)), .init("message", .string(message)), .init("fix", JSON(fix)),
            .init("references", .array(references.map(JSON.string))),
            .init("line", JSON(line)),
        ]).withoutNulls
    }
}
