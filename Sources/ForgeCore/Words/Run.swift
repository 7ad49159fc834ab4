// Runs and what they leave behind: steps, findings, approvals, artifacts. The state of a run is a fold over its journal.

package enum RunKind: String, Hashable, Sendable, CaseIterable {
    case review, remediation
    /// A person's question, put to a model.
    case question
}

package enum RunState: String, Hashable, Sendable, CaseIterable {
    case queued, preparing, planning, awaitingApproval, implementing, testing, publishing, watching, done
    case halted, failed, refused, cancelled, superseded

    package var isFinal: Bool {
        switch self {
        case .done, .halted, .failed, .refused, .cancelled, .superseded: true
        default: false
        }
    }
}

package struct NewRun: Hashable, Sendable {
    package var kind: RunKind
    package var tenant: Tenant
    package var repository: String
    package var job: JobID?
    package var ticket: TicketID?
    /// What is worked on, such as `pull/12@abc…`.
    package var subject: String

    package init(
        kind: RunKind, tenant: Tenant, repository: String, job: JobID? = nil, ticket: TicketID? = nil, subject: String
    ) {
        self.kind = kind
        self.tenant = tenant
        self.repository = repository
        self.job = job
        self.ticket = ticket
        self.subject = subject
    }
}

package struct Run: Hashable, Sendable {
    package var id: RunID
    package var state: RunState
    package var reason: String?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var new: NewRun

    package init(id: RunID, state: RunState, reason: String? = nil, createdAt: Timestamp, updatedAt: Timestamp, new: NewRun) {
        self.id = id
        self.state = state
        self.reason = reason
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.new = new
    }
}

/// One recorded effect: stored before its result is used.
package struct Step: Hashable, Sendable {
    package var run: RunID
    package var key: String
    package var kind: String
    package var result: JSON
    package var at: Timestamp

    package init(run: RunID, key: String, kind: String, result: JSON, at: Timestamp) {
        self.run = run
        self.key = key
        self.kind = kind
        self.result = result
        self.at = at
    }

    /// The member of a result that names what passed between Forge and a model for it.
    package static let exchangesMember = "exchanges"

    /// The digests of the artifacts that hold those exchanges, in their order.
    package var exchanges: [String] { result[Self.exchangesMember]?.array?.compactMap(\.string) ?? [] }
}

package struct RecordedFinding: Hashable, Sendable {
    package var run: RunID
    package var stableID: String
    package var rule: String
    package var severity: Severity
    package var category: String
    package var path: String
    package var line: Int?
    package var message: String
    package var state: String

    package init(
        run: RunID, stableID: String, rule: String, severity: Severity, category: String, path: String, line: Int? = nil,
        message: String, state: String = "open"
    ) {
        self.run = run
        self.stableID = stableID
        self.rule = rule
        self.severity = severity
        self.category = category
        self.path = path
        self.line = line
        self.message = message
        self.state = state
    }
}

/// A person's decision, bound to the digest of exactly what was shown; used once, and not after it expires.
package struct Approval: Hashable, Sendable {
    package var run: RunID
    package var digest: String
    package var decision: String
    package var by: String
    package var expiresAt: Timestamp

    package init(run: RunID, digest: String, decision: String, by: String, expiresAt: Timestamp) {
        self.run = run
        self.digest = digest
        self.decision = decision
        self.by = by
        self.expiresAt = expiresAt
    }
}

/// A content-addressed output. The digest is the SHA-256 of its bytes in lower-case hex.
package struct Artifact: Hashable, Sendable {
    package var digest: String
    package var kind: String
    package var mediaType: String
    package var bytes: [UInt8]

    package init(digest: String, kind: String, mediaType: String, bytes: [UInt8]) {
        self.digest = digest
        self.kind = kind
        self.mediaType = mediaType
        self.bytes = bytes
    }
}

/// What is to be known of an artifact without its bytes.
package struct ArtifactSummary: Hashable, Sendable {
    package var digest: String
    package var kind: String
    package var mediaType: String
    package var bytes: Int

    package init(digest: String, kind: String, mediaType: String, bytes: Int) {
        self.digest = digest
        self.kind = kind
        self.mediaType = mediaType
        self.bytes = bytes
    }

    package init(_ artifact: Artifact) {
        self.init(digest: artifact.digest, kind: artifact.kind, mediaType: artifact.mediaType, bytes: artifact.bytes.count)
    }
}

/// Words for what artifacts are, where more than one module says them.
package enum ArtifactKind {
    /// What passed between Forge and a model.
    package static let exchange = "model-exchange"
    /// One that ended with an error in place of an answer.
    package static let failedExchange = "model-exchange-failed"

    package static func isExchange(_ kind: String) -> Bool { kind == exchange || kind == failedExchange }
}
