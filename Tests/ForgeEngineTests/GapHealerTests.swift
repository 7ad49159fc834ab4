// What GitHub could not deliver is fetched once, under the key it would have had.

import ForgeCore
import ForgeEngine
import ForgeTestSupport
import ForgeWebhooks
import Testing

@Suite(.timeLimit(.minutes(5))) struct GapHealerTests {
    private let clock = TestClock()
    private let store: MemoryStore
    private let missed = FakeMissedDeliveries()
    private let arrived = Wakeup()
    private let metrics = Metrics()
    private let logged = LogCapture()

    init() { store = MemoryStore(clock: clock.wallClock) }

    private func healer() -> GapHealer {
        GapHealer(
            missed: missed, store: store, wall: clock.wallClock, arrived: arrived, metrics: metrics, log: logged.log)
    }

    private static let headers = [
        HeaderField("X-GitHub-Hook-ID", "77"), HeaderField("X-GitHub-Event", "push"), HeaderField("X-Hub-Signature-256", "sha256=00"),
    ]

    private func miss(_ guid: String, ago: Duration, hasSucceeded: Bool = false) -> Int64 {
        missed.add(
            guid: guid, at: clock.timestamp - ago, hasSucceeded: hasSucceeded, headers: Self.headers, body: Array(guid.utf8))
    }

    private func receive(_ guid: String) async throws {
        let new = NewDelivery(
            source: .github, transportKey: "github:77:\(guid)", eventName: "push", body: Array(guid.utf8), receivedAt: clock.timestamp)
        _ = try await store.accept(new)
    }

    private func stored() async throws -> [Delivery] { try await store.pendingDeliveries(after: nil, limit: 100) }

    @Test func `a missed delivery is stored as if it had come in, and marked as healed`() async throws {
        _ = miss("guid-1", ago: .seconds(3600))
        #expect(await healer().heal() == Healed(found: 1, stored: 1))
        let delivery = try #require(try await stored().first)
        #expect(delivery.transportKey == "github:77:guid-1" && delivery.isHealed && delivery.source == .github)
        #expect(delivery.body == Array("guid-1".utf8) && delivery.eventName == "push" && delivery.receivedAt == clock.timestamp)
        #expect(!delivery.headers.contains { $0.name == "x-hub-signature-256" })
        #expect(metrics.counter("forge_deliveries_healed_total", "").value == 1)
    }

    @Test func `its key is the one that the door would have given`() throws {
        let body = IntakeScene.body
        let headers = IntakeScene.github(guid: "guid-9")
        let received = try GitHubVerifier(secrets: [IntakeScene.newest]).verify(headers: headers, body: body, receivedAt: clock.timestamp)
        let shouted = headers.map { HeaderField($0.name.uppercased(), $0.value) }
        let healed = healedGitHubDelivery(
            guid: "guid-9", eventName: "ping", headers: shouted, body: body, receivedAt: clock.timestamp)
        #expect(healed.transportKey == received.delivery.transportKey)
        #expect(healed.headers == received.delivery.headers && healed.eventName == received.delivery.eventName)
        let bare = healedGitHubDelivery(guid: "g", eventName: "ping", headers: [], body: body, receivedAt: clock.timestamp)
        #expect(bare.headers == [HeaderField("x-github-event", "ping")])
    }

    @Test func `only deliveries without any success are fetched, each by its newest attempt, the oldest first`() {
        func attempt(_ number: Int64, _ guid: String, _ seconds: Int, _ hasSucceeded: Bool = false) -> MissedDelivery {
            MissedDelivery(
                attempt: number, guid: guid, eventName: "push", deliveredAt: clock.timestamp + .seconds(seconds), hasSucceeded: hasSucceeded
            )
        }
        let attempts = [
            attempt(6, "late", 50), attempt(5, "twice", 40), attempt(4, "redelivered", 30, true), attempt(3, "redelivered", 20),
            attempt(2, "twice", 10), attempt(1, "fine", 0, true), attempt(8, "same moment", 50), attempt(7, "same moment", 50),
        ]
        #expect(GapHealer.worthFetching(attempts).map(\.attempt) == [5, 6, 8])
        #expect(GapHealer.worthFetching([]).isEmpty)
    }

    @Test func `a gap is found although newer deliveries came in after it`() async throws {
        try await receive("before")
        let healer = healer()
        try await healer.prepare()
        clock.advance(by: .seconds(7200))
        _ = miss("lost", ago: .seconds(3600))
        try await receive("after")
        #expect(await healer.heal() == Healed(found: 1, stored: 1))
    }

    @Test func `what came in after all is known and stays as it is`() async throws {
        try await receive("here")
        _ = try await store.settle(DeliveryID(1), Settlement(state: .done, reason: "done"))
        _ = miss("here", ago: .seconds(60))
        #expect(await healer().heal() == Healed(found: 1, known: 1))
        #expect(try await store.delivery(DeliveryID(1), scope: .all)?.state == .done)
        #expect(metrics.counter("forge_deliveries_healed_total", "").value == 0)
    }

    @Test func `a delivery is fetched once, also while it is still in the log`() async throws {
        let healer = healer()
        let number = miss("a", ago: .seconds(60))
        _ = await healer.heal()
        // Decoding it failed: fetching it again would send it round for ever.
        _ = try await store.settle(DeliveryID(1), Settlement(state: .failed, reason: "broken"))
        clock.advance(by: GapHealer.interval)
        #expect(await healer.heal() == Healed())
        #expect(missed.fetched == [number])
        #expect(try await stored().isEmpty)
    }

    @Test func `the next look begins where the last one stood, less a margin for latecomers`() async throws {
        let healer = healer()
        _ = await healer.heal()
        clock.advance(by: GapHealer.interval)
        _ = miss("latecomer", ago: GapHealer.interval + GapHealer.margin)
        _ = miss("long before", ago: GapHealer.interval + GapHealer.margin + .seconds(1))
        _ = await healer.heal()
        #expect(try await stored().map(\.transportKey) == ["github:77:latecomer"])
    }

    @Test func `a look that failed in part is repeated from the same place`() async throws {
        let healer = healer()
        _ = await healer.heal()
        clock.advance(by: .seconds(3600))
        _ = miss("first", ago: .seconds(3500))
        _ = miss("second", ago: .seconds(3400))
        store.failNext(.full, call: "accept")
        #expect(await healer.heal() == Healed(found: 2, stored: 1, failed: 1))
        clock.advance(by: .seconds(3600))
        #expect(await healer.heal() == Healed(found: 1, stored: 1))
        #expect(try await stored().map(\.transportKey).sorted() == ["github:77:first", "github:77:second"])
    }

    @Test func `a log that cannot be read is tried again from the same place`() async throws {
        let healer = healer()
        _ = await healer.heal()
        clock.advance(by: .seconds(3600))
        _ = miss("a", ago: .seconds(3500))
        missed.failNext()
        #expect(await healer.heal() == Healed())
        #expect(logged.lines(.warning, part: "healer").count == 1)
        clock.advance(by: .seconds(3600))
        #expect(await healer.heal() == Healed(found: 1, stored: 1))
    }

    @Test func `it never asks for more than GitHub keeps`() async throws {
        try await receive("long ago")
        let healer = healer()
        try await healer.prepare()
        clock.advance(by: .seconds(10 * 86_400))
        _ = miss("gone", ago: GapHealer.reachBack + .seconds(1))
        _ = miss("kept", ago: GapHealer.reachBack)
        #expect(await healer.heal() == Healed(found: 1, stored: 1))
    }

    @Test func `it looks at once and every ten minutes, and tells decoding`() async throws {
        var told = arrived.calls().makeAsyncIterator()
        await told.next(isolation: #isolation)
        _ = miss("a", ago: .seconds(60))
        let healer = healer()
        try await beside({ [clock] in await healer.run(clock: clock) }) {
            await told.next(isolation: #isolation)
            _ = miss("b", ago: .seconds(30))
            try await clock.waitForSleepers(1)
            clock.advance(by: .seconds(600))
            await told.next(isolation: #isolation)
            #expect(try await stored().count == 2)
        }
    }
}
