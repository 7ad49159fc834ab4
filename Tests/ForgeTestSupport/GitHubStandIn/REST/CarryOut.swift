// From a request to its handler: the manners every request must have, the route, the right to it, the body.

import ForgeCore

extension GitHubState {
    mutating func carryOut(_ sent: WireRequest, _ caller: StandInCaller) throws(GitHubRefusal) -> RESTAnswer {
        try checkManners(sent)
        if let elsewhere = redirect(sent) { return elsewhere }
        let request = named(sent)
        if caller != .nobody { rateLimitUsed += 1 }
        if rateLimitUsed > options.rateLimit, caller != .nobody {
            throw GitHubRefusal(403, "API rate limit exceeded for installation.", headers: [("x-ratelimit-remaining", "0")])
        }
        let body = try json(of: request)
        if request.path == ["graphql"] {
            return .value(200, try answerGraphQL(Visit(request: request, caller: caller, parameters: [:], body: body)))
        }
        var isPath = false
        for route in Self.routes {
            guard let parameters = route.parameters(in: request.path) else { continue }
            isPath = true
            guard route.method == request.method else { continue }
            let visit = Visit(request: request, caller: caller, parameters: parameters, body: body)
            try admit(visit, to: route)
            try checkFields(body, route.fields)
            return try route.handle(&self, visit)
        }
        note(violation: isPath ? "\(request.method) is not for /\(request.path.joined(separator: "/"))" : "nothing is at \(request.line)")
        throw .notFound
    }

    private mutating func checkManners(_ request: WireRequest) throws(GitHubRefusal) {
        guard request.header("user-agent")?.isEmpty == false else {
            note(violation: "no User-Agent at \(request.line)")
            throw GitHubRefusal(403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header")
        }
        if let version = request.header("x-github-api-version"), !["2022-11-28", "2026-03-10"].contains(version) {
            note(violation: "API version \(version)")
            throw GitHubRefusal(400, "Bad Request: the API version is not supported")
        }
    }

    private mutating func json(of request: WireRequest) throws(GitHubRefusal) -> JSON {
        if request.body.isEmpty { return .object([]) }
        do throws(JSONError) {
            let document = try JSONParser.parse(request.body)
            if document.value.members != nil { return document.value }
        } catch {
            note(violation: "a body that is no JSON at \(request.line)")
        }
        throw GitHubRefusal(400, "Problems parsing JSON")
    }

    private mutating func admit(_ visit: Visit, to route: RESTRoute) throws(GitHubRefusal) {
        switch (route.entry, visit.caller) {
        case (.anyone, _), (.app, .app): return
        case (.app, _):
            note(violation: "\(visit.request.line) wants the App's own token")
            throw GitHubRefusal(401, "A JSON web token could not be decoded")
        case (.installation, .app):
            note(violation: "the App's own token was used at \(visit.request.line)")
            throw GitHubRefusal(403, "Resource not accessible by integration")
        case (.installation, .nobody): throw GitHubRefusal(401, "Requires authentication")
        case (.installation(let wanted), .installation(let token)):
            guard visit.parameters["owner"] != nil else { return }
            try check(token, wanted, visit)
        }
    }

    /// What a token does not reach is not there for it.
    private func check(_ token: StandInToken, _ wanted: [String], _ visit: Visit) throws(GitHubRefusal) {
        let repository = try repository(visit.repository)
        guard installation(of: repository)?.id == token.installation, token.repositories?.contains(repository.id) != false else {
            throw .notFound
        }
        let isGranted = wanted.contains { need in
            let sides = need.split(separator: "=").map(String.init)
            let has = sides[0] == "metadata" ? "read" : token.permissions[sides[0]]
            return has == "write" || has == sides[1]
        }
        guard isGranted || wanted.isEmpty else { throw .forbidden(needing: wanted.joined(separator: "; ")) }
    }
}
