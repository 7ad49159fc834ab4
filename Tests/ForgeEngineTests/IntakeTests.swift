// The door: every way of being wrong by name, every way of being right on disk before the answer.

import ForgeCore
import ForgeCrypto
import ForgeEngine
import ForgeTestSupport
import ForgeWebhooks
import Testing

@Suite(.timeLimit(.minutes(5))) struct IntakeTests {
    struct BadInput: Sendable, CustomTestStringConvertible {
        var name: String
        var path = "/webhooks/github"
        var headers: [HeaderField] = []
        var body = IntakeScene.body
        var code: WebhookRejection.Code
        var status = 401
        var hasSecrets = true

        var testDescription: String { name }
    }

    private static let form: [HeaderField] = IntakeScene.github(IntakeScene.newest, "content-type", "text/xml")
    private static let zeros = String(repeating: "0", count: 64)

    static let badInputs: [BadInput] = [
        BadInput(
            name: "GitHub, no secret configured", headers: IntakeScene.github(), code: .noSecretConfigured, hasSecrets: false),
        BadInput(name: "GitHub, no signature", headers: IntakeScene.github(nil), code: .missingSignature),
        BadInput(
            name: "GitHub, SHA-1 only", headers: IntakeScene.github(nil) + [HeaderField("x-hub-signature", "sha1=\(zeros.prefix(40))")],
            code: .sha1Only),
        BadInput(
            name: "GitHub, cut signature", headers: IntakeScene.github(nil, "x-hub-signature-256", "sha256=00ff"),
            code: .malformedSignature),
        BadInput(
            name: "GitHub, signature without its prefix", headers: IntakeScene.github(nil, "x-hub-signature-256", zeros),
            code: .malformedSignature),
        BadInput(
            name: "GitHub, somebody else's secret", headers: IntakeScene.github(HMACKey(Array("other".utf8))), code: .wrongSignature),
        BadInput(
            name: "GitHub, another body", headers: IntakeScene.github(), body: Array("{}".utf8), code: .wrongSignature),
        BadInput(
            name: "GitHub, body with a line end added", headers: IntakeScene.github(), body: IntakeScene.body + [0x0A],
            code: .bodyChanged),
        BadInput(
            name: "GitHub, no event", headers: IntakeScene.github(IntakeScene.newest, "x-github-event"), code: .missingHeader, status: 400),
        BadInput(
            name: "GitHub, no delivery id", headers: IntakeScene.github(IntakeScene.newest, "x-github-delivery"), code: .missingHeader,
            status: 400),
        BadInput(
            name: "GitHub, no event and a wrong signature",
            headers: IntakeScene.github(nil, "x-hub-signature-256", "sha256=\(zeros)").filter {
                $0.name != "x-github-event"
            }, code: .wrongSignature),
        BadInput(
            name: "GitHub, empty body", headers: IntakeScene.github(body: []), body: [], code: .emptyBody, status: 400),
        BadInput(name: "GitHub, empty body, unsigned", headers: IntakeScene.github(nil), body: [], code: .missingSignature),
        BadInput(name: "GitHub, content type of another kind", headers: form, code: .wrongContentType, status: 415),
        BadInput(
            name: "Sentry, unknown tracker", path: "/webhooks/sentry/nowhere", headers: IntakeScene.sentry(), code: .unknownTracker),
        BadInput(
            name: "Sentry, no secret configured", path: "/webhooks/sentry/bare", headers: IntakeScene.sentry(), code: .noSecretConfigured),
        BadInput(name: "Sentry, no signature", path: "/webhooks/sentry/prod", headers: IntakeScene.sentry(nil), code: .missingSignature),
        BadInput(
            name: "Sentry, somebody else's secret", path: "/webhooks/sentry/prod", headers: IntakeScene.sentry(IntakeScene.newest),
            code: .wrongSignature),
        BadInput(
            name: "Sentry, body with a line end added", path: "/webhooks/sentry/prod", headers: IntakeScene.sentry(),
            body: IntakeScene.body + [0x0A], code: .bodyChanged),
        BadInput(
            name: "Sentry, empty body", path: "/webhooks/sentry/prod", headers: IntakeScene.sentry(body: []), body: [], code: .emptyBody,
            status: 400),
        BadInput(name: "Sentry's plugin, wrong token", path: "/webhooks/sentry/prod/guess", code: .wrongToken),
        BadInput(name: "Sentry's plugin, no token configured", path: "/webhooks/sentry/bare/guess", code: .noSecretConfigured),
        BadInput(
            name: "Sentry's plugin, unknown tracker", path: "/webhooks/sentry/nowhere/\(IntakeScene.pathToken)", code: .unknownTracker),
        BadInput(name: "GlitchTip, wrong token", path: "/webhooks/glitchtip/errors/guess", code: .wrongToken),
        BadInput(name: "GlitchTip, no token configured", path: "/webhooks/glitchtip/bare/guess", code: .noSecretConfigured),
        BadInput(
            name: "GlitchTip, unknown tracker", path: "/webhooks/glitchtip/nowhere/\(IntakeScene.pathToken)", code: .unknownTracker),
        BadInput(
            name: "GlitchTip, empty body", path: "/webhooks/glitchtip/errors/\(IntakeScene.pathToken)", body: [], code: .emptyBody,
            status: 400),
    ]

    @Test(arguments: badInputs)
    func `a bad request is turned away, keeps nothing, and only the operator learns why`(_ input: BadInput) async throws {
        let scene = IntakeScene(githubSecrets: input.hasSecrets ? [IntakeScene.newest, IntakeScene.older] : [])
        let answer = try await scene.send(input.path, input.headers, body: input.body)
        #expect(answer.status == input.status)
        #expect(!answer.response.isTrusted)
        if input.status == 401 {
            #expect(answer.text == #"{"type":"about:blank","title":"Unauthorized","status":401,"request_id":"request-1"}"#)
            #expect(answer.response.headers == [HeaderField("content-type", "application/problem+json")])
        }
        let refusal = try #require(try await scene.refused().first)
        #expect(refusal.code == input.code.rawValue)
        #expect(refusal.reason.count > 20)
        #expect(refusal.remoteAddress == "192.0.2.1" && refusal.bodyBytes == input.body.count && refusal.at == scene.clock.timestamp)
        #expect(!refusal.reason.contains(IntakeScene.pathToken) && !scene.logged.text.contains(IntakeScene.pathToken))
        #expect(try await scene.stored().isEmpty)
    }

    @Test func `the table of bad requests names every code`() {
        #expect(Set(Self.badInputs.map(\.code)) == Set(WebhookRejection.Code.allCases))
    }

    @Test func `refusals are counted by source and reason`() async throws {
        let scene = IntakeScene()
        _ = try await scene.send("/webhooks/github", IntakeScene.github(nil))
        _ = try await scene.send("/webhooks/github", IntakeScene.github(nil))
        let labels: [Metrics.Label] = [.init("source", "github"), .init("reason", "missing_signature")]
        #expect(scene.count("forge_deliveries_refused_total", labels) == 2)
    }

    // MARK: What is taken

    @Test func `a good delivery is on disk before it is answered 202, byte for byte`() async throws {
        let scene = IntakeScene()
        let requests: [(String, [HeaderField], Source, String?)] = [
            ("/webhooks/github", IntakeScene.github(), .github, nil), ("/webhooks/sentry/prod", IntakeScene.sentry(), .sentry, "prod"),
            ("/webhooks/sentry/prod/\(IntakeScene.pathToken)", [], .sentry, "prod"),
            ("/webhooks/glitchtip/errors/\(IntakeScene.pathToken)", [], .glitchtip, "errors"),
        ]
        for (path, headers, source, tracker) in requests {
            let answer = try await scene.send(path, headers)
            #expect(answer.status == 202, "\(path)")
            #expect(answer.response.isTrusted)
            let delivery = try #require(try await scene.stored().last)
            #expect(delivery.source == source && delivery.tracker == tracker && delivery.body == IntakeScene.body)
            #expect(delivery.receivedAt == scene.clock.timestamp)
            let json: JSON = ["schema": 1, "delivery": JSON(delivery.id.number), "state": "pending"]
            #expect(try answer.json == json)
            let labels: [Metrics.Label] = [.init("source", source.rawValue), .init("outcome", "accepted")]
            #expect(scene.count("forge_deliveries_total", labels) >= 1)
        }
        #expect(try await scene.stored().count == requests.count)
        #expect(try await scene.refused().isEmpty)
    }

    @Test func `nothing is parsed before the answer`() async throws {
        let scene = IntakeScene()
        for body in [Array("not json".utf8), [0xFF, 0xFE], Array(String(repeating: "[", count: 10_000).utf8)] {
            let guid = "guid \(body.count)".replacing(" ", with: "-")
            let answer = try await scene.send("/webhooks/github", IntakeScene.github(guid: guid, body: body), body: body)
            #expect(answer.status == 202)
        }
    }

    @Test func `decoding is told of what is new, and not of repeats`() async throws {
        let scene = IntakeScene()
        var told = scene.arrived.calls().makeAsyncIterator()
        await told.next(isolation: #isolation)
        _ = try await scene.send("/webhooks/github", IntakeScene.github())
        await told.next(isolation: #isolation)
        #expect(try await scene.send("/webhooks/github", IntakeScene.github()).status == 200)
        _ = try await scene.send("/webhooks/github", IntakeScene.github(guid: "guid-2"))
        await told.next(isolation: #isolation)
        #expect(try await scene.stored().count == 2)
    }

    @Test func `a repeat is answered 200 with what it led to, and one that failed is run again`() async throws {
        let scene = IntakeScene()
        _ = try await scene.send("/webhooks/github", IntakeScene.github())
        let pending = try await scene.send("/webhooks/github", IntakeScene.github())
        #expect(pending.status == 200)
        #expect(try pending.json == ["schema": 1, "delivery": 1, "state": "pending", "repeat": true])
        let draft = TicketDraft(source: .github, title: "t", identity: "i", fingerprint: "f", trust: .signed)
        let job = NewJob(kind: "review", tenant: .local, repository: "acme/shop", workKey: "w")
        _ = try await scene.store.settle(
            DeliveryID(1), Settlement(state: .done, reason: "done", tickets: [TicketWork(draft)], jobs: [job]))
        let done = try await scene.send("/webhooks/github", IntakeScene.github())
        #expect(done.status == 200)
        #expect(try done.json["state"]?.string == "done")
        #expect(try done.json["ticket"]?.integer == 1)
        #expect(try done.json["job"]?.integer == 1)
        _ = try await scene.send("/webhooks/github", IntakeScene.github(guid: "other"))
        _ = try await scene.store.settle(DeliveryID(2), Settlement(state: .failed, reason: "broken"))
        let rerun = try await scene.send("/webhooks/github", IntakeScene.github(guid: "other"))
        #expect(rerun.status == 202)
        #expect(try rerun.json == ["schema": 1, "delivery": 2, "state": "pending", "repeat": true])
        let outcomes = ["accepted": 2, "repeated": 2, "rerun": 1]
        for (outcome, count) in outcomes {
            let labels: [Metrics.Label] = [.init("source", "github"), .init("outcome", outcome)]
            #expect(scene.count("forge_deliveries_total", labels) == count, "\(outcome)")
        }
    }

    @Test func `a delivery accepted by an old secret is counted`() async throws {
        let scene = IntakeScene()
        let counted = { scene.count("forge_deliveries_old_secret_total", [.init("source", "github")]) }
        #expect(try await scene.send("/webhooks/github", IntakeScene.github()).status == 202)
        #expect(counted() == 0)
        #expect(try await scene.send("/webhooks/github", IntakeScene.github(IntakeScene.older, guid: "g2")).status == 202)
        #expect(counted() == 1)
    }

    @Test func `Sentry's signed test of the address is answered and not stored`() async throws {
        let scene = IntakeScene()
        let signed = try await scene.send("/webhooks/sentry/prod", IntakeScene.sentry(body: []), body: [], method: .get)
        #expect(signed.status == 200)
        let unsigned = try await scene.send("/webhooks/sentry/prod", [], body: [], method: .get)
        #expect(unsigned.status == 401)
        #expect(try await scene.stored().isEmpty)
    }

    @Test(arguments: [StoreError.Code.full, .readOnly, .busy, .inputOutput, .closed, .defect])
    func `a store that fails is answered 503 with Retry-After, keeps nothing, and recovers by itself`(_ code: StoreError.Code) async throws
    {
        let scene = IntakeScene()
        scene.store.failNext(code, call: "accept")
        let failed = try await scene.send("/webhooks/github", IntakeScene.github())
        #expect(failed.status == 503)
        #expect(failed.header("retry-after") == "5")
        #expect(!failed.text.contains("a test wants it to fail"))
        #expect(try await scene.stored().isEmpty)
        #expect(scene.logged.lines(.error, part: "intake").count == 1)
        #expect(try await scene.send("/webhooks/github", IntakeScene.github()).status == 202)
        #expect(try await scene.stored().count == 1)
        #expect(scene.count("forge_deliveries_total", [.init("source", "github"), .init("outcome", "unavailable")]) == 1)
    }

    @Test func `routes that hold a token hide their path, and bodies have the bounds of their kind`() {
        let routes = IntakeScene().intake.routes
        for route in routes {
            #expect(route.hidesPath == route.template.contains("{token}"), "\(route.template)")
            let bound = route.method == .get ? 0 : route.template == "/webhooks/github" ? 25 << 20 : 2 << 20
            #expect(route.bodyBytesMax == bound, "\(route.template)")
        }
        #expect(routes.count == 5)
    }

    @Test func `the door is busy while requests wait for the store, and not after`() async throws {
        let pressure = IntakePressure(busyAt: 2)
        pressure.enter()
        #expect(!pressure.isBusy)
        pressure.enter()
        #expect(pressure.isBusy)
        pressure.leave()
        #expect(!pressure.isBusy)
        let scene = IntakeScene()
        for _ in 0..<20 { _ = try await scene.send("/webhooks/github", IntakeScene.github()) }
        for _ in 0..<7 { scene.pressure.enter() }
        #expect(!scene.pressure.isBusy)
    }
}
