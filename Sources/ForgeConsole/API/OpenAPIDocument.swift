// The OpenAPI 3.1 document, made from the endpoints themselves.

import ForgeCore

struct OpenAPIDocument: Sendable {
    var version: String

    /// The endpoint that serves the document of the others and itself.
    func endpoint(for others: [Endpoint]) -> Endpoint {
        var own = Endpoint(
            method: .get, path: "/api/v1/openapi.json", summary: "This document.", role: .observer, answer: .document
        ) { _ in HTTPResponse(status: 500) }
        let text = json(of: others + [own])
        own.carryOut = { _ in HTTPResponse(status: 200, json: text) }
        return own
    }

    func json(of endpoints: [Endpoint]) -> JSON {
        var paths: [JSON.Member] = []
        for endpoint in endpoints {
            let operation = JSON.Member(endpoint.method.rawValue.lowercased(), operation(of: endpoint))
            if let index = paths.firstIndex(where: { $0.name == endpoint.path }) {
                paths[index].value = .object((paths[index].value.members ?? []) + [operation])
            } else {
                paths.append(.init(endpoint.path, .object([operation])))
            }
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Forge", "version": .string(version), "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
                "description": "Tickets, runs and deliveries of a Forge service. Errors are RFC 9457 problem documents.",
            ],
            "security": [["bearer": []]],
            "paths": .object(paths),
            "components": [
                "securitySchemes": ["bearer": ["type": "http", "scheme": "bearer"]],
                "schemas": OpenAPISchemas.all,
            ],
        ]
    }

    private func operation(of endpoint: Endpoint) -> JSON {
        var members: [JSON.Member] = [
            .init("summary", .string(endpoint.summary)), .init("operationId", .string(Self.operationID(endpoint))),
            .init("x-role", .string(endpoint.role.rawValue)), .init("parameters", .array(parameters(of: endpoint))),
        ]
        if let body = endpoint.body {
            members.append(.init("requestBody", ["required": true, "content": ["application/json": ["schema": Self.reference(body)]]]))
        }
        members.append(.init("responses", responses(of: endpoint)))
        return .object(members)
    }

    private func parameters(of endpoint: Endpoint) -> [JSON] {
        let inPath = endpoint.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { part in
            ["name": .string(String(part.dropFirst().dropLast())), "in": "path", "required": true, "schema": ["type": "integer"]] as JSON
        }
        let inQuery = endpoint.query.map {
            ["name": .string($0.name), "in": "query", "description": .string($0.help), "schema": $0.schema] as JSON
        }
        guard endpoint.isRepeatable else { return inPath + inQuery }
        let key: JSON = [
            "name": "Idempotency-Key", "in": "header", "description": "The same key gives the first answer again, for a day.",
            "schema": ["type": "string", "minLength": 1, "maxLength": 255],
        ]
        return inPath + inQuery + [key]
    }

    private func responses(of endpoint: Endpoint) -> JSON {
        let content: JSON =
            switch endpoint.answer {
            case .one(let schema): ["application/json": ["schema": Self.reference(schema)]]
            case .page(let schema):
                [
                    "application/json": [
                        "schema": [
                            "type": "object", "required": ["schema", "items", "next_cursor"],
                            "properties": [
                                "schema": ["const": 1], "items": ["type": "array", "items": Self.reference(schema)],
                                "next_cursor": ["type": ["string", "null"]],
                            ],
                        ]
                    ]
                ]
            case .eventStream: ["text/event-stream": ["schema": ["type": "string"]]]
            case .document: ["application/json": ["schema": ["type": "object"]]]
            }
        let problem: JSON = [
            "description": "What went wrong.", "content": ["application/problem+json": ["schema": Self.reference("Problem")]],
        ]
        let successes = endpoint.statuses.map { status in
            JSON.Member(String(status), ["description": .string(endpoint.summary), "content": content])
        }
        return .object(successes + [.init("default", problem)])
    }

    private static func reference(_ schema: String) -> JSON { ["$ref": .string("#/components/schemas/\(schema)")] }

    private static func operationID(_ endpoint: Endpoint) -> String {
        let parts = endpoint.path.split(separator: "/").dropFirst(2).map { part in
            part.filter { $0.isLetter || $0.isNumber }
        }
        return ([endpoint.method.rawValue.lowercased()] + parts).joined(separator: "_")
    }
}
