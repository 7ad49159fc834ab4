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
            HTTPRoute(.get, "/metrics") { request in await scrape(request) },
        ]
    }

    private func scrape(_ request: HTTPRequest) async -> HTTPResponse {
        do throws(StoreError) {
            let text = metrics.text(with: process + (try await queue()) + (try await deliveries()))
            return HTTPResponse(status: 200, text: text, type: "text/plain; version=0.0.4; charset=utf-8")
        } catch {
            return HTTPProblem(status: 503, title: "The store cannot be read", detail: error.message).response(requestID: request.id)
        }
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
        let counts = try await figures.store.deliveryCounts()
        let samples = counts.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { source, states in
            states.sorted { $0.key.rawValue < $1.key.rawValue }.map { state, count in
                Metrics.Sample([.init("source", source.rawValue), .init("state", state.rawValue)], Double(count))
            }
        }
        return [("forge_stored_deliveries", "Deliveries in the store, by source and state.", "gauge", samples)]
    }
}
