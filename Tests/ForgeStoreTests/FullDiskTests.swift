// When there is no room: a typed error, nothing lost that was acknowledged, and work goes on by itself when there is room again.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@testable import ForgeStore

struct FullDiskTests {
    /// Accepts until the store is full, and returns the keys that were acknowledged.
    private func fill(_ room: StoreRoom, _ prefix: String) async throws -> [String] {
        var keys: [String] = []
        for index in 0..<10_000 {
            let key = "\(prefix)-\(index)"
            let failure = await StoreRoom.failure {
                _ = try await room.store.accept(room.delivery(key, body: .init(repeating: UInt8(index % 256), count: 16_384)))
            }
            guard let failure else {
                keys.append(key)
                continue
            }
            #expect(failure == .full)
            return keys
        }
        Issue.record("the store was never full")
        return keys
    }

    private func expectPending(_ room: StoreRoom, _ keys: [String]) async throws {
        #expect(try await room.store.pendingDeliveries(after: nil, limit: 10_000).map(\.transportKey) == keys)
    }

    @Test func `a database at its bound refuses, keeps what it has, and takes more when old bodies are dropped`() async throws {
        let room = try StoreRoom(SQLiteOptions(pagesMax: 200))
        let keys = try await fill(room, "a")
        #expect(keys.count > 20)
        try await expectPending(room, keys)
        for delivery in try await room.store.pendingDeliveries(after: nil, limit: 20) {
            let settled = await StoreRoom.failure {
                _ = try await room.store.settle(delivery.id, Settlement(state: .ignored, reason: "nothing"))
            }
            #expect(settled == nil || settled == .full)
        }
        room.clock.advance(by: .seconds(31 * 86_400))
        let swept = try await room.store.sweep(Retention(), limit: 1000)
        #expect(swept.bodies > 0)
        let more = try await fill(room, "b")
        #expect(!more.isEmpty)
        #expect(try await room.store.verifyJournal(stream: nil).firstBreak == nil)
        #expect(try await room.store.damage() == nil)
        #expect(room.metrics.text().contains("forge_store_errors_total{code=\"full\"}"))
    }

    @Test(.enabled(if: SmallDisk.canMount)) func `a full disk fails what it cannot hold, and heals by itself`() async throws {
        let disk = try SmallDisk(megabytes: 8)
        let filler = disk.folder.path + "/filler"
        try Data(count: 4 << 20).write(to: URL(fileURLWithPath: filler))
        let room = try StoreRoom(folder: disk.folder)
        let keys = try await fill(room, "a")
        try await expectPending(room, keys)
        let probe = await StoreRoom.failure { try await room.store.probe() }
        #expect(probe == nil || probe == .full)
        try FileManager.default.removeItem(atPath: filler)
        try await room.store.probe()
        let more = try await fill(room, "b")
        #expect(!more.isEmpty)
        try await expectPending(room, keys + more)
        await room.store.close()
    }
}
