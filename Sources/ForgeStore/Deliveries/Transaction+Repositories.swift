// Where repositories live, as the code host tells it in passing, and whose a name is. A tracker only knows names.

import ForgeCore

extension Transaction {
    func note(_ notice: RepositoryNotice) throws(StoreError) {
        switch notice {
        case .seen(let host, let number, let name, let tenant): try noteSeen(host, number, name.description, tenant)
        case .renamed(let host, let number, let name):
            if let known = try knownRepository(host, number) { try move(known.name, to: name.description, of: known.tenant) }
            try release(name.description, host: host, keeping: number)
            try connection.run(
                "UPDATE repositories SET name = ?, updated_at = ? WHERE host = ? AND number = ?",
                [.text(name.description), Value(now), .text(host), .integer(number)])
        case .removed(let host, let number):
            try connection.run(
                "UPDATE repositories SET state = 'removed', updated_at = ? WHERE host = ? AND number = ?",
                [Value(now), .text(host), .integer(number)])
        case .installationRemoved(let tenant): try setState("removed", of: tenant)
        case .installationSuspended(let tenant): try setState("suspended", of: tenant)
        case .installationActive(let tenant):
            try setState("active", of: tenant)
            try connection.run(
                "UPDATE jobs SET not_before = ?1, updated_at = ?1 WHERE tenant = ?2 AND state = 'queued' AND not_before > ?1",
                [Value(now), Value(tenant)])
        }
    }

    /// Almost every delivery says what is known already: then nothing is written.
    private func noteSeen(_ host: String, _ number: Int64, _ name: String, _ tenant: Tenant) throws(StoreError) {
        if let known = try knownRepository(host, number), known.tenant == tenant { try move(known.name, to: name, of: tenant) }
        try release(name, host: host, keeping: number)
        try connection.run(
            """
            INSERT INTO repositories (host, number, name, tenant, state, updated_at) VALUES (?, ?, ?, ?, 'active', ?)
            ON CONFLICT (host, number) DO UPDATE SET
                name = excluded.name, tenant = excluded.tenant, state = excluded.state, updated_at = excluded.updated_at
            WHERE name <> excluded.name OR tenant <> excluded.tenant OR state <> excluded.state
            """,
            [.text(host), .integer(number), .text(name), Value(tenant), Value(now)])
    }

    /// Another repository has this name now: whoever had it before is gone.
    private func release(_ name: String, host: String, keeping number: Int64) throws(StoreError) {
        try connection.run(
            "UPDATE repositories SET state = 'removed', updated_at = ?1 "
                + "WHERE lower(name) = lower(?2) AND host = ?3 AND number <> ?4 AND state <> 'removed'",
            [Value(now), .text(name), .text(host), .integer(number)])
    }

    private func setState(_ state: String, of tenant: Tenant) throws(StoreError) {
        try connection.run(
            "UPDATE repositories SET state = ?1, updated_at = ?2 WHERE tenant = ?3 AND state <> 'removed' AND state <> ?1",
            [.text(state), Value(now), Value(tenant)])
    }

    /// Names are compared as code hosts do, without regard to case: an operator typed this one into the settings.
    func tenant(of repository: String?) throws(StoreError) -> Tenant {
        guard let repository else { return .local }
        let sql = "SELECT tenant FROM repositories WHERE lower(name) = lower(?) AND state <> 'removed' ORDER BY updated_at DESC LIMIT 1"
        return try connection.first(sql, [.text(repository)]) { row throws(StoreError) in try row.tenant() } ?? .local
    }
}
