// Limits: obeyed before asking, told to every process, waited for as long as patience lasts.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeGitHub

@Suite struct RateGateTests {
    private static let pull = "GET /repos/acme/shop/pulls/7"
    private static let lane = "installation/7"

    private static func limits(_ remaining: Int, resetAfter seconds: Int64, resource: String = "core") -> [String] {
        let reset = TestClock.epoch.milliseconds / 1000 + seconds
        return ["x-ratelimit-remaining: \(remaining)", "x-ratelimit-reset: \(reset)", "x-ratelimit-resource: \(resource)"]
    }

    private static let primary: JSON = ["message": "API rate limit exceeded for installation ID 7."]
    private static let secondary: JSON = ["message": "You have exceeded a secondary rate limit."]

    @Test func `a limit that ends soon is waited for`() async throws {
        let scene = try Scene()
        scene.server.on(Self.pull, .json(403, Self.primary, Self.limits(0, resetAfter: 20)), .json(200, pullRequestJSON(7)))
        let (result, waits) = await scene.drive { try await scene.session().pullRequest(7) }
        #expect(try result.get().number == 7)
        #expect(waits == [.seconds(21)])
    }

    @Test func `one that ends late is thrown with the time to come back`() async throws {
        let scene = try Scene()
        scene.server.on(Self.pull, .json(403, Self.primary, Self.limits(0, resetAfter: 1_800)))
        let (error, waits) = await scene.failure { try await scene.session().pullRequest(7) }
        #expect(error?.kind == .limited(retryAfter: .seconds(1_801)))
        #expect(error?.mayBeDone == false)
        #expect(waits == [])
    }

    @Test func `nothing is asked while a limit lasts, by nobody of this process and of no other`() async throws {
        let scene = try Scene()
        scene.server.on(Self.pull, .json(429, Self.secondary, ["retry-after: 120"]))
        _ = await scene.failure { try await scene.session().pullRequest(7) }
        let asked = scene.server.seen(Self.pull).count
        let (again, _) = await scene.failure { try await scene.session().pullRequest(7) }
        #expect(again?.kind == .limited(retryAfter: .seconds(120)))
        #expect(scene.lanes.state(of: Self.lane).blockedUntil == TestClock.epoch + .seconds(120))
        // Another process: it shares nothing but the store.
        let other = GitHubClient(scene.client.settings, scene.client.dependencies)
        let host = GitHubHost(client: other, app: scene.identity)
        let (elsewhere, _) = await scene.failure { try await host.session(Scene.place, .review, .work).pullRequest(7) }
        #expect(elsewhere?.kind == .limited(retryAfter: .seconds(120)))
        #expect(scene.server.seen(Self.pull).count == asked)
        scene.clock.advance(by: .seconds(120))
        scene.server.on(Self.pull, .json(200, pullRequestJSON(7)))
        #expect(try await scene.session().pullRequest(7).number == 7)
    }

    @Test func `another installation goes on`() async throws {
        let scene = try Scene()
        scene.server.on(Self.pull, .json(429, Self.secondary, ["retry-after: 120"]))
        _ = await scene.failure { try await scene.session().pullRequest(7) }
        let place = HostPlace(tenant: .installation(8), repository: RepositoryName("other/shop")!)
        scene.server.on("POST /app/installations/8/access_tokens", .made { _ in token("ghs_8", expires: TestClock.epoch + .seconds(3600)) })
        scene.server.on("GET /repos/other/shop/pulls/7", .json(200, pullRequestJSON(7)))
        #expect(try await scene.host.session(place, .review, .work).pullRequest(7).number == 7)
    }

    @Test func `what another process was told holds here within a second`() async throws {
        let scene = try Scene()
        scene.server.on(Self.pull, .json(200, pullRequestJSON(7)))
        let session = scene.session()
        _ = try await session.pullRequest(7)
        try await scene.lanes.noteLimits(of: Self.lane, LaneState(blockedUntil: TestClock.epoch + .seconds(500)))
        scene.clock.advance(by: .seconds(1))
        let (error, _) = await scene.failure { try await session.pullRequest(7) }
        #expect(error?.kind == .limited(retryAfter: .seconds(499)))
        #expect(scene.server.seen(Self.pull).count == 1)
    }

    @Test func `when the last request is used up, the next one waits for the new hour`() async throws {
        let scene = try Scene()
        scene.server.on(
            Self.pull, .json(200, pullRequestJSON(7), Self.limits(0, resetAfter: 10)),
            .json(200, pullRequestJSON(7), Self.limits(4_999, resetAfter: 3_610)))
        let session = scene.session()
        let (result, waits) = await scene.drive {
            _ = try await session.pullRequest(7)
            return try await session.pullRequest(7)
        }
        #expect(try result.get().number == 7)
        #expect(waits == [.seconds(10)])
        #expect(scene.lanes.state(of: Self.lane).remaining == 4_999)
    }

