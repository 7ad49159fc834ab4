// A row in the queue: claimed with a lease, retried with a pause, dead-lettered after a cap, one per work key while unfinished.

package struct NewJob: Hashable, Sendable {
    /// What carries it out: `review`, `remediate`, `command`, …
    package var kind: String
    package var tenant: Tenant
    /// Fairness is by this: `owner/name`, or `-` for none.
    package var repository: String
    /// Unique among the unfinished: a second job with the same key joins the first.
    package var workKey: String
    /// What it is about, such as `pull/12`; queueing a job ends the queued ones of the same kind, repository and subject.
    package var subject: String?
    /// Higher goes first; a person waiting is 10.
    package var priority: Int
    package var notBefore: Timestamp?
    package var attemptsMax: Int
    /// A JSON object.
    package var payload: JSON

    package init(
        kind: String, tenant: Tenant, repository: String, workKey: String, subject: String? = nil, priority: Int = 0,
        notBefore: Timestamp? = nil, attemptsMax: Int = 8, payload: JSON = .object([])
    ) {
        self.kind = kind
        self.tenant = tenant
        self.repository = repository
        self.workKey = workKey
        self.subject = subject
        self.priority = priority
        self.notBefore = notBefore
        self.attemptsMax = attemptsMax
        self.payload = payload
    }
}

package struct Job: Hashable, Sendable {
    package var id: JobID
    package var state: JobState
    /// How often it was claimed; also the fence: a worker writes only while its own number stands here.
    package var attempt: Int
    /// Attempts that failed or lost their lease; the cap counts these, not the ones given back.
    package var failures: Int
    package var leaseUntil: Timestamp?
    package var worker: String?
    package var isCancelRequested: Bool
    package var lastError: String?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var new: NewJob

    package init(
        id: JobID, state: JobState, attempt: Int = 0, failures: Int = 0, leaseUntil: Timestamp? = nil, worker: String? = nil,
        isCancelRequested: Bool = false, lastError: String? = nil, createdAt: Timestamp, updatedAt: Timestamp, new: NewJob
    ) {
        self.id = id
        self.state = state
        self.attempt = attempt
        self.failures = failures
        self.leaseUntil = leaseUntil
        self.worker = worker
        self.isCancelRequested = isCancelRequested
        self.lastError = lastError
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.new = new
    }

    /// What the worker that claimed it holds.
    package var lease: Lease { Lease(job: id, attempt: attempt) }
}

/// The right to write for a job. It is worth nothing once the job's attempt number has moved on.
package struct Lease: Hashable, Sendable {
    package var job: JobID
    package var attempt: Int

    package init(job: JobID, attempt: Int) {
        self.job = job
        self.attempt = attempt
    }
}

package enum Enqueued: Hashable, Sendable {
    case created(JobID)
    /// The same work was unfinished already.
    case joined(JobID)

    package var job: JobID {
        switch self {
        case .created(let id), .joined(let id): id
        }
    }
}
