// A small world for stories about reviews: a host, a history, a store, one engine, and people who push and comment. What a test asks of it is
// what a person would see.

import ForgeConfig
import ForgeCore
import ForgeEngine
import ForgeReview
import ForgeTestSupport
import Synchronization
import Testing

final class ReviewScene: Sendable {
    static let name = RepositoryName("acme/shop")!
    static let place = HostPlace(tenant: .installation(7), repository: name)
    static let ada = Actor(login: "ada", number: 1, kind: "User")

    let clock = TestClock()
    let store: MemoryStore
    let host: FakeCodeHost
    let mirrors = FakeMirrors()
    let history = FakeHistory()
    let metrics = Metrics()
    let logged = LogCapture()
    let model: (any Model)?
    let answerer: (any QuestionAnswerer)?
    /// In place of the simple one over `model`.
    let reviewer: (any ChangeReviewer)?

    /// A branch `main` with one file, and `.forge.yml` when there is one.
    init(config: String? = nil, model: (any Model)? = nil, answerer: (any QuestionAnswerer)? = nil, reviewer: (any ChangeReviewer)? = nil) {
        self.answerer = answerer
        self.reviewer = reviewer
        store = MemoryStore(clock: clock.wallClock)
        host = FakeCodeHost(now: clock.wallClock)
        self.model = model
        let main = history.commit(["shop.txt": Self.lines(1...20), ".forge.yml": config])
        history.point("refs/heads/main", to: main)
        mirrors.put(history, as: Self.name)
        host.put(Self.name, history)
        host.change(Self.name) { $0.permissions["ada"] = .write }
    }

    static func lines(_ numbers: ClosedRange<Int>, with changes: [Int: String] = [:]) -> String {
        numbers.map { (changes[$0] ?? "line \($0)") + "\n" }.joined()
    }

    var main: CommitSHA { history.tip(of: "refs/heads/main")! }

    // MARK: What people do

    /// Pull request `number` with these files on top of `main`; its head.
    @discardableResult
    func open(
        _ files: [String: String?], number: Int64 = 7, change: (inout PullRequest) -> Void = { _ in }
    ) -> CommitSHA {
        let head = history.commit(files, on: [main])
        history.point("refs/pull/\(number)/head", to: head)
        var pull = PullRequest(
            number: number, title: "Sell more", author: Self.ada, head: head, headBranch: "more", headRepository: Self.name, base: main,
            baseBranch: "main", defaultBranch: "main", url: "https://host.example/acme/shop/pull/\(number)")
        change(&pull)
        host.change(Self.name) { [pull] in $0.pulls[number] = pull }
        return head
    }

    /// On top of the head.
    @discardableResult
    func push(_ files: [String: String?], number: Int64 = 7) -> CommitSHA {
        let head = host.repository(Self.name)!.pulls[number]!.head
        return move(to: history.commit(files, on: [head]), number: number)
    }

    @discardableResult
    func move(to head: CommitSHA, number: Int64 = 7) -> CommitSHA {
        history.point("refs/pull/\(number)/head", to: head)
        host.change(Self.name) { $0.pulls[number]?.head = head }
        return head
    }

    /// The job that the host's event leads to.
    func tell(
        _ event: String = "pull_request.opened", number: Int64 = 7, head: CommitSHA? = nil, more: [JSON.Member] = [], attemptsMax: Int = 4
    ) async throws {
        let head = head ?? host.repository(Self.name)?.pulls[number]?.head
        let payload: [JSON.Member] = [
            .init("schema", 1), .init("event", .string(event)), .init("repository_id", 5), .init("pull", JSON(number)),
            .init("head", JSON(head?.description)),
        ]
        _ = try await store.enqueue(
            NewJob(
                kind: "review", tenant: Self.place.tenant, repository: Self.name.description,
                workKey: "review:5:\(number)@\(head?.description ?? "latest")\(event)", subject: "pull/\(number)", attemptsMax: attemptsMax,
                payload: JSON.object(payload + more).withoutNulls))
    }

