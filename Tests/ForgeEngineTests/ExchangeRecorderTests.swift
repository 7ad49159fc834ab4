// What passed between Forge and a model is kept with its run: once, before it is used, within bounds, and never at the price of an answer.

import ForgeConfig
import ForgeCore
import ForgeEngine
import ForgeTestSupport
import Synchronization
import Testing

/// Hands over what it heard, without secrets, as whoever knows transcripts would.
struct TappedModel: Model {
    let inner: any Model
    let keep: @Sendable (JSON) async -> Void

    var name: String { inner.name }

    func reply(to request: ModelRequest, events: @Sendable (ModelEvent) async -> Void) async throws(ModelError) -> ModelReply {
        let asked: JSON = ["role": .string(request.role), "request": ["system": .string(request.system)]]
        do throws(ModelError) {
            let reply = try await inner.reply(to: request, events: events)
            let calls = JSON.array(reply.calls.map { .string($0.argumentsText) })
            await keep(.object((asked.members ?? []) + [.init("events", []), .init("reply", ["calls": calls])]))
            return reply
        } catch {
            await keep(.object((asked.members ?? []) + [.init("failure", ["message": .string(error.message)])]))
            throw error
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct ExchangeRecorderTests {
    private let clock = TestClock()
    private let store: MemoryStore
    private let metrics = Metrics()
    private let logged = LogCapture()
    private let request = AnswerRequest(role: "reviewer", system: "s", material: "m", answerSchema: ["type": "object"])

    init() { store = MemoryStore(clock: clock.wallClock) }

    private func recorder(_ limits: ExchangeLimits = ExchangeLimits()) -> ExchangeRecorder {
        ExchangeRecorder(store: store, limits: limits, metrics: metrics, log: logged.log) { TappedModel(inner: $0, keep: $1) }
    }

    private func kept(_ form: String) -> Int { metrics.counter("forge_exchanges_kept_total", "", [.init("form", form)]).value }

    private func claimed() async throws -> Job {
        _ = try await store.enqueue(NewJob(kind: "review", tenant: .local, repository: "acme/shop", workKey: "a"))
        return try #require(try await store.claim(kinds: ["review"], worker: "w", lease: .seconds(60), perRepository: 9))
    }

    private func again(_ job: Job) async throws -> Job {
        _ = try await store.end(job.lease, .released)
        return try #require(try await store.claim(kinds: ["review"], worker: "w", lease: .seconds(60), perRepository: 9))
    }

    private func journal(_ job: Job) async throws -> RunJournal {
        let new = NewRun(kind: .review, tenant: .local, repository: "acme/shop", job: job.id, subject: "pull/7@a")
        return try await RunBook(store: store, now: clock.wallClock).open(new, for: job).journal
    }

    private func answer(_ number: Int) -> ScriptedModel.Line { .answer(ModelAnswer(json: ["n": JSON(number)])) }

    private func ask(
        _ key: String, _ model: any Model, _ journal: RunJournal, _ recorder: ExchangeRecorder, within budget: CallBudget? = nil
    ) async throws -> JSON {
        try await journal.step(key, asking: model, within: budget, keeping: recorder) { try await $0.answer(request).json }
    }

    private func exchange(_ summary: ArtifactSummary, _ journal: RunJournal) async throws -> JSON {
        let artifact = try #require(try await store.artifact(summary.digest, run: journal.run, scope: .all))
        return try #require(try JSONParser.parse(artifact.bytes).value["exchanges"]?[0])
    }

    private func budget(_ journal: RunJournal, runUSD: Double) -> CallBudget {
        var settings = ServerSettings.standard.budget
        settings.runUSD = runUSD
        let book = BudgetBook(
            ledger: store, settings: settings, price: { _ in TokenPrice(input: 1_000_000, output: 1_000_000) }, wall: clock.wallClock,
            clock: clock, metrics: metrics)
        return book.budget(for: BudgetPayer(tenant: .local, repository: "acme/shop", run: journal.run), lease: journal.lease)
    }

    @Test func `an exchange is kept before its step, which names it, and a step that is known keeps nothing`() async throws {
        let job = try await claimed()
        let journal = try await journal(job)
        let seen = Mutex<[Int]>([])
        let model = ScriptedModel([answer(1), answer(2)])
        for _ in 0..<2 {
            _ = try await journal.step("a", asking: model, within: nil, keeping: recorder()) { model in
                let both = try await [model.answer(request).json, model.answer(request).json]
                let steps = try await store.steps(of: journal.run, scope: .all).count
                let artifacts = try await store.artifacts(of: journal.run, scope: .all).count
                seen.withLock { $0 += [artifacts, steps] }
                return ["both": .array(both)] as JSON
            }
        }
        #expect(seen.withLock { $0 } == [2, 0], "asked once, and both are kept while the step is not stored yet")
        let artifacts = try await store.artifacts(of: journal.run, scope: .all)
        #expect(artifacts.map(\.kind) == [ArtifactKind.exchange, ArtifactKind.exchange])
        let step = try #require(try await store.steps(of: journal.run, scope: .all).first)
        #expect(step.exchanges == artifacts.map(\.digest) && step.result["both"]?.array?.count == 2)
        let first = try await exchange(artifacts[0], journal)
        #expect(first["step"] == "a" && first["number"] == 1 && first["at"] == JSON(clock.timestamp) && first["role"] == "reviewer")
        #expect(first["request"]?["system"] == "s" && first["reply"]?["calls"] == [.string("{\"n\":1}")])
        #expect(try await exchange(artifacts[1], journal)["number"] == 2)
        #expect(kept("whole") == 2)
    }

    @Test func `a failed exchange is kept as one, twice when it happened twice, and the step names the one that it used`() async throws {
        let journal = try await journal(try await claimed())
        let down = ScriptedModel.Line.failure(ModelError(.unavailable, "down"))
        let model = ScriptedModel([down, down, answer(3)])
        for _ in 0..<2 {
            await #expect(throws: ModelError.self) { _ = try await ask("a", model, journal, recorder()) }
        }
        _ = try await ask("a", model, journal, recorder())
        let artifacts = try await store.artifacts(of: journal.run, scope: .all)
        #expect(artifacts.map(\.kind) == [ArtifactKind.failedExchange, ArtifactKind.failedExchange, ArtifactKind.exchange])
        #expect(try await exchange(artifacts[1], journal)["failure"]?["message"] == "down")
        #expect(try await store.steps(of: journal.run, scope: .all).map(\.exchanges) == [[artifacts[2].digest]])
    }

    @Test func `what is refused for want of money is no exchange`() async throws {
        let journal = try await journal(try await claimed())
        let model = ScriptedModel([answer(1)])
        await #expect(throws: ModelError.self) {
            _ = try await ask("a", model, journal, recorder(), within: budget(journal, runUSD: 0.000_1))
        }
        #expect(try await store.artifacts(of: journal.run, scope: .all).isEmpty && model.requests.isEmpty)
    }

    @Test(arguments: 0..<12) func `killed at any call, the answer is named by its step, and at most one is named by none`(
        _ calls: Int
    ) async throws {
        let first = try await claimed()
        var journal = try await journal(first)
        let model = ScriptedModel([answer(1), answer(1), answer(1), answer(1)])
        store.die(afterCalls: calls, afterCommit: calls % 2 == 1)
        for key in ["a", "b"] {
            // It is killed somewhere in here, and what it had begun is lost.
            _ = try? await ask(key, model, journal, recorder(), within: budget(journal, runUSD: 1))
        }
        store.revive()
        journal = try await self.journal(try await again(first))
        for key in ["a", "b"] { _ = try await ask(key, model, journal, recorder(), within: budget(journal, runUSD: 1)) }
        let artifacts = try await store.artifacts(of: journal.run, scope: .all)
        let named = try await store.steps(of: journal.run, scope: .all).flatMap(\.exchanges)
        #expect(named.count == 2 && Set(named).isSubset(of: artifacts.map(\.digest)), "\(artifacts)")
        #expect(artifacts.count <= 3, "\(artifacts)")
    }

    @Test func `above its bounds a run keeps the answers alone, then nothing, and says so; the next attempt counts on`() async throws {
        let job = try await claimed()
        var journal = try await journal(job)
        let recorder = recorder(ExchangeLimits(wholeBytesMax: 400, bytesMax: 700))
        let model = ScriptedModel((0..<6).map(answer))
        for number in 0..<3 { _ = try await ask("\(number)", model, journal, recorder) }
        journal = try await self.journal(try await again(job))
        for number in 3..<6 { #expect(try await ask("\(number)", model, journal, recorder)["n"] == JSON(number)) }
        let artifacts = try await store.artifacts(of: journal.run, scope: .all)
        #expect(artifacts.map(\.bytes).reduce(0, +) <= 700 && artifacts.count == kept("whole") + kept("answer"))
        #expect(kept("whole") >= 1 && kept("answer") >= 1 && kept("none") >= 1, "\(artifacts)")
        let cut = try await exchange(try #require(artifacts.last), journal)
        #expect(cut["request"] == nil && cut["events"] == nil && cut["reply"] != nil && cut["role"] == "reviewer", "\(cut.text)")
        #expect(logged.text.contains("was not kept") && logged.text.contains("\"step\":\"5\""), "\(logged.text)")
    }

    @Test(arguments: ["artifacts", "saveArtifact"]) func `an exchange that cannot be stored costs no answer`(_ call: String) async throws {
        let journal = try await journal(try await claimed())
        store.failNext(.full, call: call)
        let model = ScriptedModel([answer(1), answer(2)])
        #expect(try await ask("a", model, journal, recorder())["n"] == 1)
        #expect(try await ask("b", model, journal, recorder())["n"] == 2)
        #expect(kept("error") == 1 && kept("whole") == 1 && logged.text.contains("could not be kept"), "\(logged.text)")
        #expect(try await store.steps(of: journal.run, scope: .all).map(\.exchanges.count) == [0, 1])
    }
}
