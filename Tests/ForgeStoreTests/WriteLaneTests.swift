// That a lane is counted on after a restart, and that what was counted is forgotten once it counts no more.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeStore

struct WriteLaneTests {
    private func turns(_ room: StoreRoom) async throws -> Int64 {
        try await room.store.readers.read("count") { connection throws(StoreError) in
            try connection.number("SELECT count(*) FROM write_turns")
        }
    }

    private func reopened(_ room: StoreRoom, after: Duration, wall: Duration = .zero) async throws -> StoreRoom {
        await room.store.close()
        let next = try StoreRoom(folder: room.folder)
        next.clock.advance(by: room.clock.now.elapsed + after)
        next.clock.setWall(by: wall)
        return next
    }

    @Test func `a restart gives no turn that the one before had given away`() async throws {
        let limits = LaneLimits(interval: .seconds(1), perMinute: 3, perHour: 500)
        var room = try StoreRoom()
        for _ in 0..<3 {
            #expect(try await room.store.takeTurn(in: "a", limits: limits) == .granted)
            room.clock.advance(by: .seconds(2))
        }
        room = try await reopened(room, after: .seconds(4))
        let until = room.clock.timestamp + .seconds(50)
        #expect(try await room.store.takeTurn(in: "a", limits: limits) == .wait(until: until))
        try await room.store.noteLimits(of: "a", LaneState(blockedUntil: until + .seconds(5)))
        room = try await reopened(room, after: .zero)
        #expect(try await room.store.takeTurn(in: "a", limits: limits) == .wait(until: until + .seconds(5)))
    }

    @Test func `a clock that was set back while nothing ran makes no wait longer, nor shorter once it is known`() async throws {
        let limits = LaneLimits(interval: .seconds(1), perMinute: 2, perHour: 500)
        var room = try StoreRoom()
        for _ in 0..<2 {
            #expect(try await room.store.takeTurn(in: "a", limits: limits) == .granted)
            room.clock.advance(by: .seconds(1))
        }
        room = try await reopened(room, after: .zero, wall: .seconds(-7200))
        let until = room.clock.timestamp + .seconds(59)
        #expect(try await room.store.takeTurn(in: "a", limits: limits) == .wait(until: until))
        room.clock.advance(by: .seconds(30))
        #expect(try await room.store.takeTurn(in: "a", limits: limits) == .wait(until: until), "time goes on in the lane")
        room = try await reopened(room, after: .seconds(29), wall: .seconds(-7200))
        #expect(try await room.store.takeTurn(in: "a", limits: limits) == .granted)
    }

    @Test func `turns older than an hour are forgotten, however many there were`() async throws {
        let room = try StoreRoom()
        let limits = LaneLimits(interval: .zero, perMinute: .max, perHour: .max)
        for _ in 0..<400 { _ = try await room.store.takeTurn(in: "a", limits: limits) }
        #expect(try await turns(room) == 400)
        room.clock.advance(by: .seconds(3600))
        for _ in 0..<60 { _ = try await room.store.takeTurn(in: "a", limits: limits) }
        #expect(try await turns(room) == 60)
    }

    @Test func `a turn looks rows up, however many there are`() throws {
        let room = try StoreRoom()
        let connection = try Connection(path: room.folder.database, access: .readWrite, lockWait: .seconds(5))
        for sql in [
            "SELECT at FROM write_turns WHERE lane = ? AND number = ?",
            "SELECT number, at FROM write_turns WHERE lane = ? ORDER BY number LIMIT 8",
            "DELETE FROM write_turns WHERE lane = ? AND number <= ?", "SELECT shift FROM write_lanes WHERE name = ?",
        ] {
            let plan = try connection.all("EXPLAIN QUERY PLAN " + sql) { row in
                _ = (row.int(), row.int(), row.int())
                return row.text()
            }
            #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") }, "\(sql): \(plan)")
        }
    }
}
