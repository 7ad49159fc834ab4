// The lanes in which writes to a code host wait: the port `LaneStore`.

package import ForgeCore

extension SQLiteStore: LaneStore {
    package func takeTurn(in lane: String, limits: LaneLimits) async throws(StoreError) -> LaneTurn {
        try await writer.write("take turn") { transaction throws(StoreError) in try transaction.takeTurn(in: lane, limits: limits) }
    }

    package func lane(_ lane: String) async throws(StoreError) -> LaneState {
        try await writer.write("read lane") { transaction throws(StoreError) in
            var stored = try transaction.connection.writeLane(lane)
            return stored.said(at: stored.follow(transaction.now), wall: transaction.now)
        }
    }

    package func noteLimits(of lane: String, _ state: LaneState) async throws(StoreError) {
        try await writer.write("note limits") { transaction throws(StoreError) in try transaction.noteLimits(of: lane, state) }
    }
}
