// `forge rules scan`: what the rules find in a text. What is printed must never hold the secret that was found.

import ForgeCore
import ForgeRules

extension RulesCommands {
    static let jobs = OptionSpecification("jobs", "N", "how many files are read at the same time (default: one for each processor)")

    static let scan = CommandSpecification(
        "rules scan", "what the rules find in files, or in texts as JSON lines",
        details: """
            PATH: every file below it (default: the current folder) but .git; symlinks are not followed, and what is not text is left out.
            Prints a line for each finding, or with --json one document. All rules about any text are asked, but those of injection, which
            'forge rules scrub' is for; --pack asks those of one pack.
            --jsonl reads {"id", "path"?, "text"} a line and writes {"id", "findings": [{"rule", "family", "severity", "line", "start", "end",
            "message"}]}, in order. Lines count from 1; start and end count bytes of the text in UTF-8 from 0. A bad line gets an "error".
            Exit codes: 0 nothing found, 1 findings, 2 bad input or a pack that does not load, 3 nothing found but not everything could be
            read. With --jsonl: 0 every line was read, whatever was found.
            """,
        positionals: [.init("PATH", optional: true, repeats: true, "a file or a folder")],
        options: [
            .init("jsonl", nil, "JSON lines in and out, instead of files"), .init("pack", "PACK", "the rules of this pack alone"), jobs,
            .rulesDir, .json,
        ]
    ) { arguments, context in
        let rules = try textRules(arguments, context)
        guard arguments.has("jsonl") else { return try await ScanCommand.run(rules, arguments, context) }
        guard arguments.positionals.isEmpty else { throw CommandFailure.badInput("--jsonl reads texts from standard input, and no PATH") }
        return try scanLines(rules, context)
    }

    /// What a text is asked about.
    static func textRules(_ arguments: Arguments, _ context: CommandContext) throws(CommandFailure) -> RuleSet {
        let packs = try RulePacks.load(arguments, context)
        let wanted = arguments.value("pack")
        let names = packs.library.packs.map(\.name)
        if let wanted, !names.contains(wanted) { throw noPack(wanted, names) }
        return try packs.compiled(context) { rule in
            rule.subject == .text && (wanted.map { $0 == rule.pack } ?? (rule.pack != "injection"))
        }
    }

    private static func scanLines(_ rules: RuleSet, _ context: CommandContext) throws -> ExitCode {
        let scanner = SecretScanner(rules)
        try JSONLines.answer(context) { request, id in
            guard case .string(let text)? = request["text"] else { throw JSONLineProblem("'text' is a text") }
            let path: RepositoryPath?
            switch request["path"] {
            case .string(let text)?: path = RepositoryPath(text)
            case nil, .null?: path = nil
            default: throw JSONLineProblem("'path' is a text")
            }
            return answer(scanner.scan(Array(text.utf8), path: path), id)
        }
        return .ok
    }

    private static func answer(_ scan: RuleScan, _ id: JSON?) -> JSON {
        var members: [JSON.Member] = [.init("id", id ?? .null), .init("findings", .array(scan.hits.map(json)))]
        if !scan.problems.isEmpty {
            members.append(.init("problems", .array(scan.problems.sorted { $0.rule < $1.rule }.map { .string($0.description) })))
        }
        return .object(members)
    }

    private static func json(of hit: RuleHit) -> JSON {
        [
            "rule": .string(hit.rule.id), "family": .string(hit.rule.family), "severity": .string(hit.rule.severity.rawValue),
            "line": JSON(hit.lines.lowerBound), "start": JSON(hit.capture.lowerBound),
            "end": JSON(hit.capture.upperBound), "message": .string(hit.rule.message),
        ]
    }
}
