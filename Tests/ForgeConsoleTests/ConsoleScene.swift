// The console over a store in memory, behind the router that the server uses. A test sends requests and reads answers; nothing here
// knows more of the console than its routes.

import ForgeConsole
import ForgeCore
import ForgeCrypto
import ForgeEngine
import ForgeTestSupport
import Synchronization
import Testing

struct ConsoleScene: Sendable {
    let clock: TestClock
    let store: MemoryStore
    let arrived = Wakeup()
    let changed = Wakeup()
    let metrics = Metrics()
    let routes: [HTTPRoute]
    private let router: HTTPRouter

    static let ours = Tenant.installation(1)
    static let theirs = Tenant.installation(2)

    init(checks: [ReadinessCheck] = [], residentBytes: Int? = 1000, version: String = "1.2.3") {
        let clock = TestClock()
        self.clock = clock
        store = MemoryStore(clock: clock.wallClock)
        let figures = ScrapedFigures(
            store: store, clock: clock.wallClock, residentBytes: { residentBytes }, startedAt: clock.timestamp, version: version)
        let health = HealthRoutes(readiness: Readiness(checks), metrics: metrics, figures: figures)
        routes = consoleRoutes(
            ConsoleDependencies(store: store, health: health, arrived: arrived, changed: changed, version: version, log: .silent))
        router = HTTPRouter(routes)
    }

    // MARK: Tokens

    /// A new token's text.
    func token(_ role: Role, tenant: Tenant? = nil) async throws -> String {
        let number = try await store.tokens().count
        let text = TokenSecret.prefix + Hex.encode(SHA256.digest("token \(number)"))
        let secret = try #require(TokenSecret(text))
        _ = try await store.createToken(name: "test \(number)", role: role, tenant: tenant, digest: secret.hash.hex, by: "test")
        return text
    }

    /// Revokes the newest token.
    func revokeNewestToken() async throws {
        let newest = try #require(try await store.tokens().first)
        _ = try await store.revokeToken(newest.id, by: "test")
    }

    // MARK: Requests

    func send(
        _ method: HTTPMethod, _ target: String, as token: String? = nil, headers: [HeaderField] = [], body: String = ""
    ) async throws -> Answer {
        try await send(method, target, authorization: token.map { "Bearer \($0)" }, headers: headers, body: Array(body.utf8))
    }

    func send(
        _ method: HTTPMethod, _ target: String, authorization: String?, headers: [HeaderField] = [], body: [UInt8]
    ) async throws -> Answer {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(parts[0])
        let query = parts.count < 2 ? [] : parts[1].split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        guard case .found(let route, let parameters) = router.match(method, path: path) else {
            throw NoRoute(description: "\(method.rawValue) \(path)")
        }
        try #require(body.count <= route.bodyBytesMax, "the server would refuse this body")
        let request = HTTPRequest(
            id: "request-1", method: method, path: path, query: query.map { ($0[0], $0.count > 1 ? $0[1] : "") },
            headers: (authorization.map { [HeaderField("authorization", $0)] } ?? []) + headers, body: body, remoteAddress: "192.0.2.1",
            parameters: parameters)
        return Answer(await route.handle(request))
    }

    struct NoRoute: Error { let description: String }

    // MARK: What is in the store

    func draft(_ identity: String, repository: String = "acme/shop", title: String? = nil) -> TicketDraft {
        TicketDraft(
            source: .sentry, tracker: "prod", repository: repository, title: title ?? "Broken: \(identity)", body: "a body",
            culprit: "shop.pay", environment: "production", release: "1.0", url: "https://sentry.example.com/1", issueID: "1",
            eventID: "e1", identity: identity, fingerprint: identity, trust: .signed, seen: Sightings(count: 3, first: clock.timestamp),
            tags: ["browser": "x"],
            evidence: Evidence(
                exceptions: [ExceptionEvidence(type: "E", value: "v", frames: [Frame(path: "a.py", line: 3, isInApp: true)])],
                request: RequestEvidence(method: "GET", url: "https://shop.example.com/")),
            extra: ["sender_says": "more"])
    }

    @discardableResult
    func delivery(
        _ key: String, _ state: DeliveryState = .done, tenant: Tenant? = ours, repository: String = "acme/shop",
        tickets: [TicketWork] = [], jobs: [NewJob] = []
    ) async throws -> DeliveryID {
        let new = NewDelivery(
            source: .github, transportKey: key, eventName: "push", headers: [HeaderField("x-github-event", "push")],
            body: Array(#"{"of":"\#(key)"}"#.utf8), receivedAt: clock.timestamp)
        let id = try await store.accept(new).id
        guard state != .pending else { return id }
        let settlement = Settlement(
            state: state, reason: "because of \(key)", event: "push", intent: "nothing", tenant: tenant, repository: repository,
            tickets: tickets, jobs: jobs)
        _ = try #require(try await store.settle(id, settlement))
        return id
    }

    @discardableResult
    func run(_ subject: String, tenant: Tenant = ours, repository: String = "acme/shop") async throws -> RunID {
        let id = try await store.createRun(
            NewRun(kind: .review, tenant: tenant, repository: repository, subject: subject), lease: nil)
        try await store.advanceRun(id, to: .failed, reason: "\(subject) failed", lease: nil)
        _ = try await store.recordStep(Step(run: id, key: "s", kind: "model", result: .string(subject), at: clock.timestamp), lease: nil)
        let finding = RecordedFinding(
            run: id, stableID: "f", rule: "r", severity: .warning, category: "style", path: "a.swift", line: 3, message: subject)
        try await store.saveFindings([finding], lease: nil)
        return id
    }
}

struct Answer: Sendable {
    let response: HTTPResponse
    let bytes: [UInt8]

    init(_ response: HTTPResponse) {
        self.response = response
        if case .bytes(let bytes) = response.body { self.bytes = bytes } else { bytes = [] }
    }

    var status: Int { response.status }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    func header(_ name: String) -> String? { response.headers.first { $0.name == name }?.value }

    /// The body, which must be JSON.
    var json: JSON {
        get throws { try JSONParser.parse(bytes).value }
    }

    var items: [JSON] {
        get throws { try #require(try json["items"]?.array) }
    }

    /// Of a problem: what is wrong with which field.
    var problems: [String: String] {
        get throws {
            let list = try json["errors"]?.array ?? []
            return Dictionary(list.map { ($0["name"]?.string ?? "", $0["problem"]?.string ?? "") }) { "\($0); \($1)" }
        }
    }

    var stream: HTTPBodyStream {
        get throws {
            guard case .eventStream(let stream) = response.body else { throw NoStream() }
            return stream
        }
    }

    struct NoStream: Error {}
}
