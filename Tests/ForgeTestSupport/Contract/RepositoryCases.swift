// Promises of `settle` about whose a delivery is: what GitHub said of a repository decides for trackers that only know its name.
import ForgeCore
import Testing

extension StoreContract {
    static let repositoryCases: [Case] = [
        Case("a settlement without a tenant or a known repository is local") { (scene) async throws in
            #expect(try await scene.tenantFound("a", repository: nil) == .local)
            #expect(try await scene.tenantFound("b", repository: "acme/shop") == .local)
        },
        Case("a settlement without a tenant gets that of its repository, and so do its tickets and all its jobs") { scene in
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            let id = try await scene.accepted("alert")
            let work = TicketWork(scene.draft("issue-1"), job: scene.newJob("fix/", kind: "remediate", tenant: .local))
            let job = scene.newJob("review/1", kind: "review", tenant: .local)
            let settlement = Settlement(state: .done, reason: "alert", repository: "acme/shop", tickets: [work], jobs: [job])
            let settled = try #require(try await scene.store.settle(id, settlement))
            #expect(try await scene.delivery(id).tenant == tenant)
            #expect(try await scene.ticket(settled.tickets[0].id).tenant == tenant)
            #expect(settled.jobs.count == 2)
            for job in settled.jobs { #expect(try await scene.job(job).new.tenant == tenant) }
        },
        Case("a notice in the same settlement counts for it") { scene in
            let id = try await scene.accepted("key")
            let seen = RepositoryNotice.seen(host: "github", number: 7, name: shop, tenant: tenant)
            _ = try await scene.store.settle(id, Settlement(state: .done, reason: "ok", repository: "acme/shop", notices: [seen]))
            #expect(try await scene.delivery(id).tenant == tenant)
        },
        Case("a ticket opened without a tenant is its repository's, however that is spelt, and its own tenant stands") { scene in
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: StoreScene.theirs)])
            let cases: [(repository: String?, given: Tenant?, owner: Tenant)] = [
                ("acme/shop", nil, StoreScene.theirs), ("Acme/Shop", nil, StoreScene.theirs), ("acme/other", nil, .local),
                (nil, nil, .local),
                ("acme/shop", .local, .local),
            ]
            for (number, ticket) in cases.enumerated() {
                var draft = scene.draft("issue-\(number)")
                draft.repository = ticket.repository
                let opened = try await scene.store.openTicket(draft, tenant: ticket.given, by: "contract")
                #expect(try await scene.ticket(opened.id).tenant == ticket.owner)
            }
        },
        Case("a settlement's own tenant stands, whatever is known") { scene in
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            let id = try await scene.settled("key", tenant: StoreScene.theirs)
            #expect(try await scene.delivery(id).tenant == StoreScene.theirs)
        },
        Case("a renamed repository is found by its new name and no longer by its old one") { scene in
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            try await scene.notice([.renamed(host: "github", number: 7, name: store)])
            #expect(try await scene.tenantFound("new", repository: "acme/store") == tenant)
            #expect(try await scene.tenantFound("old", repository: "acme/shop") == .local)
        },
        Case("what is queued and known goes on under a repository's new name") { scene in
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            let old = PullRequestKey(place: HostPlace(tenant: tenant, repository: shop), number: 3)
            let new = PullRequestKey(place: HostPlace(tenant: tenant, repository: store), number: 3)
            let done = NewJob(kind: "review", tenant: tenant, repository: "acme/shop", workKey: "done")
            _ = try await scene.running(done)
            _ = try await scene.store.changePullRequest(old, lease: nil) { $0.summaryComment = 50 }
            for (key, owner) in [("mine", tenant), ("theirs", StoreScene.theirs)] {
                _ = try await scene.store.enqueue(NewJob(kind: "review", tenant: owner, repository: "acme/shop", workKey: key))
            }
            try await scene.notice([.renamed(host: "github", number: 7, name: store)])
            #expect(try await scene.store.pullRequestState(new).summaryComment == 50)
            #expect(try await scene.store.pullRequestState(new).key == new)
            #expect(try await scene.store.pullRequestState(old) == PullRequestState(key: old))
            var claimed: [String] = []
            while let job = try await scene.claim() { claimed.append("\(job.new.workKey) in \(job.new.repository)") }
            #expect(claimed.sorted() == ["mine in acme/store", "theirs in acme/shop"])
        },
        Case("what runs goes on under a repository's new name, alone on its subject, and is found there when it is queued again") { scene in
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            let old = PullRequestKey(place: HostPlace(tenant: tenant, repository: shop), number: 3)
            let new = PullRequestKey(place: HostPlace(tenant: tenant, repository: store), number: 3)
            let job = try await scene.running(
                NewJob(kind: "review", tenant: tenant, repository: "acme/shop", workKey: "first", subject: "pull/3", attemptsMax: 9))
            try await scene.notice([.renamed(host: "github", number: 7, name: store)])
            #expect(try await scene.job(job.id).new.repository == "acme/store")
            let changed = try await scene.store.changePullRequest(old, lease: job.lease) { $0.summaryComment = 50 }
            #expect(changed.key == new && changed.summaryComment == 50)
            #expect(try await scene.store.pullRequestState(old).summaryComment == nil)
            #expect(try await scene.store.pullRequestState(new).summaryComment == 50)
            // Two of one subject never run at once, also when one began under another name.
            _ = try await scene.store.enqueue(
                NewJob(kind: "command", tenant: tenant, repository: "acme/store", workKey: "second", subject: "pull/3"))
            #expect(try await scene.claim(["review", "command"]) == nil)
            _ = try await scene.store.end(job.lease, .deferred(because: "renamed", retryAfter: .zero))
            var claimed: [String] = []
            while let job = try await scene.claim(["review", "command"]) {
                claimed.append("\(job.new.workKey) in \(job.new.repository)")
                _ = try await scene.store.end(job.lease, .finished)
            }
            #expect(claimed.sorted() == ["first in acme/store", "second in acme/store"])
        },
        Case("a running job that moves is counted where it is now") { scene in
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            let job = try await scene.running(NewJob(kind: "review", tenant: tenant, repository: "acme/shop", workKey: "first"))
            try await scene.notice([.renamed(host: "github", number: 7, name: store)])
            for repository in ["acme/shop", "acme/store"] {
                _ = try await scene.store.enqueue(NewJob(kind: "review", tenant: tenant, repository: repository, workKey: repository))
            }
            #expect(try await scene.claim(perRepository: 1)?.new.repository == "acme/shop", "nothing of it runs any more")
            #expect(try await scene.claim(perRepository: 1) == nil)
            _ = try await scene.store.end(job.lease, .finished)
            #expect(try await scene.claim(perRepository: 1)?.new.repository == "acme/store")
        },
        Case("a delivery that is replayed or settled late moves no repository back, and what it asks for is done under the new name") {
            scene in
            let seen = RepositoryNotice.seen(host: "github", number: 7, name: shop, tenant: tenant)
            let (old, late) = (try await scene.accepted("old"), try await scene.accepted("late"))
            func settle(_ id: DeliveryID, _ key: String) async throws {
                let settlement = Settlement(
                    state: .done, reason: key, tenant: tenant, repository: "acme/shop", notices: [seen],
                    jobs: [scene.newJob(key, tenant: tenant)])
                _ = try #require(try await scene.store.settle(id, settlement))
            }
            try await settle(old, "first")
            scene.clock.advance(by: .seconds(60))
            try await scene.notice([.renamed(host: "github", number: 7, name: store)])
            scene.clock.advance(by: .seconds(60))
            _ = try await scene.store.replay(old, by: "contract", scope: .all)
            try await settle(old, "again")
            try await settle(late, "late")
            #expect(try await scene.tenantFound("new", repository: "acme/store") == tenant)
            #expect(try await scene.tenantFound("former", repository: "acme/shop") == .local)
            #expect(try await scene.delivery(late).repository == "acme/store")
            var claimed: [String] = []
            while let job = try await scene.claim() { claimed.append("\(job.new.workKey) in \(job.new.repository)") }
            #expect(claimed.sorted() == ["again in acme/store", "first in acme/store", "late in acme/store"])
        },
        Case("a change of name that is replayed does not undo the next one") { scene in
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            scene.clock.advance(by: .seconds(60))
            let first = try await scene.accepted("first")
            let renamed = Settlement(
                state: .done, reason: "renamed", tenant: tenant, notices: [.renamed(host: "github", number: 7, name: store)])
            _ = try #require(try await scene.store.settle(first, renamed))
            scene.clock.advance(by: .seconds(60))
            try await scene.notice([.renamed(host: "github", number: 7, name: name("acme/depot"))])
            _ = try await scene.store.replay(first, by: "contract", scope: .all)
            _ = try #require(try await scene.store.settle(first, renamed))
            #expect(try await scene.tenantFound("now", repository: "acme/depot") == tenant)
            #expect(try await scene.tenantFound("former", repository: "acme/store") == .local)
            // A name may come back all the same.
            scene.clock.advance(by: .seconds(60))
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            #expect(try await scene.tenantFound("back", repository: "acme/shop") == tenant)
        },
        Case("a delivery that was fetched after the fact moves a repository only when it is about that") { scene in
            func healed(_ key: String, _ notices: [RepositoryNotice]) async throws {
                var delivery = scene.newDelivery(key)
                delivery.isHealed = true
                let id = try await scene.store.accept(delivery).id
                _ = try #require(try await scene.store.settle(id, Settlement(state: .done, reason: key, tenant: tenant, notices: notices)))
            }
            try await healed("first", [.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            #expect(try await scene.tenantFound("a", repository: "acme/shop") == tenant)
            try await scene.notice([.renamed(host: "github", number: 7, name: store)])
            scene.clock.advance(by: .seconds(60))
            try await healed("push", [.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            #expect(try await scene.tenantFound("b", repository: "acme/store") == tenant)
            try await healed(
                "transferred",
                [
                    .renamed(host: "github", number: 7, name: name("beta/store")),
                    .seen(host: "github", number: 7, name: name("beta/store"), tenant: StoreScene.theirs),
                ])
            #expect(try await scene.tenantFound("c", repository: "beta/store") == StoreScene.theirs)
        },
        Case("a new name brings no new budget, and a new owner's month knows of it") { scene in
            func spent(_ amount: Int, in repository: String) async throws {
                let id = try await scene.reserved(scene.reservation(amount, repository: repository))
                try await scene.store.settle([BudgetSettlement(id, spent: amount)])
            }
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            try await spent(30, in: "acme/store")
            try await spent(120, in: "acme/shop")
            try await spent(7, in: "acme/else")
            let open = try await scene.reserved(scene.reservation(200))
            try await scene.notice([.renamed(host: "github", number: 7, name: store)])
            #expect(try await scene.money(repository: "acme/store") == [[150, 200], [157, 200]])
            #expect(try await scene.money(repository: "acme/shop")[0] == [0, 0])
            #expect(try await scene.refusal(scene.reservation(651, repository: "acme/store"))?.left == 650)
            try await scene.store.settle([BudgetSettlement(open, spent: 50)])
            #expect(try await scene.money(repository: "acme/store") == [[200, 0], [207, 0]])
            let last = try await scene.reserved(scene.reservation(40, repository: "acme/store"))
            try await scene.notice([.renamed(host: "github", number: 7, name: name("beta/store"))])
            #expect(try await scene.money(repository: "beta/store") == [[200, 40], [200, 40]])
            #expect(try await scene.money(repository: "acme/else") == [[7, 0], [207, 0]], "what it spent stays spent")
            try await scene.store.settle([BudgetSettlement(last, spent: 4)])
            #expect(try await scene.money(repository: "beta/store") == [[204, 0], [204, 0]])
        },
        Case("a run goes on paying under its repository's new name") { scene in
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            let run = try await scene.created(scene.newRun())
            try await scene.notice([.renamed(host: "github", number: 7, name: store)])
            _ = try await scene.reserved(scene.reservation(10, run: run))
            #expect(try await scene.money(run, repository: "acme/store") == [[0, 10], [0, 10], [0, 10]])
            #expect(try await scene.money(repository: "acme/shop")[0] == [0, 0])
        },
        Case("a repository seen again under another tenant has moved there") { scene in
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: StoreScene.theirs)])
            #expect(try await scene.tenantFound("key", repository: "acme/shop") == StoreScene.theirs)
        },
        Case("another repository that takes a name over has it alone") { scene in
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            try await scene.notice([.seen(host: "github", number: 8, name: shop, tenant: StoreScene.theirs)])
            #expect(try await scene.tenantFound("taken", repository: "acme/shop") == StoreScene.theirs)
            try await scene.notice([.removed(host: "github", number: 8)])
            #expect(try await scene.tenantFound("gone", repository: "acme/shop") == .local, "not its former owner's again")
        },
        Case("a removed repository is no longer known, the others of its tenant are") { scene in
            try await scene.notice([
                .seen(host: "github", number: 7, name: shop, tenant: tenant), .seen(host: "github", number: 8, name: store, tenant: tenant),
            ])
            try await scene.notice([.removed(host: "github", number: 7)])
            #expect(try await scene.tenantFound("gone", repository: "acme/shop") == .local)
            #expect(try await scene.tenantFound("there", repository: "acme/store") == tenant)
        },
        Case("with an installation go its repositories, and no other's") { scene in
            try await scene.notice([
                .seen(host: "github", number: 7, name: shop, tenant: tenant),
                .seen(host: "github", number: 8, name: store, tenant: StoreScene.theirs),
            ])
            try await scene.notice([.installationRemoved(tenant)])
            #expect(try await scene.tenantFound("gone", repository: "acme/shop") == .local)
            #expect(try await scene.tenantFound("there", repository: "acme/store") == StoreScene.theirs)
        },
        Case("what waits for an installation is due when that is there again, and nobody else's is") { scene in
            for owner in [tenant, StoreScene.theirs] {
                _ = try await scene.store.enqueue(
                    NewJob(kind: "review", tenant: owner, repository: "acme/shop", workKey: "later", notBefore: scene.now + .seconds(300)))
            }
            #expect(try await scene.claim() == nil)
            try await scene.notice([.installationActive(tenant)])
            #expect(try await scene.claim()?.new.tenant == tenant)
            #expect(try await scene.claim() == nil)
        },
        Case("a suspended installation still owns its repositories") { scene in
            try await scene.notice([.seen(host: "github", number: 7, name: shop, tenant: tenant)])
            try await scene.notice([.installationSuspended(tenant)])
            #expect(try await scene.tenantFound("a", repository: "acme/shop") == tenant)
            try await scene.notice([.installationActive(tenant)])
            #expect(try await scene.tenantFound("b", repository: "acme/shop") == tenant)
        },
    ]

    private static let shop = name("acme/shop")
    private static let store = name("acme/store")

    private static func name(_ text: String) -> RepositoryName {
        guard let name = RepositoryName(text) else { preconditionFailure("\(text) is no repository") }
        return name
    }
}

extension StoreScene {
    fileprivate func notice(_ notices: [RepositoryNotice]) async throws {
        let key = "notice-\(try await store.lastJournalID()?.number ?? 0)"
        let id = try await accepted(key)
        let settlement = Settlement(state: .done, reason: "noted", tenant: .local, notices: notices)
        _ = try #require(try await store.settle(id, settlement))
    }

    /// Whose a delivery turns out to be that names only a repository.
    fileprivate func tenantFound(_ key: String, repository: String?) async throws -> Tenant? {
        let id = try await accepted(key)
        _ = try #require(try await store.settle(id, Settlement(state: .ignored, reason: "whose?", repository: repository)))
        return try await delivery(id).tenant
    }
}
