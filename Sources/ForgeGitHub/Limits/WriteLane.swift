// The one lane in which an installation's writes wait for their turn. The store counts the turns, for all processes; here it is settled who
// of this process goes next: whoever a person waits for, then the one who came first. Nothing is dropped: who would wait too long is told
// when to come back, and a cancelled one steps out of the queue.

import ForgeCore
import Synchronization

final class WriteLane: Sendable {
    private struct Waiter {
        var number: Int
        var priority: WritePriority
        /// Set while it is not its turn to ask.
        var wake: CheckedContinuation<Bool, Never>?
        var isCancelled = false
    }

    private struct State {
        /// Who goes first stands first.
        var waiters: [Waiter] = []
        var lastNumber = 0
    }

    private let name: String
    private let limits: LaneLimits
    private let store: any LaneStore
    private let clock: any Clock<Duration>
    private let wall: WallClock
    private let state = Mutex(State())

    init(_ name: String, limits: LaneLimits, store: any LaneStore, clock: any Clock<Duration>, wall: WallClock) {
        self.name = name
        self.limits = limits
        self.store = store
        self.clock = clock
        self.wall = wall
    }

    var waiting: Int { state.withLock { $0.waiters.count } }
    var isEmpty: Bool { waiting == 0 }

    /// Returns when one write may go out.
    func turn(_ priority: WritePriority, patience: Duration) async throws(CodeHostError) {
        // Only against a stand-in; there is nothing to count then.
        guard limits.interval > .zero else { return }
        let number = try enter(priority, patience)
        defer { leave(number) }
        while true {
            guard await isFirst(number) else { throw .cancelled }
            switch try await ask() {
            case .granted: return
            case .wait(let until):
                let wait = max(until - wall.now, .milliseconds(1))
                guard wait <= patience else { throw .limited(wait, "the next write of this installation has to wait") }
                try await clock.pause(wait)
            }
        }
    }

    private func ask() async throws(CodeHostError) -> LaneTurn {
        do throws(StoreError) {
            return try await store.takeTurn(in: name, limits: limits)
        } catch {
            throw CodeHostError(error.isPassing ? .unavailable : .defect, "the queue of writes cannot be reached: \(error.description)")
        }
    }

    // MARK: The queue

    private func enter(_ priority: WritePriority, _ patience: Duration) throws(CodeHostError) -> Int {
        let (number, ahead) = state.withLock { state in
            let place = state.waiters.firstIndex { $0.priority < priority } ?? state.waiters.count
            let wait = limits.interval * place
            guard wait <= patience else { return (0, wait) }
            state.lastNumber += 1
            state.waiters.insert(Waiter(number: state.lastNumber, priority: priority), at: place)
            return (state.lastNumber, wait)
        }
        guard number > 0 else { throw .limited(ahead, "the queue of writes of this installation is long") }
        return number
    }

    private func leave(_ number: Int) {
        let next = state.withLock { state in
            state.waiters.removeAll { $0.number == number }
            guard !state.waiters.isEmpty else { return nil as CheckedContinuation<Bool, Never>? }
            defer { state.waiters[0].wake = nil }
            return state.waiters[0].wake
        }
        next?.resume(returning: true)
    }

    /// Waits until nobody stands before it; false when it was cancelled.
    private func isFirst(_ number: Int) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return false }
                    if state.waiters[index].isCancelled { return false }
                    if index == 0 { return true }
                    state.waiters[index].wake = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            cancel(number)
        }
    }

    private func cancel(_ number: Int) {
        let waiting = state.withLock { state in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else {
                return nil as CheckedContinuation<Bool, Never>?
            }
            state.waiters[index].isCancelled = true
            defer { state.waiters[index].wake = nil }
            return state.waiters[index].wake
        }
        waiting?.resume(returning: false)
    }
}

/// The lanes of this process, by name.
final class WriteLanes: Sendable {
    private static let idleMax = 1_000

    private let make: @Sendable (String) -> WriteLane
    private let lanes = Mutex<[String: WriteLane]>([:])

    init(_ make: @escaping @Sendable (String) -> WriteLane) { self.make = make }

    subscript(_ name: String) -> WriteLane {
        lanes.withLock { lanes in
            if let lane = lanes[name] { return lane }
            if lanes.count > Self.idleMax { lanes = lanes.filter { !$0.value.isEmpty } }
            let lane = make(name)
            lanes[name] = lane
            return lane
        }
    }
}

extension CodeHostError {
    static let cancelled = CodeHostError(.unavailable, "nobody waits for the answer any longer")

    static func limited(_ wait: Duration, _ message: String) -> CodeHostError { CodeHostError(.limited(retryAfter: wait), message) }
}

extension Clock<Duration> {
    func pause(_ duration: Duration) async throws(CodeHostError) {
        do {
            try await self.sleep(for: duration)
        } catch {
            throw .cancelled
        }
    }
}
