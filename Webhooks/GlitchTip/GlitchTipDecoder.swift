// Holds the place of GlitchTip's decoder in this branch.

package import ForgeCore

package enum GlitchTipDecoder {
    package static func event(
        body: VerifiedBody, headers: [HeaderField], tracker: String?, settings: DecodingSettings, receivedAt: Timestamp
    ) throws(DecodeFailure) -> Event {
        throw DecodeFailure(code: "no_decoder", reason: "GlitchTip bodies are not decoded yet.")
    }
}
