// Tickets in memory, and what joining one adds to it.
package import ForgeCore

extension MemoryStore {
    package func openTicket(_ draft: TicketDraft, tenant: Tenant?, by actor: String) async throws(StoreError) -> OpenedTicket {
        try transact { state in
            state.openTicket(draft, tenant: tenant ?? state.tenant(ofRepository: draft.repository), by: actor)
        }
    }

    package func ticket(_ id: TicketID, scope: TenantScope) async throws(StoreError) -> Ticket? {
        try transact { state in state.tickets[id.number].flatMap { scope.allows($0.tenant) ? $0 : nil } }
    }

    package func tickets(_ filter: TicketFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Ticket> {
        try transact { state in
            state.tickets.page(page) { ticket in
                scope.allows(ticket.tenant) && filter.state ?? ticket.state == ticket.state
                    && filter.source ?? ticket.draft.source == ticket.draft.source
                    && (filter.repository == nil || filter.repository == ticket.draft.repository)
            }
        }
    }

    package func setTicketState(
        _ id: TicketID, _ new: TicketState, by actor: String, scope: TenantScope
    ) async throws(StoreError) -> Ticket? {
        try transact { (state) throws(StoreError) in
            guard var ticket = state.tickets[id.number], scope.allows(ticket.tenant) else { return nil }
            if new.isUnfinished, let other = state.unfinished(ticket.draft.identity, ticket.tenant), other.id != id {
                throw state.refused("ticket \(other.id) is about the same and unfinished")
            }
            ticket.state = new
            ticket.updatedAt = state.now
            state.tickets[id.number] = ticket
            state.append("ticket/\(id)", ticket.tenant, "ticket.\(new.rawValue)", ["by": .string(actor)])
            return ticket
        }
    }
}

extension MemoryState {
    mutating func openTicket(_ draft: TicketDraft, tenant: Tenant, by actor: String) -> OpenedTicket {
        let by: JSON = ["by": .string(actor)]
        guard var known = unfinished(draft.identity, tenant) ?? alike(draft, tenant) else {
            let opened = tickets.insert { number in
                Ticket(id: TicketID(number), tenant: tenant, state: .open, joined: 1, createdAt: now, updatedAt: now, draft: draft)
            }
            append("ticket/\(opened.id)", tenant, "ticket.opened", by)
            return OpenedTicket(id: opened.id, isNew: true)
        }
        known.joined += 1
        known.updatedAt = now
        known.draft.takeOver(draft)
        tickets[known.id.number] = known
        append("ticket/\(known.id)", tenant, "ticket.joined", by)
        return OpenedTicket(id: known.id, isNew: false)
    }

    fileprivate func unfinished(_ identity: String, _ tenant: Tenant) -> Ticket? {
        tickets.rows.first { $0.state.isUnfinished && $0.tenant == tenant && $0.draft.identity == identity }
    }

    private func alike(_ draft: TicketDraft, _ tenant: Tenant) -> Ticket? {
        guard draft.joinsByFingerprint, let repository = draft.repository else { return nil }
        return tickets.rows.first { ticket in
            ticket.state.isUnfinished && ticket.tenant == tenant && ticket.draft.repository == repository
                && ticket.draft.fingerprint == draft.fingerprint
        }
    }
}

extension TicketState {
    fileprivate var isUnfinished: Bool { self == .open || self == .working }
}

extension TicketDraft {
    /// What a joined draft adds: further sightings, a higher severity, what was missing, and no more trust than it has itself.
    fileprivate mutating func takeOver(_ other: TicketDraft) {
        severity = max(severity, other.severity)
        if other.trust.distance > trust.distance { trust = other.trust }
        seen.count = [seen.count, other.seen.count].compactMap(\.self).max()
        seen.users = [seen.users, other.seen.users].compactMap(\.self).max()
        seen.first = [seen.first, other.seen.first].compactMap(\.self).min()
        seen.last = [seen.last, other.seen.last].compactMap(\.self).max()
        let texts: [WritableKeyPath<TicketDraft, String?>] = [
            \.tracker, \.repository, \.project, \.body, \.culprit, \.environment, \.release, \.url, \.issueID, \.eventID,
        ]
        for text in texts { self[keyPath: text] = self[keyPath: text] ?? other[keyPath: text] }
        tags.merge(other.tags) { own, _ in own }
        if evidence.isEmpty { evidence = other.evidence }
        let own = extra.members ?? []
        let added = (other.extra.members ?? []).filter { member in !own.contains { $0.name == member.name } }
        extra = .object(own + added)
    }
}

extension Trust {
    /// How far from a person with write access.
    fileprivate var distance: Int {
        switch self {
        case .writer: 0
        case .signed: 1
        case .hint: 2
        case .public: 3
        }
    }
}
