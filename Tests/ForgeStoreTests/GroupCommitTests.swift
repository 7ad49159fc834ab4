// Writes that wait together are written together, and each still stands or falls alone.

import Dispatch
import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeStore

struct GroupCommitTests {
    /// Holds the writer inside one write until `count` others wait, then lets all go.
    private func together(_ room: StoreRoom, _ count: Int, _ work: @escaping @Sendable (Int) async throws -> Void) async throws {
        let gate = DispatchSemaphore(value: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await room.store.writer.write("hold") { _ in gate.wait() } }
            while room.store.writer.backlog.taken == 0 { await Task.yield() }
            for index in 0..<count { group.addTask { try await work(index) } }
            while room.store.writer.backlog.count < count { await Task.yield() }
            gate.signal()
            try await group.waitForAll()
        }
    }

    @Test func `64 deliveries that wait together share one commit`() async throws {
        let room = try StoreRoom()
        try await together(room, 64) { _ = try await room.store.accept(room.delivery("key-\($0)")) }
        let sizes = room.groupSizes()
        #expect(sizes.groups == 2 && sizes.writes == 65)
        #expect(try await room.store.pendingDeliveries(after: nil, limit: 100).count == 64)
    }

    /// The turns still queued from a group must not carry out the first newcomer alone: it is left for its own turn, and gathers others
    /// until then. Here a newcomer that were carried out in such a turn would wait for that very turn to end.
    @Test func `what comes in while a group is answered waits for a turn of its own`() async throws {
        let room = try StoreRoom()
        let answered = DispatchSemaphore(value: 0)
        let begin = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in begin.stream { break }
                try await room.store.writer.write("newcomer") { _ in
                    for _ in 0..<8 { #expect(answered.wait(timeout: .now() + 10) == .success) }
                }
            }
            try await together(room, 8) { index in
                try await room.store.writer.write("early") { _ in
                    guard index == 0 else { return }
                    begin.continuation.yield()
                    while room.store.writer.backlog.count == 0 {}
                }
                answered.signal()
            }
            try await group.waitForAll()
        }
        #expect(room.groupSizes().groups == 3)
    }

    @Test func `a group is bounded in writes and in bytes`() async throws {
        let few = try StoreRoom(SQLiteOptions(groupWritesMax: 10))
        try await together(few, 25) { _ = try await few.store.accept(few.delivery("key-\($0)")) }
        #expect(few.groupSizes().groups == 4)
        let small = try StoreRoom(SQLiteOptions(groupBytesMax: 4096))
        try await together(small, 6) {
            _ = try await small.store.accept(small.delivery("key-\($0)", body: .init(repeating: 0, count: 3000)))
        }
        #expect(small.groupSizes().groups == 7)
    }

    @Test func `a write that fails in a group leaves nothing behind and the others whole`() async throws {
        let room = try StoreRoom()
        try await together(room, 9) { index in
            guard index == 4 else {
                _ = try await room.store.append(NewJournalEvent(stream: "s", kind: "k\(index)"))
                return
            }
            let failure = await StoreRoom.failure {
                try await room.store.writer.write("fail") { transaction throws(StoreError) in
                    try transaction.append("s", nil, "lost", .object([]))
                    try transaction.connection.run("INSERT INTO tokens (id) VALUES (1)")
                }
            }
            #expect(failure == .defect)
        }
        let kinds = Set(try await room.store.journal(after: nil, stream: "s", limit: 100, scope: .all).map(\.new.kind))
        #expect(kinds == Set([0, 1, 2, 3, 5, 6, 7, 8].map { "k\($0)" }))
        #expect(try await room.store.verifyJournal(stream: nil) == ChainReport(streams: 1, links: 8))
        #expect(room.groupSizes().groups == 2)
        #expect(room.metrics.text().contains("forge_store_errors_total{code=\"defect\"} 1"))
    }

    @Test func `too much waiting is refused as busy, and passes`() async throws {
        let room = try StoreRoom(SQLiteOptions(backlogWritesMax: 5))
        try await together(room, 5) { index in
            _ = try await room.store.accept(room.delivery("key-\(index)"))
            guard index == 4 else { return }
            _ = try await room.store.accept(room.delivery("later"))
        }
        let gate = DispatchSemaphore(value: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let before = room.store.writer.backlog.taken
            group.addTask { try await room.store.writer.write("hold") { _ in gate.wait() } }
            while room.store.writer.backlog.taken == before { await Task.yield() }
            for index in 0..<5 { group.addTask { _ = try await room.store.accept(room.delivery("more-\(index)")) } }
            while room.store.writer.backlog.count < 5 { await Task.yield() }
            let failure = await StoreRoom.failure { _ = try await room.store.accept(room.delivery("too much")) }
            #expect(failure == .busy)
            gate.signal()
            try await group.waitForAll()
        }
        #expect(try await room.store.pendingDeliveries(after: nil, limit: 100).count == 11)
        #expect(room.metrics.text().contains("forge_store_errors_total{code=\"busy\"} 1"))
    }

    @Test func `what waited when the store was closed is still written`() async throws {
        let room = try StoreRoom()
        try await together(room, 8) { index in
            _ = try await room.store.accept(room.delivery("key-\(index)"))
        }
        await room.store.close()
        let again = try StoreRoom(folder: room.folder)
        #expect(try await again.store.pendingDeliveries(after: nil, limit: 100).count == 8)
    }

    @Test func `headers keep their order and repetitions`() {
        let headers = [HeaderField("b", "2"), HeaderField("a", "\"1\"\u{1}\n"), HeaderField("b", ""), HeaderField("é", "\u{1F528}")]
        let text = HeaderText.encode(headers)
        #expect((try? JSONParser.parse(text)).map(HeaderText.decode) == headers)
        #expect(HeaderText.decode(.array([])) == [])
    }
}
