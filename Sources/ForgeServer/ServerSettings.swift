// What a server is made of: what it shows, and the time and names it is handed.

package import ForgeCore

/// The bytes of the two PEM files, not their names.
package struct TLSFiles: Sendable {
    package var certificate: [UInt8]
    package var privateKey: Secret

    package init(certificate: [UInt8], privateKey: Secret) {
        self.certificate = certificate
        self.privateKey = privateKey
    }
}

/// What the server is handed instead of asking the machine.
package struct ServerDependencies: Sendable {
    package var log: Log
    package var metrics: Metrics
    /// Nanoseconds that never go back.
    package var monotonic: @Sendable () -> UInt64
    /// A new name for each request.
    package var requestIDs: @Sendable () -> String

    package init(
        log: Log, metrics: Metrics, monotonic: @escaping @Sendable () -> UInt64, requestIDs: @escaping @Sendable () -> String
    ) {
        self.log = log
        self.metrics = metrics
        self.monotonic = monotonic
        self.requestIDs = requestIDs
    }
}
