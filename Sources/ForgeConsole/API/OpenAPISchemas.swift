// The shapes of the API's objects, as JSON Schema. A test holds real answers against them.

import ForgeCore

enum OpenAPISchemas {
    static let all: JSON = [
        "Ticket": ticket, "NewTicket": newTicket, "Run": run, "Delivery": delivery, "Refusal": refusal, "Problem": problem,
    ]

    private static let text: JSON = ["type": "string"]
    private static let number: JSON = ["type": "integer"]
    private static let moment: JSON = ["type": "string", "format": "date-time"]

    private static func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type) -> JSON where Choice.RawValue == String {
        ["type": "string", "enum": .array(Choice.allCases.map { .string($0.rawValue) })]
    }

    private static func object(_ required: [String], _ properties: [JSON.Member], isClosed: Bool = true) -> JSON {
        [
            "type": "object", "required": .array(required.map(JSON.string)), "properties": .object(properties),
            "additionalProperties": .bool(!isClosed),
        ]
    }

    private static let ticket = object(
        ["schema", "id", "state", "tenant", "source", "title", "severity", "fingerprint", "trust", "seen", "tags", "evidence"],
        [
            .init("schema", ["const": 1]), .init("id", number), .init("state", choice(TicketState.self)), .init("tenant", text),
            .init("joined", number), .init("created_at", moment), .init("updated_at", moment), .init("source", choice(Source.self)),
            .init("tracker", text), .init("repository", text), .init("project", text), .init("title", text), .init("body", text),
            .init("culprit", text), .init("severity", choice(Severity.self)), .init("environment", text), .init("release", text),
            .init("url", text), .init("issue_id", text), .init("event_id", text), .init("identity", text), .init("fingerprint", text),
            .init("joins_by_fingerprint", ["type": "boolean"]),
            .init("trust", ["type": "string", "enum": ["writer", "signed", "hint", "public"]]),
            .init("seen", object([], [.init("count", number), .init("users", number), .init("first", moment), .init("last", moment)])),
            .init("tags", ["type": "object", "additionalProperties": text]), .init("evidence", ["type": "object"]),
            .init("extra", ["type": "object"]),
        ])

    private static let newTicket = object(
        ["prompt"],
        [
            .init("prompt", ["type": "string", "minLength": 1]), .init("repository", text), .init("title", text),
            .init("severity", choice(Severity.self)), .init("environment", text), .init("release", text), .init("url", text),
        ])

    private static let run = object(
        ["schema", "id", "kind", "state", "tenant", "repository", "subject", "created_at", "updated_at"],
        [
            .init("schema", ["const": 1]), .init("id", number), .init("kind", choice(RunKind.self)), .init("state", choice(RunState.self)),
            .init("reason", text), .init("tenant", text), .init("repository", text), .init("subject", text), .init("job", number),
            .init("ticket", number), .init("created_at", moment), .init("updated_at", moment),
            .init("steps", ["type": "array", "items": ["type": "object"]]),
            .init("findings", ["type": "array", "items": ["type": "object"]]),
        ])

    private static let delivery = object(
        ["schema", "id", "source", "state", "received_at", "body_bytes", "attempts", "repeats", "healed", "key"],
        [
            .init("schema", ["const": 1]), .init("id", number), .init("source", choice(Source.self)), .init("tracker", text),
            .init("event", text), .init("state", choice(DeliveryState.self)), .init("reason", text), .init("intent", text),
            .init("tenant", text), .init("repository", text), .init("ticket", number), .init("job", number), .init("received_at", moment),
            .init("body_bytes", number), .init("attempts", number), .init("repeats", number), .init("healed", ["type": "boolean"]),
            .init("key", text), .init("headers", ["type": "object", "additionalProperties": text]), .init("body", text),
            .init("body_is_text", ["type": "boolean"]),
        ])

    private static let refusal = object(
        ["schema", "at", "source", "code", "reason", "remote_address", "body_bytes"],
        [
            .init("schema", ["const": 1]), .init("at", moment), .init("source", choice(Source.self)), .init("tracker", text),
            .init("code", text), .init("reason", text), .init("event", text), .init("delivery_name", text), .init("remote_address", text),
            .init("body_bytes", number),
        ])

    private static let problem = object(
        ["type", "title", "status"],
        [
            .init("type", text), .init("title", text), .init("status", number), .init("detail", text), .init("request_id", text),
            .init("errors", ["type": "array", "items": object(["name", "problem"], [.init("name", text), .init("problem", text)])]),
        ])
}
