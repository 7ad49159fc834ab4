// Pull requests and write lanes in memory. The lane keeps every write it granted and counts them one by one: nothing of it is clever, so it
// is a second opinion on the store that is.
package import ForgeCore

struct MemoryPullRequest: Sendable {
    var state: PullRequestState
    var updatedAt: Timestamp
    var closedAt: Timestamp?
}

/// A repository as jobs name it.
struct HostPlaceName: Hashable, Sendable {
    var tenant: Tenant
    var repository: String
}

struct MemoryLane: Sendable {
    /// Time since the lane began: steps of the wall clock, but for those back.
    var elapsed = Duration.zero
    var lastWall: Timestamp?
    var grants: [Duration] = []
    var blockedUntil: Duration?
    var remaining: Int?
    var resetAt: Timestamp?

    mutating func follow(_ wall: Timestamp) {
        if let lastWall, wall > lastWall { elapsed += wall - lastWall }
        lastWall = wall
    }
}

extension MemoryStore {
    package func pullRequestState(_ key: PullRequestKey) async throws(StoreError) -> PullRequestState {
        try transact { state in state.pullRequests[key]?.state ?? PullRequestState(key: key) }
    }

    package func changePullRequest(
        _ named: PullRequestKey, lease: Lease?, _ change: @escaping @Sendable (inout PullRequestState) -> Void
    ) async throws(StoreError) -> PullRequestState {
        try transact { (state) throws(StoreError) in
            let key = if let lease { named.following(try state.held(lease).new) } else { named }
            let before = state.pullRequests[key]?.state ?? PullRequestState(key: key)
            var after = before
            change(&after)
            after.key = key
            guard after != before else { return before }
            state.pullRequests[key, default: MemoryPullRequest(state: after, updatedAt: state.now)].state = after
            state.pullRequests[key]?.updatedAt = state.now
            for (rule, difference) in after.dismissals(since: before) {
                let count = state.dismissals[key.place]?[rule] ?? 0
                state.dismissals[key.place, default: [:]][rule] = count + difference > 0 ? count + difference : nil
            }
            for link in after.links(since: before) { _ = state.append(link) }
            return after
        }
    }

    package func dismissals(in place: HostPlace) async throws(StoreError) -> [String: Int] {
        try transact { state in state.dismissals[place] ?? [:] }
    }

    package func takeTurn(in name: String, limits: LaneLimits) async throws(StoreError) -> LaneTurn {
        try transact { state in
            var lane = state.writeLanes[name] ?? MemoryLane()
            lane.follow(state.now)
            defer { state.writeLanes[name] = lane }
            var free: [Duration] = []
            if let blocked = lane.blockedUntil { free.append(blocked) }
            if let last = lane.grants.last { free.append(last + limits.interval) }
            for (length, count) in [(Duration.seconds(60), limits.perMinute), (.seconds(3600), limits.perHour)] {
                let recent = lane.grants.filter { $0 > lane.elapsed - length }
                if recent.count >= count { free.append(recent[recent.count - count] + length) }
            }
            if let until = free.max(), until > lane.elapsed { return .wait(until: state.now + (until - lane.elapsed)) }
            lane.grants.append(lane.elapsed)
            return .granted
        }
    }

    package func lane(_ name: String) async throws(StoreError) -> LaneState {
        try transact { state in
            state.writeLanes[name]?.follow(state.now)
            return state.writeLanes[name]?.said(at: state.now) ?? LaneState()
        }
    }

    package func noteLimits(of name: String, _ new: LaneState) async throws(StoreError) {
        try transact { state in
            var lane = state.writeLanes[name] ?? MemoryLane()
            lane.follow(state.now)
            let known = lane.said(at: state.now)
            if let until = [known.blockedUntil, new.blockedUntil].compactMap(\.self).max() {
                lane.blockedUntil = lane.elapsed + (until - state.now)
            }
            if let reset = new.resetAt {
                if reset == known.resetAt { lane.remaining = [known.remaining, new.remaining].compactMap(\.self).min() }
                if reset > known.resetAt ?? state.now { (lane.remaining, lane.resetAt) = (new.remaining, reset) }
            } else if let remaining = new.remaining {
                lane.remaining = remaining
            }
            state.writeLanes[name] = lane
        }
    }
}

extension MemoryLane {
    fileprivate func said(at now: Timestamp) -> LaneState {
        let isReset = resetAt.map { $0 <= now } ?? false
        return LaneState(
            blockedUntil: blockedUntil.flatMap { $0 > elapsed ? now + ($0 - elapsed) : nil }, remaining: isReset ? nil : remaining,
            resetAt: isReset ? nil : resetAt)
    }
}

extension MemoryState {
    /// Nil: it is open.
    mutating func noteClosed(_ moment: Timestamp?, _ subject: String, _ place: HostPlaceName) {
        for key in pullRequests.keys where subject == "pull/\(key.number)" {
            guard HostPlaceName(tenant: key.place.tenant, repository: key.place.repository.description) == place else { continue }
            if moment == nil || pullRequests[key]?.closedAt == nil { pullRequests[key]?.closedAt = moment }
        }
    }
}
