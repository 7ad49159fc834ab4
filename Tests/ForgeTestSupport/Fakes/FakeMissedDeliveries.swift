// A sender's own log of deliveries, as a list that a test fills. It answers like GitHub's: newest first, an attempt's number beyond what a
// double holds, a payload only for what is in the list.
package import ForgeCore
import Synchronization

package final class FakeMissedDeliveries: MissedDeliveries {
    private struct Attempt: Sendable {
        var listed: MissedDelivery
        var headers: [HeaderField]
        var body: [UInt8]
    }

    private struct State {
        var attempts: [Attempt] = []
        var failures: [MissedDeliveryError] = []
        var fetched: [Int64] = []
    }

    /// Above 2^53, so that a number that went through a double is found nowhere.
    private static let firstNumber: Int64 = 9_007_199_254_740_993

    private let state = Mutex(State())

    package init() {}

    /// Adds an attempt; returns its number. Several attempts of one event share their `guid`.
    @discardableResult
    package func add(
        guid: String, eventName: String = "push", at moment: Timestamp, hasSucceeded: Bool = false, headers: [HeaderField] = [],
        body: [UInt8] = []
    ) -> Int64 {
        state.withLock { state in
            let number = Self.firstNumber + Int64(state.attempts.count)
            let listed = MissedDelivery(
                attempt: number, guid: guid, eventName: eventName, deliveredAt: moment, hasSucceeded: hasSucceeded)
            state.attempts.append(Attempt(listed: listed, headers: headers, body: body))
            return number
        }
    }

    /// Makes the next calls fail, of either kind.
    package func failNext(_ message: String = "the sender is away", times: Int = 1) {
        state.withLock { $0.failures += repeatElement(MissedDeliveryError(message: message), count: times) }
    }

    /// Whose payloads were fetched, in order.
    package var fetched: [Int64] { state.withLock { $0.fetched } }

    package func attempts(since: Timestamp) async throws(MissedDeliveryError) -> [MissedDelivery] {
        try state.withLock { (state) throws(MissedDeliveryError) in
            if !state.failures.isEmpty { throw state.failures.removeFirst() }
            let listed = state.attempts.map(\.listed).filter { $0.deliveredAt >= since }
            return listed.sorted { ($0.deliveredAt, $0.attempt) > ($1.deliveredAt, $1.attempt) }
        }
    }

    package func payload(of attempt: Int64) async throws(MissedDeliveryError) -> (headers: [HeaderField], body: [UInt8]) {
        try state.withLock { (state) throws(MissedDeliveryError) in
            if !state.failures.isEmpty { throw state.failures.removeFirst() }
            guard let found = state.attempts.first(where: { $0.listed.attempt == attempt }) else {
                throw MissedDeliveryError(message: "there is no attempt \(attempt)")
            }
            state.fetched.append(attempt)
            return (found.headers, found.body)
        }
    }
}
