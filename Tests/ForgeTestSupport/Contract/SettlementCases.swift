// Promises of `settle`: the outcome, its tickets and its jobs are written together, once; and whose they are.
import ForgeCore
import Testing

extension StoreContract {
    static let settlementCases: [Case] = [
        Case("a settlement is seen on its delivery") { scene in
            let id = try await scene.accepted("key")
            let settlement = Settlement(
                state: .ignored, reason: "nothing to do", event: "push", intent: "nothing", tenant: tenant, repository: "acme/shop")
            #expect(try await scene.store.settle(id, settlement) == Settled())
            let stored = try await scene.delivery(id)
            #expect(stored.state == .ignored && stored.reason == "nothing to do" && stored.event == "push" && stored.intent == "nothing")
            #expect(stored.tenant == tenant && stored.repository == "acme/shop" && stored.ticket == nil && stored.job == nil)
            #expect(try await scene.store.pendingDeliveries(after: nil, limit: 10).isEmpty)
        },
        Case("a settlement opens its tickets and queues their jobs in one go") { scene in
            let id = try await scene.accepted("key")
            let work = TicketWork(scene.draft("issue-1"), job: scene.newJob("fix/", kind: "remediate", tenant: .local, repository: "-"))
            let settlement = Settlement(state: .done, reason: "one ticket", tenant: tenant, repository: "acme/shop", tickets: [work])
            let settled = try #require(try await scene.store.settle(id, settlement))
            #expect(settled.tickets.map(\.isNew) == [true] && settled.jobs.count == 1)
            let ticket = try await scene.ticket(settled.tickets[0].id)
            #expect(ticket.tenant == tenant && ticket.draft == work.draft && ticket.state == .open && ticket.joined == 1)
            let job = try await scene.job(settled.jobs[0])
            #expect(job.new.workKey == "fix/\(ticket.id)" && job.new.subject == "ticket/\(ticket.id)")
            #expect(job.new.tenant == tenant && job.new.repository == "acme/shop" && job.state == .queued)
            #expect(job.new.payload["ticket"]?.integer == ticket.id.number && job.new.payload["key"]?.string == "fix/")
            let stored = try await scene.delivery(id)
            #expect(stored.ticket == ticket.id && stored.job == job.id)
        },
        Case("a ticket that is joined brings no second job") { scene in
            let work = TicketWork(scene.draft("issue-1"), job: scene.newJob("fix/", kind: "remediate"))
            let first = try await scene.delivery(try await scene.settled("a", tickets: [work]))
            let second = try await scene.delivery(try await scene.settled("b", tickets: [work]))
            #expect(second.ticket == first.ticket && second.job == nil)
            #expect(try await scene.ticket(try #require(first.ticket)).joined == 2)
            #expect(try await scene.store.jobs(JobFilter(), page: PageRequest(), scope: .all).items.count == 1)
        },
        Case("a settlement carries several tickets and jobs, in their order") { scene in
            let id = try await scene.accepted("key")
            let works = ["a", "b", "a"].map { TicketWork(scene.draft($0)) }
            let jobs = [scene.newJob("one"), scene.newJob("two")]
            let settlement = Settlement(
                state: .done, reason: "much", tenant: tenant, repository: "acme/shop", tickets: works, jobs: jobs)
            let settled = try #require(try await scene.store.settle(id, settlement))
            #expect(settled.tickets.map(\.isNew) == [true, true, false] && settled.tickets[0].id == settled.tickets[2].id)
            var keys: [String] = []
            for job in settled.jobs { keys.append(try await scene.job(job).new.workKey) }
            #expect(keys == ["one", "two"])
            let stored = try await scene.delivery(id)
            #expect(stored.ticket == settled.tickets[0].id && stored.job == settled.jobs[0])
        },
        Case("a job that joins an unfinished one is the one the settlement led to") { scene in
            let known = try await scene.queued(scene.newJob("same"))
            let id = try await scene.settled("key", jobs: [scene.newJob("same")])
            #expect(try await scene.delivery(id).job == known)
        },
        Case("a second settlement changes nothing and says so") { scene in
            let id = try await scene.settled("key", .done)
            let other = Settlement(
                state: .failed, reason: "too late", tenant: tenant, tickets: [TicketWork(scene.draft("late"))], jobs: [scene.newJob("late")]
            )
            let before = try await scene.journal(nil).count
            #expect(try await scene.store.settle(id, other) == nil)
            #expect(try await scene.delivery(id).state == .done)
            #expect(try await scene.delivery(id).reason == "for key")
            #expect(try await scene.store.tickets(TicketFilter(), page: PageRequest(), scope: .all).items.isEmpty)
            #expect(try await scene.store.jobs(JobFilter(), page: PageRequest(), scope: .all).items.isEmpty)
            #expect(try await scene.journal(nil).count == before)
            #expect(try await scene.store.settle(DeliveryID(999), other) == nil)
        },
        Case("of settlements racing for one delivery one wins, with all it brings") { scene in
            let id = try await scene.accepted("key")
            let answers = try await atOnce(16) { index -> Int? in
                let settlement = Settlement(
                    state: .done, reason: "\(index)", tenant: tenant, repository: "acme/shop",
                    tickets: [TicketWork(scene.draft("issue-\(index)"))], jobs: [scene.newJob("job-\(index)")])
                return try await scene.store.settle(id, settlement) == nil ? nil : index
            }
            let winner = try #require(answers.compactMap(\.self).first)
            #expect(answers.compactMap(\.self).count == 1)
            #expect(try await scene.delivery(id).reason == "\(winner)")
            let tickets = try await scene.store.tickets(TicketFilter(), page: PageRequest(), scope: .all).items
            #expect(tickets.map(\.draft.identity) == ["issue-\(winner)"])
            let jobs = try await scene.store.jobs(JobFilter(), page: PageRequest(), scope: .all).items
            #expect(jobs.map(\.new.workKey) == ["job-\(winner)"])
            #expect(try await scene.journal("deliveries").count == 1)
        },
        Case("a settlement ends the queued jobs of its ended subjects and asks the running to stop") { scene in
            let running = try await scene.running(scene.newJob("r", subject: "pull/1"))
            let queued = try await scene.queued(scene.newJob("q", kind: "command", subject: "pull/1"))
            let bystanders = [
                try await scene.queued(scene.newJob("b1", subject: "pull/2")),
                try await scene.queued(scene.newJob("b2", repository: "acme/other", subject: "pull/1")),
                try await scene.queued(scene.newJob("b3", tenant: StoreScene.theirs, subject: "pull/1")),
                try await scene.queued(scene.newJob("b4")),
            ]
            let id = try await scene.accepted("key")
            let subject = JobSubject(tenant: tenant, repository: "acme/shop", subject: "pull/1")
            let settlement = Settlement(state: .done, reason: "closed", tenant: tenant, endedSubjects: [subject])
            _ = try await scene.store.settle(id, settlement)
            #expect(try await scene.job(queued).state == .cancelled)
            #expect(try await scene.job(running.id).state == .running)
            #expect(try await scene.job(running.id).isCancelRequested)
            for job in bystanders { #expect(try await scene.job(job).state == .queued) }
        },
        Case("a settlement is journaled under deliveries, its tickets and jobs under their own streams") { scene in
            let work = TicketWork(scene.draft("issue-1"), job: scene.newJob("fix/", kind: "remediate"))
            let id = try await scene.settled("key", tickets: [work])
            let stored = try await scene.delivery(id)
            #expect(try await scene.journalKinds("deliveries") == ["delivery.done"])
            #expect(try await scene.journalKinds("ticket/\(try #require(stored.ticket))") == ["ticket.opened"])
            #expect(try await scene.journalKinds("job/\(try #require(stored.job))") == ["job.queued"])
            #expect(try await scene.journal(nil).allSatisfy { $0.new.tenant == tenant })
            try await scene.settled("again", .ignored, tickets: [work])
            #expect(try await scene.journalKinds("deliveries") == ["delivery.done", "delivery.ignored"])
            #expect(try await scene.journalKinds("ticket/\(try #require(stored.ticket))") == ["ticket.opened", "ticket.joined"])
        },
        Case("a replayed delivery is settled again, and joins what it had opened") { scene in
            let work = TicketWork(scene.draft("issue-1"))
            let id = try await scene.settled("key", tickets: [work])
            let ticket = try #require(try await scene.delivery(id).ticket)
            _ = try await scene.store.replay(id, by: "alice", scope: .all)
            let settlement = Settlement(state: .done, reason: "again", tenant: tenant, repository: "acme/shop", tickets: [work])
            let settled = try #require(try await scene.store.settle(id, settlement))
            #expect(settled.tickets == [OpenedTicket(id: ticket, isNew: false)])
            #expect(try await scene.delivery(id).reason == "again")
        },
    ]
}
