// What a session reads and writes, by the bytes that go over the wire and the words that come back.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeGitHub

@Suite struct GitHubSessionTests {
    private static let root = "/repos/acme/shop"
    private static let moment = "2026-01-01T00:00:05Z"

    private static func comment(
        _ id: Int64, _ body: String = "x", user: JSON = ["login": "alice", "id": 11, "type": "User"], extra: [JSON.Member] = []
    ) -> JSON {
        .object(
            [
                .init("id", .integer(id)), .init("body", .string(body)), .init("user", user), .init("created_at", .string(moment)),
                .init("updated_at", .string(moment)), .init("html_url", "https://github.com/c"),
            ] + extra)
    }

    private static let bot: JSON = ["login": "forge[bot]", "id": 4242, "type": "Bot"]

    // MARK: Reading

    @Test func `a pull request comes with all its words`() async throws {
        let scene = try Scene()
        scene.server.on("GET \(Self.root)/pulls/7", .json(200, pullRequestJSON(7)))
        let pullRequest = try await scene.session().pullRequest(7)
        #expect(
            pullRequest
                == PullRequest(
                    number: 7, title: "Coupons", author: Actor(login: "alice", number: 11, kind: "User"), head: someHead,
                    headBranch: "coupons", headRepository: RepositoryName("acme/shop"), base: someBase, baseBranch: "main",
                    defaultBranch: "main", labels: ["bug"], url: "https://github.com/acme/shop/pull/7"))
    }

    @Test func `a deleted fork and a deleted person leave no name`() async throws {
        let scene = try Scene()
        let head: JSON = ["sha": .string(someHead.description), "ref": "coupons", "repo": .null]
        scene.server.on(
            "GET \(Self.root)/pulls/7",
            .json(
                200,
                pullRequestJSON(7, extra: [.init("head", head), .init("user", .null), .init("merged", true), .init("state", "closed")])))
        let pullRequest = try await scene.session().pullRequest(7)
        #expect(pullRequest.headRepository == nil)
        #expect(pullRequest.author == Actor())
        #expect(pullRequest.isMerged && !pullRequest.isOpen)
    }

    @Test func `an answer that is no pull request is a defect, not a guess`() async throws {
        let scene = try Scene()
        scene.server.on("GET \(Self.root)/pulls/7", .json(200, ["number": 7]))
        let (error, _) = await scene.failure { try await scene.session().pullRequest(7) }
        #expect(error?.kind == .defect)
    }

    @Test func `open pull requests with a head are found by the commit`() async throws {
        let scene = try Scene()
        scene.server.on(
            "GET \(Self.root)/commits/\(someHead)/pulls",
            .json(200, [pullRequestJSON(7), pullRequestJSON(8, state: "closed"), pullRequestJSON(9, head: someBase)]))
        #expect(try await scene.session().pullRequests(withHead: someHead) == [7])
        #expect(scene.server.seen("GET \(Self.root)/pulls").isEmpty)
    }

    private static let absences: [(Int, JSON)] = [
        (200, []), (422, ["message": "No commit found for SHA"]), (404, ["message": "Not Found"]),
    ]

    @Test(arguments: absences)
    func `those of forks are found among all open ones`(status: Int, answer: JSON) async throws {
        let scene = try Scene()
        scene.server.on("GET \(Self.root)/commits/\(someHead)/pulls", .json(status, answer))
        scene.server.on("GET \(Self.root)/pulls", .json(200, [pullRequestJSON(3, head: someBase), pullRequestJSON(12)]))
        #expect(try await scene.session().pullRequests(withHead: someHead) == [12])
        #expect(scene.server.seen("GET \(Self.root)/pulls").map(\.target) == ["\(Self.root)/pulls?state=open&per_page=100"])
    }

    @Test func `a conversation is read oldest first, with who wrote it and by which App`() async throws {
        let scene = try Scene()
        let app: [JSON.Member] = [.init("performed_via_github_app", ["id": 42, "slug": "forge"])]
        scene.server.on(
            "GET \(Self.root)/issues/7/comments", .json(200, [Self.comment(9), Self.comment(3, "ours", user: Self.bot, extra: app)]))
        let comments = try await scene.session().comments(on: 7)
        #expect(comments.map(\.id) == [3, 9])
        #expect(comments[0].author == Actor(login: "forge[bot]", number: 4242, kind: "Bot", viaApp: 42))
        let identity = try await scene.host.identity()
        #expect(identity == HostIdentity(app: 42, user: 4242, login: "forge[bot]"))
        #expect(comments.map { identity.isAuthor($0.author) } == [true, false])
        #expect(comments[0].createdAt == Timestamp(text: Self.moment))
    }

    @Test func `a look-alike of our name is not us`() async throws {
        let scene = try Scene()
        let identity = try await scene.host.identity()
        #expect(!identity.isAuthor(Actor(author: Self.comment(1, user: ["login": "forge[bot]", "id": 666, "type": "User"]))))
        #expect(!identity.isAuthor(Actor(graph: ["__typename": "User", "login": "forge", "databaseId": 666])))
        #expect(identity.isAuthor(Actor(graph: ["__typename": "Bot", "login": "forge", "databaseId": 4242])))
    }

    @Test func `a comment that was deleted is none`() async throws {
        let scene = try Scene()
        scene.server.on("GET \(Self.root)/pulls/comments/6", .json(200, Self.comment(6)))
        let (gone, waits) = await scene.drive { try await scene.session().comment(5, .conversation) }
        #expect(try gone.get() == nil)
        #expect(waits == [.seconds(1), .seconds(2)])
        #expect(try await scene.session().comment(6, .diff)?.id == 6)
    }

    @Test func `a review that only we see is none yet`() async throws {
        let scene = try Scene()
        scene.server.on(
            "GET \(Self.root)/pulls/7/reviews",
            .json(
                200,
                [
                    ["id": 1, "state": "PENDING", "body": "draft", "user": Self.bot],
                    ["id": 2, "state": "COMMENTED", "body": "done", "user": Self.bot, "commit_id": .string(someHead.description)],
                ]))
        #expect(
            try await scene.session().reviews(on: 7) == [
                HostReview(id: 2, author: Actor(login: "forge[bot]", number: 4242, kind: "Bot"), body: "done", commit: someHead)
            ])
    }

    private static let roles: [(JSON, HostPermission)] = [
        (["permission": "admin", "role_name": "admin"], .admin), (["permission": "write", "role_name": "maintain"], .maintain),
        (["permission": "write", "role_name": "write"], .write), (["permission": "read", "role_name": "triage"], .triage),
        (["permission": "read", "role_name": "read"], .read), (["permission": "none", "role_name": ""], .none),
        // A role that an organisation made up, and one that is named to look like more.
        (["permission": "write", "role_name": "release crew"], .write), (["permission": "read", "role_name": "admin"], .read),
        (["permission": "none", "role_name": "maintain"], .none), ([:], .none), (["permission": "owner"], .none),
    ]

    @Test(arguments: roles) func `roles are read, and a name gives nothing`(answer: JSON, permission: HostPermission) async throws {
        let scene = try Scene()
        scene.server.on("GET \(Self.root)/collaborators/alice/permission", .json(200, answer))
        #expect(try await scene.session().permission(of: "alice") == permission)
    }

    @Test func `nobody GitHub knows may nothing, and a name cannot lead to another address`() async throws {
        let scene = try Scene()
        #expect(try await scene.session().permission(of: "../../admin?x=") == .none)
        #expect(scene.server.seen.last?.target == "\(Self.root)/collaborators/..%2F..%2Fadmin%3Fx%3D/permission")
    }

    @Test func `check runs come newest first and are told from those of others`() async throws {
        let scene = try Scene()
        scene.server.on(
            "GET \(Self.root)/commits/\(someHead)/check-runs",
            .json(
                200,
                [
                    "total_count": 3,
                    "check_runs": [
                        ["id": 1, "status": "completed", "external_id": "run-1", "app": ["id": 42]],
                        ["id": 3, "status": "in_progress", "external_id": "run-3", "app": ["id": 42]],
                        ["id": 2, "status": "completed", "external_id": .null, "app": ["id": 9]],
                    ],
                ]))
        let runs = try await scene.session().checkRuns(named: "Forge & Co", at: someHead)
        #expect(
            runs == [
                HostCheckRun(id: 3, externalID: "run-3", isCompleted: false, isOwn: true),
                HostCheckRun(id: 2, externalID: "", isCompleted: true, isOwn: false),
                HostCheckRun(id: 1, externalID: "run-1", isCompleted: true, isOwn: true),
            ])
        #expect(scene.server.seen.contains { $0.target.hasSuffix("check-runs?check_name=Forge%20%26%20Co&filter=all&per_page=100") })
    }

    // MARK: Reviews

    private static let reviews = "POST \(root)/pulls/7/reviews"
    private static let posted: JSON = [
        "id": 77, "body": "b", "user": bot, "commit_id": .string(someHead.description), "html_url": "https://r",
    ]

    private func review(_ anchors: ReviewAnchor...) -> NewReview {
        NewReview(
            commit: someHead, body: "Two things.",
            comments: anchors.map { NewReviewComment(path: RepositoryPath("a b.py"), anchor: $0, body: "see") })
    }

    @Test func `a review is one request, each line with its side, and a range of one line is a line`() async throws {
        let scene = try Scene()
        scene.server.on(Self.reviews, .json(200, Self.posted))
        let review = review(.line(.right, 4), .range(.left, 2...6), .range(.right, 9...9))
        #expect(try await scene.session().post(review, on: 7).id == 77)
        #expect(
            scene.server.seen(Self.reviews).map(\.json) == [
                [
                    "commit_id": .string(someHead.description), "event": "COMMENT", "body": "Two things.",
                    "comments": [
                        ["path": "a b.py", "body": "see", "line": 4, "side": "RIGHT"],
                        ["path": "a b.py", "body": "see", "line": 6, "side": "LEFT", "start_line": 2, "start_side": "LEFT"],
                        ["path": "a b.py", "body": "see", "line": 9, "side": "RIGHT"],
                    ],
                ]
            ])
    }

    @Test func `a refused review says why, and nothing was posted`() async throws {
        let scene = try Scene()
        scene.server.on(Self.reviews, .json(422, ["message": "Unprocessable Entity", "errors": ["line must be part of the diff"]]))
        let (error, _) = await scene.failure { try await scene.session().post(review(.line(.right, 4)), on: 7) }
        #expect(error == CodeHostError(.refused, "Unprocessable Entity; line must be part of the diff"))
    }

    @Test func `a comment on a file goes out first, once, however often the review is posted`() async throws {
        let scene = try Scene()
        let comments = "\(Self.root)/pulls/7/comments"
        scene.server.on("GET \(comments)", .json(200, []))
        scene.server.on("POST \(comments)", .json(201, Self.comment(5)))
        scene.server.on(Self.reviews, .text(502, ""), .json(200, Self.posted))
        let review = review(.file, .line(.right, 4))
        let (error, _) = await scene.failure { try await scene.session().post(review, on: 7) }
        #expect(error?.mayBeDone == true)
        #expect(
            scene.server.seen("POST \(comments)").map(\.json) == [
                ["path": "a b.py", "body": "see", "subject_type": "file", "commit_id": .string(someHead.description)]
            ])
        #expect(scene.server.seen(Self.reviews).first?.json["comments"]?.array?.count == 1)
        // Now it stands there; one that only looks like it does not count.
        let place: [JSON.Member] = [.init("path", "a b.py"), .init("subject_type", "file")]
        scene.server.on(
            "GET \(comments)", .json(200, [Self.comment(4, "see", extra: place), Self.comment(5, "see", user: Self.bot, extra: place)]))
        #expect(try await scene.session().post(review, on: 7).id == 77)
        #expect(scene.server.seen("POST \(comments)").count == 1)
        scene.server.on("GET \(comments)", .json(200, [Self.comment(4, "see", extra: place)]))
        _ = try await scene.session().post(review, on: 7)
        #expect(scene.server.seen("POST \(comments)").count == 2)
    }

    @Test func `a comment on a file that comes alone has no review around it`() async throws {
        let scene = try Scene()
        let comments = "\(Self.root)/pulls/7/comments"
        scene.server.on("POST \(comments)", .json(201, Self.comment(5, extra: [.init("pull_request_review_id", 70)])))
        #expect(try await scene.session().post(review(.file), on: 7).id == 70)
        #expect(scene.server.seen.map(\.line) == [Scene.mintLine, "POST \(comments)"])
        scene.server.on("GET \(comments)", .json(200, []))
        #expect(try await scene.session().post(review(.file, .file), on: 7).id == 70)
        #expect(scene.server.seen(Self.reviews).isEmpty)
    }

    @Test func `a forgotten draft of ours makes room, somebody else's stays`() async throws {
        let scene = try Scene()
        scene.server.on(
            Self.reviews,
            .json(422, ["message": "Unprocessable Entity", "errors": ["User can only have one pending review per pull request"]]),
            .json(200, Self.posted))
        scene.server.on(
            "GET \(Self.root)/pulls/7/reviews",
            .json(
                200,
                [
                    ["id": 1, "state": "PENDING", "user": ["login": "alice", "id": 11]], ["id": 2, "state": "COMMENTED", "user": Self.bot],
                    ["id": 3, "state": "PENDING", "user": Self.bot],
                ]))
        scene.server.on("DELETE \(Self.root)/pulls/7/reviews/3", .json(200, [:]))
        #expect(try await scene.session().post(review(.line(.right, 4)), on: 7).id == 77)
        #expect(scene.server.seen.filter { $0.method == "DELETE" }.map(\.path) == ["\(Self.root)/pulls/7/reviews/3"])
    }

    // MARK: Check runs

    private func check(_ count: Int, _ state: CheckState = .completed(.failure)) -> CheckRunContent {
        CheckRunContent(
            head: someHead, state: state, title: "T", summary: "S",
            annotations: (0..<count).map {
                CheckAnnotation(path: RepositoryPath("a"), lines: ($0 + 1)...($0 + 2), level: .warning, title: "t\($0)", message: "m")
            },
            actions: [CheckAction(identifier: "rerun", label: "Re-run", description: "Again")], externalID: "run-1")
    }

    private static let created = "POST \(root)/check-runs"
    private static let patched = "PATCH \(root)/check-runs/31"

    @Test(arguments: [(0, [0]), (1, [1]), (50, [50]), (51, [50, 1]), (120, [50, 50, 20])])
    func `annotations go out fifty at a time, and the last part completes the run`(count: Int, parts: [Int]) async throws {
        let scene = try Scene()
        scene.server.on(Self.created, .json(201, ["id": 31, "status": "in_progress"]))
        scene.server.on(Self.patched, .json(200, ["id": 31, "status": "in_progress"]))
        #expect(try await scene.session().createCheckRun(check(count)) == 31)
        let sent = (scene.server.seen(Self.created) + scene.server.seen(Self.patched)).map(\.json)
        #expect(sent.map { $0["output"]?["annotations"]?.array?.count ?? 0 } == parts)
        #expect(sent.map { $0["status"]?.string } == parts.dropLast().map { _ in "in_progress" } + ["completed"])
        #expect(sent.map { $0["conclusion"]?.string } == parts.dropLast().map { _ in nil } + ["failure"])
        #expect(sent.allSatisfy { $0["output"]?["title"] == "T" && $0["output"]?["summary"] == "S" && $0["external_id"] == "run-1" })
        #expect(sent.compactMap { $0["head_sha"]?.string } == [someHead.description])
        #expect(sent.last?["actions"] == [["identifier": "rerun", "label": "Re-run", "description": "Again"]])
        if count > 0 {
            #expect(
                sent[0]["output"]?["annotations"]?[0] == [
                    "path": "a", "start_line": 1, "end_line": 2, "annotation_level": "warning", "title": "t0", "message": "m",
                ])
        }
    }

    @Test func `annotations that stand already are not added again`() async throws {
        let scene = try Scene()
        scene.server.on("GET \(Self.root)/check-runs/31", .json(200, ["id": 31, "output": ["annotations_count": 50]]))
        scene.server.on(Self.patched, .json(200, ["id": 31]))
        try await scene.session().updateCheckRun(31, check(120))
        let titles = scene.server.seen(Self.patched).map { $0.json["output"]?["annotations"]?[0]?["title"]?.string }
        #expect(titles == ["t50", "t100"])
    }

    @Test func `few annotations are not asked after`() async throws {
        let scene = try Scene()
        scene.server.on(Self.patched, .json(200, ["id": 31, "status": "completed"]))
        try await scene.session().updateCheckRun(31, check(50))
        #expect(scene.server.seen(Self.patched).count == 1)
        #expect(scene.server.seen.count { $0.method == "GET" } == 0)
    }

    /// One GitHub refuses, another answers 200 and leaves it as it was.
    @Test(arguments: [0, 1]) func `a completed run is not opened again`(way: Int) async throws {
        let scene = try Scene()
        scene.server.on(
            Self.patched, way == 0 ? .json(200, ["id": 31, "status": "completed"]) : .json(422, ["message": "Validation Failed"]))
        let (error, _) = await scene.failure { try await scene.session().updateCheckRun(31, check(0, .inProgress)) }
        #expect(error?.kind == .refused)
    }

    // MARK: Threads

    private static func node(_ id: Int64?, full: String? = nil, type: String = "User", login: String = "alice", user: Int64 = 11) -> JSON {
        [
            "databaseId": JSON(id), "fullDatabaseId": JSON(full), "body": "b", "createdAt": .string(moment), "updatedAt": .string(moment),
            "url": "https://c", "author": ["__typename": .string(type), "login": .string(login), "databaseId": .integer(user)],
        ]
    }

    private static func connection(_ nodes: [JSON], next: String? = nil) -> JSON {
        ["nodes": .array(nodes), "pageInfo": ["hasNextPage": .bool(next != nil), "endCursor": JSON(next)]]
    }

    private static func page(_ threads: [JSON], next: String? = nil) -> JSON {
        ["data": ["repository": ["pullRequest": ["reviewThreads": connection(threads, next: next)]]]]
    }

    private static func thread(_ id: String, _ comments: JSON, line: Int64? = 4) -> JSON {
        [
            "id": .string(id), "path": "a.py", "line": JSON(line), "isResolved": false, "isOutdated": .bool(line == nil),
            "comments": comments,
        ]
    }

    @Test func `threads come with all their comments, over all pages`() async throws {
        let scene = try Scene()
        let first = Self.thread(
            "T1",
            Self.connection([Self.node(1), Self.node(nil, full: "9007199254740993", type: "Bot", login: "forge", user: 4242)], next: "c1"))
        let second = Self.thread("T2", Self.connection([Self.node(5)]), line: nil)
        scene.server.on(
            "POST /graphql", .json(200, Self.page([first], next: "t1")),
            .json(200, ["data": ["node": ["comments": Self.connection([Self.node(3)])]]]), .json(200, Self.page([second])))
        let threads = try await scene.session().threads(on: 7)
        #expect(threads.map(\.id) == ["T1", "T2"])
        #expect(threads[0].comments.map(\.id) == [1, 9_007_199_254_740_993, 3])
        #expect(threads[0].comments[1].author == Actor(login: "forge[bot]", number: 4242, kind: "Bot"))
        #expect(threads[0].line == 4 && threads[1].line == nil && threads[1].isOutdated)
        let variables = scene.server.seen("POST /graphql").map { $0.json["variables"] ?? .null }
        #expect(variables.map { $0["after"]?.string } == [nil, "c1", "t1"])
        #expect(variables[0]["number"] == 7)
        // Nothing from outside stands in a query itself.
        #expect(Set(scene.server.seen("POST /graphql").map { $0.json["query"]?.string ?? "" }).count == 2)
    }

    @Test func `a thread whose first comment's author is gone has an unknown author`() async throws {
        let scene = try Scene()
        var node = Self.node(1).members ?? []
        node.removeAll { $0.name == "author" }
        scene.server.on("POST /graphql", .json(200, Self.page([Self.thread("T1", Self.connection([.object(node)]))])))
        #expect(try await scene.session().threads(on: 7).first?.comments.first?.author == Actor())
    }

    private static let resolved = ScriptedAnswer.json(200, ["data": ["resolveReviewThread": ["thread": ["isResolved": true]]]])

    @Test func `a thread is resolved with the session's own token where that will do`() async throws {
        let scene = try Scene()
        scene.server.on("POST /graphql", Self.resolved)
        let session = scene.session()
        try await session.resolve(thread: "T1")
        await session.end()
        #expect(scene.server.seen("POST /graphql").map { $0.json["variables"] } == [["id": "T1"]])
        #expect(scene.server.seen(Scene.mintLine).count == 1)
    }

    @Test func `where it takes one that may push, that one is made for this alone and given back`() async throws {
        let scene = try Scene()
        let count = Kept(0)
        scene.server.on(
            Scene.mintLine, .made { _ in token("ghs_\(count.change { $0 += 1; return $0 })", expires: TestClock.epoch + .seconds(3600)) })
        scene.server.on(
            "POST /graphql", .json(200, ["errors": [["type": "FORBIDDEN", "message": "Resource not accessible by integration"]]]),
            Self.resolved)
        let session = scene.session()
        try await session.resolve(thread: "T1")
        try await session.resolve(thread: "T2")
        await session.end()
        #expect(scene.server.seen("POST /graphql").map(\.token) == ["ghs_1", "ghs_2", "ghs_2"])
        let permissions = scene.server.seen(Scene.mintLine).map { $0.json["permissions"]?["contents"]?.string }
        #expect(permissions == ["read", "write"])
        #expect(Set(scene.server.seen("DELETE /installation/token").map(\.token)) == ["ghs_1", "ghs_2"])
        // The next session knows.
        let next = scene.session()
        try await next.resolve(thread: "T3")
        #expect(scene.server.seen("POST /graphql").last?.token == "ghs_3")
        #expect(scene.server.seen(Scene.mintLine).last?.json["permissions"]?["contents"] == "write")
    }

    // MARK: Conversation

    @Test func `writing goes where it belongs`() async throws {
        let scene = try Scene()
        for line in [
            "PATCH \(Self.root)/issues/comments/5", "POST \(Self.root)/issues/comments/5/reactions",
            "POST \(Self.root)/pulls/comments/6/reactions",
            "PATCH \(Self.root)/pulls/7", "POST \(Self.root)/issues/7/labels", "DELETE \(Self.root)/issues/7/labels/a%20b%2Fc",
        ] { scene.server.on(line, .json(200, [:])) }
        scene.server.on("POST \(Self.root)/pulls/7/comments/6/replies", .json(201, Self.comment(8)))
        let session = scene.session(.command)
        try await session.editComment(5, to: "new")
        try await session.react(.eyes, to: 5, .conversation)
        try await session.react(.thumbsUp, to: 6, .diff)
        try await session.setDescription(of: 7, to: "text")
        try await session.changeLabels(on: 7, adding: ["size/S", "risk"], removing: ["a b/c", "gone already"])
        try await session.changeLabels(on: 7, adding: [], removing: [])
        #expect(try await session.reply("answer", to: 6, on: 7).id == 8)
        let sent = scene.server.seen.dropFirst().map { "\($0.line) \($0.body.isEmpty ? "" : $0.json.text)" }
        #expect(
            sent == [
                "PATCH \(Self.root)/issues/comments/5 {\"body\":\"new\"}",
                "POST \(Self.root)/issues/comments/5/reactions {\"content\":\"eyes\"}",
                "POST \(Self.root)/pulls/comments/6/reactions {\"content\":\"+1\"}", "PATCH \(Self.root)/pulls/7 {\"body\":\"text\"}",
                "POST \(Self.root)/issues/7/labels {\"labels\":[\"size/S\",\"risk\"]}", "DELETE \(Self.root)/issues/7/labels/a%20b%2Fc ",
                "DELETE \(Self.root)/issues/7/labels/gone%20already ", "POST \(Self.root)/pulls/7/comments/6/replies {\"body\":\"answer\"}",
            ])
    }

    @Test func `a locked conversation is refused, and lacks no permission`() async throws {
        let scene = try Scene()
        scene.server.on(
            "POST \(Self.root)/issues/7/comments",
            .json(
                403, ["message": "Unable to create comment because issue is locked."],
                ["x-accepted-github-permissions: issues=write; pull_requests=write"]))
        let (error, _) = await scene.failure { try await scene.session().postComment("x", on: 7) }
        #expect(error == CodeHostError(.refused, "Unable to create comment because issue is locked."))
    }

    // MARK: Who Forge is

    @Test func `who Forge is is asked once, by all together`() async throws {
        let scene = try Scene()
        let host = scene.host
        let all = try await withThrowingTaskGroup(of: HostIdentity.self) { group in
            for _ in 0..<20 { group.addTask { try await host.identity() } }
            return try await group.reduce(into: Set<HostIdentity>()) { $0.insert($1) }
        }
        #expect(all == [HostIdentity(app: 42, user: 4242, login: "forge[bot]")])
        #expect(scene.server.seen.map(\.line) == ["GET /app", "GET /users/forge%5Bbot%5D"])
        #expect(scene.server.seen.last?.token == nil)
    }

    @Test func `where accounts are not for everybody to see, a token of any installation asks`() async throws {
        let scene = try Scene()
        scene.server.on("GET /users/forge%5Bbot%5D", .json(401, ["message": "Must authenticate"]), .json(200, ["id": 4242]))
        scene.server.on("GET /app/installations", .json(200, [["id": 7]]))
        #expect(try await scene.host.identity().user == 4242)
        #expect(scene.server.seen(Scene.mintLine).map(\.json) == [["permissions": ["metadata": "read"]]])
        #expect(scene.server.seen("DELETE /installation/token").count == 1)
    }

    @Test func `without an account Forge still knows its App, and asks again later`() async throws {
        let scene = try Scene()
        scene.server.on("GET /users/forge%5Bbot%5D", .json(404, ["message": "Not Found"]))
        scene.server.on("GET /app/installations", .json(200, []))
        #expect(try await scene.host.identity() == HostIdentity(app: 42, user: nil, login: "forge[bot]"))
        _ = try await scene.host.identity()
        #expect(scene.server.seen("GET /app").count == 1)
        scene.server.on("GET /users/forge%5Bbot%5D", .json(200, ["id": 4242]))
        scene.clock.advance(by: .seconds(600))
        #expect(try await scene.host.identity().user == 4242)
    }

    @Test func `requests are counted, of a session and of all`() async throws {
        let scene = try Scene()
        scene.server.on("GET \(Self.root)/pulls/7", .text(502, ""), .json(200, pullRequestJSON(7)))
        let session = scene.session()
        _ = await scene.drive { try await session.pullRequest(7) }
        await session.end()
        #expect(session.tally.requests == 4)
        _ = try await scene.host.identity()
        #expect(scene.host.tally.requests == 6)
        #expect(scene.server.seen.count == 6)
    }
}
