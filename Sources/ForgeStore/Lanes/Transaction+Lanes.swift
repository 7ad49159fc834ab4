// Taking a turn in a lane. Whether one more write fits into a window is told by one row, the one that would have to leave it: so a turn
// costs the same whatever the limits are. The writer carries out one at a time, so two workers cannot both have the last one.

import ForgeCore

extension Transaction {
    private static let windows: [(length: Duration, count: @Sendable (LaneLimits) -> Int)] = [
        (.seconds(60), { $0.perMinute }), (.seconds(3600), { $0.perHour }),
    ]

    func takeTurn(in name: String, limits: LaneLimits) throws(StoreError) -> LaneTurn {
        var lane = try connection.writeLane(name)
        let before = lane
        let moment = lane.follow(now)
        if let until = try firstFreeMoment(in: lane, limits, after: moment) {
            if lane.shift != before.shift { try write(lane) }
            return .wait(until: lane.onWall(until))
        }
        lane.granted += 1
        lane.grantedAt = moment
        try write(lane)
        try connection.run(
            "INSERT INTO write_turns (lane, number, at) VALUES (?, ?, ?)", [.text(name), .integer(lane.granted), Value(moment)])
        try forgetTurns(in: name, before: moment - .seconds(3600))
        return .granted
    }

    /// Nil when it is now. In the lane's own time.
    private func firstFreeMoment(in lane: WriteLane, _ limits: LaneLimits, after moment: Timestamp) throws(StoreError) -> Timestamp? {
        var free = [lane.blockedUntil, lane.granted > 0 ? lane.grantedAt + limits.interval : nil].compactMap(\.self)
        for window in Self.windows {
            let number = lane.granted - Int64(max(1, window.count(limits))) + 1
            guard number > 0 else { continue }
            let sql = "SELECT at FROM write_turns WHERE lane = ? AND number = ?"
            let leaving = try connection.first(sql, [.text(lane.name), .integer(number)]) { row in row.moment() }
            if let leaving { free.append(leaving + window.length) }
        }
        return free.max().flatMap { $0 > moment ? $0 : nil }
    }

    /// A few at a time, but more than come in: the oldest have the lowest numbers.
    private func forgetTurns(in name: String, before moment: Timestamp) throws(StoreError) {
        var last: Int64?
        try connection.each("SELECT number, at FROM write_turns WHERE lane = ? ORDER BY number LIMIT 8", [.text(name)]) { row in
            let number = row.integer()
            guard row.moment() <= moment else { return false }
            last = number
            return true
        }
        guard let last else { return }
        try connection.run("DELETE FROM write_turns WHERE lane = ? AND number <= ?", [.text(name), .integer(last)])
    }

    func noteLimits(of name: String, _ state: LaneState) throws(StoreError) {
        var lane = try connection.writeLane(name)
        let moment = lane.follow(now)
        lane.note(state, at: moment, wall: now)
        try write(lane)
    }

    private func write(_ lane: WriteLane) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO write_lanes (name, shift, seen_at, granted, granted_at, blocked_until, remaining, reset_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET shift = excluded.shift, seen_at = excluded.seen_at, granted = excluded.granted,
                granted_at = excluded.granted_at, blocked_until = excluded.blocked_until, remaining = excluded.remaining,
                reset_at = excluded.reset_at
            """,
            [
                .text(lane.name), .integer(lane.shift.milliseconds), Value(lane.seenAt), .integer(lane.granted), Value(lane.grantedAt),
                Value(lane.blockedUntil), Value(lane.remaining), Value(lane.resetAt),
            ])
    }
}

extension Connection {
    /// A lane of which nothing is known begins now.
    func writeLane(_ name: String) throws(StoreError) -> WriteLane {
        let sql = "SELECT shift, seen_at, granted, granted_at, blocked_until, remaining, reset_at FROM write_lanes WHERE name = ?"
        let found = try first(sql, [.text(name)]) { row in
            WriteLane(
                name: name, shift: .milliseconds(row.integer()), seenAt: row.moment(), granted: row.integer(), grantedAt: row.moment(),
                blockedUntil: row.optionalMoment(), remaining: row.optionalInteger().map { Int($0) }, resetAt: row.optionalMoment())
        }
        return found ?? WriteLane(name: name)
    }
}
