// GitHub's signature, checked on the bytes as they came. It never parses the body and never says to the caller what was wrong.
//
// This runs before every answer, thousands of times a second: one pass over the headers, one HMAC for each secret, and no copy of
// the body. Only `X-Hub-Signature-256` counts. Headers are not signed, so nothing read from one is more than a label.

package import ForgeCore
package import ForgeCrypto

package struct GitHubVerifier: Sendable {
    let secrets: [HMACKey]

    /// Newest first; more than one while they are being rotated.
    package init(secrets: [HMACKey]) { self.secrets = secrets }

    /// `headers` have lower-case names. The signature comes first: what else is wrong is told only to who holds the secret.
    package func verify(
        headers: [HeaderField], body: [UInt8], receivedAt: Timestamp
    ) throws(WebhookRejection) -> VerifiedDelivery {
        guard !secrets.isEmpty else { throw Self.noSecret }
        let found = GitHubHeaders(headers)
        let code = try Self.code(signature: found.signature, hasLegacySignature: found.hasLegacySignature)
        guard let index = Self.secret(among: secrets, signing: body, with: code) else {
            throw WebhookRejection(.wrongSignature, "No configured secret gives this signature for this body.")
        }
        let event = try found.checkedEvent()
        let guid = try found.checkedDelivery()
        guard !body.isEmpty else { throw WebhookRejection(.emptyBody, "The request has no body; GitHub always sends one.") }
        try found.checkContentType()
        return VerifiedDelivery(
            NewDelivery(
                source: .github, transportKey: Self.transportKey(hook: found.hook, guid: guid), eventName: event, headers: found.kept,
                body: body, receivedAt: receivedAt, secretIndex: index))
    }

    /// What an operator is told of a request that `verify` refused: looks, at more cost, for what happened to the body.
    package func diagnose(_ rejection: WebhookRejection, headers: [HeaderField], body: [UInt8]) -> WebhookRejection {
        guard rejection.code == .wrongSignature else { return rejection }
        return Self.diagnose(body: body, signature: GitHubHeaders(headers).signature, secrets: secrets)
    }

    /// GitHub's id of the delivery is the same for all its attempts; another hook's may be, too.
    static func transportKey(hook: String, guid: String) -> String { "github:\(hook):\(guid)" }

    static let noSecret = WebhookRejection(
        .noSecretConfigured, "No webhook secret is configured: set github.webhook_secrets_file, with the secret of the App's webhook.")

    /// The 32 bytes of `sha256=<64 hex digits>`.
    static func code(signature: String?, hasLegacySignature: Bool = false) throws(WebhookRejection) -> [UInt8] {
        guard let signature else {
            guard hasLegacySignature else {
                throw WebhookRejection(
                    .missingSignature, "There is no X-Hub-Signature-256 header: the webhook has no secret, or a proxy dropped the header.")
            }
            throw WebhookRejection(
                .sha1Only, "Only the SHA-1 signature came (X-Hub-Signature); Forge needs X-Hub-Signature-256, which GitHub sends with it.")
        }
        let text = signature.utf8
        guard text.starts(with: prefix) else {
            throw WebhookRejection(.malformedSignature, "X-Hub-Signature-256 does not begin with 'sha256='.")
        }
        guard text.count == prefix.count + SHA256.byteCount * 2 else {
            throw WebhookRejection(.malformedSignature, "X-Hub-Signature-256 has \(text.count) characters where 71 are expected.")
        }
        do throws(CryptoError) {
            return try Hex.decode(utf8: Array(text.dropFirst(prefix.count)))
        } catch {
            throw WebhookRejection(.malformedSignature, "X-Hub-Signature-256 holds something else than hex digits.")
        }
    }

    private static let prefix = Array("sha256=".utf8)

    /// Tries every secret whichever holds, so that the time tells nothing about which one did.
    static func secret(among secrets: [HMACKey], signing body: [UInt8], with code: [UInt8]) -> Int? {
        var held: Int?
        for (index, secret) in secrets.enumerated() where secret.isValid(code, for: body) {
            if held == nil { held = index }
        }
        return held
    }
}
