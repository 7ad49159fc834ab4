// The queue in memory. What may follow what is decided by `JobState.after`; here it is carried out.
package import ForgeCore

extension MemoryStore {
    package func enqueue(_ job: NewJob) async throws(StoreError) -> Enqueued {
        try transact { state in state.enqueue(job) }
    }

    package func claim(kinds: [String], worker: String, lease: Duration, perRepository: Int) async throws(StoreError) -> Job? {
        try transact { state in
            guard var job = state.next(kinds: kinds, perRepository: perRepository) else { return nil }
            job.state = .running
            job.attempt += 1
            job.worker = worker
            job.leaseUntil = state.now + lease
            job.updatedAt = state.now
            state.jobs[job.id.number] = job
            state.claims += 1
            state.lastServed[job.new.repository] = state.claims
            return job
        }
    }

    package func heartbeat(_ lease: Lease, extend: Duration) async throws(StoreError) -> Bool {
        try transact { (state) throws(StoreError) in
            var job = try state.held(lease)
            job.leaseUntil = state.now + extend
            job.updatedAt = state.now
            state.jobs[job.id.number] = job
            return job.isCancelRequested
        }
    }

    package func end(_ lease: Lease, _ ending: JobEnding) async throws(StoreError) -> JobState {
        try transact { (state) throws(StoreError) in
            let job = try state.held(lease)
            return switch ending {
            case .finished: try state.carry(job, .finished).state
            case .failed(let error, let pause): try state.carry(job, .failed, error: error, pause: pause).state
            case .failedForGood(let error): try state.carry(job, .failedForGood, error: error).state
            case .released: try state.carry(job, .released).state
            case .deferred(let reason, let pause): try state.carry(job, .deferred, error: reason, pause: pause).state
            case .cancelled: try state.carry(job, .cancelled).state
            }
        }
    }

    package func reapExpired(backoff: Backoff, jitter: Jitter) async throws(StoreError) -> [Job] {
        try transact { (state) throws(StoreError) in
            var reaped: [Job] = []
            for job in state.jobs.rows {
                guard job.state == .running, let until = job.leaseUntil, until <= state.now else { continue }
                let pause = backoff.delay(attempt: job.failures + 1, jitter: jitter.next())
                reaped.append(try state.carry(job, .leaseLost, error: "the lease of \(job.worker ?? "its worker") ran out", pause: pause))
            }
            return reaped
        }
    }

    package func reapAll(backoff: Backoff, jitter: Jitter) async throws(StoreError) -> [Job] {
        try transact { (state) throws(StoreError) in
            var reaped: [Job] = []
            for job in state.jobs.rows where job.state == .running {
                let pause = job.failures == 0 ? Duration.zero : backoff.delay(attempt: job.failures, jitter: jitter.next())
                reaped.append(try state.carry(job, .leaseLost, error: "\(job.worker ?? "its worker") is gone", pause: pause))
            }
            return reaped
        }
    }

    package func cancelJob(_ id: JobID, by actor: String, scope: TenantScope) async throws(StoreError) -> Job? {
        try transact { (state) throws(StoreError) in
            guard let job = state.jobs[id.number], scope.allows(job.new.tenant) else { return nil }
            return try state.carry(job, .cancelAsked, by: actor)
        }
    }

    package func retryJob(_ id: JobID, by actor: String, scope: TenantScope) async throws(StoreError) -> Job? {
        try transact { (state) throws(StoreError) in
            guard let job = state.jobs[id.number], scope.allows(job.new.tenant) else { return nil }
            if job.state == .dead, let holder = state.holder(of: job.new) {
                throw state.refused("job \(holder.id) does the same work")
            }
            return try state.carry(job, .retried, by: actor)
        }
    }

    package func job(_ id: JobID, scope: TenantScope) async throws(StoreError) -> Job? {
        try transact { state in state.jobs[id.number].flatMap { scope.allows($0.new.tenant) ? $0 : nil } }
    }

