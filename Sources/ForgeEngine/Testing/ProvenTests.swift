// The proven command as whoever works on a change uses it: all tests or one by its name, answered beside what the base said. It must never let a
// failure of the base look like the change's, nor a run that did not come to its end like a good one.

import ForgeCore
import ForgeCrew
import Synchronization

package final class ProvenTests: Sendable {
    package struct Answer: Hashable, Sendable {
        /// For a model to read: what matters first, then the end of the log.
        package var text: String
        /// They could not be run, or did not come to a judgement; tests that fail are no error.
        package var isError: Bool
    }

    private static let namedMax = 20
    private static let messageBytesMax = 600

    private let bench: TestBench
    private let proof: TestProof
    private let worktree: String
    /// By name: what the base and the latest run of the head have told of.
    private let known: Mutex<[String: TestCase]>

    package init(bench: TestBench, proof: TestProof, worktree: String) {
        self.bench = bench
        self.proof = proof
        self.worktree = worktree
        known = Mutex(Dictionary((proof.run?.outcomes.cases ?? []).map { ($0.name, $0) }) { first, _ in first })
    }

    package func answer(_ name: String?) async throws -> Answer {
        guard let candidate = proof.candidate else { return Answer(text: proof.summary + "\n", isError: true) }
        guard let name else { return shown(try await bench.run(candidate, in: worktree), asked: nil) }
        switch test(named: name) {
        case .failure(let problem): return Answer(text: problem.text, isError: true)
        case .success(let test):
            guard let run = try await bench.run(candidate, only: test, in: worktree) else {
                return Answer(text: "'\(candidate.command)' cannot run one test by its name; run all of them.\n", isError: true)
            }
            return shown(run, asked: test.name)
        }
    }

    private struct Unknown: Error {
        let text: String
    }

    /// The test of this name, or the only one whose name ends in it; one that nobody has seen yet is asked for as it was written.
    private func test(named name: String) -> Result<TestCase, Unknown> {
        let all = known.withLock { $0 }
        if let test = all[name] { return .success(test) }
        let alike = all.keys.filter { key in
            key.hasSuffix(name) && key.dropLast(name.count).last.map { !$0.isLetter && !$0.isNumber && $0 != "_" } == true
        }
        if alike.count == 1, let test = alike.first.flatMap({ all[$0] }) { return .success(test) }
        guard alike.isEmpty else {
            return .failure(
                Unknown(text: "'\(name)' is the end of several names: \(alike.sorted().prefix(Self.namedMax).joined(separator: ", "))\n"))
        }
        let file = name.firstRange(of: "::").map { String(name[..<$0.lowerBound]) }
        return .success(TestCase(name, file: file, .errored))
    }

    private func shown(_ run: TestRun, asked name: String?) -> Answer {
        known.withLock { known in
            for test in run.outcomes.cases { known[test.name] = test }
        }
        var before = proof.run?.outcomes ?? .none
        if let name { before.cases = before.cases.filter { $0.name == name } }
        var after = run.outcomes
        // A runner may take a name for more than one test.
        if let name, after.cases.contains(where: { $0.name == name }) { after.cases = after.cases.filter { $0.name == name } }
        let comparison = TestComparison(base: before, head: after, flaky: proof.flaky)
        var text = first(run, after)
        text += list("Failing because of the change", comparison.newlyFailing, after)
        text += list("Failed before the change, too", comparison.stillFailing, after)
        text += list("Fails now and then, also without the change", comparison.flaky, after)
        text += list("Fixed", comparison.fixed, nil)
        text += list("Skipped now, and not before", comparison.newlySkipped, nil)
        if name == nil { text += list("Not there any more", comparison.missing, nil) }
        for doubt in after.doubts { text += "Doubt: \(doubt).\n" }
        if !run.isJudgement || after.cases.isEmpty { text += "\n" + String(decoding: clippedLog(run.log, bytesMax: 6_000), as: UTF8.self) }
        return Answer(text: text, isError: !run.isJudgement)
    }

    private func first(_ run: TestRun, _ outcomes: TestOutcomes) -> String {
        if let problem = run.problem { return problem + "\n" }
        let counts = TestOutcome.allCases.map { (outcomes.count($0), $0.rawValue) }.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return counts.isEmpty ? "\(run.exit); nothing names single tests\n" : counts.joined(separator: ", ") + "\n"
    }

    private func list(_ title: String, _ names: [String], _ outcomes: TestOutcomes?) -> String {
        guard !names.isEmpty else { return "" }
        var text = "\n\(title) (\(names.count)):\n"
        let messages = Dictionary((outcomes?.cases ?? []).map { ($0.name, $0.message) }) { first, _ in first }
        for name in names.prefix(Self.namedMax) {
            text += "- \(name)\n"
            let message = String(decoding: Array((messages[name] ?? "").utf8).prefix(Self.messageBytesMax), as: UTF8.self)
            for line in message.split(separator: "\n") { text += "    \(line)\n" }
        }
        if names.count > Self.namedMax { text += "- … and \(names.count - Self.namedMax) more\n" }
        return text
    }
}
