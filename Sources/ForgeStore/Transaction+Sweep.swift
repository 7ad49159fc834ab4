// Retention: drops what is older than its time, in chunks, so that no sweep holds up the writers for long.

import ForgeCore

extension Transaction {
    func sweep(_ retention: Retention, limit: Int) throws(StoreError) -> Swept {
        var swept = Swept()
        swept.deliveries = try sweepDeliveries(before: now - retention.deliveries, limit, &swept.isUnfinished)
        swept.bodies = try sweepBodies(before: now - retention.deliveryBodies, limit, &swept.isUnfinished)
        swept.journalEvents = try sweepJournal(before: now - retention.audit, limit, &swept.isUnfinished)
        swept.keptAnswers = try sweepAnswers(before: now - retention.keptAnswers, limit, &swept.isUnfinished)
        return swept
    }

    /// By source and tracker, because that is how they are indexed. What is pending stays. The bodies go along.
    private func sweepDeliveries(before: Timestamp, _ limit: Int, _ isUnfinished: inout Bool) throws(StoreError) -> Int {
        let old = "SELECT id FROM deliveries WHERE source = ? AND tracker = ? AND received_at < ? AND state <> 'pending'"
        var swept = 0
        for origin in try connection.origins() {
            let values: [Value] = [.text(origin.source), .text(origin.tracker), Value(before)]
            swept += try drop("DELETE FROM deliveries WHERE id IN", old, values, limit - swept, &isUnfinished)
        }
        return swept
    }

    private func sweepBodies(before: Timestamp, _ limit: Int, _ isUnfinished: inout Bool) throws(StoreError) -> Int {
        // Ids go up with time, so nothing old lies behind the newest delivery that is old; by source and tracker, as they are indexed.
        let newestSQL = """
            SELECT id FROM deliveries WHERE source = ? AND tracker = ? AND received_at < ? ORDER BY received_at DESC, id DESC LIMIT 1
            """
        var newest: Int64 = 0
        for origin in try connection.origins() {
            let values: [Value] = [.text(origin.source), .text(origin.tracker), Value(before)]
            newest = max(newest, try connection.first(newestSQL, values) { row in row.integer() } ?? 0)
        }
        let old = """
            SELECT delivery FROM delivery_bodies JOIN deliveries ON deliveries.id = delivery
            WHERE delivery <= ? AND deliveries.received_at < ? AND deliveries.state <> 'pending'
            """
        return try drop("DELETE FROM delivery_bodies WHERE delivery IN", old, [.integer(newest), Value(before)], limit, &isUnfinished)
    }

    private func sweepAnswers(before: Timestamp, _ limit: Int, _ isUnfinished: inout Bool) throws(StoreError) -> Int {
        let old = "SELECT owner, key FROM kept_answers WHERE at < ?"
        return try drop("DELETE FROM kept_answers WHERE (owner, key) IN", old, [Value(before)], limit, &isUnfinished)
    }

    /// Deletes at most `limit` of what `old` selects, and notes whether any is left.
    private func drop(
        _ delete: String, _ old: String, _ values: [Value], _ limit: Int, _ isUnfinished: inout Bool
    ) throws(StoreError) -> Int {
        try connection.run("\(delete) (\(old) LIMIT ?)", values + [Value(limit)])
        let dropped = connection.changes
        if dropped == limit, try connection.first("\(old) LIMIT 1", values, { _ in true }) != nil { isUnfinished = true }
        return dropped
    }
}

// MARK: - The journal

extension Transaction {
    /// The oldest links, up to the first that is young enough. Each stream they belong to gets a checkpoint at its last link that goes, and
    /// all checkpoints together one link under `audit` that tells of them.
    private func sweepJournal(before: Timestamp, _ limit: Int, _ isUnfinished: inout Bool) throws(StoreError) -> Int {
        var checkpoints: [String: ChainLink] = [:]
        var count = 0
        var last: Int64 = 0
        var isMore = false
        try connection.each("SELECT id, stream, sequence, hash, at FROM events ORDER BY id LIMIT ?", [Value(limit + 1)]) { row in
            let id = row.integer()
            let stream = row.text()
            let link = ChainLink(sequence: row.integer(), hash: row.text())
            guard row.moment() < before else { return false }
            guard count < limit else {
                isMore = true
                return false
            }
            checkpoints[stream] = link
            count += 1
            last = id
            return true
        }
        guard count > 0 else { return 0 }
        try write(checkpoints.sorted { $0.key < $1.key })
        try connection.run("DELETE FROM events WHERE id <= ?", [.integer(last)])
        isUnfinished = isUnfinished || isMore
        return count
    }

    private func write(_ checkpoints: [(key: String, value: ChainLink)]) throws(StoreError) {
        let told = checkpoints.map { stream, link in
            ["stream": .string(stream), "sequence": .integer(link.sequence), "hash": .string(link.hash)] as JSON
        }
        let event = try append("audit", nil, "journal.checkpointed", ["checkpoints": .array(told)])
        for (stream, link) in checkpoints {
            try connection.run(
                "INSERT INTO checkpoints (stream, sequence, hash, at, audit_sequence) VALUES (?, ?, ?, ?, ?)",
                [.text(stream), .integer(link.sequence), .text(link.hash), Value(now), .integer(event.sequence)])
            try connection.run("DELETE FROM checkpoints WHERE stream = ? AND sequence < ?", [.text(stream), .integer(link.sequence)])
        }
    }
}

extension Connection {
    /// Each pair of source and tracker that deliveries came from, by one step in the index each.
    fileprivate func origins() throws(StoreError) -> [(source: String, tracker: String)] {
        let sql = "SELECT source, tracker FROM deliveries WHERE (source, tracker) > (?, ?) ORDER BY source, tracker LIMIT 1"
        var origins: [(source: String, tracker: String)] = []
        while true {
            let last: [Value] = [.text(origins.last?.source ?? ""), .text(origins.last?.tracker ?? "")]
            guard let next = try first(sql, last, { row in (source: row.text(), tracker: row.text()) }) else { return origins }
            origins.append(next)
        }
    }
}
