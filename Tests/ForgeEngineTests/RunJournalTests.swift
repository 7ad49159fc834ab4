// Steps: stored before they are used, carried out once, and looked for before they are repeated.

import ForgeCore
import ForgeEngine
import ForgeTestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct RunJournalTests {
    private let clock = TestClock()
    private let store: MemoryStore
    private let book: RunBook

    init() {
        store = MemoryStore(clock: clock.wallClock)
        book = RunBook(store: store, now: clock.wallClock)
    }

    private func claimed(_ key: String = "a", attemptsMax: Int = 4) async throws -> Job {
        _ = try await store.enqueue(
            NewJob(kind: "review", tenant: .local, repository: "acme/shop", workKey: key, attemptsMax: attemptsMax))
        return try #require(try await store.claim(kinds: ["review"], worker: "w", lease: .seconds(60), perRepository: 9))
    }

    private func open(_ job: Job, _ subject: String = "pull/7@a") async throws -> RunBook.Opened {
        let new = NewRun(kind: .review, tenant: .local, repository: "acme/shop", job: job.id, subject: subject)
        return try await book.open(new, for: job)
    }

    private func again(_ job: Job) async throws -> Job {
        _ = try await store.end(job.lease, .failed(error: "again", retryAfter: .zero))
        return try #require(try await store.claim(kinds: ["review"], worker: "w", lease: .seconds(60), perRepository: 9))
    }

    @Test func `a step is carried out once, also by the next attempt`() async throws {
        let job = try await claimed()
        var journal = try await open(job).journal
        let calls = Mutex(0)
        for attempt in 0..<2 {
            let result: Int64 = try await journal.step("model", .model) {
                calls.withLock { $0 += 1 }
                return 42
            }
            #expect(result == 42)
            if attempt == 0 { journal = try await open(try await again(job)).journal }
        }
        #expect(calls.withLock { $0 } == 1)
    }

    @Test func `a result that could not be stored is not used`() async throws {
        let journal = try await open(try await claimed()).journal
        store.failNext(.busy, call: "recordStep")
        await #expect(throws: StoreError.self) { let _: Bool = try await journal.step("a", .read) { true } }
        #expect(!journal.has("a"))
    }

    @Test func `a write is begun before it is carried out, and looked for when it was begun before`() async throws {
        let job = try await claimed()
        let journal = try await open(job).journal
        await #expect(throws: CodeHostError.self) {
            let _: Int64 = try await journal.write("w", find: { nil }) { throw CodeHostError(.unavailable, "502") }
        }
        let next = try await open(try await again(job)).journal
        #expect(next.isRepeated("w") && !next.has("w"))
        let found: Int64 = try await next.write("w", find: { 7 }) {
            Issue.record("it is there already")
            return 8
        }
        #expect(found == 7)
    }

    @Test func `what was begun a moment ago and does not show is waited for, then written`() async throws {
        let job = try await claimed()
        let journal = try await open(job).journal
        _ = try? await journal.write("w", find: { () -> Int64? in nil }) { () -> Int64 in throw CodeHostError(.unavailable, "502") }
        let next = try await open(try await again(job)).journal
        await #expect(throws: JobDeferred(because: "a write was begun a moment ago, and may show yet", retryAfter: .seconds(5))) {
            let _: Int64 = try await next.write("w", find: { nil }) { 8 }
        }
        clock.advance(by: .seconds(5))
        let written: Int64 = try await next.write("w", find: { nil }) { 8 }
        #expect(written == 8)
    }

    @Test func `a lost answer leads to a look, and to an error when there is nothing`() async throws {
        let journal = try await open(try await claimed()).journal
        let lost = CodeHostError(.unavailable, "no answer", mayBeDone: true)
        let found: Int64 = try await journal.write("a", find: { 3 }) { throw lost }
        #expect(found == 3)
        await #expect(throws: lost) { let _: Int64 = try await journal.write("b", find: { nil }) { throw lost } }
    }

    @Test func `a worker without a lease writes nothing`() async throws {
        let job = try await claimed()
        let journal = try await open(job).journal
        _ = try await again(job)
        let isWritten = Mutex(false)
        await #expect(throws: StoreError.self) {
            let _: Int64 = try await journal.write("w", find: { nil }) {
                isWritten.withLock { $0 = true }
                return 1
            }
        }
        #expect(!isWritten.withLock { $0 })
    }

    @Test func `what another version wrote is not taken for something else`() async throws {
        let job = try await claimed()
        let journal = try await open(job).journal
        let _: String = try await journal.step("a", .read) { "a word" }
        await #expect(throws: JobRefused.self) { let _: Int64 = try await journal.step("a", .read) { 1 } }
    }

    // MARK: Runs

    @Test func `a job that was stopped between the run's end and its own ends without another run`() async throws {
        let job = try await claimed()
        let opened = try await open(job)
        try await store.advanceRun(opened.journal.run, to: .done, reason: "clean", lease: job.lease)
        let next = try await open(try await again(job))
        #expect(next.finished?.id == opened.journal.run)
    }

    @Test func `a failed run that a person sends round again begins anew`() async throws {
        let job = try await claimed(attemptsMax: 1)
        let opened = try await open(job)
        try await store.advanceRun(opened.journal.run, to: .failed, reason: "failed", lease: job.lease)
        _ = try await store.end(job.lease, .failedForGood(error: "failed"))
        _ = try await store.retryJob(job.id, by: "ada", scope: .all)
        let claimed = try #require(try await store.claim(kinds: ["review"], worker: "w", lease: .seconds(60), perRepository: 9))
        let next = try await open(claimed)
        #expect(next.finished == nil && next.journal.run != opened.journal.run)
        #expect(next.unsettled.map(\.id) == [opened.journal.run], "what it left on the host is taken up")
    }

    @Test func `a run whose job still waits is nobody else's to end`() async throws {
        let waiting = try await claimed("a")
        let first = try await open(waiting)
        _ = try await store.end(waiting.lease, .deferred(because: "a limit", retryAfter: .seconds(600)))
        let other = try await open(try await claimed("b"))
        #expect(other.unsettled.isEmpty)
        _ = try await store.cancelJob(waiting.id, by: "ada", scope: .all)
        let third = try await open(try await claimed("c"))
        #expect(third.unsettled.map(\.id).contains(first.journal.run))
    }

    @Test(arguments: [
        (CodeHostError(.limited(retryAfter: .seconds(9)), "m") as any Error, RunFailure.wait(because: "m", .seconds(9))),
        (CodeHostError(.unavailable, "m"), .passing("m")), (CodeHostError(.notFound, "m"), .gone("m")),
        (CodeHostError(.forbidden(missing: "checks=write"), "m"), .blocked("the installation lacks the permission checks=write: m")),
        (CodeHostError(.unauthorized, "m"), .shut("m")), (SourceError(.unauthorized, "m"), .blocked("m")),
        (CodeHostError(.refused, "m"), .broken("m")),
        (SourceError(.notFound, "m"), .passing("m")), (SourceError(.tooLarge, "m"), .broken("m")),
        (StoreError(code: .leaseLost, call: "c", message: "m"), .quiet), (CancellationError(), .quiet),
        (JobDeferred(because: "m", retryAfter: .zero), .quiet), (JobRefused(reason: "m"), .broken("m")),
    ])
    func `what is thrown decides what becomes of a run`(_ error: any Error, _ failure: RunFailure) {
        #expect(RunFailure(error) == failure)
    }

    @Test func `at the last attempt nothing passes any more, and a limit still waits`() async throws {
        let (only, first) = (try await claimed("a", attemptsMax: 1), try await claimed("b", attemptsMax: 2))
        #expect(RunFailure.passing("m").final(of: only, at: only.createdAt) == .broken("m"))
        #expect(RunFailure.passing("m").final(of: first, at: only.createdAt) == .passing("m"))
        #expect(RunFailure.wait(because: "m", .zero).final(of: only, at: only.createdAt) == .wait(because: "m", .zero))
    }

    @Test func `a shut door is tried again for hours, and then left to a person`() async throws {
        let job = try await claimed(attemptsMax: 1)
        let soon = job.createdAt + .seconds(5 * 3_600)
        #expect(RunFailure.shut("m").final(of: job, at: soon) == .wait(because: "m", RunFailure.shutPause))
        #expect(RunFailure.shut("m").final(of: job, at: job.createdAt + RunFailure.shutMax) == .blocked("m"))
    }
}
