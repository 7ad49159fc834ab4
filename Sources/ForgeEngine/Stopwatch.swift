// How long something has taken, on a clock that nobody sets.

extension Clock where Duration == Swift.Duration {
    func stopwatch() -> @Sendable () -> Duration {
        let start = now
        return { start.duration(to: now) }
    }
}
