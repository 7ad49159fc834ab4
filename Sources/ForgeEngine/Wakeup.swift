// Tells loops that there is something to do. Many calls before a loop looks are one: what counts is in the store, this only saves waiting.

import Synchronization

package final class Wakeup: Sendable {
    private let listeners = Mutex<[Int: AsyncStream<Void>.Continuation]>([:])
    private let nextNumber = Atomic<Int>(0)

    package init() {}

    package func notify() {
        let all = listeners.withLock { Array($0.values) }
        for listener in all { listener.yield() }
    }

    /// One element at once, so that a loop looks before it waits, then one for each time something happened since it last looked.
    package func calls() -> AsyncStream<Void> { listen().calls }

    /// `nudge` reaches this listener alone.
    fileprivate func listen() -> (calls: AsyncStream<Void>, nudge: AsyncStream<Void>.Continuation) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = nextNumber.add(1, ordering: .relaxed).newValue
        listeners.withLock { $0[number] = continuation }
        continuation.onTermination = { _ in
            self.listeners.withLock { $0[number] = nil }
        }
        continuation.yield()
        return (stream, continuation)
    }
}

/// Calls `work` whenever `wakeup` is notified and at least every `interval`, one call at a time, until cancelled.
package func runWheneverDue(
    _ wakeup: Wakeup, every interval: Duration, clock: any Clock<Duration>, work: @Sendable () async -> Void
) async {
    let (calls, nudge) = wakeup.listen()
    await withTaskGroup(of: Void.self) { group in
        group.addTask {
            while !Task.isCancelled {
                // A sleep fails only by cancellation, which ends the loop.
                try? await clock.sleep(for: interval)
                nudge.yield()
            }
        }
        for await _ in calls {
            if Task.isCancelled { break }
            await work()
        }
        group.cancelAll()
    }
}
