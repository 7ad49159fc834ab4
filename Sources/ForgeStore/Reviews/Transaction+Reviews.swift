// Changing what is known of a pull request: read, changed and written in one transaction, and of the rows only those that differ. The lines
// that were looked at and a ledger of hundreds of findings are not written again because a comment got its number.

import ForgeCore

extension Transaction {
    func changePullRequest(
        _ named: PullRequestKey, lease: Lease?, _ change: (inout PullRequestState) -> Void
    ) throws(StoreError) -> PullRequestState {
        let key = if let lease { named.following(try leasedJob(lease, "change pull request").new) } else { named }
        let stored = try connection.storedPullRequest(key)
        let before = stored?.state ?? PullRequestState(key: key)
        var after = before
        change(&after)
        after.key = key
        guard after != before else { return before }
        let row = if let stored { stored.row } else { try insertPullRequest(key) }
        try update(row, after)
        try writeLines(row, from: before.reviewed, to: after.reviewed)
        try writeLedger(row, from: before.ledger, to: after.ledger)
        try countDismissals(after.dismissals(since: before), in: key.place)
        for link in after.links(since: before) { _ = try append(link) }
        return after
    }

    private func insertPullRequest(_ key: PullRequestKey) throws(StoreError) -> Int64 {
        let sql = """
            INSERT INTO pull_requests (tenant, repository, number, unasked_pushes, was_pause_told, updated_at) VALUES (?, ?, ?, 0, 0, ?)
            RETURNING id
            """
        let values = [Value(key.place.tenant), .text(key.place.repository.description), Value(key.number), Value(now)]
        return try connection.first(sql, values) { row in row.integer() } ?? 0
    }

    private func update(_ row: Int64, _ state: PullRequestState) throws(StoreError) {
        let reviewed = state.reviewed
        try connection.run(
            """
            UPDATE pull_requests SET reviewed_head = ?, merge_base = ?, base_branch = ?, round = ?, conclusion = ?, unasked_pushes = ?,
                paused_by = ?, was_pause_told = ?, summary_comment = ?, config_comment = ?, check_run = ?, is_described = ?, updated_at = ?
            WHERE id = ?
            """,
            [
                Value(reviewed?.head.description), Value(reviewed?.mergeBase?.description), Value(reviewed?.baseBranch),
                Value(reviewed?.round), Value(reviewed?.conclusion), Value(state.unaskedPushes), Value(state.pausedBy),
                Value(state.wasPauseTold), Value(state.summaryComment), Value(state.configComment), Value(state.checkRun),
                Value(state.isDescribed),
                Value(now), .integer(row),
            ])
    }

    private func writeLines(_ row: Int64, from before: ReviewedHead?, to after: ReviewedHead?) throws(StoreError) {
        guard before?.linesSeen != after?.linesSeen else { return }
        guard let after else { return try connection.run("DELETE FROM reviewed_lines WHERE pull_request = ?", [.integer(row)]) }
        let sql = """
            INSERT INTO reviewed_lines (pull_request, lines) VALUES (?, ?)
            ON CONFLICT (pull_request) DO UPDATE SET lines = excluded.lines
            """
        try connection.run(sql, [.integer(row), Value(after.linesSeen)])
    }

    private func writeLedger(
        _ row: Int64, from before: [String: LedgerEntry], to after: [String: LedgerEntry]
    ) throws(StoreError) {
        for finding in before.keys where after[finding] == nil {
            try connection.run("DELETE FROM ledger WHERE pull_request = ? AND finding = ?", [.integer(row), .text(finding)])
        }
        for (finding, entry) in after where before[finding] != entry { try write(entry, as: finding, row) }
    }

