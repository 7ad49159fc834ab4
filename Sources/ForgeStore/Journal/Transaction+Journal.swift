// Appending to the journal. The head of the stream is read inside the transaction that moves it on, and a transaction takes SQLite's one
// write lock when it begins: so chains stay whole also when several processes write.

import ForgeCore
import ForgeCrypto

extension Transaction {
    @discardableResult
    func append(_ stream: String, _ tenant: Tenant?, _ kind: String, _ payload: JSON) throws(StoreError) -> JournalEvent {
        try append(NewJournalEvent(stream: stream, tenant: tenant, kind: kind, payload: payload))
    }

    func append(_ new: NewJournalEvent) throws(StoreError) -> JournalEvent {
        let payload = new.payload.text
        let head = try connection.streamHead(new.stream)
        let sequence = (head?.sequence ?? 0) + 1
        let previous = head?.hash ?? JournalEvent.genesis
        let hash = ChainLink.hash(new, payload: payload, sequence: sequence, at: now, previousHash: previous)
        let id = try connection.first(
            """
            INSERT INTO events (stream, sequence, at, tenant, kind, payload, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            RETURNING id
            """,
            [
                .text(new.stream), .integer(sequence), Value(now), Value(new.tenant), .text(new.kind), .text(payload), .text(previous),
                .text(hash),
            ]
        ) { row in row.integer() }
        try connection.run(
            """
            INSERT INTO stream_heads (stream, sequence, hash) VALUES (?, ?, ?)
            ON CONFLICT (stream) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash
            """,
            [.text(new.stream), .integer(sequence), .text(hash)])
        return JournalEvent(id: JournalID(id ?? 0), sequence: sequence, at: now, previousHash: previous, hash: hash, new: new)
    }
}

/// A place in a chain: where a stream ends, or where its rest begins.
struct ChainLink: Hashable {
    var sequence: Int64
    var hash: String

    static let beginning = ChainLink(sequence: 0, hash: JournalEvent.genesis)

    static func hash(
        _ new: NewJournalEvent, payload: String, sequence: Int64, at: Timestamp, previousHash: String
    ) -> String {
        let text = JournalEvent.hashedText(new, payloadText: payload, sequence: sequence, at: at, previousHash: previousHash)
        return Hex.encode(SHA256.digest(text))
    }
}
