// Reading the journal, in the order it was written.

import ForgeCore

extension Connection {
    func streamHead(_ stream: String) throws(StoreError) -> ChainLink? {
        try first("SELECT sequence, hash FROM stream_heads WHERE stream = ?", [.text(stream)]) { row in
            ChainLink(sequence: row.integer(), hash: row.text())
        }
    }

    func journal(after: JournalID?, stream: String?, limit: Int, scope: TenantScope) throws(StoreError) -> [JournalEvent] {
        let columns = "SELECT id, stream, sequence, at, tenant, kind, payload, previous_hash, hash FROM events"
        var conditions = "id > ?"
        var values: [Value] = [.integer(after?.number ?? 0)]
        if let stream {
            conditions += " AND stream = ?"
            values.append(.text(stream))
        }
        if case .only(let tenant) = scope {
            conditions += " AND tenant = ?"
            values.append(Value(tenant))
        }
        return try all("\(columns) WHERE \(conditions) ORDER BY id LIMIT ?", values + [Value(limit)], Self.journalEvent)
    }

    private static func journalEvent(_ row: inout Row) throws(StoreError) -> JournalEvent {
        let id: JournalID = row.id()
        let stream = row.text()
        let sequence = row.integer()
        let at = row.moment()
        let new = NewJournalEvent(stream: stream, tenant: try row.optionalTenant(), kind: row.text(), payload: try row.json())
        return JournalEvent(id: id, sequence: sequence, at: at, previousHash: row.text(), hash: row.text(), new: new)
    }

    func lastJournalID() throws(StoreError) -> JournalID? {
        try first("SELECT max(id) FROM events") { row in row.optionalID() } ?? nil
    }
}
