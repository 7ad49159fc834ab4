// The writes that wait for the writer, in order, within bounds. Adding and taking never block.

import ForgeCore
import Synchronization

final class Backlog: Sendable {
    private struct State {
        var waiting: [any WaitingWrite] = []
        var bytes = 0
        var isClosed = false
        var taken = 0
    }

    private let state = Mutex(State())
    private let writesMax: Int
    private let bytesMax: Int

    init(writesMax: Int, bytesMax: Int) {
        self.writesMax = writesMax
        self.bytesMax = bytesMax
    }

    /// One write that is larger than the bound is let in when it is alone.
    func add(_ write: any WaitingWrite) throws(StoreError) {
        let refusal: StoreError? = state.withLock { state in
            guard !state.isClosed else { return .closed(write.call) }
            guard state.waiting.count < writesMax, state.waiting.isEmpty || state.bytes + write.bytes <= bytesMax else {
                let message = "\(state.waiting.count) writes (\(state.bytes) bytes) wait for the disk already"
                return StoreError(code: .busy, call: write.call, message: message)
            }
            state.waiting.append(write)
            state.bytes += write.bytes
            return nil
        }
        if let refusal { throw refusal }
    }

    /// The next group, oldest first: at least one when there is any.
    func take(writesMax: Int, bytesMax: Int) -> [any WaitingWrite] {
        state.withLock { state in
            var count = 0
            var bytes = 0
            while count < min(state.waiting.count, writesMax), count == 0 || bytes + state.waiting[count].bytes <= bytesMax {
                bytes += state.waiting[count].bytes
                count += 1
            }
            state.bytes -= bytes
            state.taken += count
            guard count < state.waiting.count else {
                // The whole array changes hands, and a fresh one with the same room takes its place.
                let group = state.waiting
                state.waiting = []
                state.waiting.reserveCapacity(count)
                return group
            }
            let group = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(count)
            return group
        }
    }

    /// Nothing more comes in; what waits may still be taken.
    func close() { state.withLock { $0.isClosed = true } }

    var count: Int { state.withLock { $0.waiting.count } }

    /// How many have left since the beginning.
    var taken: Int { state.withLock { $0.taken } }
}
