// One request over a real socket: what is sent, what is repeated and what never is, over every fault of the way.

import ForgeCore
import ForgeHTTP
import ForgeTestSupport
import Testing

@testable import ForgeGitHub

@Suite struct GitHubClientTests {
    private static let pull = "GET /repos/acme/shop/pulls/7"
    private static let comments = "POST /repos/acme/shop/issues/7/comments"
    private static let comment: JSON = [
        "id": 5, "body": "x", "created_at": "2026-01-01T00:00:00Z", "user": ["login": "forge[bot]", "id": 4242],
    ]

    // MARK: What is sent

    @Test func `a request says its version, its program and what it takes, and its token to nobody else`() async throws {
        let scene = try Scene()
        scene.server.on(Self.pull, .json(200, pullRequestJSON(7)))
        let pullRequest = try await scene.session().pullRequest(7)
        #expect(pullRequest.number == 7)
        let sent = try #require(scene.server.seen(Self.pull).first)
        #expect(sent.headers["x-github-api-version"] == "2022-11-28")
        #expect(sent.headers["user-agent"] == "forge/test")
        #expect(sent.headers["accept"] == "application/vnd.github+json")
        #expect(sent.headers["authorization"] == "Bearer ghs_one")
        #expect(sent.headers["content-type"] == nil)
    }

    @Test func `GitHub Enterprise is asked under its own root`() async throws {
        let scene = try Scene(apiPath: "/api/v3")
        scene.server.on(
            "POST /api/v3/app/installations/7/access_tokens", .made { _ in token("ghs_e", expires: TestClock.epoch + .seconds(3600)) })
        scene.server.on(
            "GET /api/v3/repos/acme/shop/pulls/7", .json(200, pullRequestJSON(7), ["x-github-enterprise-version: enterprise-server@3.17"]))
        scene.server.on(
            "POST /api/graphql",
            .json(200, ["data": ["repository": ["pullRequest": ["reviewThreads": ["nodes": [], "pageInfo": ["hasNextPage": false]]]]]]))
        let session = scene.session()
        #expect(try await session.pullRequest(7).number == 7)
        #expect(try await session.threads(on: 7) == [])
        scene.server.on("GET /api/v3/app", .json(200, ["id": 42], ["x-github-enterprise-version: enterprise-server@3.17"]))
        #expect(try await scene.host.app.send(.get("/app")).enterpriseVersion == "enterprise-server@3.17")
        await session.end()
    }

    // MARK: Reads

    private static let faults: [ScriptedAnswer] = [
        .text(500, ""), .text(502, "<html>Bad Gateway</html>", ["content-type: text/html"]), .json(503, ["message": "no"]), .text(504, ""),
        .cutOff(200, pullRequestJSON(7)), .text(200, "{\"number\":"), .text(200, "not HTML, not JSON"), .reset,
    ]

    @Test(arguments: faults.indices) func `a read is repeated after every fault`(index: Int) async throws {
        let scene = try Scene()
        scene.server.on(Self.pull, Self.faults[index], .json(200, pullRequestJSON(7)))
        let (result, waits) = await scene.drive { try await scene.session().pullRequest(7) }
        #expect(try result.get().number == 7)
        #expect(scene.server.seen(Self.pull).count == 2)
        // A reset of a used connection is repeated below us at once.
        #expect(waits == [.milliseconds(500)] || waits == [])
    }

    @Test(arguments: faults.indices) func `a read is given up after a few tries`(index: Int) async throws {
        let scene = try Scene()
        scene.server.on(Self.pull, Self.faults[index])
        let (error, waits) = await scene.failure { try await scene.session().pullRequest(7) }
        #expect(error?.kind == .unavailable)
        #expect(error?.mayBeDone == false)
        #expect(waits == [.milliseconds(500), .seconds(1), .seconds(2)])
        #expect(error?.message.contains("html") == false)
    }

    @Test func `the pauses between tries are spread by chance and not longer than patience`() async throws {
        let scene = try Scene(patience: .milliseconds(1_600))
        scene.server.on(Self.pull, .text(502, ""))
        let (error, waits) = await scene.failure { try await scene.session().pullRequest(7) }
        #expect(error?.kind == .unavailable)
        #expect(waits == [.milliseconds(500), .seconds(1)])
    }

