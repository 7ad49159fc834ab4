// Promises of `sweep`, `probe` and `close`: what is old goes, what is owed stays, and the journal still hangs together.
import ForgeCore
import Testing

extension StoreContract {
    private static let day = Duration.seconds(86_400)

    static let sweepCases: [Case] = [
        Case("an empty store has nothing to sweep") { (scene) async throws in
            #expect(try await scene.store.sweep(Retention(), limit: 10) == Swept())
        },
        Case("old bodies are dropped, young ones and those of pending deliveries never") { scene in
            let old = try await scene.settled("old")
            let pending = try await scene.accepted("pending")
            scene.clock.advance(by: day * 29)
            let young = try await scene.settled("young")
            #expect(try await scene.store.sweep(Retention(), limit: 100) == Swept())
            scene.clock.advance(by: day * 2)
            #expect(try await scene.store.sweep(Retention(), limit: 100) == Swept(bodies: 1))
            let swept = try await scene.delivery(old)
            #expect(swept.body == nil && swept.bodyBytes == 2 && swept.state == .done && swept.headers.count == 1)
            #expect(try await scene.delivery(pending).body == Array("{}".utf8))
            #expect(try await scene.delivery(young).body == Array("{}".utf8))
            #expect(try await scene.store.sweep(Retention(), limit: 100) == Swept(), "once")
        },
        Case("old deliveries go as a whole, pending ones never") { scene in
            let old = try await scene.settled("old", .failed)
            let pending = try await scene.accepted("pending")
            scene.clock.advance(by: day * 91)
            let young = try await scene.settled("young")
            let swept = try await scene.store.sweep(Retention(audit: day * 1000), limit: 100)
            #expect(swept.deliveries == 1 && swept.journalEvents == 0 && !swept.isUnfinished)
            #expect(try await scene.store.delivery(old, scope: .all) == nil)
            #expect(try await scene.delivery(pending).body != nil)
            #expect(try await scene.delivery(young).body != nil)
            #expect(try await scene.store.accept(scene.newDelivery("old")).kind == .new, "its key is free again")
        },
        Case("a number is never given twice, not even when the newest delivery was swept") { scene in
            let first = try await scene.settled("first")
            let second = try await scene.settled("second")
            scene.clock.advance(by: day * 91)
            #expect(try await scene.store.sweep(Retention(), limit: 100).deliveries == 2)
            let third = try await scene.settled("third")
            #expect(first < second && second < third)
            scene.clock.advance(by: day * 91)
            #expect(try await scene.store.sweep(Retention(), limit: 100).deliveries == 1)
            #expect(try await scene.accepted("fourth") > third)
        },
        Case("a settled ticket and its job outlive the delivery that brought them") { scene in
            let id = try await scene.settled("old", tickets: [TicketWork(scene.draft("a"), job: scene.newJob("fix/"))])
            let stored = try await scene.delivery(id)
            scene.clock.advance(by: day * 91)
            _ = try await scene.store.sweep(Retention(), limit: 100)
            #expect(try await scene.store.delivery(id, scope: .all) == nil)
            #expect(try await scene.ticket(try #require(stored.ticket)).joined == 1)
            #expect(try await scene.job(try #require(stored.job)).state == .queued)
        },
        Case("old journal events go, and every chain still verifies and goes on where it was") { scene in
            for index in 0..<6 { _ = try await scene.store.append(NewJournalEvent(stream: "s\(index % 2)", kind: "old")) }
            scene.clock.advance(by: day * 91)
            let kept = [
                try await scene.store.append(NewJournalEvent(stream: "s0", kind: "young")),
                try await scene.store.append(NewJournalEvent(stream: "s0", kind: "young")),
            ]
            let last = try #require(try await scene.journal("s1").last)
            let swept = try await scene.store.sweep(Retention(), limit: 100)
            #expect(swept.journalEvents > 0 && !swept.isUnfinished)
            #expect(try await scene.journal("s0") == kept)
            #expect(try await scene.store.verifyJournal(stream: nil).firstBreak == nil)
            #expect(try await scene.store.verifyJournal(stream: "s0").firstBreak == nil)
            let next = try await scene.store.append(NewJournalEvent(stream: "s0", kind: "next"))
            #expect(next.sequence == 6 && next.previousHash == kept[1].hash)
            let revived = try await scene.store.append(NewJournalEvent(stream: "s1", kind: "next"))
            #expect(revived.sequence == 4 && revived.previousHash == last.hash, "also a stream of which nothing young was left")
            #expect(revived.id > next.id && next.id > kept[1].id)
            #expect(try await scene.store.verifyJournal(stream: nil).firstBreak == nil)
            try scene.expectChain(try await scene.journal("s0"))
        },
        Case("a chain holds through sweep after sweep") { scene in
            for round in 0..<6 {
                for index in 0..<5 { _ = try await scene.store.append(NewJournalEvent(stream: "s", kind: "\(round)-\(index)")) }
                scene.clock.advance(by: day * 40)
                _ = try await scene.store.sweep(Retention(), limit: 3)
                #expect(try await scene.store.verifyJournal(stream: nil).firstBreak == nil)
            }
            let events = try await scene.journal("s")
            #expect(events.last?.sequence == 30 && events.first?.sequence != 1)
            try scene.expectChain(events)
        },
        Case("kept answers are dropped after their time, and the key is free again") { scene in
            let answer = KeptAnswer(status: 200, body: [1], requestDigest: "r")
            _ = try await scene.store.keepAnswer(owner: "o", key: "k", answer)
            scene.clock.advance(by: .seconds(86_000))
            #expect(try await scene.store.sweep(Retention(), limit: 10).keptAnswers == 0)
            #expect(try await scene.store.keptAnswer(owner: "o", key: "k") == answer)
            scene.clock.advance(by: .seconds(401))
            #expect(try await scene.store.sweep(Retention(), limit: 10).keptAnswers == 1)
            #expect(try await scene.store.keptAnswer(owner: "o", key: "k") == nil)
        },
        Case("a sweep drops so many bodies at a time and says when there are more") { scene in
            for index in 0..<5 { try await scene.settled("key-\(index)") }
            scene.clock.advance(by: day * 31)
            try await scene.expectParts(Retention(), [2, 2, 1], \.bodies)
        },
        Case("a sweep drops so many deliveries at a time and says when there are more") { scene in
            for index in 0..<5 { try await scene.settled("key-\(index)") }
            scene.clock.advance(by: day * 91)
            try await scene.expectParts(Retention(deliveryBodies: day * 1000, audit: day * 1000), [2, 2, 1], \.deliveries)
        },
        Case("a sweep drops so many journal events at a time and says when there are more") { scene in
            for index in 0..<5 { _ = try await scene.store.append(NewJournalEvent(stream: "s", kind: "\(index)")) }
            scene.clock.advance(by: day * 91)
            try await scene.expectParts(Retention(), [2, 2, 1], \.journalEvents)
        },
        Case("a sweep drops so many kept answers at a time and says when there are more") { scene in
            for index in 0..<5 {
                _ = try await scene.store.keepAnswer(owner: "o", key: "\(index)", KeptAnswer(status: 200, body: [], requestDigest: "r"))
            }
            scene.clock.advance(by: day * 2)
            try await scene.expectParts(Retention(), [2, 2, 1], \.keptAnswers)
        },
        Case("runs that ended long ago go with all they left behind, and then their jobs; what is unfinished stays") { scene in
            let done = try await scene.running(scene.newJob("done"))
            let run = try await scene.created(scene.newRun(job: done.id), lease: done.lease)
            let artifact = scene.artifact("log")
            _ = try await scene.store.recordStep(scene.step("one", run: run), lease: done.lease)
            try await scene.store.saveFindings([scene.finding("f", run: run)], lease: done.lease)
            try await scene.store.saveArtifact(artifact, run: run, lease: done.lease)
            _ = try await scene.store.saveApproval(
                Approval(run: run, digest: "d", decision: "approve", by: "alice", expiresAt: scene.now + day * 1000))
            _ = try await scene.store.end(done.lease, .finished)
            let waiting = try await scene.created(scene.newRun())
            let queued = try await scene.queued(scene.newJob("queued"))
            scene.clock.advance(by: day * 50)
            try await scene.store.advanceRun(run, to: .done, reason: nil, lease: nil)
            scene.clock.advance(by: day * 50)
            let early = try await scene.store.sweep(Retention(), limit: 10)
            #expect(early.runs == 0 && early.jobs == 0, "the run ended fifty days ago, and its job stays as long")
            scene.clock.advance(by: day * 41)
            let swept = try await scene.store.sweep(Retention(), limit: 10)
            #expect(swept.runs == 1 && swept.jobs == 1 && !swept.isUnfinished)
            #expect(try await scene.store.run(run, scope: .all) == nil)
            #expect(try await scene.store.steps(of: run, scope: .all).isEmpty)
            #expect(try await scene.store.findings(of: run, scope: .all).isEmpty)
            #expect(try await scene.store.artifact(artifact.digest, run: run, scope: .all) == nil)
            #expect(try await scene.store.artifacts(of: run, scope: .all).isEmpty)
            #expect(try await scene.store.useApproval(run: run, digest: "d") == nil)
            #expect(try await scene.store.job(done.id, scope: .all) == nil)
            #expect(try await scene.run(waiting).state == .queued)
            #expect(try await scene.job(queued).state == .queued)
            #expect(try await scene.created(scene.newRun()) > waiting, "and no number is given twice")
        },
        Case("a sweep drops so many runs at a time and says when there are more") { scene in
            for _ in 0..<5 {
                let run = try await scene.created(scene.newRun())
                try await scene.store.advanceRun(run, to: .done, reason: nil, lease: nil)
            }
            scene.clock.advance(by: day * 91)
            try await scene.expectParts(Retention(audit: day * 1000), [2, 2, 1], \.runs)
        },
        Case("a sweep drops so many jobs at a time and says when there are more") { scene in
            for index in 0..<5 {
                let job = try await scene.running(scene.newJob("key-\(index)"))
                _ = try await scene.store.end(job.lease, index % 2 == 0 ? .finished : .failedForGood(error: "no"))
            }
            scene.clock.advance(by: day * 91)
            try await scene.expectParts(Retention(audit: day * 1000), [2, 2, 1], \.jobs)
        },
        Case("a probe writes for real and leaves nothing to see") { scene in
            try await scene.store.probe()
            try await scene.store.probe()
            #expect(try await scene.journal(nil).isEmpty)
            #expect(try await scene.store.deliveryCounts().values.allSatisfy { $0.values.allSatisfy { $0 == 0 } })
        },
        Case("a closed store answers nothing, and closing twice is closing once") { scene in
            try await scene.accepted("key")
            await scene.store.close()
            await scene.store.close()
            await expectRefusal(.closed, "accepting") { try await scene.accepted("key-2") }
            await expectRefusal(.closed, "reading") { _ = try await scene.store.deliveryCounts() }
            await expectRefusal(.closed, "claiming") { _ = try await scene.claim() }
            await expectRefusal(.closed, "probing") { try await scene.store.probe() }
        },
    ]
}

extension StoreScene {
    /// Sweeping two rows at a time takes these parts, each but the last saying that there is more, and then finds nothing.
    fileprivate func expectParts(
        _ retention: Retention, _ parts: [Int], _ kind: KeyPath<Swept, Int>, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for (index, part) in parts.enumerated() {
            let swept = try await store.sweep(retention, limit: 2)
            #expect(swept[keyPath: kind] == part, sourceLocation: sourceLocation)
            #expect(swept.isUnfinished == (index < parts.count - 1), sourceLocation: sourceLocation)
        }
        #expect(try await store.sweep(retention, limit: 2) == Swept(), sourceLocation: sourceLocation)
    }
}
