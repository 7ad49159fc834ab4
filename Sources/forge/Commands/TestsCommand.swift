// `forge tests …`: how a folder's tests are found, and what they say when they are run behind the sandbox's walls.

import ForgeConfig
import ForgeCore
import ForgeCrew
import ForgeCrypto
import ForgeEngine
import ForgeSystem

enum TestsCommand {
    static let all = [detect, run]

    private static let near = OptionSpecification(
        "near", "PATH", "a changed path: the project nearest to it comes first; may be given again")

    private static let detect = CommandSpecification(
        "tests detect", "how the tests of a folder are run, the best way first, with reasons",
        details: """
            What .forge.yml says (agents.test, agents.setup) comes first, then what the files show: docs/tests.md has the table. Nothing is run.
            With --json one document a line: {"schema", "row", "folder", "command", "setup", "setup_folder", "runs", "format", "one", "why"};
            "runs" is the command as it is run to learn each test's outcome, "format" how that is read (absent: from the output's own
            marks), "one" how a single test is run.
            Exit codes: 0 a way was found, 1 none was, 2 bad input.
            """,
        positionals: [.init("DIR", optional: true, "the folder (default: this one)")], options: [near, .json]
    ) { arguments, context in
        let found = try candidates(arguments, in: arguments.positional(0) ?? ".")
        var table = Table(["row", "folder", "command", "setup", "results", "why"], whenEmpty: "no way to run tests was found")
        for candidate in found {
            let json = candidate.json
            let members: [JSON.Member] = json.members ?? []
            table.add(
                [
                    .init(candidate.row), .init(candidate.folder?.shown ?? "."), .init(candidate.command, .good),
                    .init(candidate.setup, .faint),
                    .init(candidate.format?.rawValue), .init(candidate.why),
                ], .object([.init("schema", 1)] + members.filter { $0.value != .null }))
        }
        try context.show(table, json: arguments.has("json"))
        return found.isEmpty ? .refused : .ok
    }

    private static let run = CommandSpecification(
        "tests run", "run the tests of a folder in the sandbox, and tell each one's outcome",
        details: """
            Tries what 'forge tests detect' finds, in that order, until one command comes to a judgement; failed tests are run again to tell
            which fail only now and then. After -- stands a command to run instead. Tests may write into the folder; as root, its files are
            given to the sandbox's user. Setup runs first, without a network.
            With --json one document: {"schema", "verdict": "passed"|"failed"|"empty"|"broken"|"crashed"|"limited"|"missing_program"|
            "cannot_run", "command", "folder", "exit", "milliseconds", "format", "complete", "doubts", "counts", "flaky", "attempts",
            "tests": [{"name", "outcome": "passed"|"failed"|"skipped"|"errored", "file"?, "message"?}]}. "cannot_run" is for a folder in
            which nothing is known to try. Each of "attempts" is {"command", "folder", "problem", "ending"?, "last_lines"}.
            Exit codes: 0 the tests ran and none failed, 1 tests failed, 2 bad input, 3 they could not be run or did not come to their end.

              forge tests run
              forge tests run services/cart -- python3 -m pytest -x
            """,
        positionals: [
            .init("DIR", optional: true, "the folder (default: this one)"),
            .init("COMMAND", optional: true, repeats: true, "after --: what to run instead"),
        ],
        options: [
            near,
            .init(
                "time", "DURATION",
                "how long each command may run (default: sandbox.command_timeout, or agents.limits.command_timeout if less)"),
            .init("reruns", "N", "how often failed tests are run again (default 2)"), .json, .config,
        ]
    ) { arguments, context in
        let before = arguments.plainFrom ?? arguments.positionals.count
        guard before <= 1 else { throw CommandFailure.badInput("one folder; a command stands after --") }
        let folder = before == 1 ? arguments.positionals[0] : "."
        let words = arguments.positionals.dropFirst(before)
        let command = words.count == 1 ? words.joined() : words.map(shellWord).joined(separator: " ")
        let found = try candidates(arguments, in: folder, command: command.isEmpty ? nil : command)
        let bench = try TestsSetUp(arguments, context, timeout: agents(of: folder).limits.commandTimeout).bench
        let place = absolutePath(folder)
        let proof: TestProof
        do {
            let tried = command.isEmpty ? found : Array(found.prefix(1))
            proof = try await untilInterrupted { try await bench.prove(tried, in: place) }
        } catch let error as SandboxError {
            throw error.kind == .invalid ? CommandFailure.badInput(error.message) : CommandFailure.failed(error.message)
        }
        return try TestsReport(proof).show(context, json: arguments.has("json"))
    }

