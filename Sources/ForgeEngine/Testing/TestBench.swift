// Runs a project's tests in the sandbox: first on the clean base, to learn which command works and what fails without any change; then on the
// head, beside that. Nothing is believed that was not run: a command is known to work when it has ended with a judgement here.
//
// Accepted: tests may write into the worktree, as they do on anybody's machine; whoever hands one in keeps or drops what they left.

package import ForgeCore
package import ForgeCrew

package struct TestBenchSettings: Sendable {
    package var limits: SandboxLimits
    package var readable: [String]
    package var writable: [String: String]
    /// Besides what every run of tests gets.
    package var environment: [String: String]
    /// Where the sandbox shows a home that outlasts a command; nil shows it where it is, which is right where there are no walls.
    package var homeInside: String?
    /// How often a test is run again to see whether its outcome holds.
    package var rerunsMax: Int
    /// More failed tests than these are run again all at once.
    package var aloneMax: Int
    package var candidatesMax: Int
    package var keptBytesMax: Int
    package var logBytesMax: Int

    package init(
        limits: SandboxLimits = SandboxLimits(wallTime: .seconds(600)), readable: [String] = [], writable: [String: String] = [:],
        environment: [String: String] = [:], homeInside: String? = "/agent", rerunsMax: Int = 2, aloneMax: Int = 10,
        candidatesMax: Int = 3, keptBytesMax: Int = 24 << 20, logBytesMax: Int = 256 << 10
    ) {
        self.limits = limits
        self.readable = readable
        self.writable = writable
        self.environment = environment
        self.homeInside = homeInside
        self.rerunsMax = rerunsMax
        self.aloneMax = aloneMax
        self.candidatesMax = candidatesMax
        self.keptBytesMax = keptBytesMax
        self.logBytesMax = logBytesMax
    }
}

/// How a setup ended.
package struct SetupEnding: Hashable, Sendable {
    /// Nil when it went well.
    package var problem: String?
    package var time: Duration
}

