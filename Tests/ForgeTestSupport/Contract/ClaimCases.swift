// Promises of `claim`: who is next, who must wait, and that a job goes to one worker.
import ForgeCore
import Testing

extension StoreContract {
    static let claimCases: [Case] = [
        Case("a claim starts a lease with a new attempt") { scene in
            let id = try await scene.queued(scene.newJob("key"))
            scene.clock.advance(by: .seconds(3))
            let job = try #require(try await scene.claim(worker: "worker-7"))
            #expect(job.id == id && job.state == .running && job.attempt == 1 && job.failures == 0 && job.worker == "worker-7")
            #expect(job.leaseUntil == scene.now + StoreScene.lease && job.updatedAt == scene.now)
            #expect(try await scene.job(id) == job)
            #expect(try await scene.claim() == nil, "it is taken")
        },
        Case("an empty queue has nothing to claim") { scene in
            let job = try await scene.claim()
            #expect(job == nil)
        },
        Case("only jobs of the kinds asked for are claimed") { scene in
            let id = try await scene.queued(scene.newJob("key", kind: "remediate"))
            #expect(try await scene.claim(["review"]) == nil)
            #expect(try await scene.claim([]) == nil)
            #expect(try await scene.claim(["review", "remediate"])?.id == id)
        },
        Case("a job is not claimed before its time") { scene in
            let id = try await scene.queued(scene.newJob("key", priority: 10, notBefore: scene.now + .seconds(10)))
            let due = try await scene.queued(scene.newJob("due"))
            #expect(try await scene.claim()?.id == due)
            scene.clock.advance(by: .milliseconds(9_999))
            #expect(try await scene.claim() == nil)
            scene.clock.advance(by: .milliseconds(1))
            #expect(try await scene.claim()?.id == id)
        },
        Case("the highest priority goes first, whichever repository it is from") { scene in
            let low = try await scene.queued(scene.newJob("low", repository: "acme/fresh", priority: -1))
            let normal = try await scene.queued(scene.newJob("normal"))
            let high = try await scene.queued(scene.newJob("high", priority: 10))
            let higher = try await scene.queued(scene.newJob("higher", priority: 11))
            #expect(try await scene.claimAll() == [higher, high, normal, low])
        },
        Case("within a repository the oldest goes first") { scene in
            var ids: [JobID] = []
            for index in 0..<5 { ids.append(try await scene.queued(scene.newJob("key-\(index)"))) }
            #expect(try await scene.claimAll() == ids)
        },
        Case("repositories take turns, also when the clock stands still") { scene in
            for repository in ["acme/a", "acme/a", "acme/a", "acme/a", "acme/b", "acme/b", "acme/c"] {
                _ = try await scene.queued(scene.newJob("\(try await scene.count())", repository: repository))
            }
            var turns: [String] = []
            while let job = try await scene.claim() { turns.append(String(job.new.repository.suffix(1))) }
            #expect(turns == ["a", "b", "c", "a", "b", "a", "a"])
        },
        Case("the turn is remembered when a repository's queue has been empty") { scene in
            let first = try await scene.running(scene.newJob("a1", repository: "acme/a"))
            _ = try await scene.store.end(first.lease, .finished)
            scene.clock.advance(by: .seconds(1))
            let second = try await scene.running(scene.newJob("b1", repository: "acme/b"))
            _ = try await scene.store.end(second.lease, .finished)
            let b = try await scene.queued(scene.newJob("b2", repository: "acme/b"))
            let a = try await scene.queued(scene.newJob("a2", repository: "acme/a"))
            #expect(try await scene.claimAll() == [a, b])
        },
        Case("no more than so many jobs of one repository run, of whatever kind") { scene in
            for key in ["a1", "a2", "a3"] { _ = try await scene.queued(scene.newJob(key, repository: "acme/a", priority: 5)) }
            _ = try await scene.queued(scene.newJob("a4", kind: "command", repository: "acme/a", priority: 9))
            let b = try await scene.queued(scene.newJob("b1", repository: "acme/b"))
            let kinds = ["review", "command"]
            let first = try #require(try await scene.claim(kinds, perRepository: 2))
            #expect(try await scene.claim(kinds, perRepository: 2)?.new.repository == "acme/a")
            #expect(try await scene.claim(kinds, perRepository: 2)?.id == b, "the other repository is not held up")
            #expect(try await scene.claim(kinds, perRepository: 2) == nil)
            _ = try await scene.store.end(first.lease, .finished)
            #expect(try await scene.claim(kinds, perRepository: 2)?.new.repository == "acme/a")
            #expect(try await scene.claim(kinds, perRepository: 2) == nil)
        },
        Case("a subject is worked on by one job at a time, and its next job waits for that one's end") { scene in
            let first = try await scene.running(scene.newJob("a", subject: "pull/7"))
            let next = try await scene.queued(scene.newJob("b", subject: "pull/7", priority: 10))
            #expect(try await scene.job(first.id).isCancelRequested)
            let other = try await scene.queued(scene.newJob("d", kind: "refresh", subject: "pull/7"))
            #expect(try await scene.claim(["review", "refresh"]) == nil, "the first may be writing still")
            let elsewhere = [
                scene.newJob("c", subject: "pull/8"),
                scene.newJob("e", tenant: StoreScene.theirs, subject: "pull/7"),
                scene.newJob("f", repository: "acme/other", subject: "pull/7"), scene.newJob("g"), scene.newJob("h"),
            ]
            for job in elsewhere { _ = try await scene.queued(job) }
            var claimed = 0
            while try await scene.claim(["review", "refresh"]) != nil { claimed += 1 }
            #expect(claimed == elsewhere.count, "only the same tenant, repository and subject wait")
            _ = try await scene.store.end(first.lease, .cancelled)
            let claimedNext = try #require(try await scene.claim(["review", "refresh"]))
            #expect(claimedNext.id == next)
            #expect(try await scene.claim(["review", "refresh"]) == nil)
            _ = try await scene.store.end(claimedNext.lease, .finished)
            #expect(try await scene.claim(["review", "refresh"])?.id == other)
        },
        Case("64 workers that claim at once get 40 jobs between them, no job twice") { scene in
            for index in 0..<40 { _ = try await scene.queued(scene.newJob("key-\(index)", repository: "acme/\(index % 4)")) }
            let claims = try await atOnce(64) { try await scene.claim(worker: "worker-\($0)") }
            #expect(claims.compactMap(\.self).count == 40)
            #expect(Set(claims.compactMap { $0?.id }).count == 40)
        },
        Case("workers that claim at once do not exceed a repository's share") { scene in
            for index in 0..<20 { _ = try await scene.queued(scene.newJob("key-\(index)")) }
            let claims = try await atOnce(32) { _ in try await scene.claim(perRepository: 3) }
            #expect(claims.compactMap(\.self).count == 3)
        },
    ]
}

extension StoreScene {
    /// Claims until there is nothing left.
    fileprivate func claimAll() async throws -> [JobID] {
        var ids: [JobID] = []
        while let job = try await claim() { ids.append(job.id) }
        return ids
    }

    fileprivate func count() async throws -> Int { try await store.jobs(JobFilter(), page: PageRequest(), scope: .all).items.count }
}