    // MARK: The engine

    var dependencies: ReviewDependencies {
        ReviewDependencies(
            store: store, host: host, mirrors: mirrors, upperLayers: NoUpperLayers(), judge: LineJudge(),
            reviewer: reviewer ?? model.map { LineReviewer(model: $0) }, repositoryURL: { "https://host.example/\($0)" },
            now: clock.wallClock, clock: clock,
            metrics: metrics, log: logged.log)
    }

    /// Of one process; a restart makes new ones.
    private let engine = Mutex<[String: JobHandler]?>(nil)

    private var handlers: [String: JobHandler] {
        engine.withLock { engine in
            if let engine { return engine }
            let commands = CommandHandler(CommandDependencies(review: dependencies, answerer: answerer, queued: Wakeup()))
            let all = ReviewHandler(dependencies).jobHandlers + commands.jobHandlers
            let made = Dictionary(uniqueKeysWithValues: all.map { ($0.kind, $0) })
            engine = made
            return made
        }
    }

    static let lease = Duration.seconds(60)

    /// One due job, ended as a worker would; false when none is due.
    @discardableResult
    func workOnce() async throws -> Bool {
        let handlers = handlers
        let claimed = try await store.claim(kinds: handlers.keys.sorted(), worker: "test", lease: Self.lease, perRepository: 4)
        guard let job = claimed, let handler = handlers[job.new.kind] else { return false }
        let ending = await ending(of: job, handler)
        if let ending, !store.isDead { _ = try await store.end(job.lease, ending) }
        return true
    }

    private func ending(of job: Job, _ handler: JobHandler) async -> JobEnding? {
        do {
            try await handler.run(job)
            return .finished
        } catch let error as StoreError where error.code == .leaseLost {
            return nil
        } catch let refused as JobRefused {
            return .failedForGood(error: refused.reason)
        } catch let deferred as JobDeferred {
            return .deferred(because: deferred.reason, retryAfter: deferred.pause)
        } catch {
            return .failed(error: "\(error)", retryAfter: .seconds(10))
        }
    }

    /// Until nothing is queued any more; time goes by as it must.
    func work(stepping step: Duration = .seconds(5)) async throws {
        for _ in 0..<200 {
            while try await workOnce() {}
            let unfinished = try await unfinishedJobs()
            guard !unfinished.isEmpty else { return }
            clock.advance(by: step)
            _ = try await store.reapExpired(backoff: Backoff(), jitter: TestJitter.fixed(0.5))
        }
        Issue.record("the queue does not come to rest: \(try await unfinishedJobs().map { $0.lastError ?? $0.new.workKey })")
    }

    func unfinishedJobs() async throws -> [Job] {
        try await store.jobs(JobFilter(), page: PageRequest(limit: 200), scope: .all).items.filter { !$0.state.isFinished }
    }

    /// As after a kill: nobody holds a lease any more.
    func restart() async throws {
        store.revive()
        engine.withLock { $0 = nil }
        host.onCall { _ in nil }
        clock.advance(by: Self.lease + .seconds(1))
        _ = try await store.reapExpired(backoff: Backoff(), jitter: TestJitter.fixed(0.5))
    }

    // MARK: What there is to see

    var shop: FakeHostRepository { host.repository(Self.name)! }

    func shown(_ number: Int64 = 7) -> String { shop.shown(number) }

    /// The newest first.
    func runs() async throws -> [Run] {
        try await store.runs(RunFilter(), page: PageRequest(limit: 200), scope: .all).items
    }

    func check(_ number: Int64 = 7) -> FakeCheckRun? { shop.pulls[number].flatMap { shop.check(at: $0.head) } }

    func state(_ number: Int64 = 7) async throws -> PullRequestState {
        try await store.pullRequestState(PullRequestKey(place: Self.place, number: number))
    }
}
