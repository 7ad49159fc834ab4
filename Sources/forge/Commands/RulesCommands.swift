// `forge rules …`: what the rules say, without a service. The batch form is a contract: JSON lines in and out, in order, and a bad line
// gets an `error` field while the rest goes on.

import ForgeCore
import ForgeRules
import ForgeSystem

enum RulesCommands {
    static let all = [list, test, explain, scan, classify, scope, scrub, redact]

    private static let classify = CommandSpecification(
        "rules classify", "what tier a shell command is of, and why",
        details: """
            One command: forge rules classify 'rm -rf build'.
            Many: --jsonl reads {"id", "command"} a line and writes {"id", "tier", "rule", "why"}.
            Tiers: safe runs, destructive needs an approval, catastrophic is refused.
            Exit codes with one command: 0 safe, 1 destructive or catastrophic, 2 bad input.
            """,
        positionals: [.init("COMMAND", optional: true, "the command, as one word")],
        options: [.init("jsonl", nil, "JSON lines in and out"), .json, .rulesDir]
    ) { arguments, context in
        let classifier = CommandClassifier(try RulePacks.load(arguments, context).commands())
        if arguments.has("jsonl") {
            guard arguments.positionals.isEmpty else {
                throw CommandFailure.badInput("--jsonl reads commands from standard input, and no COMMAND")
            }
            try classifyLines(classifier, context)
            return .ok
        }
        guard let command = arguments.positional(0) else { throw CommandFailure.badInput("COMMAND is missing: give one, or --jsonl") }
        let verdict = classifier.classify(command)
        if arguments.has("json") {
            try context.show(json(of: verdict, id: nil))
        } else {
            try context.print("\(verdict.tier.rawValue)\(verdict.rule.map { " (\($0))" } ?? ""): \(verdict.why)")
            if let fix = verdict.fix, verdict.tier != .safe { try context.print("instead: \(fix)") }
        }
        return verdict.tier == .safe ? .ok : .refused
    }

    private static func classifyLines(_ classifier: CommandClassifier, _ context: CommandContext) throws {
        try JSONLines.answer(context) { request, id in
            guard case .string(let command)? = request["command"] else { throw JSONLineProblem("'command' is a text") }
            return json(of: classifier.classify(command), id: id)
        }
    }

    static func json(of verdict: CommandVerdict, id: JSON?) -> JSON {
        JSON.object([
            .init("id", id ?? .null), .init("tier", .string(verdict.tier.rawValue)), .init("rule", JSON(verdict.rule)),
            .init("why", .string(verdict.why)),
        ]).withoutNulls
    }
}
