// Promises to the person who watches the queue: cancelling, retrying the dead, listings and depths.
import ForgeCore
import Testing

extension StoreContract {
    static let operatorCases: [Case] = [
        Case("a queued job is cancelled at once and never claimed") { scene in
            let id = try await scene.queued(scene.newJob("key"))
            let cancelled = try #require(try await scene.store.cancelJob(id, by: "alice", scope: .all))
            #expect(cancelled.id == id && cancelled.state == .cancelled)
            #expect(try await scene.job(id) == cancelled)
            #expect(try await scene.claim() == nil)
            let event = try #require(try await scene.journal("job/\(id)").last)
            #expect(event.new.kind == "job.cancelled" && event.new.payload.text.contains("alice"))
        },
        Case("a running job is asked to stop, and its worker ends it") { scene in
            let job = try await scene.running(scene.newJob("key"))
            let asked = try #require(try await scene.store.cancelJob(job.id, by: "alice", scope: .all))
            #expect(asked.state == .running && asked.isCancelRequested && asked.lease == job.lease)
            let event = try #require(try await scene.journal("job/\(job.id)").last)
            #expect(event.new.kind == "job.cancel_asked" && event.new.payload.text.contains("alice"))
            #expect(try await scene.store.end(job.lease, .cancelled) == .cancelled)
        },
        Case("what has ended cannot be cancelled, and what is not there is not seen") { scene in
            #expect(try await scene.store.cancelJob(JobID(999), by: "alice", scope: .all) == nil)
            for ending in [JobEnding.finished, .failedForGood(error: "x"), .cancelled] {
                let job = try await scene.running(scene.newJob("key"))
                _ = try await scene.store.end(job.lease, ending)
                let ended = try await scene.job(job.id)
                await expectRefusal(.refused, "cancelling after \(ending)") {
                    _ = try await scene.store.cancelJob(job.id, by: "alice", scope: .all)
                }
                #expect(try await scene.job(job.id) == ended)
            }
        },
        Case("a dead job goes round again, with its failures back to 0 and its fence kept") { scene in
            let id = try await scene.dead(scene.newJob("key", attemptsMax: 1))
            let old = try await scene.job(id).lease
            let retried = try #require(try await scene.store.retryJob(id, by: "alice", scope: .all))
            #expect(retried.id == id && retried.state == .queued && retried.failures == 0 && !retried.isCancelRequested)
            #expect(try await scene.job(id) == retried)
            let event = try #require(try await scene.journal("job/\(id)").last)
            #expect(event.new.kind == "job.retried" && event.new.payload.text.contains("alice"))
            let claimed = try #require(try await scene.claim())
            #expect(claimed.id == id && claimed.attempt == 2, "an attempt number never comes twice")
            await expectRefusal(.leaseLost, "the dead attempt's heartbeat") {
                _ = try await scene.store.heartbeat(old, extend: StoreScene.lease)
            }
        },
        Case("a retried job is due at once, whatever pause it had") { scene in
            let job = try await scene.running(scene.newJob("key", attemptsMax: 1))
            #expect(try await scene.store.end(job.lease, .failed(error: "x", retryAfter: .seconds(900))) == .dead)
            _ = try await scene.store.retryJob(job.id, by: "alice", scope: .all)
            #expect(try await scene.claim()?.id == job.id)
        },
        Case("only a dead job can be retried") { scene in
            #expect(try await scene.store.retryJob(JobID(999), by: "alice", scope: .all) == nil)
            let job = try await scene.running(scene.newJob("running"))
            var ids = [job.id, try await scene.queued(scene.newJob("queued"))]
            let cancelled = try await scene.queued(scene.newJob("cancelled"))
            _ = try await scene.store.cancelJob(cancelled, by: "alice", scope: .all)
            ids.append(cancelled)
            for id in ids {
                let before = try await scene.job(id)
                await expectRefusal(.refused, "retrying one that is \(before.state)") {
                    _ = try await scene.store.retryJob(id, by: "alice", scope: .all)
                }
                #expect(try await scene.job(id) == before)
            }
            _ = try await scene.store.end(job.lease, .finished)
            await expectRefusal(.refused, "retrying one that is done") {
                _ = try await scene.store.retryJob(job.id, by: "alice", scope: .all)
            }
        },
        Case("a dead job stays dead while its work key is taken") { scene in
            let id = try await scene.dead(scene.newJob("key"))
            let next = try await scene.queued(scene.newJob("key"))
            await expectRefusal(.refused, "retrying while the same work is queued") {
                _ = try await scene.store.retryJob(id, by: "alice", scope: .all)
            }
            #expect(try await scene.job(id).state == .dead)
            #expect(try await scene.job(next).state == .queued)
            _ = try await scene.store.cancelJob(next, by: "alice", scope: .all)
            #expect(try await scene.store.retryJob(id, by: "alice", scope: .all)?.state == .queued)
        },
        Case("a listing of jobs filters by state, kind and repository") { scene in
            let dead = try await scene.dead(scene.newJob("dead", repository: "acme/other"))
            let command = try await scene.queued(scene.newJob("command", kind: "command"))
            let review = try await scene.queued(scene.newJob("review"))
            let list = { (filter: JobFilter) in try await scene.store.jobs(filter, page: PageRequest(), scope: .all).items.map(\.id) }
            #expect(try await list(JobFilter()) == [review, command, dead])
            #expect(try await list(JobFilter(state: .dead)) == [dead])
            #expect(try await list(JobFilter(kind: "command")) == [command])
            #expect(try await list(JobFilter(repository: "acme/shop")) == [review, command])
            #expect(try await list(JobFilter(state: .queued, kind: "review", repository: "acme/shop")) == [review])
            #expect(try await list(JobFilter(state: .done)).isEmpty)
        },
        Case("queue depths say how many of a kind are in a state, and since when the oldest") { scene in
            let start = scene.now
            _ = try await scene.dead(scene.newJob("dead"))
            scene.clock.advance(by: .seconds(1))
            _ = try await scene.running(scene.newJob("running"))
            scene.clock.advance(by: .seconds(1))
            for key in ["a", "b", "c"] {
                _ = try await scene.queued(scene.newJob(key))
                scene.clock.advance(by: .seconds(1))
            }
            _ = try await scene.queued(scene.newJob("d", kind: "command"))
            let depths = try await scene.store.queueDepths()
            let unfinished = Set([
                QueueDepth(kind: "review", state: .dead, count: 1, oldest: start),
                QueueDepth(kind: "review", state: .running, count: 1, oldest: start + .seconds(1)),
                QueueDepth(kind: "review", state: .queued, count: 3, oldest: start + .seconds(2)),
                QueueDepth(kind: "command", state: .queued, count: 1, oldest: start + .seconds(5)),
            ])
            #expect(Set(depths.filter { $0.count > 0 }) == unfinished)
        },
    ]
}
