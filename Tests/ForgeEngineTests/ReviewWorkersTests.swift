// Reviews by real workers, several at once: their leases, their heartbeats, and the turn that each pull request has.

import ForgeCore
import ForgeEngine
import ForgeReview
import ForgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ReviewWorkersTests {
    private static let bad = [5: "a BUG here", 12: "a LEAK there"]

    private func service(_ scene: ReviewScene, workers: Int, queued: Wakeup) -> WorkerService {
        WorkerService(
            store: scene.store, handlers: ReviewHandler(scene.dependencies).jobHandlers,
            limits: WorkerLimits(workers: workers, perRepository: 8, interval: .seconds(1)), name: "test", clock: scene.clock,
            jitter: TestJitter.fixed(0.5), queued: queued, metrics: scene.metrics, log: scene.logged.log)
    }

    /// Until the queue is empty; moves the clock as time would.
    private func rest(_ scene: ReviewScene) async throws {
        for _ in 0..<2_000 {
            if try await scene.unfinishedJobs().isEmpty { return }
            scene.clock.advance(by: .milliseconds(500))
            for _ in 0..<50 { await Task.yield() }
        }
        Issue.record("the queue does not come to rest")
    }

    @Test func `two services with four workers each review twenty pull requests once`() async throws {
        let scene = ReviewScene()
        for number in Int64(1)...20 {
            scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)], number: number)
            try await scene.tell(number: number)
        }
        let queued = Wakeup()
        let (first, second) = (service(scene, workers: 4, queued: queued), service(scene, workers: 4, queued: queued))
        try await beside({ await first.run() }) {
            try await beside({ await second.run() }) { try await rest(scene) }
        }
        for number in Int64(1)...20 {
            #expect(scene.shop.reviews[number]?.count == 1 && scene.shop.ownComments(on: number).count == 1)
        }
        #expect(scene.shop.checks.count == 20)
        #expect(try await scene.runs().allSatisfy { $0.state == .done })
    }

    @Test func `pushes that come while workers post leave one thread for each finding`() async throws {
        let scene = ReviewScene(config: "review: {debounce: 0s, pause_after: 100}\n")
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell()
        let queued = Wakeup()
        let service = service(scene, workers: 4, queued: queued)
        try await beside({ await service.run() }) {
            for number in 0..<10 {
                scene.push(["shop.txt": ReviewScene.lines(1...20, with: Self.bad.merging([18: "a SMELL \(number)"]) { $1 })])
                try await scene.tell("pull_request.synchronize")
                queued.notify()
                for _ in 0..<20 { await Task.yield() }
                scene.clock.advance(by: .seconds(number.isMultiple(of: 3) ? 16 : 1))
            }
            try await rest(scene)
        }
        let threads = try #require(scene.shop.threads[7])
        let open = threads.filter { !$0.isResolved }
        #expect(Set(threads.map { $0.comments[0].body }).count == threads.count)
        #expect(open.count == 3, "\(scene.shown())")
        #expect(scene.shop.ownComments(on: 7).count == 1)
        #expect(scene.check()?.conclusion == .neutral)
    }

    @Test func `a check on a fork's commit is reviewed in the turn of its pull request`() async throws {
        let scene = ReviewScene()
        let head = scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        _ = try await scene.store.enqueue(
            NewJob(
                kind: "review", tenant: ReviewScene.place.tenant, repository: "acme/shop", workKey: "review:5:head@\(head)",
                subject: "head/\(head)", payload: ["event": "check_run.rerequested", "head": .string(head.description), "asked": true]))
        try await scene.work()
        #expect(scene.shop.reviews[7]?.count == 1)
        let subjects = try await scene.store.jobs(JobFilter(), page: PageRequest(), scope: .all).items.map(\.new.subject)
        #expect(subjects == ["pull/7", "head/\(head)"])
    }

    @Test func `a review writes the description and the labels where the configuration wants them`() async throws {
        let scene = ReviewScene(config: "output: {description: true, labels: true}\n")
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: [5: "well"])]) { $0.body = "My words." }
        try await scene.tell()
        try await scene.work()
        let pull = try #require(scene.shop.pulls[7])
        #expect(pull.body.hasPrefix("My words.\n") && pull.body.contains("This change") && !pull.labels.isEmpty)
        let writes = scene.host.writeCount
        try await scene.tell("check_run.rerequested", more: [.init("asked", true)])
        try await scene.work()
        #expect(scene.host.writeCount == writes + 1, "only the check: what is there stays as it is")
    }
}
