// A project's tests in a sandbox: which command is believed, what the base's failures are worth, and what is called flaky.

import ForgeCore
import ForgeCrew
import ForgeEngine
import ForgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct TestBenchTests {
    private static let unittest = TestDetection.candidates(
        TestTree([], texts: [:]), configuration: TestConfiguration(test: "python3 -m unittest discover", setup: "make deps"))[0]
    private static let make = TestDetection.candidates(TestTree([], texts: [:]), configuration: TestConfiguration(test: "make test"))[0]

    private func bench(_ sandbox: ScriptedSandbox, _ settings: TestBenchSettings = TestBenchSettings()) -> TestBench {
        TestBench(sandbox: sandbox, settings: settings) { "0a1b2c" }
    }

    private func project(_ tests: ScriptedTests) -> ScriptedSandbox {
        ScriptedSandbox { command, _ in
            let script = command.arguments.last ?? ""
            return script.contains("unittest") ? tests.reply(to: script) : .init()
        }
    }

    @Test func `a command that works is proven, behind its setup`() async throws {
        let sandbox = project(ScriptedTests(["tests.a.A.test_one": [.ok], "tests.a.A.test_two": [.skipped]]))
        let proof = try await bench(sandbox).prove([Self.unittest], in: "/w")
        #expect(proof.verdict == .proven && proof.failsOnBase.isEmpty && proof.flaky.isEmpty)
        #expect(
            sandbox.scripts.count == 2 && sandbox.scripts[0].contains("make deps") && sandbox.scripts[1].contains("-m unittest discover -v")
        )
        #expect(sandbox.commands.allSatisfy { $0.worktree == "/w" && $0.network == .none && $0.environment["CI"] == "true" })
    }

    @Test func `what fails on the base is recorded, and run again alone`() async throws {
        let tests = ScriptedTests(["t.A.test_ok": [.ok], "t.A.test_bad": [.FAIL], "t.A.test_now_and_then": [.FAIL, .ok]])
        let sandbox = project(tests)
        let proof = try await bench(sandbox).prove([Self.unittest], in: "/w")
        #expect(proof.verdict == .failsOnBase)
        #expect(proof.failsOnBase == ["t.A.test_bad", "t.A.test_now_and_then"])
        #expect(proof.flaky == ["t.A.test_now_and_then"])
        // Setup, all, two alone; then only the one that still holds.
        #expect(sandbox.scripts.filter { $0.contains("-k 't.A.test_bad'") }.count == 2)
        #expect(sandbox.scripts.filter { $0.contains("-k 't.A.test_now_and_then'") }.count == 1)
        #expect(proof.summary.contains("fails without any change: 1 passed, 2 failed"))
    }

    @Test func `many failures are run again all at once`() async throws {
        let sandbox = project(ScriptedTests(["t.A.test_a": [.FAIL, .FAIL, .ok], "t.A.test_b": [.FAIL]]))
        var settings = TestBenchSettings()
        settings.aloneMax = 1
        let proof = try await bench(sandbox, settings).prove([Self.unittest], in: "/w")
        #expect(proof.flaky == ["t.A.test_a"])
        #expect(sandbox.scripts.count == 4 && !sandbox.scripts.contains { $0.contains("-k") })
    }

    @Test func `a command that comes to no judgement is not believed, and the next one is tried`() async throws {
        let sandbox = ScriptedSandbox { command, _ in
            let script = command.arguments.last ?? ""
            if script.contains("unittest") { return .init(.code(0), "\nRan 0 tests in 0.000s\n\nOK\n") }
            return script.contains("make test") ? .init(.code(0), "1..1\nok 1 - adds\n") : .init()
        }
        let proof = try await bench(sandbox).prove([Self.unittest, Self.make], in: "/w")
        #expect(proof.verdict == .proven && proof.candidate?.command == "make test")
        #expect(proof.run?.outcomes.cases.map(\.name) == ["adds"])
        #expect(proof.attempts.map(\.problem) == ["'python3 -m unittest discover' ended well, and no test ran"])
    }

    @Test func `a command that fails without naming a test is taken only when there is no better one`() async throws {
        let tests = ScriptedTests(["t.A.test_a": [.ok]])
        let sandbox = ScriptedSandbox { command, _ in
            let script = command.arguments.last ?? ""
            return script.contains("unittest")
                ? tests.reply(to: script) : .init(.code(2), "make: *** No rule to make target 'test'.  Stop.\n")
        }
        let better = try await bench(sandbox).prove([Self.make, Self.unittest], in: "/w")
        #expect(better.verdict == .proven && better.attempts.first?.problem.contains("No rule to make target") == true)
        let alone = try await bench(sandbox).prove([Self.make], in: "/w")
        #expect(alone.verdict == .failsOnBase && alone.failsOnBase.isEmpty && alone.run?.outcomes.format == nil)
    }

    @Test func `why tests cannot be run is told apart: a program, a limit, a crash, a failed setup, a broken build`() async throws {
        let cases: [(ScriptedSandbox.Reply, String, TestEnding)] = [
            (.init(.code(127), "sh: 1: python3: not found\n"), "a program that", .missingProgram),
            (.init(.limit(.wallTime), "test_a (t.A.test_a) ... "), "it took longer than", .limited),
            (.init(.limit(.memory)), "MiB of memory", .limited), (.init(.signal(11), ""), "signal 11", .crashed),
            (.init(.code(1), "test_a (t.A.test_a) ... ok\n\nRan 1 test in 0.001s\n\nOK\n"), "no test that failed", .broken),
        ]
        for (reply, wanted, ending) in cases {
            let sandbox = ScriptedSandbox { command, _ in
                command.arguments.last?.contains("unittest") == true ? reply : .init(.code(9), "E: no network\n")
            }
            let proof = try await bench(sandbox).prove([Self.unittest], in: "/w")
            #expect(proof.verdict == .cannotRun)
            let problem = proof.attempts.first?.problem ?? ""
            #expect(problem.contains(wanted), "\(problem)")
            #expect(proof.ending == ending && TestProof(stepJSON: proof.stepJSON)?.ending == ending)
            if ending == .missingProgram { #expect(proof.attempts.first?.lastLines == ["sh: 1: python3: not found"]) }
            #expect(problem.contains("setup 'make deps' failed: exit code 9: E: no network"))
        }
        #expect(try await bench(ScriptedSandbox { _, _ in .init() }).prove([], in: "/w").summary.contains("agents.test"))
    }

    @Test func `where the runner that is asked for is not there, no other one is guessed`() async throws {
        let found = TestDetection.candidates(
            TestTree([RepositoryPath("pytest.ini"), RepositoryPath("test_a.py")], texts: [:]))
        #expect(found.map(\.row) == ["pytest", "unittest"])
        let sandbox = ScriptedSandbox { command, _ in
            command.arguments.last?.contains("pytest") == true
                ? .init(.code(1), "/usr/bin/python3: No module named pytest\n")
                : .init(.code(1), "ERROR: test_a (unittest.loader._FailedTest.test_a)\n\nRan 1 test in 0.000s\n\nFAILED (errors=1)\n")
        }
        let proof = try await bench(sandbox).prove(found, in: "/w")
        #expect(proof.verdict == .cannotRun && proof.ending == .missingProgram && proof.attempts.map(\.command) == ["python3 -m pytest"])
    }

    @Test func `a failed setup is no verdict when the tests run all the same`() async throws {
        let tests = ScriptedTests(["t.A.test_a": [.ok]])
        let sandbox = ScriptedSandbox { command, _ in
            let script = command.arguments.last ?? ""
            return script.contains("unittest") ? tests.reply(to: script) : .init(.code(1))
        }
        #expect(try await bench(sandbox).prove([Self.unittest], in: "/w").verdict == .proven)
    }

    @Test func `the head is compared with the base, and what fails now and then is not blamed on it`() async throws {
        let base = ScriptedTests(["t.A.test_a": [.ok], "t.A.test_b": [.FAIL], "t.A.test_shaky": [.ok, .FAIL], "t.A.test_gone": [.ok]])
        let head = ScriptedTests(["t.A.test_a": [.FAIL], "t.A.test_b": [.FAIL], "t.A.test_shaky": [.FAIL], "t.A.test_new": [.FAIL]])
        let sandbox = ScriptedSandbox { command, _ in
            let script = command.arguments.last ?? ""
            return script.contains("unittest") ? (command.worktree == "/base" ? base : head).reply(to: script) : .init()
        }
        let bench = bench(sandbox)
        let proof = try await bench.prove([Self.unittest], in: "/base")
        let run = try await bench.run(Self.unittest, in: "/head")
        let comparison = try await bench.compare(proof, head: run, in: "/head", base: "/base")
        #expect(comparison.newlyFailing == ["t.A.test_a", "t.A.test_new"])
        #expect(comparison.flaky == ["t.A.test_shaky"])
        #expect(comparison.stillFailing == ["t.A.test_b"])
        #expect(comparison.missing == ["t.A.test_gone"] && comparison.new == ["t.A.test_new"])
        // A new test has no base to be run on.
        #expect(!sandbox.commands.contains { $0.worktree == "/base" && $0.arguments.last?.contains("-k 't.A.test_new'") == true })
    }

    @Test func `one test is run by its name`() async throws {
        let sandbox = project(ScriptedTests(["t.A.test_a": [.ok], "t.A.test_b": [.FAIL]]))
        let run = try #require(try await bench(sandbox).run(Self.unittest, only: TestCase("t.A.test_b", .failed), in: "/w"))
        #expect(run.ending == .failed && run.outcomes.cases.map(\.name) == ["t.A.test_b"])
        #expect(try await bench(sandbox).run(Self.make, only: TestCase("adds", .failed), in: "/w") == nil)
    }

    @Test func `a long output keeps its first and last part, and is not called complete`() async throws {
        let noise = String(repeating: "noise of a test that talks too much\n", count: 60_000)
        let sandbox = ScriptedSandbox { _, _ in .init(.code(0), "TAP version 13\n1..2\nok 1 - a\n\(noise)ok 2 - b\n") }
        var settings = TestBenchSettings()
        settings.keptBytesMax = 100_000
        settings.logBytesMax = 10_000
        let run = try await bench(sandbox, settings).run(Self.make, in: "/w")
        #expect(run.outcomes.cases.map(\.name) == ["a", "b"] && !run.outcomes.isComplete)
        #expect(run.log.count < 10_200)
        #expect(String(decoding: run.log, as: UTF8.self).hasSuffix("ok 2 - b\n"))
    }

    @Test func `whoever works on a change is told what it broke, apart from what was broken`() async throws {
        let base = ScriptedTests(["t.A.test_a": [.ok], "t.A.test_b": [.FAIL], "t.A.test_c": [.FAIL], "t.A.test_gone": [.ok]])
        let head = ScriptedTests(["t.A.test_a": [.FAIL], "t.A.test_b": [.FAIL], "t.A.test_c": [.ok], "t.A.test_new": [.ok]])
        let sandbox = ScriptedSandbox { command, _ in
            let script = command.arguments.last ?? ""
            return script.contains("unittest") ? (command.worktree == "/base" ? base : head).reply(to: script) : .init()
        }
        let bench = bench(sandbox)
        let tests = ProvenTests(bench: bench, proof: try await bench.prove([Self.unittest], in: "/base"), worktree: "/head")
        let all = try await tests.answer(nil)
        #expect(!all.isError)
        #expect(
            all.text.hasPrefix(
                """
                2 passed, 2 failed

                Failing because of the change (1):
                - t.A.test_a
                    AssertionError: no
                """), "\(all.text)")
        #expect(all.text.contains("Failed before the change, too (1):\n- t.A.test_b\n"))
        #expect(all.text.contains("Fixed (1):\n- t.A.test_c\n") && all.text.contains("Not there any more (1):\n- t.A.test_gone\n"))
        // By the end of a name; also one that the base does not have.
        #expect(try await tests.answer("test_b").text.hasPrefix("1 failed\n\nFailed before the change, too (1):\n- t.A.test_b\n"))
        #expect(try await tests.answer("t.A.test_new").text == "1 passed\n")
        let nowhere = try await tests.answer("t.A.test_nowhere")
        #expect(nowhere.isError && nowhere.text.contains("no test ran"))
    }

    @Test func `a sandbox that cannot be made is no failed test`() async throws {
        let sandbox = project(ScriptedTests(["t.A.test_a": [.ok]]))
        sandbox.failNext(SandboxError(.breached, "a wall is missing"))
        await #expect(throws: SandboxError.self) { _ = try await bench(sandbox).prove([Self.unittest], in: "/w") }
    }

    @Test func `steps are stored with their logs, and not run twice`() async throws {
        let clock = TestClock()
        let store = MemoryStore(clock: clock.wallClock)
        let book = RunBook(store: store, now: clock.wallClock)
        _ = try await store.enqueue(NewJob(kind: "remediation", tenant: .local, repository: "acme/shop", workKey: "a", attemptsMax: 3))
        let job = try #require(try await store.claim(kinds: ["remediation"], worker: "w", lease: .seconds(60), perRepository: 9))
        let new = NewRun(kind: .remediation, tenant: .local, repository: "acme/shop", job: job.id, subject: "ticket/1")
        let sandbox = project(ScriptedTests(["t.A.test_a": [.FAIL, .FAIL, .FAIL, .ok], "t.A.test_b": [.ok]]))
        var proofs: [LoggedProof] = []
        var runs: [LoggedTests] = []
        var asked = 0
        for _ in 0..<2 {
            let journal = try await book.open(new, for: job).journal
            let tests = JournaledTests(bench: bench(sandbox), journal: journal, store: store)
            proofs.append(try await tests.prove([Self.unittest], in: "/w"))
            let candidate = try #require(proofs.last?.value.candidate)
            runs.append(try await tests.run(candidate, in: "/w", step: "tests.head.1"))
            if asked == 0 { asked = sandbox.scripts.count }
            let digest = try #require(runs.last?.log)
            let log = try #require(try await store.artifact(digest, run: journal.run, scope: .all))
            #expect(log.kind == JournaledTests.logKind && String(decoding: log.bytes, as: UTF8.self).contains("Ran 2 tests"))
        }
        #expect(sandbox.scripts.count == asked)
        #expect(proofs[0].value.candidate == proofs[1].value.candidate && proofs[1].value.verdict == .failsOnBase)
        #expect(runs[0].value.outcomes == runs[1].value.outcomes && runs[1].value.ending == .passed)
    }

    @Test func `what a step stores comes back as it was, and half of it does not`() throws {
        let outcomes = TestOutcomes(
            format: .pytest, cases: [TestCase("a::b", file: "a.py", .failed, message: "no"), TestCase("a::c", .passed)], namesPassed: true,
            doubts: ["x"])
        let run = TestRun(command: "pytest", ending: .failed, exit: "exit code 1", outcomes: outcomes, milliseconds: 12)
        let proof = TestProof(
            candidate: Self.unittest, run: run, flaky: ["a::b"], attempts: [.init(command: "x", folder: ".", problem: "y")])
        #expect(TestProof(stepJSON: proof.stepJSON) == proof)
        #expect(TestProof(stepJSON: TestProof(candidate: nil, run: nil).stepJSON)?.verdict == .cannotRun)
        var half = proof
        half.run = nil
        #expect(TestProof(stepJSON: half.stepJSON) == nil)
        #expect(TestRun(stepJSON: ["command": "a"]) == nil)
    }
}
