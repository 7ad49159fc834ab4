// Keeps the precise reason of every refused request for the operator, off the path of the answer. It must never slow a refusal down or
// let a flood of bad requests fill the disk: what waits is bounded, what is kept is bounded, and what is dropped is counted.

package import ForgeCore
import Synchronization

package final class RefusalRecorder: Sendable {
    private let store: any DeliveryStore
    private let keep: Int
    private let waitingMax: Int
    private let waiting = Mutex<[Refusal]>([])
    private let wakeup = Wakeup()
    private let dropped: Counter
    private let log: Log

    package init(store: any DeliveryStore, keep: Int, waitingMax: Int = 256, metrics: Metrics, log: Log) {
        self.store = store
        self.keep = keep
        self.waitingMax = waitingMax
        self.dropped = metrics.counter(
            "forge_refusals_unrecorded_total", "Refused requests whose reason was not kept because too many came at once.")
        self.log = log.named("intake")
    }

    package func record(_ refusal: Refusal) {
        let isKept = waiting.withLock { waiting in
            guard waiting.count < waitingMax else { return false }
            waiting.append(refusal)
            return true
        }
        isKept ? wakeup.notify() : dropped.add()
    }

    package func run(clock: any Clock<Duration>) async {
        await runWheneverDue(wakeup, every: .seconds(60), clock: clock) { await self.flush() }
        await flush()
    }

    /// Writes what waits. Refusals are not worth stopping for: one that cannot be written is logged instead.
    package func flush() async {
        let batch = waiting.withLock { waiting in
            defer { waiting.removeAll() }
            return waiting
        }
        guard !batch.isEmpty else { return }
        do {
            try await store.recordRefusals(batch, keep: keep)
        } catch {
            dropped.add(batch.count)
            log.warning("refusals were not kept", [.init("count", JSON(batch.count)), .init("error", .string(error.description))])
        }
    }
}
