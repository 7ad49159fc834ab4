// Promises about leases: whoever holds one may write, whoever lost it may not write anything, and what nobody holds goes round again.
import ForgeCore
import Testing

extension StoreContract {
    static let leaseCases: [Case] = [
        Case("a heartbeat renews the lease from now") { scene in
            let job = try await scene.running(scene.newJob("key"))
            scene.clock.advance(by: .seconds(45))
            #expect(try await scene.store.heartbeat(job.lease, extend: StoreScene.lease) == false)
            #expect(try await scene.job(job.id).leaseUntil == scene.now + StoreScene.lease)
            scene.clock.advance(by: .seconds(45))
            #expect(try await scene.store.reapExpired(backoff: Backoff(), jitter: TestJitter.fixed(0)).isEmpty)
            #expect(try await scene.job(job.id).state == .running)
        },
        Case("a heartbeat tells that cancellation was asked for") { scene in
            let job = try await scene.running(scene.newJob("key"))
            _ = try await scene.store.cancelJob(job.id, by: "alice", scope: .all)
            #expect(try await scene.store.heartbeat(job.lease, extend: StoreScene.lease))
            #expect(try await scene.store.heartbeat(job.lease, extend: StoreScene.lease), "and goes on telling")
        },
        Case("a lease that ran out is its holder's until it is reaped") { scene in
            let job = try await scene.running(scene.newJob("key"))
            scene.clock.advance(by: StoreScene.lease + .seconds(1))
            #expect(try await scene.store.heartbeat(job.lease, extend: StoreScene.lease) == false)
            #expect(try await scene.store.reapExpired(backoff: Backoff(), jitter: TestJitter.fixed(0)).isEmpty)
        },
        Case("a worker that lost its lease writes nothing, neither before nor after the next claim") { scene in
            let job = try await scene.running(scene.newJob("key"))
            let run = try await scene.created(scene.newRun(job: job.id), lease: job.lease)
            _ = try await scene.reaped()
            try await scene.expectFenced(job.lease, run: run)
            let next = try #require(try await scene.claim())
            #expect(next.id == job.id && next.attempt == 2)
            try await scene.expectFenced(job.lease, run: run)
            #expect(try await scene.job(job.id) == next, "the new holder's job is untouched")
            #expect(try await scene.store.heartbeat(next.lease, extend: StoreScene.lease) == false)
        },
        Case("a worker whose job has ended writes nothing more") { scene in
            let endings: [JobEnding] = [
                .finished, .failedForGood(error: "no"), .cancelled, .released, .deferred(because: "no", retryAfter: .zero),
                .failed(error: "no", retryAfter: .zero),
            ]
            for ending in endings {
                let job = try await scene.running(scene.newJob("key-\(ending)"))
                let run = try await scene.created(scene.newRun(job: job.id), lease: job.lease)
                _ = try await scene.store.end(job.lease, ending)
                let ended = try await scene.job(job.id)
                try await scene.expectFenced(job.lease, run: run)
                #expect(try await scene.job(job.id) == ended)
                if ended.state == .queued { _ = try await scene.store.cancelJob(job.id, by: "contract", scope: .all) }
            }
        },
        Case("a lease that was never given is worth nothing") { scene in
            let job = try await scene.running(scene.newJob("key"))
            let run = try await scene.created(scene.newRun(job: job.id), lease: job.lease)
            try await scene.expectFenced(Lease(job: job.id, attempt: job.attempt + 1), run: run)
            try await scene.expectFenced(Lease(job: JobID(999), attempt: 1), run: run)
            #expect(try await scene.job(job.id) == job)
        },
        Case("a lease is good for its own job's runs only") { scene in
            let first = try await scene.running(scene.newJob("a"))
            let second = try await scene.running(scene.newJob("b"))
            let run = try await scene.created(scene.newRun(job: first.id), lease: first.lease)
            try await scene.expectRunFenced(second.lease, run: run)
            await expectRefusal(.leaseLost, "a run under another job's lease") {
                _ = try await scene.created(scene.newRun(job: first.id), lease: second.lease)
            }
        },
        Case("a job whose lease ran out is queued again after a pause that grows") { scene in
            let id = try await scene.running(scene.newJob("key")).id
            let backoff = Backoff(base: .seconds(10), cap: .seconds(100))
            for (failures, pause) in [(1, 5), (2, 10)] {
                scene.clock.advance(by: StoreScene.lease + .seconds(1))
                let reaped = try await scene.store.reapExpired(backoff: backoff, jitter: TestJitter.fixed(0.5))
                let job = try await scene.job(id)
                #expect(reaped == [job] && job.state == .queued && job.failures == failures && job.attempt == failures)
                #expect(job.leaseUntil == nil && job.worker == nil && job.lastError != nil)
                scene.clock.advance(by: .seconds(pause) - .milliseconds(1))
                #expect(try await scene.claim() == nil)
                scene.clock.advance(by: .milliseconds(1))
                #expect(try await scene.claim()?.attempt == failures + 1)
            }
        },
        Case("whoever begins alone takes over what ran, at once the first time and after a pause the next") { scene in
            let id = try await scene.running(scene.newJob("key")).id
            _ = try await scene.queued(scene.newJob("waiting"))
            let backoff = Backoff(base: .seconds(10), cap: .seconds(100))
            let reaped = try await scene.store.reapAll(backoff: backoff, jitter: TestJitter.fixed(0.5))
            #expect(reaped.map(\.id) == [id] && reaped[0].state == .queued && reaped[0].failures == 1 && reaped[0].lastError != nil)
            #expect(try await scene.claim()?.attempt == 2)
            #expect(try await scene.store.reapAll(backoff: backoff, jitter: TestJitter.fixed(0.5)).map(\.failures) == [2])
            #expect(try await scene.claim()?.id != id)
            scene.clock.advance(by: .seconds(5))
            #expect(try await scene.claim()?.attempt == 3)
        },
        Case("only leases that ran out are reaped, and each once") { scene in
            let old = try await scene.running(scene.newJob("old"))
            scene.clock.advance(by: .seconds(30))
            let young = try await scene.running(scene.newJob("young"))
            scene.clock.advance(by: .seconds(31))
            #expect(try await scene.store.reapExpired(backoff: Backoff(), jitter: TestJitter.fixed(1)).map(\.id) == [old.id])
            #expect(try await scene.store.reapExpired(backoff: Backoff(), jitter: TestJitter.fixed(1)).isEmpty)
            #expect(try await scene.job(young.id) == young)
        },
        Case("a job that lost its lease too often is dead") { scene in
            let id = try await scene.running(scene.newJob("key", attemptsMax: 2)).id
            #expect(try await scene.reaped().map(\.state) == [.queued])
            _ = try #require(try await scene.claim())
            #expect(try await scene.reaped().map(\.state) == [.dead])
            #expect(try await scene.job(id).state == .dead)
            #expect(try await scene.job(id).failures == 2)
            #expect(try await scene.journalKinds("job/\(id)") == ["job.queued", "job.lease_lost", "job.dead"])
        },
        Case("a job that was asked to stop and lost its lease is cancelled") { scene in
            let job = try await scene.running(scene.newJob("key"))
            _ = try await scene.store.cancelJob(job.id, by: "alice", scope: .all)
            #expect(try await scene.reaped().map(\.state) == [.cancelled])
            #expect(try await scene.claim() == nil)
        },
        Case("a worker's heartbeat and the reaper race: one of them has the job") { scene in
            var jobs: [Job] = []
            for index in 0..<16 { jobs.append(try await scene.running(scene.newJob("key-\(index)"))) }
            scene.clock.advance(by: StoreScene.lease + .seconds(1))
            let all = jobs
            let renewed = try await atOnce(17) { index -> JobID? in
                guard index < 16 else {
                    _ = try await scene.store.reapExpired(backoff: Backoff(), jitter: TestJitter.fixed(1))
                    return nil
                }
                // Having lost it is one of the two right answers here.
                return (try? await scene.store.heartbeat(all[index].lease, extend: StoreScene.lease)) == nil ? nil : all[index].id
            }
            for job in jobs {
                #expect(try await scene.job(job.id).state == (renewed.contains(job.id) ? .running : .queued))
            }
        },
    ]
}

