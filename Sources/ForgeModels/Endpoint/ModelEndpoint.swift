// One provider's address with the key to it, and requests to it. The key stands in the one field that is never shown: it must never be among
// the headers, in the address or in the body.

package import ForgeCore
package import ForgeHTTP

package struct ModelEndpoint: Sendable {
    package let wire: ModelWire
    /// Where bodies are posted.
    package let url: String
    private let key: Secret?
    private let isAzure: Bool

    /// - Parameter baseURL: the server, with or without `/v1`; or with the deployment, as Azure has it.
    /// - Parameter apiVersion: what Azure wants in the query.
    package init(_ wire: ModelWire, baseURL: String, key: Secret? = nil, apiVersion: String? = nil) {
        self.wire = wire
        self.key = key
        let place = Self.withoutPath(baseURL, wire)
        isAzure = apiVersion != nil || Self.azureHosts.contains { Self.host(of: place).hasSuffix($0) }
        url = place + (Self.namesVersion(place) ? "/" : "/v1/") + wire.path + (apiVersion.map { "?api-version=\($0)" } ?? "")
    }

    package var host: String { Self.host(of: url) }
    /// OpenAI's own service, which has left `max_tokens` behind; most others know only that.
    package var isOpenAI: Bool { isAzure || host == "api.openai.com" }

    /// A request with the key. `headers` may add to what the format wants, never replace it.
    package func request(_ body: [UInt8], headers: [HeaderField] = []) -> OutgoingRequest {
        var request = OutgoingRequest(.post, url, headers: [HeaderField("content-type", "application/json")], body: body)
        if wire == .anthropic, !headers.contains(where: { $0.name == "anthropic-version" }) {
            request.headers.append(HeaderField("anthropic-version", "2023-06-01"))
        }
        request.headers += headers.filter { $0.name != "content-type" }
        switch (wire, key) {
        case (_, nil): break
        case (.anthropic, let key?):
            request.authorization = key
            request.authorizationHeader = "x-api-key"
        case (_, let key?) where isAzure:
            request.authorization = key
            request.authorizationHeader = "api-key"
        case (_, let key?): request.authorization = Secret(Array("Bearer ".utf8) + key.reveal())
        }
        return request
    }

    /// A text from the provider without the key: some repeat it in their complaint about it.
    package func hidingKey(in text: String) -> String {
        guard let bytes = key?.reveal(), bytes.count >= 8 else { return text }
        let pieces = text.split(separator: String(decoding: bytes, as: UTF8.self), omittingEmptySubsequences: false)
        return pieces.joined(separator: "••••••••")
    }

    // MARK: Addresses

    private static let azureHosts = [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"]

    /// The whole address of the method works as well as what stands before it.
    private static func withoutPath(_ url: String, _ wire: ModelWire) -> String {
        var url = url
        if url.hasSuffix("/" + wire.path) { url.removeLast(wire.path.utf8.count + 1) }
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }

    private static func afterScheme(_ url: String) -> [Substring] {
        let rest = url.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2)
        return Array(rest)
    }

    private static func host(of url: String) -> String {
        let authority = afterScheme(url).first ?? ""
        return authority.prefix { $0 != ":" && $0 != "?" }.lowercased()
    }

    /// `/v1`, `/v1beta/openai`, `/openai/deployments/mine`
    private static func namesVersion(_ url: String) -> Bool {
        afterScheme(url).dropFirst().contains { part in
            part == "deployments" || part.first == "v" && part.dropFirst().first?.isWholeNumber == true
        }
    }
}
