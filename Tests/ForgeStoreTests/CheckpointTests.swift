// The log is moved into the database beside the writer and begun anew, so that it does not grow with what was ever written.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@testable import ForgeStore

struct CheckpointTests {
    @Test func `the log is begun anew while writers go on, and nothing is lost`() async throws {
        let room = try StoreRoom(SQLiteOptions(checkpointPages: 64))
        let body = [UInt8](repeating: 7, count: 4096)
        var written = 0
        var longest = 0
        // Each round adds more than a log that is due; without a move the log would be as long as all of them together.
        for round in 0..<40 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<100 {
                    group.addTask { _ = try await room.store.accept(room.delivery("key-\(round)-\(client)", body: body)) }
                }
                try await group.waitForAll()
            }
            written += 100 * body.count
            longest = max(longest, try room.folder.contents(of: "forge.db-wal").count)
        }
        #expect(longest < written / 2, "the log grew to \(longest) bytes")
        #expect(try await room.store.pendingDeliveries(after: nil, limit: 10_000).count == 4000)
        #expect(try await room.store.damage() == nil)
        await room.store.close()
    }
}
