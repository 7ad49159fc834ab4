// What goes wrong while a review is under way, and what a person then sees: never a success, never a word about what passes, and nothing that
// goes round for ever.

import ForgeCore
import ForgeEngine
import ForgeReview
import ForgeTestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct ReviewTroubleTests {
    private static let bad = [5: "a BUG here", 12: "a LEAK there"]

    private func opened(_ scene: ReviewScene = ReviewScene()) async throws -> ReviewScene {
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell()
        return scene
    }

    private func lastRun(_ scene: ReviewScene) async throws -> Run { try #require(try await scene.runs().first) }
    private func lastJob(_ scene: ReviewScene) async throws -> Job {
        try #require(try await scene.store.jobs(JobFilter(), page: PageRequest(), scope: .all).items.first)
    }

    // MARK: What is left alone

    @Test(arguments: [
        ("draft", "draft"), ("bot", "bot"), ("base", "release"), ("label", "wip"), ("title", "title"),
    ]) func `a pull request that is left alone says why in its check`(_ kind: String, _ word: String) async throws {
        let scene = ReviewScene(config: "version: 1\nreview: {labels_ignore: [wip], titles_ignore: ['Draft of*']}\n")
        scene.history.point("refs/heads/release", to: scene.main)
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)]) { pull in
            switch kind {
            case "draft": pull.isDraft = true
            case "bot": pull.author = Actor(login: "renovate[bot]", number: 9, kind: "Bot")
            case "base": pull.baseBranch = "release"
            case "label": pull.labels = ["wip"]
            default: pull.title = "Draft of a title"
            }
        }
        try await scene.tell()
        try await scene.work()
        #expect(scene.check()?.conclusion == .skipped && scene.shop.checks.count == 1, "\(scene.shown())")
        #expect(scene.check()?.content.summary.contains(word) == true, "\(scene.check()?.content.summary ?? "")")
        #expect(scene.shop.reviews[7] == nil && scene.shop.ownComments(on: 7).isEmpty)
        #expect(try await lastRun(scene).state == .done)
    }

    @Test func `a host that says for a moment that nothing is there is asked again`() async throws {
        let scene = try await opened()
        let answers = Metrics().counter("answers", "So far.")
        scene.host.onCall { call in
            guard call.name == "createCheckRun", answers.value < 2 else { return nil }
            answers.add()
            return .before(CodeHostError(.notFound, "Not Found"))
        }
        try await scene.work()
        #expect(scene.shop.reviews[7]?.count == 1 && scene.shop.checks.count == 1 && scene.shop.ownComments(on: 7).count == 1)
        #expect(try await lastJob(scene).failures == 2)
        #expect(try await lastRun(scene).state == .done)
    }

    // MARK: What passes

    @Test func `a host that is down for a while is asked again, and nobody is told`() async throws {
        let scene = try await opened()
        let failures = Metrics().counter("failures", "So far.")
        scene.host.onCall { call in
            guard call.name == "post", failures.value < 2 else { return nil }
            failures.add()
            return .before(CodeHostError(.unavailable, "502"))
        }
        try await scene.work()
        #expect(scene.shop.reviews[7]?.count == 1 && scene.shop.checks.count == 1)
        #expect(try await lastJob(scene).failures == 2)
    }

    @Test func `a fetch that fails is tried again, and each mirror is let go of`() async throws {
        let scene = try await opened()
        scene.mirrors.failNext(SourceError(.unavailable, "the network"), times: 2)
        try await scene.work()
        #expect(scene.check()?.conclusion == .neutral)
        #expect(scene.mirrors.releasedCount == 1)
    }

    @Test func `what does not pass in all its attempts fails visibly`() async throws {
        let scene = try await opened()
        scene.host.onCall { $0.name == "post" ? .before(CodeHostError(.unavailable, "502 for ever")) : nil }
        try await scene.work()
        #expect(scene.shown() == "check failure: The review failed")
        #expect(scene.check()?.content.actions == [ForgeCheck.rerun])
        #expect(try await lastRun(scene).state == .failed)
        let job = try await lastJob(scene)
        #expect(job.state == .dead && job.lastError == "502 for ever")
    }

    @Test func `after a failure the button begins anew`() async throws {
        let scene = try await opened()
        scene.host.onCall { $0.name == "post" ? .before(CodeHostError(.defect, "nobody knows")) : nil }
        try await scene.work()
        #expect(scene.check()?.conclusion == .failure)
        scene.host.onCall { _ in nil }
        try await scene.tell("check_run.rerequested", more: [.init("asked", true)])
        try await scene.work()
        #expect(scene.check()?.conclusion == .neutral)
        #expect(scene.shop.reviews[7]?.count == 1)
    }

    @Test func `an error of Forge's own is told without what it says`() async throws {
        let scene = try await opened()
        scene.store.failNext(.defect, call: "saveFindings")
        try await scene.work()
        let check = try #require(scene.shop.checks.last)
        #expect(!check.content.summary.contains("a test wants it to fail"))
        #expect(try await lastRun(scene).state == .failed)
    }

    // MARK: What a person has to mend

    @Test func `a permission for reviews that is missing is named in the check`() async throws {
        let scene = try await opened()
        scene.host.change(ReviewScene.name) { $0.missing = ["pull_requests=write"] }
        try await scene.work()
        #expect(scene.check()?.conclusion == .actionRequired)
        #expect(try await lastRun(scene).reason?.contains("pull_requests=write") == true)
        #expect(try await lastJob(scene).state == .dead, "nothing loops")
    }

    @Test func `without the permission for checks the review stands all the same`() async throws {
        let scene = try await opened()
        scene.host.change(ReviewScene.name) { $0.missing = ["checks=write"] }
        try await scene.work()
        #expect(scene.shop.reviews[7]?.count == 1 && scene.shop.checks.isEmpty)
        #expect(try await lastRun(scene).state == .done)
    }

    // MARK: Doors that are shut

    private let suspended = CodeHostError(.unauthorized, "the installation is suspended")

    @Test func `a key that is refused for a moment costs a pause and no review`() async throws {
        let scene = try await opened()
        scene.host.onCall { [suspended] _ in .before(suspended) }
        try await scene.workOnce()
        let job = try await lastJob(scene)
        #expect(job.state == .queued && job.failures == 0 && job.lastError == "the installation is suspended")
        scene.host.onCall { _ in nil }
        try await scene.work()
        #expect(scene.shop.reviews[7]?.count == 1)
        #expect(scene.logged.text.contains("lets us in again"))
    }

    @Test func `a key that is refused in the middle of a review is waited for, and nothing is posted twice`() async throws {
        let scene = try await opened()
        let denials = Metrics().counter("denials", "So far.")
        scene.host.onCall { [suspended] call in
            guard call.name == "postComment", denials.value < 3 else { return nil }
            denials.add()
            return .before(suspended)
        }
        try await scene.work(stepping: .seconds(60))
        #expect(scene.shop.reviews[7]?.count == 1 && scene.shop.ownComments(on: 7).count == 1 && scene.shop.checks.count == 1)
        #expect(try await lastRun(scene).state == .done && denials.value == 3)
    }

    @Test func `an installation that stays suspended ends its jobs with their reason, and the log hears of it once`() async throws {
        let scene = try await opened()
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)], number: 8)
        try await scene.tell(number: 8)
        scene.host.onCall { [suspended] _ in .before(suspended) }
        try await scene.work(stepping: .seconds(300))
        for run in try await scene.runs() { #expect(run.state == .failed && run.reason == "failed: the installation is suspended") }
        #expect(try await lastJob(scene).state == .dead)
        #expect(scene.clock.timestamp - TestClock.epoch >= RunFailure.shutMax)
        #expect(scene.logged.lines(.warning).count { $0.message.contains("lets nobody in") } == 1)
    }

    @Test func `whoever comes back is caught up with, but for what was reviewed already`() async throws {
        let scene = try await opened()
        try await scene.work()
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)], number: 8)
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)], number: 9)
        scene.host.change(ReviewScene.name) { $0.changedAt[9] = scene.clock.timestamp - .seconds(25 * 3_600) }
        _ = try await scene.store.enqueue(
            NewJob(
                kind: "catch_up", tenant: ReviewScene.place.tenant, repository: ReviewScene.name.description, workKey: "catch_up:5",
                payload: ["schema": 1, "event": "installation.unsuspend", "repository_id": 5, "hours": 24]))
        try await scene.work()
        #expect([7, 8, 9].map { scene.shop.reviews[$0]?.count ?? 0 } == [1, 1, 0])
        #expect(scene.shop.checks.count == 2)
    }

    @Test func `a thread that may not be resolved is answered all the same`() async throws {
        let scene = try await opened()
        try await scene.work()
        scene.host.change(ReviewScene.name) { $0.missing = ["contents=write"] }
        scene.push(["shop.txt": ReviewScene.lines(1...20, with: [12: "a LEAK there"])])
        try await scene.tell("pull_request.reopened")
        try await scene.work()
        #expect(scene.shop.threads[7]?.map(\.comments.count) == [1, 2])
        #expect(try await lastRun(scene).state == .done)
    }

    // MARK: What is gone

    @Test func `a repository, a pull request or a base branch that is gone ends the job quietly`() async throws {
        for what in ["repository", "pull", "closed"] {
            let scene = try await opened()
            switch what {
            case "repository": scene.host.remove(ReviewScene.name)
            case "pull": scene.host.change(ReviewScene.name) { $0.pulls = [:] }
            default: scene.host.change(ReviewScene.name) { $0.pulls[7]?.isOpen = false }
            }
            try await scene.work()
            let run = try await lastRun(scene)
            #expect(run.state == .cancelled && run.reason?.hasPrefix("unneeded: ") == true, "\(what): \(run.reason ?? "")")
            #expect(try await lastJob(scene).state == .done && scene.host.writeCount == 0)
        }
        let scene = try await opened()
        scene.history.point("refs/heads/main", to: nil)
        try await scene.work()
        #expect(scene.check()?.conclusion == .failure)
        #expect(scene.check()?.content.summary.contains("base branch 'main' is gone") == true)
    }

    @Test func `a pull request that is closed in the middle is left as it is`() async throws {
        let scene = try await opened()
        let reads = Metrics().counter("reads", "Of the pull request.")
        scene.host.onCall { [unowned host = scene.host] call in
            guard call.name == "pullRequest" else { return nil }
            reads.add()
            if reads.value == 2 { host.change(ReviewScene.name) { $0.pulls[7]?.isOpen = false } }
            return nil
        }
        try await scene.work()
        #expect(scene.shown() == "")
        #expect(try await lastRun(scene).reason == "unneeded: the pull request was closed")
    }

    // MARK: Places that the host refuses

    @Test func `a place that the host refuses costs only that place`() async throws {
        let scene = ReviewScene()
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad), "odd.txt": "a BUG\n", "more.txt": "a SMELL\n"])
        scene.host.change(ReviewScene.name) { $0.refusedPaths = [RepositoryPath("odd.txt")] }
        try await scene.tell()
        try await scene.work()
        let threads = try #require(scene.shop.threads[7])
        #expect(threads.count == 4, "on its file, where its line was refused")
        #expect(Set(threads.map { "\($0.path.shown):\($0.line ?? 0)" }) == ["shop.txt:5", "shop.txt:12", "odd.txt:0", "more.txt:1"])
        #expect(scene.shop.ownComments(on: 7).count == 1 && scene.shop.checks.count == 1)
    }

    @Test func `a host that takes no comment at all loses none`() async throws {
        let scene = try await opened()
        scene.host.onCall { $0.name == "post" ? .before(CodeHostError(.refused, "422")) : nil }
        try await scene.work()
        let summary = try #require(scene.shop.ownComments(on: 7).first)
        #expect(summary.body.contains("LEAK") && summary.body.contains("BUG"))
        #expect(scene.check()?.content.annotations.count == 2)
        #expect(try await lastRun(scene).state == .done)
    }

    // MARK: Leases and other workers

    @Test func `a worker that lost its lease writes nothing more, and the next one ends it`() async throws {
        let scene = try await opened()
        let job = try #require(try await scene.store.claim(kinds: ["review"], worker: "slow", lease: ReviewScene.lease, perRepository: 9))
        let handler = try #require(ReviewHandler(scene.dependencies).jobHandlers.first)
        scene.host.onCall { [unowned scene] call in
            guard call.name == "post" else { return nil }
            // While it is about to post, its lease runs out.
            scene.host.onCall { _ in nil }
            scene.clock.advance(by: ReviewScene.lease + .seconds(1))
            _ = try? await scene.store.reapExpired(backoff: Backoff(), jitter: TestJitter.fixed(0.5))
            return nil
        }
        await #expect(throws: StoreError.self) { try await handler.run(job) }
        try await scene.work()
        #expect(scene.shop.reviews[7]?.count == 1 && scene.shop.ownComments(on: 7).count == 1 && scene.shop.checks.count == 1)
        #expect(try await scene.runs().map(\.state) == [.done])
    }

    @Test func `a review that was stopped after it posted is taken up by the review of the next push`() async throws {
        for calls in 0..<40 {
            let scene = try await opened()
            scene.store.die(afterCalls: calls)
            _ = try? await scene.workOnce()
            try await scene.restart()
            scene.push(["shop.txt": ReviewScene.lines(1...20, with: [5: "a BUG here", 12: "well", 15: "a SMELL"])])
            try await scene.tell("pull_request.synchronize")
            try await scene.work()
            let threads = scene.shop.threads[7] ?? []
            let places = threads.map { $0.comments[0].body }
            #expect(Set(places).count == places.count, "killed at call \(calls): no finding has two threads")
            #expect(threads.count { !$0.isResolved } == 2, "killed at call \(calls): \(scene.shown())")
            #expect(scene.shop.ownComments(on: 7).count == 1, "killed at call \(calls)")
            #expect(scene.check()?.conclusion == .neutral)
            #expect(try await scene.state().ledger.values.count { $0.state == .open } == 2)
        }
    }

    // MARK: A model

    private func answer(_ word: String) -> ScriptedModel.Line { .answer(ModelAnswer(json: ["word": .string(word)])) }

    @Test func `what a model finds is posted beside what the rules found, under a check that was under way`() async throws {
        let model = ScriptedModel([answer("MODEL")])
        let scene = ReviewScene(model: model)
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: [3: "MODEL", 9: "a BUG"])])
        try await scene.tell()
        try await scene.work()
        #expect(scene.shop.threads[7]?.map(\.line).sorted { ($0 ?? 0) < ($1 ?? 0) } == [3, 9])
        #expect(scene.shop.checks.count == 1 && scene.check()?.conclusion == .neutral)
        #expect(scene.host.requests.count { $0 == "createCheckRun" || $0 == "updateCheckRun" } == 2)
    }

    @Test func `a model that refuses leaves what the rules found, and says that it was not read`() async throws {
        let scene = ReviewScene(model: ScriptedModel([.failure(ModelError(.refused, "no"))]))
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell()
        try await scene.work()
        #expect(scene.shop.threads[7]?.count == 2)
        #expect(try await lastRun(scene).reason == "partial: one part was not read")
        let clean = ReviewScene(model: ScriptedModel([.failure(ModelError(.refused, "no"))]))
        clean.open(["shop.txt": ReviewScene.lines(1...20, with: [4: "well"])])
        try await clean.tell()
        try await clean.work()
        #expect(clean.check()?.conclusion == .neutral, "not read is never a success")
    }

    @Test func `a model is not asked about a fork where the configuration says so, and the review says it`() async throws {
        for fork in [RepositoryName("eve/shop"), nil] {
            let model = ScriptedModel([answer("MODEL")])
            let scene = ReviewScene(config: "version: 1\nforks: {model: false}\n", model: model)
            scene.open(["shop.txt": ReviewScene.lines(1...20, with: [3: "MODEL", 9: "a BUG"])], change: { $0.headRepository = fork })
            try await scene.tell()
            try await scene.work()
            #expect(model.requests.isEmpty && scene.shop.threads[7]?.map(\.line) == [9])
            let summary = try #require(scene.shop.ownComments(on: 7).first)
            #expect(summary.body.contains("the model was not asked: the pull request comes from a fork"), "\(summary.body)")
            #expect(try await lastRun(scene).reason == "partial: one part was not read")
        }
    }

    @Test func `a fork gets the model where nobody forbids it, and an own branch gets it all the same`() async throws {
        let cases: [(config: String, head: RepositoryName?)] = [
            ("version: 1\n", RepositoryName("eve/shop")), ("version: 1\nforks: {model: false}\n", ReviewScene.name),
        ]
        for (config, head) in cases {
            let model = ScriptedModel([answer("MODEL")])
            let scene = ReviewScene(config: config, model: model)
            scene.open(["shop.txt": ReviewScene.lines(1...20, with: [3: "MODEL"])], change: { $0.headRepository = head })
            try await scene.tell()
            try await scene.work()
            #expect(model.requests.count == 1 && scene.shop.threads[7]?.map(\.line) == [3])
        }
    }

    @Test func `a model that has no time is waited for, and paid once`() async throws {
        let model = ScriptedModel([.failure(ModelError(.limited(retryAfter: .seconds(60)), "later")), answer("MODEL")])
        let scene = ReviewScene(model: model)
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: [3: "MODEL"])])
        try await scene.tell()
        let failures = Metrics().counter("failures", "So far.")
        scene.host.onCall { call in
            guard call.name == "post", failures.value == 0 else { return nil }
            failures.add()
            return .before(CodeHostError(.unavailable, "502"))
        }
        try await scene.work()
        #expect(model.requests.count == 2)
        #expect(scene.shop.threads[7]?.count == 1)
    }

    @Test(arguments: [
        (ModelError(.limited(retryAfter: .seconds(3_600)), "the day's quota is used up"), 1),
        (ModelError(.spent, "the budget of the day is spent"), 1), (ModelError(.unavailable, "503"), 40),
    ])
    func `a model that cannot be asked for long keeps nothing that the rules found`(_ error: ModelError, _ tries: Int) async throws {
        let scene = ReviewScene(model: ScriptedModel(Array(repeating: .failure(error), count: tries)))
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell(attemptsMax: 100)
        let began = scene.clock.timestamp
        try await scene.work()
        #expect(scene.shop.threads[7]?.count == 2)
        #expect(scene.clock.timestamp - began <= .seconds(400))
        let summary = try #require(scene.shop.ownComments(on: 7).first)
        #expect(summary.body.contains("the model could not be asked: \(error.kind.shown)"), "\(summary.body)")
        #expect(!summary.body.contains(error.message), "what a provider or the operator wrote is not for everybody")
        #expect(try await lastRun(scene).reason == "partial: one part was not read")
    }

    @Test func `a push while the model thinks concludes the old head's check, and pays for the new head`() async throws {
        let pushes = Metrics().counter("pushes", "So far.")
        let box = SceneBox()
        let model = ScriptedModel([answer("MODEL"), answer("MODEL")]) { _ in
            guard pushes.value == 0, let scene = box.scene else { return }
            pushes.add()
            scene.push(["shop.txt": ReviewScene.lines(1...20, with: [4: "MODEL"])])
        }
        let scene = ReviewScene(model: model)
        box.scene = scene
        defer { box.scene = nil }
        let old = scene.open(["shop.txt": ReviewScene.lines(1...20, with: [3: "MODEL"])])
        try await scene.tell()
        try await scene.work()
        #expect(scene.shop.check(at: old)?.conclusion == .cancelled)
        #expect(scene.shop.threads[7]?.map(\.line) == [4])
        #expect(model.requests.count == 2)
    }

    // MARK: Runs that nobody carries on

    @Test func `a run whose job was ended while it waited is ended too`() async throws {
        let scene = try await opened()
        scene.host.onCall { $0.name == "post" ? .before(CodeHostError(.limited(retryAfter: .seconds(600)), "later")) : nil }
        try await scene.workOnce()
        let upkeep = RunUpkeep(store: scene.store, died: { _, _ in Issue.record("it did not die") }, log: scene.logged.log)
        await upkeep.sweep()
        #expect(try await lastRun(scene).state == .publishing, "its job may be claimed again")
        _ = try await scene.store.cancelJob(try await lastJob(scene).id, by: "test", scope: .all)
        await upkeep.sweep()
        #expect(try await lastRun(scene).state == .cancelled)
    }

    @Test func `a run whose workers died one after the other says so on the pull request`() async throws {
        let scene = try await opened()
        scene.store.die(afterCalls: 10)
        _ = try? await scene.workOnce()
        try await scene.restart()
        scene.clock.advance(by: .seconds(2_000))
        for _ in 0..<3 {
            _ = try #require(try await scene.store.claim(kinds: ["review"], worker: "w", lease: ReviewScene.lease, perRepository: 9))
            scene.clock.advance(by: .seconds(2_000))
            _ = try await scene.store.reapExpired(backoff: Backoff(), jitter: TestJitter.fixed(0))
        }
        #expect(try await lastJob(scene).state == .dead)
        #expect(scene.shown() == "")
        let handler = ReviewHandler(scene.dependencies)
        let upkeep = RunUpkeep(store: scene.store, died: { await handler.tellOfDeath($0, $1) }, log: scene.logged.log)
        await upkeep.sweep()
        await upkeep.sweep()
        #expect(scene.shown() == "check failure: The review failed")
        #expect(try await lastRun(scene).state == .failed)
    }
}

/// A scene that is made after what is to use it.
private final class SceneBox: Sendable {
    private let held = Mutex<ReviewScene?>(nil)

    var scene: ReviewScene? {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}
