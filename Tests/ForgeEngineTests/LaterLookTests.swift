// What a later look makes up for, and what it takes back: nothing that was left for later is forgotten, nothing asks for what was done.

import ForgeCore
import ForgeEngine
import ForgeReview
import ForgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct LaterLookTests {
    private static let bad = [5: "a BUG here", 12: "a LEAK there"]

    private func reviewed(config: String? = nil, _ changes: [Int: String] = bad) async throws -> ReviewScene {
        let scene = ReviewScene(config: config)
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: changes)])
        try await scene.tell()
        try await scene.work()
        scene.host.forgetRequests()
        return scene
    }

    private func push(_ scene: ReviewScene, _ changes: [Int: String]) async throws {
        scene.push(["shop.txt": ReviewScene.lines(1...20, with: changes)])
        try await scene.tell("pull_request.synchronize")
        try await scene.work()
    }

    private func refresh(_ scene: ReviewScene, cause: String = "comment/1") async throws {
        _ = try await scene.store.enqueue(
            ReviewRequest.job(about: 7, in: ReviewScene.place, wish: .refresh, cause: cause, because: "a test"))
        try await scene.work()
    }

    // MARK: Comments that a quiet look owes

    @Test func `a refresh leaves the comments it may not post to the next review`() async throws {
        let scene = try await reviewed(config: "version: 1\nreview: {on_push: full, max_comments: 1, debounce: 0s}\n")
        #expect(scene.shop.threads[7]?.map(\.line) == [12])
        try await refresh(scene)
        #expect(scene.shop.threads[7]?.map(\.line) == [12])
        try await push(scene, [5: "a BUG here", 12: "a LEAK there", 20: "more"])
        #expect(scene.shop.threads[7]?.map(\.line) == [12, 5], "\(scene.shown())")
    }

    @Test func `so does a look at the same change under another head`() async throws {
        let scene = try await reviewed(config: "version: 1\nreview: {on_push: full, max_comments: 1, debounce: 0s}\n")
        try await push(scene, Self.bad)
        #expect(scene.shop.threads[7]?.map(\.line) == [12] && scene.shop.checks.count == 2)
        try await push(scene, [5: "a BUG here", 12: "a LEAK there", 20: "more"])
        #expect(scene.shop.threads[7]?.map(\.line) == [12, 5], "\(scene.shown())")
    }

    // MARK: Requests for changes

    private static let gate = "version: 1\nreview: {debounce: 0s}\noutput: {check_fails_on: high, request_changes: true}\n"

    @Test func `a request for changes is taken back when nothing asks for any`() async throws {
        let scene = try await reviewed(config: Self.gate, [5: "a BUG here", 14: "a SMELL"])
        #expect(scene.shop.reviews[7]?.map(\.asksForChanges) == [true])
        try await push(scene, [5: "well", 14: "a SMELL"])
        #expect(scene.shop.reviews[7]?.map(\.asksForChanges) == [false], "\(scene.shown())")
        #expect(scene.host.requests.count { $0 == "dismiss" } == 1)
        try await push(scene, [5: "very well", 14: "a SMELL"])
        #expect(scene.host.requests.count { $0 == "dismiss" } == 1)
    }

    @Test func `a finding that a person dismissed asks for no changes either`() async throws {
        let scene = try await reviewed(config: Self.gate, [5: "a BUG here"])
        let key = PullRequestKey(place: ReviewScene.place, number: 7)
        _ = try await scene.store.changePullRequest(key, lease: nil) { state in
            for id in state.ledger.keys {
                state.ledger[id]?.state = .dismissed(by: "ada", why: "a test", at: Timestamp(milliseconds: 0))
            }
        }
        try await refresh(scene)
        #expect(scene.shop.reviews[7]?.map(\.asksForChanges) == [false], "\(scene.shown())")
    }

    @Test func `a request that may not be taken back holds up nothing else`() async throws {
        let scene = try await reviewed(config: Self.gate, [5: "a BUG here"])
        scene.host.onCall { $0.name == "dismiss" ? .before(CodeHostError(.forbidden(missing: nil), "a protected branch")) : nil }
        try await push(scene, [5: "well"])
        #expect(scene.check()?.conclusion == .success)
    }
}
