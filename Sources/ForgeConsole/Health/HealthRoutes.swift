// What probes and scrapers ask: alive, ready, and in figures. They carry no data of any tenant and need no token.

package import ForgeCore
package import ForgeEngine

/// Figures that are asked for when somebody scrapes.
package struct ScrapedFigures: Sendable {
    package var store: any DeliveryStore & JobStore
    package var clock: WallClock
    package var residentBytes: @Sendable () -> Int?
    package var startedAt: Timestamp
    package var version: String

    package init(
        store: any DeliveryStore & JobStore, clock: WallClock, residentBytes: @escaping @Sendable () -> Int?, startedAt: Timestamp,
        version: String
    ) {
        self.store = store
        self.clock = clock
        self.residentBytes = residentBytes
        self.startedAt = startedAt
        self.version = version
    }
}

package struct HealthRoutes: Sendable {
    private let readiness: Readiness
    private let metrics: Metrics
    private let figures: ScrapedFigures

    package init(readiness: Readiness, metrics: Metrics, figures: ScrapedFigures) {
        self.readiness = readiness
        self.metrics = metrics
        self.figures = figures
    }

    package var routes: [HTTPRoute] {
        [
            HTTPRoute(.get, "/healthz") { _ in HTTPResponse(status: 200, json: ["schema": 1, "alive": true]) },
            HTTPRoute(.get, "/readyz") { _ in
                let report = await readiness.look()
                return HTTPResponse(
                    status: report.isReady ? 200 : 503, json: report.json, headers: [HeaderField("cache-control", "no-store")])
            },
            HTTPRoute(.get, "/metrics") { _ in await scrape() },
        ]
    }

    /// Answers also when the store does not: that is when the other figures are needed.
    private func scrape() async -> HTTPResponse {
        var families = process
        do throws(StoreError) {
            families += try await queue() + deliveries()
            families.append(Self.store(isReadable: true))
        } catch {
            families.append(Self.store(isReadable: false))
        }
        return HTTPResponse(status: 200, text: metrics.text(with: families), type: "text/plain; version=0.0.4; charset=utf-8")
    }

    private typealias Family = (name: String, help: String, kind: String, samples: [Metrics.Sample])

    private var process: [Family] {
        let started = Double(figures.startedAt.milliseconds) / 1000
        var families: [Family] = [
            ("forge_build_info", "The version that runs.", "gauge", [.init([.init("version", figures.version)], 1)]),
            ("process_start_time_seconds", "When this process began, in seconds since 1970.", "gauge", [.init([], started)]),
        ]
        if let bytes = figures.residentBytes() {
            families.append(("process_resident_memory_bytes", "Resident memory.", "gauge", [.init([], Double(bytes))]))
        }
        return families
    }

    private func queue() async throws(StoreError) -> [Family] {
        let depths = try await figures.store.queueDepths()
        let now = figures.clock.now
        let counts = depths.map { Metrics.Sample([.init("kind", $0.kind), .init("state", $0.state.rawValue)], Double($0.count)) }
        let ages = depths.filter { $0.state == .queued }.compactMap { depth in
            depth.oldest.map { Metrics.Sample([.init("kind", depth.kind)], max(0, (now - $0).seconds)) }
        }
        return [
            ("forge_queue_jobs", "Jobs by kind and state.", "gauge", counts),
            ("forge_queue_oldest_seconds", "Age of the oldest queued job, by kind.", "gauge", ages),
        ]
    }

    private func deliveries() async throws(StoreError) -> [Family] {
        let backlog = try await figures.store.backlog()
        let age = backlog.oldestPending.map { max(0, (figures.clock.now - $0).seconds) } ?? 0
        return [
            ("forge_deliveries_pending", "Stored deliveries that wait to be decoded.", "gauge", [.init([], Double(backlog.pending))]),
            ("forge_deliveries_pending_oldest_seconds", "Age of the oldest of them; 0 when none waits.", "gauge", [.init([], age)]),
            (
                "forge_deliveries_failed", "Stored deliveries that failed, until they are replayed.", "gauge",
                [.init([], Double(backlog.failed))]
            ),
        ]
    }

    private static func store(isReadable: Bool) -> Family {
        ("forge_store_readable", "1 when the store answered this scrape, else 0.", "gauge", [.init([], isReadable ? 1 : 0)])
    }
}
