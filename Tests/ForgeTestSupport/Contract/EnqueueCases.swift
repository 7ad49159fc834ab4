// Promises of `enqueue`: one unfinished job per work key, and the newest word on a subject is the one that counts.
import ForgeCore
import Testing

extension StoreContract {
    static let enqueueCases: [Case] = [
        Case("a queued job is kept whole and stamped by the store's clock") { scene in
            scene.clock.advance(by: .seconds(5))
            var new = scene.newJob("key", subject: "pull/1", priority: 7, notBefore: scene.now + .seconds(9), attemptsMax: 4)
            new.payload = ["n": 9_007_199_254_740_993, "nested": ["a": [1, nil, "\u{0}"]]]
            let answer = try await scene.store.enqueue(new)
            let expected = Job(id: answer.job, state: .queued, createdAt: scene.now, updatedAt: scene.now, new: new)
            #expect(answer == .created(expected.id))
            #expect(try await scene.job(expected.id) == expected)
        },
        Case("a job with the work key of an unfinished one joins it and changes nothing") { scene in
            let id = try await scene.queued(scene.newJob("key"))
            let before = try await scene.job(id)
            scene.clock.advance(by: .seconds(1))
            #expect(try await scene.store.enqueue(scene.newJob("key", priority: 9)) == .joined(id))
            #expect(try await scene.job(id) == before)
            _ = try await scene.claim()
            #expect(try await scene.store.enqueue(scene.newJob("key")) == .joined(id), "also while it runs")
            #expect(try await scene.journalKinds("job/\(id)") == ["job.queued"])
        },
        Case("a finished job frees its work key, however it ended") { scene in
            for ending in [JobEnding.finished, .failedForGood(error: "no"), .cancelled] {
                let job = try await scene.running(scene.newJob("key"))
                let state = try await scene.store.end(job.lease, ending)
                #expect(state.isFinished)
            }
            _ = try await scene.queued(scene.newJob("key"))
        },
        Case("a work key belongs to its tenant") { scene in
            let ours = try await scene.queued(scene.newJob("key"))
            let theirs = try await scene.queued(scene.newJob("key", tenant: StoreScene.theirs))
            #expect(ours != theirs)
        },
        Case("of 64 jobs with one work key queued at once exactly one is created") { scene in
            let answers = try await atOnce(64) { _ in try await scene.store.enqueue(scene.newJob("key")) }
            #expect(Set(answers.map(\.job)).count == 1)
            #expect(answers.filter { $0 == .created($0.job) }.count == 1)
        },
        Case("a newer job on a subject cancels the queued one and asks the running one to stop") { scene in
            let running = try await scene.running(scene.newJob("head-1", subject: "pull/1"))
            let second = try await scene.queued(scene.newJob("head-2", subject: "pull/1"))
            #expect(try await scene.job(running.id).isCancelRequested)
            #expect(try await scene.job(running.id).state == .running)
            let third = try await scene.queued(scene.newJob("head-3", subject: "pull/1"))
            #expect(try await scene.job(second).state == .cancelled)
            #expect(try await scene.job(third).state == .queued)
            #expect(try await scene.job(third).isCancelRequested == false)
            #expect(try await scene.journalKinds("job/\(second)") == ["job.queued", "job.cancelled"])
            #expect(try await scene.journalKinds("job/\(running.id)").contains("job.cancel_asked"))
        },
        Case("a newer job leaves other tenants, kinds, repositories and subjects alone, and jobs without a subject") { scene in
            let others = [
                try await scene.queued(scene.newJob("a", subject: "pull/2")),
                try await scene.queued(scene.newJob("b", kind: "command", subject: "pull/1")),
                try await scene.queued(scene.newJob("c", repository: "acme/other", subject: "pull/1")),
                try await scene.queued(scene.newJob("d", tenant: StoreScene.theirs, subject: "pull/1")),
                try await scene.queued(scene.newJob("e")),
            ]
            _ = try await scene.queued(scene.newJob("new", subject: "pull/1"))
            _ = try await scene.queued(scene.newJob("newer"))
            for id in others { #expect(try await scene.job(id).state == .queued) }
        },
        Case("a job that joins ends nothing") { scene in
            let first = try await scene.queued(scene.newJob("same", subject: "pull/1"))
            #expect(try await scene.store.enqueue(scene.newJob("same", subject: "pull/1")) == .joined(first))
            #expect(try await scene.job(first).state == .queued)
        },
    ]
}
