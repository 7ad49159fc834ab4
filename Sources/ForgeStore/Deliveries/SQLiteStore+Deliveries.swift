// Deliveries: the port `DeliveryStore`, each method one write or one read.

package import ForgeCore

extension SQLiteStore: DeliveryStore {
    package func accept(_ delivery: NewDelivery) async throws(StoreError) -> Acceptance {
        let incoming = IncomingDelivery(delivery)
        return try await writer.write("insert delivery", bytes: delivery.body.count + 512, hasSavepoint: false) {
            transaction throws(StoreError) in try transaction.accept(incoming)
        }
    }

    package func pendingDeliveries(after: DeliveryID?, limit: Int, bytesMax: Int) async throws(StoreError) -> [Delivery] {
        try await readers.read("read pending deliveries") { connection throws(StoreError) in
            try connection.pendingDeliveries(after: after, limit: limit, bytesMax: bytesMax)
        }
    }

    package func beginDecoding(_ ids: [DeliveryID]) async throws(StoreError) {
        guard !ids.isEmpty else { return }
        try await writer.write("count attempts") { transaction throws(StoreError) in
            for id in ids { try transaction.connection.run("UPDATE deliveries SET attempts = attempts + 1 WHERE id = ?", [Value(id)]) }
        }
    }

    package func settle(_ id: DeliveryID, _ settlement: Settlement) async throws(StoreError) -> Settled? {
        try await writer.write("settle delivery", bytes: 4096) { transaction throws(StoreError) in
            try transaction.settle(id, settlement)
        }
    }

    package func replay(_ id: DeliveryID, by actor: String, scope: TenantScope) async throws(StoreError) -> Delivery? {
        try await writer.write("replay delivery") { transaction throws(StoreError) in
            try transaction.replay(id, by: actor, scope: scope)
        }
    }

    package func delivery(_ id: DeliveryID, scope: TenantScope) async throws(StoreError) -> Delivery? {
        try await readers.read("read delivery") { connection throws(StoreError) in try connection.delivery(id, scope: scope) }
    }

    package func deliveries(
        _ filter: DeliveryFilter, page: PageRequest, scope: TenantScope
    ) async throws(StoreError) -> Page<Delivery> {
        try await readers.read("list deliveries") { connection throws(StoreError) in
            try connection.deliveries(filter, page: page, scope: scope)
        }
    }

    package func deliveryCounts() async throws(StoreError) -> [Source: [DeliveryState: Int]] {
        try await readers.read("count deliveries") { connection throws(StoreError) in try connection.deliveryCounts() }
    }

    package func backlog() async throws(StoreError) -> DeliveryBacklog {
        try await readers.read("measure backlog") { connection throws(StoreError) in try connection.deliveryBacklog() }
    }

    package func recordRefusals(_ refusals: [Refusal], keep: Int) async throws(StoreError) {
        guard !refusals.isEmpty else { return }
        try await writer.write("record refusals") { transaction throws(StoreError) in
            try transaction.recordRefusals(refusals, keep: keep)
        }
    }

    package func refusals(page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Refusal> {
        guard scope == .all else { return Page(items: [], next: nil) }
        return try await readers.read("list refusals") { connection throws(StoreError) in try connection.refusals(page: page) }
    }

    package func liveHours(source: Source, tracker: String?, since: Timestamp) async throws(StoreError) -> [Int64] {
        try await readers.read("read live hours") { connection throws(StoreError) in
            try connection.liveHours(source: source, tracker: tracker, since: since)
        }
    }

    package func lastDelivery(source: Source, tracker: String?) async throws(StoreError) -> Timestamp? {
        try await readers.read("read last delivery") { connection throws(StoreError) in
            try connection.lastDelivery(source: source, tracker: tracker)
        }
    }
}