    package func jobs(_ filter: JobFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Job> {
        try transact { state in
            state.jobs.page(page) { job in
                scope.allows(job.new.tenant) && filter.state ?? job.state == job.state && filter.kind ?? job.new.kind == job.new.kind
                    && filter.repository ?? job.new.repository == job.new.repository
            }
        }
    }

    package func queueDepths() async throws(StoreError) -> [QueueDepth] {
        try transact { state in
            var depths: [QueueDepth] = []
            for job in state.jobs.rows {
                if let index = depths.firstIndex(where: { $0.kind == job.new.kind && $0.state == job.state }) {
                    depths[index].count += 1
                } else {
                    depths.append(QueueDepth(kind: job.new.kind, state: job.state, count: 1, oldest: job.createdAt))
                }
            }
            return depths
        }
    }
}

extension MemoryState {
    mutating func enqueue(_ new: NewJob) -> Enqueued {
        if let holder = holder(of: new) { return .joined(holder.id) }
        if let subject = new.subject {
            endJobs {
                $0.tenant == new.tenant && $0.kind == new.kind && $0.repository == new.repository && $0.subject == subject
            }
        }
        let job = jobs.insert { Job(id: JobID($0), state: .queued, createdAt: now, updatedAt: now, new: new) }
        append("job/\(job.id)", new.tenant, "job.queued", ["kind": .string(new.kind), "work_key": .string(new.workKey)])
        return .created(job.id)
    }

    /// Cancels the queued ones of these and asks the running to stop.
    mutating func endJobs(where isMeant: (NewJob) -> Bool) {
        for job in jobs.rows where !job.state.isFinished && isMeant(job.new) {
            // An unfinished job can always be asked to end: `JobState.after` refuses only finished ones.
            _ = try? carry(job, .cancelAsked, by: "queue")
        }
    }

    fileprivate func holder(of new: NewJob) -> Job? {
        jobs.rows.first { !$0.state.isFinished && $0.new.tenant == new.tenant && $0.new.workKey == new.workKey }
    }

    fileprivate func next(kinds: [String], perRepository: Int) -> Job? {
        var running: [String: Int] = [:]
        let held = jobs.rows.filter { $0.state == .running }
        for job in held { running[job.new.repository, default: 0] += 1 }
        let due = jobs.rows.filter { job in
            job.state == .queued && kinds.contains(job.new.kind) && job.new.notBefore ?? now <= now
                && running[job.new.repository, default: 0] < perRepository && !held.contains { $0.holdsSubject(of: job.new) }
        }
        return due.min { rank($0) < rank($1) }
    }

    private func rank(_ job: Job) -> (Int, Int, JobID) { (-job.new.priority, lastServed[job.new.repository, default: 0], job.id) }

    /// The job this lease is for, while it is worth anything.
    func held(_ lease: Lease) throws(StoreError) -> Job {
        guard let job = jobs[lease.job.number], job.state == .running, job.attempt == lease.attempt else {
            throw refused("attempt \(lease.attempt) of job \(lease.job) is over", .leaseLost)
        }
        return job
    }

    /// Takes a job to where this input leads, writes it and journals it.
    @discardableResult
    fileprivate mutating func carry(
        _ before: Job, _ input: JobInput, error: String? = nil, pause: Duration = .zero, by actor: String? = nil
    ) throws(StoreError) -> Job {
        var job = before
        let outcome = job.state.after(
            input, failures: job.failures, attemptsMax: job.new.attemptsMax, isCancelRequested: job.isCancelRequested)
        switch outcome {
        case .refuse: throw refused("job \(job.id) is \(job.state.rawValue)")
        case .askWorkerToStop: job.isCancelRequested = true
        case .become(let state): job.leave(for: state)
        case .requeue:
            job.leave(for: .queued)
            job.new.notBefore = now + pause
        }
        if input == .failed || input == .leaseLost || input == .failedForGood { job.failures += 1 }
        if input == .retried { job.startAfresh() }
        if input == .deferred, job.state == .queued { job.new.notBefore = now + pause }
        job.lastError = error ?? job.lastError
        job.updatedAt = now
        jobs[job.id.number] = job
        let payload = JSON.object([
            .init("attempt", JSON(job.attempt)), .init("error", JSON(error)), .init("by", JSON(actor)),
        ])
        append("job/\(job.id)", job.new.tenant, Self.journalKind(input, outcome), payload.withoutNulls)
        return job
    }

    private static func journalKind(_ input: JobInput, _ outcome: JobOutcome) -> String {
        switch outcome {
        case .become(.queued): input == .retried ? "job.retried" : input == .deferred ? "job.deferred" : "job.released"
        case .become(let state): "job.\(state.rawValue)"
        case .requeue: input == .leaseLost ? "job.lease_lost" : "job.failed"
        case .askWorkerToStop, .refuse: "job.cancel_asked"
        }
    }
}

extension Job {
    fileprivate func holdsSubject(of other: NewJob) -> Bool {
        other.subject != nil && new.subject == other.subject && new.tenant == other.tenant
            && new.repository == other.repository
    }

    /// No worker's any more.
    fileprivate mutating func leave(for state: JobState) {
        self.state = state
        worker = nil
        leaseUntil = nil
    }

    fileprivate mutating func startAfresh() {
        failures = 0
        isCancelRequested = false
        new.notBefore = nil
    }
}
