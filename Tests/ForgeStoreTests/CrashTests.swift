// What a process that is killed leaves behind: the file as it was, and the log up to some byte. Opened again, everything acknowledged is
// there, nothing is there in part, and the chains hold.

import ForgeCore
import ForgeTestSupport
import Foundation
import Synchronization
import Testing

@testable import ForgeStore

struct CrashTests {
    /// A log that is never long enough to be moved: a move in the midst of copying would make an image that no crash leaves.
    private static let withoutCheckpoints = SQLiteOptions(checkpointPages: 1 << 30)

    /// The database as a crash at this moment would leave it: without checkpoints the file stands still and the log only grows.
    private func image(of folder: StoreFolder, cuttingLogTo share: Double? = nil) throws -> StoreFolder {
        let copy = try StoreFolder()
        try copy.write(folder.contents(of: "forge.db"), to: "forge.db")
        var log = try folder.contents(of: "forge.db-wal")
        if let share { log.removeLast(log.count - Int(Double(log.count) * share)) }
        try copy.write(log, to: "forge.db-wal")
        return copy
    }

    @Test func `everything acknowledged before a kill is there after it, whenever it comes`() async throws {
        let room = try StoreRoom(Self.withoutCheckpoints)
        let load = Load()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<8 {
                group.addTask {
                    var index = 0
                    while !load.isStopped {
                        let key = "key-\(client)-\(index)"
                        _ = try await room.store.accept(room.delivery(key, body: Array(key.utf8)))
                        load.acknowledge(key)
                        index += 1
                    }
                }
            }
            // Also when an image cannot be opened: the clients would go on for ever.
            defer { load.stop() }
            for round in 1...10 {
                while load.acknowledged.count < round * 20 { await Task.yield() }
                let before = load.acknowledged
                let revived = try StoreRoom(folder: try image(of: room.folder))
                let pending = try await revived.store.pendingDeliveries(after: nil, limit: 100_000)
                #expect(before.isSubset(of: pending.map(\.transportKey)))
                #expect(pending.allSatisfy { $0.body == Array($0.transportKey.utf8) })
                #expect(try await revived.store.damage() == nil)
                await revived.store.close()
            }
            load.stop()
            try await group.waitForAll()
        }
    }

    @Test(arguments: 0..<12) func `a log cut anywhere gives back a beginning of what was written, whole`(_ cut: Int) async throws {
        let room = try StoreRoom(Self.withoutCheckpoints)
        for index in 0..<20 {
            let id = try await room.store.accept(room.delivery("key-\(index)")).id
            let job = NewJob(kind: "review", tenant: .local, repository: "acme/\(index % 3)", workKey: "w\(index)")
            _ = try await room.store.settle(id, Settlement(state: .done, reason: "ok", jobs: [job]))
        }
        let revived = try StoreRoom(folder: try image(of: room.folder, cuttingLogTo: Double(cut) / 12 + 0.037))
        let deliveries = try await revived.store.deliveries(.init(), page: .init(limit: 200), scope: .all).items.reversed()
        #expect(deliveries.map(\.transportKey) == (0..<deliveries.count).map { "key-\($0)" })
        #expect(deliveries.filter { $0.state == .done }.count >= deliveries.count - 1)
        let jobs = try await revived.store.jobs(.init(), page: .init(limit: 200), scope: .all).items
        #expect(jobs.count == deliveries.filter { $0.state == .done }.count)
        #expect(try await revived.store.verifyJournal(stream: nil).firstBreak == nil)
        #expect(try await revived.store.damage() == nil)
    }
}

/// What the clients were told is on disk.
private final class Load: Sendable {
    private let keys = Mutex<Set<String>>([])
    private let stopped = Mutex(false)

    var acknowledged: Set<String> { keys.withLock { $0 } }
    var isStopped: Bool { stopped.withLock { $0 } }

    func acknowledge(_ key: String) { keys.withLock { _ = $0.insert(key) } }
    func stop() { stopped.withLock { $0 = true } }
}
