// Routes with their instruments, found by path. A route without braces is found by one look-up; the rest is HTTPRouter's.

import ForgeCore

final class RouteEntry: Sendable {
    let route: HTTPRoute
    let instruments: RouteInstruments

    init(_ route: HTTPRoute, _ instruments: RouteInstruments) {
        self.route = route
        self.instruments = instruments
    }
}

struct RouteTable: Sendable {
    enum Match {
        case found(RouteEntry, parameters: [String: String])
        case wrongMethod(allow: String)
        case notFound
    }

    private struct Key: Hashable {
        let method: HTTPMethod
        let path: String
    }

    private let router: HTTPRouter
    private let entries: [Key: RouteEntry]
    let unmatched: RouteInstruments
    private let hiddenPrefixes: [String]

    init(_ routes: [HTTPRoute], _ metrics: Metrics) {
        router = HTTPRouter(routes)
        unmatched = RouteInstruments(metrics, route: "none")
        var instruments: [String: RouteInstruments] = [:]
        var entries: [Key: RouteEntry] = [:]
        for route in routes {
            let shared = instruments[route.template] ?? RouteInstruments(metrics, route: route.template)
            instruments[route.template] = shared
            let key = Key(method: route.method, path: route.template)
            precondition(entries[key] == nil, "two routes answer \(route.method.rawValue) \(route.template)")
            entries[key] = RouteEntry(route, shared)
        }
        self.entries = entries
        hiddenPrefixes = routes.filter(\.hidesPath).map { String($0.template.prefix { $0 != "{" }) }
    }

    func match(_ method: HTTPMethod, path: String) -> Match {
        // A template with braces is in the table under its own text, which no request may reach by spelling it out.
        if let entry = entries[Key(method: method, path: path)], !path.utf8.contains(UInt8(ascii: "{")) {
            return .found(entry, parameters: [:])
        }
        switch router.match(method, path: path) {
        case .found(let route, let parameters):
            guard let entry = entries[Key(method: route.method, path: route.template)] else { return .notFound }
            return .found(entry, parameters: parameters)
        case .wrongMethod(let allowed): return .wrongMethod(allow: Self.allow(allowed))
        case .notFound: return .notFound
        }
    }

    private static func allow(_ methods: [HTTPMethod]) -> String {
        let all = methods.contains(.get) && !methods.contains(.head) ? methods + [.head] : methods
        return all.map(\.rawValue).sorted().joined(separator: ", ")
    }
}

extension RouteTable {
    /// A path that reached no route, as the log may show it: a near miss of a path that holds a credential may hold it too.
    func shown(_ path: String) -> String {
        hiddenPrefixes.first { path.hasPrefix($0) }.map { $0 + "…" } ?? path
    }
}
