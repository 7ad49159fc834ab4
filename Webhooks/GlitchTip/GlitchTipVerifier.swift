// Who sent a GlitchTip request. GlitchTip signs nothing: the token in the URL says that the sender was told the URL, and no more. So it
// must never make a body more than a hint, and must never let a stranger find out which trackers there are.

package import ForgeCore
import ForgeCrypto

package struct GlitchTipVerifier: Sendable {
    private let tracker: String
    private let tokens: PathTokens

    /// Within so long, the same body is the same delivery. GlitchTip's bodies carry neither an id nor a time, so without a border an
    /// error that comes back next week in the same words would be taken for a repeat.
    private static let bucketMilliseconds: Int64 = 600_000

    /// SHA-256 digests of the path tokens, newest first.
    package init(tracker: String, tokenDigests: [[UInt8]]) {
        self.tracker = tracker
        self.tokens = PathTokens(digests: tokenDigests)
    }

    private init(unknown tracker: String) {
        self.tracker = tracker
        self.tokens = .ofUnknownTracker
    }

    /// Refuses everything, and takes as long about it as a real one: for a name in the URL that is not in the settings.
    package static func unknown(tracker: String) -> GlitchTipVerifier { GlitchTipVerifier(unknown: tracker) }

    package func verify(
        pathToken: String, headers: [HeaderField], body: [UInt8], receivedAt: Timestamp
    ) throws(WebhookRejection) -> VerifiedDelivery {
        let index = try tokens.check(pathToken, tracker: tracker)
        guard !body.isEmpty else { throw WebhookRejection(.emptyBody, "the path token is right, but the body is empty") }
        let bucket = receivedAt.milliseconds / Self.bucketMilliseconds
        return VerifiedDelivery(
            NewDelivery(
                source: .glitchtip, tracker: tracker, transportKey: "glitchtip:\(tracker):\(bucket):\(Hex.encode(SHA256.digest(body)))",
                eventName: "alert", headers: headers.filter { $0.name == "content-type" || $0.name == "user-agent" }, body: body,
                receivedAt: receivedAt, secretIndex: index))
    }
}
