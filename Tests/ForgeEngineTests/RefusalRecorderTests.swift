// Refusals are kept off the path of the answer, within bounds.

import ForgeCore
import ForgeEngine
import ForgeTestSupport
import ForgeWebhooks
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct RefusalRecorderTests {
    private let clock = TestClock()
    private let store: MemoryStore
    private let metrics = Metrics()
    private let logged = LogCapture()

    init() { store = MemoryStore(clock: clock.wallClock) }

    private func recorder(_ limits: RefusalLimits = .init(), keep: Int = 100) -> RefusalRecorder {
        RefusalRecorder(store: store, keep: keep, limits: limits, metrics: metrics, log: logged.log)
    }

    private func refusal(_ number: Int) -> Refusal {
        Refusal(
            source: .github, code: "wrong_signature", reason: "refusal \(number)", remoteAddress: "192.0.2.1", bodyBytes: 4,
            at: clock.timestamp)
    }

    private func kept() async throws -> [Refusal] { try await store.refusals(page: PageRequest(limit: 200), scope: .all).items }

    private var dropped: Int { metrics.counter("forge_refusals_unrecorded_total", "").value }

    @Test func `a body is looked into when refusals are written, not when they are recorded`() async throws {
        let recorder = recorder()
        let looks = Mutex(0)
        recorder.record(
            refusal(1),
            diagnosis: Diagnosis(bodyBytes: 4) {
                looks.withLock { $0 += 1 }
                return WebhookRejection(.bodyChanged, "a proxy did it")
            })
        #expect(looks.withLock(\.self) == 0)
        await recorder.flush()
        #expect(looks.withLock(\.self) == 1)
        let written = try #require(try await kept().first)
        #expect(written.code == "body_changed" && written.reason == "a proxy did it")
        #expect(await recorder.flush() == false)
    }

    @Test func `bodies beyond the bound are not held, and their refusals keep the first reason`() async throws {
        let recorder = recorder(RefusalLimits(heldBytes: 10))
        for (number, bytes) in [(1, 6), (2, 5), (3, 4), (4, 1)] {
            recorder.record(refusal(number), diagnosis: Diagnosis(bodyBytes: bytes) { WebhookRejection(.bodyChanged, "looked \(number)") })
        }
        await recorder.flush()
        #expect(try await kept().map(\.reason) == ["refusal 4", "looked 3", "refusal 2", "looked 1"])
        recorder.record(refusal(5), diagnosis: Diagnosis(bodyBytes: 10) { WebhookRejection(.bodyChanged, "looked 5") })
        await recorder.flush()
        #expect(try await kept().first?.reason == "looked 5")
    }

    @Test func `what waits is bounded, the rest is counted`() async throws {
        let recorder = recorder(RefusalLimits(waiting: 3))
        for number in 1...5 { recorder.record(refusal(number)) }
        #expect(dropped == 2)
        await recorder.flush()
        #expect(try await kept().map(\.reason) == ["refusal 3", "refusal 2", "refusal 1"])
    }

    @Test func `the store keeps the newest`() async throws {
        let recorder = recorder(keep: 2)
        for number in 1...5 { recorder.record(refusal(number)) }
        await recorder.flush()
        #expect(try await kept().map(\.reason) == ["refusal 5", "refusal 4"])
    }

    @Test func `a store that fails costs the refusals and nothing else`() async throws {
        let recorder = recorder()
        store.failNext(.full)
        recorder.record(refusal(1))
        await recorder.flush()
        #expect(dropped == 1)
        #expect(logged.lines(.warning).count == 1)
        recorder.record(refusal(2))
        await recorder.flush()
        #expect(try await kept().map(\.reason) == ["refusal 2"])
    }

    @Test func `the first is written at once, and a flood only once in a while`() async throws {
        let recorder = recorder()
        try await beside({ [clock] in await recorder.run(clock: clock) }) {
            recorder.record(refusal(1))
            // The loop's own minute, and the pause after a writing.
            try await clock.waitForSleepers(2)
            #expect(try await kept().count == 1)
            for number in 2...50 { recorder.record(refusal(number)) }
            #expect(try await kept().count == 1)
            clock.advance(by: .seconds(1))
            try await clock.waitForSleepers(2)
            #expect(try await kept().count == 50)
        }
    }

    @Test func `what waits at the end is still written`() async throws {
        let recorder = recorder()
        try await beside({ [clock] in await recorder.run(clock: clock) }) {
            recorder.record(refusal(1))
            try await clock.waitForSleepers(2)
            recorder.record(refusal(2))
        }
        #expect(try await kept().count == 2)
    }
}
