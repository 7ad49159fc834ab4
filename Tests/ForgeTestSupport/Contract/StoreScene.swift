// What a case of the contract works on: one fresh store, its clock, and short ways to put things in. It checks nothing by itself but that
// what it puts in is taken.
import ForgeCore
import ForgeCrypto
import Testing

struct StoreScene: Sendable {
    let store: any Store
    let clock: TestClock

    /// Two tenants that must never meet.
    static let ours = Tenant.installation(1)
    static let theirs = Tenant.installation(2)

    var now: Timestamp { clock.timestamp }

    // MARK: Deliveries

    func newDelivery(_ key: String, source: Source = .github, tracker: String? = nil, body: String = "{}") -> NewDelivery {
        NewDelivery(
            source: source, tracker: tracker, transportKey: key, eventName: "push", headers: [HeaderField("x-github-event", "push")],
            body: Array(body.utf8), receivedAt: now)
    }

    @discardableResult
    func accepted(_ key: String, source: Source = .github, tracker: String? = nil, body: String = "{}") async throws -> DeliveryID {
        try await store.accept(newDelivery(key, source: source, tracker: tracker, body: body)).id
    }

    /// Accepted and settled with this outcome.
    @discardableResult
    func settled(
        _ key: String, _ state: DeliveryState = .done, tenant: Tenant? = ours, repository: String? = "acme/shop",
        tickets: [TicketWork] = [], jobs: [NewJob] = []
    ) async throws -> DeliveryID {
        let id = try await accepted(key)
        let settlement = Settlement(
            state: state, reason: "for \(key)", event: "push", intent: "nothing", tenant: tenant, repository: repository, tickets: tickets,
            jobs: jobs)
        _ = try #require(try await store.settle(id, settlement))
        return id
    }

    func delivery(_ id: DeliveryID) async throws -> Delivery { try #require(try await store.delivery(id, scope: .all)) }

    // MARK: Tickets

    func draft(
        _ identity: String, repository: String? = "acme/shop", fingerprint: String = "print", joins: Bool = false,
        severity: Severity = .error, trust: Trust = .signed
    ) -> TicketDraft {
        TicketDraft(
            source: .sentry, tracker: "prod", repository: repository, title: "Broken: \(identity)", severity: severity,
            identity: identity, fingerprint: fingerprint, joinsByFingerprint: joins, trust: trust)
    }

    func opened(_ draft: TicketDraft, tenant: Tenant = ours) async throws -> OpenedTicket {
        try await store.openTicket(draft, tenant: tenant, by: "contract")
    }

    func ticket(_ id: TicketID) async throws -> Ticket { try #require(try await store.ticket(id, scope: .all)) }

    // MARK: Jobs

    func newJob(
        _ key: String, kind: String = "review", tenant: Tenant = ours, repository: String = "acme/shop", subject: String? = nil,
        priority: Int = 0, notBefore: Timestamp? = nil, attemptsMax: Int = 3
    ) -> NewJob {
        NewJob(
            kind: kind, tenant: tenant, repository: repository, workKey: key, subject: subject, priority: priority, notBefore: notBefore,
            attemptsMax: attemptsMax, payload: ["key": .string(key)])
    }

    @discardableResult
    func queued(_ job: NewJob) async throws -> JobID {
        let answer = try await store.enqueue(job)
        guard case .created(let id) = answer else { throw SceneError("the job \(job.workKey) was expected to be new") }
        return id
    }

    func claim(_ kinds: [String] = ["review"], worker: String = "worker", perRepository: Int = 100) async throws -> Job? {
        try await store.claim(kinds: kinds, worker: worker, lease: Self.lease, perRepository: perRepository)
    }

    /// Queued and claimed: nothing else may be claimable.
    func running(_ job: NewJob) async throws -> Job {
        let id = try await queued(job)
        let claimed = try #require(try await claim([job.kind]))
        try #require(claimed.id == id)
        return claimed
    }

    /// Run once and given up.
    func dead(_ job: NewJob) async throws -> JobID {
        let claimed = try await running(job)
        try #require(try await store.end(claimed.lease, .failedForGood(error: "hopeless")) == .dead)
        return claimed.id
    }

    func job(_ id: JobID) async throws -> Job { try #require(try await store.job(id, scope: .all)) }

    static let lease = Duration.seconds(60)

    /// The job's lease runs out and the job is reaped; it is due again at once.
    func reaped() async throws -> [Job] {
        clock.advance(by: Self.lease + .seconds(1))
        return try await store.reapExpired(backoff: Backoff(), jitter: TestJitter.fixed(0))
    }

    // MARK: Runs

    func newRun(_ subject: String = "pull/1", tenant: Tenant = ours, repository: String = "acme/shop", job: JobID? = nil) -> NewRun {
        NewRun(kind: .review, tenant: tenant, repository: repository, job: job, subject: subject)
    }

    func created(_ run: NewRun, lease: Lease? = nil) async throws -> RunID { try await store.createRun(run, lease: lease) }

    func run(_ id: RunID) async throws -> Run { try #require(try await store.run(id, scope: .all)) }

    func artifact(_ text: String) -> Artifact {
        let bytes = Array(text.utf8)
        return Artifact(digest: Hex.encode(SHA256.digest(bytes)), kind: "log", mediaType: "text/plain", bytes: bytes)
    }

    func finding(_ stableID: String, run: RunID, message: String = "look") -> RecordedFinding {
        RecordedFinding(
            run: run, stableID: stableID, rule: "r", severity: .warning, category: "style", path: "a.swift", line: 3, message: message)
    }

    func step(_ key: String, run: RunID, result: JSON = "done") -> Step { Step(run: run, key: key, kind: "tool", result: result, at: now) }

    // MARK: The journal

    func journal(_ stream: String?, scope: TenantScope = .all) async throws -> [JournalEvent] {
        try await store.journal(after: nil, stream: stream, limit: 10_000, scope: scope)
    }

    func journalKinds(_ stream: String) async throws -> [String] { try await journal(stream).map(\.new.kind) }
}

/// The scene could not be set.
struct SceneError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Holds when the work throws a `StoreError` of this code, and nothing else.
func expectRefusal(
    _ code: StoreError.Code, _ what: String, sourceLocation: SourceLocation = #_sourceLocation, by work: () async throws -> Void
) async {
    do {
        try await work()
        Issue.record("\(what): was done, where \(code.rawValue) was due", sourceLocation: sourceLocation)
    } catch let error as StoreError {
        #expect(error.code == code, "\(what)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(what): threw \(error)", sourceLocation: sourceLocation)
    }
}

/// The same work from many tasks at once; the answers in no particular order.
func atOnce<Answer: Sendable>(_ count: Int, _ work: @escaping @Sendable (Int) async throws -> Answer) async throws -> [Answer] {
    try await withThrowingTaskGroup(of: Answer.self) { group in
        for index in 0..<count { group.addTask { try await work(index) } }
        var answers: [Answer] = []
        for try await answer in group { answers.append(answer) }
        return answers
    }
}