    @Test func `a server that says when to come back is believed`() async throws {
        let scene = try Scene()
        scene.server.on(Self.pull, .text(503, "", ["retry-after: 9"]), .json(200, pullRequestJSON(7)))
        let (result, waits) = await scene.drive { try await scene.session().pullRequest(7) }
        #expect(try result.get().number == 7)
        #expect(waits == [.seconds(9)])
    }

    @Test func `an answer that does not come is given up in time`() async throws {
        var limits = GitHubClientSettings.outgoing
        limits.firstByte = .milliseconds(100)
        let scene = try Scene(outgoing: limits)
        scene.server.on(Self.pull, .text(200, "", ["content-length: 10"]))
        limits.idle = .milliseconds(100)
        let quick = try Scene(outgoing: limits)
        quick.server.on(Self.pull, .text(200, "", ["content-length: 10"]), .json(200, pullRequestJSON(7)))
        let (result, _) = await quick.drive { try await quick.session().pullRequest(7) }
        #expect(try result.get().number == 7)
    }

    @Test func `nobody there is no defect of ours`() async throws {
        let scene = try Scene()
        let port = try ScriptedServer { TestClock.epoch }.port
        let addresses = GitHubAddresses(api: "http://127.0.0.1:\(port)", web: "http://127.0.0.1:\(port)")
        let client = GitHubClient(GitHubClientSettings(addresses: addresses), scene.client.dependencies)
        let (error, waits) = await scene.failure {
            try await client.send(.get("/app"), as: GitHubCaller(scene.identity, tally: RequestTally()))
        }
        #expect(error?.kind == .unavailable)
        #expect(waits.count == 3)
    }

    @Test func `what was just heard of is looked for again when it is not there`() async throws {
        let scene = try Scene()
        scene.server.on(Self.pull, .json(404, ["message": "Not Found"]), .json(200, pullRequestJSON(7)))
        let (result, waits) = await scene.drive { try await scene.session().pullRequest(7) }
        #expect(try result.get().number == 7)
        #expect(waits == [.seconds(1)])
    }

    @Test func `what stays away is not there`() async throws {
        let scene = try Scene()
        let (error, waits) = await scene.failure { try await scene.session().pullRequest(7) }
        #expect(error?.kind == .notFound)
        #expect(waits == [.seconds(1), .seconds(2)])
        let (other, noWaits) = await scene.failure { try await scene.session().reviews(on: 7) }
        #expect(other?.kind == .notFound)
        #expect(noWaits == [])
    }

    // MARK: Writes

    @Test(arguments: faults.indices) func `a write that may be done is not repeated and says so`(index: Int) async throws {
        let scene = try Scene()
        scene.server.on(Self.comments, Self.faults[index])
        let (error, waits) = await scene.failure { try await scene.session().postComment("hello", on: 7) }
        #expect(error?.kind == .unavailable)
        #expect(error?.mayBeDone == true)
        #expect(scene.server.seen(Self.comments).count == 1)
        #expect(waits == [])
    }

    @Test func `a write that was certainly not done is repeated`() async throws {
        let scene = try Scene()
        scene.server.on(Self.comments, .json(429, ["message": "slow down"], ["retry-after: 3"]), .json(201, Self.comment))
        let (result, waits) = await scene.drive { try await scene.session().postComment("hello", on: 7) }
        #expect(try result.get().id == 5)
        #expect(waits == [.seconds(3)])
        #expect(scene.server.seen(Self.comments).map(\.json) == [["body": "hello"], ["body": "hello"]])
    }

    @Test func `an answer that does not say what was written is no failure to write`() async throws {
        let scene = try Scene()
        scene.server.on(Self.comments, .json(201, ["odd": true]))
        let (error, _) = await scene.failure { try await scene.session().postComment("hello", on: 7) }
        #expect(error?.kind == .defect)
        #expect(error?.mayBeDone == true)
    }

    @Test(arguments: [
        (404, CodeHostError.Kind.notFound), (409, .conflict), (410, .notFound), (422, .refused), (451, .notFound), (400, .defect),
    ])
    func `what is refused is refused at once`(status: Int, kind: CodeHostError.Kind) async throws {
        let scene = try Scene()
        scene.server.on(Self.comments, .json(status, ["message": "why not"]))
        let (error, waits) = await scene.failure { try await scene.session().postComment("hello", on: 7) }
        #expect(error == CodeHostError(kind, "why not"))
        #expect(waits == [])
        #expect(scene.server.seen(Self.comments).count == 1)
    }

