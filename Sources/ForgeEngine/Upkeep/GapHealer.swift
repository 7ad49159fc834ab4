// Fetches what GitHub could not deliver. GitHub sends every event once; while Forge was away, its log of failed deliveries is the only
// place where they still are, and only for three days. What is fetched goes through the same store as what is received, under the same
// transport key, so that healing what arrived after all changes nothing.
//
// Wanted: a gap is found whatever comes in after it, so the healer keeps its own mark and does not trust the newest delivery; the log is
// read from the mark on until a look has succeeded whole; each missed delivery is fetched once.
// Accepted: a mark lives as long as the process. One that dies between a gap's end and the next look heals from its last delivery on.

package import ForgeCore
import ForgeWebhooks
import Synchronization

package struct Healed: Hashable, Sendable {
    /// Deliveries none of whose attempts succeeded.
    package var found: Int
    /// New here, or failed here before.
    package var stored: Int
    /// Here already.
    package var known: Int
    /// Could not be fetched or stored; the next look tries again.
    package var failed: Int

    package init(found: Int = 0, stored: Int = 0, known: Int = 0, failed: Int = 0) {
        self.found = found
        self.stored = stored
        self.known = known
        self.failed = failed
    }
}

package final class GapHealer: Sendable {
    /// GitHub keeps its log this long.
    package static let reachBack = Duration.seconds(3 * 86_400)
    /// Attempts may show minutes late and out of order.
    package static let margin = Duration.seconds(900)
    package static let interval = Duration.seconds(600)

    private struct State {
        /// Nothing that was missed before this moment is missing.
        var mark: Timestamp?
        /// Settled in earlier looks and perhaps still in the log, by their moment.
        var settled: [String: Timestamp] = [:]
    }

    private let missed: any MissedDeliveries
    private let store: any DeliveryStore
    private let wall: WallClock
    private let arrived: Wakeup
    private let healed: Counter
    private let log: Log
    private let state = Mutex(State())

    package init(
        missed: any MissedDeliveries, store: any DeliveryStore, wall: WallClock, arrived: Wakeup, metrics: Metrics, log: Log
    ) {
        self.missed = missed
        self.store = store
        self.wall = wall
        self.arrived = arrived
        self.log = log.named("healer")
        self.healed = metrics.counter("forge_deliveries_healed_total", "Deliveries fetched from GitHub's log of failed ones.")
    }

    /// Notes where the gap begins. Call it before the service accepts anything: afterwards the newest delivery is behind the gap.
    package func prepare() async throws(StoreError) {
        let last = try await store.lastDelivery(source: .github, tracker: nil)
        state.withLock { $0.mark = last }
    }

    /// At once and every ten minutes, until cancelled.
    package func run(clock: any Clock<Duration>) async {
        await runWheneverDue(Wakeup(), every: Self.interval, clock: clock) { await self.heal() }
    }

    /// Asks for everything that failed since the mark and stores it.
    @discardableResult
    package func heal() async -> Healed {
        let began = wall.now
        let floor = began - Self.reachBack
        let since = state.withLock { $0.mark }.map { max($0 - Self.margin, floor) } ?? floor
        let attempts: [MissedDelivery]
        do throws(MissedDeliveryError) {
            attempts = try await missed.attempts(since: since)
        } catch {
            log.warning("GitHub's log of deliveries could not be read", [.init("error", .string(error.message))])
            return Healed()
        }
        let result = await heal(attempts)
        state.withLock { state in
            if result.failed == 0 { state.mark = began }
            state.settled = state.settled.filter { $0.value >= since }
        }
        report(result, since: since)
        return result
    }

    private func heal(_ attempts: [MissedDelivery]) async -> Healed {
        var result = Healed()
        for attempt in Self.worthFetching(attempts) where state.withLock({ $0.settled[attempt.guid] == nil }) {
            if Task.isCancelled {
                result.failed += 1
                return result
            }
            result.found += 1
            switch await store(attempt) {
            case .some(.repeated): result.known += 1
            case .some: result.stored += 1
            case nil:
                result.failed += 1
                continue
            }
            state.withLock { $0.settled[attempt.guid] = attempt.deliveredAt }
        }
        return result
    }

    /// The newest attempt of every delivery none of whose attempts succeeded, oldest delivery first.
    package static func worthFetching(_ attempts: [MissedDelivery]) -> [MissedDelivery] {
        Dictionary(grouping: attempts, by: \.guid).values
            .filter { group in !group.contains(where: \.hasSucceeded) }
            .compactMap { group in group.max { ($0.deliveredAt, $0.attempt) < ($1.deliveredAt, $1.attempt) } }
            .sorted { ($0.deliveredAt, $0.attempt) < ($1.deliveredAt, $1.attempt) }
    }

    /// Nil when it did not work.
    private func store(_ attempt: MissedDelivery) async -> Acceptance.Kind? {
        do {
            let (headers, body) = try await missed.payload(of: attempt.attempt)
            let delivery = healedGitHubDelivery(
                guid: attempt.guid, eventName: attempt.eventName, headers: headers, body: body, receivedAt: wall.now)
            return try await store.accept(delivery).kind
        } catch {
            log.warning(
                "a missed delivery could not be fetched",
                [.init("guid", .string(attempt.guid)), .init("error", .string(String(describing: error)))])
            return nil
        }
    }

    private func report(_ result: Healed, since: Timestamp) {
        guard result.stored > 0 else { return }
        healed.add(result.stored)
        arrived.notify()
        log.info(
            "healed a gap", [.init("since", JSON(since)), .init("found", JSON(result.found)), .init("stored", JSON(result.stored))])
    }
}
