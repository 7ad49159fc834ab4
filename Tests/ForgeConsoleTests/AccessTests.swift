// Who gets in: no token, no answer; then the role.

import ForgeCore
import ForgeCrypto
import ForgeTestSupport
import Testing

@Suite struct AccessTests {
    /// Every route of the API with a body that would be taken, and the least role that may use it.
    static let requests: [(method: HTTPMethod, path: String, role: Role)] = [
        (.get, "/api/v1/tickets", .observer), (.get, "/api/v1/tickets/1", .observer), (.post, "/api/v1/tickets", .reviewer),
        (.get, "/api/v1/deliveries", .observer), (.get, "/api/v1/deliveries/1", .observer),
        (.post, "/api/v1/deliveries/1/replay", .maintainer), (.get, "/api/v1/refusals", .admin), (.get, "/api/v1/runs", .observer),
        (.get, "/api/v1/runs/1", .observer), (.get, "/api/v1/events", .observer), (.get, "/api/v1/openapi.json", .observer),
    ]

    static func body(_ method: HTTPMethod) -> String { method == .post ? #"{"prompt":"please"}"# : "" }

    @Test func `the table of requests names every route of the API`() {
        let routes = ConsoleScene().routes.filter { $0.template.hasPrefix("/api/") }
        let templates = Self.requests.map { "\($0.method.rawValue) \($0.path.replacing("/1", with: "/{id}"))" }
        #expect(Set(routes.map { "\($0.method.rawValue) \($0.template)" }) == Set(templates))
        #expect(routes.count == templates.count)
    }

    @Test(arguments: [
        nil, "", "Bearer", "Bearer ", "Bearer forge_", "Basic Zm9vOmJhcg==", "forge_0000000000000000000000000000000000000000000000000000",
        "Bearer \(TokenSecret.prefix)\(String(repeating: "0", count: 64))",
        "Bearer \(TokenSecret.prefix)\(String(repeating: "A", count: 64))",
        "Bearer \(String(repeating: "x", count: 10_000))", "Bearer \u{0} \u{1F600}",
    ])
    func `without a token that holds every route of the API answers 401 and nothing else`(_ authorization: String?) async throws {
        let scene = ConsoleScene()
        try await scene.delivery("a", tickets: [TicketWork(scene.draft("t"))])
        _ = try await scene.run("pull/1")
        for request in Self.requests {
            let answer = try await scene.send(
                request.method, request.path, authorization: authorization, body: Array(Self.body(request.method).utf8))
            expectUnauthorized(answer, "\(request)")
        }
        #expect(try await scene.store.tickets(TicketFilter(), page: PageRequest(), scope: .all).items.count == 1)
    }

    @Test func `a revoked token is as good as none`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.admin)
        #expect(try await scene.send(.get, "/api/v1/tickets", as: token).status == 200)
        try await scene.revokeNewestToken()
        for request in Self.requests {
            expectUnauthorized(
                try await scene.send(request.method, request.path, as: token, body: Self.body(request.method)), "\(request)")
        }
    }

    @Test(arguments: ["Bearer", "bearer", "BEARER"])
    func `the scheme's case and spaces around the token do not matter`(_ scheme: String) async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.observer)
        #expect(try await scene.send(.get, "/api/v1/tickets", authorization: "\(scheme)   \(token)  ", body: []).status == 200)
    }

    @Test func `each role may do its own and what lesser ones may, and is told 403 for the rest`() async throws {
        let scene = ConsoleScene()
        for role in Role.allCases {
            let token = try await scene.token(role)
            for request in Self.requests {
                let answer = try await scene.send(request.method, request.path, as: token, body: Self.body(request.method))
                #expect((answer.status == 403) == (role < request.role), "\(role) \(request): \(answer.status)")
                if answer.status == 403 {
                    #expect(try answer.json["detail"]?.string?.contains(request.role.rawValue) == true)
                    #expect(answer.header("content-type") == "application/problem+json")
                }
            }
        }
    }

    @Test func `a role too low is told so before anything about the rest of its request`() async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.observer)
        #expect(try await scene.send(.post, "/api/v1/tickets?nonsense=1", as: token, body: "{").status == 403)
    }

    @Test(arguments: [StoreError.Code.busy, .full, .inputOutput, .defect])
    func `a store that fails is 503 while it may pass and 500 when it is ours, and never says more`(_ code: StoreError.Code) async throws {
        let scene = ConsoleScene()
        let token = try await scene.token(.admin)
        scene.store.failNext(code, call: "tickets")
        let answer = try await scene.send(.get, "/api/v1/tickets", as: token)
        #expect(answer.status == (code == .defect ? 500 : 503))
        #expect((answer.header("retry-after") != nil) == (code != .defect))
        #expect(!answer.text.contains("a test wants it to fail"))
        #expect(try await scene.send(.get, "/api/v1/tickets", as: token).status == 200)
    }

    private func expectUnauthorized(_ answer: Answer, _ what: String) {
        #expect(answer.status == 401, "\(what)")
        #expect(answer.header("www-authenticate") == "Bearer", "\(what)")
        let flat =
            #"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"A bearer token is needed.","request_id":"request-1"}"#
        #expect(answer.text == flat, "\(what)")
    }
}
