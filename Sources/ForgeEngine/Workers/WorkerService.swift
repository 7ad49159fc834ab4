// Claims jobs and carries them out, so many at a time, with a heartbeat beside each.
//
// Wanted: a job is carried out by one worker at a time; a worker that lost its lease stops and writes nothing (the store refuses it);
// at shutdown no new job begins, running ones may finish, and what has not finished in time goes back to the queue unharmed.

package import ForgeCore
import Synchronization

package struct WorkerLimits: Hashable, Sendable {
    package var workers: Int
    package var lease: Duration
    package var heartbeat: Duration
    package var perRepository: Int
    package var backoff: Backoff
    /// Looks at least so often for due jobs and ended leases.
    package var interval: Duration
    /// No other process carries out jobs of this store. What a killed one was at goes on at once, and not after its lease.
    package var isAlone: Bool

    package init(
        workers: Int = 4, lease: Duration = .seconds(60), heartbeat: Duration = .seconds(15), perRepository: Int = 2,
        backoff: Backoff = .init(), interval: Duration = .seconds(5), isAlone: Bool = false
    ) {
        precondition(workers >= 0 && heartbeat < lease, "a lease must outlast its heartbeat")
        self.workers = workers
        self.lease = lease
        self.heartbeat = heartbeat
        self.perRepository = perRepository
        self.backoff = backoff
        self.interval = interval
        self.isAlone = isAlone
    }
}

