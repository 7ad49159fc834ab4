// One link of the journal: append-only, and chained by hash within its stream, so that a changed or missing link shows.

package struct NewJournalEvent: Hashable, Sendable {
    /// `deliveries`, `audit`, `ticket/7`, `job/12`, `run/3`.
    package var stream: String
    package var tenant: Tenant?
    /// `ticket.opened`, `job.failed`, `token.created`: what happened, in the past tense.
    package var kind: String
    /// A JSON object.
    package var payload: JSON

    package init(stream: String, tenant: Tenant? = nil, kind: String, payload: JSON = .object([])) {
        self.stream = stream
        self.tenant = tenant
        self.kind = kind
        self.payload = payload
    }
}

package struct JournalEvent: Hashable, Sendable {
    package var id: JournalID
    /// Place in its stream, from 1.
    package var sequence: Int64
    package var at: Timestamp
    package var previousHash: String
    package var hash: String
    package var new: NewJournalEvent

    package init(id: JournalID, sequence: Int64, at: Timestamp, previousHash: String, hash: String, new: NewJournalEvent) {
        self.id = id
        self.sequence = sequence
        self.at = at
        self.previousHash = previousHash
        self.hash = hash
        self.new = new
    }

    /// What the hash is taken over: every field, each with its length, so that no two different links read the same.
    package static func hashedText(
        _ new: NewJournalEvent, payloadText: String, sequence: Int64, at: Timestamp, previousHash: String
    ) -> String {
        let fields = [
            previousHash, new.stream, String(sequence), String(at.milliseconds), new.tenant?.description ?? "", new.kind, payloadText,
        ]
        return fields.map { "\($0.utf8.count):\($0)" }.joined()
    }

    /// The hash before the first link of a stream.
    package static let genesis = String(repeating: "0", count: 64)
}

/// The first link that does not hold, or none.
package struct ChainReport: Hashable, Sendable {
    package struct Break: Hashable, Sendable {
        package var stream: String
        package var sequence: Int64
        package var why: String

        package init(stream: String, sequence: Int64, why: String) {
            self.stream = stream
            self.sequence = sequence
            self.why = why
        }
    }

    package var streams: Int
    package var links: Int
    package var firstBreak: Break?
    /// The hash of the last link of `audit`, when that stream was walked to its end: written down elsewhere, it shows later whether somebody
    /// made the whole chain anew.
    package var auditHead: String?

    package init(streams: Int, links: Int, firstBreak: Break? = nil, auditHead: String? = nil) {
        self.streams = streams
        self.links = links
        self.firstBreak = firstBreak
        self.auditHead = auditHead
    }
}
