// Tests as steps of a run: each is carried out once, its outcomes are stored before they are used, its log is an artifact. After a crash what
// was run is not run again.

package import ForgeCore
package import ForgeCrew
import ForgeCrypto

package struct JournaledTests: Sendable {
    private let bench: TestBench
    private let journal: RunJournal
    private let store: any RunStore

    package static let logKind = "test-log"

    package init(bench: TestBench, journal: RunJournal, store: any RunStore) {
        self.bench = bench
        self.journal = journal
        self.store = store
    }

    package func prove(_ candidates: [TestCandidate], in worktree: String, step key: String = "tests.base") async throws -> LoggedProof {
        try await journal.step(key, .read) {
            let proof = try await bench.prove(candidates, in: worktree)
            return LoggedProof(value: proof, log: try await keep(proof.run?.log))
        }
    }

    package func run(_ candidate: TestCandidate, in worktree: String, step key: String) async throws -> LoggedTests {
        try await journal.step(key, .read) {
            let run = try await bench.run(candidate, in: worktree)
            return LoggedTests(value: run, log: try await keep(run.log))
        }
    }

    /// Nil when the test cannot be asked for alone.
    package func run(_ candidate: TestCandidate, only test: TestCase, in worktree: String, step key: String) async throws -> LoggedTests? {
        try await journal.step(key, .read) { () async throws -> LoggedTests? in
            guard let run = try await bench.run(candidate, only: test, in: worktree) else { return nil }
            return LoggedTests(value: run, log: try await keep(run.log))
        }
    }

    private func keep(_ log: [UInt8]?) async throws -> String? {
        guard let log, !log.isEmpty else { return nil }
        let artifact = Artifact(
            digest: Hex.encode(SHA256.digest(log)), kind: Self.logKind, mediaType: "text/plain; charset=utf-8", bytes: log)
        try await store.saveArtifact(artifact, run: journal.run, lease: journal.lease)
        return artifact.digest
    }
}

package typealias LoggedProof = Logged<TestProof>
package typealias LoggedTests = Logged<TestRun>

/// A result with the digest of its log.
package struct Logged<Value: StepResult & Hashable>: StepResult, Hashable {
    package var value: Value
    package var log: String?

    package init(value: Value, log: String?) {
        self.value = value
        self.log = log
    }

    package var stepJSON: JSON { ["value": value.stepJSON, "log": JSON(log)] }

    package init?(stepJSON: JSON) {
        guard let value = stepJSON["value"].flatMap(Value.init(stepJSON:)) else { return nil }
        self.init(value: value, log: stepJSON["log"]?.string)
    }
}
