// The parts of the store that reviews need: the ledger of each pull request, and the lanes in which an installation's writes wait.

package protocol ReviewStore: Sendable {
    /// Nothing but the key when nothing is known yet.
    func pullRequestState(_ key: PullRequestKey) async throws(StoreError) -> PullRequestState
    /// Reads it, lets `change` change it, and writes what changed, as one: two at once never lose each other's word. With a lease, only
    /// while that is held (`leaseLost`), and under the name that the job's repository has now, whatever the key calls it. Returns what stands now. `change` runs within the transaction, once, and must be quick; the key
    /// stays as it is. What changed is journaled (`PullRequestState.links`); a change of nothing writes nothing.
    func changePullRequest(
        _ key: PullRequestKey, lease: Lease?, _ change: @escaping @Sendable (inout PullRequestState) -> Void
    ) async throws(StoreError) -> PullRequestState
    /// How many findings of each rule people dismissed in this repository, over all its pull requests, also those that retention has
    /// dropped since. One that was opened again does not count.
    func dismissals(in place: HostPlace) async throws(StoreError) -> [String: Int]
}

/// How fast one installation may write.
package struct LaneLimits: Hashable, Sendable {
    /// From one write to the next.
    package var interval: Duration
    package var perMinute: Int
    package var perHour: Int

    package init(interval: Duration = .seconds(1), perMinute: Int = 80, perHour: Int = 500) {
        self.interval = interval
        self.perMinute = perMinute
        self.perHour = perHour
    }
}

package enum LaneTurn: Hashable, Sendable {
    /// It is counted; write now.
    case granted
    case wait(until: Timestamp)
}

/// What the host said of an installation's limits, for all workers.
package struct LaneState: Hashable, Sendable {
    /// Nothing at all is asked before: a secondary limit, or none left.
    package var blockedUntil: Timestamp?
    package var remaining: Int?
    package var resetAt: Timestamp?

    package init(blockedUntil: Timestamp? = nil, remaining: Int? = nil, resetAt: Timestamp? = nil) {
        self.blockedUntil = blockedUntil
        self.remaining = remaining
        self.resetAt = resetAt
    }
}

/// A lane is named for its installation, such as `installation/7`. It is kept over a restart: the host counts on, too.
package protocol LaneStore: Sendable {
    /// Grants a write when the lane's limits allow one now and it is not blocked, and counts it in the same transaction: never more than
    /// `perMinute` within any minute and `perHour` within any hour, and never two closer than `interval`. A lane has a time of its own,
    /// which follows the wall clock and stands still while that goes back: so no wait is longer than the limit (or the block) it is for.
    func takeTurn(in lane: String, limits: LaneLimits) async throws(StoreError) -> LaneTurn
    func lane(_ lane: String) async throws(StoreError) -> LaneState
    /// A later block wins over an earlier one; a passed one is none. Of what is left, the later reset wins, and of equal ones the lower
    /// number: answers arrive in any order. A passed reset says nothing.
    func noteLimits(of lane: String, _ state: LaneState) async throws(StoreError)
}
