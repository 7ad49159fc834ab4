// The whole client against an independent GitHub that is stricter than the real one: what it refuses is a fault of ours. Where the twin is
// missing, these say so and prove nothing; each rule has a test of its own elsewhere.

import ForgeCore
import ForgeCrypto
import ForgeHTTP
import ForgeTestSupport
import Foundation
import Testing

@testable import ForgeGitHub

/// A host of ours on a twin, with GitHub's real time and a clock that whoever waits is moved on by.
private struct TwinScene: Sendable {
    let twin: Twin
    let clock = TestClock()
    let host: GitHubHost
    let log = LogCapture()
    let place: HostPlace

    init(_ twin: Twin, issuer: String = "12345") async throws {
        self.twin = twin
        let clock = clock
        // What was waited for is past on the wall, too.
        let wall = WallClock { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) + clock.now.elapsed }
        let identity = AppIdentity(
            issuer: issuer, key: Scene.key, wall: WallClock { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) })
        let client = GitHubClient(
            GitHubClientSettings(
                addresses: GitHubAddresses(api: twin.url, web: twin.url), userAgent: "forge/test", limits: LaneLimits(interval: .zero),
                patience: .seconds(120)),
            GitHubClientDependencies(
                http: HTTPClient(), lanes: FakeLanes(wall: wall), clock: clock, wall: wall, jitter: TestJitter.fixed(1), log: log.log))
        host = GitHubHost(client: client, app: identity)
        let installation = try await host.app.all(.get("/app/installations")).first?["id"]?.integer ?? 0
        place = HostPlace(tenant: .installation(installation), repository: RepositoryName("octo-org/shop")!)
        try await twin.control(
            "repos",
            [
                "repo": "octo-org/shop", "files": ["a.py": .string((1...40).map { "line \($0)\n" }.joined()), "b.py": "b = 1\n"],
                "collaborators": ["alice": "maintain", "bob": "triage"], "labels": ["bug"],
            ])
    }

    func drive<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await drivenWith(clock, work).result.get()
    }

    func pull(_ head: String = "coupons") async throws -> Int64 {
        let text = (1...40).map { $0 == 20 ? "changed\n" : "line \($0)\n" }.joined()
        let made = try await twin.control(
            "pulls",
            ["repo": "octo-org/shop", "head": .string(head), "title": "Coupons", "user": "alice", "files": ["a.py": .string(text)]])
        return try #require(made["number"]?.integer)
    }

    func session(_ phase: HostPhase = .review) -> GitHubSession { host.openSession(place, phase, .work) }
}