package struct TestBench: Sendable {
    private let sandbox: any Sandbox
    private var settings: TestBenchSettings
    /// Letters and digits, new with every call: they part a run's report from what it printed.
    private let mark: @Sendable () throws -> String

    package init(sandbox: any Sandbox, settings: TestBenchSettings = TestBenchSettings(), mark: @escaping @Sendable () throws -> String) {
        self.sandbox = sandbox
        self.settings = settings
        self.mark = mark
    }

    /// The same for commands whose home is a folder of this machine, which outlasts them.
    package func at(home: String) -> TestBench {
        var bench = self
        if let inside = settings.homeInside { bench.settings.writable[inside] = home } else { bench.settings.environment["HOME"] = home }
        return bench
    }

    /// What every run of tests gets: no colours, nobody to ask, nothing left behind where it can be helped.
    package static let environment = [
        "CI": "true", "NO_COLOR": "1", "TERM": "dumb", "CARGO_TERM_COLOR": "never", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1",
        "DOTNET_CLI_TELEMETRY_OPTOUT": "1", "DOTNET_NOLOGO": "1", "GIT_TERMINAL_PROMPT": "0", "npm_config_update_notifier": "false",
    ]

    /// Where the sandbox shows a worktree; results may name files by it.
    private static let folderInside = "/worktree"

    // MARK: The base

    /// Tries the candidates in turn on a clean worktree until one comes to a judgement, then runs what failed again. Setup has no network.
    package func prove(_ candidates: [TestCandidate], in worktree: String) async throws -> TestProof {
        try await prove(candidates, in: worktree) { try await prepare($0, in: worktree).problem }
    }

    /// - Parameter setUp: makes the worktree ready for a candidate, and says why it could not. Asked once for each setup.
    package func prove(
        _ candidates: [TestCandidate], in worktree: String, setUp: (TestCandidate) async throws -> String?
    ) async throws -> TestProof {
        var attempts: [TestProof.Attempt] = []
        var prepared: Set<String> = []
        var unnamed: TestProof?
        var lacksProgram = false
        // Where the runner that the project asks for is not there, what another one says of its tests is worth nothing.
        for candidate in candidates.prefix(settings.candidatesMax) where !(lacksProgram && candidate.isGuess) {
            var setupProblem: String?
            if let setup = candidate.setup, prepared.insert("\(candidate.setupFolder?.shown ?? "") \(setup)").inserted {
                // Tests may run all the same: what it fetches can be there already.
                setupProblem = try await setUp(candidate)
            }
            let run = try await run(candidate, in: worktree)
            guard run.isJudgement else {
                let problem = [setupProblem.map { "setup '\(candidate.setup ?? "")' failed: \($0)" }, run.problem].compactMap(\.self)
                attempts.append(.init(candidate, run, problem: problem.joined(separator: "; then ")))
                if run.ending == .missingProgram, !candidate.isGuess { lacksProgram = true }
                continue
            }
            if run.ending == .failed, run.outcomes.bad.isEmpty {
                // Nothing says what failed: the command itself may be what is wrong, so that another one is better evidence.
                if unnamed == nil { unnamed = TestProof(candidate: candidate, run: run) }
                let end = TestLog.lastLines(run.log)
                attempts.append(
                    .init(
                        candidate, run,
                        problem: "'\(candidate.command)' ended with \(run.exit), and nothing names a test\(end.isEmpty ? "" : ": \(end)")"))
                continue
            }
            let flaky = try await unsteady(run.outcomes.bad, of: candidate, expected: \.isBad, in: worktree)
            return TestProof(candidate: candidate, run: run, flaky: flaky, attempts: attempts)
        }
        guard var unnamed else { return TestProof(candidate: nil, run: nil, attempts: attempts) }
        unnamed.attempts = attempts
        return unnamed
    }

    /// Runs a candidate's setup; only it may have a way out.
    package func prepare(_ candidate: TestCandidate, in worktree: String, through way: WayOut = .none) async throws -> SetupEnding {
        guard let setup = candidate.setup else { return SetupEnding(problem: nil, time: .zero) }
        let ending = try await sandbox.run(way.leading(command("( \(setup)\n)", worktree, candidate.setupFolder)))
        guard !ending.isSuccess else { return SetupEnding(problem: nil, time: ending.wallTime) }
        let lines = TestLog.lastLines(ending.output)
        let problem = Self.shown(ending.exit, settings.limits) + (lines.isEmpty ? "" : ": \(lines)")
        return SetupEnding(problem: problem, time: ending.wallTime)
    }

    /// The same with a way out to these hosts, as far as they may be reached. Where there can be none, that is the setup's problem.
    package func prepare(
        _ candidate: TestCandidate, in worktree: String, out ways: any WaysOut, to hosts: [EgressPattern]
    ) async throws -> (ending: SetupEnding, seen: EgressSeen) {
        do {
            let (ending, seen) = try await ways.withWayOut(to: hosts) { way in
                try await prepare(candidate, in: worktree, through: way)
            }
            return (ending, seen)
        } catch let problem as NoWayOut {
            return (SetupEnding(problem: problem.description, time: .zero), EgressSeen())
        }
    }

    // MARK: The head

    /// All tests, or one that an earlier run of the same candidate named; nil when it cannot be asked for alone.
    package func run(_ candidate: TestCandidate, only test: TestCase, in worktree: String) async throws -> TestRun? {
        let mark = try mark()
        guard let script = TestScript.text(candidate, only: test, mark: mark) else { return nil }
        return try await run(candidate, script, mark, worktree)
    }

    package func run(_ candidate: TestCandidate, in worktree: String) async throws -> TestRun {
        let mark = try mark()
        return try await run(candidate, TestScript.text(candidate, mark: mark) ?? candidate.measured, mark, worktree)
    }

    private func run(_ candidate: TestCandidate, _ script: String, _ mark: String, _ worktree: String) async throws -> TestRun {
        let kept = KeptOutput(bytesMax: settings.keptBytesMax)
        let ending = try await sandbox.run(command(script, worktree, candidate.folder)) { kept.take($0) }
        let (bytes, isCut) = kept.kept
        let folder = candidate.folder.map { "/" + $0.text } ?? ""
        let output = TestScript.output(
            bytes, of: candidate, mark: mark, isCut: isCut,
            folders: [Self.folderInside + folder, worktree + folder, Self.folderInside, worktree])
        var outcomes = output.outcomes(candidate.format)
        let shown = Self.shown(ending.exit, settings.limits)
        if case .code = ending.exit {} else { outcomes.doubts.append("it was ended before its end: \(shown)") }
        return TestRun(
            command: candidate.command, ending: TestEnding(exit: ending.exit, outcomes: outcomes, printed: output.printed), exit: shown,
            outcomes: outcomes, milliseconds: Int(ending.wallTime / .milliseconds(1)),
            log: clippedLog(output.printed, bytesMax: settings.logBytesMax))
    }

    /// The head's run beside the base's. What fails on the head alone is run again: on the base, and on the head; what does not hold is flaky.
    package func compare(
        _ proof: TestProof, head run: TestRun, in worktree: String, base: String?
    ) async throws -> TestComparison {
        guard let candidate = proof.candidate, let before = proof.run?.outcomes else {
            return TestComparison(base: .none, head: run.outcomes)
        }
        var flaky = proof.flaky
        let first = TestComparison(base: before, head: run.outcomes, flaky: flaky)
        let known = Set(before.cases.map(\.name))
        let suspects = run.outcomes.cases.filter { first.newlyFailing.contains($0.name) }
        if !suspects.isEmpty {
            flaky.formUnion(try await unsteady(suspects, of: candidate, expected: \.isBad, in: worktree))
            let steady = suspects.filter { !flaky.contains($0.name) && known.contains($0.name) }
            if let base { flaky.formUnion(try await unsteady(steady, of: candidate, expected: { !$0.isBad }, in: base)) }
        }
        return TestComparison(base: before, head: run.outcomes, flaky: flaky)
    }

    /// Those of these tests that, run again, come out in another way than expected at least once.
    private func unsteady(
        _ tests: [TestCase], of candidate: TestCandidate, expected: (TestOutcome) -> Bool, in worktree: String
    ) async throws -> Set<String> {
        var unsteady: Set<String> = []
        guard !tests.isEmpty else { return [] }
        let runsAlone = tests.count <= settings.aloneMax && candidate.canRunOne
        for _ in 0..<settings.rerunsMax {
            var seen: [String: TestOutcome] = [:]
            if runsAlone {
                for test in tests where !unsteady.contains(test.name) {
                    guard let run = try await run(candidate, only: test, in: worktree), run.isJudgement else { continue }
                    if let outcome = run.outcomes.cases.first(where: { $0.name == test.name })?.outcome { seen[test.name] = outcome }
                }
            } else {
                let run = try await run(candidate, in: worktree)
                guard run.isJudgement else { continue }
                for test in run.outcomes.cases { seen[test.name] = test.outcome }
            }
            // A test that is not there again, or skipped, says nothing.
            for test in tests {
                if let outcome = seen[test.name], outcome != .skipped, !expected(outcome) { unsteady.insert(test.name) }
            }
        }
        return unsteady
    }

    // MARK: Commands

    private func command(_ script: String, _ worktree: String, _ folder: RepositoryPath?) -> SandboxCommand {
        SandboxCommand(
            arguments: ["/bin/sh", "-c", script], environment: Self.environment.merging(settings.environment) { $1 }, worktree: worktree,
            folder: folder, limits: settings.limits, network: .none, readable: settings.readable, writable: settings.writable)
    }

    static func shown(_ exit: SandboxExit, _ limits: SandboxLimits) -> String {
        switch exit {
        case .code(let code): "exit code \(code)"
        case .signal(let signal): "signal \(signal)"
        case .limit(.wallTime): "it took longer than \(limits.wallTime.components.seconds) seconds"
        case .limit(.processorTime): "it used more than \(limits.processorTime.components.seconds) seconds of processor time"
        case .limit(.memory): "it used more than \(limits.memoryBytes >> 20) MiB of memory"
        case .limit(.output): "it printed more than \(limits.storedBytes >> 20) MiB"
        case .limit(.disk): "it wrote more than \(limits.diskBytes >> 20) MiB or \(limits.diskFiles) files"
        case .limit(.diskReserve): "the disk of this machine is nearly full"
        }
    }
}

enum TestLog {
    /// What a log ends with, on one line: where programs say what went wrong.
    static func lastLines(_ bytes: [UInt8], count: Int = 3, bytesMax: Int = 400) -> String {
        let joined = lines(bytes).suffix(count).joined(separator: " | ")
        let shown = String(String.UnicodeScalarView(joined.unicodeScalars.map { $0.isHidden ? " " : $0 }))
        return String(decoding: Array(shown.utf8).suffix(bytesMax), as: UTF8.self)
    }

    /// The same, line by line, for people: as they were printed, each cut where it is long.
    static func tail(_ bytes: [UInt8], count: Int = 8, bytesMax: Int = 200) -> [String] {
        lines(bytes).suffix(count).map { line in
            let shown = String(String.UnicodeScalarView(line.unicodeScalars.map { $0.isHidden ? " " : $0 }))
            return shown.utf8.count <= bytesMax ? shown : String(decoding: Array(shown.utf8).prefix(bytesMax), as: UTF8.self) + "…"
        }
    }

    private static func lines(_ bytes: [UInt8]) -> [Substring] {
        String(decoding: bytes.suffix(4_000), as: UTF8.self).split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
    }
}
