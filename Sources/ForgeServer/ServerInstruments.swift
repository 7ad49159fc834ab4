// What the server counts. Instruments are found in the registry once and kept; a request only adds to them.

import ForgeCore
import Synchronization

/// Why a request or a connection was turned away.
enum Rejection: String, CaseIterable {
    case connections
    case connectionsPerAddress = "connections_per_address"
    case requestRate = "request_rate"
    case headerTimeout = "header_timeout"
    case headersTooLarge = "headers_too_large"
    case bodyTimeout = "body_timeout"
    case bodyTooLarge = "body_too_large"
    case bodyMemory = "body_memory"
    case responseTimeout = "response_timeout"
    case malformed
    case stopping
}

final class ServerInstruments: Sendable {
    let connections: Gauge
    private let rejected: [Rejection: Counter]

    init(_ metrics: Metrics) {
        connections = metrics.gauge("forge_http_connections", "Open HTTP connections.")
        rejected = Dictionary(
            uniqueKeysWithValues: Rejection.allCases.map {
                ($0, metrics.counter("forge_http_rejected_total", "Requests and connections turned away.", [.init("reason", $0.rawValue)]))
            })
    }

    func reject(_ reason: Rejection) { rejected[reason]?.add() }
}

/// The instruments of one route, or of all requests that reached none.
final class RouteInstruments: Sendable {
    private struct Key: Hashable {
        let method: HTTPMethod?
        let status: Int
    }

    private let metrics: Metrics
    private let route: String
    private let seconds: Histogram
    private let counters = Mutex<[Key: Counter]>([:])

    init(_ metrics: Metrics, route: String) {
        self.metrics = metrics
        self.route = route
        seconds = metrics.histogram(
            "forge_http_request_seconds", "From a request's first line to the end of its response.", [.init("route", route)],
            bounds: Histogram.latencyBounds, scale: 1e-6)
    }

    func record(_ method: HTTPMethod?, status: Int, microseconds: Int) {
        seconds.record(microseconds)
        counter(Key(method: method, status: status)).add()
    }

    private func counter(_ key: Key) -> Counter {
        counters.withLock { counters in
            if let known = counters[key] { return known }
            let made = metrics.counter(
                "forge_http_requests_total", "Requests answered.",
                [.init("method", key.method?.rawValue ?? "other"), .init("route", route), .init("status", "\(key.status)")])
            counters[key] = made
            return made
        }
    }
}
