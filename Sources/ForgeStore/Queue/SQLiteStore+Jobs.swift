// The queue: the port `JobStore`, each method one write or one read.

package import ForgeCore

extension SQLiteStore: JobStore {
    package func enqueue(_ job: NewJob) async throws(StoreError) -> Enqueued {
        try await writer.write("enqueue job", bytes: 1024) { transaction throws(StoreError) in try transaction.enqueue(job) }
    }

    package func claim(
        kinds: [String], worker: String, lease: Duration, perRepository: Int
    ) async throws(StoreError) -> Job? {
        try await writer.write("claim job") { transaction throws(StoreError) in
            try transaction.claim(kinds: kinds, worker: worker, lease: lease, perRepository: perRepository)
        }
    }

    package func heartbeat(_ lease: Lease, extend: Duration) async throws(StoreError) -> Bool {
        try await writer.write("renew lease") { transaction throws(StoreError) in try transaction.heartbeat(lease, extend: extend) }
    }

    package func end(_ lease: Lease, _ ending: JobEnding) async throws(StoreError) -> JobState {
        try await writer.write("end job") { transaction throws(StoreError) in try transaction.end(lease, ending) }
    }

    package func reapExpired(backoff: Backoff, jitter: Jitter) async throws(StoreError) -> [Job] {
        try await writer.write("reap jobs") { transaction throws(StoreError) in
            try transaction.reapExpired(backoff: backoff, jitter: jitter)
        }
    }

    package func reapAll(backoff: Backoff, jitter: Jitter) async throws(StoreError) -> [Job] {
        try await writer.write("reap all jobs") { transaction throws(StoreError) in
            try transaction.reapAll(backoff: backoff, jitter: jitter)
        }
    }

    package func cancelJob(_ id: JobID, by actor: String, scope: TenantScope) async throws(StoreError) -> Job? {
        try await writer.write("cancel job") { transaction throws(StoreError) in
            try transaction.cancelJob(id, by: actor, scope: scope)
        }
    }

    package func retryJob(_ id: JobID, by actor: String, scope: TenantScope) async throws(StoreError) -> Job? {
        try await writer.write("retry job") { transaction throws(StoreError) in
            try transaction.retryJob(id, by: actor, scope: scope)
        }
    }

    package func job(_ id: JobID, scope: TenantScope) async throws(StoreError) -> Job? {
        try await readers.read("read job") { connection throws(StoreError) in try connection.job(id, scope: scope) }
    }

    package func jobs(_ filter: JobFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Job> {
        try await readers.read("list jobs") { connection throws(StoreError) in try connection.jobs(filter, page: page, scope: scope) }
    }

    package func queueDepths() async throws(StoreError) -> [QueueDepth] {
        try await readers.read("measure queue") { connection throws(StoreError) in try connection.queueDepths() }
    }
}
