// One route: what it answers to, how much it reads, and who answers. The table of them is a value that a test can read.

package struct HTTPRoute: Sendable {
    package var method: HTTPMethod
    /// `/api/v1/tickets/{id}`: a part in braces takes one segment.
    package var template: String
    package var bodyBytesMax: Int
    /// The path holds a credential: the log shows the template instead.
    package var hidesPath: Bool
    package var handle: @Sendable (HTTPRequest) async -> HTTPResponse

    package init(
        _ method: HTTPMethod, _ template: String, bodyBytesMax: Int = 0, hidesPath: Bool = false,
        handle: @escaping @Sendable (HTTPRequest) async -> HTTPResponse
    ) {
        self.method = method
        self.template = template
        self.bodyBytesMax = bodyBytesMax
        self.hidesPath = hidesPath
        self.handle = handle
    }
}

/// Finds the route for a request. Literal segments win over braces; no two routes of one method may match the same path.
package struct HTTPRouter: Sendable {
    package enum Match: Sendable {
        case found(HTTPRoute, parameters: [String: String])
        /// The path is there, the method is not: these are.
        case wrongMethod(allowed: [HTTPMethod])
        case notFound
    }

    package let routes: [HTTPRoute]
    private let segments: [[Substring]]

    package init(_ routes: [HTTPRoute]) {
        let ordered = routes.sorted { Self.literals($0.template) > Self.literals($1.template) }
        self.routes = ordered
        self.segments = ordered.map { Self.split($0.template) }
    }

    package func match(_ method: HTTPMethod?, path: String) -> Match {
        let parts = Self.split(path)
        var allowed: [HTTPMethod] = []
        for (route, template) in zip(routes, segments) {
            guard let parameters = Self.parameters(of: template, in: parts) else { continue }
            if route.method == method || (method == .head && route.method == .get) { return .found(route, parameters: parameters) }
            if !allowed.contains(route.method) { allowed.append(route.method) }
        }
        return allowed.isEmpty ? .notFound : .wrongMethod(allowed: allowed)
    }

    private static func literals(_ template: String) -> Int { split(template).count { !$0.hasPrefix("{") } }

    private static func split(_ path: some StringProtocol) -> [Substring] {
        Substring(path).split(separator: "/", omittingEmptySubsequences: false)
    }

    private static func parameters(of template: [Substring], in parts: [Substring]) -> [String: String]? {
        guard template.count == parts.count else { return nil }
        var found: [String: String] = [:]
        for (name, value) in zip(template, parts) {
            if name.hasPrefix("{") {
                guard !value.isEmpty else { return nil }
                found[String(name.dropFirst().dropLast())] = String(value)
            } else if name != value {
                return nil
            }
        }
        return found
    }
}
