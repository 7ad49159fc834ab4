// One at a time does the work, and whoever asks meanwhile gets its answer. The work belongs to the first who asked: when that one is
// cancelled, the next takes it up, and nobody fails for somebody else's leaving.

import ForgeCore
import Synchronization

final class SingleFlight<Value: Sendable>: Sendable {
    private enum Landing: Sendable {
        case value(Value)
        case failure(CodeHostError)
        /// Whoever flew was cancelled.
        case given
        /// Whoever waits is cancelled.
        case cancelled
    }

    private struct State {
        var isFlying = false
        var lastNumber = 0
        var waiters: [Int: CheckedContinuation<Landing, Never>] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    var waiting: Int { state.withLock { $0.waiters.count } }

    func run(_ work: () async throws(CodeHostError) -> Value) async throws(CodeHostError) -> Value {
        while true {
            let isPilot = state.withLock { state in
                defer { state.isFlying = true }
                return !state.isFlying
            }
            if isPilot { return try await fly(work) }
            switch await wait() {
            case .value(let value): return value
            case .failure(let error): throw error
            case .given: continue
            case .cancelled: throw .cancelled
            }
        }
    }

    private func fly(_ work: () async throws(CodeHostError) -> Value) async throws(CodeHostError) -> Value {
        do throws(CodeHostError) {
            let value = try await work()
            land(.value(value))
            return value
        } catch {
            land(Task.isCancelled ? .given : .failure(error))
            throw error
        }
    }

    private func land(_ landing: Landing) {
        let waiters = state.withLock { state in
            defer {
                state.waiters = [:]
                state.isFlying = false
            }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume(returning: landing) }
    }

    private func wait() async -> Landing {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let early: Landing? = state.withLock { state in
                    if state.cancelled.remove(number) != nil { return .cancelled }
                    // It landed between the look and now.
                    guard state.isFlying else { return .given }
                    state.waiters[number] = continuation
                    return nil
                }
                if let early { continuation.resume(returning: early) }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                guard let waiting = state.waiters.removeValue(forKey: number) else {
                    state.cancelled.insert(number)
                    return nil as CheckedContinuation<Landing, Never>?
                }
                return waiting
            }
            waiting?.resume(returning: .cancelled)
        }
    }
}
