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
    /// The last literal part before what may be a credential, in lower case: `glitchtip`.
    private let hidingParts: Set<Substring>

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
        hidingParts = Set(
            routes.filter(\.hidesPath).compactMap { $0.template.lowercased().prefix { $0 != "{" }.split(separator: "/").last })
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
    /// A path that reached no route, as the log may show it. A near miss of a path that holds a credential holds it too, and there are many
    /// ways to miss: a slash too many, a part in capitals, a prefix that a proxy left there, the token on another sender's path. So nothing is
    /// shown after a part that announces a credential, and no part that is long enough to be one.
    func shown(_ path: String) -> String {
        var shown: [Substring] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            shown.append(part.utf8.count < Self.credentialBytesMin ? part : "…")
            if hidingParts.contains(Substring(part.lowercased())) {
                shown.append("…")
                break
            }
        }
        return shown.joined(separator: "/")
    }

    /// The settings warn of secrets that are shorter.
    private static let credentialBytesMin = 16
}
