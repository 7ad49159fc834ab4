// Every bound of the server, each with the value it has when nobody says otherwise. Nothing in this module may grow, wait or repeat
// without one of these.

package import ForgeCore

/// How much, how many and how long. Body sizes are said per route, in `HTTPRoute.bodyBytesMax`.
package struct ServerLimits: Sendable {
    /// Request line and headers together.
    package var headerBytes = 32 * 1024
    /// From the connection's start, or from a later request's first line, until its headers are complete.
    package var headerTimeout = Duration.seconds(10)
    /// For the whole body.
    package var bodyTimeout = Duration.seconds(30)
    /// Between two requests of one connection, and for a reader that takes nothing of its response.
    package var idleTimeout = Duration.seconds(60)
    /// For a whole response that is no event stream.
    package var responseTimeout = Duration.seconds(120)
    package var connections = 1024
    package var connectionsPerAddress = 256
    package var requestsPerAddressMinute = 600
    /// How many addresses' allowances are remembered; the one not heard of for longest is forgotten first.
    package var addressesRemembered = 16 * 1024
    /// Bodies being read, of all connections together.
    package var bodyBytesBuffered = 256 * 1024 * 1024
    package var threads = 2
    /// How often an event stream that has nothing to say shows that it is alive.
    package var heartbeat = Duration.seconds(15)
    /// Whose `X-Forwarded-For` is believed.
    package var trustedProxies: [IPNetwork] = []

    package init() {}
}

extension Duration {
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) &* 1_000_000_000 &+ UInt64(max(0, attoseconds) / 1_000_000_000)
    }
}
