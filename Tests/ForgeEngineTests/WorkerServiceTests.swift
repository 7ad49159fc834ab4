// Jobs carried out: once at a time, with a lease that is renewed, given back or lost, and an end that is written once.

import ForgeCore
import ForgeEngine
import ForgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct WorkerServiceTests {
    private let clock = TestClock()
    private let store: MemoryStore
    private let queued = Wakeup()
    private let metrics = Metrics()
    private let logged = LogCapture()
    private let started = Mailbox<Job>()
    private let goOn = Mailbox<Void>()

    private struct Broken: Error, CustomStringConvertible { let description = "the far side is down" }

    init() { store = MemoryStore(clock: clock.wallClock) }

    /// Looks by itself once an hour, so that a test moves the clock without waking anything but heartbeats.
    private func service(
        workers: Int = 1, perRepository: Int = 2, isAlone: Bool = false, handlers: [JobHandler]
    ) -> WorkerService {
        let limits = WorkerLimits(
            workers: workers, perRepository: perRepository, backoff: Backoff(base: .seconds(2), cap: .seconds(900)),
            interval: .seconds(3600), isAlone: isAlone)
        return WorkerService(
            store: store, handlers: handlers, limits: limits, name: "test", clock: clock, jitter: TestJitter.fixed(0.5), queued: queued,
            metrics: metrics, log: logged.log)
    }

    /// Says that it began, waits to be told to go on, and ends well; throws when it is cancelled meanwhile.
    private var waiting: JobHandler {
        JobHandler(kind: "review") { [started, goOn] job in
            started.send(job)
            await goOn.take()
            try Task.checkCancellation()
        }
    }

    private func enqueue(
        _ key: String, kind: String = "review", repository: String = "acme/shop", priority: Int = 0, attemptsMax: Int = 3
    ) async throws -> JobID {
        let job = NewJob(
            kind: kind, tenant: .local, repository: repository, workKey: key, priority: priority, attemptsMax: attemptsMax)
        let id = try await store.enqueue(job).job
        queued.notify()
        return id
    }

    private func job(_ id: JobID) async throws -> Job { try #require(try await store.job(id, scope: .all)) }

    private func ended(_ ending: String) -> Int {
        metrics.counter("forge_jobs_ended_total", "", [.init("kind", "review"), .init("ending", ending)]).value
    }

    private var leaseLosses: Int { metrics.counter("forge_lease_losses_total", "").value }

    /// The reaper's and the worker's own intervals, and the heartbeat of the running job.
    private func waitForHeartbeat() async throws { try await clock.waitForSleepers(3) }

    @Test func `a job is claimed, carried out and done`() async throws {
        let id = try await enqueue("a")
        let service = service(handlers: [waiting])
        try await beside({ await service.run() }) {
            let job = try #require(await started.take())
            #expect(job.id == id && job.attempt == 1 && job.worker == "test/0")
            goOn.send()
            await service.drain()
            #expect(try await self.job(id).state == .done)
            #expect(ended("finished") == 1)
        }
    }

    @Test func `a job queued later is begun when it is announced`() async throws {
        let service = service(handlers: [waiting])
        try await beside({ await service.run() }) {
            try await clock.waitForSleepers(2)
            let id = try await enqueue("a")
            #expect(await started.take()?.id == id)
            goOn.send()
        }
    }

    @Test func `the heartbeat keeps a long job's lease`() async throws {
        let id = try await enqueue("a")
        let service = service(handlers: [waiting])
        try await beside({ await service.run() }) {
            _ = await started.take()
            for _ in 0..<12 {
                try await waitForHeartbeat()
                clock.advance(by: .seconds(15))
            }
            try await waitForHeartbeat()
            #expect(try await store.reapExpired(backoff: Backoff(), jitter: TestJitter.fixed(0)).isEmpty)
            goOn.send()
            await service.drain()
            let job = try await job(id)
            #expect(job.state == .done && job.attempt == 1)
        }
    }

    @Test func `a heartbeat that the store could not write is tried again`() async throws {
        let id = try await enqueue("a")
        let service = service(handlers: [waiting])
        try await beside({ await service.run() }) {
            _ = await started.take()
            try await waitForHeartbeat()
            store.failNext(.busy, times: 2, call: "heartbeat")
            for _ in 0..<3 {
                clock.advance(by: .seconds(15))
                try await waitForHeartbeat()
            }
            #expect(logged.lines(.warning, part: "worker").count == 2)
            let lease = try #require(try await job(id).leaseUntil)
            #expect(lease == clock.timestamp + .seconds(60))
            goOn.send()
        }
    }

    @Test(arguments: [true, false])
    func `what a killed process was at goes on at once where no other could be at it`(isAlone: Bool) async throws {
        let id = try await enqueue("a")
        let other = try await enqueue("b")
        _ = try await store.claim(kinds: ["review"], worker: "killed", lease: .seconds(60), perRepository: 2)
        let service = service(isAlone: isAlone, handlers: [waiting])
        try await beside({ await service.run() }) {
            #expect(await started.take()?.id == (isAlone ? id : other))
            goOn.send()
            goOn.send()
            await service.drain()
            #expect(leaseLosses == (isAlone ? 1 : 0))
        }
    }

    @Test func `a worker that lost its lease stops its job and writes nothing`() async throws {
        let id = try await enqueue("a")
        let cancelled = Mailbox<Bool>()
        let service = service(
            handlers: [
                JobHandler(kind: "review") { [started, goOn] job in
                    started.send(job)
                    await goOn.take()
                    cancelled.send(Task.isCancelled)
                }
            ])
        try await beside({ await service.run() }) {
            _ = await started.take()
            try await waitForHeartbeat()
            store.failNext(.busy, times: 4, call: "heartbeat")
            for _ in 0..<4 {
                clock.advance(by: .seconds(15))
                try await waitForHeartbeat()
            }
            clock.advance(by: .seconds(1))
            let hour = Backoff(base: .seconds(3600), cap: .seconds(3600))
            #expect(try await store.reapExpired(backoff: hour, jitter: TestJitter.fixed(1)).map(\.id) == [id])
            clock.advance(by: .seconds(14))
            #expect(await cancelled.take() == true)
            await service.drain()
            let job = try await job(id)
            #expect(job.state == .queued && job.failures == 1 && job.attempt == 1)
            #expect(ended("finished") == 0)
            #expect(leaseLosses == 0, "whoever reaps a lease counts it")
        }
    }

    @Test func `leases that ended without their worker are reaped and counted, and the jobs begun again`() async throws {
        let id = try await enqueue("a")
        let abandoned = try await store.claim(kinds: ["review"], worker: "gone", lease: .seconds(60), perRepository: 1)
        #expect(abandoned?.id == id)
        clock.advance(by: .seconds(61))
        let service = service(handlers: [waiting])
        try await beside({ await service.run() }) {
            try await clock.waitForSleepers(2)
            // Half of the first pause of two seconds.
            clock.advance(by: .seconds(1))
            queued.notify()
            let job = try #require(await started.take())
            #expect(job.id == id && job.attempt == 2 && job.failures == 1)
            #expect(leaseLosses == 1)
            goOn.send()
        }
    }

    @Test func `a job whose end was asked for is stopped at the next heartbeat`() async throws {
        let id = try await enqueue("a")
        let service = service(handlers: [waiting])
        try await beside({ await service.run() }) {
            _ = await started.take()
            _ = try await store.cancelJob(id, by: "test", scope: .all)
            #expect(try await job(id).state == .running)
            try await waitForHeartbeat()
            clock.advance(by: .seconds(15))
            await service.drain()
            #expect(try await job(id).state == .cancelled)
            #expect(ended("cancelled") == 1)
        }
    }

    @Test func `a failing job is tried again after a pause that grows, and is dead at the cap`() async throws {
        let id = try await enqueue("a", attemptsMax: 3)
        // Half of 2 s, then half of 4 s.
        for (attempt, pause) in [(1, Duration.seconds(1)), (2, .seconds(2)), (3, .zero)] {
            let service = service(
                handlers: [
                    JobHandler(kind: "review") { [started] job in
                        started.send(job)
                        throw Broken()
                    }
                ])
            try await beside({ await service.run() }) {
                #expect(await started.take()?.attempt == attempt)
                await service.drain()
            }
            let job = try await job(id)
            #expect(job.lastError == "the far side is down" && job.failures == attempt)
            #expect(job.state == (attempt < 3 ? .queued : .dead))
            guard attempt < 3 else { break }
            clock.advance(by: pause - .milliseconds(1))
            #expect(try await store.claim(kinds: ["review"], worker: "early", lease: .seconds(60), perRepository: 1) == nil)
            clock.advance(by: .milliseconds(1))
        }
        #expect(ended("failed") == 3)
    }

    @Test func `a job that refuses to go on is dead at once`() async throws {
        let id = try await enqueue("a")
        let service = service(
            handlers: [
                JobHandler(kind: "review") { [started] job in
                    started.send(job)
                    throw JobRefused(reason: "the repository is gone")
                }
            ])
        try await beside({ await service.run() }) {
            _ = await started.take()
            await service.drain()
        }
        let job = try await job(id)
        #expect(job.state == .dead && job.lastError == "the repository is gone" && job.failures == 1)
        #expect(ended("failed_for_good") == 1)
    }

    @Test func `a job that is put off is due again after its pause, and no failure is counted`() async throws {
        let id = try await enqueue("a", attemptsMax: 1)
        let service = service(
            handlers: [
                JobHandler(kind: "review") { [started] job in
                    started.send(job)
                    throw JobDeferred(because: "the host is busy", retryAfter: .seconds(90))
                }
            ])
        try await beside({ await service.run() }) {
            _ = await started.take()
            await service.drain()
        }
        let job = try await job(id)
        #expect(job.state == .queued && job.lastError == "the host is busy" && job.failures == 0)
        #expect(job.new.notBefore == clock.timestamp + .seconds(90))
        #expect(ended("deferred") == 1)
    }

    @Test func `at shutdown a running job goes back to the queue unharmed`() async throws {
        let id = try await enqueue("a")
        let service = service(handlers: [waiting])
        try await beside({ await service.run() }) { _ = await started.take() }
        let job = try await job(id)
        #expect(job.state == .queued && job.failures == 0 && job.attempt == 1)
        #expect(ended("released") == 1)
        #expect(try await store.claim(kinds: ["review"], worker: "next", lease: .seconds(60), perRepository: 1)?.id == id)
    }

    @Test func `a drain lets the running job end and begins no other`() async throws {
        let first = try await enqueue("a")
        let second = try await enqueue("b")
        let service = service(handlers: [waiting])
        let drained = Mailbox<Void>()
        try await beside({ await service.run() }) {
            #expect(await started.take()?.id == first)
            try await beside({
                await service.drain()
                drained.send()
            }) {
                goOn.send()
                await drained.take()
            }
            #expect(try await job(first).state == .done)
            #expect(try await job(second).state == .queued)
            #expect(try await job(second).attempt == 0)
        }
    }

    @Test func `a drain of idle workers returns at once`() async throws {
        let service = service(workers: 3, handlers: [waiting])
        await service.drain()
        try await beside({ await service.run() }) {
            try await clock.waitForSleepers(4)
            await service.drain()
        }
    }

    @Test func `no more than so many of one repository run at once, and others are not held up`() async throws {
        let busy = try await enqueue("a1", repository: "acme/a")
        let held = try await enqueue("a2", repository: "acme/a")
        let other = try await enqueue("b1", repository: "acme/b")
        let service = service(workers: 3, perRepository: 1, handlers: [waiting])
        try await beside({ await service.run() }) {
            let running = [await started.take()?.id, await started.take()?.id]
            #expect(Set(running) == [busy, other])
            let waits = try await job(held)
            #expect(waits.state == .queued)
            goOn.send()
            goOn.send()
            #expect(await started.take()?.id == held)
            goOn.send()
            await service.drain()
        }
    }

    @Test func `jobs that nobody here can carry out stay for others`() async throws {
        let foreign = try await enqueue("c", kind: "command", priority: 10)
        let own = try await enqueue("a")
        let service = service(handlers: [waiting])
        try await beside({ await service.run() }) {
            #expect(await started.take()?.id == own)
            goOn.send()
            await service.drain()
            let stays = try await job(foreign)
            #expect(stays.attempt == 0)
        }
    }

    @Test(arguments: [0, 2])
    func `without a handler or a worker nothing is claimed`(_ workers: Int) async throws {
        let id = try await enqueue("a")
        let service = service(workers: workers, handlers: workers == 0 ? [waiting] : [])
        store.failNext(.defect, call: "claim")
        try await beside({ await service.run() }) {
            try await clock.waitForSleepers(1)
            queued.notify()
            clock.advance(by: .seconds(3600))
            try await clock.waitForSleepers(1)
        }
        #expect(try await job(id).attempt == 0)
        #expect(logged.lines.isEmpty)
    }

    @Test func `a store that fails at the claim or the end is logged, and the work goes on`() async throws {
        let first = try await enqueue("a")
        store.failNext(.busy, call: "claim")
        let service = service(handlers: [waiting])
        try await beside({ await service.run() }) {
            try await clock.waitForSleepers(2)
            queued.notify()
            #expect(await started.take()?.id == first)
            store.failNext(.full, call: "end")
            goOn.send()
            let second = try await enqueue("b")
            #expect(await started.take()?.id == second)
            goOn.send()
            await service.drain()
            // Its lease will end, and it will be done again.
            #expect(try await job(first).state == .running)
            #expect(try await job(second).state == .done)
        }
        #expect(logged.lines(.error, part: "worker").count == 2)
    }
}
