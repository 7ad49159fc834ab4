// Promises held over random sequences: the queue against its model, tickets against theirs, and many workers at once. The seed is in
// the name, so that what failed once fails again.
import ForgeCore
import Synchronization
import Testing

extension StoreContract {
    static let propertyCases: [Case] =
        (0..<24).map { seed in
            Case("any sequence of queue operations keeps to the model, seed \(seed)") { scene in
                var walk = QueueWalk(scene: scene, seed: UInt64(seed))
                for _ in 0..<120 { try await walk.step() }
            }
        }
        + (0..<8).map { seed in
            Case("any sequence of arrivals, outcomes and replays keeps every delivery once, seed \(seed)") { scene in
                var walk = DeliveryWalk(scene: scene, seed: UInt64(seed))
                for _ in 0..<80 { try await walk.step() }
            }
        }
        + (0..<8).map { seed in
            Case("any sequence of drafts joins and opens as the model does, seed \(seed)") { scene in
                try await scene.walkTickets(seed: UInt64(seed))
            }
        }
        + (0..<4).map { seed in
            Case("many workers at once end every job once and never hold one together, seed \(seed)") { scene in
                try await scene.drainAtOnce(seed: UInt64(seed))
            }
        }
}

/// One random walk through the queue's operations.
private struct QueueWalk {
    private static let perRepository = 2
    private static let kinds = ["review", "command"]

    let scene: StoreScene
    private var random: SeededRandom
    private var model = QueueModel()

    init(scene: StoreScene, seed: UInt64) {
        self.scene = scene
        random = SeededRandom(seed: seed)
    }

    mutating func step() async throws {
        switch Int.random(in: 0..<22, using: &random) {
        case 0..<6: try await enqueue()
        case 6..<11: try await claim()
        case 11..<14: try await end()
        case 14: try await heartbeat()
        case 15, 19, 20: try await tryLostLease()
        case 16: scene.clock.advance(by: .milliseconds(Int.random(in: 1...30_000, using: &random)))
        case 17: try await reap()
        case 18: try await cancel()
        default: try await retry()
        }
        try await observe()
    }

    private mutating func observe() async throws {
        var all: [Job] = []
        var request = PageRequest(limit: PageRequest.limitMax)
        repeat {
            let page = try await scene.store.jobs(JobFilter(), page: request, scope: .all)
            all += page.items
            request.before = page.next
        } while request.before != nil
        model.observe(all, perRepository: Self.perRepository)
    }

    private mutating func enqueue() async throws {
        let number = Int.random(in: 0..<12, using: &random)
        let notBefore = Bool.random(using: &random) ? nil : scene.now + .milliseconds(Int.random(in: 0..<20_000, using: &random))
        let job = scene.newJob(
            "key-\(number)", kind: Self.kinds[number % 2], repository: "acme/\(number % 3)", subject: number < 4 ? "pull/1" : nil,
            priority: Int.random(in: 0...2, using: &random), notBefore: notBefore, attemptsMax: 2)
        let holder = model.jobs.values.first { $0.new.workKey == job.workKey && !$0.state.isFinished }
        let answer = try await scene.store.enqueue(job)
        #expect(answer == holder.map { .joined($0.id) } ?? .created(answer.job))
        if holder == nil { model.added(answer.job, try await scene.job(answer.job)) }
    }

    private mutating func claim() async throws {
        let kinds = Int.random(in: 0..<3, using: &random) == 0 ? ["command"] : Self.kinds
        let expected = model.expectedClaim(kinds: kinds, perRepository: Self.perRepository, now: scene.now)
        let claimed = try await scene.claim(kinds, perRepository: Self.perRepository)
        #expect(claimed?.id == expected)
        guard let claimed else { return }
        #expect(claimed.attempt == (model.jobs[claimed.id]?.attempt ?? 0) + 1)
        model.claimed(claimed)
    }

    private mutating func end() async throws {
        guard let job = model.running.randomElement(using: &random) else { return }
        let pause = Duration.milliseconds(Int.random(in: 0..<10_000, using: &random))
        let endings: [(JobEnding, JobInput)] = [
            (.finished, .finished), (.failed(error: "x", retryAfter: pause), .failed), (.failedForGood(error: "x"), .failedForGood),
            (.released, .released), (.deferred(because: "x", retryAfter: pause), .deferred), (.cancelled, .cancelled),
        ]
        let (ending, input) = endings[Int.random(in: 0..<endings.count, using: &random)]
        let outcome = job.state.after(
            input, failures: job.failures, attemptsMax: job.new.attemptsMax, isCancelRequested: job.isCancelRequested)
        let state = try await scene.store.end(job.lease, ending)
        #expect(outcome == .become(state) || (outcome == .requeue && state == .queued))
    }

    private mutating func heartbeat() async throws {
        guard let job = model.running.randomElement(using: &random) else { return }
        #expect(try await scene.store.heartbeat(job.lease, extend: StoreScene.lease) == job.isCancelRequested)
    }

