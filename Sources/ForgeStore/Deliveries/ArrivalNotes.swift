// When each source was last heard of, hour by hour: what silence is measured by. Noted once for a group of writes and not for each, which
// would cost every delivery an index of its own.

import ForgeCore

/// What came within one group. It belongs to the group's transaction and is written at its end.
final class ArrivalNotes {
    private struct Place: Hashable {
        var source: Source
        var tracker: String
        var hour: Int64
    }

    private var last: [Place: Timestamp] = [:]

    func note(_ delivery: IncomingDelivery) {
        let place = Place(source: delivery.source, tracker: delivery.tracker, hour: delivery.receivedAt.milliseconds / 3_600_000)
        last[place] = max(last[place] ?? delivery.receivedAt, delivery.receivedAt)
    }

    func write(on connection: Connection) throws(StoreError) {
        for (place, moment) in last {
            try connection.run(Self.sql, [Value(place.source), .text(place.tracker), .integer(place.hour), Value(moment)])
        }
    }

    private static let sql = """
        INSERT INTO arrivals (source, tracker, hour, last_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (source, tracker, hour) DO UPDATE SET last_at = max(last_at, excluded.last_at)
        """
}
