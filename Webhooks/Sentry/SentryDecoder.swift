// Holds the place of Sentry's decoder in this branch.

package import ForgeCore

package enum SentryDecoder {
    package static func event(
        body: VerifiedBody, headers: [HeaderField], tracker: String?, settings: DecodingSettings, receivedAt: Timestamp
    ) throws(DecodeFailure) -> Event {
        throw DecodeFailure(code: "no_decoder", reason: "Sentry bodies are not decoded yet.")
    }
}