    // MARK: Elsewhere

    @Test(arguments: [301, 302, 307, 308]) func `a renamed repository is followed, body and all`(status: Int) async throws {
        let scene = try Scene()
        let moved = "/repositories/99/issues/7/comments"
        scene.server.on(Self.comments, .json(status, [:], ["location: \(scene.server.url)\(moved)"]))
        scene.server.on("POST \(moved)", .json(201, Self.comment))
        #expect(try await scene.session().postComment("hello", on: 7).id == 5)
        let second = try #require(scene.server.seen("POST \(moved)").first)
        #expect(second.json == ["body": "hello"])
        #expect(second.token == "ghs_one")
    }

    @Test func `no token and no text goes to another host`() async throws {
        let scene = try Scene()
        let other = try ScriptedServer { TestClock.epoch }
        for place in [other.url + "/x", "//127.0.0.1:\(other.port)/x", "http://127.0.0.1:\(scene.server.port)@127.0.0.1:\(other.port)/x"] {
            scene.server.on(Self.comments, .json(307, [:], ["location: \(place)"]))
            scene.server.on(Self.pull, .json(301, [:], ["location: \(place)"]))
            let (write, _) = await scene.failure { try await scene.session().postComment("hello", on: 7) }
            let (read, _) = await scene.failure { try await scene.session().pullRequest(7) }
            #expect(write?.kind == .defect && read?.kind == .defect)
        }
        #expect(other.seen.isEmpty)
    }

    @Test func `an API that points at itself is left`() async throws {
        let scene = try Scene()
        scene.server.on(Self.pull, .json(301, [:], ["location: /repos/acme/shop/pulls/7"]))
        let (error, _) = await scene.failure { try await scene.session().pullRequest(7) }
        #expect(error?.kind == .defect)
        #expect(scene.server.seen(Self.pull).count == 4)
    }

    // MARK: Pages

    @Test func `all pages are read, and the next one is where GitHub says`() async throws {
        let scene = try Scene()
        let first = "/repos/acme/shop/pulls/7/reviews"
        scene.server.on("GET \(first)", .json(200, [["id": 1]], ["link: <\(scene.server.url)/odd/place?after=1>; rel=\"next\""]))
        scene.server.on("GET /odd/place", .json(200, [["id": 2], ["id": 3]]))
        #expect(try await scene.session().reviews(on: 7).map(\.id) == [1, 2, 3])
        #expect(scene.server.seen.map(\.target).contains("\(first)?per_page=100"))
        #expect(scene.server.seen("GET /odd/place").map(\.target) == ["/odd/place?after=1"])
    }

    @Test func `pages without end are an error, and pages elsewhere too`() async throws {
        let scene = try Scene()
        let path = "/repos/acme/shop/pulls/7/reviews"
        scene.server.on("GET \(path)", .json(200, [["id": 1]], ["link: <\(scene.server.url)\(path)>; rel=\"next\""]))
        let (endless, _) = await scene.failure { try await scene.session().reviews(on: 7) }
        #expect(endless?.kind == .refused)
        #expect(scene.server.seen("GET \(path)").count == 50)
        scene.server.on("GET \(path)", .json(200, [["id": 1]], ["link: <https://evil.example/>; rel=\"next\""]))
        let (elsewhere, _) = await scene.failure { try await scene.session().reviews(on: 7) }
        #expect(elsewhere?.kind == .defect)
    }

    // MARK: Unchanged

    @Test func `what did not change is not sent again, within one token`() async throws {
        let scene = try Scene()
        scene.server.on(
            Self.pull, .json(200, pullRequestJSON(7), ["etag: W/\"one\""]), .text(304, ""),
            .json(200, pullRequestJSON(8), ["etag: W/\"two\""]))
        let session = scene.session()
        #expect(try await session.pullRequest(7).number == 7)
        #expect(try await session.pullRequest(7).number == 7)
        #expect(try await session.pullRequest(7).number == 8)
        #expect(scene.server.seen(Self.pull).map { $0.headers["if-none-match"] } == [nil, "W/\"one\"", "W/\"one\""])
        #expect(session.tally.unchangedAnswers == 1)
        #expect(session.tally.requests == 4)
        // Another session has another token, for which the tag means nothing.
        _ = try await scene.session().pullRequest(7)
        #expect(scene.server.seen(Self.pull).last?.headers["if-none-match"] == nil)
    }

