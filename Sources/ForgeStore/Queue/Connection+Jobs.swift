// Reading jobs and how deep the queue is.

import ForgeCore

extension Connection {
    static let jobColumns = """
        id, state, attempt, failures, lease_until, worker, is_cancel_requested, last_error, created_at, updated_at, kind, tenant, \
        repository, work_key, subject, priority, not_before, attempts_max, payload
        """

    static func job(_ row: inout Row) throws(StoreError) -> Job {
        Job(
            id: row.id(), state: try row.word(), attempt: row.int(), failures: row.int(), leaseUntil: row.optionalMoment(),
            worker: row.optionalText(), isCancelRequested: row.flag(), lastError: row.optionalText(), createdAt: row.moment(),
            updatedAt: row.moment(),
            new: NewJob(
                kind: row.text(), tenant: try row.tenant(), repository: row.text(), workKey: row.text(), subject: row.optionalText(),
                priority: row.int(), notBefore: row.optionalMoment(), attemptsMax: row.int(), payload: try row.json()))
    }

    func job(_ id: JobID, scope: TenantScope) throws(StoreError) -> Job? {
        let sql = "SELECT \(Self.jobColumns) FROM jobs WHERE id = ?1 AND (?2 IS NULL OR tenant = ?2)"
        return try first(sql, [Value(id), Value(scope)], Self.job)
    }

    func jobs(_ filter: JobFilter, page: PageRequest, scope: TenantScope) throws(StoreError) -> Page<Job> {
        var listing = Listing("SELECT \(Self.jobColumns) FROM jobs", page: page)
        listing.require(scope)
        listing.require("+state = ?", filter.state.map { Value($0) })
        listing.require("+kind = ?", filter.kind.map(Value.text))
        listing.require("repository = ?", filter.repository.map(Value.text))
        return try listing.read(on: self, id: \.id.number, Self.job)
    }

    /// Those that wait for somebody: what is done or cancelled is history, and would be counted anew at every look.
    func queueDepths() throws(StoreError) -> [QueueDepth] {
        let sql = """
            SELECT kind, state, count(*), min(created_at) FROM jobs WHERE state IN ('queued', 'running', 'dead') GROUP BY kind, state
            """
        return try all(sql) { row throws(StoreError) in
            QueueDepth(kind: row.text(), state: try row.word(), count: row.int(), oldest: row.optionalMoment())
        }
    }
}