    @Test func `GraphQL's own budget stops GraphQL only`() async throws {
        let scene = try Scene()
        scene.server.on(
            "POST /graphql",
            .json(200, ["errors": [["type": "RATE_LIMITED", "message": "later"]]], Self.limits(0, resetAfter: 600, resource: "graphql")))
        scene.server.on(Self.pull, .json(200, pullRequestJSON(7)))
        let session = scene.session()
        let (error, _) = await scene.failure { try await session.threads(on: 7) }
        #expect(error?.kind == .limited(retryAfter: .seconds(601)))
        #expect(try await session.pullRequest(7).number == 7)
        let (again, _) = await scene.failure { try await session.threads(on: 7) }
        guard case .limited = again?.kind else { Issue.record("\(String(describing: again))"); return }
        #expect(scene.server.seen("POST /graphql").count == 1)
    }

    @Test func `a limit that does not say how long is a minute, then two, then four`() async throws {
        let scene = try Scene(patience: .seconds(1_000))
        scene.server.on(Self.pull, .json(403, Self.secondary))
        let (error, waits) = await scene.failure { try await scene.session().pullRequest(7) }
        #expect(waits == [.seconds(60), .seconds(120), .seconds(240)])
        #expect(error?.kind == .limited(retryAfter: .seconds(480)))
    }

    @Test func `GitHub's clock counts, not ours`() async throws {
        let scene = try Scene(skew: .seconds(-600))
        let reset = (TestClock.epoch.milliseconds / 1000) - 600 + 15
        scene.server.on(
            Self.pull, .json(403, Self.primary, ["x-ratelimit-remaining: 0", "x-ratelimit-reset: \(reset)"]), .json(200, pullRequestJSON(7))
        )
        let (result, waits) = await scene.drive { try await scene.session().pullRequest(7) }
        #expect(try result.get().number == 7)
        #expect(waits == [.seconds(16)])
    }

    @Test func `what is left is written down now and then, and at once when it is little`() async throws {
        let scene = try Scene()
        let session = scene.session()
        scene.server.on(Self.pull, .json(200, pullRequestJSON(7), Self.limits(4_000, resetAfter: 3_000)))
        for _ in 0..<20 { _ = try await session.pullRequest(7) }
        #expect(scene.lanes.notes == 1)
        #expect(scene.lanes.reads <= 2)
        scene.clock.advance(by: .seconds(60))
        _ = try await session.pullRequest(7)
        #expect(scene.lanes.notes == 2)
        scene.server.on(Self.pull, .json(200, pullRequestJSON(7), Self.limits(30, resetAfter: 3_000)))
        scene.clock.advance(by: .seconds(1))
        _ = try await session.pullRequest(7)
        #expect(scene.lanes.notes == 3)
        #expect(scene.lanes.state(of: Self.lane).remaining == 30)
    }

    @Test func `a store that fails stops no reading`() async throws {
        let scene = try Scene()
        scene.lanes.fail(StoreError(code: .busy, call: "read lane", message: "no"))
        scene.server.on(Self.pull, .json(200, pullRequestJSON(7), Self.limits(0, resetAfter: 5)))
        #expect(try await scene.session().pullRequest(7).number == 7)
        #expect(!scene.log.lines(.warning).isEmpty)
    }

    @Test func `writes take turns, reads do not, and a refused write takes another turn`() async throws {
        let scene = try Scene(limits: LaneLimits(interval: .seconds(1), perMinute: 80, perHour: 500))
        let line = "POST /repos/acme/shop/issues/7/comments"
        let comment: JSON = ["id": 5, "created_at": "2026-01-01T00:00:00Z"]
        scene.server.on(line, .json(429, Self.secondary, ["retry-after: 2"]), .json(201, comment))
        scene.server.on(Self.pull, .json(200, pullRequestJSON(7)))
        let session = scene.session()
        let (result, waits) = await scene.drive {
            _ = try await session.pullRequest(7)
            _ = try await session.postComment("one", on: 7)
            return try await session.postComment("two", on: 7)
        }
        #expect(try result.get().id == 5)
        #expect(waits == [.seconds(2), .seconds(1)])
        #expect(scene.lanes.grants(Self.lane).map { $0 - TestClock.epoch } == [.zero, .seconds(2), .seconds(3)])
    }
}
