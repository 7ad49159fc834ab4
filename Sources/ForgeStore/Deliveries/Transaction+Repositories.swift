// Where repositories live, as the code host tells it in passing, and whose a name is. A tracker only knows names.
//
// A delivery may be replayed, or come late, and then it says what was so once. It must never move a repository back: a row's moment is that
// at which what it says was received, and what was received before changes no name.

import ForgeCore

extension Transaction {
    func note(_ notice: RepositoryNotice, _ age: NoticeAge) throws(StoreError) {
        switch notice {
        case .seen(let host, let number, let name, let tenant): try noteSeen(host, number, name.description, tenant, age)
        case .renamed(let host, let number, let name): try noteRenamed(host, number, name.description, age)
        case .removed(let host, let number):
            try connection.run(
                "UPDATE repositories SET state = 'removed', updated_at = max(updated_at, ?) WHERE host = ? AND number = ?",
                [Value(age.receivedAt), .text(host), .integer(number)])
        case .installationRemoved(let tenant): try setState("removed", of: tenant, age)
        case .installationSuspended(let tenant): try setState("suspended", of: tenant, age)
        case .installationActive(let tenant):
            try setState("active", of: tenant, age)
            try connection.run(
                "UPDATE jobs SET not_before = ?1, updated_at = ?1 WHERE tenant = ?2 AND state = 'queued' AND not_before > ?1",
                [Value(now), Value(tenant)])
        }
    }

    private func noteRenamed(_ host: String, _ number: Int64, _ name: String, _ age: NoticeAge) throws(StoreError) {
        let since = try knownSince(host, number)
        guard !age.isOlder(than: since, at: now) else { return }
        if let known = try knownRepository(host, number) { try move(known.name, to: name, of: known.tenant) }
        try release(name, host: host, keeping: number, age)
        try connection.run(
            "UPDATE repositories SET name = ?, updated_at = ? WHERE host = ? AND number = ?",
            [.text(name), Value(age.receivedAt), .text(host), .integer(number)])
    }

    /// Almost every delivery says what is known already: then nothing is written.
    private func noteSeen(
        _ host: String, _ number: Int64, _ name: String, _ tenant: Tenant, _ age: NoticeAge
    ) throws(StoreError) {
        let since = try knownSince(host, number)
        guard !age.isOlder(than: since, at: now) else { return }
        if let known = try knownRepository(host, number) {
            // What was fetched after the fact is older than it looks. The event of the change itself, or the next delivery, will tell.
            guard !age.isHealed || (known.name == name && known.tenant == tenant) else { return }
            if known.tenant == tenant { try move(known.name, to: name, of: tenant) }
        }
        try release(name, host: host, keeping: number, age)
        try connection.run(
            """
            INSERT INTO repositories (host, number, name, tenant, state, updated_at) VALUES (?, ?, ?, ?, 'active', ?)
            ON CONFLICT (host, number) DO UPDATE SET
                name = excluded.name, tenant = excluded.tenant, state = excluded.state, updated_at = excluded.updated_at
            WHERE name <> excluded.name OR tenant <> excluded.tenant OR state <> excluded.state
            """,
            [.text(host), .integer(number), .text(name), Value(tenant), Value(age.receivedAt)])
    }

    /// A name in it that its repository no longer has, and the one that it has now.
    func formerName(in notice: RepositoryNotice) throws(StoreError) -> (old: String, new: String)? {
        guard case .seen(let host, let number, let name, let tenant) = notice, let known = try knownRepository(host, number),
            known.tenant == tenant, known.name != name.description
        else { return nil }
        return (name.description, known.name)
    }

    /// When what is known of a repository was received; long ago when nothing is.
    private func knownSince(_ host: String, _ number: Int64) throws(StoreError) -> Timestamp {
        let sql = "SELECT updated_at FROM repositories WHERE host = ? AND number = ?"
        return try connection.first(sql, [.text(host), .integer(number)]) { row in row.moment() } ?? Timestamp(milliseconds: 0)
    }

    /// Another repository has this name now: whoever had it before is gone.
    private func release(_ name: String, host: String, keeping number: Int64, _ age: NoticeAge) throws(StoreError) {
        try connection.run(
            "UPDATE repositories SET state = 'removed', updated_at = max(updated_at, ?1) "
                + "WHERE lower(name) = lower(?2) AND host = ?3 AND number <> ?4 AND state <> 'removed'",
            [Value(age.receivedAt), .text(name), .text(host), .integer(number)])
    }

    private func setState(_ state: String, of tenant: Tenant, _ age: NoticeAge) throws(StoreError) {
        try connection.run(
            "UPDATE repositories SET state = ?1, updated_at = max(updated_at, ?2) WHERE tenant = ?3 AND state <> 'removed' AND state <> ?1",
            [.text(state), Value(age.receivedAt), Value(tenant)])
    }

    /// Names are compared as code hosts do, without regard to case: an operator typed this one into the settings.
    func tenant(of repository: String?) throws(StoreError) -> Tenant {
        guard let repository else { return .local }
        let sql = "SELECT tenant FROM repositories WHERE lower(name) = lower(?) AND state <> 'removed' ORDER BY updated_at DESC LIMIT 1"
        return try connection.first(sql, [.text(repository)]) { row throws(StoreError) in try row.tenant() } ?? .local
    }
}
