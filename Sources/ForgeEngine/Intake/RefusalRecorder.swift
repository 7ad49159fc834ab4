// Keeps the precise reason of every refused request for the operator, off the path of the answer. It must never slow a refusal down, nor
// let a flood of bad requests fill the disk, the memory or a core: what waits is bounded, what is kept is bounded, what is dropped is
// counted, and however many come, they are written and looked into only once in a while.

package import ForgeCore
package import ForgeWebhooks
import Synchronization

/// A closer look at a refused request, taken when there is time. It holds the body until then.
package struct Diagnosis: Sendable {
    package var bodyBytes: Int
    package var look: @Sendable () -> WebhookRejection

    package init(bodyBytes: Int, look: @escaping @Sendable () -> WebhookRejection) {
        self.bodyBytes = bodyBytes
        self.look = look
    }
}

package struct RefusalLimits: Hashable, Sendable {
    /// Refusals that wait to be written.
    package var waiting: Int
    /// Bytes of bodies that wait to be looked into; a refusal whose body has no room keeps its first reason.
    package var heldBytes: Int
    /// Pause after each writing.
    package var pause: Duration

    package init(waiting: Int = 256, heldBytes: Int = 4 << 20, pause: Duration = .seconds(1)) {
        self.waiting = waiting
        self.heldBytes = heldBytes
        self.pause = pause
    }
}

package final class RefusalRecorder: Sendable {
    private struct Waiting {
        var entries: [(refusal: Refusal, diagnosis: Diagnosis?)] = []
        var heldBytes = 0
    }

    private let store: any DeliveryStore
    private let keep: Int
    private let limits: RefusalLimits
    private let waiting = Mutex(Waiting())
    private let wakeup = Wakeup()
    private let dropped: Counter
    private let log: Log

    /// The store keeps the newest `keep`.
    package init(store: any DeliveryStore, keep: Int, limits: RefusalLimits = .init(), metrics: Metrics, log: Log) {
        self.store = store
        self.keep = keep
        self.limits = limits
        self.dropped = metrics.counter(
            "forge_refusals_unrecorded_total", "Refused requests whose reason was not kept because too many came at once.")
        self.log = log.named("intake")
    }

    package func record(_ refusal: Refusal, diagnosis: Diagnosis? = nil) {
        let isKept = waiting.withLock { waiting in
            guard waiting.entries.count < limits.waiting else { return false }
            let hasRoom = waiting.heldBytes + (diagnosis?.bodyBytes ?? 0) <= limits.heldBytes
            waiting.entries.append((refusal, hasRoom ? diagnosis : nil))
            if hasRoom { waiting.heldBytes += diagnosis?.bodyBytes ?? 0 }
            return true
        }
        isKept ? wakeup.notify() : dropped.add()
    }

    /// Until cancelled; what waits then is still written.
    package func run(clock: any Clock<Duration>) async {
        await runWheneverDue(wakeup, every: .seconds(60), clock: clock) {
            guard await self.flush() else { return }
            // A sleep fails only by cancellation, which the loop sees.
            try? await clock.sleep(for: self.limits.pause)
        }
        await flush()
    }

    /// Writes what waits; false when nothing did. Refusals are not worth stopping for: what cannot be written is counted and logged.
    @discardableResult
    package func flush() async -> Bool {
        let entries = waiting.withLock { waiting in
            defer { waiting = Waiting() }
            return waiting.entries
        }
        guard !entries.isEmpty else { return false }
        var refusals: [Refusal] = []
        for entry in entries {
            refusals.append(entry.refusal.looked(into: entry.diagnosis))
            // Each look is some megabytes of hashing: others go first.
            if entry.diagnosis != nil { await Task.yield() }
        }
        do throws(StoreError) {
            try await store.recordRefusals(refusals, keep: keep)
        } catch {
            dropped.add(refusals.count)
            log.warning("refusals were not kept", [.init("count", JSON(refusals.count)), .init("error", .string(error.description))])
        }
        return true
    }
}

extension Refusal {
    fileprivate func looked(into diagnosis: Diagnosis?) -> Refusal {
        guard let found = diagnosis?.look() else { return self }
        var refusal = self
        refusal.code = found.code.rawValue
        refusal.reason = found.reason
        return refusal
    }
}