    private func write(_ entry: LedgerEntry, as finding: String, _ row: Int64) throws(StoreError) {
        let sql = """
            INSERT INTO ledger (pull_request, finding, rule, family, severity, source, path, line, message, snippet, state, state_commit,
                dismissed_by, dismissed_why, dismissed_at, in_thread, comment, first_seen, last_seen, is_answered, disputed_by)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (pull_request, finding) DO UPDATE SET rule = excluded.rule, family = excluded.family, severity = excluded.severity,
                source = excluded.source, path = excluded.path, line = excluded.line, message = excluded.message,
                snippet = excluded.snippet, state = excluded.state, state_commit = excluded.state_commit,
                dismissed_by = excluded.dismissed_by, dismissed_why = excluded.dismissed_why, dismissed_at = excluded.dismissed_at,
                in_thread = excluded.in_thread, comment = excluded.comment, first_seen = excluded.first_seen,
                last_seen = excluded.last_seen, is_answered = excluded.is_answered, disputed_by = excluded.disputed_by
            """
        let said: [Value] = [
            .integer(row), .text(finding), .text(entry.rule), .text(entry.family), Value(entry.severity), .text(entry.source),
            entry.path.map { .bytes($0.bytes) } ?? .null, Value(entry.line), .text(entry.message), .text(entry.snippet),
        ]
        let seen: [Value] = [
            .text(entry.firstSeen.description), .text(entry.lastSeen.description), Value(entry.isAnswered), Value(entry.disputedBy),
        ]
        try connection.run(sql, said + entry.state.values + entry.place.values + seen)
    }

    private func countDismissals(_ differences: [String: Int], in place: HostPlace) throws(StoreError) {
        let owner = [Value(place.tenant), .text(place.repository.description)]
        for (rule, difference) in differences {
            let sql = """
                INSERT INTO dismissals (tenant, repository, rule, count) VALUES (?, ?, ?, ?)
                ON CONFLICT (tenant, repository, rule) DO UPDATE SET count = count + excluded.count
                """
            try connection.run(sql, owner + [.text(rule), Value(difference)])
            let none = "DELETE FROM dismissals WHERE tenant = ? AND repository = ? AND rule = ? AND count <= 0"
            try connection.run(none, owner + [.text(rule)])
        }
    }
}

// MARK: - Open and closed

extension Transaction {
    /// Takes note of when a pull request was closed, if it was ever looked at.
    func noteClosed(_ subject: JobSubject) throws(StoreError) {
        try setClosed(subject.subject, Value(now), tenant: subject.tenant, repository: subject.repository)
    }

    /// A review is wanted: so it is open.
    func noteOpen(_ job: NewJob) throws(StoreError) {
        guard job.kind == "review", let subject = job.subject else { return }
        try setClosed(subject, .null, tenant: job.tenant, repository: job.repository)
    }

    private func setClosed(_ subject: String, _ moment: Value, tenant: Tenant, repository: String) throws(StoreError) {
        guard subject.hasPrefix("pull/"), let number = Identifier<PullRequest>(text: subject.dropFirst("pull/".count)) else { return }
        let sql = """
            UPDATE pull_requests SET closed_at = ?1
            WHERE tenant = ?2 AND repository = ?3 AND number = ?4 AND (closed_at IS NULL) <> (?1 IS NULL)
            """
        try connection.run(sql, [moment, Value(tenant), .text(repository), Value(number)])
    }
}

// MARK: - Columns

extension LedgerState {
    fileprivate var values: [Value] {
        switch self {
        case .open: [.text("open"), .null, .null, .null, .null]
        case .fixed(let commit): [.text("fixed"), .text(commit.description), .null, .null, .null]
        case .outdated(let commit): [.text("outdated"), .text(commit.description), .null, .null, .null]
        case .dismissed(let person, let why, let moment): [.text("dismissed"), .null, .text(person), .text(why), Value(moment)]
        }
    }
}

extension LedgerPlace {
    fileprivate var values: [Value] {
        switch self {
        case .summary: [Value(false), .null]
        case .thread(let comment): [Value(true), Value(comment)]
        }
    }
}
