// Who sent a Sentry request: a signature over the raw body, or for the legacy plugin a token in the path. It must never parse the body, and
// never let an unsigned one pass for a signed one.
//
// The legacy WebHooks plugin signs nothing. Its bodies come in only through `verifyLegacy`, by a path token like GlitchTip's, and without
// any `Sentry-Hook-…` header: a body without one is never trusted above `hint`, so knowing the URL is worth no more than telling Forge to
// look an issue up. No legacy token configured means no legacy body, signed look-alikes included.

package import ForgeCore
package import ForgeCrypto

package struct SentryVerifier: Sendable {
    private let tracker: String
    private let secrets: [HMACKey]
    private let legacyTokens: PathTokens
    private let isKnown: Bool

    /// `secrets` newest first; `legacyTokenDigests` are SHA-256 digests of path tokens.
    package init(tracker: String, secrets: [HMACKey], legacyTokenDigests: [[UInt8]] = []) {
        self.tracker = tracker
        self.secrets = secrets
        self.legacyTokens = PathTokens(digests: legacyTokenDigests)
        self.isKnown = true
    }

    private init(unknown tracker: String) {
        self.tracker = tracker
        // Nobody can sign with it: what it says of a body is not looked at.
        self.secrets = [HMACKey([0])]
        self.legacyTokens = .ofUnknownTracker
        self.isKnown = false
    }

    /// Refuses everything, and takes as long about it as a real one: for a name in the URL that is not in the settings.
    package static func unknown(tracker: String) -> SentryVerifier { SentryVerifier(unknown: tracker) }

    /// Sentry signs the calls of its interface's components too, under another header, and their GET over an empty body: what to answer
    /// those is the route's matter.
    package func verify(
        method: HTTPMethod, headers: [HeaderField], body: [UInt8], receivedAt: Timestamp
    ) throws(WebhookRejection) -> VerifiedDelivery {
        guard !secrets.isEmpty else {
            throw WebhookRejection(.noSecretConfigured, "no client secret is configured for \(tracker): set client_secret_file")
        }
        guard isKnown else { throw refuseUnknown(headers, body) }
        let codes = try signatures(in: headers)
        guard let index = secretIndex(codes: codes, body: body) else {
            throw WebhookRejection(
                .wrongSignature,
                "the signature is not \(tracker)'s for this body: compare the integration's client secret with the configured one")
        }
        guard !body.isEmpty || method == .get else { throw WebhookRejection(.emptyBody, "the signature holds, but the body is empty") }
        let resource = headers.first { $0.name == SentryHeader.resource }?.value
        return VerifiedDelivery(
            NewDelivery(
                source: .sentry, tracker: tracker, transportKey: transportKey(SentryResource.keyPart(resource), body),
                eventName: resource.map(bounded),
                headers: headers.filter { SentryHeader.kept.contains($0.name) }, body: body, receivedAt: receivedAt, secretIndex: index))
    }

    /// The legacy plugin's flat body, let in by its URL.
    package func verifyLegacy(
        pathToken: String, headers: [HeaderField], body: [UInt8], receivedAt: Timestamp
    ) throws(WebhookRejection) -> VerifiedDelivery {
        let index = try legacyTokens.check(pathToken, tracker: tracker)
        guard !body.isEmpty else { throw WebhookRejection(.emptyBody, "the path token is right, but the body is empty") }
        return VerifiedDelivery(
            NewDelivery(
                source: .sentry, tracker: tracker, transportKey: transportKey("legacy", body), eventName: "legacy",
                headers: headers.filter { $0.name == "content-type" }, body: body, receivedAt: receivedAt, secretIndex: index))
    }

    /// What an operator is told of a request that `verify` refused: looks, at more cost, for what happened to the body.
    package func diagnose(_ rejection: WebhookRejection, headers: [HeaderField], body: [UInt8]) -> WebhookRejection {
        // The error dropped here is the rejection itself, which says more.
        guard rejection.code == .wrongSignature, let codes = try? signatures(in: headers) else {
            return rejection
        }
        let change = BodyChange.sentence(of: body, among: BodyChange.usual) { secretIndex(codes: codes, body: $0) != nil }
        return change.map { WebhookRejection(.bodyChanged, $0) } ?? rejection
    }

    /// Does the work of a real check first, so that the time of an answer does not tell which trackers there are.
    private func refuseUnknown(_ headers: [HeaderField], _ body: [UInt8]) -> WebhookRejection {
        // Why a signature cannot be read is nobody's concern here: a real check would end there too.
        if let codes = try? signatures(in: headers) { _ = secretIndex(codes: codes, body: body) }
        return WebhookRejection(.unknownTracker, "no Sentry tracker is named '\(tracker.prefix(80))' in the settings")
    }

    private func secretIndex(codes: [[UInt8]], body: [UInt8]) -> Int? {
        secrets.firstIndex { secret in
            let expected = secret.authenticate(body)
            return codes.contains { ConstantTime.areEqual($0, expected) }
        }
    }

    /// `Request-ID` is new with every retry, so what makes two arrivals the same is what they say.
    private func transportKey(_ resource: String, _ body: [UInt8]) -> String {
        "sentry:\(tracker):\(resource):\(Hex.encode(SHA256.digest(body)))"
    }

    private func signatures(in headers: [HeaderField]) throws(WebhookRejection) -> [[UInt8]] {
        // At most one of each name: a request must not choose how often it is compared.
        let given = SentryHeader.signatures.compactMap { name in headers.first { $0.name == name }?.value }
        guard !given.isEmpty else { throw missingSignature(headers) }
        var codes: [[UInt8]] = []
        for text in given {
            // Why the text is no hex is of no use to anybody: its length says enough.
            guard text.utf8.count == SHA256.byteCount * 2, let code = try? Hex.decode(text) else {
                throw WebhookRejection(
                    .malformedSignature, "the signature is no 64 hexadecimal digits but \(text.utf8.count) bytes of something else")
            }
            codes.append(code)
        }
        return codes
    }

    private func missingSignature(_ headers: [HeaderField]) -> WebhookRejection {
        if headers.contains(where: { $0.name == "x-servicehook-signature" }) {
            return WebhookRejection(
                .missingSignature, "this is a Sentry service hook, which has a secret of its own: use an internal integration instead")
        }
        return WebhookRejection(
            .missingSignature,
            "no Sentry-Hook-Signature: if the legacy WebHooks plugin sent this, use an internal integration, or give it a URL with a token")
    }

    private func bounded(_ resource: String) -> String { String(decoding: resource.utf8.prefix(64), as: UTF8.self) }
}

/// The headers Sentry sends that Forge reads, in lower case.
enum SentryHeader {
    static let resource = "sentry-hook-resource"
    static let signatures = ["sentry-hook-signature", "sentry-app-signature"]
    /// The timestamp and the request's id prove nothing, but an operator finds the request in Sentry's own log by them.
    static let kept: Set<String> = [resource, "sentry-hook-timestamp", "request-id", "content-type"]
}
