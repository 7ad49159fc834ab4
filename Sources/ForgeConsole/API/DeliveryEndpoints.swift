// Deliveries over the API: read them, and send one round again.

import ForgeCore

struct DeliveryEndpoints: Sendable {
    var store: any DeliveryStore
    /// Told when a delivery is pending again.
    var arrived: @Sendable () -> Void

    var all: [Endpoint] { [list, show, replay, refusals] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/api/v1/deliveries", summary: "List deliveries, newest first.", role: .observer,
            query: [
                .choice("source", "Only from here.", Source.self), .choice("state", "Only in this state.", DeliveryState.self), .repository,
            ] + QueryParameter.paging, answer: .page(of: "Delivery")
        ) { request in
            let filter = DeliveryFilter(
                source: try request.choice("source", Source.self), state: try request.choice("state", DeliveryState.self),
                repository: request.request.queryValue("repository"))
            return try await store.deliveries(filter, page: try request.page(), scope: request.scope).response(\.json)
        }
    }

    private var show: Endpoint {
        Endpoint(
            method: .get, path: "/api/v1/deliveries/{id}", summary: "Show one delivery; maintainers see its headers and body too.",
            role: .observer, answer: .one("Delivery")
        ) { request in
            guard let delivery = try await store.delivery(try request.identifier(of: Delivery.self), scope: request.scope) else {
                throw AuthorizedRequest.notThere
            }
            return HTTPResponse(status: 200, json: request.token.role >= .maintainer ? delivery.jsonWithBody : delivery.json)
        }
    }

    private var replay: Endpoint {
        Endpoint(
            method: .post, path: "/api/v1/deliveries/{id}/replay", summary: "Decode a delivery again, whatever became of it.",
            role: .maintainer, isRepeatable: true, statuses: [202], answer: .one("Delivery")
        ) { request in
            let id = try request.identifier(of: Delivery.self)
            guard let delivery = try await store.replay(id, by: request.actor, scope: request.scope) else {
                throw AuthorizedRequest.notThere
            }
            arrived()
            return HTTPResponse(status: 202, json: delivery.json)
        }
    }

    private var refusals: Endpoint {
        Endpoint(
            method: .get, path: "/api/v1/refusals",
            summary: "List the requests turned away at the webhook routes, with the reason that their senders were not told.",
            role: .admin, query: QueryParameter.paging, answer: .page(of: "Refusal")
        ) { request in
            try await store.refusals(page: try request.page(), scope: request.scope).response(\.json)
        }
    }
}
