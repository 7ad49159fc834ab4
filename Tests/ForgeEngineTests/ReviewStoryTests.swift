// Stories of reviews, told by what a person sees on the host afterwards.

import ForgeCore
import ForgeEngine
import ForgeReview
import ForgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ReviewStoryTests {
    @Test func `a first review is one review, one summary and one check run`() async throws {
        let scene = ReviewScene()
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: [5: "a BUG here", 12: "a LEAK there"])])
        try await scene.tell()
        try await scene.work()
        print(scene.shown(), scene.host.requests)
        let shop = scene.shop
        #expect(shop.reviews[7]?.count == 1)
        #expect(shop.threads[7]?.map(\.line) == [12, 5] || shop.threads[7]?.map(\.line) == [5, 12])
        #expect(shop.ownComments(on: 7).count == 1)
        #expect(shop.checks.count == 1)
        #expect(scene.check()?.conclusion == .neutral)
        let run = try #require(try await scene.runs().first)
        #expect(run.state == .done && run.reason == "findings: 2 open")
        #expect(run.new.subject == "pull/7@\(shop.pulls[7]!.head)")
        #expect(try await scene.store.findings(of: run.id, scope: .all).count == 2)
        #expect(scene.host.requests.count <= 9, "\(scene.host.requests)")
        #expect(scene.mirrors.releasedCount == 1)
    }
}
