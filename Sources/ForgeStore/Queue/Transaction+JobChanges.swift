// Every change of a job but its claim: what `JobState.after` allows is written, with its link in the journal; what it refuses is not.

import ForgeCore

extension Transaction {
    /// The job this lease is good for.
    func leasedJob(_ lease: Lease, _ call: String) throws(StoreError) -> Job {
        guard let job = try connection.job(lease.job, scope: .all), job.state == .running, job.attempt == lease.attempt else {
            throw StoreError(code: .leaseLost, call: call, message: "attempt \(lease.attempt) of job \(lease.job) is over")
        }
        return job
    }

    func heartbeat(_ lease: Lease, extend: Duration) throws(StoreError) -> Bool {
        let job = try leasedJob(lease, "renew lease")
        try connection.run("UPDATE jobs SET lease_until = ? WHERE id = ?", [Value(now + extend), Value(job.id)])
        return job.isCancelRequested
    }

    func end(_ lease: Lease, _ ending: JobEnding) throws(StoreError) -> JobState {
        let job = try leasedJob(lease, "end job")
        return switch ending {
        case .finished: try apply(.finished, to: job)
        case .failed(let error, let pause): try apply(.failed, to: job, error: error, pause: pause)
        case .failedForGood(let error): try apply(.failedForGood, to: job, error: error)
        case .released: try apply(.released, to: job)
        case .deferred(let reason, let pause): try apply(.deferred, to: job, error: reason, pause: pause)
        case .cancelled: try apply(.cancelled, to: job)
        }
    }

    func reapExpired(backoff: Backoff, jitter: Jitter) throws(StoreError) -> [Job] {
        try reap("lease_until < ?", [Value(now)], because: "nobody renewed the lease of") { job in
            backoff.delay(attempt: job.failures + 1, jitter: jitter.next())
        }
    }

    func reapAll(backoff: Backoff, jitter: Jitter) throws(StoreError) -> [Job] {
        try reap("TRUE", [], because: "the service ended without") { job in
            job.failures == 0 ? .zero : backoff.delay(attempt: job.failures, jitter: jitter.next())
        }
    }

    private func reap(
        _ condition: String, _ values: [Value], because: String, pause: (Job) -> Duration
    ) throws(StoreError) -> [Job] {
        let sql = "SELECT \(Connection.jobColumns) FROM jobs WHERE state = 'running' AND \(condition) ORDER BY lease_until"
        var reaped: [Job] = []
        for job in try connection.all(sql, values, Connection.job) {
            let error = "\(because) \(job.worker ?? "its worker")"
            _ = try apply(.leaseLost, to: job, error: error, pause: pause(job))
            if let after = try connection.job(job.id, scope: .all) { reaped.append(after) }
        }
        return reaped
    }

    func cancelJob(_ id: JobID, by actor: String, scope: TenantScope) throws(StoreError) -> Job? {
        guard let job = try connection.job(id, scope: scope) else { return nil }
        _ = try apply(.cancelAsked, to: job, note: ["by": .string(actor)])
        return try connection.job(id, scope: scope)
    }

    func retryJob(_ id: JobID, by actor: String, scope: TenantScope) throws(StoreError) -> Job? {
        guard let job = try connection.job(id, scope: scope) else { return nil }
        let sql = "SELECT 1 FROM jobs WHERE state IN ('queued', 'running') AND tenant = ? AND work_key = ? AND id <> ?"
        guard try connection.first(sql, [Value(job.new.tenant), .text(job.new.workKey), Value(id)], { _ in true }) == nil else {
            throw .refused("retry job", "the same work is queued or running already")
        }
        _ = try apply(.retried, to: job, note: ["by": .string(actor)])
        return try connection.job(id, scope: scope)
    }
}

// MARK: - Applying what the state machine says

extension Transaction {
    /// Returns the state the job is in afterwards.
    func apply(
        _ input: JobInput, to job: Job, error: String? = nil, pause: Duration = .zero, note: JSON = .object([])
    ) throws(StoreError) -> JobState {
        let outcome = job.state.after(
            input, failures: job.failures, attemptsMax: job.new.attemptsMax, isCancelRequested: job.isCancelRequested)
        switch outcome {
        case .refuse: throw .refused("change job", "a job that is \(job.state.rawValue) cannot be \(input)")
        case .askWorkerToStop:
            try connection.run("UPDATE jobs SET is_cancel_requested = 1, updated_at = ? WHERE id = ?", [Value(now), Value(job.id)])
            try tell(job, "job.cancel_asked", error: nil, note)
            return job.state
        case .requeue:
            try move(job, to: .queued, failures: job.failures + 1, error: error, notBefore: now + pause)
            try tell(job, input == .leaseLost ? "job.lease_lost" : "job.failed", error: error, note)
            return .queued
        case .become(let state):
            let due = state == .queued ? (input == .deferred ? now + pause : nil) : job.new.notBefore
            try move(job, to: state, failures: failures(after: input, job), error: error, notBefore: due)
            try tell(job, kind(input, state), error: error, note)
            return state
        }
    }

    private func failures(after input: JobInput, _ job: Job) -> Int {
        switch input {
        case .failed, .failedForGood, .leaseLost: job.failures + 1
        case .retried: 0
        case .claimed, .finished, .released, .deferred, .cancelAsked, .cancelled: job.failures
        }
    }

    private func kind(_ input: JobInput, _ state: JobState) -> String {
        switch state {
        case .queued:
            switch input {
            case .retried: "job.retried"
            case .deferred: "job.deferred"
            default: "job.released"
            }
        case .running, .done, .dead, .cancelled: "job.\(state.rawValue)"
        }
    }

    private func move(_ job: Job, to state: JobState, failures: Int, error: String?, notBefore: Timestamp?) throws(StoreError) {
        try connection.run(
            """
            UPDATE jobs SET state = ?1, failures = ?2, last_error = coalesce(?3, last_error), not_before = ?4, updated_at = ?5,
                worker = NULL, lease_until = NULL, is_cancel_requested = CASE ?1 WHEN 'queued' THEN 0 ELSE is_cancel_requested END
            WHERE id = ?6
            """,
            [Value(state), Value(failures), Value(error), Value(notBefore), Value(now), Value(job.id)])
    }

    private func tell(_ job: Job, _ kind: String, error: String?, _ note: JSON) throws(StoreError) {
        var members = note.members ?? []
        members.append(.init("attempt", JSON(job.attempt)))
        if let worker = job.worker { members.append(.init("worker", .string(worker))) }
        if let error { members.append(.init("error", .string(error))) }
        try append("job/\(job.id)", job.new.tenant, kind, .object(members))
    }
}
