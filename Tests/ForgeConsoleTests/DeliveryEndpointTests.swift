// Deliveries over the API: who sees the body, and what a replay does.

import ForgeCore
import ForgeEngine
import ForgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct DeliveryEndpointTests {
    @Test func `headers and body are for maintainers`() async throws {
        let scene = ConsoleScene()
        let id = try await scene.delivery("a")
        let low = try await scene.send(.get, "/api/v1/deliveries/\(id)", as: try await scene.token(.reviewer)).json
        #expect(low["body"] == nil && low["headers"] == nil)
        let high = try await scene.send(.get, "/api/v1/deliveries/\(id)", as: try await scene.token(.maintainer)).json
        #expect(high["body"]?.string == #"{"of":"a"}"#)
        #expect(high["headers"]?["x-github-event"]?.string == "push")
        let listed = try await scene.send(.get, "/api/v1/deliveries", as: try await scene.token(.admin)).items
        #expect(listed.allSatisfy { $0["body"] == nil && $0["headers"] == nil })
    }

    @Test func `a replay makes the delivery pending, wakes decoding and is journaled with its token`() async throws {
        let scene = ConsoleScene()
        let id = try await scene.delivery("a", .failed)
        let token = try await scene.token(.maintainer)
        var woken = scene.arrived.calls().makeAsyncIterator()
        await woken.next(isolation: #isolation)
        let answer = try await scene.send(.post, "/api/v1/deliveries/\(id)/replay", as: token)
        #expect(answer.status == 202)
        #expect(try answer.json["state"]?.string == "pending")
        await woken.next(isolation: #isolation)
        #expect(try await scene.store.pendingDeliveries(after: nil, limit: 5).map(\.id) == [id])
        let audit = try await scene.store.journal(after: nil, stream: "audit", limit: 10, scope: .all)
        #expect(audit.last?.new.kind == "delivery.replayed")
        #expect(audit.last?.new.payload["by"]?.string == "token/1")
    }

    @Test func `a delivery whose body is gone cannot be replayed, and says so`() async throws {
        let scene = ConsoleScene()
        let id = try await scene.delivery("a")
        scene.clock.advance(by: .seconds(31 * 86_400))
        _ = try await scene.store.sweep(Retention(), limit: 100)
        let answer = try await scene.send(.post, "/api/v1/deliveries/\(id)/replay", as: try await scene.token(.maintainer))
        #expect(answer.status == 409)
        #expect(try answer.json["detail"]?.string?.contains("retention") == true)
    }

    @Test func `refusals are listed newest first with their reasons`() async throws {
        let scene = ConsoleScene()
        let refusals = ["first", "second"].map {
            Refusal(
                source: .sentry, tracker: "prod", code: "wrong_signature", reason: $0, remoteAddress: "192.0.2.9", eventName: "issue",
                deliveryName: "d", bodyBytes: 12, at: scene.clock.timestamp)
        }
        try await scene.store.recordRefusals(refusals, keep: 10)
        let items = try await scene.send(.get, "/api/v1/refusals", as: try await scene.token(.admin)).items
        #expect(items.map { $0["reason"]?.string } == ["second", "first"])
        #expect(items.first?["remote_address"]?.string == "192.0.2.9")
    }
}
