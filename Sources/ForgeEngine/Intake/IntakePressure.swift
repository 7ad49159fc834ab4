// How busy the door is. Decoding stands back while many senders wait for an answer: what is accepted is safe on disk and can be decoded a
// moment later, while a sender that waits too long gives up for good.

import Synchronization

package final class IntakePressure: Sendable {
    private let waiting = Atomic<Int>(0)
    private let busyAt: Int

    /// `busyAt`: so many requests between arrival and answer mean that intake comes first.
    package init(busyAt: Int = 8) { self.busyAt = busyAt }

    package func enter() { waiting.add(1, ordering: .relaxed) }
    package func leave() { waiting.subtract(1, ordering: .relaxed) }
    package var isBusy: Bool { waiting.load(ordering: .relaxed) >= busyAt }
}
