// How long a push of a repository waits for the next one, as its configuration said when it was last read. Remembered so that a push that
// waits costs no request. It may be out of date: whoever goes on reads the configuration, and waits again when that says so.

import ForgeCore
import Synchronization

final class PushPatience: Sendable {
    /// Forgotten all at once above so many repositories.
    private static let countMax = 10_000

    private let known = Mutex<[HostPlace: Duration]>([:])

    func remember(_ debounce: Duration, of place: HostPlace) {
        known.withLock { known in
            if known.count >= Self.countMax, known[place] == nil { known.removeAll() }
            known[place] = debounce
        }
    }

    /// How much longer this push waits; nil when it need not, or nobody knows.
    func pause(of request: ReviewRequest, queuedAt: Timestamp, now: Timestamp) -> Duration? {
        guard request.isPush, !request.isAsked, let debounce = known.withLock({ $0[request.place] }) else { return nil }
        let pause = queuedAt + debounce - now
        return pause > .zero ? pause : nil
    }

    static func deferral(_ pause: Duration) -> JobDeferred {
        JobDeferred(because: "the next push may follow (review.debounce)", retryAfter: pause)
    }
}
