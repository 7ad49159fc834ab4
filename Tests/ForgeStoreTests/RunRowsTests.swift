// That retention takes a run's artifacts along: a row that nobody can reach any more would stay for ever.

import ForgeCore
import ForgeCrypto
import ForgeTestSupport
import Testing

@testable import ForgeStore

struct RunRowsTests {
    @Test func `nothing of a run's artifacts stays in the file after the run`() async throws {
        let room = try StoreRoom()
        let new = NewRun(kind: .review, tenant: .local, repository: "acme/shop", subject: "pull/7@a")
        for _ in 0..<2 {
            let run = try await room.store.createRun(new, lease: nil)
            for text in ["one", "two"] {
                let bytes = Array(text.utf8)
                let artifact = Artifact(
                    digest: Hex.encode(SHA256.digest(bytes)), kind: ArtifactKind.exchange, mediaType: "application/json", bytes: bytes)
                try await room.store.saveArtifact(artifact, run: run, lease: nil)
            }
            if run == RunID(1) { try await room.store.advanceRun(run, to: .done, reason: nil, lease: nil) }
        }
        room.clock.advance(by: .seconds(91 * 86_400))
        #expect(try await room.store.sweep(Retention(), limit: 10).runs == 1)
        let left = try await room.store.readers.read("look") { connection throws(StoreError) in
            try connection.all("SELECT run FROM artifacts") { row in row.int() }
        }
        #expect(left == [2, 2], "the other run goes on")
    }
}
