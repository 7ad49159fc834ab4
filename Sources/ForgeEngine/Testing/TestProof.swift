// What is known of a project's tests before anything is changed: the command that works, what fails already, and what fails now and then. Or
// why nothing can be known. It must never say that a command works because one like it did.

package import ForgeCore
package import ForgeCrew

package struct TestProof: Hashable, Sendable {
    /// A command that was tried and did not do.
    package struct Attempt: Hashable, Sendable {
        package var command: String
        package var folder: String
        package var problem: String
        /// How it ended; nil when that is not known.
        package var ending: TestEnding?
        /// What it printed last: a few lines, none of them long.
        package var lastLines: [String]

        package init(command: String, folder: String, problem: String, ending: TestEnding? = nil, lastLines: [String] = []) {
            self.command = command
            self.folder = folder
            self.problem = problem
            self.ending = ending
            self.lastLines = lastLines
        }

        init(_ candidate: TestCandidate, _ run: TestRun, problem: String) {
            self.init(
                command: candidate.command, folder: candidate.folder?.shown ?? ".", problem: problem, ending: run.ending,
                lastLines: TestLog.tail(run.log))
        }

        package var json: JSON {
            [
                "command": .string(command), "folder": .string(folder), "problem": .string(problem), "ending": JSON(ending?.rawValue),
                "last_lines": .array(lastLines.map(JSON.string)),
            ]
        }

        fileprivate init(json: JSON) {
            self.init(
                command: json["command"]?.string ?? "", folder: json["folder"]?.string ?? "", problem: json["problem"]?.string ?? "",
                ending: json["ending"]?.string.flatMap(TestEnding.init(rawValue:)),
                lastLines: (json["last_lines"]?.array ?? []).compactMap(\.string))
        }
    }

    package enum Verdict: String, Hashable, Sendable, CaseIterable {
        case proven
        /// It works, and some tests fail without any change.
        case failsOnBase = "fails_on_base"
        case cannotRun = "cannot_run"
    }

    /// The one that works; nil when none does.
    package var candidate: TestCandidate?
    package var run: TestRun?
    /// Tests whose outcome differed between runs of the same code.
    package var flaky: Set<String>
    /// Before it, in the order they were tried.
    package var attempts: [Attempt]

    package init(candidate: TestCandidate?, run: TestRun?, flaky: Set<String> = [], attempts: [Attempt] = []) {
        self.candidate = candidate
        self.run = run
        self.flaky = flaky
        self.attempts = attempts
    }

    package var verdict: Verdict {
        guard candidate != nil, let run else { return .cannotRun }
        return run.ending == .passed ? .proven : .failsOnBase
    }

    /// How the tests ended: of the command that is believed, else of the surest one that was tried. Nil when none was.
    package var ending: TestEnding? { run?.ending ?? attempts.first?.ending }

    package var failsOnBase: [String] { run?.outcomes.bad.map(\.name) ?? [] }

    /// For people, in a sentence or two.
    package var summary: String {
        switch verdict {
        case .cannotRun:
            attempts.isEmpty
                ? "No command is known that runs the tests; say it as agents.test in .forge.yml."
                : "The tests cannot be run: " + attempts.map { "\($0.command): \($0.problem)" }.joined(separator: "; ")
        case .proven: "'\(candidate?.command ?? "")' works: \(counts)."
        case .failsOnBase: "'\(candidate?.command ?? "")' works, and fails without any change: \(counts)."
        }
    }

    /// Such as `1 passed, 2 failed`.
    package var counts: String {
        guard let run else { return "nothing ran" }
        guard run.outcomes.format != nil else { return "\(run.exit), and nothing names single tests" }
        let counts = TestOutcome.allCases.map { (run.outcomes.count($0), $0.rawValue) }.filter { $0.0 > 0 }
        return counts.isEmpty ? run.exit : counts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}

extension TestProof: StepResult {
    package var stepJSON: JSON {
        [
            "candidate": candidate.map(\.stepJSON) ?? .null, "run": run.map(\.stepJSON) ?? .null,
            "flaky": .array(flaky.sorted().map(JSON.string)),
            "attempts": .array(attempts.map(\.json)),
        ]
    }

    package init?(stepJSON: JSON) {
        guard let attempts = stepJSON["attempts"]?.array else { return nil }
        self.init(
            candidate: stepJSON["candidate"].flatMap(TestCandidate.init(stepJSON:)), run: stepJSON["run"].flatMap(TestRun.init(stepJSON:)),
            flaky: Set((stepJSON["flaky"]?.array ?? []).compactMap(\.string)),
            attempts: attempts.map(Attempt.init(json:)))
        // Half of it would be believed as the whole.
        if stepJSON["candidate"] != nil, candidate == nil || run == nil { return nil }
    }
}

extension TestCandidate: StepResult {
    package var stepJSON: JSON {
        [
            "row": .string(row), "folder": JSON(folder?.text), "command": .string(command), "setup": JSON(setup),
            "setup_folder": JSON(setupFolder?.text), "measured": .string(measured), "format": JSON(format?.rawValue),
            "collect": JSON(collect),
            "one": JSON(one), "programs": .array(programs.map(JSON.string)), "why": .string(why), "score": JSON(score),
        ]
    }

    package init?(stepJSON: JSON) {
        guard let row = stepJSON["row"]?.string, let command = stepJSON["command"]?.string, let why = stepJSON["why"]?.string else {
            return nil
        }
        self.init(
            row: row, folder: stepJSON["folder"]?.string.map { RepositoryPath($0) }, command: command, setup: stepJSON["setup"]?.string,
            measured: stepJSON["measured"]?.string, format: stepJSON["format"]?.string.flatMap(TestFormat.init(rawValue:)),
            collect: stepJSON["collect"]?.string, one: stepJSON["one"]?.string,
            programs: (stepJSON["programs"]?.array ?? []).compactMap(\.string), why: why,
            score: stepJSON["score"]?.integer.flatMap { Int(exactly: $0) } ?? 0)
        setupFolder = stepJSON["setup_folder"]?.string.map { RepositoryPath($0) }
    }
}