extension StoreScene {
    /// No write under this lease gets through, and nothing of it is to be seen.
    fileprivate func expectFenced(_ lease: Lease, run: RunID, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        await expectRefusal(.leaseLost, "a heartbeat", sourceLocation: sourceLocation) {
            _ = try await store.heartbeat(lease, extend: Self.lease)
        }
        let endings: [JobEnding] = [
            .finished, .failed(error: "x", retryAfter: .zero), .failedForGood(error: "x"), .released,
            .deferred(because: "x", retryAfter: .zero), .cancelled,
        ]
        for ending in endings {
            await expectRefusal(.leaseLost, "the ending \(ending)", sourceLocation: sourceLocation) {
                _ = try await store.end(lease, ending)
            }
        }
        let key = PullRequestKey(place: Self.shop, number: 1)
        await expectRefusal(.leaseLost, "a change of a pull request", sourceLocation: sourceLocation) {
            _ = try await store.changePullRequest(key, lease: lease) { $0.unaskedPushes = 99 }
        }
        #expect(try await store.pullRequestState(key).unaskedPushes != 99, sourceLocation: sourceLocation)
        await expectRefusal(.leaseLost, "a new run", sourceLocation: sourceLocation) {
            _ = try await created(newRun("fenced", job: lease.job), lease: lease)
        }
        try await expectRunFenced(lease, run: run, sourceLocation: sourceLocation)
        let runs = try await store.runs(RunFilter(), page: PageRequest(), scope: .all).items
        #expect(runs.allSatisfy { $0.new.subject != "fenced" }, sourceLocation: sourceLocation)
    }

    /// No write to this run under this lease gets through, and nothing of it is to be seen.
    fileprivate func expectRunFenced(_ lease: Lease, run id: RunID, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let before = try await run(id)
        let events = try await journal(nil).count
        await expectRefusal(.leaseLost, "a change of state", sourceLocation: sourceLocation) {
            try await store.advanceRun(id, to: .planning, reason: nil, lease: lease)
        }
        await expectRefusal(.leaseLost, "a step", sourceLocation: sourceLocation) {
            _ = try await store.recordStep(step("fenced", run: id), lease: lease)
        }
        await expectRefusal(.leaseLost, "a finding", sourceLocation: sourceLocation) {
            try await store.saveFindings([finding("fenced", run: id)], lease: lease)
        }
        let fenced = artifact("fenced")
        await expectRefusal(.leaseLost, "an artifact", sourceLocation: sourceLocation) {
            try await store.saveArtifact(fenced, run: id, lease: lease)
        }
        #expect(try await run(id) == before, sourceLocation: sourceLocation)
        #expect(try await store.steps(of: id, scope: .all).isEmpty, sourceLocation: sourceLocation)
        #expect(try await store.findings(of: id, scope: .all).isEmpty, sourceLocation: sourceLocation)
        #expect(try await store.artifact(fenced.digest, run: id, scope: .all) == nil, sourceLocation: sourceLocation)
        #expect(try await journal(nil).count == events, sourceLocation: sourceLocation)
    }
}
