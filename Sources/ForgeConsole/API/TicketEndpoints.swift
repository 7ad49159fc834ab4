// Tickets over the API: read them, and write down what a person wants.

import ForgeCore
import ForgeCrypto

struct TicketEndpoints: Sendable {
    private static let titleBytesMax = 512

    var store: any TicketStore
    /// Told when something was written.
    var changed: @Sendable () -> Void

    var all: [Endpoint] { [list, show, create] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/api/v1/tickets", summary: "List tickets, newest first.", role: .observer,
            query: [
                .choice("state", "Only in this state.", TicketState.self), .choice("source", "Only from here.", Source.self), .repository,
            ]
                + QueryParameter.paging, answer: .page(of: "Ticket")
        ) { request in
            let filter = TicketFilter(
                state: try request.choice("state", TicketState.self), repository: request.request.queryValue("repository"),
                source: try request.choice("source", Source.self))
            return try await store.tickets(filter, page: try request.page(), scope: request.scope).response(\.json)
        }
    }

    private var show: Endpoint {
        Endpoint(
            method: .get, path: "/api/v1/tickets/{id}", summary: "Show one ticket.", role: .observer, answer: .one("Ticket")
        ) { request in
            guard let ticket = try await store.ticket(try request.identifier(of: Ticket.self), scope: request.scope) else {
                throw AuthorizedRequest.notThere
            }
            return HTTPResponse(status: 200, json: ticket.json)
        }
    }

    private var create: Endpoint {
        Endpoint(
            method: .post, path: "/api/v1/tickets",
            summary: "Open a ticket. The prompt is kept as it was written; the same prompt for the same repository joins the open ticket.",
            role: .reviewer, body: "NewTicket", isRepeatable: true, status: 201, answer: .one("Ticket")
        ) { request in
            let tenant = request.token.tenant ?? .local
            let opened = try await store.openTicket(try Self.draft(from: request), tenant: tenant, by: request.actor)
            guard let ticket = try await store.ticket(opened.id, scope: .only(tenant)) else { throw AuthorizedRequest.notThere }
            changed()
            let place = HeaderField("location", "/api/v1/tickets/\(opened.id)")
            return HTTPResponse(status: opened.isNew ? 201 : 200, json: ticket.json, headers: [place])
        }
    }

    private static let known = ["prompt", "repository", "title", "severity", "environment", "release", "url"]

    private static func draft(from request: AuthorizedRequest) throws(HTTPProblem) -> TicketDraft {
        let json = try object(in: request.request)
        var problems: [(name: String, problem: String)] = []
        for member in json.members ?? [] where !known.contains(member.name) {
            let nearest = Nearest.name(to: member.name, in: known).map { ", did you mean \($0)?" } ?? ""
            problems.append((member.name, "unknown field\(nearest)"))
        }
        for name in known where json[name] != nil {
            guard case .string = json[name] else {
                problems.append((name, "a text is expected"))
                continue
            }
        }
        let prompt = json["prompt"]?.string ?? ""
        if !prompt.contains(where: { !$0.isWhitespace }) {
            problems.append(("prompt", "what is wrong or wanted, in your words, is expected"))
        }
        let repository = json["repository"]?.string
        if repository.map({ RepositoryName($0) == nil }) == true { problems.append(("repository", "owner/name is expected")) }
        let severity = json["severity"]?.string.map(Severity.init(rawValue:))
        if case .some(nil) = severity {
            problems.append(("severity", "one of " + Severity.allCases.map(\.rawValue).joined(separator: ", ") + " is expected"))
        }
        guard problems.isEmpty else { throw HTTPProblem(status: 422, title: "The ticket cannot be opened", fields: problems) }
        let digest = Hex.encode(SHA256.digest("\(repository ?? "")\n\(prompt)"))
        return TicketDraft(
            source: .person, repository: repository, title: json["title"]?.string ?? title(from: prompt), body: prompt,
            severity: severity.flatMap(\.self) ?? .error, environment: json["environment"]?.string, release: json["release"]?.string,
            url: json["url"]?.string, identity: "person:\(digest)", fingerprint: digest, trust: .writer)
    }

    private static func object(in request: HTTPRequest) throws(HTTPProblem) -> JSON {
        do throws(JSONError) {
            let json = try JSONParser.parse(request.body, limits: JSONLimits(depthMax: 16, valuesMax: 1000)).value
            guard json.members != nil else { throw JSONError(code: .syntax, offset: 0, message: "a JSON object is expected") }
            return json
        } catch {
            throw HTTPProblem(status: 400, title: "The body is no JSON object", detail: error.description)
        }
    }

    /// The first line that says something.
    private static func title(from prompt: String) -> String {
        let line = prompt.split(whereSeparator: \.isNewline).first { line in line.contains { !$0.isWhitespace } } ?? ""
        guard line.utf8.count > titleBytesMax else { return String(line) }
        return String(line.prefix(titleBytesMax / 4)) + "…"
    }
}
