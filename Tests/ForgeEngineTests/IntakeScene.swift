// The door over a store in memory, with one sender of each kind. A test sends requests as senders do.

import ForgeCore
import ForgeCrypto
import ForgeEngine
import ForgeTestSupport
import ForgeWebhooks
import Testing

struct IntakeScene: Sendable {
    static let newest = HMACKey(Array("the newest secret".utf8))
    static let older = HMACKey(Array("the secret before".utf8))
    static let sentrySecret = HMACKey(Array("sentry's client secret".utf8))
    static let pathToken = "a-path-token"
    static let body = Array(#"{"zen":"keep it flat"}"#.utf8)

    let clock = TestClock()
    let store: MemoryStore
    let metrics = Metrics()
    let logged = LogCapture()
    let arrived = Wakeup()
    let pressure = IntakePressure()
    let refusals: RefusalRecorder
    let intake: Intake
    private let router: HTTPRouter

    init(githubSecrets: [HMACKey] = [newest, older]) {
        store = MemoryStore(clock: clock.wallClock)
        refusals = RefusalRecorder(store: store, keep: 100, metrics: metrics, log: logged.log)
        let digest = SHA256.digest(Self.pathToken)
        let senders = Senders(
            github: GitHubVerifier(secrets: githubSecrets),
            sentry: [
                "prod": SentryVerifier(tracker: "prod", secrets: [Self.sentrySecret], legacyTokenDigests: [digest]),
                "bare": SentryVerifier(tracker: "bare", secrets: []),
            ],
            glitchtip: [
                "errors": GlitchTipVerifier(tracker: "errors", tokenDigests: [digest]),
                "bare": GlitchTipVerifier(tracker: "bare", tokenDigests: []),
            ])
        intake = Intake(
            store: store, senders: senders, limits: IntakeLimits(), clock: clock.wallClock, pressure: pressure, refusals: refusals,
            arrived: arrived, metrics: metrics, log: logged.log)
        router = HTTPRouter(intake.routes)
    }

    // MARK: Requests

    /// As GitHub sends, with one header replaced by `value` or left out.
    static func github(
        _ key: HMACKey? = newest, guid: String = "guid-1", event: String = "ping", body: [UInt8] = body, _ name: String = "",
        _ value: String? = nil
    ) -> [HeaderField] {
        var fields = [
            ("content-type", "application/json"), ("x-github-event", event), ("x-github-delivery", guid), ("x-github-hook-id", "77"),
        ]
        if let key { fields.append(("x-hub-signature-256", "sha256=" + Hex.encode(key.authenticate(body)))) }
        fields.removeAll { $0.0 == name }
        if let value { fields.append((name, value)) }
        return fields.map { HeaderField($0.0, $0.1) }
    }

    static func sentry(_ key: HMACKey? = sentrySecret, body: [UInt8] = body) -> [HeaderField] {
        let signature = key.map { [HeaderField("sentry-hook-signature", Hex.encode($0.authenticate(body)))] } ?? []
        return [HeaderField("sentry-hook-resource", "issue"), HeaderField("request-id", "r-1")] + signature
    }

    func send(_ path: String, _ headers: [HeaderField] = [], body: [UInt8] = body, method: HTTPMethod = .post) async throws -> Answer {
        guard case .found(let route, let parameters) = router.match(method, path: path) else { throw NoRoute() }
        let request = HTTPRequest(
            id: "request-1", method: method, path: path, headers: headers, body: body, remoteAddress: "192.0.2.1",
            parameters: parameters)
        return Answer(await route.handle(request))
    }

    struct NoRoute: Error {}

    // MARK: What became of them

    /// Newest first, after what waits was written.
    func refused() async throws -> [Refusal] {
        await refusals.flush()
        return try await store.refusals(page: PageRequest(limit: 200), scope: .all).items
    }

    func stored() async throws -> [Delivery] {
        try await store.pendingDeliveries(after: nil, limit: 1000)
    }

    func count(_ name: String, _ labels: [Metrics.Label]) -> Int { metrics.counter(name, "", labels).value }
}

struct Answer: Sendable {
    let response: HTTPResponse

    init(_ response: HTTPResponse) { self.response = response }

    var status: Int { response.status }
    func header(_ name: String) -> String? { response.headers.first { $0.name == name }?.value }

    var text: String {
        guard case .bytes(let bytes) = response.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    var json: JSON {
        get throws { try JSONParser.parse(text) }
    }
}
