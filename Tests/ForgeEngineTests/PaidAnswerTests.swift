// What paid steps store, and whose money a question is.

import ForgeConfig
import ForgeCore
import ForgeCrew
import ForgeReview
import ForgeTestSupport
import Synchronization
import Testing

@testable import ForgeEngine

@Suite(.timeLimit(.minutes(5))) struct PaidAnswerTests {
    private static let outside = OutsideText { "<<\($0)>>" }
    private static let usage = ModelUsage(inputTokens: 900, outputTokens: 80, cachedTokens: 640, cacheWriteTokens: 30, microUSD: 1_200)

    @Test func `a step keeps all that was counted, and reads what a version before it wrote`() {
        let paid = PaidAnswer(ModelAnswer(json: ["findings": []], usage: Self.usage, model: "m"))
        #expect(PaidAnswer(stepJSON: paid.stepJSON) == paid)
        #expect(paid.stepJSON["cached_tokens"] == 640)
        let old: JSON = ["answer": ["a": 1], "input_tokens": 5, "output_tokens": 2]
        #expect(PaidAnswer(stepJSON: old)?.answer == ModelAnswer(json: ["a": 1], usage: ModelUsage(inputTokens: 5, outputTokens: 2)))
        #expect(PaidAnswer(stepJSON: ["answer": 1]) == nil)

        let words = PaidWords("It is.", usage: Self.usage, model: "m")
        #expect(PaidWords(stepJSON: words.stepJSON) == words)
        #expect(PaidWords(stepJSON: PaidWords(failure: "no").stepJSON)?.failure == "no")
        #expect(PaidWords(stepJSON: ["It is."])?.text == "It is." && PaidWords(stepJSON: [])?.text == nil)
        #expect(PaidWords(stepJSON: []) != nil && PaidWords(stepJSON: ["a", "b"]) == nil && PaidWords(stepJSON: "a") == nil)
    }

    @Test func `what a model gives away is in no step, and a suggestion with a hole is none`() {
        func mask(_ text: String) -> String { text.replacing("hunter2", with: "•••") }
        let said: JSON = [
            "findings": [
                ["why": "hunter2 is it", "line": 3, "suggestion": "a = hunter2", "hunter2": true], ["why": "ok", "suggestion": "a = b"],
            ]
        ]
        let paid = PaidAnswer(ModelAnswer(json: said, usage: Self.usage, model: "m-hunter2")).masked(mask)
        #expect(paid.stepJSON["model"] == "m-•••" && paid.answer.usage == Self.usage)
        #expect(
            paid.answer.json == [
                "findings": [
                    ["why": "••• is it", "line": 3, "suggestion": .null, "•••": true], ["why": "ok", "suggestion": "a = b"],
                ]
            ])
        #expect(PaidAnswer(stepJSON: paid.stepJSON) == paid)
    }

    @Test func `a review says who answered, and what came from a cache`() async throws {
        let finding: JSON = [
            "path": "shop.txt", "line": 5, "severity": "high", "category": "bug", "title": "Divides by zero", "why": "It may.",
            "quote": "total / count",
        ]
        let answers: [JSON] = [["findings": [finding]], ["verdicts": [["number": 1, "verdict": "stands", "why": "w"]]]]
        let model = ScriptedModel(
            zip(answers, ["deputy", "judge"]).map { answer, name in
                .reply(
                    ModelReply(
                        parts: [.call(ToolCall(id: "1", name: "answer", argumentsText: answer.text))], stop: .calls, usage: Self.usage,
                        model: name))
            })
        let scene = ReviewScene(
            reviewer: CrewReviewer(model: model, matching: LineJudge().matching, outside: Self.outside) { $0 })
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: [5: "total / count"])])
        try await scene.tell()
        try await scene.work()
        let words = scene.shop.ownComments(on: 7).map(\.body).joined()
        #expect(words.contains("`deputy`") && !words.contains("judge"), "\(words)")
        #expect(words.contains("1,960 tokens (1,280 from a cache), under $0.01"), "\(words)")
    }

    // MARK: Questions

    /// The scene's store is there only after the scene.
    private final class LateAnswerer: QuestionAnswerer {
        let inner = Mutex<ModelAnswerer?>(nil)

        func answer(
            _ question: ModelQuestion, about change: QuestionedChange, in journal: RunJournal, step key: String
        ) async throws -> String? {
            try await inner.withLock { $0 }?.answer(question, about: change, in: journal, step: key)
        }
    }

    private func asked(_ model: ScriptedModel, runUSD: Double) async throws -> ReviewScene {
        let answerer = LateAnswerer()
        let scene = ReviewScene(answerer: answerer)
        var settings = ServerSettings.standard.budget
        settings.runUSD = runUSD
        let book = BudgetBook(
            ledger: scene.store, settings: settings, price: { _ in TokenPrice(input: 1_000_000, output: 1_000_000) },
            wall: scene.clock.wallClock, clock: scene.clock, metrics: scene.metrics)
        let exchanges = ExchangeRecorder(store: scene.store, metrics: scene.metrics, log: scene.logged.log) {
            TappedModel(inner: $0, keep: $1)
        }
        answerer.inner.withLock {
            $0 = ModelAnswerer(
                model: model, budgets: book, exchanges: exchanges, outside: Self.outside, log: scene.logged.log,
                masked: { $0.replacing("the_key", with: "•••") })
        }
        scene.open(["shop.txt": ReviewScene.lines(1...20)])
        try await scene.tell()
        try await scene.work()
        try await scene.ask("/forge ask is this safe?")
        try await scene.work()
        return scene
    }

    private func step(_ scene: ReviewScene) async throws -> Step {
        let run = try #require(try await scene.store.runs(RunFilter(kind: .question), page: PageRequest(), scope: .all).items.first)
        #expect(run.state == .done)
        return try #require(try await scene.store.steps(of: run.id, scope: .all).first { $0.key == "model.answer.1" })
    }

    @Test func `a question is paid by its own run, and its step has words, tokens and the exchange`() async throws {
        let said: JSON = ["answer": [["kind": "text", "text": "It is."]]]
        let model = ScriptedModel([.answer(ModelAnswer(json: said, usage: ModelUsage(inputTokens: 9, outputTokens: 2, microUSD: 70)))])
        let scene = try await asked(model, runUSD: 1)
        #expect(scene.answers.count == 1 && scene.answers[0].contains("It is."), "\(scene.answers)")
        let step = try await step(scene)
        #expect(step.result["text"]?.string == "It is." && step.result["input_tokens"] == 9 && step.result["model"] == "scripted")
        let standings = try await scene.store.standings(
            BudgetFilter(scope: .run), page: PageRequest(), at: scene.clock.timestamp, scope: .all)
        #expect(standings.items.map(\.account.name) == [step.run.description] && standings.items.map(\.spent) == [70])
        let digests = try await scene.store.artifacts(of: step.run, scope: .all).map(\.digest)
        #expect(digests.count == 1 && step.exchanges == digests)
    }

    @Test func `a key that a model answers with is in no step, though Markdown writes it otherwise`() async throws {
        let said: JSON = ["answer": [["kind": "text", "text": "It is the_key."]]]
        let scene = try await asked(ScriptedModel([.answer(ModelAnswer(json: said))]), runUSD: 1)
        let kept = try await step(scene).result["text"]?.string ?? ""
        #expect(kept.contains("It is •••"), "\(kept)")
        #expect(scene.answers.count == 1 && scene.answers[0].contains("It is •••"), "\(scene.answers)")
    }

    @Test func `a question that one run may not pay for is not asked, and answered with what is known`() async throws {
        let model = ScriptedModel([])
        let scene = try await asked(model, runUSD: 0.000_1)
        #expect(model.requests.isEmpty && scene.answers.count == 1)
        #expect(try await step(scene).result["failure"] == "the budget does not allow it")
        #expect(scene.logged.text.contains("budget.run_usd"), "\(scene.logged.text)")
    }

    @Test func `a model that does not answer is asked once, and the failed exchange is kept`() async throws {
        let model = ScriptedModel([.failure(ModelError(.unavailable, "down"))])
        let scene = try await asked(model, runUSD: 1)
        #expect(model.requests.count == 1 && scene.answers.count == 1)
        let step = try await step(scene)
        #expect(step.result["failure"] == "it does not answer" && step.result["text"] == nil)
        let kept = try await scene.store.artifacts(of: step.run, scope: .all)
        #expect(kept.map(\.kind) == [ArtifactKind.failedExchange] && step.exchanges == kept.map(\.digest))
    }
}
