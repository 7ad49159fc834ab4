// Opening, joining and moving tickets.

import ForgeCore

extension Transaction {
    func openTicket(_ draft: TicketDraft, tenant: Tenant, by actor: String) throws(StoreError) -> OpenedTicket {
        if let known = try connection.unfinishedTicket(for: draft, tenant: tenant) {
            try join(draft, to: known, by: actor)
            return OpenedTicket(id: known.id, isNew: false)
        }
        let number = try connection.first(
            """
            INSERT INTO tickets (tenant, state, source, repository, identity, fingerprint, joined, created_at, updated_at, draft)
            VALUES (?1, 'open', ?2, ?3, ?4, ?5, 1, ?6, ?6, ?7) RETURNING id
            """,
            [
                Value(tenant), Value(draft.source), Value(draft.repository), .text(draft.identity), .text(draft.fingerprint), Value(now),
                Value(draft.json),
            ]
        ) { row in row.integer() }
        let id = TicketID(number ?? 0)
        try append("ticket/\(id)", tenant, "ticket.opened", ["by": .string(actor), "identity": .string(draft.identity)])
        return OpenedTicket(id: id, isNew: true)
    }

    private func join(_ draft: TicketDraft, to ticket: Ticket, by actor: String) throws(StoreError) {
        let joined = ticket.draft.joined(by: draft)
        try connection.run(
            "UPDATE tickets SET joined = joined + 1, repository = ?, updated_at = ?, draft = ? WHERE id = ?",
            [Value(joined.repository), Value(now), Value(joined.json), Value(ticket.id)])
        try append("ticket/\(ticket.id)", ticket.tenant, "ticket.joined", ["by": .string(actor), "identity": .string(draft.identity)])
    }

    func setTicketState(
        _ id: TicketID, _ state: TicketState, by actor: String, scope: TenantScope
    ) throws(StoreError) -> Ticket? {
        guard let ticket = try connection.ticket(id, scope: scope) else { return nil }
        if state == .open || state == .working {
            let sql = "SELECT 1 FROM tickets WHERE state IN ('open', 'working') AND tenant = ? AND identity = ? AND id <> ?"
            let values = [Value(ticket.tenant), .text(ticket.draft.identity), Value(id)]
            guard try connection.first(sql, values, { _ in true }) == nil else {
                throw .refused("set ticket state", "another unfinished ticket is about the same")
            }
        }
        try connection.run("UPDATE tickets SET state = ?, updated_at = ? WHERE id = ?", [Value(state), Value(now), Value(id)])
        try append(
            "ticket/\(id)", ticket.tenant, "ticket.\(state.rawValue)", ["by": .string(actor), "was": .string(ticket.state.rawValue)])
        return try connection.ticket(id, scope: scope)
    }
}
