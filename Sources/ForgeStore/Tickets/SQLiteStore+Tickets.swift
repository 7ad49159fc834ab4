// Tickets: the port `TicketStore`, each method one write or one read.

package import ForgeCore

extension SQLiteStore: TicketStore {
    package func openTicket(_ draft: TicketDraft, tenant: Tenant?, by actor: String) async throws(StoreError) -> OpenedTicket {
        try await writer.write("open ticket", bytes: 4096) { transaction throws(StoreError) in
            let owner = if let tenant { tenant } else { try transaction.tenant(of: draft.repository) }
            return try transaction.openTicket(draft, tenant: owner, by: actor)
        }
    }

    package func ticket(_ id: TicketID, scope: TenantScope) async throws(StoreError) -> Ticket? {
        try await readers.read("read ticket") { connection throws(StoreError) in try connection.ticket(id, scope: scope) }
    }

    package func tickets(_ filter: TicketFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Ticket> {
        try await readers.read("list tickets") { connection throws(StoreError) in
            try connection.tickets(filter, page: page, scope: scope)
        }
    }

    package func setTicketState(
        _ id: TicketID, _ state: TicketState, by actor: String, scope: TenantScope
    ) async throws(StoreError) -> Ticket? {
        try await writer.write("set ticket state") { transaction throws(StoreError) in
            try transaction.setTicketState(id, state, by: actor, scope: scope)
        }
    }
}
