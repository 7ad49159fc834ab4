// The bounds of the HTTP server. None of them must ever be absent: each is what a stranger's request can cost at most.

package import ForgeCore

package struct HTTPSettings: Sendable {
    /// What the server shows to its clients, both parts in PEM form.
    package struct TLS: Sendable {
        package var certificate: [UInt8]
        package var key: Secret
    }

    package var headerBytes: Int
    package var githubBodyBytes: Int
    package var trackerBodyBytes: Int
    package var apiBodyBytes: Int
    package var headerTimeout: Duration
    package var bodyTimeout: Duration
    package var idleTimeout: Duration
    package var connections: Int
    package var connectionsPerAddress: Int
    /// 0 for no limit.
    package var requestsPerAddressMinute: Int
    package var threads: Int
    package var trustedProxies: [IPNetwork]
    package var heartbeat: Duration
    package var tls: TLS?

    init(reading reader: inout EntryReader) {
        headerBytes = reader.read("header_bytes", .size(4_096...1 << 20), "32KiB", "Largest request line and headers together.")
        githubBodyBytes = reader.read(
            "github_body_bytes", .size(1_024...1 << 28), "25MiB", "Largest delivery from GitHub, which sends none above 25 MB.")
        trackerBodyBytes = reader.read("tracker_body_bytes", .size(1_024...1 << 28), "2MiB", "Largest delivery from a tracker.")
        apiBodyBytes = reader.read("api_body_bytes", .size(1_024...1 << 28), "1MiB", "Largest body of any other request.")
        headerTimeout = reader.read("header_timeout", .duration(aSecondToFiveMinutes), "10s", "How long headers may take to arrive.")
        bodyTimeout = reader.read("body_timeout", .duration(aSecondToFiveMinutes), "30s", "How long a body may take to arrive.")
        idleTimeout = reader.read(
            "idle_timeout", .duration(aSecondToFiveMinutes), "60s", "How long a connection may wait between requests.")
        connections = reader.read("connections", .int(1...100_000), "1024", "Connections open at once.")
        connectionsPerAddress = reader.read("connections_per_address", .int(1...100_000), "256", "Of these, from one address.")
        requestsPerAddressMinute = reader.read(
            "requests_per_address_minute", .int(0...10_000_000), "600", "Requests a minute from one address; 0 sets no limit.")
        threads = reader.read("threads", .int(1...64), "2", "Threads that serve connections.")
        trustedProxies = reader.read(
            "trusted_proxies", .list(.network), "[]", "Proxies whose X-Forwarded-For names the client, such as 10.0.0.0/8.")
        heartbeat = reader.read("heartbeat", .duration(aSecondToFiveMinutes), "15s", "How often an event stream shows that it is alive.")
        tls = Self.readTLS(&reader)
        if reader.isGiven("connections_per_address"), connectionsPerAddress > connections {
            reader.complain("connections_per_address", "is more than connections", "give at most \(connections), or raise connections")
        }
    }

    private static func readTLS(_ reader: inout EntryReader) -> TLS? {
        let certificate = reader.file(
            "tls_certificate_file", holdsCredential: false, example: "/etc/forge/tls-certificate.pem",
            "Certificate and its chain in PEM form; without one the server speaks plain HTTP.")
        let key = reader.file(
            "tls_key_file", holdsCredential: true, example: "/etc/forge/tls-key.pem", "The certificate's key in PEM form.")
        if reader.isGiven("tls_certificate_file") != reader.isGiven("tls_key_file") {
            let missing = reader.isGiven("tls_key_file") ? "tls_certificate_file" : "tls_key_file"
            reader.complain(missing, "is missing", "give tls_certificate_file and tls_key_file together")
        }
        guard let certificate, let key else { return nil }
        return TLS(certificate: certificate, key: Secret(key))
    }
}

private let aSecondToFiveMinutes: ClosedRange<Duration> = .seconds(1) ... .seconds(300)
