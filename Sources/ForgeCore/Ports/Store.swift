// The store as the engine and the console see it. `StoreContract` (ForgeTestSupport) is these comments as tests, and every
// implementation passes it unchanged: SQLite, the one in memory, later PostgreSQL.
//
// Every method is one transaction: all of it or nothing, durable when it returns. Writes that come at the same time share one fsync.
// Stamps come from the clock the store was made with. A row that belongs to a tenant is seen only through a scope that allows it;
// what is not seen is answered as if it were not there.
//
// What is journaled: `delivery.<state>` under `deliveries`; `ticket.opened`, `ticket.joined`, `ticket.<state>` under `ticket/<id>`;
// under `job/<id>` every change but a claim, each with its error if it has one: `job.queued`, `job.failed`, `job.lease_lost`,
// `job.released`, `job.deferred`, `job.cancel_asked`, `job.retried`, and where it ends `job.done`, `job.dead`, `job.cancelled`;
// `run.<state>` under `run/<id>`; under `pull/<repository>/<number>` what `PullRequestState.links` says of a change; `delivery.replayed`,
// `token.created`, `token.revoked`, and by whoever lets a sandbox out `egress.allowed`, `egress.closed`, `egress.refused`, under `audit`.
// Each carries the tenant of its row.

/// A part of a listing, newest first.
package struct Page<Item: Sendable>: Sendable {
    package var items: [Item]
    /// Give it back as `before` for the next part; nil at the end.
    package var next: Int64?

    package init(items: [Item], next: Int64?) {
        self.items = items
        self.next = next
    }
}

/// Which part of a listing: rows with an id below `before`, at most `limit` of them.
package struct PageRequest: Hashable, Sendable {
    package static let limitMax = 200
    package var before: Int64?
    package var limit: Int

    package init(before: Int64? = nil, limit: Int = 50) {
        self.before = before
        self.limit = min(max(1, limit), Self.limitMax)
    }
}

package struct DeliveryFilter: Hashable, Sendable {
    package var source: Source?
    package var state: DeliveryState?
    package var repository: String?

    package init(source: Source? = nil, state: DeliveryState? = nil, repository: String? = nil) {
        self.source = source
        self.state = state
        self.repository = repository
    }
}

