// Promises of `end`: what becomes of a job, what is counted, and what its journal tells of it afterwards.
import ForgeCore
import Testing

extension StoreContract {
    static let endingCases: [Case] = [
        Case("a finished job is done and nobody's") { scene in
            let job = try await scene.running(scene.newJob("key"))
            scene.clock.advance(by: .seconds(2))
            #expect(try await scene.store.end(job.lease, .finished) == .done)
            let ended = try await scene.job(job.id)
            #expect(ended.state == .done && ended.worker == nil && ended.leaseUntil == nil && ended.updatedAt == scene.now)
            #expect(ended.failures == 0 && ended.attempt == 1)
            #expect(try await scene.journalKinds("job/\(job.id)") == ["job.queued", "job.done"])
        },
        Case("a failed job is queued again after its pause") { scene in
            let job = try await scene.running(scene.newJob("key"))
            #expect(try await scene.store.end(job.lease, .failed(error: "no route", retryAfter: .seconds(10))) == .queued)
            let ended = try await scene.job(job.id)
            #expect(ended.state == .queued && ended.failures == 1 && ended.lastError == "no route" && ended.worker == nil)
            scene.clock.advance(by: .milliseconds(9_999))
            #expect(try await scene.claim() == nil)
            scene.clock.advance(by: .milliseconds(1))
            #expect(try await scene.claim()?.attempt == 2)
        },
        Case("a job that failed too often is dead, and its journal holds its whole history") { scene in
            let id = try await scene.queued(scene.newJob("key", attemptsMax: 3))
            for attempt in 1...3 {
                let job = try #require(try await scene.claim())
                let state = try await scene.store.end(job.lease, .failed(error: "error number \(attempt)", retryAfter: .zero))
                #expect(state == (attempt < 3 ? .queued : .dead))
            }
            let ended = try await scene.job(id)
            #expect(ended.state == .dead && ended.failures == 3 && ended.lastError == "error number 3")
            #expect(try await scene.claim() == nil)
            let history = try await scene.journal("job/\(id)")
            #expect(history.map(\.new.kind) == ["job.queued", "job.failed", "job.failed", "job.dead"])
            for (index, event) in history.dropFirst().enumerated() {
                #expect(event.new.payload.text.contains("error number \(index + 1)"))
            }
        },
        Case("a job that cannot work is dead at once") { scene in
            let job = try await scene.running(scene.newJob("key"))
            #expect(try await scene.store.end(job.lease, .failedForGood(error: "no such branch")) == .dead)
            #expect(try await scene.job(job.id).lastError == "no such branch")
            #expect(try await scene.journalKinds("job/\(job.id)") == ["job.queued", "job.dead"])
        },
        Case("a job given back is due at once, and the attempt does not count against the cap") { scene in
            let id = try await scene.queued(scene.newJob("key", attemptsMax: 2))
            for attempt in 1...5 {
                let job = try #require(try await scene.claim())
                #expect(job.attempt == attempt && job.failures == 0)
                #expect(try await scene.store.end(job.lease, .released) == .queued)
            }
            let job = try #require(try await scene.claim())
            #expect(try await scene.store.end(job.lease, .failed(error: "first", retryAfter: .zero)) == .queued)
            let last = try #require(try await scene.claim())
            #expect(try await scene.store.end(last.lease, .failed(error: "second", retryAfter: .zero)) == .dead)
            #expect(try await scene.job(id).failures == 2)
        },
        Case("a job put off is due after its pause, says why, and no failure is counted") { scene in
            let id = try await scene.queued(scene.newJob("key", attemptsMax: 1))
            for attempt in 1...5 {
                let job = try #require(try await scene.claim())
                #expect(job.attempt == attempt && job.failures == 0)
                let ending = JobEnding.deferred(because: "the lane is full (\(attempt))", retryAfter: .seconds(10))
                #expect(try await scene.store.end(job.lease, ending) == .queued)
                let put = try await scene.job(id)
                #expect(put.state == .queued && put.failures == 0 && put.lastError == "the lane is full (\(attempt))")
                #expect(put.worker == nil && put.leaseUntil == nil && put.new.notBefore == scene.now + .seconds(10))
                scene.clock.advance(by: .milliseconds(9_999))
                #expect(try await scene.claim() == nil)
                scene.clock.advance(by: .milliseconds(1))
            }
            let last = try #require(try await scene.claim())
            #expect(try await scene.store.end(last.lease, .finished) == .done)
            let history = try await scene.journal("job/\(id)")
            #expect(history.map(\.new.kind) == ["job.queued"] + [String](repeating: "job.deferred", count: 5) + ["job.done"])
            #expect(history[1].new.payload.text.contains("the lane is full (1)"))
        },
        Case("after a cancellation was asked for every ending but finished cancels") { scene in
            let endings: [(JobEnding, JobState)] = [
                (.finished, .done), (.failed(error: "x", retryAfter: .zero), .cancelled), (.failedForGood(error: "x"), .cancelled),
                (.released, .cancelled), (.deferred(because: "x", retryAfter: .zero), .cancelled), (.cancelled, .cancelled),
            ]
            for (index, (ending, state)) in endings.enumerated() {
                let job = try await scene.running(scene.newJob("key-\(index)"))
                _ = try await scene.store.cancelJob(job.id, by: "alice", scope: .all)
                #expect(try await scene.store.end(job.lease, ending) == state)
                #expect(try await scene.job(job.id).state == state)
                let last = try await scene.journalKinds("job/\(job.id)").last
                #expect(last == (state == .done ? "job.done" : "job.cancelled"))
            }
        },
        Case("of two endings under one lease one counts") { scene in
            let job = try await scene.running(scene.newJob("key"))
            let answers = try await atOnce(8) { index -> JobState? in
                do {
                    return try await scene.store.end(job.lease, index % 2 == 0 ? .finished : .failedForGood(error: "x"))
                } catch let error as StoreError where error.code == .leaseLost {
                    return nil
                }
            }
            #expect(answers.compactMap(\.self).count == 1)
            #expect(try await scene.job(job.id).state == answers.compactMap(\.self).first)
        },
    ]
}
