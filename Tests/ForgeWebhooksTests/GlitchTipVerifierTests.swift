// Who gets in as GlitchTip: whoever knows the URL's last part, and nobody learns anything by trying.

import ForgeCore
import ForgeCrypto
import ForgeWebhooks
import Testing

private let body = Array(#"{"text":"GlitchTip Alert"}"#.utf8)
private let verifier = GlitchTipVerifier(tracker: "tip", tokenDigests: [SHA256.digest("new-token"), SHA256.digest("old-token")])

private func verify(
    _ token: String, at milliseconds: Int64 = 1_772_600_000_000, body: [UInt8] = body, by verifier: GlitchTipVerifier = verifier
) throws -> NewDelivery {
    let headers = [
        HeaderField("content-type", "application/json"), HeaderField("user-agent", "python-requests/2"), HeaderField("cookie", "a=b"),
        HeaderField("sentry-hook-resource", "issue"),
    ]
    return try verifier.verify(pathToken: token, headers: headers, body: body, receivedAt: Timestamp(milliseconds: milliseconds)).delivery
}

private func checkRefused(
    _ token: String, by verifier: GlitchTipVerifier = verifier, body: [UInt8] = body, _ code: WebhookRejection.Code,
    at location: SourceLocation = #_sourceLocation
) {
    do {
        _ = try verify(token, body: body, by: verifier)
        Issue.record("let in", sourceLocation: location)
    } catch let error as WebhookRejection {
        #expect(error.code == code, sourceLocation: location)
        #expect(!error.reason.contains("token\""), sourceLocation: location)
    } catch {
        Issue.record("\(error)", sourceLocation: location)
    }
}

@Test func `the path token lets in, the older one too, and neither is kept`() throws {
    let delivery = try verify("new-token")
    #expect(delivery.source == .glitchtip && delivery.tracker == "tip" && delivery.eventName == "alert" && delivery.secretIndex == 0)
    #expect(delivery.headers.map(\.name) == ["content-type", "user-agent"])
    #expect(!delivery.transportKey.contains("token"))
    #expect(try verify("old-token").secretIndex == 1)
}

@Test func `the same body within ten minutes is the same delivery, later it is a new one`() throws {
    let key = try verify("new-token").transportKey
    #expect(key == "glitchtip:tip:2954333:" + Hex.encode(SHA256.digest(body)))
    let begin: Int64 = 2_954_333 * 600_000
    #expect(try verify("new-token", at: begin).transportKey == key)
    #expect(try verify("new-token", at: begin + 599_999).transportKey == key)
    #expect(try verify("new-token", at: begin + 600_000).transportKey != key)
    #expect(try verify("old-token").transportKey == key)
    #expect(try verify("new-token", body: body + [0x20]).transportKey != key)
}

@Test(arguments: ["", "new-toke", "new-token ", "New-token", "new-token\u{0}", String(repeating: "x", count: 100_000)])
func `any other token is refused`(token: String) {
    checkRefused(token, .wrongToken)
}

@Test func `a digest itself opens nothing, nor does the decoy's`() {
    checkRefused(Hex.encode(SHA256.digest("new-token")), .wrongToken)
    checkRefused(Hex.encode([UInt8](repeating: 0, count: 32)), by: GlitchTipVerifier.unknown(tracker: "ghost"), .unknownTracker)
}

@Test func `no token configured, an unknown tracker and an empty body each have their reason`() {
    checkRefused("new-token", by: GlitchTipVerifier(tracker: "tip", tokenDigests: []), .noSecretConfigured)
    checkRefused("new-token", by: GlitchTipVerifier.unknown(tracker: "ghost"), .unknownTracker)
    checkRefused("new-token", body: [], .emptyBody)
    checkRefused("wrong", body: [], .wrongToken)
}
