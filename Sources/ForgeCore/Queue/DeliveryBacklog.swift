// What of the deliveries still wants attention: what an operator watches.

package struct DeliveryBacklog: Hashable, Sendable {
    package var pending: Int
    /// When the oldest pending one came.
    package var oldestPending: Timestamp?
    package var failed: Int

    package init(pending: Int = 0, oldestPending: Timestamp? = nil, failed: Int = 0) {
        self.pending = pending
        self.oldestPending = oldestPending
        self.failed = failed
    }
}
