// A repository that is renamed while a review of it runs: what a person sees is one review, and what is known of the pull request goes on
// under the new name.

import ForgeCore
import ForgeEngine
import ForgeReview
import ForgeTestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct RenamedRepositoryTests {
    private static let bad = [5: "a BUG here", 12: "a LEAK there"]
    private static let store = RepositoryName("acme/store")!
    private static let key = PullRequestKey(place: HostPlace(tenant: ReviewScene.place.tenant, repository: store), number: 7)

    /// The host has it under the new name, and its event has come.
    private static func rename(_ scene: ReviewScene) async throws {
        scene.host.rename(ReviewScene.name, to: store)
        scene.mirrors.put(scene.history, as: store)
        scene.mirrors.remove(ReviewScene.name)
        try await notice(scene, "renamed", .renamed(host: "github", number: 5, name: store))
    }

    private static func notice(_ scene: ReviewScene, _ key: String, _ notice: RepositoryNotice) async throws {
        let delivery = NewDelivery(
            source: .github, transportKey: key, eventName: "repository", headers: [], body: [], receivedAt: scene.clock.timestamp)
        let id = try await scene.store.accept(delivery).id
        _ = try await scene.store.settle(id, Settlement(state: .done, reason: key, tenant: ReviewScene.place.tenant, notices: [notice]))
    }

    private func pushUnderTheNewName(_ scene: ReviewScene, _ changes: [Int: String]) async throws {
        let head = scene.push(["shop.txt": ReviewScene.lines(1...20, with: changes)])
        _ = try await scene.store.enqueue(
            NewJob(
                kind: "review", tenant: ReviewScene.place.tenant, repository: Self.store.description, workKey: "review:5:7@\(head)",
                subject: "pull/7", attemptsMax: 4,
                payload: [
                    "schema": 1, "event": "pull_request.synchronize", "repository_id": 5, "pull": 7, "head": .string(head.description),
                ]))
        try await scene.work()
    }

    @Test(arguments: 1...8) func `renamed at any request of a review, it is one review, and the next one knows it`(_ at: Int) async throws {
        let scene = ReviewScene()
        try await Self.notice(scene, "seen", .seen(host: "github", number: 5, name: ReviewScene.name, tenant: ReviewScene.place.tenant))
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell()
        let calls = Metrics().counter("calls", "So far.")
        scene.host.onCall { call in
            calls.add()
            guard calls.value == at else { return nil }
            do { try await Self.rename(scene) } catch { Issue.record(error) }
            return nil
        }
        try await scene.work()
        scene.host.onCall { _ in nil }
        if calls.value < at { try await Self.rename(scene) }
        #expect(scene.shop.reviews[7]?.count == 1 && scene.shop.threads[7]?.count == 2, "\(scene.shown())")
        #expect(scene.shop.ownComments(on: 7).count == 1 && scene.shop.checks.map(\.conclusion) == [.neutral], "\(scene.shown())")
        #expect(try await scene.store.pullRequestState(Self.key).ledger.count == 2)
        #expect(try await scene.state().ledger.isEmpty, "nothing is left under the old name")
        #expect(try await scene.runs().map(\.state) == [.done])
        try await pushUnderTheNewName(scene, [12: "a LEAK there"])
        #expect(scene.shop.reviews[7]?.count == 1 && scene.shop.threads[7]?.count == 2, "\(scene.shown())")
        #expect(scene.shop.threads[7]?.count(where: \.isResolved) == 1, "\(scene.shown())")
    }

    @Test func `a code that is led elsewhere is fetched under the new name, and nobody is told of it`() async throws {
        let scene = ReviewScene()
        try await Self.notice(scene, "seen", .seen(host: "github", number: 5, name: ReviewScene.name, tenant: ReviewScene.place.tenant))
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell()
        let job = try #require(try await scene.store.claim(kinds: ["review"], worker: "one", lease: ReviewScene.lease, perRepository: 9))
        var needs = scene.dependencies
        needs.mirrors = MirrorsElsewhere { try await Self.rename(scene) }
        let handler = try #require(ReviewHandler(needs).jobHandlers.first)
        let deferred = await #expect(throws: JobDeferred.self) { try await handler.run(job) }
        #expect(deferred?.reason == "the repository is called acme/store now")
        #expect(scene.shown() == "", "nobody is told")
        _ = try await scene.store.end(job.lease, .deferred(because: "renamed", retryAfter: .zero))
        try await scene.work()
        #expect(scene.shop.reviews[7]?.count == 1 && scene.shop.checks.map(\.conclusion) == [.neutral], "\(scene.shown())")
        #expect(scene.mirrors.requests.map(\.place.repository) == [Self.store])
        #expect(try await scene.runs().map(\.state) == [.done])
    }

    @Test func `renamed while a model is asked, what a command queues is queued under the new name`() async throws {
        let box = Mutex<ReviewScene?>(nil)
        let answerer = AnswererElsewhere {
            if let scene = box.withLock({ $0 }) { try await Self.rename(scene) }
        }
        let scene = ReviewScene(answerer: answerer)
        box.withLock { $0 = scene }
        try await Self.notice(scene, "seen", .seen(host: "github", number: 5, name: ReviewScene.name, tenant: ReviewScene.place.tenant))
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell()
        try await scene.work()
        try await scene.ask("/forge ask is this safe?\n/forge review")
        try await scene.work()
        #expect(answerer.asked.value == 1 && scene.answers.count == 1, "\(scene.shown())")
        let jobs = try await scene.store.jobs(JobFilter(), page: PageRequest(limit: 200), scope: .all).items
        let asked = jobs.filter { $0.new.payload["asked"]?.bool == true }
        #expect(asked.map(\.new.repository) == [Self.store.description])
        #expect(scene.shop.threads[7]?.count == 2, "\(scene.shown())")
        #expect(try await scene.state().ledger.isEmpty, "nothing is left under the old name")
    }

    @Test(arguments: ["pullRequests", "openPullRequests"])
    func `renamed while pull requests are listed, each is reviewed under the new name`(_ name: String) async throws {
        let scene = ReviewScene()
        try await Self.notice(scene, "seen", .seen(host: "github", number: 5, name: ReviewScene.name, tenant: ReviewScene.place.tenant))
        let head = scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        _ = try await scene.store.enqueue(
            NewJob(
                kind: name == "pullRequests" ? "review" : "catch_up", tenant: ReviewScene.place.tenant,
                repository: ReviewScene.name.description, workKey: "many:5", attemptsMax: 4,
                payload: [
                    "schema": 1, "event": "check_run.rerequested", "repository_id": 5, "hours": 24, "head": .string(head.description),
                ]))
        let renames = Metrics().counter("renames", "So far.")
        scene.host.onCall { call in
            guard call.name == name, renames.value == 0 else { return nil }
            renames.add()
            do { try await Self.rename(scene) } catch { Issue.record(error) }
            return nil
        }
        try await scene.work()
        #expect(renames.value == 1 && scene.shop.reviews[7]?.count == 1 && scene.shop.threads[7]?.count == 2, "\(scene.shown())")
        #expect(try await scene.store.pullRequestState(Self.key).ledger.count == 2)
        #expect(try await scene.state().ledger.isEmpty, "nothing is left under the old name")
    }
}

/// While it is asked the repository gets another name.
private struct AnswererElsewhere: QuestionAnswerer {
    let asked = Metrics().counter("asked", "How often.")
    let rename: @Sendable () async throws -> Void

    func answer(
        _ question: ModelQuestion, about change: QuestionedChange, in journal: RunJournal, step key: String
    ) async throws -> String? {
        try await journal.step(key, .model) { () async throws -> String? in
            asked.add()
            try await rename()
            return "A model says so."
        }
    }
}

/// While they are asked the repository gets another name, and git is led there, where no credential goes.
private struct MirrorsElsewhere: SourceMirrors {
    let rename: @Sendable () async throws -> Void

    func fetch(_ request: FetchRequest) async throws(SourceError) -> any SourceSnapshot {
        do { try await rename() } catch { Issue.record(error) }
        throw SourceError(.unauthorized, "the host leads elsewhere")
    }
}
