// The front door. A request is verified on its raw bytes, stored with others in one fsync, and only then answered. Nothing is parsed
// here, and the caller of a bad request learns nothing: the reason goes to the operator.

package import ForgeCore
package import ForgeWebhooks

/// Who may deliver, by route.
package struct Senders: Sendable {
    package var github: GitHubVerifier
    package var sentry: [String: SentryVerifier]
    package var glitchtip: GlitchTipVerifier

    package init(github: GitHubVerifier, sentry: [String: SentryVerifier], glitchtip: GlitchTipVerifier) {
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
        [
            HTTPRoute(.post, "/webhooks/github", bodyBytesMax: limits.githubBodyBytesMax) { await self.fromGitHub($0) },
            HTTPRoute(.post, "/webhooks/sentry/{tracker}", bodyBytesMax: limits.trackerBodyBytesMax) { await self.fromSentry($0) },
            // Sentry signs the empty body of the calls that its pages make.
            HTTPRoute(.get, "/webhooks/sentry/{tracker}") { await self.fromSentry($0) },
            HTTPRoute(.post, "/webhooks/glitchtip/{tracker}/{token}", bodyBytesMax: limits.trackerBodyBytesMax, hidesPath: true) {
                await self.fromGlitchTip($0)
            },
        ]
    }

    private func fromGitHub(_ request: HTTPRequest) async -> HTTPResponse {
        await take(request, .github, tracker: nil) { now throws(WebhookRejection) in
            try senders.github.verify(headers: request.headers, body: request.body, receivedAt: now)
        }
    }

    private func fromSentry(_ request: HTTPRequest) async -> HTTPResponse {
        let tracker = request.parameters["tracker"] ?? ""
        return await take(request, .sentry, tracker: tracker) { now throws(WebhookRejection) in
            guard let verifier = senders.sentry[tracker] else {
                throw WebhookRejection(.unknownTracker, "no Sentry tracker is named '\(tracker.prefix(80))' in the settings")
            }
            return try verifier.verify(headers: request.headers, body: request.body, receivedAt: now)
        }
    }

    private func fromGlitchTip(_ request: HTTPRequest) async -> HTTPResponse {
        let tracker = request.parameters["tracker"] ?? ""
        return await take(request, .glitchtip, tracker: tracker) { now throws(WebhookRejection) in
            try senders.glitchtip.verify(
                tracker: tracker, pathToken: request.parameters["token"] ?? "", headers: request.headers, body: request.body, receivedAt: now)
        }
    }

    private func take(
        _ request: HTTPRequest, _ source: Source, tracker: String?,
        verify: (Timestamp) throws(WebhookRejection) -> VerifiedDelivery
    ) async -> HTTPResponse {
        let now = clock.now
        let verified: VerifiedDelivery
        do {
            verified = try verify(now)
        } catch {
            return refuse(request, source, tracker: tracker, error, at: now)
        }
        if request.method == .get || request.body.isEmpty { return answerWithoutBody(request) }
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

    /// A verified request with nothing in it is a sender's test of the address.
    private func answerWithoutBody(_ request: HTTPRequest) -> HTTPResponse {
        guard request.method == .get else {
            return HTTPProblem(status: 400, title: "The body is empty", detail: "The signature holds, but there is nothing to take in.")
                .response(requestID: request.id)
        }
        return HTTPResponse(status: 200, json: ["schema": 1, "state": "ok"], isTrusted: true)
    }

    private func refuse(
        _ request: HTTPRequest, _ source: Source, tracker: String?, _ rejection: WebhookRejection, at now: Timestamp
    ) -> HTTPResponse {
        counts.refused(source, rejection.code.rawValue)
        refusals.record(
            Refusal(
                source: source, tracker: tracker.map { String($0.prefix(80)) }, code: rejection.code.rawValue, reason: rejection.reason,
                remoteAddress: request.remoteAddress, eventName: Self.eventName(request), deliveryName: Self.deliveryName(request),
                bodyBytes: request.body.count, at: now))
        if rejection.code == .wrongContentType {
            return HTTPProblem(status: 415, title: "Unsupported content type", detail: rejection.reason).response(requestID: request.id)
        }
        // The same for every reason: what is wrong with a forged request is nobody's business but the operator's.
        return HTTPProblem(status: 401, title: "Unauthorized").response(requestID: request.id)
    }

    private static func eventName(_ request: HTTPRequest) -> String? {
        (request.header("x-github-event") ?? request.header("sentry-hook-resource")).map { String($0.prefix(80)) }
    }

    private static func deliveryName(_ request: HTTPRequest) -> String? {
        (request.header("x-github-delivery") ?? request.header("request-id")).map { String($0.prefix(80)) }
    }
}
