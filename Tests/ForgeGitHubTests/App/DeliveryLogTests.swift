// GitHub's log of deliveries, as the gap healer reads it.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeGitHub

@Suite struct DeliveryLogTests {
    private static let list = "GET /app/hook/deliveries"

    private static func item(_ id: Int64, _ guid: String, minutesAgo: Int64, status: Int64) -> JSON {
        [
            "id": .integer(id), "guid": .string(guid), "delivered_at": .string((TestClock.epoch - .seconds(60 * minutesAgo)).description),
            "status": status == 200 ? "OK" : "failed", "status_code": .integer(status), "event": "push", "action": .null,
        ]
    }

    @Test func `attempts are read to the moment asked for, with numbers beyond what a double holds`() async throws {
        let scene = try Scene()
        let first = [
            Self.item(9_223_372_036_854_775_807, "a", minutesAgo: 1, status: 200),
            Self.item(9_007_199_254_740_993, "b", minutesAgo: 5, status: 502),
        ]
        let second = [Self.item(3, "c", minutesAgo: 9, status: 0), Self.item(2, "d", minutesAgo: 11, status: 200)]
        scene.server.on(
            Self.list,
            .json(200, .array(first), ["link: <\(scene.server.url)/app/hook/deliveries?per_page=100&cursor=v1_5>; rel=\"next\""]),
            .json(200, .array(second), ["link: <\(scene.server.url)/app/hook/deliveries?per_page=100&cursor=v1_2>; rel=\"next\""]))
        let attempts = try await DeliveryLog(scene.host.app).attempts(since: TestClock.epoch - .seconds(600))
        #expect(attempts.map(\.attempt) == [9_223_372_036_854_775_807, 9_007_199_254_740_993, 3])
        #expect(attempts.map(\.guid) == ["a", "b", "c"])
        #expect(attempts.map(\.hasSucceeded) == [true, false, false])
        #expect(attempts[0].eventName == "push")
        #expect(scene.server.seen.map(\.target) == ["/app/hook/deliveries?per_page=100", "/app/hook/deliveries?per_page=100&cursor=v1_5"])
    }

    @Test func `a redirect is no success`() async throws {
        let scene = try Scene()
        scene.server.on(
            Self.list, .json(200, [Self.item(1, "a", minutesAgo: 1, status: 302), Self.item(2, "b", minutesAgo: 2, status: 202)]))
        #expect(
            try await DeliveryLog(scene.host.app).attempts(since: TestClock.epoch - .seconds(600)).map(\.hasSucceeded) == [false, true])
    }

    @Test func `a payload comes with its headers, and its numbers whole`() async throws {
        let scene = try Scene()
        let payload: JSON = ["action": "opened", "number": 9_007_199_254_740_993, "text": "line\nü"]
        scene.server.on(
            "GET /app/hook/deliveries/9007199254740993",
            .json(
                200,
                [
                    "id": 9_007_199_254_740_993,
                    "request": ["headers": ["X-GitHub-Event": "pull_request", "X-GitHub-Hook-ID": "5"], "payload": payload],
                ]))
        let (headers, body) = try await DeliveryLog(scene.host.app).payload(of: 9_007_199_254_740_993)
        #expect(headers == [HeaderField("x-github-event", "pull_request"), HeaderField("x-github-hook-id", "5")])
        #expect(try JSONParser.parse(body).value == payload)
    }

    @Test func `what cannot be read is an error with GitHub's words`() async throws {
        let scene = try Scene()
        scene.server.on(Self.list, .json(401, ["message": "A JSON web token could not be decoded"]))
        await #expect(throws: MissedDeliveryError(message: "GitHub does not take the App's key: A JSON web token could not be decoded")) {
            try await DeliveryLog(scene.host.app).attempts(since: TestClock.epoch)
        }
        await #expect(throws: MissedDeliveryError(message: "Not Found")) { try await DeliveryLog(scene.host.app).payload(of: 4) }
        scene.server.on("GET /app/hook/deliveries/5", .json(200, ["id": 5, "request": ["payload": .null]]))
        await #expect(throws: MissedDeliveryError.self) { try await DeliveryLog(scene.host.app).payload(of: 5) }
    }
}
