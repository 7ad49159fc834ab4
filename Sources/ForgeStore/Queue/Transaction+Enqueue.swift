// Queueing a job, and ending what it takes the place of.

import ForgeCore

extension Transaction {
    func enqueue(_ job: NewJob) throws(StoreError) -> Enqueued {
        let inserted = try connection.first(
            """
            INSERT INTO jobs (state, kind, tenant, repository, work_key, subject, priority, not_before, attempts_max, payload,
                created_at, updated_at)
            VALUES ('queued', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)
            ON CONFLICT (tenant, work_key) WHERE state IN ('queued', 'running') DO NOTHING RETURNING id
            """,
            [
                .text(job.kind), Value(job.tenant), .text(job.repository), .text(job.workKey), Value(job.subject), Value(job.priority),
                Value(job.notBefore), Value(job.attemptsMax), Value(job.payload), Value(now),
            ]
        ) { row in JobID(row.integer()) }
        guard let id = inserted else { return .joined(try unfinishedJob(job)) }
        let payload: JSON = ["kind": .string(job.kind), "repository": .string(job.repository), "work_key": .string(job.workKey)]
        try append("job/\(id)", job.tenant, "job.queued", payload)
        if let subject = job.subject {
            let subject = JobSubject(tenant: job.tenant, repository: job.repository, subject: subject)
            try endSubject(subject, kind: job.kind, sparing: id, because: "the job \(id) takes its place")
        }
        return .created(id)
    }

    private func unfinishedJob(_ job: NewJob) throws(StoreError) -> JobID {
        let sql = "SELECT id FROM jobs WHERE state IN ('queued', 'running') AND tenant = ? AND work_key = ?"
        guard let id = try connection.first(sql, [Value(job.tenant), .text(job.workKey)], { row in JobID(row.integer()) }) else {
            throw StoreError(code: .defect, call: "enqueue job", message: "the job that holds the work key is not there")
        }
        return id
    }

    /// Ends the queued jobs of a subject, of one kind or of all, and asks the running ones to stop.
    func endSubject(
        _ subject: JobSubject, kind: String? = nil, sparing spared: JobID? = nil, because reason: String
    ) throws(StoreError) {
        let sql = """
            SELECT \(Connection.jobColumns) FROM jobs
            WHERE state IN ('queued', 'running') AND tenant = ?1 AND repository = ?2 AND subject = ?3
                AND (?4 IS NULL OR kind = ?4) AND (?5 IS NULL OR id <> ?5)
            """
        let values = [Value(subject.tenant), .text(subject.repository), .text(subject.subject), Value(kind), Value(spared)]
        for job in try connection.all(sql, values, Connection.job) where !job.isCancelRequested {
            _ = try apply(.cancelAsked, to: job, note: ["because": .string(reason)])
        }
    }
}
