// Something wrong or wanted, in one shape whatever sent it. Its JSON is a contract: docs/formats.md, `TicketJSON.swift`.

package enum Trust: String, Hashable, Sendable {
    /// Write access was checked.
    case writer
    /// A known system signed it.
    case signed
    /// Unsigned; must be read again through the API before anything acts on it.
    case hint
    case `public`
}

package enum Severity: String, Hashable, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error, fatal

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

package enum TicketState: String, Hashable, Sendable, CaseIterable {
    case open, working, resolved, closed
}

/// How often and how lately, as the sender counts.
package struct Sightings: Hashable, Sendable {
    package var count: Int64?
    package var users: Int64?
    package var first: Timestamp?
    package var last: Timestamp?

    package init(count: Int64? = nil, users: Int64? = nil, first: Timestamp? = nil, last: Timestamp? = nil) {
        self.count = count
        self.users = users
        self.first = first
        self.last = last
    }
}

package struct Frame: Hashable, Sendable {
    package var path: String?
    package var module: String?
    package var function: String?
    package var line: Int?
    package var column: Int?
    package var isInApp: Bool
    package var before: [String]
    package var contextLine: String?
    package var after: [String]

    package init(
        path: String? = nil, module: String? = nil, function: String? = nil, line: Int? = nil, column: Int? = nil, isInApp: Bool = false,
        before: [String] = [], contextLine: String? = nil, after: [String] = []
    ) {
        self.path = path
        self.module = module
        self.function = function
        self.line = line
        self.column = column
        self.isInApp = isInApp
        self.before = before
        self.contextLine = contextLine
        self.after = after
    }
}

/// Frames oldest first, as Sentry sends them: the crash is last.
package struct ExceptionEvidence: Hashable, Sendable {
    package var type: String?
    package var value: String?
    package var frames: [Frame]

    package init(type: String? = nil, value: String? = nil, frames: [Frame] = []) {
        self.type = type
        self.value = value
        self.frames = frames
    }
}

package struct Breadcrumb: Hashable, Sendable {
    package var time: Timestamp?
    package var category: String?
    package var level: String?
    package var message: String?

    package init(time: Timestamp? = nil, category: String? = nil, level: String? = nil, message: String? = nil) {
        self.time = time
        self.category = category
        self.level = level
        self.message = message
    }
}

/// The part of a web request that is no personal data.
package struct RequestEvidence: Hashable, Sendable {
    package var method: String?
    package var url: String?

    package init(method: String? = nil, url: String? = nil) {
        self.method = method
        self.url = url
    }
}

/// Exceptions outermost last: the cause comes first.
package struct Evidence: Hashable, Sendable {
    package var exceptions: [ExceptionEvidence]
    package var breadcrumbs: [Breadcrumb]
    package var request: RequestEvidence?

    package init(exceptions: [ExceptionEvidence] = [], breadcrumbs: [Breadcrumb] = [], request: RequestEvidence? = nil) {
        self.exceptions = exceptions
        self.breadcrumbs = breadcrumbs
        self.request = request
    }

    package var isEmpty: Bool { exceptions.isEmpty && breadcrumbs.isEmpty && request == nil }
}

/// A ticket as an event describes it, before the store knows whether it is new.
package struct TicketDraft: Hashable, Sendable {
    package var source: Source
    package var tracker: String?
    package var repository: String?
    package var project: String?
    package var title: String
    package var body: String?
    package var culprit: String?
    package var severity: Severity
    package var environment: String?
    package var release: String?
    package var url: String?
    package var issueID: String?
    package var eventID: String?
    /// First key: tracker, base URL and issue id, or the subject on the code host. Two drafts with the same one are the same thing.
    package var identity: String
    /// Second key: a digest of the top in-app frames; joins only when there were such frames (`joinsByFingerprint`).
    package var fingerprint: String
    package var joinsByFingerprint: Bool
    package var trust: Trust
    package var seen: Sightings
    package var tags: [String: String]
    package var evidence: Evidence
    /// What this sender says and no other does; a JSON object.
    package var extra: JSON

    package init(
        source: Source, tracker: String? = nil, repository: String? = nil, project: String? = nil, title: String, body: String? = nil,
        culprit: String? = nil, severity: Severity = .error, environment: String? = nil, release: String? = nil, url: String? = nil,
        issueID: String? = nil, eventID: String? = nil, identity: String, fingerprint: String, joinsByFingerprint: Bool = false,
        trust: Trust, seen: Sightings = .init(), tags: [String: String] = [:], evidence: Evidence = .init(), extra: JSON = .object([])
    ) {
        self.source = source
        self.tracker = tracker
        self.repository = repository
        self.project = project
        self.title = title
        self.body = body
        self.culprit = culprit
        self.severity = severity
        self.environment = environment
        self.release = release
        self.url = url
        self.issueID = issueID
        self.eventID = eventID
        self.identity = identity
        self.fingerprint = fingerprint
        self.joinsByFingerprint = joinsByFingerprint
        self.trust = trust
        self.seen = seen
        self.tags = tags
        self.evidence = evidence
        self.extra = extra
    }
}

/// A ticket as stored.
package struct Ticket: Hashable, Sendable {
    package var id: TicketID
    package var tenant: Tenant
    package var state: TicketState
    /// How many deliveries led here.
    package var joined: Int
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var draft: TicketDraft

    package init(
        id: TicketID, tenant: Tenant, state: TicketState, joined: Int, createdAt: Timestamp, updatedAt: Timestamp, draft: TicketDraft
    ) {
        self.id = id
        self.tenant = tenant
        self.state = state
        self.joined = joined
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.draft = draft
    }
}
