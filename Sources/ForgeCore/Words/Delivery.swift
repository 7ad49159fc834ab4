// One webhook request as it came, and what has become of it.

/// Who sends.
package enum Source: String, Hashable, Sendable, CaseIterable {
    case github, sentry, glitchtip
    /// Somebody with a token or a shell.
    case person
}

/// A header as it came; names are lower case.
package struct HeaderField: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A verified request, not yet in the store.
package struct NewDelivery: Sendable {
    package var source: Source
    /// The tracker's name in the settings; nil for GitHub.
    package var tracker: String?
    /// What makes two arrivals the same one; see docs/decisions on delivery keys.
    package var transportKey: String
    /// What the sender calls it: GitHub's event name, Sentry's resource. Text from outside.
    package var eventName: String?
    /// Only the headers that decoding or an operator needs; never a credential.
    package var headers: [HeaderField]
    package var body: [UInt8]
    package var receivedAt: Timestamp
    /// Which of the configured secrets held: 0 is the newest.
    package var secretIndex: Int
    /// Fetched from the sender's log of failed deliveries rather than received.
    package var isHealed: Bool

    package init(
        source: Source, tracker: String? = nil, transportKey: String, eventName: String? = nil, headers: [HeaderField] = [],
        body: [UInt8], receivedAt: Timestamp, secretIndex: Int = 0, isHealed: Bool = false
    ) {
        self.source = source
        self.tracker = tracker
        self.transportKey = transportKey
        self.eventName = eventName
        self.headers = headers
        self.body = body
        self.receivedAt = receivedAt
        self.secretIndex = secretIndex
        self.isHealed = isHealed
    }
}

/// Where a delivery stands. It begins as `pending`; `failed` is visible and is run again by a redelivery or a replay.
package enum DeliveryState: String, Hashable, Sendable, CaseIterable {
    case pending, done, ignored, failed
}

/// What the store answers to an acceptance. The insert itself is the duplicate check.
package struct Acceptance: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case new
        /// Known, and pending or finished: nothing is done again.
        case repeated
        /// Known, and failed before: pending again.
        case rerun
    }

    package var id: DeliveryID
    package var kind: Kind
    package var state: DeliveryState
    package var ticket: TicketID?
    package var job: JobID?

    package init(id: DeliveryID, kind: Kind, state: DeliveryState, ticket: TicketID? = nil, job: JobID? = nil) {
        self.id = id
        self.kind = kind
        self.state = state
        self.ticket = ticket
        self.job = job
    }
}

/// A delivery as stored.
package struct Delivery: Sendable {
    package var id: DeliveryID
    package var source: Source
    package var tracker: String?
    package var transportKey: String
    package var eventName: String?
    package var headers: [HeaderField]
    /// Nil in listings, and once retention has dropped it.
    package var body: [UInt8]?
    package var bodyBytes: Int
    package var receivedAt: Timestamp
    package var state: DeliveryState
    /// A sentence why it ended as it did; nil while pending.
    package var reason: String?
    /// The decoded event's name and action, such as `pull_request.opened`.
    package var event: String?
    package var intent: String?
    package var tenant: Tenant?
    package var repository: String?
    package var ticket: TicketID?
    package var job: JobID?
    /// How often decoding was begun; an odd one out ends as failed rather than stopping the service again and again.
    package var attempts: Int
    /// How often the same delivery came again.
    package var repeats: Int
    package var secretIndex: Int
    package var isHealed: Bool

    package init(
        id: DeliveryID, source: Source, tracker: String? = nil, transportKey: String, eventName: String? = nil,
        headers: [HeaderField] = [], body: [UInt8]? = nil, bodyBytes: Int, receivedAt: Timestamp, state: DeliveryState,
        reason: String? = nil, event: String? = nil, intent: String? = nil, tenant: Tenant? = nil, repository: String? = nil,
        ticket: TicketID? = nil, job: JobID? = nil, attempts: Int = 0, repeats: Int = 0, secretIndex: Int = 0, isHealed: Bool = false
    ) {
        self.id = id
        self.source = source
        self.tracker = tracker
        self.transportKey = transportKey
        self.eventName = eventName
        self.headers = headers
        self.body = body
        self.bodyBytes = bodyBytes
        self.receivedAt = receivedAt
        self.state = state
        self.reason = reason
        self.event = event
        self.intent = intent
        self.tenant = tenant
        self.repository = repository
        self.ticket = ticket
        self.job = job
        self.attempts = attempts
        self.repeats = repeats
        self.secretIndex = secretIndex
        self.isHealed = isHealed
    }
}

