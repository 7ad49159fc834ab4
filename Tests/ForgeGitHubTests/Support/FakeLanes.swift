// The store's lanes in memory: turns counted by a test's clock, and what was noted of limits.

import ForgeCore
import ForgeTestSupport
import Synchronization

final class FakeLanes: LaneStore {
    private struct State {
        var grants: [String: [Timestamp]] = [:]
        var states: [String: LaneState] = [:]
        var reads = 0
        var notes = 0
        var turnsAsked = 0
        var failure: StoreError?
    }

    private let wall: WallClock
    private let state = Mutex(State())

    init(wall: WallClock) { self.wall = wall }

    var reads: Int { state.withLock { $0.reads } }
    var notes: Int { state.withLock { $0.notes } }
    var turnsAsked: Int { state.withLock { $0.turnsAsked } }
    func grants(_ lane: String) -> [Timestamp] { state.withLock { $0.grants[lane, default: []] } }
    func state(of lane: String) -> LaneState { state.withLock { $0.states[lane] ?? LaneState() } }
    func fail(_ error: StoreError?) { state.withLock { $0.failure = error } }

    func takeTurn(in lane: String, limits: LaneLimits) async throws(StoreError) -> LaneTurn {
        let now = wall.now
        return try state.withLock { (state) throws(StoreError) in
            state.turnsAsked += 1
            if let failure = state.failure { throw failure }
            if let until = state.states[lane]?.blockedUntil, until > now { return .wait(until: until) }
            let grants = state.grants[lane, default: []]
            var until = now
            if let last = grants.last { until = max(until, last + limits.interval) }
            if grants.count >= limits.perMinute { until = max(until, grants[grants.count - limits.perMinute] + .seconds(60)) }
            if grants.count >= limits.perHour { until = max(until, grants[grants.count - limits.perHour] + .seconds(3600)) }
            if until > now { return .wait(until: until) }
            state.grants[lane, default: []].append(now)
            return .granted
        }
    }

    func lane(_ lane: String) async throws(StoreError) -> LaneState {
        try state.withLock { (state) throws(StoreError) in
            state.reads += 1
            if let failure = state.failure { throw failure }
            return state.states[lane] ?? LaneState()
        }
    }

    func noteLimits(of lane: String, _ noted: LaneState) async throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            state.notes += 1
            if let failure = state.failure { throw failure }
            var known = state.states[lane] ?? LaneState()
            if let until = noted.blockedUntil { known.blockedUntil = max(until, known.blockedUntil ?? until) }
            if noted.remaining != nil { (known.remaining, known.resetAt) = (noted.remaining, noted.resetAt) }
            state.states[lane] = known
        }
    }
}
