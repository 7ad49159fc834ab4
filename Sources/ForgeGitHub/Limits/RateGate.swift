// Stands before every request and knows what GitHub said of its limits: to this process or, through the store, to any other. Nothing is
// asked while GitHub has asked us to wait: going on all the same is how an App gets banned.

import ForgeCore
import ForgeHTTP
import Synchronization

final class RateGate: Sendable {
    /// What another process heard is seen this late at most.
    static let freshness = Duration.seconds(1)
    /// What is heard with every answer is written down this often, and at once when little is left.
    static let noteInterval = Duration.seconds(60)
    static let fewLeft = 50
    /// When GitHub limits and does not say for how long; doubled while it goes on.
    static let silentWait = Duration.seconds(60)
    private static let lanesMax = 10_000

    private struct Lane {
        var state = LaneState()
        var readAt: Timestamp?
        var notedAt: Timestamp?
        var notedReset: Timestamp?
        /// Limits in a row without a word of how long.
        var strikes = 0
    }

    private let store: any LaneStore
    private let wall: WallClock
    private let log: Log
    private let lanes = Mutex<[String: Lane]>([:])

    init(store: any LaneStore, wall: WallClock, log: Log) {
        self.store = store
        self.wall = wall
        self.log = log
    }

    /// How long nothing may be asked in this lane; nil when something may.
    func wait(in lane: String, isGraph: Bool) async -> Duration? {
        let waits = [await blocked(lane), isGraph ? await blocked(Self.graph(lane)) : nil].compactMap { $0 }
        return waits.max()
    }

    /// GraphQL has a budget of its own; what forbids everything forbids it, too.
    private static func graph(_ lane: String) -> String { lane + "/graphql" }

    private func blocked(_ name: String) async -> Duration? {
        let now = wall.now
        let known = lanes.withLock { $0[name] } ?? Lane()
        var state = known.state
        if known.readAt.map({ now - $0 >= Self.freshness || $0 > now }) ?? true { state = await read(name, merging: state, at: now) }
        let moments = [state.blockedUntil, state.remaining == 0 ? state.resetAt : nil].compactMap { $0 }.filter { $0 > now }
        return moments.max().map { $0 - now }
    }

    private func read(_ name: String, merging own: LaneState, at now: Timestamp) async -> LaneState {
        do throws(StoreError) {
            var state = try await store.lane(name)
            state.blockedUntil = [state.blockedUntil, own.blockedUntil].compactMap { $0 }.max()
            // Of one hour the smaller number is the later one.
            if let reset = own.resetAt, state.resetAt.map({ reset > $0 }) ?? true {
                (state.remaining, state.resetAt) = (own.remaining, own.resetAt)
            } else if state.resetAt == own.resetAt {
                state.remaining = [state.remaining, own.remaining].compactMap { $0 }.min()
            }
            change(name) { lane in
                lane.state = state
                lane.readAt = now
            }
            return state
        } catch {
            log.warning(
                "the state of a rate limit could not be read", [.init("lane", .string(name)), .init("error", .string(error.description))])
            return own
        }
    }

    private func change<Answer>(_ name: String, _ body: (inout Lane) -> Answer) -> Answer {
        lanes.withLock { lanes in
            if lanes.count >= Self.lanesMax, lanes[name] == nil { lanes = [:] }
            return body(&lanes[name, default: Lane()])
        }
    }

    // MARK: What was heard

    /// Every answer says how much is left.
    func hear(_ response: OutgoingResponse, in lane: String) async {
        guard let remaining = response.header("x-ratelimit-remaining").flatMap({ Int($0) }), let reset = resetMoment(response) else {
            return
        }
        let now = wall.now
        // On our clock, as everything else in a lane.
        let server = response.header("date").flatMap { Timestamp(httpDate: $0) } ?? now
        let heard = LaneState(remaining: remaining, resetAt: now + (reset - server))
        let name = response.header("x-ratelimit-resource") == "graphql" ? Self.graph(lane) : lane
        let isWorthNoting = change(name) { lane in
            if response.status < 400 { lane.strikes = 0 }
            (lane.state.remaining, lane.state.resetAt) = (heard.remaining, heard.resetAt)
            let age = lane.notedAt.map { now - $0 } ?? Self.noteInterval
            let isDue = age >= (remaining <= Self.fewLeft ? Self.freshness : Self.noteInterval)
            // Seconds are rounded, so the same hour does not always end at the same moment.
            let isNewHour = lane.notedReset.map { (heard.resetAt ?? now) - $0 > Self.noteInterval } ?? true
            guard remaining == 0 || isDue || isNewHour else { return false }
            (lane.notedAt, lane.notedReset) = (now, heard.resetAt)
            return true
        }
        if isWorthNoting { await note(heard, name) }
    }

    /// GitHub asked us to wait; returns how long.
    func hear(_ refusal: RateRefusal, in name: String) async -> Duration {
        let now = wall.now
        let lane = refusal.isGraphOnly ? Self.graph(name) : name
        let (wait, until) = change(lane) { lane in
            let wait: Duration
            if let said = refusal.wait {
                wait = said
            } else {
                wait = min(Self.silentWait * (1 << min(lane.strikes, 6)), .seconds(3600))
                lane.strikes += 1
            }
            let until = max(now + wait, lane.state.blockedUntil ?? now)
            lane.state.blockedUntil = until
            return (wait, until)
        }
        log.warning(
            "GitHub limits us",
            [.init("lane", .string(lane)), .init("wait_ms", JSON(wait.milliseconds)), .init("message", .string(refusal.message))])
        await note(LaneState(blockedUntil: until), lane)
        return wait
    }

    private func note(_ state: LaneState, _ name: String) async {
        do throws(StoreError) {
            try await store.noteLimits(of: name, state)
        } catch {
            log.warning("a rate limit could not be noted", [.init("lane", .string(name)), .init("error", .string(error.description))])
        }
    }
}