package protocol DeliveryStore: Sendable {
    /// Stores a delivery, or finds it known by its transport key: one insert decides, so two at once cannot both be new. A known one that
    /// failed becomes pending again (attempts back to 0, and its body put back if retention had dropped it); any known one counts a repeat.
    func accept(_ delivery: NewDelivery) async throws(StoreError) -> Acceptance
    /// Pending deliveries with their bodies, oldest first, above `after`: at most `limit`, and no more than have `bytesMax` of bodies
    /// together, but always the first, so that a reader's memory is bounded and a large one still comes through.
    func pendingDeliveries(after: DeliveryID?, limit: Int, bytesMax: Int) async throws(StoreError) -> [Delivery]
    /// Counts one more attempt on each.
    func beginDecoding(_ ids: [DeliveryID]) async throws(StoreError)
    /// Writes the outcome, opens or joins tickets, queues jobs, notes repositories, and appends to the journal (`deliveries`,
    /// `ticket/…`, `job/…`), if the delivery is still pending; nil when it is not.
    /// The tenant of a settlement without one is found by its repository's name among the known repositories, else `local`. Its tickets,
    /// jobs and ended subjects are that tenant's, whatever they say themselves.
    func settle(_ id: DeliveryID, _ settlement: Settlement) async throws(StoreError) -> Settled?
    /// Pending again (attempts back to 0), whatever it was; throws `refused` when its body is gone; nil when not seen. Journaled under
    /// `audit` with who asked.
    func replay(_ id: DeliveryID, by actor: String, scope: TenantScope) async throws(StoreError) -> Delivery?
    /// With its body.
    func delivery(_ id: DeliveryID, scope: TenantScope) async throws(StoreError) -> Delivery?
    /// Without bodies.
    func deliveries(_ filter: DeliveryFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Delivery>
    /// All of them, counted one by one: for a person or a test, not for a scraper.
    func deliveryCounts() async throws(StoreError) -> [Source: [DeliveryState: Int]]
    /// What waits and what failed. Costs what waits and failed, however many are stored.
    func backlog() async throws(StoreError) -> DeliveryBacklog
    /// Keeps the newest `keep` refusals.
    func recordRefusals(_ refusals: [Refusal], keep: Int) async throws(StoreError)
    /// For operators only (`scope` must be `.all`, else empty).
    func refusals(page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Refusal>
    /// The hours since 1970 in which anything came from this source (and tracker), since `since`, in order: what silence is measured by.
    func liveHours(source: Source, tracker: String?, since: Timestamp) async throws(StoreError) -> [Int64]
    /// When the newest delivery of this source came.
    func lastDelivery(source: Source, tracker: String?) async throws(StoreError) -> Timestamp?
}

extension DeliveryStore {
    package func pendingDeliveries(after: DeliveryID?, limit: Int) async throws(StoreError) -> [Delivery] {
        try await pendingDeliveries(after: after, limit: limit, bytesMax: .max)
    }
}

package struct TicketFilter: Hashable, Sendable {
    package var state: TicketState?
    package var repository: String?
    package var source: Source?

    package init(state: TicketState? = nil, repository: String? = nil, source: Source? = nil) {
        self.state = state
        self.repository = repository
        self.source = source
    }
}

package struct OpenedTicket: Hashable, Sendable {
    package var id: TicketID
    package var isNew: Bool

    package init(id: TicketID, isNew: Bool) {
        self.id = id
        self.isNew = isNew
    }
}

package protocol TicketStore: Sendable {
    /// Joins the unfinished ticket (open, working) of the same tenant with this identity, else (when the draft allows) the one with this
    /// repository and fingerprint (the oldest of several; a draft without a repository has none), else opens one. Joining counts, takes
    /// over the greater counts, the earlier first and the later last sighting, a higher severity, and what was missing; trust becomes
    /// the lower of the two, since the ticket then holds text of both. Without a tenant it is found as in `settle`.
    func openTicket(_ draft: TicketDraft, tenant: Tenant?, by actor: String) async throws(StoreError) -> OpenedTicket
    func ticket(_ id: TicketID, scope: TenantScope) async throws(StoreError) -> Ticket?
    func tickets(_ filter: TicketFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Ticket>
    /// Nil when not seen; throws `refused` when it would be unfinished again and another unfinished one has its identity.
    func setTicketState(_ id: TicketID, _ state: TicketState, by actor: String, scope: TenantScope) async throws(StoreError) -> Ticket?
}

/// How a worker ends a job.
package enum JobEnding: Hashable, Sendable {
    case finished
    case failed(error: String, retryAfter: Duration)
    case failedForGood(error: String)
    case released
    /// Queued again, due after the pause; no failure. `because` stands as the job's last error until another takes its place.
    case deferred(because: String, retryAfter: Duration)
    case cancelled
}

package struct JobFilter: Hashable, Sendable {
    package var state: JobState?
    package var kind: String?
    package var repository: String?

    package init(state: JobState? = nil, kind: String? = nil, repository: String? = nil) {
        self.state = state
        self.kind = kind
        self.repository = repository
    }
}

package protocol JobStore: Sendable {
    /// Joins an unfinished job with the same tenant and work key; else queues this one, and cancels the queued (asks the running to stop)
    /// of the same tenant, kind, repository and subject.
    func enqueue(_ job: NewJob) async throws(StoreError) -> Enqueued
    /// One statement: of the jobs that are queued, due and of these kinds, from repositories with fewer than `perRepository` running, and
    /// whose subject no running job of the same tenant and repository has, of whatever kind (two never write about one thing at once), the
    /// highest priority; among equals the repository served longest ago (in the order of claims, so that two in one millisecond differ), and its
    /// oldest. Starts the lease.
    func claim(kinds: [String], worker: String, lease: Duration, perRepository: Int) async throws(StoreError) -> Job?
    /// Renews the lease; true when cancellation was asked for. Throws `leaseLost` when the job is not running at this attempt; a lease that
    /// has run out is still its holder's until it is reaped.
    func heartbeat(_ lease: Lease, extend: Duration) async throws(StoreError) -> Bool
    /// Throws `leaseLost` likewise, and writes nothing then.
    func end(_ lease: Lease, _ ending: JobEnding) async throws(StoreError) -> JobState
    /// Jobs whose lease has run out go back to the queue or to the dead, after `backoff` with this jitter.
    func reapExpired(backoff: Backoff, jitter: Jitter) async throws(StoreError) -> [Job]
    /// All that run, as if their leases had run out: for a process that has just begun and is the only one to carry out jobs. What lost its
    /// worker for the first time is due at once.
    func reapAll(backoff: Backoff, jitter: Jitter) async throws(StoreError) -> [Job]
    /// Nil when not seen; throws `refused` when it has ended.
    func cancelJob(_ id: JobID, by actor: String, scope: TenantScope) async throws(StoreError) -> Job?
    /// A dead job again, with its failures back to 0; throws `refused` in any other state, or when its work key is taken.
    func retryJob(_ id: JobID, by actor: String, scope: TenantScope) async throws(StoreError) -> Job?
    func job(_ id: JobID, scope: TenantScope) async throws(StoreError) -> Job?
    func jobs(_ filter: JobFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Job>
    /// Of what is queued, running or dead; what is done need not be counted.
    func queueDepths() async throws(StoreError) -> [QueueDepth]
}

package struct RunFilter: Hashable, Sendable {
    package var state: RunState?
    package var kind: RunKind?
    package var repository: String?

    package init(state: RunState? = nil, kind: RunKind? = nil, repository: String? = nil) {
        self.state = state
        self.kind = kind
        self.repository = repository
    }
}

/// What a run writes goes through the lease of its job, when it has one: a worker that lost it can write nothing more (`leaseLost`), nor
/// can one with the lease of another job. Without a lease writes the service itself, such as ending the run of a dead job.
package protocol RunStore: Sendable {
    func createRun(_ run: NewRun, lease: Lease?) async throws(StoreError) -> RunID
    /// Appends `run.<state>` to the journal; the run's row is the fold of it. Throws `refused` from a final state,
    /// and when there is no such run.
    func advanceRun(_ id: RunID, to state: RunState, reason: String?, lease: Lease?) async throws(StoreError)
    func run(_ id: RunID, scope: TenantScope) async throws(StoreError) -> Run?
    func runs(_ filter: RunFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Run>
    /// Stores a step's result once: a second one under the same key changes nothing and returns the first. What it cost is settled in the
    /// same transaction, also for a second one: that was paid, too.
    func recordStep(_ step: Step, settling: [BudgetSettlement], lease: Lease?) async throws(StoreError) -> Step
    /// In the order they were recorded.
    func steps(of run: RunID, scope: TenantScope) async throws(StoreError) -> [Step]
    /// Inserts or updates by run and stable id.
    func saveFindings(_ findings: [RecordedFinding], lease: Lease?) async throws(StoreError)
    func findings(of run: RunID, scope: TenantScope) async throws(StoreError) -> [RecordedFinding]
    func saveApproval(_ approval: Approval) async throws(StoreError) -> ApprovalID
    /// The unexpired, unused approval for this run and digest, marked as used; nil when there is none.
    func useApproval(run: RunID, digest: String) async throws(StoreError) -> Approval?
    /// Throws `defect` when the digest is not that of the bytes: nobody can store something else under a digest others will ask for.
    func saveArtifact(_ artifact: Artifact, run: RunID, lease: Lease?) async throws(StoreError)
    func artifact(_ digest: String, run: RunID, scope: TenantScope) async throws(StoreError) -> Artifact?
    /// In the order they were saved first.
    func artifacts(of run: RunID, scope: TenantScope) async throws(StoreError) -> [ArtifactSummary]
}

extension RunStore {
    package func recordStep(_ step: Step, lease: Lease?) async throws(StoreError) -> Step {
        try await recordStep(step, settling: [], lease: lease)
    }
}

package protocol JournalStore: Sendable {
    func append(_ event: NewJournalEvent) async throws(StoreError) -> JournalEvent
    /// Oldest first, above `after`: what the live stream and a fold read. Links appear in the order of their ids, so that nobody who reads on
    /// from the last one misses any; pending deliveries likewise.
    func journal(after: JournalID?, stream: String?, limit: Int, scope: TenantScope) async throws(StoreError) -> [JournalEvent]
    func lastJournalID() async throws(StoreError) -> JournalID?
    /// Walks every stream, or one, from its checkpoint or its beginning.
    func verifyJournal(stream: String?) async throws(StoreError) -> ChainReport
}

package protocol TokenStore: Sendable {
    /// `digest` is the SHA-256 of the token's text, in lower-case hex.
    func createToken(name: String, role: Role, tenant: Tenant?, digest: String, by actor: String) async throws(StoreError) -> AccessToken
    /// The token with this digest, unless revoked.
    func token(digest: String) async throws(StoreError) -> AccessToken?
    /// Newest first, revoked ones too.
    func tokens() async throws(StoreError) -> [AccessToken]
    /// Nil when there is none such; revoking twice keeps the first moment.
    func revokeToken(_ id: TokenID, by actor: String) async throws(StoreError) -> AccessToken?
}

/// An answer kept so that a repeated request with the same `Idempotency-Key` gets it again.
package struct KeptAnswer: Hashable, Sendable {
    package var status: Int
    package var body: [UInt8]
    /// Digest of method, path and body: the same key with another request is an error.
    package var requestDigest: String

    package init(status: Int, body: [UInt8], requestDigest: String) {
        self.status = status
        self.body = body
        self.requestDigest = requestDigest
    }
}

package protocol AnswerStore: Sendable {
    /// `owner` keeps one token's keys from another's.
    func keptAnswer(owner: String, key: String) async throws(StoreError) -> KeptAnswer?
    /// Keeps the first; returns the one that is kept.
    func keepAnswer(owner: String, key: String, _ answer: KeptAnswer) async throws(StoreError) -> KeptAnswer
}

package struct Retention: Hashable, Sendable {
    package var deliveryBodies: Duration
    package var deliveries: Duration
    package var audit: Duration
    package var keptAnswers: Duration
    /// Runs that ended, with all they left behind, and jobs that ended and have no run any more.
    package var runs: Duration
    /// What is known of a pull request, since it was closed. How often its rules were dismissed is counted on.
    package var pullRequests: Duration

    package init(
        deliveryBodies: Duration = .seconds(30 * 86_400), deliveries: Duration = .seconds(90 * 86_400),
        audit: Duration = .seconds(90 * 86_400), keptAnswers: Duration = .seconds(86_400), runs: Duration = .seconds(90 * 86_400),
        pullRequests: Duration = .seconds(180 * 86_400)
    ) {
        self.deliveryBodies = deliveryBodies
        self.deliveries = deliveries
        self.audit = audit
        self.keptAnswers = keptAnswers
        self.runs = runs
        self.pullRequests = pullRequests
    }
}

package struct Swept: Hashable, Sendable {
    package var bodies: Int
    package var deliveries: Int
    package var journalEvents: Int
    package var keptAnswers: Int
    package var runs: Int
    package var jobs: Int
    package var pullRequests: Int
    /// Accounts of money, with what was set aside in them.
    package var budgets: Int
    /// There was more to do than one call does.
    package var isUnfinished: Bool

    package init(
        bodies: Int = 0, deliveries: Int = 0, journalEvents: Int = 0, keptAnswers: Int = 0, runs: Int = 0, jobs: Int = 0,
        pullRequests: Int = 0, budgets: Int = 0, isUnfinished: Bool = false
    ) {
        self.bodies = bodies
        self.deliveries = deliveries
        self.journalEvents = journalEvents
        self.keptAnswers = keptAnswers
        self.runs = runs
        self.jobs = jobs
        self.pullRequests = pullRequests
        self.budgets = budgets
        self.isUnfinished = isUnfinished
    }
}

package protocol MaintenanceStore: Sendable {
    /// Drops what is older than its time, at most `limit` rows of each kind. Never an unfinished job or run, nor what is known of a pull
    /// request that is open, nor an account of a day or month that goes on. Never a pending delivery's body; never a link of the journal
    /// without a checkpoint that the rest of its stream still hangs on.
    func sweep(_ retention: Retention, limit: Int) async throws(StoreError) -> Swept
    /// A real write, committed: proves that there is room and that the folder can be written.
    func probe() async throws(StoreError)
    func close() async
}

package typealias Store = DeliveryStore & TicketStore & JobStore & RunStore & JournalStore & TokenStore & AnswerStore & ReviewStore
    & LaneStore & BudgetLedger & LocalHostStore & MaintenanceStore
