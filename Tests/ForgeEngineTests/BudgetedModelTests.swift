// Money before calls: reserved first, settled with the step, and no call where the ledger says no or nothing.

import ForgeConfig
import ForgeCore
import ForgeEngine
import ForgeTestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct BudgetedModelTests {
    private let clock = TestClock()
    private let store: MemoryStore
    private let payer = BudgetPayer(tenant: .local, repository: "acme/shop")
    private let request = ModelRequest(role: "reviewer", system: "s", messages: [.material("m")], answerTokensMax: 1_000)

    init() { store = MemoryStore(clock: clock.wallClock) }

    /// A dollar for a million tokens in, ten for a million out: a call may come to 10,517 millionths.
    private func budget(
        _ payer: BudgetPayer? = nil, day: Double = 20, lease: Lease? = nil,
        price: TokenPrice? = TokenPrice(input: 1_000_000, output: 10_000_000),
        unpriced: Double? = nil
    ) -> CallBudget {
        var settings = ServerSettings.standard.budget
        settings.repositoryDayUSD = day
        settings.unpricedMillionUSD = unpriced
        let book = BudgetBook(
            ledger: store, settings: settings, price: { $0 == "reviewer" ? price : nil }, wall: clock.wallClock, clock: clock,
            metrics: Metrics())
        return book.budget(for: payer ?? self.payer, lease: lease)
    }

    private func reply(_ usage: ModelUsage) -> ScriptedModel.Line { .reply(ModelReply(parts: [], stop: .ended, usage: usage, model: "m")) }

    private func money(_ payer: BudgetPayer? = nil) async throws -> [Int] {
        let accounts = (payer ?? self.payer).accounts(at: clock.timestamp)
        let first = try #require(try await store.standings(of: accounts, at: clock.timestamp).first)
        return [first.spent, first.reserved]
    }

    @Test func `the worst is set aside while a call goes on, and what it came to is counted after`() async throws {
        let seen = Mutex<[Int]>([])
        let model = ScriptedModel([reply(ModelUsage(inputTokens: 100, outputTokens: 50))]) { _ in
            let now = try? await money()
            seen.withLock { $0 = now ?? [] }
        }
        _ = try await BudgetedModel(model, budget()).reply(to: request) { _ in }
        #expect(seen.withLock { $0 } == [0, request.inputTokensMax + 10_000])
        #expect(try await money() == [100 + 500, 0])
    }

    @Test func `where too little is left nothing is asked, and the reason names the limit and what is left`() async throws {
        let model = ScriptedModel([reply(ModelUsage(microUSD: 9_000))])
        let tight = budget(day: 0.015)
        _ = try await BudgetedModel(model, tight).reply(to: request) { _ in }
        let most = Dollars.text(request.inputTokensMax + 10_000)
        let reason =
            "the budget of this repository today has $0.006 left of $0.015 (budget.repository_day_usd), and the next call may cost \(most)"
        await #expect(throws: ModelError(.spent, reason)) { _ = try await BudgetedModel(model, tight).reply(to: request) { _ in } }
        #expect(model.requests.count == 1)
        #expect(try await tight.state() == .open)
    }

    @Test func `a model without a price is not asked, unless the settings say what its tokens count as`() async throws {
        let model = ScriptedModel([reply(ModelUsage(inputTokens: 3, outputTokens: 4)), reply(ModelUsage(inputTokens: 3))])
        await #expect(throws: ModelError.self) { _ = try await BudgetedModel(model, budget(price: nil)).reply(to: request) { _ in } }
        #expect(model.requests.isEmpty)
        _ = try await BudgetedModel(model, budget(price: nil, unpriced: 2)).reply(to: request) { _ in }
        #expect(try await money() == [14, 0])
        _ = try await BudgetedModel(model, budget(day: 0, price: nil, unpriced: 0)).reply(to: request) { _ in }
        #expect(try await money() == [14, 0], "what costs nothing needs no money")
    }

    @Test func `without an answer from the ledger nothing is asked`() async throws {
        let model = ScriptedModel([reply(ModelUsage(microUSD: 5))])
        for code in [StoreError.Code.busy, .full, .corrupt] {
            store.failNext(code, call: "reserve")
            await #expect(throws: ModelError.self) { _ = try await BudgetedModel(model, budget()).reply(to: request) { _ in } }
        }
        #expect(model.requests.isEmpty)
        store.failNext(.busy, call: "settle")
        await #expect(throws: ModelError.self) { _ = try await BudgetedModel(model, budget()).reply(to: request) { _ in } }
        clock.advance(by: .seconds(300))
        #expect(try await money() == [request.inputTokensMax, 0], "its least, though nobody could write it down")
    }

    @Test(arguments: [
        (ModelError.Kind.unavailable, 0), (.limited(retryAfter: .zero), 0), (.unauthorized, 0), (.spent, 0), (.tooLarge, 0),
        (.malformed, 1), (.refused, 1), (.cancelled, 1),
    ])
    func `a call that failed costs its question if it was read`(_ kind: ModelError.Kind, _ times: Int) async throws {
        let model = ScriptedModel([.failure(ModelError(kind, "no"))])
        await #expect(throws: ModelError(kind, "no")) { _ = try await BudgetedModel(model, budget()).reply(to: request) { _ in } }
        #expect(try await money() == [times * request.inputTokensMax, 0])
    }

    @Test func `a stream that was discarded and asked for again costs its question once more`() async throws {
        let model = Stumbling(paid: [nil, nil], usage: ModelUsage(microUSD: 70))
        let heard = Mutex(0)
        _ = try await BudgetedModel(model, budget()).reply(to: request) { _ in heard.withLock { $0 += 1 } }
        #expect(try await money() == [70 + 2 * request.inputTokensMax, 0])
        #expect(heard.withLock { $0 } == 2)
    }

    @Test func `a stream that was discarded and is in the answer's price is not counted once more`() async throws {
        let model = Stumbling(paid: [30, nil, 5], usage: ModelUsage(microUSD: 30 + 5 + 70))
        _ = try await BudgetedModel(model, budget()).reply(to: request) { _ in }
        #expect(try await money() == [105 + request.inputTokensMax, 0])
    }

    @Test func `what discarded streams cost is counted also when the answer has no price or does not come`() async throws {
        let unpriced = Stumbling(paid: [30, nil], usage: ModelUsage(inputTokens: 100, outputTokens: 50))
        _ = try await BudgetedModel(unpriced, budget()).reply(to: request) { _ in }
        #expect(try await money() == [30 + request.inputTokensMax + 600, 0])
        let dead = Stumbling(paid: [30, nil], usage: nil)
        await #expect(throws: ModelError.self) { _ = try await BudgetedModel(dead, budget()).reply(to: request) { _ in } }
        #expect(try await money() == [2 * (30 + request.inputTokensMax) + 600, 0])
    }

    @Test func `a provider that counts no tokens may have used all of them`() async throws {
        _ = try await BudgetedModel(ScriptedModel([reply(ModelUsage())]), budget()).reply(to: request) { _ in }
        #expect(try await money() == [request.inputTokensMax + 10_000, 0])
    }

    @Test func `a long call keeps what is set aside for it`() async throws {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let model = ScriptedModel([reply(ModelUsage(microUSD: 1))]) { _ in for await _ in gate { return } }
        async let answer = BudgetedModel(model, budget()).reply(to: request) { _ in }
        for _ in 0..<8 {
            try await clock.waitForSleepers(1)
            clock.advance(by: .seconds(100))
        }
        try await clock.waitForSleepers(1)
        #expect(try await money()[1] == request.inputTokensMax + 10_000)
        open.yield()
        _ = try await answer
        #expect(try await money() == [1, 0])
    }

    // MARK: Steps

    private func claimed() async throws -> (Job, RunJournal) {
        _ = try await store.enqueue(NewJob(kind: "review", tenant: .local, repository: "acme/shop", workKey: "a"))
        let job = try #require(try await store.claim(kinds: ["review"], worker: "w", lease: .seconds(60), perRepository: 9))
        let new = NewRun(kind: .review, tenant: .local, repository: "acme/shop", job: job.id, subject: "pull/7@a")
        return (job, try await RunBook(store: store, now: clock.wallClock).open(new, for: job).journal)
    }

    private func text(_ model: any Model) async throws -> String { try await model.reply(to: request) { _ in }.model }

    @Test func `a step's money is settled with the step, and a step that is known asks for none`() async throws {
        let (job, journal) = try await claimed()
        let model = ScriptedModel([reply(ModelUsage(microUSD: 40)), reply(ModelUsage(microUSD: 2))])
        let payer = BudgetPayer(tenant: .local, repository: "acme/shop", run: journal.run)
        let budget = budget(payer, lease: job.lease)
        let calls = Mutex<[[Int]]>([])
        for _ in 0..<2 {
            _ = try await journal.step("ask", asking: model, within: budget) { model in
                let answer = try await text(model) + text(model)
                let now = try await money(payer)
                calls.withLock { $0.append(now) }
                return answer
            }
        }
        let most = request.inputTokensMax + 10_000
        #expect(calls.withLock { $0 } == [[0, 2 * most]], "nothing is settled before the step is stored")
        #expect(try await money(payer) == [42, 0])
    }

    @Test func `what was paid is counted also when the step cannot be stored, and once when only the answer is lost`() async throws {
        let (job, journal) = try await claimed()
        let payer = BudgetPayer(tenant: .local, repository: "acme/shop", run: journal.run)
        let model = ScriptedModel((0..<3).map { reply(ModelUsage(microUSD: 10 + $0)) })
        store.failNext(.busy, call: "recordStep")
        await #expect(throws: StoreError.self) {
            _ = try await journal.step("a", asking: model, within: budget(payer, lease: job.lease), text)
        }
        #expect(try await money(payer) == [10, 0])
        store.failNext(.busy, call: "recordStep", afterCommit: true)
        await #expect(throws: StoreError.self) {
            _ = try await journal.step("a", asking: model, within: budget(payer, lease: job.lease), text)
        }
        #expect(try await money(payer) == [21, 0])
        await #expect(throws: JobRefused.self) {
            _ = try await journal.step("b", asking: model, within: budget(payer, lease: job.lease)) { model -> String in
                _ = try await text(model)
                throw JobRefused(reason: "unreadable")
            }
        }
        #expect(try await money(payer) == [33, 0])
    }

    @Test func `a worker that lost its lease asks nobody, and what it had asked is counted`() async throws {
        let (job, journal) = try await claimed()
        let payer = BudgetPayer(tenant: .local, repository: "acme/shop", run: journal.run)
        let model = ScriptedModel([reply(ModelUsage(microUSD: 10))]) { _ in
            _ = try? await store.end(job.lease, .failed(error: "stalled", retryAfter: .zero))
        }
        let budget = budget(payer, lease: job.lease)
        await #expect(throws: StoreError.self) { _ = try await journal.step("a", asking: model, within: budget, text) }
        #expect(try await money(payer) == [10, 0])
        await #expect(throws: ModelError.self) { _ = try await journal.step("a", asking: model, within: budget, text) }
        #expect(model.requests.count == 1)
    }

    @Test func `a run killed in the middle of a call goes on with all but the question's price`() async throws {
        let (job, journal) = try await claimed()
        let payer = BudgetPayer(tenant: .local, repository: "acme/shop", run: journal.run)
        let tight = 0.0105 + Double(2 * request.inputTokensMax) / 1e6
        let killed = ScriptedModel([.failure(ModelError(.cancelled, "killed"))]) { _ in store.die(afterCalls: 0) }
        await #expect(throws: ModelError.self) {
            _ = try await journal.step("a", asking: killed, within: budget(payer, day: tight, lease: job.lease), text)
        }
        store.revive()
        _ = try await store.end(job.lease, .released)
        let next = try #require(try await store.claim(kinds: ["review"], worker: "w", lease: .seconds(60), perRepository: 9))
        let new = NewRun(kind: .review, tenant: .local, repository: "acme/shop", job: job.id, subject: "pull/7@a")
        let again = try await RunBook(store: store, now: clock.wallClock).open(new, for: next).journal
        let model = ScriptedModel([reply(ModelUsage(microUSD: 10))])
        _ = try await again.step("a", asking: model, within: budget(payer, day: tight, lease: next.lease), text)
        #expect(try await money(payer) == [10 + request.inputTokensMax, 0])
    }

    @Test func `at nine tenths what there is has to be landed`() async throws {
        let budget = budget(day: 0.1)
        #expect(try await budget.state() == .open)
        for (spent, state) in [(89_999, BudgetState.open), (1, .landing), (9_999, .landing), (1, .spent)] {
            let free = BudgetLimits(run: .max, repositoryDay: .max, organizationMonth: .max)
            let asked = BudgetReservation(payer: payer, limits: free, most: spent, purpose: "p", lifetime: .seconds(1))
            guard case .reserved(let id) = try await store.reserve(asked, lease: nil) else { throw ModelError(.spent, "no") }
            try await store.settle([BudgetSettlement(id, spent: spent)])
            #expect(try await budget.state() == state)
        }
    }
}

/// Its stream dies as often as there is a price for it.
private struct Stumbling: Model {
    let paid: [Int?]
    /// Nil: no answer comes after all.
    let usage: ModelUsage?
    var name: String { "stumbling" }

    func reply(to request: ModelRequest, events: @Sendable (ModelEvent) async -> Void) async throws(ModelError) -> ModelReply {
        for price in paid { await events(.discarded(because: "cut", paid: price)) }
        guard let usage else { throw ModelError(.unavailable, "cut") }
        return ModelReply(parts: [], stop: .ended, usage: usage, model: "m")
    }
}
