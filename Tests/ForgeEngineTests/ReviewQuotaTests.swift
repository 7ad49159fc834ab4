// How often one pull request is reviewed within a day: beyond that a push gets a check that says why and when, and a person gets a review.

import ForgeCore
import ForgeEngine
import ForgeReview
import ForgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ReviewQuotaTests {
    private func scene(_ config: String) async throws -> ReviewScene {
        let scene = ReviewScene(config: "version: 1\nreview: {debounce: 0s}\n\(config)\n")
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: [5: "a BUG here"])])
        try await scene.tell()
        try await scene.work()
        return scene
    }

    private func push(_ scene: ReviewScene, _ number: Int) async throws {
        scene.push(["shop.txt": ReviewScene.lines(1...20, with: [5: "a BUG here", 8: "push \(number)"])])
        try await scene.tell("pull_request.synchronize")
        try await scene.work()
    }

    private func rounds(_ scene: ReviewScene) async throws -> Int { try await scene.state().reviewed?.round ?? 0 }

    @Test func `a push beyond a day's reviews gets a check that says why and when, and no review`() async throws {
        let scene = try await scene("budgets: {reviews_per_day: 2}")
        try await push(scene, 1)
        #expect(try await rounds(scene) == 2)
        scene.clock.advance(by: .seconds(3_600))
        for number in 2...3 {
            try await push(scene, number)
            #expect(try await rounds(scene) == 2)
            #expect(scene.check()?.conclusion == .skipped && scene.check()?.content.title == "Not reviewed: enough for a day")
            let summary = try #require(scene.check()?.content.summary)
            #expect(summary.contains("2 times within a day") && summary.contains("budgets.reviews_per_day"), "\(summary)")
            #expect(summary.contains("after 2026-01-02 00:0"), "the first one's time, a day later: \(summary)")
        }
        #expect(try await scene.runs().first?.reason == "skipped: 2 reviews within a day (budgets.reviews_per_day)")
        #expect(scene.shop.ownComments(on: 7).count == 1, "nobody is told in a comment")
        // What was left alone is no review: a day after the first two, the next push is looked at.
        scene.clock.advance(by: .seconds(23 * 3_600))
        try await push(scene, 4)
        #expect(try await rounds(scene) == 3)
    }

    @Test func `whoever asks gets a review all the same`() async throws {
        let scene = try await scene("budgets: {reviews_per_day: 1}")
        try await push(scene, 1)
        #expect(try await rounds(scene) == 1)
        try await scene.tell("check_run.rerequested", more: [.init("asked", true)])
        try await scene.work()
        #expect(try await rounds(scene) == 2)
    }

    @Test func `reviews of other pull requests do not count`() async throws {
        let scene = try await scene("budgets: {reviews_per_day: 2}")
        for number in Int64(70)...76 {
            scene.open(["shop.txt": ReviewScene.lines(1...20, with: [5: "a BUG here"])], number: number)
            try await scene.tell(number: number)
        }
        try await scene.work()
        try await push(scene, 1)
        #expect(try await rounds(scene) == 2)
    }

    @Test func `a check that is required does not pass because nobody looked`() async throws {
        let scene = try await scene("budgets: {reviews_per_day: 1}\noutput: {check_fails_on: high}")
        try await push(scene, 1)
        #expect(scene.check()?.conclusion == .actionRequired)
    }

    @Test func `with none a day only those who ask get one`() async throws {
        let scene = try await scene("budgets: {reviews_per_day: 0}")
        #expect(scene.check()?.conclusion == .skipped && scene.shop.reviews[7] == nil)
        let summary = try #require(scene.check()?.content.summary)
        #expect(summary.contains("`/forge review`") && !summary.contains("is reviewed again"), "\(summary)")
        try await scene.tell("check_run.rerequested", more: [.init("asked", true)])
        try await scene.work()
        #expect(scene.shop.reviews[7]?.count == 1)
    }
}
