// A store in memory, for tests of what stands on a store. It keeps the whole contract, so it also shows that the contract is about
// behaviour and not about a database. It must never be used by the service: nothing of it outlives the process.
package import ForgeCore
import Synchronization

/// One lock around one value. A transaction works on a copy and puts it back when it is through: all of it or nothing.
package final class MemoryStore: Store {
    private struct Fault {
        var error: StoreError
        /// Nil: whichever comes next.
        var call: String?
        var isAfterCommit: Bool
    }

    private struct Guarded {
        var state = MemoryState()
        var faults: [Fault] = []
        var isClosed = false
        var death: Death?
    }

    /// As when the process is killed: nothing more is written or read from then on.
    private struct Death {
        /// Calls that still work.
        var callsLeft: Int
        /// The last one that fails was carried out, and only its answer is lost.
        var isAfterCommit: Bool
        var made = 0
    }

    private let clock: WallClock
    private let guarded = Mutex(Guarded())

    package init(clock: WallClock) { self.clock = clock }

    /// Makes the next calls fail, only those of this name (`accept`, `claim`, …) when one is given. They do nothing, or they do all of it
    /// and the answer is lost, as when the process or the connection ends just after the commit.
    package func failNext(_ code: StoreError.Code, times: Int = 1, call: String? = nil, afterCommit: Bool = false) {
        let error = StoreError(code: code, call: call ?? "any", message: "a test wants it to fail")
        let fault = Fault(error: error, call: call, isAfterCommit: afterCommit)
        guarded.withLock { $0.faults += repeatElement(fault, count: times) }
    }

    /// Ends after so many more calls; with `afterCommit` the one that is cut off was carried out.
    package func die(afterCalls calls: Int, afterCommit: Bool = false) {
        guarded.withLock { $0.death = Death(callsLeft: calls, isAfterCommit: afterCommit) }
    }

    /// Whether it has come to the end that was asked for.
    package var isDead: Bool { guarded.withLock { $0.death.map { $0.callsLeft < 0 } ?? false } }

    /// How many calls there were since `die` was asked for.
    package var callsSinceArmed: Int { guarded.withLock { $0.death?.made ?? 0 } }

    package func revive() { guarded.withLock { $0.death = nil } }

    package func close() async { guarded.withLock { $0.isClosed = true } }

    /// One transaction. `call` is the method's name.
    func transact<Answer: Sendable>(
        _ call: String = #function, _ work: (inout MemoryState) throws(StoreError) -> Answer
    ) throws(StoreError) -> Answer {
        let name = String(call.prefix { $0 != "(" })
        let now = clock.now
        return try guarded.withLock { (guarded) throws(StoreError) in
            guard !guarded.isClosed else { throw StoreError(code: .closed, call: name, message: "the store was closed") }
            guarded.death?.callsLeft -= 1
            guarded.death?.made += 1
            if let death = guarded.death, death.callsLeft < 0, !(death.callsLeft == -1 && death.isAfterCommit) { throw Self.dead(name) }
            let index = guarded.faults.firstIndex { $0.call == nil || $0.call == name }
            let fault = index.map { guarded.faults.remove(at: $0) }
            if let fault, !fault.isAfterCommit { throw fault.error }
            var state = guarded.state
            state.now = now
            state.call = name
            let answer = try work(&state)
            guarded.state = state
            if let fault { throw fault.error }
            if let death = guarded.death, death.callsLeft < 0 { throw Self.dead(name) }
            return answer
        }
    }

    private static func dead(_ call: String) -> StoreError { StoreError(code: .closed, call: call, message: "the process was killed") }
}
