// Tickets over the API: read them, and write down what a person wants.

import ForgeCore
import ForgeCrypto

struct TicketEndpoints: Sendable {
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
            role: .reviewer, body: "NewTicket", isRepeatable: true, statuses: [201, 200], answer: .one("Ticket")
        ) { request in
            let opened = try await store.openTicket(try Self.draft(from: request), tenant: request.token.tenant, by: request.actor)
            guard let ticket = try await store.ticket(opened.id, scope: request.scope) else { throw AuthorizedRequest.notThere }
            changed()
            let place = HeaderField("location", "/api/v1/tickets/\(opened.id)")
            return HTTPResponse(status: opened.isNew ? 201 : 200, json: ticket.json, headers: [place])
        }
    }

    private static func draft(from request: AuthorizedRequest) throws(HTTPProblem) -> TicketDraft {
        let wanted = try NewTicket(json: try object(in: request.request))
        let digest = Hex.encode(SHA256.digest("\(wanted.repository ?? "")\n\(wanted.prompt)"))
        return TicketDraft(
            source: .person, repository: wanted.repository, title: wanted.title, body: wanted.prompt, severity: wanted.severity,
            environment: wanted.environment, release: wanted.release, url: wanted.url, identity: "person:\(digest)", fingerprint: digest,
            trust: .writer)
    }

    private static func object(in request: HTTPRequest) throws(HTTPProblem) -> JSON {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONParser.parse(request.body, limits: JSONLimits(depthMax: 16, valuesMax: 1000))
        } catch {
            throw HTTPProblem(status: 400, title: "The body is no JSON", detail: error.description)
        }
        guard document.value.members != nil else {
            throw HTTPProblem(status: 400, title: "The body is no JSON object", detail: "An object with a prompt is expected.")
        }
        // The parser mends both, which is right for senders that nobody can change; here it would not be what was written.
        guard document.oddities.isDisjoint(with: [.invalidUTF8, .repeatedMember]) else {
            throw HTTPProblem(
                status: 400, title: "The body is ambiguous", detail: "It has text that is no UTF-8, or a member twice.")
        }
        return document.value
    }
}
