// Settling what was stored: every delivery ends with one outcome, in order, whatever fails meanwhile.

import ForgeCore
import ForgeEngine
import ForgeTestSupport
import ForgeWebhooks
import Testing

@Suite(.timeLimit(.minutes(1))) struct DecodeServiceTests {
    private let clock = TestClock()
    private let store: MemoryStore
    private let arrived = Wakeup()
    private let settled = Wakeup()
    private let metrics = Metrics()
    private let logged = LogCapture()
    private let pressure = IntakePressure(busyAt: 1)

    init() { store = MemoryStore(clock: clock.wallClock) }

    private func service(_ limits: DecodeLimits = .init()) -> DecodeService {
        DecodeService(
            DecodeDependencies(
                store: store, settings: DecodingSettings(), clock: clock, pressure: pressure, arrived: arrived, settled: settled,
                metrics: metrics, log: logged.log), limits: limits)
    }

    private static let head = String(repeating: "ab", count: 20)

    /// A pull request's event, which leads to a review.
    @discardableResult
    private func accept(
        _ guid: String, event: String = "pull_request", repository: String = "acme/shop", number: Int = 1, body: String? = nil
    ) async throws -> DeliveryID {
        let pull = """
            {"action":"opened","number":\(number),"installation":{"id":5},
             "repository":{"id":7,"full_name":"\(repository)","default_branch":"main"},"sender":{"login":"ann","id":3,"type":"User"},
             "pull_request":{"number":\(number),"state":"open","title":"t","draft":false,"user":{"login":"ann","id":3,"type":"User"},
              "labels":[],"head":{"sha":"\(Self.head)","ref":"topic","repo":{"full_name":"\(repository)"}},
              "base":{"sha":"\(Self.head)","ref":"main","repo":{"full_name":"\(repository)"}}}}
            """
        let new = NewDelivery(
            source: .github, transportKey: guid, eventName: event, headers: [HeaderField("x-github-event", event)],
            body: Array((body ?? pull).utf8), receivedAt: clock.timestamp)
        return try await store.accept(new).id
    }

    private func delivery(_ id: DeliveryID) async throws -> Delivery { try #require(try await store.delivery(id, scope: .all)) }
    private func pending() async throws -> [DeliveryID] { try await store.pendingDeliveries(after: nil, limit: 1000).map(\.id) }

    /// The deliveries in the order their outcomes were written.
    private func order() async throws -> [Int64] {
        try await store.journal(after: nil, stream: "deliveries", limit: 1000, scope: .all).compactMap {
            $0.new.payload["delivery"]?.integer
        }
    }

    private func counted(_ outcome: DeliveryState) -> Int {
        metrics.counter("forge_deliveries_settled_total", "", [.init("source", "github"), .init("outcome", outcome.rawValue)]).value
    }

    // MARK: Outcomes

    @Test func `each delivery ends with its outcome: done with a job, ignored with a reason, failed with a reason`() async throws {
        let review = try await accept("a")
        let ignored = try await accept("b", event: "star", body: #"{"action":"created"}"#)
        let failed = try await accept("c", body: "no JSON")
        await service().drain()
        let done = try await delivery(review)
        #expect(done.state == .done && done.intent == "review" && done.repository == "acme/shop" && done.tenant == .installation(5))
        #expect(try await store.job(try #require(done.job), scope: .all)?.new.kind == "review")
        #expect(try await delivery(ignored).state == .ignored)
        #expect(try await delivery(ignored).reason?.contains("star") == true)
        #expect(try await delivery(failed).state == .failed)
        #expect(try await delivery(failed).reason?.isEmpty == false)
        #expect([counted(.done), counted(.ignored), counted(.failed)] == [1, 1, 1])
        #expect(try await pending().isEmpty)
    }

    @Test func `those who wait for jobs are told, and nobody when there was nothing`() async throws {
        var told = settled.calls().makeAsyncIterator()
        await told.next(isolation: #isolation)
        let service = service()
        await service.drain()
        try await accept("a")
        await service.drain()
        await told.next(isolation: #isolation)
        #expect(try await store.queueDepths().map(\.count) == [1])
    }

    @Test func `a delivery whose body is gone fails with that reason`() async throws {
        // The store never drops a pending delivery's body; a settled one may come back after its body went.
        let id = try await accept("a")
        await service().drain()
        clock.advance(by: .seconds(31 * 86_400))
        _ = try await store.sweep(Retention(), limit: 10)
        #expect(try await delivery(id).body == nil)
        await #expect(throws: StoreError.self) { try await store.replay(id, by: "test", scope: .all) }
    }

    // MARK: Order

    @Test func `deliveries about one repository are settled in the order they came`() async throws {
        var expected: [String: [Int64]] = [:]
        for number in 0..<200 {
            let repository = "acme/r\(number % 3)"
            let id = try await accept("g\(number)", repository: repository, number: number + 1)
            expected[repository, default: []].append(id.number)
        }
        await service(DecodeLimits(batch: 32)).drain()
        let order = try await order()
        #expect(order.count == 200)
        for (repository, ids) in expected { #expect(order.filter(ids.contains) == ids, "\(repository)") }
    }

    @Test func `a batch is bounded by bytes, and one larger than the bound still comes through`() async throws {
        for number in 0..<5 { try await accept("g\(number)", event: "star", body: "{}" + String(repeating: " ", count: 50)) }
        try await accept("large", event: "star", body: "{}" + String(repeating: " ", count: 5000))
        try await accept("last", event: "star", body: "{}")
        await service(DecodeLimits(batchBytes: 110)).drain()
        #expect(try await pending().isEmpty)
    }

    // MARK: What stops the process

    @Test func `a body that stopped the process three times is given up, and its neighbours are not`() async throws {
        let before = try await accept("before")
        let poison = try await accept("poison", number: 2)
        let after = try await accept("after", number: 3)
        for _ in 0..<3 { try await store.beginDecoding([poison]) }
        await service().drain()
        #expect(try await delivery(poison).state == .failed)
        #expect(try await delivery(poison).reason?.contains("3 times") == true)
        #expect(try await delivery(before).state == .done)
        #expect(try await delivery(after).state == .done)
    }

    @Test func `two attempts that did not end leave a third`() async throws {
        let id = try await accept("a")
        for _ in 0..<2 { try await store.beginDecoding([id]) }
        await service().drain()
        #expect(try await delivery(id).state == .done)
    }

    @Test func `where an attempt did not end, deliveries are decoded one by one, so that only the culprit is blamed`() async throws {
        let suspect = try await accept("suspect")
        let neighbour = try await accept("neighbour", number: 2)
        try await store.beginDecoding([suspect])
        // Stands for the process ending while the suspect is decoded.
        store.failNext(.inputOutput, call: "settle")
        await service().drain()
        #expect(try await delivery(suspect).attempts == 2)
        #expect(try await delivery(neighbour).attempts == 0)
    }

    @Test func `a delivery given up is decoded again once it is replayed`() async throws {
        let id = try await accept("a")
        for _ in 0..<3 { try await store.beginDecoding([id]) }
        let service = service()
        await service.drain()
        _ = try await store.replay(id, by: "test", scope: .all)
        await service.drain()
        #expect(try await delivery(id).state == .done)
    }

    // MARK: A store that fails

    @Test(arguments: ["pendingDeliveries", "beginDecoding", "settle"])
    func `a store that fails in the middle loses nothing and is no delivery's fault`(_ call: String) async throws {
        var ids: [DeliveryID] = []
        for number in 0..<10 { ids.append(try await accept("g\(number)", repository: "acme/r\(number % 4)", number: number + 1)) }
        let service = service()
        for _ in 0..<7 {
            store.failNext(.busy, call: call)
            await service.drain()
        }
        #expect(logged.lines(.error, part: "decode").count == 7)
        await service.drain()
        for id in ids { #expect(try await delivery(id).state == .done, "\(id)") }
        #expect(try await order().count == 10)
        #expect(counted(.done) == 10)
    }

    @Test func `an outcome that the store can never write is given up, and the ones behind it get their turn`() async throws {
        let broken = try await accept("broken")
        let behind = try await accept("behind", number: 2)
        let service = service()
        for _ in 0..<3 {
            store.failNext(.defect, call: "settle")
            await service.drain()
        }
        await service.drain()
        #expect(try await delivery(broken).state == .failed)
        #expect(try await delivery(behind).state == .done)
    }

    @Test func `two who decode the same deliveries write each outcome once`() async throws {
        for number in 0..<100 { try await accept("g\(number)", number: number + 1) }
        let (one, other) = (service(DecodeLimits(batch: 7)), service(DecodeLimits(batch: 11)))
        async let first: Void = one.drain()
        async let second: Void = other.drain()
        _ = await (first, second)
        #expect(try await order().sorted() == (1...100).map(Int64.init))
        #expect(counted(.done) == 100)
        #expect(try await pending().isEmpty)
    }

    // MARK: Standing back

    @Test func `under pressure it takes an eighth and pauses in between`() async throws {
        for number in 0..<6 { try await accept("g\(number)", number: number + 1) }
        pressure.enter()
        let service = service(DecodeLimits(batch: 16, pauseUnderPressure: .milliseconds(100)))
        try await beside({ await service.drain() }) {
            try await clock.waitForSleepers(1)
            #expect(try await pending().count == 4)
            clock.advance(by: .milliseconds(99))
            #expect(try await pending().count == 4)
            clock.advance(by: .milliseconds(1))
            try await clock.waitForSleepers(1)
            #expect(try await pending().count == 2)
            pressure.leave()
            clock.advance(by: .milliseconds(100))
        }
        await service.drain()
        #expect(try await pending().isEmpty)
    }

    @Test func `it decodes what is there at its beginning and whatever is announced`() async throws {
        try await accept("a")
        var told = settled.calls().makeAsyncIterator()
        await told.next(isolation: #isolation)
        let service = service()
        try await beside({ await service.run() }) {
            await told.next(isolation: #isolation)
            let id = try await accept("b", number: 2)
            arrived.notify()
            await told.next(isolation: #isolation)
            #expect(try await delivery(id).state == .done)
            // Another process may store without announcing it here.
            try await accept("c", number: 3)
            try await clock.waitForSleepers(1)
            clock.advance(by: .seconds(5))
            await told.next(isolation: #isolation)
            #expect(try await pending().isEmpty)
        }
    }
}
