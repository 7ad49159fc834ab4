// What is asked of GitHub and what it said, as values.

package import ForgeCore

package struct GitHubCall: Sendable {
    package enum Effect: Hashable, Sendable {
        /// May be asked as often as it helps: reading, and making a token.
        case repeatable
        /// Waits its turn, and is never sent again while the last one may have been carried out.
        case write
    }

    package var method: HTTPMethod
    /// From the API's root on, parts from outside percent-encoded.
    package var path: String
    package var query: [(name: String, value: String)]
    package var body: JSON?
    package var effect: Effect
    /// It was just heard of: a 404 may be a copy that is behind, and is asked again a few times.
    package var mustExist: Bool
    var isGraph = false
    /// How long it may wait in all, when that is not what the client's settings say.
    var patience: Duration?

    package init(
        _ method: HTTPMethod, _ path: String, query: [(name: String, value: String)] = [], body: JSON? = nil, effect: Effect? = nil,
        mustExist: Bool = false
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.effect = effect ?? (method == .get || method == .head ? .repeatable : .write)
        self.mustExist = mustExist
    }

    package static func get(_ path: String, query: [(name: String, value: String)] = [], mustExist: Bool = false) -> Self {
        Self(.get, path, query: query, mustExist: mustExist)
    }

    static func graph(_ query: String, _ variables: JSON, effect: Effect) -> Self {
        var call = Self(.post, "", body: ["query": .string(query), "variables": variables], effect: effect)
        call.isGraph = true
        return call
    }

    func address(at addresses: GitHubAddresses) -> String {
        if isGraph { return addresses.graphQL }
        let query = query.map { "\($0.name)=\($0.value.percentEncoded)" }.joined(separator: "&")
        return addresses.api + path + (query.isEmpty ? "" : "?" + query)
    }
}

package struct GitHubAnswer: Sendable {
    package var status: Int
    /// Null when there was no body.
    package var json: JSON
    /// Where the next page is.
    var next: String?
    /// GitHub's clock.
    package var serverTime: Timestamp?
    /// What `X-GitHub-Enterprise-Version` said.
    package var enterpriseVersion: String?
}

/// The address that `Link` calls next. It stands between angle brackets, and may hold what stands between links, too.
func nextPage(in link: String?) -> String? {
    var rest = (link ?? "")[...]
    while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">") {
        let target = rest[rest.index(after: start)..<end]
        rest = rest[rest.index(after: end)...]
        let about = rest.prefix { $0 != "<" }
        if about.contains("rel=\"next\"") || about.contains("rel=next") { return String(target) }
    }
    return nil
}
