// The deliveries of the App's webhook, as the App may list them, read them, and have them sent again.

import ForgeCore

extension GitHubState {
    var hookConfiguration: JSON {
        .members(
            ("content_type", "json"), ("insecure_ssl", "0"), ("secret", "********"), ("url", .string(app.webhookURL ?? "")))
    }

    /// The newest first; a cursor is the id of the next one.
    func listDeliveries(_ visit: Visit) -> RESTAnswer {
        let count = min(max(visit.query("per_page").flatMap { Int($0) } ?? 30, 1), min(100, options.pageMax))
        let cursor = visit.query("cursor").flatMap { Int64($0.drop { !$0.isNumber }) } ?? .max
        let rest = deliveries.filter { $0.id <= cursor }.sorted { $0.id > $1.id }
        let page = rest.prefix(count).map { json(delivery: $0, isWhole: false) }
        guard rest.count > count else { return .value(200, .array(page)) }
        let next = "<\(apiURL)/app/hook/deliveries?per_page=\(count)&cursor=v1_\(rest[count].id)>; rel=\"next\""
        return .headed(200, .array(page), [("link", next)])
    }

    func showDelivery(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        guard let found = deliveries.first(where: { $0.id == visit.number("id") }) else { throw .notFound }
        return .value(200, json(delivery: found, isWhole: true))
    }

    mutating func redeliver(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        guard var again = deliveries.first(where: { $0.id == visit.number("id") }) else { throw .notFound }
        again.id = newID() << 24
        again.isRedelivery = true
        again.status = "pending"
        again.statusCode = 0
        again.deliveredAt = now
        deliveries.append(again)
        outbox.append(again.id)
        return .value(202, .object([]))
    }

    private func json(delivery: StandInDelivery, isWhole: Bool) -> JSON {
        var json: JSON = .members(
            ("id", JSON(delivery.id)), ("guid", .string(delivery.guid)), ("delivered_at", delivery.deliveredAt.github),
            ("redelivery", JSON(delivery.isRedelivery)), ("duration", 0), ("status", .string(delivery.status)),
            ("status_code", JSON(delivery.statusCode)), ("event", .string(delivery.event)), ("action", JSON(delivery.action)),
            ("installation_id", JSON(delivery.installation)), ("repository_id", JSON(delivery.repository)), ("throttled_at", .null))
        if isWhole {
            let headers: JSON = .members(
                ("X-GitHub-Event", .string(delivery.event)), ("X-GitHub-Delivery", .string(delivery.guid)),
                ("X-GitHub-Hook-ID", .string(String(app.hookID))),
                ("X-GitHub-Hook-Installation-Target-ID", .string(String(app.id))),
                ("X-GitHub-Hook-Installation-Target-Type", "integration"), ("content-type", "application/json"))
            json = json.adding(
                ("url", .string(app.webhookURL ?? "")), ("request", .members(("headers", headers), ("payload", delivery.payload))),
                ("response", .members(("headers", .object([])), ("payload", ""))))
        }
        return json
    }
}
