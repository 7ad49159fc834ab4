// The process is killed at every point where it writes something down or sends something out. Whoever takes the job up afterwards brings the
// pull request to where it would have been: one review, one summary, one check run, nothing missing and nothing twice.

import ForgeCore
import ForgeEngine
import ForgeTestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct ReviewKillTests {
    /// A story up to the moment at which its last job is queued.
    struct Story: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var make: @Sendable () -> ReviewScene
        var tell: @Sendable (ReviewScene) async throws -> Void
    }

    private static let bad = [5: "a BUG here", 12: "a LEAK there"]

    static let stories = [
        Story(testDescription: "a first review") {
            ReviewScene()
        } tell: { scene in
            scene.open(["shop.txt": ReviewScene.lines(1...20, with: bad)])
            try await scene.tell()
        },
        Story(testDescription: "a push that mends one and brings another") {
            ReviewScene()
        } tell: { scene in
            scene.open(["shop.txt": ReviewScene.lines(1...20, with: bad)])
            try await scene.tell()
            try await scene.work()
            scene.push(["shop.txt": ReviewScene.lines(1...20, with: [5: "all well", 12: "a LEAK there", 18: "a SMELL"])])
            try await scene.tell("pull_request.reopened")
        },
        Story(testDescription: "a review with a model") {
            ReviewScene(model: answering("MODEL"))
        } tell: { scene in
            scene.open(["shop.txt": ReviewScene.lines(1...20, with: [3: "MODEL", 9: "a BUG"])])
            try await scene.tell()
        },
        Story(testDescription: "a host that refuses one place") {
            ReviewScene()
        } tell: { scene in
            scene.open(["shop.txt": ReviewScene.lines(1...20, with: bad), "other.txt": "a BUG\n"])
            scene.host.change(ReviewScene.name) { $0.refusedPaths = [RepositoryPath("other.txt")] }
            try await scene.tell()
        },
        Story(testDescription: "a broken configuration") {
            ReviewScene(config: "review: {nonsense: 1}\n")
        } tell: { scene in
            scene.open(["shop.txt": ReviewScene.lines(1...20, with: bad)])
            try await scene.tell()
        },
        Story(testDescription: "one push too many") {
            ReviewScene(config: "review: {pause_after: 1, debounce: 0s}\n")
        } tell: { scene in
            scene.open(["shop.txt": ReviewScene.lines(1...20, with: bad)])
            try await scene.tell()
            try await scene.work()
            for number in 0..<2 {
                if number > 0 { try await scene.work() }
                scene.push(["shop.txt": ReviewScene.lines(1...20, with: bad.merging([18: "push \(number)"]) { $1 })])
                try await scene.tell("pull_request.synchronize")
            }
        },
        Story(testDescription: "a description and labels") {
            ReviewScene(config: "output: {description: true, labels: true}\n")
        } tell: { scene in
            scene.open(["shop.txt": ReviewScene.lines(1...20, with: bad)]) { $0.body = "My words." }
            try await scene.tell()
        },
        Story(testDescription: "a draft") {
            ReviewScene()
        } tell: { scene in
            scene.open(["shop.txt": ReviewScene.lines(1...20, with: bad)]) { $0.isDraft = true }
            try await scene.tell()
        },
    ]

    /// Says the same however often it is asked.
    private static func answering(_ word: String) -> ScriptedModel {
        ScriptedModel(Array(repeating: .answer(ModelAnswer(json: ["word": .string(word)])), count: 50))
    }

    private func undisturbed(_ story: Story) async throws -> (shown: String, storeCalls: Int, writes: Int) {
        let scene = story.make()
        try await story.tell(scene)
        let writes = scene.host.writeCount
        scene.store.die(afterCalls: .max)
        try await scene.workOnce()
        let calls = scene.store.callsSinceArmed
        scene.store.revive()
        try await scene.work()
        return (scene.shown(), calls, scene.host.writeCount - writes)
    }

    private func expectSame(_ scene: ReviewScene, _ shown: String, _ moment: String) async throws {
        #expect(scene.shown() == shown, "\(moment)")
        let unfinished = try await scene.runs().filter { !$0.state.isFinal }
        #expect(unfinished.isEmpty, "\(moment): \(unfinished.map(\.state))")
    }

    @Test(arguments: stories) func `killed at any call of the store, it ends the same`(_ story: Story) async throws {
        let reference = try await undisturbed(story)
        #expect(reference.storeCalls > 5)
        for calls in 0..<reference.storeCalls {
            for afterCommit in [false, true] {
                let scene = story.make()
                try await story.tell(scene)
                scene.store.die(afterCalls: calls, afterCommit: afterCommit)
                _ = try? await scene.workOnce()
                #expect(scene.store.isDead)
                try await scene.restart()
                try await scene.work()
                try await expectSame(scene, reference.shown, "call \(calls), \(afterCommit ? "after" : "before") its commit")
            }
        }
    }

    @Test(arguments: stories) func `killed before or after any write to the host, it ends the same`(_ story: Story) async throws {
        let reference = try await undisturbed(story)
        #expect(reference.writes > 0)
        for write in 1...reference.writes {
            for isAfter in [false, true] {
                let scene = story.make()
                try await story.tell(scene)
                let fatal = scene.host.writeCount + write
                scene.host.onCall { [store = scene.store] call in
                    if store.isDead { return .before(CodeHostError(.unavailable, "the process was killed")) }
                    guard call.write == fatal else { return nil }
                    store.die(afterCalls: -1)
                    let error = CodeHostError(.unavailable, "the process was killed", mayBeDone: true)
                    return isAfter ? .after(error) : .before(error)
                }
                _ = try? await scene.workOnce()
                #expect(scene.store.isDead)
                try await scene.restart()
                try await scene.work()
                try await expectSame(scene, reference.shown, "write \(write), \(isAfter ? "after" : "before") it")
            }
        }
    }

    @Test(arguments: stories) func `a write whose answer got lost is found, even by a reader who sees it late`(_ story: Story) async throws
    {
        let reference = try await undisturbed(story)
        for write in 1...reference.writes {
            for isStale in [false, true] {
                let scene = story.make()
                try await story.tell(scene)
                let lost = scene.host.writeCount + write
                scene.host.onCall { [unowned host = scene.host] call in
                    guard call.write == lost else { return nil }
                    if isStale { for name in ["reviews", "comments", "threads", "checkRuns"] { host.showEarlier(name) } }
                    return .after(CodeHostError(.unavailable, "no answer in time", mayBeDone: true))
                }
                try await scene.work()
                try await expectSame(scene, reference.shown, "write \(write)\(isStale ? ", shown late" : "")")
            }
        }
    }

    @Test(arguments: stories) func `a write that the host had no time for is made later, and nobody is told`(_ story: Story) async throws {
        let reference = try await undisturbed(story)
        for write in 1...reference.writes {
            let scene = story.make()
            try await story.tell(scene)
            let held = scene.host.writeCount + write
            scene.host.onCall { call in
                call.write == held ? .before(CodeHostError(.limited(retryAfter: .seconds(90)), "a secondary limit")) : nil
            }
            try await scene.work()
            try await expectSame(scene, reference.shown, "write \(write)")
            let jobs = try await scene.store.jobs(JobFilter(), page: PageRequest(limit: 50), scope: .all).items
            #expect(jobs.allSatisfy { $0.failures == 0 }, "a limit is no failure")
        }
    }
}
