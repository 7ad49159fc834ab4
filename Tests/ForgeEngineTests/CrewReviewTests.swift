// A whole review with the crew: the reviewer, the skeptic who may only take away, and what a person sees of both. And a question that a model
// answers.

import ForgeCore
import ForgeCrew
import ForgeEngine
import ForgeReview
import ForgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct CrewReviewTests {
    private static let outside = OutsideText { "<<\($0.replacing("hunter2", with: "•••"))>>" }

    private func crew(_ model: ScriptedModel) -> CrewReviewer {
        CrewReviewer(model: model, matching: LineJudge().matching, outside: Self.outside) { $0.replacing("hunter2", with: "•••") }
    }

    private static func claim(_ line: Int, _ title: String, _ quote: String) -> JSON {
        [
            "path": "shop.txt", "line": JSON(line), "severity": "high", "category": "bug", "title": .string(title),
            "why": "It goes wrong when the cart is empty.", "quote": .string(quote),
        ]
    }

    private static let findings = ScriptedModel.Line.answer(
        ModelAnswer(
            json: ["findings": [claim(5, "Divides by zero", "total / count"), claim(12, "Never closed", "open(cart)")]],
            usage: ModelUsage(inputTokens: 900, outputTokens: 80, microUSD: 1_200)))
    private static let verdicts = ScriptedModel.Line.answer(
        ModelAnswer(
            json: [
                "verdicts": [
                    ["number": 1, "verdict": "stands", "why": "count may be 0"],
                    ["number": 2, "verdict": "refuted", "why": "closed below"],
                ]
            ], usage: ModelUsage(inputTokens: 700, outputTokens: 30, microUSD: 800)))

    private func reviewed(_ model: ScriptedModel) async throws -> ReviewScene {
        let scene = ReviewScene(reviewer: crew(model))
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: [5: "total / count", 12: "open(cart)", 15: "password = hunter2"])])
        try await scene.tell()
        try await scene.work()
        return scene
    }

    @Test func `the reviewer finds two, the skeptic refutes one, and one comment is placed`() async throws {
        let model = ScriptedModel([Self.findings, Self.verdicts])
        let scene = try await reviewed(model)
        let shown = scene.shown()
        #expect(shown.contains("thread shop.txt:5\n") && shown.contains("Divides by zero"), "\(shown)")
        #expect(!shown.contains("shop.txt:12") && !shown.contains("Never closed"), "\(shown)")
        #expect(model.requests.map(\.role) == ["reviewer", "skeptic"])
        #expect(try await scene.runs().first?.state == .done)
    }

    @Test func `nothing from outside stands in a system text, and nothing secret anywhere`() async throws {
        let model = ScriptedModel([Self.findings, Self.verdicts])
        _ = try await reviewed(model)
        for request in model.requests {
            #expect(!request.system.contains("total / count") && !request.system.contains("Sell more"))
            guard case .material(let text)? = request.messages.first else {
                Issue.record("a review begins with material")
                continue
            }
            #expect(text.contains("<<") && text.contains("total / count") && !text.contains("hunter2"))
        }
    }

    @Test func `what a model gives away is in no step that somebody may look at`() async throws {
        var claim = Self.claim(5, "Divides by hunter2", "total / count").members ?? []
        claim += [.init("fix", "not hunter2"), .init("suggestion", "hunter2 / count")]
        let findings = ScriptedModel.Line.answer(ModelAnswer(json: ["findings": [.object(claim)]], usage: ModelUsage()))
        let verdicts = ScriptedModel.Line.answer(
            ModelAnswer(json: ["verdicts": [["number": 1, "verdict": "stands", "why": "hunter2"]]], usage: ModelUsage()))
        let scene = try await reviewed(ScriptedModel([findings, verdicts]))
        #expect(scene.shown().contains("Divides by •••"), "\(scene.shown())")
        #expect(!scene.shown().contains("```suggestion"), "\(scene.shown())")
        let run = try #require(try await scene.runs().first)
        let steps = try await scene.store.steps(of: run.id, scope: .all)
        let model = steps.filter { $0.kind == StepKind.model.rawValue }
        #expect(model.count == 2)
        for step in model {
            let kept = step.result.text
            #expect(kept.contains("•••") && !kept.contains("hunter2"), "\(kept)")
        }
    }

    @Test func `a model that is down fails the review loudly, and the rules' word is not lost for ever`() async throws {
        let model = ScriptedModel([.failure(ModelError(.unavailable, "down")), Self.findings, Self.verdicts])
        let scene = try await reviewed(model)
        #expect(scene.shown().contains("Divides by zero"), "\(scene.shown())")
        #expect(model.requests.count == 3, "asked again with the job")
    }

    // MARK: Questions

    @Test func `a question is answered with what the model says, made safe`() async throws {
        let said: JSON = ["answer": [["kind": "text", "text": "It is <b>safe</b> @ada."], ["kind": "code", "text": "let x = 1"]]]
        let model = ScriptedModel([.answer(ModelAnswer(json: said))])
        let scene = ReviewScene(answerer: ModelAnswerer(model: model, outside: Self.outside))
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: [5: "a BUG here hunter2"])])
        try await scene.tell()
        try await scene.work()
        try await scene.ask("/forge ask is hunter2 safe?")
        try await scene.work()
        let answer = try #require(scene.answers.last)
        #expect(answer.contains("It is") && answer.contains("let x = 1") && !answer.contains("<b>"), "\(answer)")
        let request = try #require(model.requests.first)
        guard case .material(let text)? = request.messages.first else {
            Issue.record("a question is material")
            return
        }
        #expect(text.contains("<<is ••• safe?>>") && text.contains("a BUG here •••"), "\(text)")
    }

    @Test func `a question about a finding brings its code along`() async throws {
        let said: JSON = ["answer": [["kind": "text", "text": "Because."]]]
        let model = ScriptedModel([.answer(ModelAnswer(json: said))])
        let scene = ReviewScene(answerer: ModelAnswerer(model: model, outside: Self.outside))
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: [5: "a BUG here"])])
        try await scene.tell()
        try await scene.work()
        let root = try #require(scene.shop.threads[7]?.first?.comments.first?.id)
        try await scene.reply("/forge explain", to: root)
        try await scene.work()
        guard case .material(let text)? = model.requests.first?.messages.first else {
            Issue.record("a question is material")
            return
        }
        #expect(text.contains("5: a BUG here") && text.contains("4: line 4") && text.contains("word-bug"), "\(text)")
    }
}
