// A request to somebody else's server, as a value. A credential stands in a field of its own, so that it can be kept from other hosts,
// logs and recordings; it must never stand among the headers.

package import ForgeCore

/// How long and how much; every bound is on.
package struct OutgoingLimits: Hashable, Sendable {
    package var connect = Duration.seconds(10)
    /// From the request's end to the first byte of the answer.
    package var firstByte = Duration.seconds(60)
    /// Between two pieces of the answer.
    package var idle = Duration.seconds(60)
    package var total = Duration.seconds(300)
    /// Of the answer, after decompression.
    package var bodyBytesMax = 32 << 20
    package var headerBytesMax = 256 << 10

    package init() {}
}

/// Whether an answer that points elsewhere is followed.
package enum RedirectPolicy: Hashable, Sendable {
    case none
    /// At most so many, never from https to http, and with the credential to the same host only.
    case follow(max: Int)
}

/// Where an address came from.
package enum AddressTrust: Hashable, Sendable {
    /// The operator wrote it.
    case configured
    /// It stood in a text from outside: no machine of a private network is reached through it.
    case outside
}

/// A body that is made while it is sent. It goes out once: an answer that would have it sent again elsewhere is an error.
package struct OutgoingStream: Sendable {
    /// Said to the other side before; without it the body goes out in chunks.
    package var length: Int?
    /// The next piece, or nil at the end. Called by one caller, one call at a time; cancelled when nobody wants it any more.
    package let next: @Sendable () async throws -> [UInt8]?

    package init(length: Int? = nil, next: @escaping @Sendable () async throws -> [UInt8]?) {
        self.length = length
        self.next = next
    }
}

package struct OutgoingRequest: Sendable {
    package var method: HTTPMethod
    package var url: String
    /// How recordings show the address, where it holds a credential itself.
    package var shownURL: String?
    package var headers: [HeaderField]
    /// The value of `Authorization`.
    package var authorization: Secret?
    /// The header that carries it where that is another one, such as `x-api-key`.
    package var authorizationHeader = "Authorization"
    package var body: [UInt8]
    /// In place of `body`. The answer is handed over when all of it is sent, or once the other side has refused it.
    package var stream: OutgoingStream?
    package var limits = OutgoingLimits()
    package var redirects = RedirectPolicy.none
    package var trust = AddressTrust.configured

    package init(_ method: HTTPMethod, _ url: String, headers: [HeaderField] = [], authorization: Secret? = nil, body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.authorization = authorization
        self.body = body
    }
}

extension OutgoingRequest {
    /// Whether the other side may get it twice without harm, so that libcurl may send it again when a kept connection turns out to be dead.
    var isRepeatable: Bool { (method == .get || method == .head) && body.isEmpty && stream == nil }
}

/// What came before the body.
package struct ResponseHead: Hashable, Sendable {
    package var status: Int
    /// Names in lower case, in the order they came.
    package var headers: [HeaderField]
    /// Where the answer came from, after redirects.
    package var url: String

    package init(status: Int, headers: [HeaderField] = [], url: String = "") {
        self.status = status
        self.headers = headers
        self.url = url
    }

    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

package struct OutgoingResponse: Hashable, Sendable {
    package var head: ResponseHead
    package var body: [UInt8]

    package var status: Int { head.status }
    package func header(_ name: String) -> String? { head.header(name) }
}
