// A store in a folder of its own, with its clock and its metrics, and ways to reach into the file behind its back.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeStore

struct StoreRoom {
    let folder: StoreFolder
    let clock = TestClock()
    let metrics = Metrics()
    let store: SQLiteStore

    init(_ options: SQLiteOptions = .init(), folder: StoreFolder? = nil) throws {
        let folder = try folder ?? StoreFolder()
        self.folder = folder
        store = try SQLiteStore.open(folder: folder.path, options: options, clock: clock.wallClock, metrics: metrics, log: .silent)
    }

    func delivery(_ key: String, body: [UInt8] = [1, 2, 3]) -> NewDelivery {
        NewDelivery(
            source: .github, transportKey: key, eventName: "push", headers: [HeaderField("x-github-event", "push")], body: body,
            receivedAt: clock.timestamp)
    }

    func append(_ stream: String, _ count: Int) async throws {
        for index in 0..<count {
            _ = try await store.append(NewJournalEvent(stream: stream, kind: "thing.done", payload: ["n": .integer(Int64(index))]))
        }
    }

    /// Another connection to the file, past all that guards it.
    func forge(_ script: String) throws {
        let connection = try Connection(path: folder.database, access: .readWrite, lockWait: .seconds(5))
        try connection.execute(script)
    }

    func groupSizes() -> (groups: Int, writes: Int) {
        let histogram = metrics.histogram("forge_store_commit_group_size", "", bounds: [1], scale: 1)
        let (counts, sum) = histogram.snapshot
        return (counts.reduce(0, +), sum)
    }

    /// What an operation failed with; nil when it worked.
    static func failure(_ work: () async throws -> Void) async -> StoreError.Code? {
        do {
            try await work()
            return nil
        } catch let error as StoreError {
            return error.code
        } catch {
            Issue.record("threw \(error)")
            return nil
        }
    }
}
