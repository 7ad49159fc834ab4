// Who gets in as Sentry, under which key it is remembered, and what an operator is told of who does not.

import ForgeCore
import ForgeCrypto
import ForgeWebhooks
import Testing

private let body = Array(#"{"action":"created","data":{}}"#.utf8)
private let newest = HMACKey(Array("made-up secret".utf8))
private let oldest = HMACKey(Array("an older made-up secret".utf8))
private let verifier = SentryVerifier(tracker: "prod", secrets: [newest, oldest])
private let receivedAt = Timestamp(milliseconds: 1_772_600_000_000)

private func signature(_ key: HMACKey = newest, _ bytes: [UInt8] = body) -> String { Hex.encode(key.authenticate(bytes)) }

private func hook(_ signature: String, resource: String = "issue") -> [HeaderField] {
    [
        HeaderField("host", "forge.example"), HeaderField("content-type", "application/json"),
        HeaderField("sentry-hook-resource", resource),
        HeaderField("sentry-hook-timestamp", "1772600000"), HeaderField("request-id", "0a1b"),
        HeaderField("sentry-hook-signature", signature),
        HeaderField("authorization", "Bearer x"), HeaderField("cookie", "a=b"),
    ]
}

private func checkRefused(
    _ headers: [HeaderField], body: [UInt8] = body, by verifier: SentryVerifier = verifier, method: HTTPMethod = .post,
    _ code: WebhookRejection.Code, at location: SourceLocation = #_sourceLocation
) {
    do {
        _ = try verifier.verify(method: method, headers: headers, body: body, receivedAt: receivedAt)
        Issue.record("let in", sourceLocation: location)
    } catch {
        #expect(error.code == code, "\(error.reason)", sourceLocation: location)
    }
}

@Test func `a signed hook is let in, and kept without credentials`() throws {
    let verified = try verifier.verify(method: .post, headers: hook(signature()), body: body, receivedAt: receivedAt)
    let delivery = verified.delivery
    #expect(verified.body.bytes == body && delivery.body == body)
    #expect(delivery.source == .sentry && delivery.tracker == "prod" && delivery.eventName == "issue" && delivery.receivedAt == receivedAt)
    #expect(delivery.secretIndex == 0 && !delivery.isHealed)
    #expect(delivery.headers.map(\.name) == ["content-type", "sentry-hook-resource", "sentry-hook-timestamp", "request-id"])
    #expect(delivery.transportKey == "sentry:prod:issue:" + Hex.encode(SHA256.digest(body)))
}

@Test func `the signature is the published form: lower-case hex of HMAC-SHA256 over the raw body`() throws {
    let verifier = SentryVerifier(tracker: "t", secrets: [HMACKey(Array("key".utf8))])
    let body = Array("The quick brown fox jumps over the lazy dog".utf8)
    let headers = hook("f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8")
    #expect(throws: Never.self) { try verifier.verify(method: .post, headers: headers, body: body, receivedAt: receivedAt) }
}

@Test func `an older secret still holds, and is counted by its place`() throws {
    let verified = try verifier.verify(method: .post, headers: hook(signature(oldest)), body: body, receivedAt: receivedAt)
    #expect(verified.delivery.secretIndex == 1)
}

@Test func `a retry with a new Request-ID and time is the same delivery, another resource or body is not`() throws {
    func key(_ headers: [HeaderField], _ bytes: [UInt8] = body) throws -> String {
        try verifier.verify(method: .post, headers: headers, body: bytes, receivedAt: receivedAt).delivery.transportKey
    }
    let first = try key(hook(signature()))
    let retry = hook(signature()).map { $0.name == "request-id" ? HeaderField("request-id", "ffff") : $0 }
    #expect(try key(retry) == first)
    #expect(try key(hook(signature(), resource: "error")) != first)
    #expect(try key(hook(signature(newest, body + [0x20])), body + [0x20]) != first)
    // The header is not signed: invented words must not make a replay new again and again.
    #expect(try key(hook(signature(), resource: "one")) == key(hook(signature(), resource: "two")))
}

@Test func `an invented resource of any length is kept short`() throws {
    let headers = hook(signature(), resource: String(repeating: "é", count: 10_000))
    let delivery = try verifier.verify(method: .post, headers: headers, body: body, receivedAt: receivedAt).delivery
    #expect((delivery.eventName?.utf8.count ?? .max) <= 66)
    #expect(delivery.transportKey.hasPrefix("sentry:prod:other:"))
}

@Test func `a component's call is let in by its own header, its GET over an empty body`() throws {
    let headers = [HeaderField("sentry-app-signature", signature(newest, [])), HeaderField("content-type", "application/json")]
    let verified = try verifier.verify(method: .get, headers: headers, body: [], receivedAt: receivedAt)
    #expect(verified.body.bytes.isEmpty && verified.delivery.eventName == nil)
    checkRefused(headers, body: [], method: .post, .emptyBody)
    checkRefused([HeaderField("sentry-app-signature", signature(newest, [1]))], body: [], method: .get, .wrongSignature)
}

@Test func `either header will do when both are there`() throws {
    let wrong = String(repeating: "0", count: 64)
    let headers = [HeaderField("sentry-hook-signature", wrong), HeaderField("sentry-app-signature", signature())]
    #expect(throws: Never.self) { try verifier.verify(method: .post, headers: headers, body: body, receivedAt: receivedAt) }
    checkRefused([HeaderField("sentry-hook-signature", wrong), HeaderField("sentry-app-signature", wrong)], .wrongSignature)
}

@Test func `whoever cannot sign is turned away, with the reason for the operator`() {
    checkRefused(hook(signature()), by: SentryVerifier(tracker: "prod", secrets: []), .noSecretConfigured)
    checkRefused(hook("").filter { $0.name != "sentry-hook-signature" }, .missingSignature)
    checkRefused([HeaderField("x-servicehook-signature", signature())], .missingSignature)
    checkRefused(hook(""), .malformedSignature)
    checkRefused(hook("sha256=" + signature()), .malformedSignature)
    checkRefused(hook(String(signature().dropLast())), .malformedSignature)
    checkRefused(hook(String(repeating: "g", count: 64)), .malformedSignature)
    checkRefused(hook(signature(HMACKey([1]))), .wrongSignature)
    checkRefused(hook(signature()), body: body + [0x0A], .wrongSignature)
    checkRefused(hook(signature()), body: [], .wrongSignature)
}

@Test(arguments: 0..<64)
func `one wrong digit, wherever it is, is refused`(index: Int) {
    var digits = Array(signature().utf8)
    digits[index] = digits[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
    checkRefused(hook(String(decoding: digits, as: UTF8.self)), .wrongSignature)
}

@Test func `a tracker that is not in the settings is refused by name, however its request is signed`() {
    let unknown = SentryVerifier.unknown(tracker: "nowhere")
    let rejection = WebhookRejection(.unknownTracker, "no Sentry tracker is named 'nowhere' in the settings")
    for headers in [[], hook("xyz"), hook(signature()), hook(signature(HMACKey([0])))] {
        #expect(throws: rejection) { try unknown.verify(method: .post, headers: headers, body: body, receivedAt: receivedAt) }
    }
    #expect(throws: WebhookRejection.self) { try unknown.verifyLegacy(pathToken: "", headers: [], body: body, receivedAt: receivedAt) }
}

// MARK: - The legacy plugin

@Test func `a legacy body comes in by its path token alone, and never as a signed one`() throws {
    let verifier = SentryVerifier(
        tracker: "prod", secrets: [newest], legacyTokenDigests: [SHA256.digest("new-token"), SHA256.digest("old-token")])
    let verified = try verifier.verifyLegacy(pathToken: "old-token", headers: hook(signature()), body: body, receivedAt: receivedAt)
    #expect(verified.delivery.secretIndex == 1 && verified.delivery.eventName == "legacy")
    #expect(verified.delivery.headers.map(\.name) == ["content-type"])
    #expect(verified.delivery.transportKey == "sentry:prod:legacy:" + Hex.encode(SHA256.digest(body)))
}

@Test(arguments: ["", "old", "token ", "Token"])
func `a wrong legacy token is refused, and any token where none is configured`(token: String) {
    let with = SentryVerifier(tracker: "prod", secrets: [newest], legacyTokenDigests: [SHA256.digest("token")])
    #expect(throws: WebhookRejection(.wrongToken, "the path token is not the one of prod: copy the webhook URL anew")) {
        try with.verifyLegacy(pathToken: token, headers: [], body: body, receivedAt: receivedAt)
    }
    #expect(throws: WebhookRejection.self) { try verifier.verifyLegacy(pathToken: token, headers: [], body: body, receivedAt: receivedAt) }
}

@Test func `a smuggled event that came by the legacy URL decodes as a hint`() throws {
    let verifier = SentryVerifier(tracker: "prod", secrets: [newest], legacyTokenDigests: [SHA256.digest("token")])
    let body = try TicketFixtures.example("Sentry", "event_alert.triggered")
    let verified = try verifier.verifyLegacy(
        pathToken: "token", headers: hook(signature(), resource: "event_alert"), body: body, receivedAt: receivedAt)
    let event = try SentryDecoder.event(
        body: verified.body, headers: verified.delivery.headers, tracker: "prod", settings: TicketFixtures.settings, receivedAt: receivedAt)
    #expect(try TicketFixtures.alert(event).draft.trust == .hint)
}

// MARK: - What happened to the body

private func diagnosis(signed original: [UInt8], arrived: [UInt8]) -> String {
    let headers = hook(signature(oldest, original))
    do {
        _ = try verifier.verify(method: .post, headers: headers, body: arrived, receivedAt: receivedAt)
        return "let in"
    } catch {
        let diagnosis = verifier.diagnose(error, headers: headers, body: arrived)
        return "\(diagnosis.code.rawValue): \(diagnosis.reason)"
    }
}

@Test(arguments: [
    ("{}", "{}\n", "a line end was added after it"), ("{}", "{}\r\n", "a line end was added after it"),
    ("{}\n", "{}", "the line end after it was removed"), ("{}\r\n", "{}", "the line end after it was removed"),
    ("{}", "  {}\n\n", "white space was added around it"), ("{}", "\u{FEFF}{}", "a byte order mark was put before it"),
    ("\u{FEFF}{}", "{}", "its byte order mark was removed"), ("{\n}\n", "{\r\n}\r\n", "from LF to CRLF"),
    ("{\r\n}\r\n", "{\n}\n", "from CRLF to LF"), ("{\"é€\"}", "{\"Ã©â\u{82}¬\"}", "a second time"),
    (#"{"a":"\u001b"}"#, #"{"a":"\u001B"}"#, "with capitals"), ("{}", "{}\n", "signed were 2 bytes, 3 came"),
])
func `a body that changed in a known way on the way is named`(original: String, arrived: String, expected: String) {
    let told = diagnosis(signed: Array(original.utf8), arrived: Array(arrived.utf8))
    #expect(told.hasPrefix("body_changed: "), "\(told)")
    #expect(told.contains(expected), "\(told)")
}

@Test(arguments: [("{\"a\": 1}", "{\"a\":1}"), ("{}", "[]"), ("", "{}"), ("{}", "\n"), ("{\"a\":\"x\"}", "{\"a\":\"y\"}")])
func `what cannot be known is not guessed`(original: String, arrived: String) {
    #expect(diagnosis(signed: Array(original.utf8), arrived: Array(arrived.utf8)).hasPrefix("wrong_signature: "))
}

@Test func `a body too large to look into keeps its first reason`() {
    let signed = String(repeating: " ", count: 1 << 20)
    #expect(diagnosis(signed: Array(signed.utf8), arrived: Array(signed.utf8) + [0x0A]).hasPrefix("wrong_signature: "))
}

@Test func `a refusal for another reason is passed on as it is`() {
    let rejection = WebhookRejection(.missingSignature, "none")
    #expect(verifier.diagnose(rejection, headers: [], body: body) == rejection)
}
