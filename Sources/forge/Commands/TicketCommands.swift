// `forge tickets …`: what is wrong or wanted.

import ForgeCore

enum TicketCommands {
    static let all = [list, show]

    private static let list = CommandSpecification(
        "tickets list", "list tickets, newest first",
        options: [
            .init("state", "STATE", "open, working, resolved or closed"), .init("source", "SOURCE", "github, sentry, glitchtip or person"),
            .init("repository", "OWNER/NAME", "of one repository"), .limit, .before, .json, .config,
        ]
    ) { arguments, context in
        let page = try arguments.page()
        let filter = TicketFilter(
            state: try arguments.choice("state", TicketState.self), repository: arguments.value("repository"),
            source: try arguments.choice("source", Source.self))
        return try await withStore(arguments, context) { store in
            let found = try await store.tickets(filter, page: page, scope: .all)
            try context.show(table(of: found.items), json: arguments.has("json"))
            if let next = found.next, context.isTerminal { context.note("more: --before \(next)") }
            return .ok
        }
    }

    private static let show = CommandSpecification(
        "tickets show", "show one ticket with its evidence", positionals: [.init("ID", "the ticket's number")], options: [.json, .config]
    ) { arguments, context in
        let id = try arguments.identifier(0, of: Ticket.self)
        return try await withStore(arguments, context) { store in
            guard let ticket = try await store.ticket(id, scope: .all) else { throw CommandFailure.refused("there is no ticket \(id)") }
            try context.show(ticket.json)
            return .ok
        }
    }

    static func table(of tickets: [Ticket]) -> Table {
        var table = Table(["id", "updated", "source", "severity", "state", "seen", "repository", "title"], whenEmpty: "No tickets yet.")
        for ticket in tickets { table.add(cells(of: ticket), ticket.json) }
        return table
    }

    private static func cells(of ticket: Ticket) -> [Table.Cell] {
        [
            .init(ticket.id.description), .init(ticket.updatedAt.shortText, .faint), .init(ticket.draft.source.rawValue),
            .init(ticket.draft.severity.rawValue, ticket.draft.severity >= .error ? .bad : .notice), .init(ticket.state.rawValue),
            .init("\(ticket.joined)×"), .init(ticket.draft.repository), .init(ticket.draft.title),
        ]
    }
}
