// Runs over the API.

import ForgeCore

struct RunEndpoints: Sendable {
    var store: any RunStore

    var all: [Endpoint] { [list, show] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/api/v1/runs", summary: "List runs, newest first.", role: .observer,
            query: [
                .choice("state", "Only in this state.", RunState.self), .choice("kind", "Only of this kind.", RunKind.self), .repository,
            ] + QueryParameter.paging, answer: .page(of: "Run")
        ) { request in
            let filter = RunFilter(
                state: try request.choice("state", RunState.self), kind: try request.choice("kind", RunKind.self),
                repository: request.request.queryValue("repository"))
            return try await store.runs(filter, page: try request.page(), scope: request.scope).response(\.json)
        }
    }

    private var show: Endpoint {
        Endpoint(
            method: .get, path: "/api/v1/runs/{id}", summary: "Show one run with its steps and findings.", role: .observer,
            answer: .one("Run")
        ) { request in
            let id = try request.identifier(of: Run.self)
            guard let run = try await store.run(id, scope: request.scope) else { throw AuthorizedRequest.notThere }
            let steps = try await store.steps(of: id, scope: request.scope).map(\.json)
            let findings = try await store.findings(of: id, scope: request.scope).map(\.json)
            let more: [JSON.Member] = [.init("steps", .array(steps)), .init("findings", .array(findings))]
            return HTTPResponse(status: 200, json: .object((run.json.members ?? []) + more))
        }
    }
}
