// Walks the journal's chains and names the first link that does not hold.
//
// Found: a changed, missing or moved link; a cut tail (the stream's head says where it ended); a stream that is gone altogether; a
// checkpoint that the stream `audit` does not tell of.
// Accepted: whoever can write the file and computes every hash of a stream anew, its head and the word in `audit` with it, is not found by
// looking at this file alone. For that the head of `audit` is compared with one written down elsewhere. And an anchor older than the
// audit's own retention has been swept itself: such a checkpoint vouches for itself.

import ForgeCore

struct ChainCheck {
    private let connection: Connection
    private var report = ChainReport(streams: 0, links: 0)

    init(on connection: Connection) { self.connection = connection }

    /// One stream, or all in the order of their names.
    mutating func run(stream: String?) throws(StoreError) -> ChainReport {
        for stream in try streams(stream) {
            report.streams += 1
            report.firstBreak = try firstBreak(in: stream)
            if report.firstBreak != nil { break }
        }
        return report
    }

    /// A stream that has lost all its links is still known by its head or its checkpoint.
    private func streams(_ stream: String?) throws(StoreError) -> [String] {
        let sql = """
            SELECT stream FROM (SELECT stream FROM stream_heads UNION SELECT stream FROM events UNION SELECT stream FROM checkpoints)
            WHERE ?1 IS NULL OR stream = ?1 ORDER BY stream
            """
        return try connection.all(sql, [Value(stream)]) { row in row.text() }
    }

    private mutating func firstBreak(in stream: String) throws(StoreError) -> ChainReport.Break? {
        let checkpoint = try checkpoint(of: stream)
        if let checkpoint, let why = try doubt(checkpoint, of: stream) {
            return .init(stream: stream, sequence: checkpoint.link.sequence, why: why)
        }
        var last = checkpoint?.link ?? .beginning
        var found: ChainReport.Break?
        try connection.each(
            "SELECT sequence, at, tenant, kind, payload, previous_hash, hash FROM events WHERE stream = ? ORDER BY sequence",
            [.text(stream)]
        ) { row throws(StoreError) in
            report.links += 1
            let link = StoredLink(&row)
            if let why = link.doubt(after: last, in: stream) {
                found = .init(stream: stream, sequence: min(link.sequence, last.sequence + 1), why: why)
                return false
            }
            last = ChainLink(sequence: link.sequence, hash: link.hash)
            return true
        }
        if let found { return found }
        if stream == "audit" { report.auditHead = last.hash }
        return try cutTail(of: stream, last: last)
    }

    private func cutTail(of stream: String, last: ChainLink) throws(StoreError) -> ChainReport.Break? {
        guard let head = try connection.streamHead(stream) else {
            return .init(stream: stream, sequence: last.sequence, why: "nothing says where the stream ends")
        }
        guard head != last else { return nil }
        if head.sequence > last.sequence {
            return .init(stream: stream, sequence: last.sequence + 1, why: "the stream ends here, but went on to link \(head.sequence)")
        }
        return .init(stream: stream, sequence: last.sequence, why: "the stream's last link is not the one that was written last")
    }
}

// MARK: - Links and checkpoints

/// A link as it stands in the table, its payload as text.
private struct StoredLink {
    let sequence: Int64
    let at: Timestamp
    let tenant: String?
    let kind: String
    let payload: String
    let previousHash: String
    let hash: String

    init(_ row: inout Row) {
        sequence = row.integer()
        at = row.moment()
        tenant = row.optionalText()
        kind = row.text()
        payload = row.text()
        previousHash = row.text()
        hash = row.text()
    }

    /// Why this does not follow `last`; nil when it does.
    func doubt(after last: ChainLink, in stream: String) -> String? {
        guard sequence == last.sequence + 1 else {
            return "link \(last.sequence + 1) is missing: link \(sequence) follows \(last.sequence)"
        }
        guard previousHash == last.hash else { return "it does not hang on the link before it" }
        let owner = tenant.flatMap { Tenant(text: $0) }
        guard owner?.description == tenant else { return "its tenant is none" }
        let new = NewJournalEvent(stream: stream, tenant: owner, kind: kind)
        let expected = ChainLink.hash(new, payload: payload, sequence: sequence, at: at, previousHash: previousHash)
        return hash == expected ? nil : "its content is not what its hash was taken over"
    }
}

private struct Checkpoint {
    var link: ChainLink
    var auditSequence: Int64
}

extension ChainCheck {
    private func checkpoint(of stream: String) throws(StoreError) -> Checkpoint? {
        let sql = "SELECT sequence, hash, audit_sequence FROM checkpoints WHERE stream = ? ORDER BY sequence DESC LIMIT 1"
        return try connection.first(sql, [.text(stream)]) { row in
            Checkpoint(link: ChainLink(sequence: row.integer(), hash: row.text()), auditSequence: row.integer())
        }
    }

    /// Why nothing in `audit` vouches for this checkpoint; nil when something does, or did until it was swept.
    private func doubt(_ checkpoint: Checkpoint, of stream: String) throws(StoreError) -> String? {
        let swept = try self.checkpoint(of: "audit")?.link.sequence ?? 0
        guard checkpoint.auditSequence > swept else { return nil }
        let sql = "SELECT payload FROM events WHERE stream = 'audit' AND sequence = ? AND kind = 'journal.checkpointed'"
        guard let told = try connection.first(sql, [.integer(checkpoint.auditSequence)], { row throws(StoreError) in try row.json() })
        else {
            return "the checkpoint it begins at is not told of in the audit"
        }
        let isTold = (told["checkpoints"]?.array ?? []).contains {
            $0["stream"]?.string == stream && $0["sequence"]?.integer == checkpoint.link.sequence
                && $0["hash"]?.string == checkpoint.link.hash
        }
        return isTold ? nil : "the checkpoint it begins at is not the one told of in the audit"
    }
}