    private mutating func tryLostLease() async throws {
        // One whose job runs under another attempt by now is the one that could do harm.
        let harmful = model.lostLeases.filter { model.jobs[$0.job]?.state == .running }
        guard let lease = (harmful.isEmpty ? model.lostLeases : harmful).randomElement(using: &random) else { return }
        await expectRefusal(.leaseLost, "an ending under a lost lease") { _ = try await scene.store.end(lease, .finished) }
        await expectRefusal(.leaseLost, "a heartbeat under a lost lease") {
            _ = try await scene.store.heartbeat(lease, extend: StoreScene.lease)
        }
    }

    private mutating func reap() async throws {
        let expected = model.running.filter { ($0.leaseUntil ?? scene.now) <= scene.now }.map(\.id)
        let reaped = try await scene.store.reapExpired(backoff: Backoff(), jitter: TestJitter.fixed(0.5))
        #expect(reaped.map(\.id).sorted() == expected)
    }

    private mutating func cancel() async throws {
        guard let job = model.jobs.values.sorted(by: { $0.id < $1.id }).randomElement(using: &random) else { return }
        if job.state.isFinished {
            await expectRefusal(.refused, "cancelling what has ended") {
                _ = try await scene.store.cancelJob(job.id, by: "walk", scope: .all)
            }
        } else {
            let cancelled = try await scene.store.cancelJob(job.id, by: "walk", scope: .all)
            #expect(cancelled?.state == (job.state == .queued ? .cancelled : .running))
        }
    }

    private mutating func retry() async throws {
        guard let job = model.dead.randomElement(using: &random) else { return }
        if model.jobs.values.contains(where: { $0.new.workKey == job.new.workKey && !$0.state.isFinished }) {
            await expectRefusal(.refused, "retrying while the key is taken") {
                _ = try await scene.store.retryJob(job.id, by: "walk", scope: .all)
            }
        } else {
            #expect(try await scene.store.retryJob(job.id, by: "walk", scope: .all)?.state == .queued)
        }
    }
}

extension StoreScene {
    fileprivate func walkTickets(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        var model: [Ticket] = []
        for _ in 0..<80 {
            let tenant = Bool.random(using: &random) ? Self.ours : Self.theirs
            let new = draft(
                "issue-\(Int.random(in: 0..<5, using: &random))",
                repository: ["acme/a", "acme/b", nil].randomElement(using: &random) ?? nil,
                fingerprint: "print-\(Int.random(in: 0..<3, using: &random))", joins: Bool.random(using: &random))
            let unfinished = model.filter { $0.tenant == tenant && ($0.state == .open || $0.state == .working) }
            let same = unfinished.first { $0.draft.identity == new.identity }
            let alike = unfinished.first {
                new.joinsByFingerprint && new.repository != nil && $0.draft.repository == new.repository
                    && $0.draft.fingerprint == new.fingerprint
            }
            let answer = try await opened(new, tenant: tenant)
            #expect(answer == OpenedTicket(id: (same ?? alike)?.id ?? answer.id, isNew: same == nil && alike == nil))
            let after = try await ticket(answer.id)
            #expect(after.joined == (model.first { $0.id == answer.id }?.joined ?? 0) + 1)
            if let index = model.firstIndex(where: { $0.id == answer.id }) { model[index] = after } else { model.append(after) }
            if Int.random(in: 0..<5, using: &random) == 0, let index = model.indices.randomElement(using: &random) {
                let open = model[index].state == .open
                guard open else { continue }
                let state = [TicketState.working, .resolved, .closed].randomElement(using: &random) ?? .closed
                model[index] = try #require(try await store.setTicketState(model[index].id, state, by: "walk", scope: .all))
            }
        }
    }

    /// Eight workers against one queue. What they do is random by seed; who is first is not, and must not matter.
    fileprivate func drainAtOnce(seed: UInt64) async throws {
        let total = 60
        for index in 0..<total { _ = try await queued(newJob("key-\(index)", repository: "acme/\(index % 3)", attemptsMax: 1000)) }
        let held = Mutex<[JobID: Int]>([:])
        let finished = Mutex<[JobID: Int]>([:])
        let reached = try await atOnce(8) { worker -> Int in
            var random = SeededRandom(seed: seed &* 8 &+ UInt64(worker))
            var most = 0
            var idle = 0
            while idle < 200, finished.withLock({ $0.count }) < total {
                guard let job = try await claim(worker: "worker-\(worker)", perRepository: 2) else {
                    idle += 1
                    await Task.yield()
                    continue
                }
                idle = 0
                most = max(
                    most,
                    held.withLock {
                        $0[job.id, default: 0] += 1; return $0[job.id] ?? 0
                    })
                _ = try await store.heartbeat(job.lease, extend: Self.lease)
                let isDone = Int.random(in: 0..<3, using: &random) > 0
                held.withLock { $0[job.id, default: 0] -= 1 }
                let ending: JobEnding =
                    isDone ? .finished : Bool.random(using: &random) ? .released : .failed(error: "x", retryAfter: .zero)
                _ = try await store.end(job.lease, ending)
                if isDone { finished.withLock { $0[job.id, default: 0] += 1 } }
            }
            return most
        }
        #expect(reached.max() == 1, "nobody holds a job together with another")
        #expect(finished.withLock { $0.count } == total)
        #expect(finished.withLock { $0.values.allSatisfy { $0 == 1 } }, "each is done once")
        #expect(try await store.queueDepths().filter { $0.state != .done && $0.count > 0 }.isEmpty)
    }
}
