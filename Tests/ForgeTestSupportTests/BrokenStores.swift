// Stores that each break one promise, and keep the others by handing them on to a good one.
import ForgeCore
import ForgeTestSupport
import Synchronization

/// Takes every arrival for a new delivery.
final class ForgetfulOfKeys: ForwardingStore {
    let inner: any Store
    private let count = Mutex(0)

    init(_ inner: any Store) { self.inner = inner }

    func accept(_ delivery: NewDelivery) async throws(StoreError) -> Acceptance {
        var other = delivery
        other.transportKey += count.withLock { count in
            count += 1
            return "-\(count)"
        }
        return try await inner.accept(other)
    }
}

/// Settles what is settled already.
struct SettlingTwice: ForwardingStore {
    let inner: any Store

    func settle(_ id: DeliveryID, _ settlement: Settlement) async throws(StoreError) -> Settled? {
        _ = try await inner.replay(id, by: "nobody", scope: .all)
        return try await inner.settle(id, settlement)
    }
}

/// Renews and ends whoever's lease it is.
struct WithoutFencing: ForwardingStore {
    let inner: any Store

    func heartbeat(_ lease: Lease, extend: Duration) async throws(StoreError) -> Bool {
        try await inner.heartbeat(try await current(lease), extend: extend)
    }

    func end(_ lease: Lease, _ ending: JobEnding) async throws(StoreError) -> JobState {
        try await inner.end(try await current(lease), ending)
    }

    private func current(_ lease: Lease) async throws(StoreError) -> Lease {
        try await inner.job(lease.job, scope: .all)?.lease ?? lease
    }
}

/// Fences the queue, but not what a run writes.
struct WithoutFencedSteps: ForwardingStore {
    let inner: any Store

    func recordStep(_ step: Step, settling: [BudgetSettlement], lease: Lease?) async throws(StoreError) -> Step {
        try await inner.recordStep(step, settling: settling, lease: nil)
    }
}

struct WithoutRepositoryShare: ForwardingStore {
    let inner: any Store

    func claim(kinds: [String], worker: String, lease: Duration, perRepository: Int) async throws(StoreError) -> Job? {
        try await inner.claim(kinds: kinds, worker: worker, lease: lease, perRepository: .max)
    }
}

/// Sends a failed job round for ever.
struct WithoutDeadLetters: ForwardingStore {
    let inner: any Store

    func end(_ lease: Lease, _ ending: JobEnding) async throws(StoreError) -> JobState {
        if case .failed = ending { try await inner.end(lease, .released) } else { try await inner.end(lease, ending) }
    }
}

struct WithoutBackoff: ForwardingStore {
    let inner: any Store

    func reapExpired(backoff: Backoff, jitter: Jitter) async throws(StoreError) -> [Job] {
        try await inner.reapExpired(backoff: backoff, jitter: TestJitter.fixed(0))
    }
}

/// Shows one tenant another's jobs and runs.
struct WithoutScopes: ForwardingStore {
    let inner: any Store

    func job(_ id: JobID, scope: TenantScope) async throws(StoreError) -> Job? { try await inner.job(id, scope: .all) }

    func artifact(_ digest: String, run: RunID, scope: TenantScope) async throws(StoreError) -> Artifact? {
        try await inner.artifact(digest, run: run, scope: .all)
    }

    func artifacts(of run: RunID, scope: TenantScope) async throws(StoreError) -> [ArtifactSummary] {
        try await inner.artifacts(of: run, scope: .all)
    }

    func journal(after: JournalID?, stream: String?, limit: Int, scope: TenantScope) async throws(StoreError) -> [JournalEvent] {
        try await inner.journal(after: after, stream: stream, limit: limit, scope: .all)
    }
}

/// Looks at scopes only after the limit was taken.
struct LimitingBeforeScoping: ForwardingStore {
    let inner: any Store

    func journal(after: JournalID?, stream: String?, limit: Int, scope: TenantScope) async throws(StoreError) -> [JournalEvent] {
        try await inner.journal(after: after, stream: stream, limit: limit, scope: .all).filter { scope.allows($0.new.tenant) }
    }
}

/// Gives the latest result instead of the first.
struct OverwritingSteps: ForwardingStore {
    let inner: any Store

    func recordStep(_ step: Step, settling: [BudgetSettlement], lease: Lease?) async throws(StoreError) -> Step {
        _ = try await inner.recordStep(step, settling: settling, lease: lease)
        return step
    }
}

struct ReusableApprovals: ForwardingStore {
    let inner: any Store

    func useApproval(run: RunID, digest: String) async throws(StoreError) -> Approval? {
        let used = try await inner.useApproval(run: run, digest: digest)
        if let used { _ = try await inner.saveApproval(used) }
        return used
    }
}

/// Joins tickets of all tenants.
struct OneTenant: ForwardingStore {
    let inner: any Store

    func openTicket(_ draft: TicketDraft, tenant: Tenant?, by actor: String) async throws(StoreError) -> OpenedTicket {
        try await inner.openTicket(draft, tenant: .local, by: actor)
    }
}

/// Offers a page after the last row.
struct EndlessPages: ForwardingStore {
    let inner: any Store

    func tickets(_ filter: TicketFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Ticket> {
        var found = try await inner.tickets(filter, page: page, scope: scope)
        found.next = found.items.last?.id.number
        return found
    }
}

struct KeepingTheLastAnswer: ForwardingStore {
    let inner: any Store

    func keepAnswer(owner: String, key: String, _ answer: KeptAnswer) async throws(StoreError) -> KeptAnswer {
        _ = try await inner.keepAnswer(owner: owner, key: key, answer)
        return answer
    }
}

/// Lets go of what is still owed.
struct SweepingPending: ForwardingStore {
    let inner: any Store

