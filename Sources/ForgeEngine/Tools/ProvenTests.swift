// The tests of `run_tests`: the command that was proven on the base, run on the files as they are, and told beside what failed before. A model
// is never told that its change broke what was broken, nor that all is well when nobody saw a test.

import ForgeCore
import ForgeCrew

package struct ProvenTests: TestRunning {
    private static let namesMax = 40
    private static let messageBytesMax = 600

    private let bench: TestBench
    private let proof: TestProof
    private let folder: String

    package init(_ bench: TestBench, _ proof: TestProof, folder: String) {
        self.bench = bench
        self.proof = proof
        self.folder = folder
    }

    package func runTests(_ test: String?) async throws -> TestAnswer {
        guard let candidate = proof.candidate, let before = proof.run?.outcomes else {
            return TestAnswer(text: Array("No command is known that runs the tests here; use run_command.\n".utf8), isError: true)
        }
        guard let test else { return Self.answer(try await bench.run(candidate, in: folder), before: before, flaky: proof.flaky) }
        // One that is new has no place on the base; its name is all that is needed.
        let known = before.cases.first { $0.name == test } ?? TestCase(test, .failed)
        guard let run = try await bench.run(candidate, only: known, in: folder) else {
            return TestAnswer(text: Array("One test alone cannot be asked for here; leave \"test\" out.\n".utf8), isError: true)
        }
        return Self.answer(run, before: before, flaky: proof.flaky)
    }

    static func answer(_ run: TestRun, before: TestOutcomes, flaky: Set<String>) -> TestAnswer {
        let seconds = ToolRunner.seconds(.milliseconds(run.milliseconds))
        guard run.isJudgement else {
            return TestAnswer(
                text: Array("The tests could not be judged after \(seconds): \(run.problem ?? run.exit).\n\n".utf8) + run.log, isError: true
            )
        }
        var text = "\(run.ending == .passed ? "Passed" : "Failed") after \(seconds), \(run.exit). \(counts(run.outcomes))\n"
        let compared = TestComparison(base: before, head: run.outcomes, flaky: flaky)
        text += names(compared.newlyFailing, "Fail now and did not before the change", run.outcomes)
        text += names(compared.flaky, "Fail now, but come out differently without any change, too", run.outcomes)
        text += names(compared.stillFailing, "Failed before the change already", run.outcomes)
        text += names(compared.fixed, "Failed before the change and do not any more", nil)
        for doubt in run.outcomes.doubts { text += "Note: \(doubt).\n" }
        return TestAnswer(text: Array(text.utf8) + (run.ending == .passed ? [] : Array("\nWhat was printed:\n".utf8) + run.log))
    }

    private static func counts(_ outcomes: TestOutcomes) -> String {
        guard outcomes.format != nil else { return "Nothing that was printed names a test; the exit code is all there is." }
        let bad = outcomes.cases.count { $0.outcome.isBad }
        let skipped = outcomes.cases.count { $0.outcome == .skipped }
        let good = outcomes.cases.count - bad - skipped
        return outcomes.namesPassed
            ? "\(good) passed, \(bad) failed, \(skipped) skipped." : "\(bad) failed; those that passed are not named."
    }

    private static func names(_ names: [String], _ heading: String, _ outcomes: TestOutcomes?) -> String {
        guard !names.isEmpty else { return "" }
        let messages = Dictionary((outcomes?.cases ?? []).map { ($0.name, $0.message) }) { first, _ in first }
        var text = "\(heading) (\(names.count)):\n"
        for name in names.prefix(namesMax) {
            text += "- \(name)\n"
            let message = String(decoding: Array((messages[name] ?? "").utf8.prefix(messageBytesMax)), as: UTF8.self)
            for line in message.split(separator: "\n") { text += "    \(line)\n" }
        }
        return names.count > namesMax ? text + "- … and \(names.count - namesMax) more\n" : text
    }
}