    @Test func `what is kept of answers is bounded`() {
        let cache = AnswerCache()
        let answer = GitHubAnswer(status: 200, json: .null)
        for index in 0..<100 { cache.keep(answer, tag: "t", bytes: 10, for: "\(index)") }
        #expect((0..<100).count { cache.entry(for: "\($0)") != nil } == AnswerCache.entriesMax)
        #expect(cache.entry(for: "99") != nil)
        // What was asked for again stays longest.
        _ = cache.entry(for: "90")
        cache.keep(answer, tag: "t", bytes: AnswerCache.bytesMax - 15, for: "almost all")
        #expect(["90", "99", "almost all"].map { cache.entry(for: $0) != nil } == [true, false, true])
        cache.keep(answer, tag: "t", bytes: AnswerCache.bytesMax, for: "all")
        #expect(["90", "almost all", "all"].map { cache.entry(for: $0) != nil } == [false, false, true])
        cache.keep(answer, tag: "t", bytes: AnswerCache.bytesMax + 1, for: "large")
        cache.keep(answer, tag: nil, bytes: 1, for: "without tag")
        #expect(cache.entry(for: "large") == nil && cache.entry(for: "without tag") == nil)
    }

    // MARK: Many at once

    @Test func `a hundred sessions at once have a token each, and give a hundred back`() async throws {
        let scene = try Scene()
        let count = Kept(0)
        scene.server.on(
            Scene.mintLine,
            .made { _ in
                let number = count.change { count in
                    count += 1
                    return count
                }
                return token("ghs_\(number)", expires: scene.clock.timestamp + .seconds(3600))
            })
        scene.server.on(Self.pull, .json(200, pullRequestJSON(7)))
        scene.server.on(Self.comments, .json(201, Self.comment))
        try await withThrowingTaskGroup { group in
            for _ in 0..<100 {
                group.addTask {
                    let session = scene.session()
                    async let first = session.pullRequest(7)
                    async let second = session.postComment("x", on: 7)
                    _ = try await (first, second)
                    await session.end()
                    #expect(session.tally.requests == 4)
                }
            }
            try await group.waitForAll()
        }
        let revoked = scene.server.seen("DELETE /installation/token").compactMap(\.token)
        #expect(revoked.count == 100 && Set(revoked).count == 100)
        #expect(scene.host.tally.requests == 400)
    }

    // MARK: Cancelled

    @Test func `one that is cancelled ends at once`() async throws {
        let scene = try Scene()
        scene.server.on(Self.pull, .text(502, ""))
        let work = Task { try await scene.session().pullRequest(7) }
        try await scene.clock.waitForSleepers()
        work.cancel()
        await #expect(throws: CodeHostError.cancelled) { try await work.value }
    }

    // MARK: Secrets

    @Test(arguments: [400, 401, 403, 404, 422, 500]) func `a token that an answer repeats is in no error and no log`(status: Int)
        async throws
    {
        let scene = try Scene()
        let secret = "ghs_" + String(repeating: "s3cr3t", count: 6)
        scene.server.on(Scene.mintLine, .made { _ in token(secret, expires: scene.clock.timestamp + .seconds(3600)) })
        scene.server.on(Self.pull, .json(status, ["message": .string("you sent Authorization: Bearer \(secret)")]))
        let (error, _) = await scene.failure { try await scene.session().pullRequest(7) }
        let said = "\(error.map { "\($0) \($0.message)" } ?? "") \(scene.log.text)"
        #expect(error != nil)
        #expect(!said.contains("s3cr3t"), "\(said)")
    }

    @Test func `the App's token is in no error and no log`() async throws {
        let scene = try Scene()
        scene.server.on("GET /app", .made { request in ["message": .string(request.headers["authorization"] ?? "")] })
        let (error, _) = await scene.failure { try await scene.host.identity() }
        #expect(error?.kind == .defect)
        let sent = try #require(scene.server.seen("GET /app").first?.token)
        #expect(!("\(error.map(String.init(describing:)) ?? "")" + scene.log.text).contains(sent.suffix(40)))
    }
}
