// A request and a response as handlers see them. How bytes come and go is the server's matter.

package enum HTTPMethod: String, Hashable, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    case trace = "TRACE"
    case connect = "CONNECT"
}

package struct HTTPRequest: Sendable {
    /// Unique in this process's life; in the log, and in the answer as `X-Request-ID`.
    package var id: String
    package var method: HTTPMethod
    /// Percent-decoded, without the query.
    package var path: String
    package var query: [(name: String, value: String)]
    /// Names in lower case, in the order they came.
    package var headers: [HeaderField]
    package var body: [UInt8]
    package var remoteAddress: String
    /// The values of the route's `{name}` parts.
    package var parameters: [String: String]

    package init(
        id: String, method: HTTPMethod, path: String, query: [(name: String, value: String)] = [], headers: [HeaderField] = [],
        body: [UInt8] = [], remoteAddress: String = "", parameters: [String: String] = [:]
    ) {
        self.id = id
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.remoteAddress = remoteAddress
        self.parameters = parameters
    }

    /// The first header of this lower-case name.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    package func queryValue(_ name: String) -> String? { query.first { $0.name == name }?.value }
}

/// Chunks of a response that goes on: the server asks for the next one when the last is on its way, so a slow reader holds the writer back.
package struct HTTPBodyStream: Sendable {
    /// The next bytes, or nil at the end. Called by one reader, one call at a time; cancelled when the client is gone.
    package let next: @Sendable () async -> [UInt8]?

    package init(next: @escaping @Sendable () async -> [UInt8]?) { self.next = next }
}

package enum HTTPBody: Sendable {
    case bytes([UInt8])
    /// Server-sent events; the server adds a comment line as heartbeat while nothing comes.
    case eventStream(HTTPBodyStream)
    /// Byte for byte what is given, and nothing between.
    case stream(HTTPBodyStream)
}

package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: [HeaderField]
    package var body: HTTPBody
    /// The sender has shown that it holds a secret: its request does not count against its address's allowance.
    package var isTrusted: Bool

    package init(status: Int, headers: [HeaderField] = [], body: HTTPBody = .bytes([]), isTrusted: Bool = false) {
        self.status = status
        self.headers = headers
        self.body = body
        self.isTrusted = isTrusted
    }

    package init(status: Int, json: JSON, headers: [HeaderField] = [], isTrusted: Bool = false) {
        let type = HeaderField("content-type", "application/json")
        self.init(status: status, headers: [type] + headers, body: .bytes(Array(json.text.utf8)), isTrusted: isTrusted)
    }

    package init(status: Int, text: String, type: String = "text/plain; charset=utf-8", headers: [HeaderField] = []) {
        self.init(status: status, headers: [HeaderField("content-type", type)] + headers, body: .bytes(Array(text.utf8)))
    }
}
