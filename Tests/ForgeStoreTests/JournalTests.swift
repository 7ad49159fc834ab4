// The journal against somebody who can write the file: what the database refuses, and what the walk along the chains finds.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeStore

struct JournalTests {
    private static let unguard = """
        DROP TRIGGER events_stay; DROP TRIGGER events_remain; DROP TRIGGER checkpoints_stay; DROP TRIGGER checkpoints_remain;
        """

    @Test(arguments: [
        "UPDATE events SET payload = '{}' WHERE sequence = 2", "UPDATE events SET id = id", "DELETE FROM events WHERE sequence = 1",
        "DELETE FROM events", "INSERT OR REPLACE INTO events SELECT * FROM events WHERE sequence = 2",
    ])
    func `a link cannot be changed or deleted`(_ statement: String) async throws {
        let room = try StoreRoom()
        try await room.append("s", 3)
        let failure = await StoreRoom.failure { try room.forge("PRAGMA recursive_triggers = ON; " + statement) }
        #expect(failure == .defect)
        #expect(try await room.store.verifyJournal(stream: nil) == ChainReport(streams: 1, links: 3))
    }

    @Test(arguments: [
        ("UPDATE events SET payload = '{\"n\":9}' WHERE stream = 's' AND sequence = 3", 3),
        ("UPDATE events SET at = at + 1 WHERE stream = 's' AND sequence = 1", 1),
        ("UPDATE events SET kind = 'other' WHERE stream = 's' AND sequence = 5", 5),
        ("UPDATE events SET tenant = 'local' WHERE stream = 's' AND sequence = 4", 4),
        ("UPDATE events SET tenant = 'nobody' WHERE stream = 's' AND sequence = 4", 4),
        ("UPDATE events SET hash = previous_hash WHERE stream = 's' AND sequence = 2", 2),
        ("DELETE FROM events WHERE stream = 's' AND sequence = 2", 2),
        ("DELETE FROM events WHERE stream = 's' AND sequence = 1", 1),
        ("DELETE FROM events WHERE stream = 's' AND sequence >= 4", 4),
        ("DELETE FROM events WHERE stream = 's'", 1),
        ("DELETE FROM stream_heads WHERE stream = 's'", 5),
        ("UPDATE stream_heads SET sequence = 4 WHERE stream = 's'", 5),
        ("UPDATE events SET sequence = sequence + 100 WHERE stream = 's' AND sequence = 5", 5),
        (
            """
            UPDATE events SET sequence = 100 WHERE stream = 's' AND sequence = 2;
            UPDATE events SET sequence = 2 WHERE stream = 's' AND sequence = 3;
            UPDATE events SET sequence = 3 WHERE stream = 's' AND sequence = 100
            """, 2
        ),
        (
            """
            INSERT INTO checkpoints SELECT stream, sequence, hash, at, 1 FROM events WHERE stream = 's' AND sequence = 2;
            DELETE FROM events WHERE stream = 's' AND sequence <= 2
            """, 2
        ),
    ])
    func `the first broken link is named`(_ script: String, _ sequence: Int64) async throws {
        let room = try StoreRoom()
        try await room.append("other", 2)
        try await room.append("s", 5)
        try room.forge(Self.unguard + script)
        let found = try await room.store.verifyJournal(stream: nil).firstBreak
        #expect(found?.stream == "s" && found?.sequence == sequence, "\(found?.why ?? "nothing")")
        #expect(try await room.store.verifyJournal(stream: "s").firstBreak == found)
        #expect(try await room.store.verifyJournal(stream: "other").firstBreak == nil)
    }

    @Test func `a link that was changed together with its hash leaves the next one hanging on nothing`() async throws {
        let room = try StoreRoom()
        try await room.append("s", 4)
        let link = try await room.store.journal(after: nil, stream: "s", limit: 9, scope: .all)[1]
        let hash = ChainLink.hash(link.new, payload: "{}", sequence: 2, at: link.at, previousHash: link.previousHash)
        try room.forge(Self.unguard + "UPDATE events SET payload = '{}', hash = '\(hash)' WHERE sequence = 2")
        let found = try await room.store.verifyJournal(stream: nil).firstBreak
        #expect(found?.stream == "s" && found?.sequence == 3)
    }

    @Test func `after a sweep the rest still verifies, and what was swept cannot be forged anew`() async throws {
        let room = try StoreRoom()
        try await room.append("s", 6)
        room.clock.advance(by: .seconds(91 * 86_400))
        try await room.append("s", 2)
        #expect(try await room.store.sweep(Retention(), limit: 4).isUnfinished)
        let sound = try await room.store.verifyJournal(stream: nil)
        #expect(sound.firstBreak == nil && sound.streams == 2 && sound.links == 5, "four of eight went, and one tells of it")
        try room.forge(
            Self.unguard + "UPDATE checkpoints SET sequence = 5, hash = (SELECT hash FROM events WHERE sequence = 5 AND stream = 's')")
        let found = try await room.store.verifyJournal(stream: nil).firstBreak
        #expect(found?.stream == "s" && found?.sequence == 5)
    }

    @Test func `a checkpoint cannot be changed, nor the last one be deleted`() async throws {
        let room = try StoreRoom()
        try await room.append("s", 3)
        room.clock.advance(by: .seconds(91 * 86_400))
        _ = try await room.store.sweep(Retention(), limit: 100)
        for statement in ["UPDATE checkpoints SET sequence = 1", "DELETE FROM checkpoints"] {
            let failure = await StoreRoom.failure { try room.forge(statement) }
            #expect(failure == .defect)
        }
        #expect(try await room.store.verifyJournal(stream: "s") == ChainReport(streams: 1, links: 0))
    }

    @Test func `two processes that append to one stream make one chain`() async throws {
        let room = try StoreRoom()
        let beside = try StoreRoom(SQLiteOptions(access: .shared), folder: room.folder)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for side in [room, beside] { group.addTask { try await side.append("s", 50) } }
            try await group.waitForAll()
        }
        #expect(try await room.store.verifyJournal(stream: nil) == ChainReport(streams: 1, links: 100))
    }

    @Test func `the view of the audit shows its stream in order`() async throws {
        let room = try StoreRoom()
        try await room.append("audit", 2)
        try await room.append("s", 1)
        let connection = try Connection(path: room.folder.database, access: .read, lockWait: .zero)
        #expect(try connection.all("SELECT sequence FROM audit") { row in row.int() } == [1, 2])
    }
}
