// That the queries which must not grow with the tables do not: asked of the database's own planner, since a stopwatch lies on a busy machine.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeStore

struct ClaimPlanTests {
    private func plan(_ room: StoreRoom, _ sql: String) throws -> [String] {
        let connection = try Connection(path: room.folder.database, access: .readWrite, lockWait: .seconds(5))
        return try connection.all("EXPLAIN QUERY PLAN " + sql) { row in
            _ = (row.int(), row.int(), row.int())
            return row.text()
        }
    }

    @Test func `a claim walks the lanes in order and looks jobs up, whatever the queue holds`() throws {
        let plan = try plan(try StoreRoom(), Transaction.claimSQL(kinds: 2))
        #expect(plan.contains { $0.contains("lanes_waiting") })
        for step in plan {
            #expect(!step.hasPrefix("SCAN") || step.contains("lanes_waiting") || step == "SCAN turn", "\(step)")
            #expect(!step.contains("AUTOMATIC"), "\(step)")
        }
        #expect(plan.filter { $0.contains("TEMP B-TREE") }.count <= 1, "only the few equals are sorted")
    }

    @Test(arguments: [
        ("SELECT id FROM deliveries WHERE state = 'pending' AND id > ? ORDER BY id LIMIT ?", "deliveries_pending"),
        ("SELECT id FROM deliveries WHERE id < ? AND state = 'failed' AND +state = ? ORDER BY id DESC LIMIT ?", "deliveries_failed"),
        ("SELECT id FROM deliveries WHERE id < ? AND tenant = ? ORDER BY id DESC LIMIT ?", "deliveries_by_tenant"),
        ("SELECT id FROM deliveries WHERE source = ? ORDER BY id DESC LIMIT ?", "SCAN deliveries"),
        ("SELECT hour FROM arrivals WHERE source = ? AND tracker = ? AND hour >= ? AND last_at >= ? ORDER BY hour", "PRIMARY KEY"),
        ("SELECT id FROM delivery_bodies JOIN deliveries ON id = delivery ORDER BY delivery", "SCAN delivery_bodies"),
        ("SELECT id FROM events WHERE id > ? AND stream = ? ORDER BY id LIMIT ?", "events_by_stream"),
        ("SELECT kind, state, count(*), min(created_at) FROM jobs GROUP BY kind, state", "COVERING INDEX jobs_by_depth"),
    ])
    func `a listing walks an index in its own order`(_ sql: String, _ index: String) throws {
        let plan = try plan(try StoreRoom(), sql)
        #expect(plan.contains { $0.contains(index) }, "\(plan)")
        #expect(!sql.contains("ORDER BY") || !plan.contains { $0.contains("TEMP B-TREE FOR ORDER BY") }, "\(plan)")
    }
}
