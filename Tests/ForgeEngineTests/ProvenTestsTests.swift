// What a model is told of a run of tests.

import ForgeCore
import ForgeCrew
import Testing

@testable import ForgeEngine

struct ProvenTestsTests {
    private static func outcomes(_ cases: (String, TestOutcome)..., doubts: [String] = []) -> TestOutcomes {
        TestOutcomes(
            format: .pytest, cases: cases.map { TestCase($0.0, $0.1, message: $0.1.isBad ? "because" : "") }, namesPassed: true,
            doubts: doubts)
    }

    private static func text(_ run: TestRun, before: TestOutcomes, flaky: Set<String> = []) -> String {
        String(decoding: ProvenTests.answer(run, before: before, flaky: flaky).text, as: UTF8.self)
    }

    @Test func `what fails is told apart by what failed before`() {
        let before = Self.outcomes(("a", .passed), ("b", .failed), ("c", .failed), ("d", .passed))
        let head = Self.outcomes(("a", .failed), ("b", .failed), ("c", .passed), ("d", .failed))
        let run = TestRun(
            command: "pytest", ending: .failed, exit: "exit code 1", outcomes: head, milliseconds: 1_200, log: Array("log\n".utf8))
        #expect(
            Self.text(run, before: before, flaky: ["d"]) == """
                Failed after 1200 ms, exit code 1. 1 passed, 3 failed, 0 skipped.
                Fail now and did not before the change (1):
                - a
                    because
                Fail now, but come out differently without any change, too (1):
                - d
                    because
                Failed before the change already (1):
                - b
                    because
                Failed before the change and do not any more (1):
                - c

                What was printed:
                log

                """)
    }

    @Test func `a run that judged nothing is an error and not a pass`() {
        let run = TestRun(command: "make test", ending: .missingProgram, exit: "exit code 127", outcomes: Self.outcomes(), milliseconds: 5)
        let answer = ProvenTests.answer(run, before: Self.outcomes(), flaky: [])
        #expect(answer.isError && String(decoding: answer.text, as: UTF8.self).contains("a program that 'make test' needs is not there"))
    }

    @Test func `where nothing names a test that is said`() {
        let silent = TestOutcomes(format: nil, cases: [], namesPassed: false, doubts: [])
        let run = TestRun(command: "make test", ending: .passed, exit: "exit code 0", outcomes: silent, milliseconds: 5)
        #expect(
            Self.text(run, before: silent)
                == "Passed after 5 ms, exit code 0. Nothing that was printed names a test; the exit code is all there is.\n")
    }
}
