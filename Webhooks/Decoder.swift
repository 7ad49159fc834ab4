// The one way from a verified body to an event, whoever sent it. A new sender is one folder beside this file and one line here.

package import ForgeCore

/// Decodes a delivery out of the store.
package func decodeEvent(_ delivery: Delivery, body: VerifiedBody, settings: DecodingSettings) throws(DecodeFailure) -> Event {
    try decodeEvent(
        source: delivery.source, tracker: delivery.tracker, headers: delivery.headers, body: body, settings: settings,
        receivedAt: delivery.receivedAt)
}

/// `receivedAt` stands in where a sender gives no time of its own.
package func decodeEvent(
    source: Source, tracker: String?, headers: [HeaderField], body: VerifiedBody, settings: DecodingSettings, receivedAt: Timestamp
) throws(DecodeFailure) -> Event {
    switch source {
    case .github:
        try GitHubDecoder.event(body: body, headers: headers, settings: settings)
    case .sentry:
        try SentryDecoder.event(body: body, headers: headers, tracker: tracker, settings: settings, receivedAt: receivedAt)
    case .glitchtip:
        try GlitchTipDecoder.event(body: body, headers: headers, tracker: tracker, settings: settings, receivedAt: receivedAt)
    case .person:
        try LocalDecoder.event(body: body, headers: headers, settings: settings)
    }
}
