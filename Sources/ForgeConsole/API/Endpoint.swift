// One operation of the API: its route, who may use it, what it takes and gives, and who carries it out. The routes and the OpenAPI
// document are both made from these, so neither can say what the other does not.

import ForgeCore

/// A request by somebody known.
struct AuthorizedRequest: Sendable {
    var request: HTTPRequest
    var token: AccessToken
    /// To ask again whether the token still holds.
    var tokenDigest: String

    var scope: TenantScope { token.scope }
    /// For the journal: who asked.
    var actor: String { "token/\(token.id)" }
}

struct QueryParameter: Sendable {
    var name: String
    var help: String
    var schema: JSON

    static func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _ help: String, _ type: Choice.Type) -> QueryParameter
    where Choice.RawValue == String {
        QueryParameter(name: name, help: help, schema: ["type": "string", "enum": .array(Choice.allCases.map { .string($0.rawValue) })])
    }

    static let repository = QueryParameter(name: "repository", help: "Only of this repository, as owner/name.", schema: ["type": "string"])
    static let cursor = QueryParameter(
        name: "cursor", help: "The next_cursor of the part before.", schema: ["type": "string", "pattern": "^[0-9]+$"])
    static let limit = QueryParameter(
        name: "limit", help: "At most so many items.",
        schema: ["type": "integer", "minimum": 1, "maximum": JSON(PageRequest.limitMax), "default": 50])
    static let paging = [cursor, limit]
}

struct Endpoint: Sendable {
    enum Answer: Sendable {
        /// One object of this schema.
        case one(String)
        /// A part of a listing of this schema.
        case page(of: String)
        case eventStream
        case document
    }

    var method: HTTPMethod
    var path: String
    var summary: String
    var role: Role
    var query: [QueryParameter] = []
    /// The schema of the body, for those that take one.
    var body: String?
    /// Repeating it with the same `Idempotency-Key` gives the first answer again.
    var isRepeatable = false
    var statuses = [200]
    var answer: Answer
    var carryOut: @Sendable (AuthorizedRequest) async throws -> HTTPResponse
}

extension AuthorizedRequest {
    /// An error for every query name that the endpoint does not know: a mistyped filter must not look like no filter.
    func checkQuery(_ known: [QueryParameter]) throws(HTTPProblem) {
        let names = known.map(\.name)
        let unknown = request.query.filter { !names.contains($0.name) }
        guard !unknown.isEmpty else { return }
        let fields = unknown.map { entry in
            let nearest = Nearest.name(to: entry.name, in: names).map { ", did you mean \($0)?" } ?? ""
            return (name: entry.name, problem: "unknown parameter\(nearest)")
        }
        throw HTTPProblem(status: 400, title: "Unknown query parameter", fields: fields)
    }

    func page() throws(HTTPProblem) -> PageRequest {
        var page = PageRequest()
        if let text = request.queryValue("limit") {
            guard let limit = Int(text), (1...PageRequest.limitMax).contains(limit) else {
                throw Self.badQuery("limit", "a whole number from 1 to \(PageRequest.limitMax)")
            }
            page.limit = limit
        }
        if let text = request.queryValue("cursor") {
            guard let before = Int64(text), before > 0 else { throw Self.badQuery("cursor", "the next_cursor of an earlier answer") }
            page.before = before
        }
        return page
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _ type: Choice.Type) throws(HTTPProblem) -> Choice?
    where Choice.RawValue == String {
        guard let text = request.queryValue(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw Self.badQuery(name, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    func identifier<Row>(of type: Row.Type) throws(HTTPProblem) -> Identifier<Row> {
        guard let id = Identifier<Row>(text: request.parameters["id"] ?? "") else { throw Self.notThere }
        return id
    }

    static let notThere = HTTPProblem(status: 404, title: "Not found", detail: "There is nothing of this id that this token may see.")

    private static func badQuery(_ name: String, _ wanted: String) -> HTTPProblem {
        HTTPProblem(status: 400, title: "Bad query parameter", fields: [(name, "\(wanted) is expected")])
    }
}

extension Page {
    func response(_ json: (Item) -> JSON) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            json: ["schema": 1, "items": .array(items.map(json)), "next_cursor": next.map { .string(String($0)) } ?? .null])
    }
}
