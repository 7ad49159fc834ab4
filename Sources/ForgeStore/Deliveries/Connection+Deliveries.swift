// Reading deliveries and refusals.

import ForgeCore

extension Connection {
    private static let deliveryColumns = """
        id, source, tracker, transport_key, event_name, headers, body_bytes, received_at, state, reason, event, intent, tenant, repository, \
        ticket, job, attempts, repeats, secret_index, is_healed
        """
    private static let deliveryWithBody = """
        SELECT \(deliveryColumns), body FROM deliveries LEFT JOIN (SELECT delivery, body FROM delivery_bodies) ON delivery = id
        """

    private static func delivery(_ row: inout Row) throws(StoreError) -> Delivery {
        let id: DeliveryID = row.id()
        let source: Source = try row.word()
        let tracker = row.text()
        let key = row.text()
        let eventName = row.optionalText()
        let headers = HeaderText.decode(try row.json())
        let bodyBytes = row.int()
        let receivedAt = row.moment()
        return Delivery(
            id: id, source: source, tracker: tracker.isEmpty ? nil : tracker, transportKey: key, eventName: eventName, headers: headers,
            bodyBytes: bodyBytes, receivedAt: receivedAt, state: try row.word(), reason: row.optionalText(), event: row.optionalText(),
            intent: row.optionalText(), tenant: try row.optionalTenant(), repository: row.optionalText(), ticket: row.optionalID(),
            job: row.optionalID(), attempts: row.int(), repeats: row.int(), secretIndex: row.int(), isHealed: row.flag())
    }

    private static func deliveryWithBody(_ row: inout Row) throws(StoreError) -> Delivery {
        var delivery = try delivery(&row)
        delivery.body = row.optionalBytes()
        return delivery
    }

    func delivery(_ id: DeliveryID, scope: TenantScope) throws(StoreError) -> Delivery? {
        let sql = "\(Self.deliveryWithBody) WHERE id = ?1 AND (?2 IS NULL OR tenant = ?2)"
        return try first(sql, [Value(id), Value(scope)], Self.deliveryWithBody)
    }

    func pendingDeliveries(after: DeliveryID?, limit: Int, bytesMax: Int) throws(StoreError) -> [Delivery] {
        let sql = "\(Self.deliveryWithBody) WHERE state = 'pending' AND id > ? ORDER BY id LIMIT ?"
        var found: [Delivery] = []
        var bytes = 0
        try each(sql, [.integer(after?.number ?? 0), Value(limit)]) { row throws(StoreError) in
            let delivery = try Self.deliveryWithBody(&row)
            bytes += delivery.body?.count ?? 0
            guard found.isEmpty || bytes <= bytesMax else { return false }
            found.append(delivery)
            return true
        }
        return found
    }

    func deliveries(_ filter: DeliveryFilter, page: PageRequest, scope: TenantScope) throws(StoreError) -> Page<Delivery> {
        var listing = Listing("SELECT \(Self.deliveryColumns) FROM deliveries", page: page)
        listing.require(scope)
        listing.require("source = ?", filter.source.map { Value($0) })
        listing.require("repository = ?", filter.repository.map(Value.text))
        if let state = filter.state {
            // As a constant, so that the index of the failed or the pending ones can serve.
            let constant = state == .failed || state == .pending ? "state = '\(state.rawValue)' AND " : ""
            listing.require("\(constant)+state = ?", Value(state))
        }
        return try listing.read(on: self, id: \.id.number, Self.delivery)
    }

    func deliveryCounts() throws(StoreError) -> [Source: [DeliveryState: Int]] {
        var counts: [Source: [DeliveryState: Int]] = [:]
        try each("SELECT source, state, count(*) FROM deliveries GROUP BY source, state") { row throws(StoreError) in
            counts[try row.word(), default: [:]][try row.word()] = row.int()
            return true
        }
        return counts
    }
}

// MARK: - Backlog

extension Connection {
    /// Two small indexes hold just what waits and what failed.
    func deliveryBacklog() throws(StoreError) -> DeliveryBacklog {
        let oldest = "SELECT received_at FROM deliveries WHERE state = 'pending' ORDER BY id LIMIT 1"
        return DeliveryBacklog(
            pending: try first("SELECT count(*) FROM deliveries WHERE state = 'pending'", []) { row in row.int() } ?? 0,
            oldestPending: try first(oldest, []) { row in row.moment() },
            failed: try first("SELECT count(*) FROM deliveries WHERE state = 'failed'", []) { row in row.int() } ?? 0)
    }
}

// MARK: - Refusals

extension Connection {
    func refusals(page: PageRequest) throws(StoreError) -> Page<Refusal> {
        let listing = Listing(
            "SELECT id, source, tracker, code, reason, remote_address, event_name, delivery_name, body_bytes, at FROM refusals", page: page)
        let numbered = try listing.read(on: self, id: \.id) { row throws(StoreError) in
            (
                id: row.integer(),
                refusal: Refusal(
                    source: try row.word(), tracker: row.optionalText(), code: row.text(), reason: row.text(), remoteAddress: row.text(),
                    eventName: row.optionalText(), deliveryName: row.optionalText(), bodyBytes: row.int(), at: row.moment())
            )
        }
        return Page(items: numbered.items.map(\.refusal), next: numbered.next)
    }
}

// MARK: - Silence

extension Connection {
    func liveHours(source: Source, tracker: String?, since: Timestamp) throws(StoreError) -> [Int64] {
        let sql = "SELECT hour FROM arrivals WHERE source = ? AND tracker = ? AND hour >= ? AND last_at >= ? ORDER BY hour"
        let values = [Value(source), .text(tracker ?? ""), .integer(since.milliseconds / 3_600_000), Value(since)]
        return try all(sql, values) { row in row.integer() }
    }

    func lastDelivery(source: Source, tracker: String?) throws(StoreError) -> Timestamp? {
        let sql = "SELECT max(last_at) FROM arrivals WHERE source = ? AND tracker = ?"
        return try first(sql, [Value(source), .text(tracker ?? "")]) { row in row.optionalMoment() } ?? nil
    }
}
