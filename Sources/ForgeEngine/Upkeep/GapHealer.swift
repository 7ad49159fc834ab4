// Fetches what GitHub could not deliver. GitHub sends every event once; while Forge was away, its log of failed deliveries is the only
// place where they still are, and only for three days. What is fetched goes through the same store as what is received, under the same
// transport key, so that healing what arrived after all changes nothing.

package import ForgeCore
package import ForgeWebhooks

package struct Healed: Hashable, Sendable {
    package var found: Int
    package var stored: Int
    package var failed: Int

    package init(found: Int = 0, stored: Int = 0, failed: Int = 0) {
        self.found = found
        self.stored = stored
        self.failed = failed
    }
}

package struct GapHealer: Sendable {
    /// GitHub keeps its log this long.
    package static let reachBack = Duration.seconds(3 * 86_400)
    /// Deliveries may be minutes late and out of order.
    private static let margin = Duration.seconds(900)

    private let log: Log
    private let missed: any MissedDeliveries
    private let store: any DeliveryStore
    private let wall: WallClock
    private let arrived: Wakeup
    private let healed: Counter

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

    /// At once and every ten minutes, until cancelled.
    package func run(clock: any Clock<Duration>) async {
        await runWheneverDue(Wakeup(), every: .seconds(600), clock: clock) { _ = await heal() }
    }

    /// Asks for everything that failed since the last good delivery and stores it.
    package func heal() async -> Healed {
        var result = Healed()
        do {
            let floor = wall.now - Self.reachBack
            let last = try await store.lastDelivery(source: .github, tracker: nil)
            let since = last.map { max($0 - Self.margin, floor) } ?? floor
            let attempts = try await missed.attempts(since: since)
            for attempt in Self.worthFetching(attempts) {
                result.found += 1
                await store(attempt) ? (result.stored += 1) : (result.failed += 1)
            }
        } catch {
            log.warning("GitHub's log of deliveries could not be read", [.init("error", .string(String(describing: error)))])
        }
        if result.stored > 0 {
            healed.add(result.stored)
            arrived.notify()
            log.info("healed a gap", [.init("found", JSON(result.found)), .init("stored", JSON(result.stored))])
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

    private func store(_ attempt: MissedDelivery) async -> Bool {
        do {
            let (headers, body) = try await missed.payload(of: attempt.attempt)
            let delivery = healedGitHubDelivery(
                guid: attempt.guid, eventName: attempt.eventName, headers: headers, body: body, receivedAt: wall.now)
            return try await store.accept(delivery).kind != .repeated
        } catch {
            log.warning(
                "a missed delivery could not be fetched",
                [.init("guid", .string(attempt.guid)), .init("error", .string(String(describing: error)))])
            return false
        }
    }
}
