// The numbers of new deliveries. They go up, and one is never given twice, not even after its row is swept: people and journals refer to it.

import ForgeCore

/// Gives numbers out within one group's transaction, where nobody else can.
final class DeliveryNumbers {
    private var highest: Int64?

    /// The number that the next delivery gets, if it is new.
    func next(on connection: Connection) throws(StoreError) -> DeliveryID {
        if let highest { return DeliveryID(highest + 1) }
        let found = try connection.first(Self.highestSQL) { row in row.integer() } ?? 0
        highest = found
        return DeliveryID(found + 1)
    }

    func take(_ id: DeliveryID) { highest = id.number }

    /// Before the sweeper drops rows: remembers the highest number there is.
    static func remember(on connection: Connection) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO given_numbers (name, highest) SELECT 'delivery', max(id) FROM deliveries HAVING max(id) IS NOT NULL
            ON CONFLICT (name) DO UPDATE SET highest = max(highest, excluded.highest)
            """)
    }

    private static let highestSQL = """
        SELECT max(
            coalesce((SELECT max(id) FROM deliveries), 0),
            coalesce((SELECT highest FROM given_numbers WHERE name = 'delivery'), 0))
        """
}
