// Retention in small bites, and readiness in sentences.

import ForgeCore
import ForgeEngine
import ForgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct UpkeepTests {
    private let clock = TestClock()
    private let store: MemoryStore
    private let logged = LogCapture()

    init() { store = MemoryStore(clock: clock.wallClock) }

    private func fill(_ count: Int) async throws {
        for number in 0..<count {
            let new = NewDelivery(
                source: .github, transportKey: "k\(number) \(clock.timestamp)", body: [1, 2, 3], receivedAt: clock.timestamp)
            let id = try await store.accept(new).id
            _ = try await store.settle(id, Settlement(state: .done, reason: "done"))
        }
    }

    private func bodies() async throws -> Int {
        var count = 0
        for delivery in try await store.deliveries(DeliveryFilter(), page: PageRequest(limit: 200), scope: .all).items {
            count += try await store.delivery(delivery.id, scope: .all)?.body == nil ? 0 : 1
        }
        return count
    }

    private func service() -> RetentionService {
        RetentionService(store: store, retention: Retention(), clock: clock, biteRows: 10, log: logged.log)
    }

    @Test func `a sweep goes on, bite by bite, until nothing is left to drop`() async throws {
        try await fill(35)
        clock.advance(by: .seconds(31 * 86_400))
        try await fill(3)
        await service().sweep()
        #expect(try await bodies() == 3)
        let line = try #require(logged.lines(.info, part: "retention").first)
        #expect(line.fields.first { $0.name == "bodies" }?.value == 35)
    }

    @Test func `a sweep with nothing to drop says nothing`() async throws {
        try await fill(3)
        await service().sweep()
        #expect(logged.lines.isEmpty)
    }

    @Test func `a sweep that the store stops says so, and the next one goes on`() async throws {
        try await fill(35)
        clock.advance(by: .seconds(31 * 86_400))
        store.failNext(.busy, call: "sweep")
        await service().sweep()
        #expect(logged.lines(.error, part: "retention").count == 1)
        #expect(try await bodies() == 35)
        await service().sweep()
        #expect(try await bodies() == 0)
    }

    @Test func `it sweeps at once and every hour`() async throws {
        try await fill(5)
        clock.advance(by: .seconds(30 * 86_400 - 1800))
        let service = service()
        try await beside({ await service.run() }) {
            try await clock.waitForSleepers(1)
            #expect(try await bodies() == 5)
            clock.advance(by: .seconds(3600))
            var lines: [LogLine] = []
            while lines.isEmpty {
                lines = logged.lines(.info, part: "retention")
                await Task.yield()
            }
        }
        #expect(try await bodies() == 0)
    }

    // MARK: Readiness

    @Test func `the store is ready when a write was committed`() async throws {
        let check = ReadinessCheck.store(store)
        #expect(await check.look().word == "ok")
        store.failNext(.readOnly, call: "probe")
        let failed = await check.look()
        #expect(failed.word == "failed" && failed.sentence.contains("deliveries cannot be stored"))
        #expect(await check.look().word == "ok")
    }

    @Test(arguments: [(0, true, "failed"), (0, false, "degraded"), (1, true, "ok"), (2, false, "ok")])
    func `a source without a secret refuses everything, which fails the service when there is no other`(
        _ count: Int, _ isOnly: Bool, _ word: String
    ) async {
        let source = WatchedSource(source: .sentry, tracker: "prod")
        let check = ReadinessCheck.secrets(of: source, count: count, isOnlySource: isOnly, key: "client_secret_file")
        let state = await check.look()
        #expect(check.name == "secrets:sentry/prod")
        #expect(state.word == word)
        #expect(state.sentence.contains("client_secret_file") == (count == 0))
    }

    @Test func `decoding that does not keep up shows`() async throws {
        let check = ReadinessCheck.backlog(store, wall: clock.wallClock)
        #expect(await check.look() == .ok("nothing waits"))
        _ = try await store.accept(NewDelivery(source: .github, transportKey: "k", body: [], receivedAt: clock.timestamp))
        clock.advance(by: .seconds(300))
        #expect(await check.look().word == "ok")
        clock.advance(by: .seconds(1))
        let late = await check.look()
        #expect(late.word == "degraded" && late.sentence.contains("301 s"))
        store.failNext(.inputOutput)
        #expect(await check.look().word == "failed")
    }

    @Test func `the report is ready unless something failed`() async {
        func isReady(_ states: ReadinessState...) async -> Bool {
            await Readiness(states.map { state in ReadinessCheck(name: "n") { state } }).look().isReady
        }
        #expect(await isReady())
        #expect(await isReady(.ok(""), .degraded("")))
        #expect(await !isReady(.ok(""), .failed(""), .ok("")))
    }
}
