// Reading tickets, one or a part of a listing.

import ForgeCore

extension Connection {
    private static let ticketColumns = "SELECT id, tenant, state, joined, created_at, updated_at, draft FROM tickets"

    private static func ticket(_ row: inout Row) throws(StoreError) -> Ticket {
        let id: TicketID = row.id()
        let tenant = try row.tenant()
        let state: TicketState = try row.word()
        let joined = row.int()
        let createdAt = row.moment()
        let updatedAt = row.moment()
        guard let draft = TicketDraft(json: try row.json()) else { throw .unreadable("a ticket without a title or identity") }
        return Ticket(id: id, tenant: tenant, state: state, joined: joined, createdAt: createdAt, updatedAt: updatedAt, draft: draft)
    }

    func ticket(_ id: TicketID, scope: TenantScope) throws(StoreError) -> Ticket? {
        try first("\(Self.ticketColumns) WHERE id = ?1 AND (?2 IS NULL OR tenant = ?2)", [Value(id), Value(scope)], Self.ticket)
    }

    func tickets(_ filter: TicketFilter, page: PageRequest, scope: TenantScope) throws(StoreError) -> Page<Ticket> {
        var listing = Listing(Self.ticketColumns, page: page)
        listing.require(scope)
        listing.require("state = ?", filter.state.map { Value($0) })
        listing.require("repository = ?", filter.repository.map(Value.text))
        listing.require("source = ?", filter.source.map { Value($0) })
        return try listing.read(on: self, id: \.id.number, Self.ticket)
    }

    /// The unfinished ticket that a draft belongs to: by its identity, else by its frames in the same repository.
    func unfinishedTicket(for draft: TicketDraft, tenant: Tenant) throws(StoreError) -> Ticket? {
        let unfinished = "\(Self.ticketColumns) WHERE state IN ('open', 'working') AND tenant = ?"
        if let known = try first("\(unfinished) AND identity = ?", [Value(tenant), .text(draft.identity)], Self.ticket) { return known }
        guard draft.joinsByFingerprint, let repository = draft.repository else { return nil }
        return try first(
            "\(unfinished) AND repository = ? AND fingerprint = ? ORDER BY id LIMIT 1",
            [Value(tenant), .text(repository), .text(draft.fingerprint)], Self.ticket)
    }
}
