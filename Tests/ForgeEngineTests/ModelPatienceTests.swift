// How long a review waits for a model: what the rules found is out when the patience ends, what was paid for is in it, and what was given up once
// is not begun again.

import ForgeCore
import ForgeCrew
import ForgeEngine
import ForgeReview
import ForgeTestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct ModelPatienceTests {
    private static let bad = [5: "a BUG here", 12: "a LEAK there"]
    private static let outside = OutsideText { $0 }

    /// Works while a test moves the clock, whenever somebody waits for it, until the work is done.
    private func work(_ scene: ReviewScene, by steps: [Duration]) async throws {
        async let worked = scene.workOnce()
        for step in steps {
            try await scene.clock.waitForSleepers()
            scene.clock.advance(by: step)
        }
        _ = try await worked
    }

    /// As a person reads it.
    private func summary(_ scene: ReviewScene) throws -> String {
        try #require(scene.shop.ownComments(on: 7).first?.body).replacing("\\_", with: "_")
    }

    // MARK: A model that never answers

    @Test(arguments: [
        ("version: 1\n", Duration.seconds(300), "the model did not answer within 5 minutes (review.model_patience)"),
        (
            "version: 1\nreview: {model_patience: 1s}\n", .seconds(1),
            "the model did not answer within 1 second (review.model_patience)"
        ),
        ("version: 1\nbudgets: {run_minutes: 2}\n", .seconds(120), "the model was not done within 2 minutes (run_minutes)"),
    ]) func `a model that never answers keeps back what the rules found no longer than the patience`(
        _ config: String, _ patience: Duration, _ sentence: String
    ) async throws {
        let model = SilentModel()
        let scene = ReviewScene(config: config, model: model)
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell()
        try await work(scene, by: [patience - .milliseconds(1), .milliseconds(1)])
        #expect(scene.shop.threads[7]?.count == 2 && scene.check()?.conclusion == .neutral, "\(scene.shown())")
        let shown = try summary(scene)
        #expect(shown.contains(sentence), "\(shown)")
        #expect(try await scene.runs().first?.reason == "partial: one part was not read")
        #expect(scene.shop.checks.count == 1 && model.count == 1)
        #expect(scene.clock.sleeperCount == 0, "nobody waits any more")
    }

    @Test func `what was given up once is not begun again by a run that is repeated`() async throws {
        let model = SilentModel()
        let scene = ReviewScene(model: model)
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell()
        let failures = Metrics().counter("failures", "So far.")
        scene.host.onCall { call in
            guard call.name == "post", failures.value < 2 else { return nil }
            failures.add()
            return .before(CodeHostError(.unavailable, "502"))
        }
        try await work(scene, by: [.seconds(300)])
        try await scene.work()
        #expect(model.count == 1 && failures.value == 2)
        let shown = try summary(scene)
        #expect(scene.shop.reviews[7]?.count == 1 && shown.contains("did not answer"), "\(shown)")
    }

    @Test func `a worker that is told to stop stops, and gives nothing up`() async throws {
        let model = SilentModel()
        let scene = ReviewScene(model: model)
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell()
        let working = Task { try await scene.workOnce() }
        try await scene.clock.waitForSleepers()
        working.cancel()
        // Whether it threw is the worker's matter.
        _ = try? await working.value
        let run = try #require(try await scene.runs().first)
        let steps = try await scene.store.steps(of: run.id, scope: .all).map(\.key)
        #expect(!run.state.isFinal && !steps.contains("model.given_up") && scene.shop.reviews[7] == nil, "\(steps)")
    }

    // MARK: A model that answers some of it

    private func crew(_ model: some Model, callsMax: Int = .max) -> CrewReviewer {
        var limits = PackingLimits()
        limits.callBytesMax = 1_000
        return CrewReviewer(
            model: model, callsMax: callsMax, matching: LineJudge().matching, limits: limits, outside: Self.outside, masked: { $0 })
    }

    private static func claim(_ path: String) -> ScriptedModel.Line {
        .answer(
            ModelAnswer(
                json: [
                    "findings": [
                        [
                            "path": .string(path), "line": 1, "severity": "high", "category": "bug", "title": "Divides by zero",
                            "why": "It goes wrong.", "quote": "total / count",
                        ]
                    ]
                ], usage: ModelUsage(inputTokens: 900, outputTokens: 80)))
    }
    private static let stands = ScriptedModel.Line.answer(
        ModelAnswer(json: ["verdicts": [["number": 1, "verdict": "stands", "why": "so it is"]]], usage: ModelUsage()))

    /// Three files, each a part of its own.
    private func openThree(_ scene: ReviewScene) async throws {
        let text = "total / count\n" + (0..<30).map { "plain line \($0)\n" }.joined()
        scene.open(["a.txt": text, "b.txt": text, "c.txt": text])
        try await scene.tell()
    }

    /// `meanwhile` is called with the number of the question, from 1 on.
    private func scene(
        config: String? = nil, _ lines: [ScriptedModel.Line], meanwhile: @escaping @Sendable (Int, ReviewScene) async -> Void
    ) -> (ReviewScene, ScriptedModel) {
        let box = Mutex<ReviewScene?>(nil)
        let questions = Metrics().counter("questions", "So far.")
        let model = ScriptedModel(lines) { _ in
            questions.add()
            if let scene = box.withLock({ $0 }) { await meanwhile(Int(questions.value), scene) }
        }
        let scene = ReviewScene(config: config, reviewer: crew(model))
        box.withLock { $0 = scene }
        return (scene, model)
    }

    @Test func `what was answered before a model fell silent is posted, and the rest is told`() async throws {
        let (scene, model) = scene([Self.claim("a.txt"), Self.stands]) { number, scene in
            guard number == 3 else { return }
            scene.clock.advance(by: .seconds(300))
            await never()
        }
        try await openThree(scene)
        _ = try await scene.workOnce()
        #expect(scene.shop.threads[7]?.map(\.path.shown) == ["a.txt"], "\(scene.shown())")
        let shown = try summary(scene)
        #expect(shown.contains("the model did not answer within 5 minutes"), "\(shown)")
        #expect(scene.check()?.conclusion == .neutral && model.requests.count == 3)
    }

    @Test func `each answer renews the patience, and only a run's minutes end a model that goes on answering`() async throws {
        let lines = [Self.claim("a.txt"), Self.stands, Self.claim("b.txt")]
        let (patient, _) = scene(lines) { number, scene in
            scene.clock.advance(by: .seconds(number < 4 ? 240 : 300))
            if number == 4 { await never() }
        }
        try await openThree(patient)
        _ = try await patient.workOnce()
        // Nobody tried to refute the second: it is an opinion, and no comment.
        let said = try summary(patient)
        #expect(patient.shop.threads[7]?.map(\.path.shown) == ["a.txt"] && said.contains("[`b.txt:1`]"), "\(said)")
        #expect(said.contains("did not answer within 5 minutes"), "\(said)")

        let (bounded, _) = scene(config: "version: 1\nbudgets: {run_minutes: 16}\n", lines) { number, scene in
            scene.clock.advance(by: .seconds(240))
            if number == 4 { await never() }
        }
        try await openThree(bounded)
        _ = try await bounded.workOnce()
        let shown = try summary(bounded)
        #expect(shown.contains("the model was not done within 16 minutes (run_minutes)"), "\(shown)")
        #expect(bounded.shop.threads[7]?.map(\.path.shown) == ["a.txt"] && shown.contains("[`b.txt:1`]"), "\(shown)")
    }

    // MARK: Calls of one run

    @Test(arguments: [(nil, 3, 2), (nil, 4, 4), (1, 60, 1), (2, 60, 2), (3, 60, 2), (60, 5, 4)] as [(Int?, Int, Int)])
    func `a run asks no more often than it may, and says what was not read`(_ own: Int?, _ server: Int, _ asked: Int) async throws {
        let lines = ["a.txt", "b.txt", "c.txt"].flatMap { [Self.claim($0), Self.stands] }
        let model = ScriptedModel(lines)
        let scene = ReviewScene(
            config: own.map { "version: 1\nbudgets: {run_steps: \($0)}\n" }, reviewer: crew(model, callsMax: server))
        try await openThree(scene)
        try await scene.work()
        #expect(model.requests.count == asked, "\(scene.shown())")
        let shown = try summary(scene)
        #expect(shown.contains("run_steps"), "\(shown)")
        #expect(scene.check()?.conclusion == .neutral)
    }

    // MARK: A question

    @Test func `a question that no model answers is answered with what is known, after the patience`() async throws {
        let silent = SilentModel()
        let scene = ReviewScene(answerer: ModelAnswerer(model: silent, outside: Self.outside))
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell()
        try await scene.work()
        try await scene.ask("/forge ask is this safe?")
        try await work(scene, by: [.seconds(300)])
        #expect(scene.answers.count == 1 && silent.count == 1)
    }
}

/// Until whoever waits is cancelled.
private func never() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    for await _ in stream {}
    continuation.finish()
}

/// Takes a question and never answers it.
private final class SilentModel: Model {
    let name = "silent"
    private let asked = Mutex(0)

    var count: Int { asked.withLock { $0 } }

    func reply(to request: ModelRequest, events: @Sendable (ModelEvent) async -> Void) async throws(ModelError) -> ModelReply {
        asked.withLock { $0 += 1 }
        await never()
        throw ModelError(.cancelled, "nobody waits for it")
    }
}
