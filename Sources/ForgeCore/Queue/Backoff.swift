// How long to wait before trying again: exponential with full jitter, so that many failures at once do not come back at once.

package struct Backoff: Hashable, Sendable {
    package var base: Duration
    package var cap: Duration

    package init(base: Duration = .seconds(2), cap: Duration = .seconds(900)) {
        precondition(base > .zero && cap >= base, "a backoff needs a base above zero and a cap not below it")
        self.base = base
        self.cap = cap
    }

    /// The pause after attempt number `attempt` (from 1); `jitter` is from 0 up to 1.
    package func delay(attempt: Int, jitter: Double) -> Duration {
        precondition(attempt >= 1 && (0...1).contains(jitter), "attempts count from 1, jitter is a share")
        let doublings = min(attempt - 1, 40)
        let ceiling = min(Double(cap.milliseconds), Double(base.milliseconds) * Double(Int64(1) << Int64(doublings)))
        return .milliseconds(Int64(ceiling * jitter))
    }
}
