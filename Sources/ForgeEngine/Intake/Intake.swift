// The front door. A request is verified on its raw bytes, stored with others in one fsync, and only then answered. Nothing is parsed
// here, and the caller of a bad request learns nothing: the reason goes to the operator.

package import ForgeCore
package import ForgeWebhooks

/// Who may deliver, by route. Trackers by their names in the settings.
package struct Senders: Sendable {
    package var github: GitHubVerifier
    package var sentry: [String: SentryVerifier]
    package var glitchtip: [String: GlitchTipVerifier]

    package init(github: GitHubVerifier, sentry: [String: SentryVerifier] = [:], glitchtip: [String: GlitchTipVerifier] = [:]) {
        self.github = github
        self.sentry = sentry
        self.glitchtip = glitchtip
    }
}

package struct IntakeLimits: Hashable, Sendable {
    package var githubBodyBytesMax: Int
    package var trackerBodyBytesMax: Int
    /// What a sender is told to wait when the store cannot take anything.
    package var retryAfter: Duration

    package init(githubBodyBytesMax: Int = 25 << 20, trackerBodyBytesMax: Int = 2 << 20, retryAfter: Duration = .seconds(5)) {
        self.githubBodyBytesMax = githubBodyBytesMax
        self.trackerBodyBytesMax = trackerBodyBytesMax
        self.retryAfter = retryAfter
    }
}

