// A token of one tenant sees and touches nothing of another's, on every endpoint there is. Everything that belongs to the other tenant
// holds one word; the word must not come out, and must come out for the operator, or the test would prove nothing.

import ForgeCore
import ForgeTestSupport
import Testing

@Suite struct TenancyTests {
    private static let word = "zanzibar"

    /// One of everything for us, one of everything for them, and their rows' numbers.
    private func populate(_ scene: ConsoleScene) async throws -> (delivery: DeliveryID, ticket: TicketID, run: RunID) {
        try await scene.delivery("ours", tickets: [TicketWork(scene.draft("ours"))])
        try await scene.run("pull/1")
        let work = TicketWork(scene.draft("\(Self.word)-1", repository: "acme/\(Self.word)"))
        let delivery = try await scene.delivery(
            Self.word, .failed, tenant: ConsoleScene.theirs, repository: "acme/\(Self.word)", tickets: [work])
        try await scene.delivery("\(Self.word) pending, of nobody yet", .pending)
        let ticket = try #require(
            try await scene.store.tickets(TicketFilter(), page: PageRequest(), scope: .only(ConsoleScene.theirs)).items.first)
        let run = try await scene.run("pull/\(Self.word)", tenant: ConsoleScene.theirs, repository: "acme/\(Self.word)")
        let refusal = Refusal(
            source: .github, code: "sha1_only", reason: Self.word, remoteAddress: "192.0.2.9", bodyBytes: 1, at: scene.clock.timestamp)
        try await scene.store.recordRefusals([refusal], keep: 10)
        return (delivery, ticket.id, run)
    }

    @Test func `nothing of another tenant comes out of any endpoint`() async throws {
        let scene = ConsoleScene()
        let theirs = try await populate(scene)
        let ours = try await scene.token(.admin, tenant: ConsoleScene.ours)
        let operatorsToken = try await scene.token(.admin)
        let targets: [(HTTPMethod, String, status: Int)] = [
            (.get, "/api/v1/tickets", 200), (.get, "/api/v1/tickets/\(theirs.ticket)", 404),
            (.get, "/api/v1/tickets?repository=acme/\(Self.word)", 200), (.get, "/api/v1/deliveries", 200),
            (.get, "/api/v1/deliveries/\(theirs.delivery)", 404), (.get, "/api/v1/deliveries?state=pending", 200),
            (.get, "/api/v1/deliveries?repository=acme/\(Self.word)", 200), (.get, "/api/v1/runs", 200),
            (.get, "/api/v1/runs/\(theirs.run)", 404), (.get, "/api/v1/refusals", 200), (.get, "/api/v1/events?after=0", 200),
            (.post, "/api/v1/deliveries/\(theirs.delivery)/replay", 404),
        ]
        for (method, target, status) in targets {
            let answer = try await scene.send(method, target, as: ours)
            #expect(answer.status == status, "\(target)")
            #expect(!(try await content(answer)).contains(Self.word), "\(target)")
        }
        for (method, target, _) in targets {
            let answer = try await scene.send(method, target, as: operatorsToken)
            #expect((try await content(answer)).contains(Self.word), "\(target)")
        }
    }

    @Test func `another tenant's delivery is not replayed`() async throws {
        let scene = ConsoleScene()
        let theirs = try await populate(scene)
        let ours = try await scene.token(.admin, tenant: ConsoleScene.ours)
        #expect(try await scene.send(.post, "/api/v1/deliveries/\(theirs.delivery)/replay", as: ours).status == 404)
        #expect(try await scene.store.delivery(theirs.delivery, scope: .all)?.state == .failed)
    }

    @Test func `a ticket of a tenant's token is the tenant's, and joins none of another's`() async throws {
        let scene = ConsoleScene()
        let body = #"{"prompt":"the same words","repository":"acme/shop"}"#
        let ours = try await scene.send(
            .post, "/api/v1/tickets", as: try await scene.token(.reviewer, tenant: ConsoleScene.ours), body: body)
        let theirs = try await scene.send(
            .post, "/api/v1/tickets", as: try await scene.token(.reviewer, tenant: ConsoleScene.theirs), body: body)
        let local = try await scene.send(.post, "/api/v1/tickets", as: try await scene.token(.reviewer), body: body)
        #expect([ours.status, theirs.status, local.status] == [201, 201, 201])
        #expect(
            try [ours, theirs, local].map { try $0.json["tenant"]?.string } == ["installation/1", "installation/2", "local"])
    }

    @Test func `a ticket of a token for all tenants is its repository's, so that who works there sees it`() async throws {
        let scene = ConsoleScene()
        let shop = try #require(RepositoryName("acme/shop"))
        let delivery = NewDelivery(
            source: .github, transportKey: "key", eventName: "push", headers: [], body: [1], receivedAt: Timestamp(milliseconds: 1))
        let seen = RepositoryNotice.seen(host: "github.com", number: 1, name: shop, tenant: ConsoleScene.ours)
        let id = try await scene.store.accept(delivery).id
        _ = try await scene.store.settle(id, Settlement(state: .ignored, reason: "seen", notices: [seen]))
        let body = #"{"prompt":"the total is wrong","repository":"acme/shop"}"#
        let opened = try await scene.send(.post, "/api/v1/tickets", as: try await scene.token(.reviewer), body: body)
        #expect(opened.status == 201)
        #expect(try opened.json["tenant"]?.string == "installation/1")
    }

    /// The body, or the first chunk of a stream: what is there already comes at once.
    private func content(_ answer: Answer) async throws -> String {
        guard case .eventStream(let stream) = answer.response.body else { return answer.text }
        return String(decoding: await stream.next() ?? [], as: UTF8.self)
    }
}