/// A request that was turned away at the door. The caller saw one flat answer; this is for the operator. No body is kept.
package struct Refusal: Hashable, Sendable {
    package var source: Source
    package var tracker: String?
    /// A stable word for counting, such as `sha1_only`.
    package var code: String
    /// A sentence a person can act on.
    package var reason: String
    package var remoteAddress: String
    package var eventName: String?
    package var deliveryName: String?
    package var bodyBytes: Int
    package var at: Timestamp

    package init(
        source: Source, tracker: String? = nil, code: String, reason: String, remoteAddress: String, eventName: String? = nil,
        deliveryName: String? = nil, bodyBytes: Int, at: Timestamp
    ) {
        self.source = source
        self.tracker = tracker
        self.code = code
        self.reason = reason
        self.remoteAddress = remoteAddress
        self.eventName = eventName
        self.deliveryName = deliveryName
        self.bodyBytes = bodyBytes
        self.at = at
    }
}

/// What decoding decided, written in one transaction by `DeliveryStore.settle`.
package struct Settlement: Sendable {
    package var state: DeliveryState
    package var reason: String
    package var event: String?
    package var intent: String?
    package var tenant: Tenant?
    package var repository: String?
    /// What the event says of repositories and installations: names, moves, removals.
    package var notices: [RepositoryNotice]
    package var tickets: [TicketWork]
    package var jobs: [NewJob]
    /// Ends the queued jobs of these subjects, and asks the running ones to stop.
    package var endedSubjects: [JobSubject]

    package init(
        state: DeliveryState, reason: String, event: String? = nil, intent: String? = nil, tenant: Tenant? = nil,
        repository: String? = nil, notices: [RepositoryNotice] = [], tickets: [TicketWork] = [], jobs: [NewJob] = [],
        endedSubjects: [JobSubject] = []
    ) {
        self.state = state
        self.reason = reason
        self.event = event
        self.intent = intent
        self.tenant = tenant
        self.repository = repository
        self.notices = notices
        self.tickets = tickets
        self.jobs = jobs
        self.endedSubjects = endedSubjects
    }

    /// What it says of a repository by a name that this one had before is meant of it by its present one.
    package mutating func move(_ old: String, to new: String) {
        if repository == old { repository = new }
        for index in tickets.indices where tickets[index].draft.repository == old { tickets[index].draft.repository = new }
        for index in jobs.indices where jobs[index].repository == old { jobs[index].repository = new }
        for index in endedSubjects.indices where endedSubjects[index].repository == old { endedSubjects[index].repository = new }
    }
}

/// When what a notice says was known to be so.
package struct NoticeAge: Hashable, Sendable {
    package var receivedAt: Timestamp
    /// It was fetched after the fact: nobody knows how old it is.
    package var isHealed: Bool

    package init(receivedAt: Timestamp, isHealed: Bool) {
        self.receivedAt = receivedAt
        self.isHealed = isHealed
    }

    /// Whether it came before what is known, as when a delivery is replayed. A moment that lies ahead was a clock's mistake, and counts for
    /// nothing.
    package func isOlder(than known: Timestamp, at now: Timestamp) -> Bool { receivedAt < known && known <= now }
}

/// A ticket to open or join, and the job it is due when it is new. The job's payload gets the ticket's number under `ticket`, its subject
/// becomes `ticket/<number>`, and its work key is completed by it; its tenant and repository are the ticket's.
package struct TicketWork: Hashable, Sendable {
    package var draft: TicketDraft
    package var job: NewJob?

    package init(_ draft: TicketDraft, job: NewJob? = nil) {
        self.draft = draft
        self.job = job
    }
}

/// What jobs can be about, across kinds.
package struct JobSubject: Hashable, Sendable {
    package var tenant: Tenant
    package var repository: String
    package var subject: String

    package init(tenant: Tenant, repository: String, subject: String) {
        self.tenant = tenant
        self.repository = repository
        self.subject = subject
    }
}

/// What a settlement led to.
package struct Settled: Hashable, Sendable {
    package var tickets: [OpenedTicket]
    package var jobs: [JobID]

    package init(tickets: [OpenedTicket] = [], jobs: [JobID] = []) {
        self.tickets = tickets
        self.jobs = jobs
    }
}

/// What a delivery tells about where a repository lives. Rows key on the host's own number, since names move.
package enum RepositoryNotice: Hashable, Sendable {
    case seen(host: String, number: Int64, name: RepositoryName, tenant: Tenant)
    case renamed(host: String, number: Int64, name: RepositoryName)
    case removed(host: String, number: Int64)
    case installationRemoved(Tenant)
    case installationSuspended(Tenant)
    /// What waits for it is due now.
    case installationActive(Tenant)
}