package struct Intake: Sendable {
    private let store: any DeliveryStore
    private let senders: Senders
    private let limits: IntakeLimits
    private let clock: WallClock
    private let pressure: IntakePressure
    private let refusals: RefusalRecorder
    private let arrived: Wakeup
    private let counts: IntakeCounts
    private let log: Log

    package init(
        store: any DeliveryStore, senders: Senders, limits: IntakeLimits, clock: WallClock, pressure: IntakePressure,
        refusals: RefusalRecorder, arrived: Wakeup, metrics: Metrics, log: Log
    ) {
        self.store = store
        self.senders = senders
        self.limits = limits
        self.clock = clock
        self.pressure = pressure
        self.refusals = refusals
        self.arrived = arrived
        self.counts = IntakeCounts(metrics)
        self.log = log.named("intake")
    }

    package var routes: [HTTPRoute] {
        let tracker = limits.trackerBodyBytesMax
        return [
            HTTPRoute(.post, "/webhooks/github", bodyBytesMax: limits.githubBodyBytesMax) { await self.fromGitHub($0) },
            HTTPRoute(.post, "/webhooks/sentry/{tracker}", bodyBytesMax: tracker) { await self.fromSentry($0) },
            // Sentry signs the empty body of the calls that its pages make.
            HTTPRoute(.get, "/webhooks/sentry/{tracker}") { await self.fromSentry($0) },
            HTTPRoute(.post, "/webhooks/sentry/{tracker}/{token}", bodyBytesMax: tracker, hidesPath: true) {
                await self.fromSentryPlugin($0)
            },
            HTTPRoute(.post, "/webhooks/glitchtip/{tracker}/{token}", bodyBytesMax: tracker, hidesPath: true) {
                await self.fromGlitchTip($0)
            },
        ]
    }

    private func fromGitHub(_ request: HTTPRequest) async -> HTTPResponse {
        await take(request, .github, tracker: nil) { now throws(WebhookRejection) in
            try senders.github.verify(headers: request.headers, body: request.body, receivedAt: now)
        } diagnose: { [github = senders.github] rejection in
            github.diagnose(rejection, headers: request.headers, body: request.body)
        }
    }

    private func fromSentry(_ request: HTTPRequest) async -> HTTPResponse {
        let tracker = request.parameters["tracker"] ?? ""
        let verifier = senders.sentry[tracker] ?? .unknown(tracker: tracker)
        return await take(request, .sentry, tracker: tracker) { now throws(WebhookRejection) in
            try verifier.verify(method: request.method, headers: request.headers, body: request.body, receivedAt: now)
        } diagnose: { rejection in
            verifier.diagnose(rejection, headers: request.headers, body: request.body)
        }
    }

    /// The legacy plugin signs nothing; the token in its address is all it has.
    private func fromSentryPlugin(_ request: HTTPRequest) async -> HTTPResponse {
        let tracker = request.parameters["tracker"] ?? ""
        let verifier = senders.sentry[tracker] ?? .unknown(tracker: tracker)
        return await take(request, .sentry, tracker: tracker) { now throws(WebhookRejection) in
            let token = request.parameters["token"] ?? ""
            return try verifier.verifyLegacy(pathToken: token, headers: request.headers, body: request.body, receivedAt: now)
        }
    }

    private func fromGlitchTip(_ request: HTTPRequest) async -> HTTPResponse {
        let tracker = request.parameters["tracker"] ?? ""
        let verifier = senders.glitchtip[tracker] ?? .unknown(tracker: tracker)
        return await take(request, .glitchtip, tracker: tracker) { now throws(WebhookRejection) in
            let token = request.parameters["token"] ?? ""
            return try verifier.verify(pathToken: token, headers: request.headers, body: request.body, receivedAt: now)
        }
    }

    /// `diagnose` looks closer at a body whose signature does not hold; it runs later, off the path of the answer.
    private func take(
        _ request: HTTPRequest, _ source: Source, tracker: String?,
        verify: (Timestamp) throws(WebhookRejection) -> VerifiedDelivery,
        diagnose: (@Sendable (WebhookRejection) -> WebhookRejection)? = nil
    ) async -> HTTPResponse {
        let now = clock.now
        let verified: VerifiedDelivery
        do throws(WebhookRejection) {
            verified = try verify(now)
        } catch {
            return refuse(request, source, tracker: tracker, error, diagnose, at: now)
        }
        // A signed call without a body is how a sender tests the address.
        guard request.method != .get else { return HTTPResponse(status: 200, json: ["schema": 1, "state": "ok"], isTrusted: true) }
        pressure.enter()
        defer { pressure.leave() }
        return await accept(verified.delivery, requestID: request.id)
    }

    private func accept(_ delivery: NewDelivery, requestID: String) async -> HTTPResponse {
        do {
            let acceptance = try await store.accept(delivery)
            counts.accepted(delivery.source, acceptance.kind)
            if delivery.secretIndex > 0 { counts.acceptedByOldSecret(delivery.source) }
            if acceptance.kind != .repeated { arrived.notify() }
            return Self.answer(acceptance)
        } catch {
            counts.unavailable(delivery.source)
            log.error(
                "a delivery could not be stored; its sender was told to come back",
                [
                    .init("source", .string(delivery.source.rawValue)), .init("error", .string(error.description)),
                    .init("request_id", .string(requestID)),
                ])
            let wait = HeaderField("retry-after", String(limits.retryAfter.components.seconds))
            var response = HTTPProblem(
                status: 503, title: "The delivery could not be stored", detail: "Nothing was kept; send it again later.", headers: [wait]
            ).response(requestID: requestID)
            response.isTrusted = true
            return response
        }
    }

    /// 202 when there is work to do, 200 for a repeat, with what it led to.
    private static func answer(_ acceptance: Acceptance) -> HTTPResponse {
        let json = JSON.object([
            .init("schema", 1), .init("delivery", JSON(acceptance.id.number)), .init("state", .string(acceptance.state.rawValue)),
            .init("repeat", acceptance.kind == .new ? .null : .bool(true)), .init("ticket", JSON(acceptance.ticket?.number)),
            .init("job", JSON(acceptance.job?.number)),
        ])
        return HTTPResponse(status: acceptance.kind == .repeated ? 200 : 202, json: json.withoutNulls, isTrusted: true)
    }

    private func refuse(
        _ request: HTTPRequest, _ source: Source, tracker: String?, _ rejection: WebhookRejection,
        _ diagnose: (@Sendable (WebhookRejection) -> WebhookRejection)?, at now: Timestamp
    ) -> HTTPResponse {
        counts.refused(source, rejection.code)
        let refusal = Refusal(
            source: source, tracker: tracker.map { String($0.prefix(80)) }, code: rejection.code.rawValue, reason: rejection.reason,
            remoteAddress: request.remoteAddress, eventName: Self.eventName(request), deliveryName: Self.deliveryName(request),
            bodyBytes: request.body.count, at: now)
        let diagnosis = rejection.code == .wrongSignature ? diagnose : nil
        refusals.record(refusal, diagnosis: diagnosis.map { look in Diagnosis(bodyBytes: request.body.count) { look(rejection) } })
        return Self.answer(rejection, requestID: request.id)
    }

    /// The same for everyone who has not shown that it holds a secret: what is wrong with a forged request is the operator's business.
    private static func answer(_ rejection: WebhookRejection, requestID: String) -> HTTPResponse {
        let problem =
            switch rejection.code {
            case .emptyBody: HTTPProblem(status: 400, title: "The body is empty", detail: rejection.reason)
            case .missingHeader: HTTPProblem(status: 400, title: "A header is missing", detail: rejection.reason)
            case .wrongContentType: HTTPProblem(status: 415, title: "Unsupported content type", detail: rejection.reason)
            case .noSecretConfigured, .missingSignature, .malformedSignature, .sha1Only, .wrongSignature, .bodyChanged, .unknownTracker,
                .wrongToken:
                HTTPProblem(status: 401, title: "Unauthorized")
            }
        return problem.response(requestID: requestID)
    }

    private static func eventName(_ request: HTTPRequest) -> String? {
        (request.header("x-github-event") ?? request.header("sentry-hook-resource")).map { String($0.prefix(80)) }
    }

    private static func deliveryName(_ request: HTTPRequest) -> String? {
        (request.header("x-github-delivery") ?? request.header("request-id")).map { String($0.prefix(80)) }
    }
}
