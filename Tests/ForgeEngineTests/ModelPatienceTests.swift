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

    private func summary(_ scene: ReviewScene) throws -> String {
        try #require(scene.shop.ownComments(on: 7).first?.body)
    }

    // MARK: A model that never answers

    @Test(arguments: [
        ("version: 1\n", Duration.seconds(300), "the model did not answer within 5 minutes (`review.model_patience`)"),
        (
            "version: 1\nreview: {model_patience: 1s}\n", .seconds(1),
            "the model did not answer within 1 second (`review.model_patience`)"
        ),
        ("version: 1\nbudgets: {run_minutes: 2}\n", .seconds(120), "the model was not done within 2 minutes (`run_minutes`)"),
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
        let box = Mutex(WeakScene())
        let questions = Metrics().counter("questions", "So far.")
        let model = ScriptedModel(lines) { _ in
            questions.add()
            if let scene = box.withLock({ $0.scene }) { await meanwhile(Int(questions.value), scene) }
        }
        let scene = ReviewScene(config: config, reviewer: crew(model))
        box.withLock { $0.scene = scene }
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
        let told = shown.split(separator: "\n").filter { $0.contains("did not answer") }
        #expect(told.count == 2 && told.allSatisfy { $0.contains(".txt") }, "once for each file, and not beside: \(shown)")
        #expect(try await scene.runs().first?.reason == "partial: 2 parts were not read")
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
        #expect(shown.contains("the model was not done within 16 minutes (`run_minutes`)"), "\(shown)")
        #expect(bounded.shop.threads[7]?.map(\.path.shown) == ["a.txt"] && shown.contains("[`b.txt:1`]"), "\(shown)")
    }

    // MARK: Clocks and tries

    @Test func `a wall clock that is set back keeps nobody waiting longer`() async throws {
        let scene = ReviewScene(model: SilentModel())
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell()
        async let worked = scene.workOnce()
        try await scene.clock.waitForSleepers()
        scene.clock.setWall(by: .seconds(-3_600))
        scene.clock.advance(by: .seconds(300))
        _ = try await worked
        let shown = try summary(scene)
        #expect(shown.contains("did not answer within 5 minutes"), "\(shown)")
    }

    @Test func `a wall clock that is set forward gives nobody up who answers`() async throws {
        let lines = ["a.txt", "b.txt", "c.txt"].flatMap { [Self.claim($0), Self.stands] }
        let (scene, model) = scene(lines) { number, scene in
            if number == 1 { scene.clock.advance(by: .seconds(240)) }
            guard number == 2 else { return }
            scene.clock.setWall(by: .seconds(3_600))
            scene.clock.advance(by: .seconds(240))
            // A watch that gives the model up cancels this, and one that does not goes on to sleep.
            try? await scene.clock.waitForSleepers()
        }
        try await openThree(scene)
        _ = try await scene.workOnce()
        let shown = try summary(scene)
        #expect(model.requests.count == 6 && !shown.contains("did not answer"), "\(shown)")
    }

    @Test func `a run that is repeated has what is left of its minutes`() async throws {
        let model = SilentModel()
        let scene = ReviewScene(config: "version: 1\nbudgets: {run_minutes: 4}\n", model: model)
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell()
        let working = Task { try await scene.workOnce() }
        try await scene.clock.waitForSleepers()
        scene.clock.advance(by: .seconds(150))
        working.cancel()
        // Whether it threw is the worker's matter.
        _ = try? await working.value
        try await scene.restart()
        async let worked: Void = scene.work()
        try await scene.clock.waitForSleepers()
        let left = try #require(scene.clock.advanceToNextDeadline())
        try await worked
        let shown = try summary(scene)
        #expect(left <= .seconds(30) && model.count == 2, "\(left)")
        #expect(shown.contains("was not done within 4 minutes"), "\(shown)")
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
        #expect(shown.contains("run_steps") && shown.contains("fewer than two"), "\(shown)")
        #expect(scene.check()?.conclusion == .neutral)
        let unread = asked == 4 ? "one part was not read" : "2 parts were not read"
        #expect(try await scene.runs().first?.reason == "partial: \(unread)", "as the check says")
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

    private static let said: JSON = ["answer": [["kind": "text", "text": "It is."]]]

    /// Reviewed already, and asked three things in one comment.
    private func asked(config: String? = nil, _ model: any Model) async throws -> ReviewScene {
        let scene = ReviewScene(config: config, answerer: ModelAnswerer(model: model, outside: Self.outside))
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell()
        try await scene.work()
        try await scene.ask("/forge ask is this safe?\n/forge ask is it fast?\n/forge ask is it done?")
        return scene
    }

    @Test func `the questions of one comment wait one patience, and are not asked again when their answer is posted late`() async throws {
        let silent = SilentModel()
        let scene = try await asked(silent)
        let failures = Metrics().counter("failures", "So far.")
        scene.host.onCall { call in
            guard call.name == "postComment", failures.value < 2 else { return nil }
            failures.add()
            return .before(CodeHostError(.unavailable, "502"))
        }
        try await work(scene, by: [.seconds(300)])
        try await scene.work()
        #expect(scene.answers.count == 1 && silent.count == 1 && failures.value == 2)
        let runs = try await scene.store.runs(RunFilter(kind: .question), page: PageRequest(), scope: .all).items
        #expect(runs.map(\.state) == [.done] && runs[0].reason?.contains("did not answer") == true)
        let ended = scene.metrics.counter(
            "forge_runs_ended_total", "Runs by how they ended.", [.init("kind", "question"), .init("ending", "unanswered")])
        #expect(ended.value == 1)
    }

    @Test func `the minutes of a run hold for questions, too`() async throws {
        let silent = SilentModel()
        let scene = try await asked(config: "version: 1\nreview: {model_patience: 80s}\nbudgets: {run_minutes: 1}\n", silent)
        try await work(scene, by: [.seconds(60) - .milliseconds(1), .milliseconds(1)])
        #expect(scene.answers.count == 1 && silent.count == 1)
    }

    @Test func `the questions that were answered before a model fell silent keep their answers`() async throws {
        let box = Mutex(WeakScene())
        let questions = Metrics().counter("questions", "So far.")
        let model = ScriptedModel([.answer(ModelAnswer(json: Self.said))]) { _ in
            questions.add()
            guard questions.value == 2, let scene = box.withLock({ $0.scene }) else { return }
            scene.clock.advance(by: .seconds(300))
            await never()
        }
        let scene = try await asked(model)
        box.withLock { $0.scene = scene }
        _ = try await scene.workOnce()
        #expect(scene.answers.count == 1 && scene.answers.first?.contains("It is.") == true, "\(scene.answers)")
        #expect(questions.value == 2, "the third is not asked")
    }

    @Test(arguments: [(nil, 3), (1, 1), (2, 2)] as [(Int?, Int)])
    func `the questions of one comment are no more calls than a run may take`(_ own: Int?, _ count: Int) async throws {
        let model = ScriptedModel(Array(repeating: .answer(ModelAnswer(json: Self.said)), count: 3))
        let scene = try await asked(config: own.map { "version: 1\nbudgets: {run_steps: \($0)}\n" }, model)
        try await scene.work()
        #expect(model.requests.count == count && scene.answers.count == 1, "\(scene.answers)")
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

/// A scene's own model must not keep it.
private struct WeakScene {
    weak var scene: ReviewScene?
}