    func delivery(_ id: DeliveryID, scope: TenantScope) async throws(StoreError) -> Delivery? {
        var found = try await inner.delivery(id, scope: scope)
        if let lastEvent = try await inner.lastDelivery(source: .github, tracker: nil), let delivery = found,
            lastEvent - delivery.receivedAt > .seconds(86_400)
        {
            found?.body = nil
        }
        return found
    }
}

/// Gives revoked tokens away.
struct WithoutRevocation: ForwardingStore {
    let inner: any Store

    func revokeToken(_ id: TokenID, by actor: String) async throws(StoreError) -> AccessToken? {
        try await inner.tokens().first { $0.id == id }
    }
}

/// Reads, changes and writes in three goes.
struct ChangingInPieces: ForwardingStore {
    let inner: any Store

    func changePullRequest(
        _ key: PullRequestKey, lease: Lease?, _ change: @escaping @Sendable (inout PullRequestState) -> Void
    ) async throws(StoreError) -> PullRequestState {
        var state = try await inner.pullRequestState(key)
        change(&state)
        await Task.yield()
        let changed = state
        return try await inner.changePullRequest(key, lease: lease) { $0 = changed }
    }
}

/// Lets whoever lost its lease change a pull request.
struct WithoutFencedReviews: ForwardingStore {
    let inner: any Store

    func changePullRequest(
        _ key: PullRequestKey, lease: Lease?, _ change: @escaping @Sendable (inout PullRequestState) -> Void
    ) async throws(StoreError) -> PullRequestState {
        try await inner.changePullRequest(key, lease: nil, change)
    }
}

/// Counts the dismissals of everybody together.
struct CountingForAll: ForwardingStore {
    let inner: any Store

    func dismissals(in place: HostPlace) async throws(StoreError) -> [String: Int] {
        try await inner.dismissals(in: HostPlace(tenant: .installation(1), repository: place.repository))
    }
}

/// Puts a job off by failing it.
struct FailingWhatIsPutOff: ForwardingStore {
    let inner: any Store

    func end(_ lease: Lease, _ ending: JobEnding) async throws(StoreError) -> JobState {
        guard case .deferred(let reason, let pause) = ending else { return try await inner.end(lease, ending) }
        return try await inner.end(lease, .failed(error: reason, retryAfter: pause))
    }
}

/// Looks whether a lane is free before it counts.
struct LookingBeforeCounting: ForwardingStore {
    let inner: any Store

    func takeTurn(in lane: String, limits: LaneLimits) async throws(StoreError) -> LaneTurn {
        let isFree = try await inner.lane(lane).remaining ?? 0 < limits.perMinute
        await Task.yield()
        guard isFree else { return try await inner.takeTurn(in: lane, limits: limits) }
        return try await inner.takeTurn(in: lane, limits: LaneLimits(interval: .zero, perMinute: .max, perHour: .max))
    }
}

/// Counts a wait as a write.
struct CountingWaits: ForwardingStore {
    let inner: any Store

    func takeTurn(in lane: String, limits: LaneLimits) async throws(StoreError) -> LaneTurn {
        let turn = try await inner.takeTurn(in: lane, limits: limits)
        if turn != .granted { _ = try await inner.takeTurn(in: lane, limits: LaneLimits(interval: .zero, perMinute: .max, perHour: .max)) }
        return turn
    }
}

/// One lane for all.
struct OneLane: ForwardingStore {
    let inner: any Store

    func takeTurn(in lane: String, limits: LaneLimits) async throws(StoreError) -> LaneTurn {
        try await inner.takeTurn(in: "one", limits: limits)
    }
}

/// Takes each word of the host for the last.
final class TrustingTheLastWord: ForwardingStore {
    let inner: any Store
    private let said = Mutex<[String: LaneState]>([:])

    init(_ inner: any Store) { self.inner = inner }

    func lane(_ lane: String) async throws(StoreError) -> LaneState { said.withLock { $0[lane] ?? LaneState() } }

    func noteLimits(of lane: String, _ state: LaneState) async throws(StoreError) {
        said.withLock { $0[lane] = state }
        try await inner.noteLimits(of: lane, state)
    }
}

/// Numbers pull requests over all repositories.
struct OneRowOfNumbers: ForwardingStore {
    let inner: any Store

    func openLocalPullRequest(_ new: NewLocalPullRequest) async throws(StoreError) -> LocalPullRequest {
        var other = new
        if let one = RepositoryName("one/one") { other.repository = one }
        return try await inner.openLocalPullRequest(other)
    }
}

/// Has as many checks of one external id as anybody wants.
final class ForgetfulOfChecks: ForwardingStore {
    let inner: any Store
    private let count = Mutex(0)

    init(_ inner: any Store) { self.inner = inner }

    func addLocalCheck(_ content: CheckRunContent, in repository: RepositoryName) async throws(StoreError) -> LocalCheck {
        var other = content
        other.externalID += count.withLock { count in
            count += 1
            return "-\(count)"
        }
        return try await inner.addLocalCheck(other, in: repository)
    }
}

/// Reads, changes and writes a discussion in three goes.
struct TalkingAtOnce: ForwardingStore {
    let inner: any Store

    func changeLocalDiscussion<Answer: Sendable>(
        _ key: LocalPullRequestKey, _ change: @escaping @Sendable (inout LocalDiscussion) -> Answer
    ) async throws(StoreError) -> Answer? {
        guard var discussion = try await inner.localDiscussion(key) else { return nil }
        let answer = change(&discussion)
        await Task.yield()
        let changed = discussion
        return try await inner.changeLocalDiscussion(key) { stored in
            stored = changed
            return answer
        }
    }
}
