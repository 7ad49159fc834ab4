// How much waits, and for how long: what an operator watches.

package struct QueueDepth: Hashable, Sendable {
    package var kind: String
    package var state: JobState
    package var count: Int
    /// When the oldest of them was queued.
    package var oldest: Timestamp?

    package init(kind: String, state: JobState, count: Int, oldest: Timestamp?) {
        self.kind = kind
        self.state = state
        self.count = count
        self.oldest = oldest
    }
}
