// Reading what is known of a pull request. A row says what it meant when it was written: a commit or a word that cannot be read is damage,
// never skipped.

import ForgeCore

/// A state, and the row it stands in.
struct StoredPullRequest {
    var row: Int64
    var state: PullRequestState
}

extension Connection {
    func storedPullRequest(_ key: PullRequestKey) throws(StoreError) -> StoredPullRequest? {
        let sql = """
            SELECT id, reviewed_head, merge_base, base_branch, round, conclusion, lines, unasked_pushes, paused_by, was_pause_told,
                summary_comment, config_comment, check_run, is_described
            FROM pull_requests LEFT JOIN reviewed_lines ON pull_request = id WHERE tenant = ? AND repository = ? AND number = ?
            """
        let values = [Value(key.place.tenant), .text(key.place.repository.description), Value(key.number)]
        let found = try first(sql, values) { row throws(StoreError) in
            StoredPullRequest(
                row: row.integer(),
                state: PullRequestState(
                    key: key, reviewed: try Self.reviewed(&row), unaskedPushes: row.int(), pausedBy: row.optionalText(),
                    wasPauseTold: row.flag(), summaryComment: row.optionalInteger(), configComment: row.optionalInteger(),
                    checkRun: row.optionalInteger(), isDescribed: row.flag()))
        }
        guard var found else { return nil }
        found.state.ledger = try ledger(of: found.row)
        return found
    }

    private static func reviewed(_ row: inout Row) throws(StoreError) -> ReviewedHead? {
        guard let head = try row.optionalCommit() else {
            for _ in 0..<5 { _ = row.optionalText() }
            return nil
        }
        let base = try row.optionalCommit()
        let branch = row.text()
        let round = row.int()
        let conclusion = try row.word(CheckConclusion.self)
        return ReviewedHead(
            head: head, mergeBase: base, baseBranch: branch, round: round, linesSeen: try row.json(), conclusion: conclusion)
    }

    private func ledger(of pullRequest: Int64) throws(StoreError) -> [String: LedgerEntry] {
        let sql = """
            SELECT finding, rule, family, severity, source, path, line, message, snippet, state, state_commit, dismissed_by, dismissed_why,
                dismissed_at, in_thread, comment, first_seen, last_seen, is_answered, disputed_by
            FROM ledger WHERE pull_request = ?
            """
        var entries: [String: LedgerEntry] = [:]
        try each(sql, [.integer(pullRequest)]) { row throws(StoreError) in
            let entry = try Self.entry(&row)
            entries[entry.id] = entry
            return true
        }
        return entries
    }

    private static func entry(_ row: inout Row) throws(StoreError) -> LedgerEntry {
        LedgerEntry(
            id: row.text(), rule: row.text(), family: row.text(), severity: try row.word(), source: row.text(),
            path: row.optionalBytes().map(RepositoryPath.init(bytes:)), line: row.optionalInteger().map { Int($0) }, message: row.text(),
            snippet: row.text(), state: try state(&row), place: place(&row), firstSeen: try row.commit(), lastSeen: try row.commit(),
            isAnswered: row.flag(), disputedBy: row.optionalText())
    }

    private static func state(_ row: inout Row) throws(StoreError) -> LedgerState {
        let word = row.text()
        let commit = try row.optionalCommit()
        let person = row.optionalText()
        let why = row.optionalText()
        let moment = row.optionalMoment()
        switch (word, commit, person, why, moment) {
        case ("open", _, _, _, _): return .open
        case ("fixed", let commit?, _, _, _): return .fixed(in: commit)
        case ("outdated", let commit?, _, _, _): return .outdated(at: commit)
        case ("dismissed", _, let person?, let why?, let moment?): return .dismissed(by: person, why: why, at: moment)
        default: throw .unreadable("the state '\(word)' of a finding, or not all of it")
        }
    }

    private static func place(_ row: inout Row) -> LedgerPlace {
        let isInThread = row.flag()
        let comment = row.optionalInteger()
        return isInThread ? .thread(comment: comment) : .summary
    }

    func dismissals(in place: HostPlace) throws(StoreError) -> [String: Int] {
        let sql = "SELECT rule, count FROM dismissals WHERE tenant = ? AND repository = ?"
        let counts = try all(sql, [Value(place.tenant), .text(place.repository.description)]) { row in (row.text(), row.int()) }
        return Dictionary(uniqueKeysWithValues: counts)
    }
}