    private static func candidates(_ arguments: Arguments, in folder: String, command: String? = nil) throws(CommandFailure)
        -> [TestCandidate]
    {
        let tree = try TestFolderReader.tree(folder)
        let agents = try agents(of: folder)
        var configuration = TestConfiguration(test: agents.test, setup: agents.setup)
        if let command {
            configuration.test = command
            configuration.setup = nil
        }
        let near = (arguments.values["near"] ?? []).map { RepositoryPath($0) }
        var found = TestDetection.candidates(tree, near: near, configuration: configuration)
        if command != nil, !found.isEmpty {
            found[0].setup = nil
            found[0].why = "asked for"
        }
        return found
    }

    private static func agents(of folder: String) throws(CommandFailure) -> AgentsConfig {
        let path = folder + "/.forge.yml"
        guard Files.exists(path) else { return RepositoryConfig.standard.agents }
        let effective = EffectiveConfig.load([.repository(try UpperLayers.read(path), file: path)])
        guard effective.problems.isEmpty else {
            throw .badInput(effective.problems.map { "\(path): \($0)" }.joined(separator: "\nforge: "))
        }
        return effective.config.agents
    }

    /// Words as they were given stay words; a single one is a line of the shell.
    private static func shellWord(_ text: String) -> String {
        text.utf8.allSatisfy { $0.isDigit || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || "-_./=:,@%+".utf8.contains($0) }
            ? text : TestScript.quoted(text)
    }

    /// Without detours, which the sandbox refuses.
    private static func absolutePath(_ path: String) -> String {
        var parts: [Substring] = []
        for part in (path.hasPrefix("/") ? path : ProcessFacts.workingFolder + "/" + path).split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}

/// What is said of a run, for people and for programs.
struct TestsReport {
    let proof: TestProof

    init(_ proof: TestProof) { self.proof = proof }

    func show(_ context: CommandContext, json: Bool) throws(CommandFailure) -> ExitCode {
        if json {
            try context.show(value)
        } else {
            var table = Table(["outcome", "test", "message"], whenEmpty: "no single tests are named")
            for test in proof.run?.outcomes.cases ?? [] { table.add(row(test), test.json) }
            try context.show(table, json: false)
            for doubt in proof.run?.outcomes.doubts ?? [] { context.note("forge: \(Table.flat(doubt))") }
            for attempt in proof.attempts where proof.candidate != nil { context.note("forge: \(Table.flat(attempt.problem))") }
            for attempt in proof.attempts where proof.candidate == nil && !attempt.lastLines.isEmpty {
                context.note("forge: '\(Table.flat(attempt.command))' printed last:")
                for line in attempt.lastLines { context.note("    \(Table.flat(line))") }
            }
            context.note("forge: \(Table.flat(summary))")
        }
        switch proof.verdict {
        case .proven: return .ok
        case .failsOnBase: return .refused
        case .cannotRun: return .failed
        }
    }

    /// Whoever runs the tests has changed nothing; that some fail is what was asked for.
    private var summary: String {
        guard proof.verdict != .cannotRun else { return proof.summary }
        return "the tests ran: \(proof.counts) ('\(proof.candidate?.command ?? "")')"
    }

    private func row(_ test: TestCase) -> [Table.Cell] {
        let isFlaky = proof.flaky.contains(test.name)
        let tone: Table.Tone = test.outcome.isBad ? .bad : test.outcome == .skipped ? .faint : .good
        let message = test.message.split(separator: "\n").first.map(String.init) ?? ""
        return [.init(test.outcome.rawValue + (isFlaky ? ", flaky" : ""), tone), .init(test.name), .init(String(message.prefix(120)))]
    }

    private var value: JSON {
        let run = proof.run
        let outcomes = run?.outcomes
        let counts = TestOutcome.allCases.map { JSON.Member($0.rawValue, JSON(outcomes?.count($0) ?? 0)) }
        return JSON.object([
            .init("schema", 1), .init("verdict", .string(proof.ending?.rawValue ?? "cannot_run")),
            .init("command", JSON(proof.candidate?.command)),
            .init("folder", JSON(proof.candidate.map { $0.folder?.text ?? "." })), .init("exit", JSON(run?.exit)),
            .init("milliseconds", JSON(run?.milliseconds)), .init("format", JSON(outcomes?.format?.rawValue)),
            .init("complete", .bool(outcomes?.isComplete ?? false)), .init("doubts", .array((outcomes?.doubts ?? []).map(JSON.string))),
            .init("counts", .object(counts)), .init("flaky", .array(proof.flaky.sorted().map(JSON.string))),
            .init("attempts", .array(proof.attempts.map(\.json.withoutNulls))),
            .init("tests", .array((outcomes?.cases ?? []).map(\.json))),
        ]).withoutNulls
    }
}
