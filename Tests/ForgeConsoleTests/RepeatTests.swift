// `Idempotency-Key`: the same key gives the first answer again, and is nobody else's.

import ForgeCore
import ForgeTestSupport
import Testing

@Suite struct RepeatTests {
    private func post(_ body: String, key: String, as token: String, scene: ConsoleScene) async throws -> Answer {
        try await scene.send(.post, "/api/v1/tickets", as: token, headers: [HeaderField("idempotency-key", key)], body: body)
    }

    @Test func `the same key and body give the first answer again and do nothing`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.reviewer)
        let first = try await post(#"{"prompt":"p"}"#, key: "k", as: token, scene: scene)
        let again = try await post(#"{"prompt":"p"}"#, key: "k", as: token, scene: scene)
        #expect(first.status == 201 && again.status == 201)
        #expect(again.bytes == first.bytes)
        #expect(first.header("idempotency-replayed") == nil)
        #expect(again.header("idempotency-replayed") == "true")
        #expect(try await scene.store.ticket(TicketID(1), scope: .all)?.joined == 1)
    }

    @Test func `a key used for another body or path is 422`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.maintainer)
        let id = try await scene.delivery("a")
        _ = try await post(#"{"prompt":"p"}"#, key: "k", as: token, scene: scene)
        #expect(try await post(#"{"prompt":"q"}"#, key: "k", as: token, scene: scene).status == 422)
        let key = [HeaderField("idempotency-key", "k")]
        #expect(try await scene.send(.post, "/api/v1/deliveries/\(id)/replay", as: token, headers: key).status == 422)
        #expect(try await scene.store.delivery(id, scope: .all)?.state == .done)
        #expect(try await scene.store.tickets(TicketFilter(), page: PageRequest(), scope: .all).items.count == 1)
    }

    @Test func `two tokens may use the same key`() async throws {
        let scene = ConsoleScene()
        let one = try await scene.token(.reviewer)
        let other = try await scene.token(.reviewer)
        #expect(try await post(#"{"prompt":"p"}"#, key: "k", as: one, scene: scene).status == 201)
        #expect(try await post(#"{"prompt":"q"}"#, key: "k", as: other, scene: scene).status == 201)
    }

    @Test func `a refused request keeps no answer, so it can be mended under the same key`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.reviewer)
        #expect(try await post(#"{"prompt":""}"#, key: "k", as: token, scene: scene).status == 422)
        #expect(try await post(#"{"prompt":"p"}"#, key: "k", as: token, scene: scene).status == 201)
    }

    @Test(arguments: ["", String(repeating: "k", count: 256)])
    func `a key that is empty or too long is refused`(_ key: String) async throws {
        let scene = ConsoleScene()
        #expect(try await post(#"{"prompt":"p"}"#, key: key, as: try await scene.token(.reviewer), scene: scene).status == 400)
        #expect(try await scene.store.tickets(TicketFilter(), page: PageRequest(), scope: .all).items.isEmpty)
    }

    @Test func `requests with one key at the same time end with one answer`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.reviewer)
        let bodies = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<8 {
                group.addTask { try await self.post(#"{"prompt":"p"}"#, key: "k", as: token, scene: scene).bytes }
            }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(bodies.count == 1)
        #expect(try await scene.store.tickets(TicketFilter(), page: PageRequest(), scope: .all).items.count == 1)
    }
}
