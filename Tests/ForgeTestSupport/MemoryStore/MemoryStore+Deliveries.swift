// Deliveries in memory: acceptance, decoding's marks, listings. Settling is in MemoryStore+Settlement.swift.
package import ForgeCore

extension MemoryStore {
    package func accept(_ new: NewDelivery) async throws(StoreError) -> Acceptance {
        try transact { state in
            guard let number = state.deliveryNumbers[new.transportKey], var known = state.deliveries[number] else {
                return state.insert(new)
            }
            let isRerun = known.state == .failed
            known.repeats += 1
            if isRerun { known.becomePending() }
            if isRerun, known.body == nil {
                known.body = new.body
                known.bodyBytes = new.body.count
            }
            state.deliveries[number] = known
            return Acceptance(
                id: known.id, kind: isRerun ? .rerun : .repeated, state: known.state, ticket: known.ticket, job: known.job)
        }
    }

    package func pendingDeliveries(after: DeliveryID?, limit: Int, bytesMax: Int) async throws(StoreError) -> [Delivery] {
        try transact { state in
            let pending = state.deliveries.rows.lazy.filter { $0.state == .pending && $0.id.number > after?.number ?? 0 }
            var found: [Delivery] = []
            var bytes = 0
            for delivery in pending.prefix(limit) {
                bytes += delivery.bodyBytes
                if bytes > bytesMax, !found.isEmpty { break }
                found.append(delivery)
            }
            return found
        }
    }

    package func beginDecoding(_ ids: [DeliveryID]) async throws(StoreError) {
        try transact { state in
            for id in ids { state.deliveries[id.number]?.attempts += 1 }
        }
    }

    package func replay(_ id: DeliveryID, by actor: String, scope: TenantScope) async throws(StoreError) -> Delivery? {
        try transact { (state) throws(StoreError) in
            guard var delivery = state.deliveries[id.number], scope.allows(delivery.tenant) else { return nil }
            guard delivery.body != nil else { throw state.refused("the body of delivery \(id) was dropped by retention") }
            delivery.becomePending()
            state.deliveries[id.number] = delivery
            state.append("audit", delivery.tenant, "delivery.replayed", ["delivery": .integer(id.number), "by": .string(actor)])
            return delivery
        }
    }

    package func delivery(_ id: DeliveryID, scope: TenantScope) async throws(StoreError) -> Delivery? {
        try transact { state in state.deliveries[id.number].flatMap { scope.allows($0.tenant) ? $0 : nil } }
    }

    package func deliveries(_ filter: DeliveryFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Delivery> {
        try transact { state in
            var found = state.deliveries.page(page) { delivery in
                scope.allows(delivery.tenant) && filter.source ?? delivery.source == delivery.source
                    && filter.state ?? delivery.state == delivery.state
                    && (filter.repository == nil || filter.repository == delivery.repository)
            }
            for index in found.items.indices { found.items[index].body = nil }
            return found
        }
    }

    package func deliveryCounts() async throws(StoreError) -> [Source: [DeliveryState: Int]] {
        try transact { state in
            var counts: [Source: [DeliveryState: Int]] = [:]
            for delivery in state.deliveries.rows { counts[delivery.source, default: [:]][delivery.state, default: 0] += 1 }
            return counts
        }
    }

    package func backlog() async throws(StoreError) -> DeliveryBacklog {
        try transact { state in
            let pending = state.deliveries.rows.filter { $0.state == .pending }
            return DeliveryBacklog(
                pending: pending.count, oldestPending: pending.map(\.receivedAt).min(),
                failed: state.deliveries.rows.count { $0.state == .failed })
        }
    }

    package func recordRefusals(_ refusals: [Refusal], keep: Int) async throws(StoreError) {
        try transact { state in
            for refusal in refusals { state.refusals.insert { _ in refusal } }
            _ = state.refusals.remove(max(0, state.refusals.rows.count - keep)) { _ in true }
        }
    }

    package func refusals(page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Refusal> {
        try transact { state in state.refusals.page(page) { _ in scope == .all } }
    }

    package func liveHours(source: Source, tracker: String?, since: Timestamp) async throws(StoreError) -> [Int64] {
        try transact { state in
            let live = state.deliveries.rows.filter { $0.source == source && $0.tracker == tracker && $0.receivedAt >= since }
            return Set(live.map { $0.receivedAt.milliseconds / 3_600_000 }).sorted()
        }
    }

    package func lastDelivery(source: Source, tracker: String?) async throws(StoreError) -> Timestamp? {
        try transact { state in
            state.deliveries.rows.filter { $0.source == source && $0.tracker == tracker }.map(\.receivedAt).max()
        }
    }
}

extension MemoryState {
    fileprivate mutating func insert(_ new: NewDelivery) -> Acceptance {
        let delivery = deliveries.insert { number in
            Delivery(
                id: DeliveryID(number), source: new.source, tracker: new.tracker, transportKey: new.transportKey,
                eventName: new.eventName, headers: new.headers, body: new.body, bodyBytes: new.body.count, receivedAt: new.receivedAt,
                state: .pending, secretIndex: new.secretIndex, isHealed: new.isHealed)
        }
        deliveryNumbers[new.transportKey] = delivery.id.number
        return Acceptance(id: delivery.id, kind: .new, state: .pending)
    }
}

extension Delivery {
    fileprivate mutating func becomePending() {
        state = .pending
        reason = nil
        attempts = 0
    }
}
