// `forge tests …`: how a folder's tests are found, and what they say when they are run behind the sandbox's walls.

import ForgeConfig
import ForgeCore
import ForgeCrew
import ForgeCrypto
import ForgeEngine
import ForgeSystem

enum TestsCommand {
    static let all = [detect, run]
    /// Of a folder's own `.forge.yml`.
    private static let configurationBytesMax = 1 << 20

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
        let folder = arguments.positional(0) ?? "."
        let found = asked(arguments, in: folder).candidates(try TestFolderReader.tree(folder), try agents(of: folder))
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
            given to the sandbox's user. Setup runs first, in one's own folder not before a command after --; it reaches the hosts that
            sandbox.egress of the settings and agents.egress of .forge.yml both name, by default none. One that fails is told, and the tests
            run all the same. Tests reach nothing.
            With --at the tests are those of a commit of the folder's repository, in a worktree of their own under the data folder ('data' in
            the settings, or FORGE_DATA; /var/lib/forge); the folder is not touched. Setup has a worktree of its own, and what it makes there
            is kept for the next run with the same lock files.
            With --json one document: {"schema", "verdict": "passed"|"failed"|"empty"|"broken"|"crashed"|"limited"|"missing_program"|
            "cannot_run", "commit"?, "command", "folder", "exit", "milliseconds", "format", "complete", "doubts", "counts", "flaky",
            "attempts", "setups", "tests": [{"name", "outcome": "passed"|"failed"|"skipped"|"errored", "file"?, "message"?}]}.
            "cannot_run" is for a folder in which nothing is known to try. Each of "attempts" is {"command", "folder", "problem",
            "ending"?, "last_lines"}. Each of "setups" is {"command", "folder", "outcome": "cached"|"kept"|"ran"|"failed", "problem"?,
            "milliseconds", "reached", "unreached", "refused": [{"target", "reason"}], "files"?, "bytes"?, "left_out"?, "changed"?,
            "changed_count"?}: the last five of one that ran for a commit.
            Exit codes: 0 the tests ran and none failed, 1 tests failed, 2 bad input, 3 they could not be run, did not come to their end or
            were interrupted.

              forge tests run
              forge tests run services/cart -- python3 -m pytest -x
              forge tests run --at main
            """,
        positionals: [
            .init("DIR", optional: true, "the folder (default: this one)"),
            .init("COMMAND", optional: true, repeats: true, "after --: what to run instead"),
        ],
        options: [
            near, .init("at", "COMMIT", "run the tests of this commit (a branch, a tag, a SHA), in a worktree of their own"),
            .init(
                "time", "DURATION",
                "how long each command may run (default: sandbox.command_timeout, or agents.limits.command_timeout if less)"),
            .init("reruns", "N", "how often failed tests are run again (default 2)"), .json, .config,
        ]
    ) { arguments, context in
        let before = arguments.plainFrom ?? arguments.positionals.count
        guard before <= 1 else { throw CommandFailure.badInput("one folder; a command stands after --") }
        let words = arguments.positionals.dropFirst(before)
        let command = words.count == 1 ? words.joined() : words.map(shellWord).joined(separator: " ")
        let asked = asked(arguments, in: before == 1 ? arguments.positionals[0] : ".", command: command.isEmpty ? nil : command)
        do {
            let report = try await untilInterrupted {
                guard let commit = arguments.value("at") else {
                    return try await TestsInFolder(asked: asked, agents: try agents(of: asked.folder)).run(arguments, context)
                }
                return try await TestsAtCommit(asked: asked, name: commit).run(arguments, context)
            }
            return try report.show(context, json: arguments.has("json"))
        } catch let error as SandboxError {
            throw error.kind == .invalid ? CommandFailure.badInput(error.message) : CommandFailure.failed(error.message)
        }
    }

    private static func asked(_ arguments: Arguments, in folder: String, command: String? = nil) -> TestsAsked {
        TestsAsked(folder: folder, command: command, near: (arguments.values["near"] ?? []).map { RepositoryPath($0) })
    }

    private static func agents(of folder: String) throws(CommandFailure) -> AgentsConfig {
        let path = folder + "/.forge.yml"
        return try agents(try configuration(path), file: path)
    }

    /// Nil when there is none. The folder may hold what somebody else wrote: no pipe is waited for, and no link leads out.
    private static func configuration(_ path: String) throws(CommandFailure) -> [UInt8]? {
        let name = Array(path.utf8)
        let why = "it is no file of at most \(configurationBytesMax) bytes"
        let refusal = SystemError(call: "read", subject: path, number: 0, message: why)
        do throws(SystemError) {
            guard try Files.facts(name).kind == .file else { throw refusal }
            let file = try FoundFile(name)
            guard file.facts.kind == .file, file.facts.byteCount <= configurationBytesMax else { throw refusal }
            var bytes = [UInt8](repeating: 0, count: file.facts.byteCount)
            let count = try file.read(into: &bytes, from: 0, to: bytes.count)
            return Array(bytes.prefix(count))
        } catch {
            guard !error.isMissing else { return nil }
            throw .badInput("\(path) cannot be read: \(error.message)")
        }
    }

    /// What a repository says, as far as the layers above allow it.
    static func agents(_ text: [UInt8]?, file: String, above layers: [ConfigLayer] = []) throws(CommandFailure) -> AgentsConfig {
        guard text != nil || !layers.isEmpty else { return RepositoryConfig.standard.agents }
        let effective = EffectiveConfig.load(layers + [text.map { .repository($0, file: file) }].compactMap(\.self))
        guard effective.problems.isEmpty else {
            throw .badInput(effective.problems.map { "\(file): \($0)" }.joined(separator: "\nforge: "))
        }
        return effective.config.agents
    }

    /// Words as they were given stay words; a single one is a line of the shell.
    private static func shellWord(_ text: String) -> String {
        text.utf8.allSatisfy { $0.isDigit || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || "-_./=:,@%+".utf8.contains($0) }
            ? text : TestScript.quoted(text)
    }
}

/// What is said of a run, for people and for programs.
struct TestsReport: Sendable {
    let proof: TestProof
    let setups: [SetupReport]
    /// Nil for a folder as it is.
    let commit: CommitSHA?

    init(_ proof: TestProof, setups: [SetupReport] = [], commit: CommitSHA? = nil) {
        self.proof = proof
        self.setups = setups
        self.commit = commit
    }

    func show(_ context: CommandContext, json: Bool) throws(CommandFailure) -> ExitCode {
        if json {
            try context.show(value)
        } else {
            var table = Table(["outcome", "test", "message"], whenEmpty: "no single tests are named")
            for test in proof.run?.outcomes.cases ?? [] { table.add(row(test), test.json) }
            try context.show(table, json: false)
            for setup in setups { context.note("forge: \(Table.flat(setup.summary))") }
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
        let place = commit.map { " at \($0.short)" } ?? ""
        return "the tests ran\(place): \(proof.counts) ('\(proof.candidate?.command ?? "")', \(proof.run?.milliseconds ?? 0) ms)"
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
            .init("commit", JSON(commit?.description)),
            .init("command", JSON(proof.candidate?.command)),
            .init("folder", JSON(proof.candidate.map { $0.folder?.text ?? "." })), .init("exit", JSON(run?.exit)),
            .init("milliseconds", JSON(run?.milliseconds)), .init("format", JSON(outcomes?.format?.rawValue)),
            .init("complete", .bool(outcomes?.isComplete ?? false)), .init("doubts", .array((outcomes?.doubts ?? []).map(JSON.string))),
            .init("counts", .object(counts)), .init("flaky", .array(proof.flaky.sorted().map(JSON.string))),
            .init("attempts", .array(proof.attempts.map(\.json.withoutNulls))),
            .init("setups", .array(setups.map(\.json))), .init("tests", .array((outcomes?.cases ?? []).map(\.json))),
        ]).withoutNulls
    }
}
