// Deliveries and refusals as JSON, the same on the command line and in the API. Headers and body only where asked for.

extension Delivery {
    package var json: JSON { JSON.object(members).withoutNulls }

    /// With its headers, and its body as text when it is text.
    package var jsonWithBody: JSON {
        var all = members
        all.append(.init("headers", .object(headers.map { .init($0.name, .string($0.value)) })))
        if let body {
            let text = String(validating: body, as: UTF8.self)
            all.append(text.map { .init("body", .string($0)) } ?? .init("body_is_text", false))
        }
        return JSON.object(all).withoutNulls
    }

    private var members: [JSON.Member] {
        [
            .init("schema", 1), .init("id", JSON(id.number)), .init("source", .string(source.rawValue)), .init("tracker", JSON(tracker)),
            .init("event", JSON(event ?? eventName)), .init("state", .string(state.rawValue)), .init("reason", JSON(reason)),
            .init("intent", JSON(intent)), .init("tenant", JSON(tenant?.description)), .init("repository", JSON(repository)),
            .init("ticket", JSON(ticket?.number)), .init("job", JSON(job?.number)), .init("received_at", JSON(receivedAt)),
            .init("body_bytes", JSON(bodyBytes)), .init("attempts", JSON(attempts)), .init("repeats", JSON(repeats)),
            .init("healed", .bool(isHealed)), .init("key", .string(transportKey)),
        ]
    }
}

extension Refusal {
    package var json: JSON {
        JSON.object([
            .init("schema", 1), .init("at", JSON(at)), .init("source", .string(source.rawValue)), .init("tracker", JSON(tracker)),
            .init("code", .string(code)), .init("reason", .string(reason)), .init("event", JSON(eventName)),
            .init("delivery_name", JSON(deliveryName)), .init("remote_address", .string(remoteAddress)),
            .init("body_bytes", JSON(bodyBytes)),
        ]).withoutNulls
    }
}