package final class WorkerService: Sendable {
    private let store: any JobStore
    private let handlers: [String: JobHandler]
    private let limits: WorkerLimits
    private let name: String
    private let clock: any Clock<Duration>
    private let jitter: Jitter
    private let queued: Wakeup
    private let log: Log
    private let isDraining = Atomic<Bool>(false)
    private let ended = Wakeup()
    private let busy = Atomic<Int>(0)
    private let leaseLosses: Counter
    private let endings: @Sendable (String, String) -> Counter

    package init(
        store: any JobStore, handlers: [JobHandler], limits: WorkerLimits, name: String, clock: any Clock<Duration>, jitter: Jitter,
        queued: Wakeup, metrics: Metrics, log: Log
    ) {
        self.store = store
        self.handlers = Dictionary(uniqueKeysWithValues: handlers.map { ($0.kind, $0) })
        self.limits = limits
        self.name = name
        self.clock = clock
        self.jitter = jitter
        self.queued = queued
        self.log = log.named("worker")
        self.leaseLosses = metrics.counter("forge_lease_losses_total", "Jobs whose worker did not renew its lease in time.")
        self.endings = { kind, ending in
            metrics.counter(
                "forge_jobs_ended_total", "Attempts at jobs by how they ended.", [.init("kind", kind), .init("ending", ending)])
        }
    }

    /// Until cancelled: then running jobs are cancelled too and given back.
    package func run() async {
        // Before any job is claimed: those that are running now are another process's, which is gone.
        if limits.isAlone { await reap("jobs go on whose worker ended with its process", store.reapAll) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.reapLoop() }
            for number in 0..<limits.workers {
                group.addTask { await self.workLoop("\(self.name)/\(number)") }
            }
        }
    }

    /// No new job begins from now on; returns when none runs any more. Cancel `run` to stop waiting for the rest.
    package func drain() async {
        isDraining.store(true, ordering: .sequentiallyConsistent)
        for await _ in ended.calls() where busy.load(ordering: .sequentiallyConsistent) == 0 { return }
    }

    private func reapLoop() async {
        await runWheneverDue(Wakeup(), every: limits.interval, clock: clock) {
            await self.reap("leases ended without their workers", self.store.reapExpired)
        }
    }

    private func reap(_ message: String, _ reap: (Backoff, Jitter) async throws(StoreError) -> [Job]) async {
        do throws(StoreError) {
            let reaped = try await reap(limits.backoff, jitter)
            guard !reaped.isEmpty else { return }
            leaseLosses.add(reaped.count)
            log.warning(message, [.init("jobs", .array(reaped.map { JSON($0.id.number) }))])
            queued.notify()
        } catch {
            log.error("ended leases could not be looked for", [.init("error", .string(error.description))])
        }
    }

    private func workLoop(_ worker: String) async {
        guard !handlers.isEmpty else { return }
        await runWheneverDue(queued, every: limits.interval, clock: clock) {
            while !Task.isCancelled, await self.workOnce(worker) {}
        }
    }

    /// Claims one job and carries it out; false when there was none.
    private func workOnce(_ worker: String) async -> Bool {
        busy.add(1, ordering: .sequentiallyConsistent)
        defer {
            busy.subtract(1, ordering: .sequentiallyConsistent)
            ended.notify()
        }
        guard !isDraining.load(ordering: .sequentiallyConsistent) else { return false }
        do throws(StoreError) {
            let claimed = try await store.claim(
                kinds: handlers.keys.sorted(), worker: worker, lease: limits.lease, perRepository: limits.perRepository)
            guard let job = claimed, let handler = handlers[job.new.kind] else { return false }
            await carryOut(job, with: handler)
            return true
        } catch {
            log.error("no job could be claimed", [.init("error", .string(error.description))])
            return false
        }
    }

    private enum Happening: Sendable {
        case returned
        case threw(any Error)
        case leaseLost
        case cancelAsked
    }

    /// Runs the handler beside its heartbeat; whichever ends first decides.
    private func carryOut(_ job: Job, with handler: JobHandler) async {
        let first = await withTaskGroup(of: Happening?.self) { group in
            group.addTask {
                do {
                    try await handler.run(job)
                    return .returned
                } catch {
                    return .threw(error)
                }
            }
            group.addTask { await self.heartbeats(for: job) }
            var first: Happening?
            while first == nil, let happening = await group.next() { first = happening }
            group.cancelAll()
            return first
        }
        await end(job, after: first ?? .returned)
    }

    /// Nil when it was cancelled because the handler ended.
    private func heartbeats(for job: Job) async -> Happening? {
        while !Task.isCancelled {
            // A sleep fails only by cancellation, which the next line sees.
            try? await clock.sleep(for: limits.heartbeat)
            if Task.isCancelled { return nil }
            do throws(StoreError) {
                if try await store.heartbeat(job.lease, extend: limits.lease) { return .cancelAsked }
            } catch {
                if error.code == .leaseLost { return .leaseLost }
                // The store may be back before the lease ends; if not, the lease is lost and somebody else's.
                log.warning("a heartbeat was not written", [.init("job", JSON(job.id.number)), .init("error", .string(error.description))])
            }
        }
        return nil
    }

    private func end(_ job: Job, after happening: Happening) async {
        guard let ending = ending(of: job, after: happening) else {
            // Counted by whoever reaped it.
            log.warning("the lease of a running job was lost", [.init("job", JSON(job.id.number))])
            return
        }
        endings(job.new.kind, ending.word).add()
        do throws(StoreError) {
            _ = try await store.end(job.lease, ending)
        } catch {
            log.error("a job's end was not written", [.init("job", JSON(job.id.number)), .init("error", .string(error.description))])
        }
    }

    private func ending(of job: Job, after happening: Happening) -> JobEnding? {
        switch happening {
        case .returned: return .finished
        case .leaseLost: return nil
        case .cancelAsked: return .cancelled
        case .threw(let error):
            // The store refused a write: somebody else has the job by now, and its end is theirs.
            if let error = error as? StoreError, error.code == .leaseLost { return nil }
            if let refused = error as? JobRefused { return .failedForGood(error: refused.reason) }
            if let deferred = error as? JobDeferred { return .deferred(because: deferred.reason, retryAfter: deferred.pause) }
            if Task.isCancelled { return .released }
            let pause = limits.backoff.delay(attempt: job.failures + 1, jitter: jitter.next())
            return .failed(error: String(describing: error), retryAfter: pause)
        }
    }
}

extension JobEnding {
    fileprivate var word: String {
        switch self {
        case .finished: "finished"
        case .failed: "failed"
        case .failedForGood: "failed_for_good"
        case .released: "released"
        case .deferred: "deferred"
        case .cancelled: "cancelled"
        }
    }
}