@Suite(.serialized) struct TwinTests {
    @Test func `a review, its conversation and its check run pass the second opinion`() async throws {
        guard let twin = try Twin.start() else { return }
        let scene = try await TwinScene(twin)
        let number = try await scene.pull()
        let session = scene.session(.command)
        let pull = try await session.pullRequest(number)
        #expect(pull.author.login == "alice" && pull.baseBranch == "main" && pull.defaultBranch == "main")
        #expect(try await session.pullRequests(withHead: pull.head) == [number])
        #expect(try await session.permission(of: "alice") == .maintain)
        #expect(try await session.permission(of: "bob") == .triage)
        #expect(try await session.permission(of: "nobody-here") == .none)
        let annotations = (1...120).map {
            CheckAnnotation(path: RepositoryPath("a.py"), lines: $0...$0, level: .warning, title: "t", message: "m")
        }
        var check = CheckRunContent(head: pull.head, state: .inProgress, title: "Under way", summary: "s", externalID: "run-1")
        let run = try await session.createCheckRun(check)
        let review = NewReview(
            commit: pull.head, body: "Three things.",
            comments: [
                NewReviewComment(path: RepositoryPath("a.py"), anchor: .line(.right, 20), body: "one"),
                NewReviewComment(path: RepositoryPath("a.py"), anchor: .range(.right, 18...20), body: "two"),
                NewReviewComment(path: RepositoryPath("a.py"), anchor: .line(.left, 20), body: "three"),
            ])
        let posted = try await session.post(review, on: number)
        let alone = NewReview(
            commit: pull.head, body: "unseen", comments: [NewReviewComment(path: RepositoryPath("a.py"), anchor: .file, body: "four")])
        _ = try await session.post(alone, on: number)
        let identity = try await scene.host.identity()
        let reviews = try await session.reviews(on: number)
        #expect(reviews.filter { $0.body == "Three things." }.map(\.id) == [posted.id])
        #expect(reviews.allSatisfy { identity.isAuthor($0.author) && $0.body != "unseen" })
        let threads = try await session.threads(on: number)
        #expect(threads.count == 4)
        #expect(threads.allSatisfy { identity.isAuthor($0.comments[0].author) && $0.comments[0].author.login == "forge[bot]" })
        #expect(Set(threads.map { $0.comments[0].body }) == ["one", "two", "three", "four"])
        let first = try #require(threads.first { $0.comments[0].body == "one" })
        let reply = try await session.reply("fixed", to: first.comments[0].id, on: number)
        try await session.react(.eyes, to: reply.id, .diff)
        try await session.resolve(thread: first.id)
        let after = try #require(try await session.threads(on: number).first { $0.id == first.id })
        #expect(after.isResolved && after.comments.map(\.id) == [first.comments[0].id, reply.id])
        try await converse(session, number, identity)
        check.state = .completed(.failure)
        check.annotations = annotations
        check.actions = [CheckAction(identifier: "rerun", label: "Re-run", description: "Look again")]
        try await session.updateCheckRun(run, check)
        #expect(
            try await session.checkRuns(named: "Forge", at: pull.head) == [
                HostCheckRun(id: run, externalID: "run-1", isCompleted: true, isOwn: true)
            ])
        check.state = .inProgress
        check.annotations = []
        await #expect(throws: CodeHostError.self) { try await session.updateCheckRun(run, check) }
        let again = try await session.createCheckRun(
            CheckRunContent(
                head: pull.head, state: .completed(.success), title: "T", summary: "s", annotations: annotations, externalID: "run-2"))
        #expect(try await session.checkRuns(named: "Forge", at: pull.head).map(\.id) == [again, run])
        await session.end()
        #expect(try await twin.violations() == [])
        let state = try await twin.get("state")
        let runs = state["repos"]?["octo-org/shop"]?["check_runs"]?.array ?? []
        #expect(
            runs.allSatisfy { ($0["annotations"]?.array?.count ?? $0["annotations"]?.integer.map { Int($0) }) == 120 },
            "\(runs.map { $0.text.prefix(300) })")
    }

    private func converse(_ session: GitHubSession, _ number: Int64, _ identity: HostIdentity) async throws {
        let summary = try await session.postComment("summary", on: number)
        try await session.editComment(summary.id, to: "summary, edited")
        try await session.react(.rocket, to: summary.id, .conversation)
        #expect(try await session.comments(on: number).map(\.body) == ["summary, edited"])
        #expect(try await session.comments(on: number).allSatisfy { identity.isAuthor($0.author) })
        #expect(try await session.comment(summary.id, .conversation)?.body == "summary, edited")
        try await session.changeLabels(on: number, adding: ["bug", "size/S"], removing: ["never there"])
        try await session.changeLabels(on: number, adding: [], removing: ["bug"])
        try await session.setDescription(of: number, to: "described")
        let changed = try await session.pullRequest(number)
        #expect(changed.labels == ["size/S"] && changed.body == "described")
    }

    @Test func `git fetches with the token of a session`() async throws {
        guard let twin = try Twin.start() else { return }
        let scene = try await TwinScene(twin)
        _ = try await scene.pull()
        let session = scene.session()
        let remote = try await session.gitRemote()
        let basic = Base64.encode(Array("\(remote.user):".utf8) + (remote.password?.reveal() ?? []))
        let request = OutgoingRequest(
            .get, "\(remote.url)/info/refs?service=git-upload-pack", authorization: Secret(Array("Basic \(basic)".utf8)))
        let answer = try await HTTPClient().send(request)
        #expect(answer.status == 200)
        await session.end()
        #expect(try await HTTPClient().send(request).status == 401)
        #expect(try await twin.violations() == [])
    }

    /// The fault, what it hits, and whether the thing was written all the same.
    private static let writeFaults: [(kind: String, isDone: Bool)] = [
        ("write-then-502", true), ("duplicate-201-then-reset", true), ("truncated", true), ("bad-json", true), ("502", false),
        ("html-502", false),
        ("reset", false), ("503", false),
    ]

    @Test func `a write that may be done is told and found, and never done twice`() async throws {
        guard let twin = try Twin.start() else { return }
        let scene = try await TwinScene(twin)
        let number = try await scene.pull()
        for (kind, isDone) in Self.writeFaults {
            let session = scene.session()
            // The connection is warm then, as in a review.
            let before = try await session.comments(on: number).count
            try await twin.fault("POST .*/issues/\\d+/comments", kind)
            var caught: CodeHostError?
            do { _ = try await scene.drive { try await session.postComment("by \(kind)", on: number) } } catch {
                caught = error as? CodeHostError
            }
            #expect(caught?.kind == .unavailable && caught?.mayBeDone == true, "\(kind): \(String(describing: caught))")
            let bodies = try await session.comments(on: number).map(\.body)
            #expect(bodies.count == before + (isDone ? 1 : 0), "\(kind)")
            #expect(bodies.contains("by \(kind)") == isDone, "\(kind)")
            await session.end()
        }
        #expect(try await twin.violations() == [])
    }

    @Test func `a read gets through every fault`() async throws {
        guard let twin = try Twin.start() else { return }
        let scene = try await TwinScene(twin)
        let number = try await scene.pull()
        for kind in [
            "500", "502", "503", "504", "html-502", "404-once", "reset", "truncated", "bad-json", "429", "429-retry-after", "403-secondary",
            "etag-miss", "401",
        ] {
            let session = scene.session()
            _ = try await scene.drive { try await session.comments(on: number) }
            try await twin.fault("GET .*/pulls/\\d+$", kind, extra: kind.contains("retry") ? [.init("retry_after", 5)] : [])
            #expect(try await scene.drive { try await session.pullRequest(number) }.number == number, "\(kind)")
            await session.end()
        }
        #expect(try await twin.violations() == [])
    }

    @Test func `a refused review is refused whole, with GitHub's reason`() async throws {
        for texts in ["new", "old"] {
            guard let twin = try Twin.start("review_422=\(texts)") else { return }
            let scene = try await TwinScene(twin)
            let number = try await scene.pull()
            let session = scene.session()
            let head = try await session.pullRequest(number).head
            for anchor in [ReviewAnchor.line(.right, 39), .range(.right, 2...20), .line(.right, 4_000)] {
                let review = NewReview(
                    commit: head, body: "b", comments: [NewReviewComment(path: RepositoryPath("a.py"), anchor: anchor, body: "c")])
                var caught: CodeHostError?
                do throws(CodeHostError) { _ = try await session.post(review, on: number) } catch { caught = error }
                #expect(caught?.kind == .refused && caught?.mayBeDone == false)
            }
            #expect(try await session.reviews(on: number) == [])
            #expect(try await twin.violations() == [])
        }
    }

    @Test func `new long tokens, ended tokens, lost permissions and a suspension`() async throws {
        guard let twin = try Twin.start("token_format=stateless") else { return }
        let scene = try await TwinScene(twin)
        let number = try await scene.pull()
        let session = scene.session()
        #expect(try await session.gitRemote().password.map { $0.reveal().count > 200 } == true)
        _ = try await session.pullRequest(number)
        // Old by now, so that it is not taken for a new one that is not known everywhere.
        scene.clock.advance(by: .seconds(60))
        try await twin.control("expire_tokens", [:])
        #expect(try await scene.drive { try await session.pullRequest(number) }.number == number)
        guard case .installation(let installation) = scene.place.tenant else { return }
        try await twin.control(
            "permissions",
            ["installation": .integer(installation), "permissions": ["contents": "read", "metadata": "read", "pull_requests": "write"]])
        let head = try await session.pullRequest(number).head
        let poor = scene.session()
        #expect(try await poor.pullRequest(number).number == number)
        let content = CheckRunContent(head: head, state: .completed(.success), title: "T", summary: "s", externalID: "x")
        var caught: CodeHostError?
        do throws(CodeHostError) { _ = try await poor.createCheckRun(content) } catch { caught = error }
        #expect(caught?.kind == .forbidden(missing: "checks=write"))
        #expect(caught?.message.contains("settings/installations/") == true)
        try await twin.control("suspend", ["installation": .integer(installation)])
        for suspended in [poor, scene.session()] {
            var caught: CodeHostError?
            do { _ = try await scene.drive { try await suspended.pullRequest(number) } } catch { caught = error as? CodeHostError }
            #expect(caught?.kind == .unauthorized, "\(String(describing: caught))")
        }
        #expect(try await twin.violations() == [])
    }

    @Test func `an App by its client id, a repository's own webhook, and a repository that is not ours`() async throws {
        guard let twin = try Twin.start() else { return }
        let first = try await TwinScene(twin)
        let number = try await first.pull()
        let client = try #require(try await first.host.app.send(.get("/app")).json["client_id"]?.string)
        let identity = AppIdentity(issuer: client, key: Scene.key, wall: first.host.wall)
        let host = GitHubHost(client: first.host.client, app: identity)
        let local = HostPlace(tenant: .local, repository: first.place.repository)
        #expect(try await host.session(local, .review, .work).pullRequest(number).number == number)
        let stranger = HostPlace(tenant: first.place.tenant, repository: RepositoryName("octo-org/elsewhere")!)
        var caught: CodeHostError?
        do throws(CodeHostError) { _ = try await host.session(stranger, .review, .work).pullRequest(1) } catch { caught = error }
        #expect(caught?.kind == .notFound)
        #expect(try await twin.violations() == [])
    }

    @Test func `a fork's pull request is found by its head`() async throws {
        guard let twin = try Twin.start() else { return }
        let scene = try await TwinScene(twin)
        try await twin.control("fork", ["repo": "octo-org/shop", "user": "carol"])
        let number = try await scene.pull("carol:patch")
        let session = scene.session()
        let pull = try await session.pullRequest(number)
        #expect(pull.headRepository?.owner == "carol")
        #expect(try await session.pullRequests(withHead: pull.head) == [number])
        #expect(try await session.pullRequests(withHead: someHead) == [])
        #expect(try await twin.violations() == [])
    }

    @Test func `many comments come whole, and a second look at them is free`() async throws {
        guard let twin = try Twin.start() else { return }
        let scene = try await TwinScene(twin)
        let number = try await scene.pull()
        for index in 0..<230 {
            try await twin.control(
                "comment", ["repo": "octo-org/shop", "number": .integer(number), "user": "alice", "body": .string("c\(index)")])
        }
        let session = scene.session()
        #expect(try await session.comments(on: number).map(\.body) == (0..<230).map { "c\($0)" })
        #expect(try await session.comments(on: number).count == 230)
        #expect(session.tally.requests == 7)
        #expect(session.tally.unchangedAnswers == 3)
        #expect(try await twin.violations() == [])
    }

    @Test func `missed deliveries are listed and fetched`() async throws {
        guard let twin = try Twin.start() else { return }
        try await twin.control("config", ["webhook_url": "http://127.0.0.1:9/hook"])
        let scene = try await TwinScene(twin)
        let began = scene.host.wall.now - .seconds(60)
        _ = try await scene.pull()
        try await twin.control("ping", ["wait": true])
        let log = DeliveryLog(scene.host.app)
        let attempts = try await log.attempts(since: began)
        let opened = try #require(attempts.first { $0.eventName == "pull_request" })
        #expect(!opened.hasSucceeded)
        let (headers, body) = try await log.payload(of: opened.attempt)
        #expect(headers.contains { $0.name == "x-github-event" && $0.value == "pull_request" })
        #expect(try JSONParser.parse(body).value["action"] == "opened")
        #expect(try await log.attempts(since: scene.host.wall.now + .seconds(60)) == [])
        #expect(try await twin.violations() == [])
    }
}
