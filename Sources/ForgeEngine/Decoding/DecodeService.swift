// Takes stored deliveries and settles them: decode, decide, write the outcome. All thinking is in ForgeWebhooks' pure functions; this
// only orders the work.
//
// Wanted: every delivery ends with one visible outcome; deliveries about one repository are settled in the order they came; a body
// that stops the process is found out (its attempts are counted before decoding begins) and ends as failed instead of stopping it again.
// A store that fails is not the delivery's fault and does not count against it.
// Accepted: two processes may decode the same delivery; `settle` lets only the first write.

package import ForgeCore
package import ForgeWebhooks
import Synchronization

package struct DecodeDependencies: Sendable {
    package var store: any DeliveryStore
    package var settings: DecodingSettings
    package var clock: any Clock<Duration>
    package var pressure: IntakePressure
    package var arrived: Wakeup
    /// Notified when a settlement queued a job or changed the journal.
    package var settled: Wakeup
    package var metrics: Metrics
    package var log: Log

    package init(
        store: any DeliveryStore, settings: DecodingSettings, clock: any Clock<Duration>, pressure: IntakePressure, arrived: Wakeup,
        settled: Wakeup, metrics: Metrics, log: Log
    ) {
        self.store = store
        self.settings = settings
        self.clock = clock
        self.pressure = pressure
        self.arrived = arrived
        self.settled = settled
        self.metrics = metrics
        self.log = log
    }
}

package struct DecodeLimits: Hashable, Sendable {
    /// Deliveries read and settled together.
    package var batch: Int
    /// Bytes of bodies held at once: one large body makes a batch of its own.
    package var batchBytes: Int
    /// How long decoding stands back between batches while intake is busy.
    package var pauseUnderPressure: Duration
    /// A delivery whose decoding was begun so often without an end is given up.
    package var attemptsMax: Int
    /// Looks for work at least so often, even when nothing was announced (another process may have stored it).
    package var interval: Duration

    package init(
        batch: Int = 64, batchBytes: Int = 4 << 20, pauseUnderPressure: Duration = .milliseconds(100), attemptsMax: Int = 3,
        interval: Duration = .seconds(5)
    ) {
        self.batch = batch
        self.batchBytes = batchBytes
        self.pauseUnderPressure = pauseUnderPressure
        self.attemptsMax = attemptsMax
        self.interval = interval
    }
}

package final class DecodeService: Sendable {
    private let dependencies: DecodeDependencies
    private let limits: DecodeLimits
    private let log: Log
    /// Attempts that came to their end here, but whose outcome a passing failure of the store kept from being written. At most one batch.
    private let excused = Mutex<[DeliveryID: Int]>([:])

    package init(_ dependencies: DecodeDependencies, limits: DecodeLimits = .init()) {
        self.dependencies = dependencies
        self.limits = limits
        self.log = dependencies.log.named("decode")
    }

    /// Until cancelled. What is under way is finished: its outcome is written or it stays pending.
    package func run() async {
        await runWheneverDue(dependencies.arrived, every: limits.interval, clock: dependencies.clock) { await self.drain() }
    }

    /// Settles all that is pending; stops early when cancelled or when the store fails, to try again at the next call.
    package func drain() async {
        do throws(StoreError) {
            var last: DeliveryID?
            while !Task.isCancelled {
                let batch = try await nextBatch(after: last)
                guard let end = batch.last else { return }
                try await settle(batch)
                last = end.id
                await standBackUnderPressure()
            }
        } catch {
            log.error("decoding stopped for now", [.init("error", .string(error.description))])
        }
    }

    private func standBackUnderPressure() async {
        guard dependencies.pressure.isBusy else { return }
        // A sleep fails only by cancellation, which the loop sees.
        try? await dependencies.clock.sleep(for: limits.pauseUnderPressure)
    }

    /// Under pressure an eighth of the usual; one by one where an earlier attempt did not end, so that only the culprit is blamed.
    private func nextBatch(after last: DeliveryID?) async throws(StoreError) -> [Delivery] {
        let limit = dependencies.pressure.isBusy ? max(1, limits.batch / 8) : limits.batch
        let pending = try await dependencies.store.pendingDeliveries(after: last, limit: limit, bytesMax: limits.batchBytes)
        guard let suspect = pending.firstIndex(where: { unfinishedAttempts(of: $0) > 0 }) else { return pending }
        return Array(pending.prefix(max(1, suspect)))
    }

    private func settle(_ batch: [Delivery]) async throws(StoreError) {
        try await dependencies.store.beginDecoding(batch.map(\.id))
        let settlements = batch.map { ($0, settlement(for: $0)) }
        // Settlements about one repository follow one another; those about different ones share a commit.
        let lanes = Dictionary(grouping: settlements) { $0.1.repository ?? "-" }.values
        let failure = await withTaskGroup(of: StoreError?.self) { group in
            for lane in lanes { group.addTask { await self.write(lane) } }
            return await group.reduce(nil) { $0 ?? $1 }
        }
        if let failure {
            if failure.isPassing { excuse(batch) }
            throw failure
        }
        excused.withLock { $0.removeAll() }
        dependencies.settled.notify()
    }

    /// How often decoding was begun and never ended.
    private func unfinishedAttempts(of delivery: Delivery) -> Int {
        delivery.attempts - excused.withLock { $0[delivery.id] ?? 0 }
    }

    private func excuse(_ batch: [Delivery]) {
        excused.withLock { excused in
            excused = Dictionary(uniqueKeysWithValues: batch.map { ($0.id, (excused[$0.id] ?? 0) + 1) })
        }
    }

    private func write(_ lane: [(Delivery, Settlement)]) async -> StoreError? {
        for (delivery, settlement) in lane {
            do throws(StoreError) {
                guard try await dependencies.store.settle(delivery.id, settlement) != nil else { continue }
                count(delivery.source, settlement.state)
                log.debug(
                    "settled",
                    [
                        .init("delivery", JSON(delivery.id.number)), .init("event", JSON(settlement.event)),
                        .init("intent", JSON(settlement.intent)), .init("state", .string(settlement.state.rawValue)),
                    ])
            } catch {
                return error
            }
        }
        return nil
    }

    private func settlement(for delivery: Delivery) -> Settlement {
        let attempts = unfinishedAttempts(of: delivery)
        guard attempts < limits.attemptsMax else {
            return .failed("decoding was begun \(attempts) times and never ended; replay it once the cause is mended")
        }
        guard let body = VerifiedBody(stored: delivery) else { return .failed("the body is gone: retention dropped it") }
        do throws(DecodeFailure) {
            let event = try decodeEvent(delivery, body: body, settings: dependencies.settings)
            let intent = decideIntent(event, as: dependencies.settings, review: .undecided)
            return ForgeWebhooks.settlement(for: event, intent: intent, settings: dependencies.settings)
        } catch {
            return .failed(error.reason)
        }
    }

    private func count(_ source: Source, _ state: DeliveryState) {
        dependencies.metrics.counter(
            "forge_deliveries_settled_total", "Deliveries by what became of them.",
            [.init("source", source.rawValue), .init("outcome", state.rawValue)]
        ).add()
    }
}

extension Settlement {
    fileprivate static func failed(_ reason: String) -> Settlement { Settlement(state: .failed, reason: reason) }
}
