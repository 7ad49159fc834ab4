// One write on its way to disk: what it does, and what came of it. Its result counts only once its group is committed.

import ForgeCore
import Synchronization

/// What the writer needs to know of a write, whatever its result is.
protocol WaitingWrite: AnyObject, Sendable {
    var call: String { get }
    /// How much memory it holds while it waits.
    var bytes: Int { get }
    /// Without one, its failure takes the whole group along; for writes that can fail only when the disk does.
    var hasSavepoint: Bool { get }
    var hasEnded: Bool { get }
    func apply(_ transaction: Transaction) throws(StoreError)
    func fail(_ error: StoreError)
}

final class Write<Success: Sendable>: WaitingWrite {
    let call: String
    let bytes: Int
    let hasSavepoint: Bool
    private let body: @Sendable (Transaction) throws(StoreError) -> Success
    private let state = Mutex<Result<Success, StoreError>?>(nil)

    init(_ call: String, bytes: Int, hasSavepoint: Bool, _ body: @escaping @Sendable (Transaction) throws(StoreError) -> Success) {
        self.call = call
        self.bytes = bytes
        self.hasSavepoint = hasSavepoint
        self.body = body
    }

    func apply(_ transaction: Transaction) throws(StoreError) {
        let result = Result<Success, StoreError>.success(try body(transaction))
        state.withLock { $0 = result }
    }

    func fail(_ error: StoreError) {
        state.withLock { $0 = .failure(error) }
    }

    var hasEnded: Bool { outcome != nil }

    /// Nil until its group has ended.
    var outcome: Result<Success, StoreError>? { state.withLock { $0 } }
}

/// What a write may use: the connection in the middle of its transaction, and the moment the whole group is stamped with.
struct Transaction {
    let connection: Connection
    let now: Timestamp
    let arrivals = ArrivalNotes()
    let numbers = DeliveryNumbers()
}
