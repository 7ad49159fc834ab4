// The promise of every method with a scope: another tenant's row is not seen, not changed, and not told apart from one that is not there.
import ForgeCore
import Testing

extension StoreContract {
    private static let theirs = TenantScope.only(StoreScene.theirs)
    private static let own = TenantScope.only(StoreScene.ours)

    static let tenancyCases: [Case] = [
        Case("another tenant's delivery is not seen, listed or replayed") { scene in
            let id = try await scene.settled("key")
            #expect(try await scene.store.delivery(id, scope: theirs) == nil)
            #expect(try await scene.store.delivery(id, scope: .only(.local)) == nil)
            #expect(try await scene.store.deliveries(DeliveryFilter(), page: PageRequest(), scope: theirs).items.isEmpty)
            #expect(
                try await scene.store.deliveries(DeliveryFilter(repository: "acme/shop"), page: PageRequest(), scope: theirs).items.isEmpty)
            let before = try await scene.journal(nil).count
            #expect(try await scene.store.replay(id, by: "mallory", scope: theirs) == nil)
            #expect(try await scene.delivery(id).state == .done)
            #expect(try await scene.journal(nil).count == before)
            #expect(try await scene.store.delivery(id, scope: own)?.body != nil)
            #expect(try await scene.store.deliveries(DeliveryFilter(), page: PageRequest(), scope: own).items.map(\.id) == [id])
            #expect(try await scene.store.replay(id, by: "alice", scope: own)?.state == .pending)
        },
        Case("a delivery that has no tenant yet is the operator's only") { scene in
            let id = try await scene.accepted("key")
            for scope in [own, theirs, .only(.local)] {
                #expect(try await scene.store.delivery(id, scope: scope) == nil)
                #expect(try await scene.store.deliveries(DeliveryFilter(), page: PageRequest(), scope: scope).items.isEmpty)
                #expect(try await scene.store.replay(id, by: "mallory", scope: scope) == nil)
            }
            #expect(try await scene.store.delivery(id, scope: .all) != nil)
        },
        Case("refusals are the operator's only") { scene in
            let refusal = Refusal(source: .github, code: "c", reason: "r", remoteAddress: "127.0.0.1", bodyBytes: 0, at: scene.now)
            try await scene.store.recordRefusals([refusal], keep: 10)
            for scope in [own, theirs, .only(.local)] {
                let page = try await scene.store.refusals(page: PageRequest(), scope: scope)
                #expect(page.items.isEmpty && page.next == nil)
            }
            #expect(try await scene.store.refusals(page: PageRequest(), scope: .all).items == [refusal])
        },
        Case("another tenant's ticket is not seen, listed or changed") { scene in
            let id = try await scene.opened(scene.draft("a")).id
            let before = try await scene.ticket(id)
            #expect(try await scene.store.ticket(id, scope: theirs) == nil)
            #expect(try await scene.store.tickets(TicketFilter(), page: PageRequest(), scope: theirs).items.isEmpty)
            #expect(try await scene.store.setTicketState(id, .closed, by: "mallory", scope: theirs) == nil)
            #expect(try await scene.ticket(id) == before)
            #expect(try await scene.journalKinds("ticket/\(id)") == ["ticket.opened"])
            #expect(try await scene.store.ticket(id, scope: own) == before)
            #expect(try await scene.store.tickets(TicketFilter(), page: PageRequest(), scope: own).items == [before])
            #expect(try await scene.store.setTicketState(id, .closed, by: "alice", scope: own)?.state == .closed)
        },
        Case("another tenant's job is not seen, listed, cancelled or retried") { scene in
            let dead = try await scene.dead(scene.newJob("dead"))
            let queued = try await scene.queued(scene.newJob("queued"))
            let before = [try await scene.job(dead), try await scene.job(queued)]
            let events = try await scene.journal(nil).count
            for id in [dead, queued] {
                #expect(try await scene.store.job(id, scope: theirs) == nil)
                #expect(try await scene.store.cancelJob(id, by: "mallory", scope: theirs) == nil, "not even that it has ended")
                #expect(try await scene.store.retryJob(id, by: "mallory", scope: theirs) == nil, "not even that it is not dead")
            }
            #expect(try await scene.store.jobs(JobFilter(), page: PageRequest(), scope: theirs).items.isEmpty)
            #expect([try await scene.job(dead), try await scene.job(queued)] == before)
            #expect(try await scene.journal(nil).count == events)
            #expect(try await scene.store.job(dead, scope: own) == before[0])
            #expect(try await scene.store.jobs(JobFilter(), page: PageRequest(), scope: own).items.map(\.id) == [queued, dead])
            #expect(try await scene.store.retryJob(dead, by: "alice", scope: own)?.state == .queued)
            #expect(try await scene.store.cancelJob(queued, by: "alice", scope: own)?.state == .cancelled)
        },
        Case("another tenant's run is not seen or listed, nor its steps, findings and artifacts") { scene in
            let id = try await scene.created(scene.newRun())
            let step = try await scene.store.recordStep(scene.step("s", run: id), lease: nil)
            try await scene.store.saveFindings([scene.finding("f", run: id)], lease: nil)
            let artifact = scene.artifact("log")
            try await scene.store.saveArtifact(artifact, run: id, lease: nil)
            #expect(try await scene.store.run(id, scope: theirs) == nil)
            #expect(try await scene.store.runs(RunFilter(), page: PageRequest(), scope: theirs).items.isEmpty)
            #expect(try await scene.store.steps(of: id, scope: theirs).isEmpty)
            #expect(try await scene.store.findings(of: id, scope: theirs).isEmpty)
            #expect(try await scene.store.artifact(artifact.digest, run: id, scope: theirs) == nil)
            #expect(try await scene.store.artifacts(of: id, scope: theirs).isEmpty)
            #expect(try await scene.store.run(id, scope: own)?.id == id)
            #expect(try await scene.store.runs(RunFilter(), page: PageRequest(), scope: own).items.map(\.id) == [id])
            #expect(try await scene.store.steps(of: id, scope: own) == [step])
            #expect(try await scene.store.findings(of: id, scope: own) == [scene.finding("f", run: id)])
            #expect(try await scene.store.artifact(artifact.digest, run: id, scope: own) == artifact)
            #expect(try await scene.store.artifacts(of: id, scope: own) == [ArtifactSummary(artifact)])
        },
        Case("another tenant's artifact is not reached through a run of one's own") { scene in
            let ours = try await scene.created(scene.newRun())
            let other = try await scene.created(scene.newRun(tenant: StoreScene.theirs))
            let artifact = scene.artifact("secret log")
            try await scene.store.saveArtifact(artifact, run: ours, lease: nil)
            #expect(try await scene.store.artifact(artifact.digest, run: other, scope: theirs) == nil)
        },
        Case("another tenant's journal is not read, whether by stream or as a whole") { scene in
            let ours = try await scene.store.append(NewJournalEvent(stream: "shared", tenant: StoreScene.ours, kind: "ours"))
            let others = try await scene.store.append(NewJournalEvent(stream: "shared", tenant: StoreScene.theirs, kind: "theirs"))
            _ = try await scene.store.append(NewJournalEvent(stream: "shared", kind: "nobody's"))
            for stream in [nil, "shared"] {
                #expect(try await scene.journal(stream, scope: own) == [ours])
                #expect(try await scene.journal(stream, scope: theirs) == [others])
                #expect(try await scene.journal(stream, scope: .only(.local)).isEmpty)
                #expect(try await scene.journal(stream).count == 3)
            }
            #expect(
                try await scene.store.journal(after: nil, stream: nil, limit: 1, scope: theirs) == [others], "the limit counts what is seen"
            )
        },
        Case("everything that happens to one tenant leaves nothing for another to see") { scene in
            try await scene.settled("key", tickets: [TicketWork(scene.draft("a"), job: scene.newJob("fix/", kind: "remediate"))])
            let job = try #require(try await scene.claim(["remediate"]))
            let run = try await scene.created(scene.newRun(job: job.id), lease: job.lease)
            try await scene.store.advanceRun(run, to: .done, reason: nil, lease: job.lease)
            _ = try await scene.store.cancelJob(job.id, by: "alice", scope: own)
            _ = try await scene.store.end(job.lease, .released)
            let id = try #require(try await scene.store.deliveries(DeliveryFilter(), page: PageRequest(), scope: own).items.first?.id)
            _ = try await scene.store.replay(id, by: "alice", scope: own)
            #expect(try await scene.journal(nil, scope: theirs).isEmpty)
            let all = try await scene.journal(nil)
            #expect(try await scene.journal(nil, scope: own) == all)
            #expect(all.count == 8)
        },
    ]
}
