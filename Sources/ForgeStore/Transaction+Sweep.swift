// Retention: drops what is older than its time, in chunks, so that no sweep holds up the writers for long.

import ForgeCore

extension Transaction {
    func sweep(_ retention: Retention, limit: Int) throws(StoreError) -> Swept {
        var swept = Swept()
        swept.deliveries = try sweepDeliveries(before: now - retention.deliveries, limit, &swept.isUnfinished)
        swept.bodies = try sweepBodies(before: now - retention.deliveryBodies, limit, &swept.isUnfinished)
        swept.journalEvents = try sweepJournal(before: now - retention.audit, limit, &swept.isUnfinished)
        swept.keptAnswers = try sweepAnswers(before: now - retention.keptAnswers, limit, &swept.isUnfinished)
        swept.runs = try sweepRuns(before: now - retention.runs, limit, &swept.isUnfinished)
        swept.jobs = try sweepJobs(before: now - retention.runs, limit, &swept.isUnfinished)
        swept.pullRequests = try sweepPullRequests(before: now - retention.pullRequests, limit, &swept.isUnfinished)
        swept.budgets = try sweepBudgets(before: now - retention.runs, limit, &swept.isUnfinished)
        return swept
    }

    /// What is pending stays. The bodies go along.
    private func sweepDeliveries(before: Timestamp, _ limit: Int, _ isUnfinished: inout Bool) throws(StoreError) -> Int {
        try connection.run("DELETE FROM arrivals WHERE last_at < ?", [Value(before)])
        try DeliveryNumbers.remember(on: connection)
        let rows = "SELECT id, received_at, state = 'pending' FROM deliveries ORDER BY id"
        return try drop("DELETE FROM deliveries WHERE id = ?", ids: oldOnes(of: rows, before: before, limit, &isUnfinished))
    }

    private func sweepBodies(before: Timestamp, _ limit: Int, _ isUnfinished: inout Bool) throws(StoreError) -> Int {
        let rows = "SELECT id, received_at, state = 'pending' FROM delivery_bodies JOIN deliveries ON id = delivery ORDER BY delivery"
        return try drop("DELETE FROM delivery_bodies WHERE delivery = ?", ids: oldOnes(of: rows, before: before, limit, &isUnfinished))
    }

    /// Numbers go up with time, so the old ones stand at the beginning: the first that is young ends the search. `rows` are an id, a moment,
    /// and whether it stays all the same.
    private func oldOnes(
        of rows: String, _ values: [Value] = [], before: Timestamp, _ limit: Int, _ isUnfinished: inout Bool
    ) throws(StoreError) -> [Int64] {
        var old: [Int64] = []
        var isMore = false
        try connection.each(rows, values) { row throws(StoreError) in
            let id = row.integer()
            guard row.moment() < before else { return false }
            guard !row.flag() else { return true }
            guard old.count < limit else {
                isMore = true
                return false
            }
            old.append(id)
            return true
        }
        isUnfinished = isUnfinished || isMore
        return old
    }

    private func drop(_ delete: String..., ids: [Int64]) throws(StoreError) -> Int {
        for id in ids {
            for statement in delete { try connection.run(statement, [.integer(id)]) }
        }
        return ids.count
    }

    /// With all they left behind.
    private func sweepRuns(before: Timestamp, _ limit: Int, _ isUnfinished: inout Bool) throws(StoreError) -> Int {
        let final = RunState.allCases.filter(\.isFinal).map { "'\($0.rawValue)'" }.joined(separator: ", ")
        let rows = "SELECT id, created_at, updated_at >= ? OR state NOT IN (\(final)) FROM runs ORDER BY id"
        return try drop(
            "DELETE FROM steps WHERE run = ?", "DELETE FROM findings WHERE run = ?", "DELETE FROM approvals WHERE run = ?",
            "DELETE FROM artifacts WHERE run = ?", "DELETE FROM runs WHERE id = ?",
            ids: oldOnes(of: rows, [Value(before)], before: before, limit, &isUnfinished))
    }

    /// A job stays as long as one of its runs.
    private func sweepJobs(before: Timestamp, _ limit: Int, _ isUnfinished: inout Bool) throws(StoreError) -> Int {
        let rows = """
            SELECT id, created_at, updated_at >= ? OR state IN ('queued', 'running') OR EXISTS (SELECT 1 FROM runs WHERE job = jobs.id)
            FROM jobs ORDER BY id
            """
        return try drop("DELETE FROM jobs WHERE id = ?", ids: oldOnes(of: rows, [Value(before)], before: before, limit, &isUnfinished))
    }

    private func sweepPullRequests(before: Timestamp, _ limit: Int, _ isUnfinished: inout Bool) throws(StoreError) -> Int {
        let old = "SELECT id FROM pull_requests WHERE closed_at < ?1 AND updated_at < ?1"
        return try drop("DELETE FROM pull_requests WHERE id IN", old, [Value(before)], limit, &isUnfinished)
    }

    /// Those of a run go after the run, those of a day or a month not before that is over.
    private func sweepBudgets(before: Timestamp, _ limit: Int, _ isUnfinished: inout Bool) throws(StoreError) -> Int {
        try expireReservations()
        let ended = "SELECT id FROM budget_reservations WHERE state <> 'open' AND ended_at < ?"
        _ = try drop("DELETE FROM budget_reservations WHERE id IN", ended, [Value(before)], limit, &isUnfinished)
        let old = """
            SELECT id FROM budget_accounts WHERE updated_at < ?1 AND period < substr(?2, 1, max(1, length(period)))
            AND (scope <> 'run' OR NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = CAST(name AS INTEGER)))
            AND NOT EXISTS (SELECT 1 FROM budget_reservations WHERE state = 'open' AND run_account = budget_accounts.id)
            AND NOT EXISTS (SELECT 1 FROM budget_reservations WHERE state = 'open' AND repository_account = budget_accounts.id)
            AND NOT EXISTS (SELECT 1 FROM budget_reservations WHERE state = 'open' AND organization_account = budget_accounts.id)
            """
        return try drop("DELETE FROM budget_accounts WHERE id IN", old, [Value(before), .text(now.description)], limit, &isUnfinished)
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
