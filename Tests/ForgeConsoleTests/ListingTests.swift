// Listings: in parts that neither lose nor repeat a row, filtered, and strict about what they are asked.

import ForgeCore
import ForgeTestSupport
import Testing

@Suite struct ListingTests {
    @Test func `cursors walk through every row once, newest first, while new rows come in`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.observer)
        for index in 0..<457 { try await scene.delivery("k\(index)") }
        var seen: [Int64] = []
        var sizes: [Int] = []
        var cursor: String?
        repeat {
            let answer = try await scene.send(.get, "/api/v1/deliveries?limit=200" + (cursor.map { "&cursor=\($0)" } ?? ""), as: token)
            #expect(answer.status == 200)
            let items = try answer.items
            seen += items.compactMap { $0["id"]?.integer }
            sizes.append(items.count)
            cursor = try answer.json["next_cursor"]?.string
            try await scene.delivery("late \(sizes.count)")
        } while cursor != nil
        #expect(sizes == [200, 200, 57])
        #expect(seen == (1...457).reversed().map(Int64.init))
    }

    @Test func `without a limit a part has fifty rows, and next_cursor is null on the last`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.observer)
        for index in 0..<60 { _ = try await scene.store.openTicket(scene.draft("t\(index)"), tenant: ConsoleScene.ours, by: "test") }
        let first = try await scene.send(.get, "/api/v1/tickets", as: token)
        #expect(try first.items.count == 50)
        let cursor = try #require(try first.json["next_cursor"]?.string)
        let second = try await scene.send(.get, "/api/v1/tickets?cursor=\(cursor)", as: token)
        #expect(try second.items.count == 10)
        #expect(try second.json.members?.last == JSON.Member("next_cursor", .null))
    }

    @Test func `filters choose`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.observer)
        try await scene.delivery("a", .done)
        try await scene.delivery("b", .failed, repository: "acme/other")
        try await scene.delivery("c", .pending)
        try await scene.run("pull/1")
        let counts = [
            "/api/v1/deliveries": 3, "/api/v1/deliveries?state=failed": 1, "/api/v1/deliveries?state=pending&source=github": 1,
            "/api/v1/deliveries?source=sentry": 0, "/api/v1/deliveries?repository=acme/other": 1,
            "/api/v1/deliveries?repository=acme/other&state=done": 0, "/api/v1/runs?kind=review&state=failed": 1,
            "/api/v1/runs?kind=remediation": 0, "/api/v1/runs?repository=acme/shop": 1,
        ]
        for (target, count) in counts {
            #expect(try await scene.send(.get, target, as: token).items.count == count, "\(target)")
        }
    }

    @Test(arguments: [
        ("/api/v1/tickets?repositry=a/b", "repositry", "repository"), ("/api/v1/tickets?State=open", "State", "state"),
        ("/api/v1/deliveries?sourc=github", "sourc", "source"), ("/api/v1/runs?kimd=review", "kimd", "kind"),
        ("/api/v1/refusals?limits=5", "limits", "limit"), ("/api/v1/events?afte=5", "afte", "after"),
    ])
    func `an unknown query parameter is refused and the nearest named`(_ target: String, _ typed: String, _ nearest: String) async throws {
        let scene = ConsoleScene()
        let answer = try await scene.send(.get, target, as: try await scene.token(.admin))
        #expect(answer.status == 400)
        #expect(try answer.problems == [typed: "unknown parameter, did you mean \(nearest)?"])
    }

    @Test func `all unknown query parameters are told at once, and far ones get no suggestion`() async throws {
        let scene = ConsoleScene()
        let answer = try await scene.send(.get, "/api/v1/tickets?zebra=1&stat=open&limit=5", as: try await scene.token(.admin))
        #expect(try answer.problems == ["zebra": "unknown parameter", "stat": "unknown parameter, did you mean state?"])
    }

    @Test(arguments: [
        ("limit", "0"), ("limit", "201"), ("limit", "-1"), ("limit", "ten"), ("limit", ""), ("limit", "99999999999999999999"),
        ("cursor", "0"), ("cursor", "x"), ("cursor", "-5"), ("state", "opened"), ("state", ""), ("source", "gitlab"),
    ])
    func `a query value out of its range is refused by name`(_ name: String, _ value: String) async throws {
        let scene = ConsoleScene()
        let answer = try await scene.send(.get, "/api/v1/tickets?\(name)=\(value)", as: try await scene.token(.admin))
        #expect(answer.status == 400)
        #expect(try answer.problems.keys.sorted() == [name])
    }

    @Test(arguments: ["0", "-1", "abc", "99999999999999999999", "1e3", "%00", "7"])
    func `an id that is none or is not there is 404`(_ id: String) async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.admin)
        for kind in ["tickets", "deliveries", "runs"] {
            #expect(try await scene.send(.get, "/api/v1/\(kind)/\(id)", as: token).status == 404)
        }
        #expect(try await scene.send(.post, "/api/v1/deliveries/\(id)/replay", as: token).status == 404)
    }
}
