// The document against the routes and against what they answer: neither may say what the other does not.

import ForgeCore
import ForgeTestSupport
import Testing

@Suite struct OpenAPITests {
    private func document(_ scene: ConsoleScene) async throws -> JSON {
        try await scene.send(.get, "/api/v1/openapi.json", as: try await scene.token(.observer)).json
    }

    private func operations(_ document: JSON) -> [(method: String, path: String, operation: JSON)] {
        (document["paths"]?.members ?? []).flatMap { path in
            (path.value.members ?? []).map { ($0.name.uppercased(), path.name, $0.value) }
        }
    }

    @Test func `every route under the API is in the document and nothing else`() async throws {
        let scene = ConsoleScene()
        let routes = scene.routes.filter { $0.template.hasPrefix("/api/v1/") }.map { "\($0.method.rawValue) \($0.template)" }
        let document = try await document(scene)
        #expect(operations(document).map { "\($0.method) \($0.path)" }.sorted() == routes.sorted())
        #expect(document["openapi"]?.string == "3.1.0")
        #expect(document["info"]?["version"]?.string == "1.2.3")
    }

    @Test func `every reference leads somewhere and every schema is used`() async throws {
        let document = try await document(ConsoleScene())
        let references = Set(Self.references(in: document))
        for reference in references { #expect(JSONSchema(document: document).resolve(reference) != nil, "\(reference)") }
        let schemas = (document["components"]?["schemas"]?.members ?? []).map { "#/components/schemas/\($0.name)" }
        #expect(references == Set(schemas))
        #expect(schemas.count == 6)
    }

    @Test func `operations have a name of their own, declare what their path takes, and say what can go wrong`() async throws {
        let document = try await document(ConsoleScene())
        let operations = operations(document)
        #expect(Set(operations.compactMap { $0.operation["operationId"]?.string }).count == operations.count)
        for (method, path, operation) in operations {
            let inPath = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
            let declared = (operation["parameters"]?.array ?? []).filter { $0["in"]?.string == "path" }
            #expect(declared.compactMap { $0["name"]?.string } == inPath, "\(path)")
            #expect(declared.allSatisfy { $0["required"] == true }, "\(path)")
            #expect(operation["responses"]?["default"]?["content"]?["application/problem+json"] != nil, "\(path)")
            #expect(operation["summary"]?.string?.hasSuffix(".") == true, "\(path)")
            #expect(Role(rawValue: operation["x-role"]?.string ?? "") != nil, "\(path)")
            #expect((operation["requestBody"] != nil) == (method == "POST" && path.hasSuffix("/tickets")), "\(path)")
        }
    }

    @Test func `what the routes answer is what the document says`() async throws {
        let scene = ConsoleScene()
        let document = try await document(scene)
        let admin = try await scene.token(.admin)
        let ids = try await populate(scene)
        let successes: [(HTTPMethod, String, body: String, template: String, status: Int)] = [
            (.get, "/api/v1/tickets", "", "/api/v1/tickets", 200), (.get, "/api/v1/tickets/1", "", "/api/v1/tickets/{id}", 200),
            (.post, "/api/v1/tickets", #"{"prompt":"p"}"#, "/api/v1/tickets", 201),
            (.post, "/api/v1/tickets", #"{"prompt":"p"}"#, "/api/v1/tickets", 200),
            (.get, "/api/v1/deliveries?limit=2", "", "/api/v1/deliveries", 200),
            (.get, "/api/v1/deliveries/\(ids.whole)", "", "/api/v1/deliveries/{id}", 200),
            (.get, "/api/v1/deliveries/\(ids.binary)", "", "/api/v1/deliveries/{id}", 200),
            (.post, "/api/v1/deliveries/\(ids.whole)/replay", "", "/api/v1/deliveries/{id}/replay", 202),
            (.get, "/api/v1/refusals", "", "/api/v1/refusals", 200), (.get, "/api/v1/runs", "", "/api/v1/runs", 200),
            (.get, "/api/v1/runs/1", "", "/api/v1/runs/{id}", 200), (.get, "/api/v1/openapi.json", "", "/api/v1/openapi.json", 200),
        ]
        for (method, target, body, template, status) in successes {
            let answer = try await scene.send(method, target, as: admin, body: body)
            #expect(answer.status == status, "\(target)")
            try expect(answer, fits: document, method, template)
            #expect(try answer.json["items"].map { $0.array?.isEmpty == false } ?? true, "\(target) shows nothing")
        }
    }

    @Test func `what goes wrong is a problem as the document says`() async throws {
        let scene = ConsoleScene()
        let document = try await document(scene)
        let observer = try await scene.token(.observer)
        let admin = try await scene.token(.admin)
        let failures: [(HTTPMethod, String, token: String?, body: String, template: String, status: Int)] = [
            (.get, "/api/v1/tickets", nil, "", "/api/v1/tickets", 401), (.get, "/api/v1/refusals", observer, "", "/api/v1/refusals", 403),
            (.get, "/api/v1/runs/9", observer, "", "/api/v1/runs/{id}", 404), (.get, "/api/v1/runs?a=1", observer, "", "/api/v1/runs", 400),
            (.post, "/api/v1/tickets", admin, "{}", "/api/v1/tickets", 422), (.post, "/api/v1/tickets", admin, "", "/api/v1/tickets", 400),
        ]
        for (method, target, token, body, template, status) in failures {
            let answer = try await scene.send(method, target, as: token, body: body)
            #expect(answer.status == status, "\(target)")
            #expect(try answer.json["status"]?.integer == Int64(status))
            try expect(answer, fits: document, method, template)
        }
    }

    @Test func `the checker finds what does not fit`() throws {
        let document = try JSONParser.parse(
            #"{"a":{"type":"object","required":["x"],"properties":{"x":{"type":"integer","minimum":2},"y":{"enum":["p"]}},"additionalProperties":false}}"#
        )
        let schema = JSONSchema(document: document)
        let cases: [(String, Int)] = [
            (#"{"x":2}"#, 0), (#"{"x":2,"y":"p"}"#, 0), (#"{}"#, 1), (#"{"x":1}"#, 1), (#"{"x":"2"}"#, 1), (#"{"x":3,"y":"q"}"#, 1),
            (#"{"x":3,"z":1}"#, 1), ("[]", 2),
        ]
        for (text, count) in cases {
            let problems = schema.problems(with: try JSONParser.parse(text), schema: ["$ref": "#/a"])
            #expect(problems.count == count, "\(text): \(problems)")
        }
        #expect(schema.problems(with: 1, schema: ["oneOf": []]).count == 1)
        #expect(schema.problems(with: 1, schema: ["$ref": "#/b"]).count == 1)
    }

    private func expect(_ answer: Answer, fits document: JSON, _ method: HTTPMethod, _ template: String) throws {
        let responses = try #require(document["paths"]?[template]?[method.rawValue.lowercased()]?["responses"])
        let response = try #require(answer.status < 400 ? responses[String(answer.status)] : responses["default"], "\(template)")
        let type = try #require(answer.header("content-type"))
        let schema = try #require(response["content"]?[type]?["schema"], "\(template) \(type)")
        let problems = JSONSchema(document: document).problems(with: try answer.json, schema: schema)
        #expect(problems.isEmpty, "\(method.rawValue) \(template)")
    }

    /// One of everything, with every field that there is.
    private func populate(_ scene: ConsoleScene) async throws -> (whole: DeliveryID, binary: DeliveryID) {
        let job = NewJob(kind: "triage", tenant: ConsoleScene.ours, repository: "acme/shop", workKey: "triage:")
        let whole = try await scene.delivery("whole", tickets: [TicketWork(scene.draft("t"), job: job)])
        let new = NewDelivery(
            source: .glitchtip, tracker: "prod", transportKey: "binary", body: [0xFF, 0xFE], receivedAt: scene.clock.timestamp,
            isHealed: true)
        let binary = try await scene.store.accept(new).id
        try await scene.run("pull/1")
        let refusal = Refusal(
            source: .sentry, tracker: "prod", code: "wrong_signature", reason: "why", remoteAddress: "192.0.2.9", eventName: "issue",
            deliveryName: "d", bodyBytes: 12, at: scene.clock.timestamp)
        try await scene.store.recordRefusals([refusal], keep: 10)
        return (whole, binary)
    }

    private static func references(in json: JSON) -> [String] {
        switch json {
        case .object(let members):
            members.flatMap { $0.name == "$ref" ? [$0.value.string ?? ""] : references(in: $0.value) }
        case .array(let items): items.flatMap(references)
        default: []
        }
    }
}
