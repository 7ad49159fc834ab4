// A store that hands every call on to another, so that a test can break one promise and keep all others.
import ForgeCore

protocol ForwardingStore: Store {
    var inner: any Store { get }
}

extension ForwardingStore {
    func accept(_ delivery: NewDelivery) async throws(StoreError) -> Acceptance {
        try await inner.accept(delivery)
    }

    func pendingDeliveries(after: DeliveryID?, limit: Int, bytesMax: Int) async throws(StoreError) -> [Delivery] {
        try await inner.pendingDeliveries(after: after, limit: limit, bytesMax: bytesMax)
    }

    func beginDecoding(_ ids: [DeliveryID]) async throws(StoreError) {
        try await inner.beginDecoding(ids)
    }

    func settle(_ id: DeliveryID, _ settlement: Settlement) async throws(StoreError) -> Settled? {
        try await inner.settle(id, settlement)
    }

    func replay(_ id: DeliveryID, by actor: String, scope: TenantScope) async throws(StoreError) -> Delivery? {
        try await inner.replay(id, by: actor, scope: scope)
    }

    func delivery(_ id: DeliveryID, scope: TenantScope) async throws(StoreError) -> Delivery? {
        try await inner.delivery(id, scope: scope)
    }

    func deliveries(_ filter: DeliveryFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Delivery> {
        try await inner.deliveries(filter, page: page, scope: scope)
    }

    func deliveryCounts() async throws(StoreError) -> [Source: [DeliveryState: Int]] {
        try await inner.deliveryCounts()
    }

    func backlog() async throws(StoreError) -> DeliveryBacklog {
        try await inner.backlog()
    }

    func recordRefusals(_ refusals: [Refusal], keep: Int) async throws(StoreError) {
        try await inner.recordRefusals(refusals, keep: keep)
    }

    func refusals(page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Refusal> {
        try await inner.refusals(page: page, scope: scope)
    }

    func liveHours(source: Source, tracker: String?, since: Timestamp) async throws(StoreError) -> [Int64] {
        try await inner.liveHours(source: source, tracker: tracker, since: since)
    }

    func lastDelivery(source: Source, tracker: String?) async throws(StoreError) -> Timestamp? {
        try await inner.lastDelivery(source: source, tracker: tracker)
    }
}

extension ForwardingStore {
    func openTicket(_ draft: TicketDraft, tenant: Tenant?, by actor: String) async throws(StoreError) -> OpenedTicket {
        try await inner.openTicket(draft, tenant: tenant, by: actor)
    }

    func ticket(_ id: TicketID, scope: TenantScope) async throws(StoreError) -> Ticket? {
        try await inner.ticket(id, scope: scope)
    }

    func tickets(_ filter: TicketFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Ticket> {
        try await inner.tickets(filter, page: page, scope: scope)
    }

    func setTicketState(_ id: TicketID, _ state: TicketState, by actor: String, scope: TenantScope) async throws(StoreError) -> Ticket? {
        try await inner.setTicketState(id, state, by: actor, scope: scope)
    }
}

extension ForwardingStore {
    func enqueue(_ job: NewJob) async throws(StoreError) -> Enqueued {
        try await inner.enqueue(job)
    }

    func claim(kinds: [String], worker: String, lease: Duration, perRepository: Int) async throws(StoreError) -> Job? {
        try await inner.claim(kinds: kinds, worker: worker, lease: lease, perRepository: perRepository)
    }

    func heartbeat(_ lease: Lease, extend: Duration) async throws(StoreError) -> Bool {
        try await inner.heartbeat(lease, extend: extend)
    }

    func end(_ lease: Lease, _ ending: JobEnding) async throws(StoreError) -> JobState {
        try await inner.end(lease, ending)
    }

    func reapExpired(backoff: Backoff, jitter: Jitter) async throws(StoreError) -> [Job] {
        try await inner.reapExpired(backoff: backoff, jitter: jitter)
    }

    func reapAll(backoff: Backoff, jitter: Jitter) async throws(StoreError) -> [Job] {
        try await inner.reapAll(backoff: backoff, jitter: jitter)
    }

    func cancelJob(_ id: JobID, by actor: String, scope: TenantScope) async throws(StoreError) -> Job? {
        try await inner.cancelJob(id, by: actor, scope: scope)
    }

    func retryJob(_ id: JobID, by actor: String, scope: TenantScope) async throws(StoreError) -> Job? {
        try await inner.retryJob(id, by: actor, scope: scope)
    }

    func job(_ id: JobID, scope: TenantScope) async throws(StoreError) -> Job? {
        try await inner.job(id, scope: scope)
    }

    func jobs(_ filter: JobFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Job> {
        try await inner.jobs(filter, page: page, scope: scope)
    }

    func queueDepths() async throws(StoreError) -> [QueueDepth] {
        try await inner.queueDepths()
    }
}

extension ForwardingStore {
    func createRun(_ run: NewRun, lease: Lease?) async throws(StoreError) -> RunID {
        try await inner.createRun(run, lease: lease)
    }

    func advanceRun(_ id: RunID, to state: RunState, reason: String?, lease: Lease?) async throws(StoreError) {
        try await inner.advanceRun(id, to: state, reason: reason, lease: lease)
    }

    func run(_ id: RunID, scope: TenantScope) async throws(StoreError) -> Run? {
        try await inner.run(id, scope: scope)
    }

    func runs(_ filter: RunFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Run> {
        try await inner.runs(filter, page: page, scope: scope)
    }

    func recordStep(_ step: Step, settling: [BudgetSettlement], lease: Lease?) async throws(StoreError) -> Step {
        try await inner.recordStep(step, settling: settling, lease: lease)
    }

    func steps(of run: RunID, scope: TenantScope) async throws(StoreError) -> [Step] {
        try await inner.steps(of: run, scope: scope)
    }

    func saveFindings(_ findings: [RecordedFinding], lease: Lease?) async throws(StoreError) {
        try await inner.saveFindings(findings, lease: lease)
    }

    func findings(of run: RunID, scope: TenantScope) async throws(StoreError) -> [RecordedFinding] {
        try await inner.findings(of: run, scope: scope)
    }

    func saveApproval(_ approval: Approval) async throws(StoreError) -> ApprovalID {
        try await inner.saveApproval(approval)
    }

    func useApproval(run: RunID, digest: String) async throws(StoreError) -> Approval? {
        try await inner.useApproval(run: run, digest: digest)
    }

    func saveArtifact(_ artifact: Artifact, run: RunID, lease: Lease?) async throws(StoreError) {
        try await inner.saveArtifact(artifact, run: run, lease: lease)
    }

    func artifact(_ digest: String, run: RunID, scope: TenantScope) async throws(StoreError) -> Artifact? {
        try await inner.artifact(digest, run: run, scope: scope)
    }

    func artifacts(of run: RunID, scope: TenantScope) async throws(StoreError) -> [ArtifactSummary] {
        try await inner.artifacts(of: run, scope: scope)
    }
}

extension ForwardingStore {
    func append(_ event: NewJournalEvent) async throws(StoreError) -> JournalEvent {
        try await inner.append(event)
    }

    func journal(after: JournalID?, stream: String?, limit: Int, scope: TenantScope) async throws(StoreError) -> [JournalEvent] {
        try await inner.journal(after: after, stream: stream, limit: limit, scope: scope)
    }

    func lastJournalID() async throws(StoreError) -> JournalID? {
        try await inner.lastJournalID()
    }

    func verifyJournal(stream: String?) async throws(StoreError) -> ChainReport {
        try await inner.verifyJournal(stream: stream)
    }
}

extension ForwardingStore {
    func createToken(name: String, role: Role, tenant: Tenant?, digest: String, by actor: String) async throws(StoreError) -> AccessToken {
        try await inner.createToken(name: name, role: role, tenant: tenant, digest: digest, by: actor)
    }

    func token(digest: String) async throws(StoreError) -> AccessToken? {
        try await inner.token(digest: digest)
    }

    func tokens() async throws(StoreError) -> [AccessToken] {
        try await inner.tokens()
    }

    func revokeToken(_ id: TokenID, by actor: String) async throws(StoreError) -> AccessToken? {
        try await inner.revokeToken(id, by: actor)
    }
}

extension ForwardingStore {
    func keptAnswer(owner: String, key: String) async throws(StoreError) -> KeptAnswer? {
        try await inner.keptAnswer(owner: owner, key: key)
    }

    func keepAnswer(owner: String, key: String, _ answer: KeptAnswer) async throws(StoreError) -> KeptAnswer {
        try await inner.keepAnswer(owner: owner, key: key, answer)
    }
}

extension ForwardingStore {
    func pullRequestState(_ key: PullRequestKey) async throws(StoreError) -> PullRequestState {
        try await inner.pullRequestState(key)
    }

    func changePullRequest(
        _ key: PullRequestKey, lease: Lease?, _ change: @escaping @Sendable (inout PullRequestState) -> Void
    ) async throws(StoreError) -> PullRequestState {
        try await inner.changePullRequest(key, lease: lease, change)
    }

    func dismissals(in place: HostPlace) async throws(StoreError) -> [String: Int] {
        try await inner.dismissals(in: place)
    }
}

extension ForwardingStore {
    func takeTurn(in lane: String, limits: LaneLimits) async throws(StoreError) -> LaneTurn {
        try await inner.takeTurn(in: lane, limits: limits)
    }

    func lane(_ lane: String) async throws(StoreError) -> LaneState {
        try await inner.lane(lane)
    }

    func noteLimits(of lane: String, _ state: LaneState) async throws(StoreError) {
        try await inner.noteLimits(of: lane, state)
    }
}

extension ForwardingStore {
    func reserve(_ reservation: BudgetReservation, lease: Lease?) async throws(StoreError) -> BudgetAnswer {
        try await inner.reserve(reservation, lease: lease)
    }

    func extendReservation(_ id: ReservationID, by lifetime: Duration) async throws(StoreError) -> Bool {
        try await inner.extendReservation(id, by: lifetime)
    }

    func settle(_ settlements: [BudgetSettlement]) async throws(StoreError) {
        try await inner.settle(settlements)
    }

    func standings(of accounts: [BudgetAccount], at moment: Timestamp) async throws(StoreError) -> [BudgetStanding] {
        try await inner.standings(of: accounts, at: moment)
    }

    func standings(
        _ filter: BudgetFilter, page: PageRequest, at moment: Timestamp, scope: TenantScope
    ) async throws(StoreError) -> Page<BudgetStanding> {
        try await inner.standings(filter, page: page, at: moment, scope: scope)
    }
}

extension ForwardingStore {
    func openLocalPullRequest(_ new: NewLocalPullRequest) async throws(StoreError) -> LocalPullRequest {
        try await inner.openLocalPullRequest(new)
    }

    func localPullRequests(_ filter: LocalPullRequestFilter, page: PageRequest) async throws(StoreError) -> Page<LocalPullRequest> {
        try await inner.localPullRequests(filter, page: page)
    }

    func localDiscussion(_ key: LocalPullRequestKey) async throws(StoreError) -> LocalDiscussion? {
        try await inner.localDiscussion(key)
    }

    func changeLocalDiscussion<Answer: Sendable>(
        _ key: LocalPullRequestKey, _ change: @escaping @Sendable (inout LocalDiscussion) -> Answer
    ) async throws(StoreError) -> Answer? {
        try await inner.changeLocalDiscussion(key, change)
    }

    func localChecks(in repository: RepositoryName, at head: CommitSHA) async throws(StoreError) -> [LocalCheck] {
        try await inner.localChecks(in: repository, at: head)
    }

    func localCheck(_ id: Int64, in repository: RepositoryName) async throws(StoreError) -> LocalCheck? {
        try await inner.localCheck(id, in: repository)
    }

    func addLocalCheck(_ content: CheckRunContent, in repository: RepositoryName) async throws(StoreError) -> LocalCheck {
        try await inner.addLocalCheck(content, in: repository)
    }

    func changeLocalCheck<Answer: Sendable>(
        _ id: Int64, in repository: RepositoryName, _ change: @escaping @Sendable (inout CheckRunContent) -> Answer
    ) async throws(StoreError) -> Answer? {
        try await inner.changeLocalCheck(id, in: repository, change)
    }
}

extension ForwardingStore {
    func sweep(_ retention: Retention, limit: Int) async throws(StoreError) -> Swept {
        try await inner.sweep(retention, limit: limit)
    }

    func probe() async throws(StoreError) {
        try await inner.probe()
    }

    func close() async {
        await inner.close()
    }
}
