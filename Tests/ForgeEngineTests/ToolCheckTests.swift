// Other programs' check runs as findings: placed, counted and remembered like all others, waited for, and never passed over in silence.

import ForgeCore
import ForgeEngine
import ForgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ToolCheckTests {
    private static let config = "version: 1\nreview: {debounce: 0s, check_runs: [lint]}\n"

    private func opened(config: String = config) async throws -> ReviewScene {
        let scene = ReviewScene(config: config)
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: [5: "a BUG here", 9: "unused"])])
        try await scene.tell()
        return scene
    }

    /// The other program's check of the newest head; nil is still running.
    private func check(_ scene: ReviewScene, _ lines: [Int]?, path: String = "shop.txt") {
        let head = scene.shop.pulls[7]!.head
        let annotations = (lines ?? []).map { line in
            CheckAnnotation(
                path: RepositoryPath(path), lines: line...line, level: .failure, title: "no-unused",
                message: "Line \(line), @all is unused.")
        }
        let content = CheckRunContent(
            name: "lint", head: head, state: lines == nil ? .inProgress : .completed(.failure), title: "lint", summary: "", text: nil,
            annotations: annotations, externalID: "")
        scene.host.change(ReviewScene.name) { shop in
            shop.checks.removeAll { !$0.isOwn && $0.content.head == head }
            shop.checks.insert(FakeCheckRun(id: 900_000, content: content, isOwn: false), at: 0)
        }
    }

    @Test func `what a named check says of lines of the change is a finding`() async throws {
        let scene = try await opened()
        check(scene, [9, 400])
        try await scene.work()
        let threads = try #require(scene.shop.threads[7])
        #expect(threads.map(\.line) == [5, 9], "\(scene.shown())")
        let body = try #require(threads.last?.comments.first?.body)
        #expect(body.contains("reported by `lint`") && !body.contains("@all "), "\(body)")
        #expect(try await scene.state().ledger.values.map(\.source).sorted() == ["rules", "tool lint"])
    }

    @Test func `what it does not say any more is fixed`() async throws {
        let scene = try await opened()
        check(scene, [9])
        try await scene.work()
        scene.push(["shop.txt": ReviewScene.lines(1...20, with: [5: "a BUG here", 9: "used"])])
        check(scene, [])
        try await scene.tell("pull_request.synchronize")
        try await scene.work()
        #expect(scene.shop.threads[7]?.map(\.isResolved) == [false, true], "\(scene.shown())")
    }

    @Test func `a check that has not ended is waited for`() async throws {
        let scene = try await opened()
        check(scene, nil)
        try await scene.workOnce()
        #expect(scene.shop.reviews[7] == nil)
        check(scene, [9])
        try await scene.work()
        #expect(scene.shop.threads[7]?.map(\.line) == [5, 9])
    }

    @Test(arguments: [true, false]) func `one that never ends or never begins is missed aloud`(_ hasBegun: Bool) async throws {
        let scene = try await opened()
        if hasBegun { check(scene, nil) }
        try await scene.work()
        #expect(scene.shop.threads[7]?.map(\.line) == [5])
        let words = hasBegun ? "the check lint has not ended" : "there is no check lint at this commit"
        #expect(scene.check()?.content.summary.contains(words) == true, "\(scene.check()?.content.summary ?? "")")
        #expect(try await scene.runs().first?.reason == "partial: one part was not read")
    }

    @Test func `nobody is asked for checks that nobody named`() async throws {
        let scene = try await opened(config: "version: 1\nreview: {debounce: 0s}\n")
        check(scene, [9])
        try await scene.work()
        #expect(scene.shop.threads[7]?.map(\.line) == [5])
        #expect(!scene.host.requests.contains("annotations") && !scene.host.requests.contains("checkRuns"))
    }
}
