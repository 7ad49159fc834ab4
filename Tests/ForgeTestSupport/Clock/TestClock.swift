// A clock that stands still until a test moves it. It never looks at the machine's time, and nothing that waits on it waits in fact:
// a test asks for the sleepers it expects, moves the clock past them, and goes on.
package import ForgeCore
import Synchronization

/// `now` moves only by `advance(by:)`. Sleepers wake in the order of their deadlines, and of their arrival where those are equal.
package final class TestClock: Clock {
    package struct Instant: InstantProtocol {
        /// Since the clock was made.
        package var elapsed: Duration

        package func advanced(by duration: Duration) -> Self { Self(elapsed: elapsed + duration) }
        package func duration(to other: Self) -> Duration { other.elapsed - elapsed }
        package static func < (left: Self, right: Self) -> Bool { left.elapsed < right.elapsed }
    }

    private struct Sleeper {
        var number: Int
        var deadline: Instant
        var wake: CheckedContinuation<Void, any Error>
    }

    /// A test that waits for so many sleepers.
    private struct Watcher {
        var number: Int
        var sleepers: Int
        var wake: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(elapsed: .zero)
        var wallShift = Duration.zero
        var lastNumber = 0
        var sleepers: [Sleeper] = []
        var watchers: [Watcher] = []
        /// Cancelled before they had registered: the cancellation handler may be first.
        var cancelled: Set<Int> = []
    }

    /// What the wall clock shows before the first move: 2026-01-01T00:00:00Z.
    package static let epoch = Timestamp(milliseconds: 1_767_225_600_000)

    private let start: Timestamp
    private let state = Mutex(State())

    package init(start: Timestamp = TestClock.epoch) { self.start = start }

    package var now: Instant { state.withLock { $0.now } }
    package var minimumResolution: Duration { .nanoseconds(1) }

    /// The wall clock that moves with this one.
    package var wallClock: WallClock { WallClock { self.timestamp } }
    package var timestamp: Timestamp { state.withLock { start + $0.now.elapsed + $0.wallShift } }

    /// How many are asleep now.
    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Somebody sets the wall clock, back or forward: nobody who sleeps takes note.
    package func setWall(by difference: Duration) { state.withLock { $0.wallShift += difference } }

    /// Moves the clock and wakes everyone whose deadline it reaches.
    package func advance(by duration: Duration) {
        precondition(duration >= .zero, "time does not go back")
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.deadline <= state.now }
            state.sleepers.removeAll { $0.deadline <= state.now }
            return due
        }
        for sleeper in due.sorted(by: { ($0.deadline, $0.number) < ($1.deadline, $1.number) }) { sleeper.wake.resume() }
    }

    /// Moves the clock to the earliest deadline and wakes whoever waits for it; returns how far that was, nil when nobody sleeps.
    @discardableResult
    package func advanceToNextDeadline() -> Duration? {
        let ahead = state.withLock { state in state.sleepers.map(\.deadline).min().map { $0.elapsed - state.now.elapsed } }
        if let ahead { advance(by: ahead) }
        return ahead
    }

    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        try await wait { state, number, continuation in
            guard deadline > state.now else { return true }
            state.sleepers.append(Sleeper(number: number, deadline: deadline, wake: continuation))
            return false
        }
    }

    /// Returns once at least so many are asleep at the same time.
    package func waitForSleepers(_ count: Int = 1) async throws {
        try await wait { state, number, continuation in
            guard state.sleepers.count < count else { return true }
            state.watchers.append(Watcher(number: number, sleepers: count, wake: continuation))
            return false
        }
    }

    /// Suspends until woken, unless `register` finds that there is nothing to wait for. A cancellation ends the wait by throwing.
    private func wait(
        _ register: @Sendable (inout State, Int, CheckedContinuation<Void, any Error>) -> Bool
    ) async throws {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            try await withCheckedThrowingContinuation { continuation in
                enter(number, continuation, register)
            }
        } onCancel: {
            leave(number)
        }
    }

    private func enter(
        _ number: Int, _ continuation: CheckedContinuation<Void, any Error>,
        _ register: (inout State, Int, CheckedContinuation<Void, any Error>) -> Bool
    ) {
        enum Answer { case wait, go, cancelled }
        let (answer, satisfied) = state.withLock { state -> (Answer, [Watcher]) in
            if state.cancelled.remove(number) != nil { return (.cancelled, []) }
            if register(&state, number, continuation) { return (.go, []) }
            let satisfied = state.watchers.filter { $0.sleepers <= state.sleepers.count }
            state.watchers.removeAll { $0.sleepers <= state.sleepers.count }
            return (.wait, satisfied)
        }
        switch answer {
        case .wait: break
        case .go: continuation.resume()
        case .cancelled: continuation.resume(throwing: CancellationError())
        }
        for watcher in satisfied { watcher.wake.resume() }
    }

    private func leave(_ number: Int) {
        let waiting = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            if let index = state.sleepers.firstIndex(where: { $0.number == number }) { return state.sleepers.remove(at: index).wake }
            if let index = state.watchers.firstIndex(where: { $0.number == number }) { return state.watchers.remove(at: index).wake }
            state.cancelled.insert(number)
            return nil
        }
        waiting?.resume(throwing: CancellationError())
    }
}
