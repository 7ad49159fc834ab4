// GitHub's door: what passes, what does not, and what is kept of what passed.

import ForgeCore
import ForgeCrypto
import Testing

@testable import ForgeWebhooks

struct GitHubVerifierTests {
    private static let newest = HMACKey(Array("a secret of this test".utf8))
    private static let older = HMACKey(Array("the secret before it".utf8))
    private static let body = Array(#"{"zen":"née \u001b"}"#.utf8)
    private static let now = Timestamp(milliseconds: 1_772_000_000_000)
    private static let wrong = "sha256=" + String(repeating: "0", count: 64)

    private static func signature(_ key: HMACKey = newest, _ body: [UInt8] = body) -> String {
        "sha256=" + Hex.encode(key.authenticate(body))
    }

    /// A request's headers, with one of them replaced by `value` or left out.
    private static func headers(_ signature: String?, _ name: String = "", _ value: String? = nil) -> [HeaderField] {
        let usual = [
            ("host", "forge.example.net"), ("user-agent", "GitHub-Hookshot/1"), ("content-type", "application/json"),
            ("x-github-event", "ping"), ("x-github-delivery", "6b8f-guid"), ("x-github-hook-id", "880011"),
        ]
        var headers = usual.filter { $0.0 != name }.map { HeaderField($0.0, $0.1) }
        if let value { headers.append(HeaderField(name, value)) }
        if let signature { headers.append(HeaderField("x-hub-signature-256", signature)) }
        return headers
    }

    /// The rejection's code, or nil when it passed.
    private func rejection(
        _ headers: [HeaderField], _ body: [UInt8] = Self.body, secrets: [HMACKey] = [newest, older]
    ) -> WebhookRejection.Code? {
        do throws(WebhookRejection) {
            _ = try GitHubVerifier(secrets: secrets).verify(headers: headers, body: body, receivedAt: Self.now)
            return nil
        } catch {
            #expect(error.reason.hasSuffix(".") && error.reason.count > 30, "a rejection is a sentence")
            return error.code
        }
    }

    private func delivery(_ headers: [HeaderField], _ body: [UInt8] = Self.body) throws -> NewDelivery {
        try GitHubVerifier(secrets: [Self.newest, Self.older]).verify(headers: headers, body: body, receivedAt: Self.now).delivery
    }

    @Test func `the vector that GitHub publishes holds, and no other body under it`() throws {
        let body = Array("Hello, World!".utf8)
        let secrets = [HMACKey(Array("It's a Secret to Everybody".utf8))]
        let headers = Self.headers("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
        let verified = try GitHubVerifier(secrets: secrets).verify(headers: headers, body: body, receivedAt: Self.now)
        #expect(verified.body.bytes == body)
        #expect(rejection(headers, Array("Hello, World?".utf8), secrets: secrets) == .wrongSignature)
    }

    @Test func `a delivery keeps its bytes, its key and the headers that matter`() throws {
        let delivery = try delivery(Self.headers(Self.signature()))
        #expect(delivery.source == .github && delivery.tracker == nil && delivery.secretIndex == 0 && !delivery.isHealed)
        #expect(delivery.transportKey == "github:880011:6b8f-guid" && delivery.eventName == "ping")
        #expect(delivery.body == Self.body && delivery.receivedAt == Self.now)
        #expect(delivery.headers.map(\.name) == ["user-agent", "content-type", "x-github-event", "x-github-delivery", "x-github-hook-id"])
    }

    @Test func `a secret on its way out still holds, and is told`() throws {
        #expect(try delivery(Self.headers(Self.signature(Self.older))).secretIndex == 1)
        #expect(rejection(Self.headers(Self.signature(Self.older)), secrets: [Self.newest]) == .wrongSignature)
        let twice = GitHubVerifier(secrets: [Self.older, Self.newest, Self.newest])
        let verified = try twice.verify(headers: Self.headers(Self.signature()), body: Self.body, receivedAt: Self.now)
        #expect(verified.delivery.secretIndex == 1, "the newest that holds")
    }

    @Test func `a signature in capitals is the same signature`() {
        #expect(rejection(Self.headers("sha256=" + Hex.encode(Self.newest.authenticate(Self.body)).uppercased())) == nil)
    }

    private static let zeros = String(repeating: "0", count: 64)
    private static let badSignatures: [(String, WebhookRejection.Code)] = [
        ("", .malformedSignature),
        ("sha256=", .malformedSignature),
        (zeros, .malformedSignature),
        ("sha1=0000000000000000000000000000000000000000", .malformedSignature),
        ("sha256=0\(zeros)", .malformedSignature),
        (String(wrong.dropLast()), .malformedSignature),
        (" \(wrong)", .malformedSignature),
        ("SHA256=\(zeros)", .malformedSignature),
        ("sha256=\(zeros.dropLast())g", .malformedSignature),
        ("sha256=\(zeros.dropLast(2))é", .malformedSignature),
        (wrong, .wrongSignature),
    ]

    @Test(arguments: badSignatures)
    func `a signature that cannot hold is refused for what it is`(_ signature: String, _ code: WebhookRejection.Code) {
        #expect(rejection(Self.headers(signature)) == code)
    }

    @Test func `no secret means no delivery, however it is signed`() {
        #expect(rejection(Self.headers(Self.signature()), secrets: []) == .noSecretConfigured)
    }

    @Test func `no signature and only the old kind are told apart`() {
        let legacy = "sha1=" + String(repeating: "0", count: 40)
        #expect(rejection(Self.headers(nil)) == .missingSignature)
        #expect(rejection(Self.headers(nil, "x-hub-signature", legacy)) == .sha1Only)
        #expect(rejection(Self.headers(Self.signature(), "x-hub-signature", legacy)) == nil, "GitHub sends both")
    }

    @Test(arguments: ["x-github-event", "x-github-delivery"])
    func `a header that names the delivery has to be there and to be a name`(_ name: String) {
        #expect(rejection(Self.headers(Self.signature(), name)) == .missingHeader)
        for bad in ["", "two words", "line\nbreak", "näme", String(repeating: "x", count: 129)] {
            #expect(rejection(Self.headers(Self.signature(), name, bad)) == .missingHeader, "\(bad)")
        }
    }

    @Test(arguments: [nil, "", "abc", "12:34", String(repeating: "9", count: 21)])
    func `a hook without a usable id has a dash in its key`(_ id: String?) throws {
        #expect(try delivery(Self.headers(Self.signature(), "x-github-hook-id", id)).transportKey == "github:-:6b8f-guid")
    }

    @Test func `an empty body is refused even when it is signed`() {
        #expect(rejection(Self.headers(Self.signature(Self.newest, [])), []) == .emptyBody)
    }

    @Test func `a form passes as it came, and its JSON is found in it`() throws {
        let form = Array("x=1&payload=%7B%22zen%22%3A%22100%+a%2bb%22%2C%22hook_id%22%3A1%7D".utf8)
        let type = "application/x-www-form-urlencoded; charset=utf-8"
        let delivery = try delivery(Self.headers(Self.signature(Self.newest, form), "content-type", type), form)
        #expect(delivery.body == form && delivery.headers.contains(HeaderField("content-type", type)))
        let event = try GitHubDecoder.event(body: VerifiedBody(fromOperator: form), headers: delivery.headers, settings: .init())
        #expect(event.matter == .ping)
        #expect(GitHubForm.payload(of: form).map { String(decoding: $0, as: UTF8.self) } == #"{"zen":"100% a+b","hook_id":1}"#)
    }

    private static let contentTypes: [(String?, WebhookRejection.Code?)] = [
        (nil, nil), ("application/json", nil), ("application/json; charset=utf-8", nil), ("Application/JSON", nil),
        ("text/plain", .wrongContentType), ("application/jsonlines", .wrongContentType), ("application/jso", .wrongContentType),
        ("", .wrongContentType),
    ]

    @Test(arguments: contentTypes)
    func `what says it is something else is refused, once it is known who sent it`(_ type: String?, _ code: WebhookRejection.Code?) {
        #expect(rejection(Self.headers(Self.signature(), "content-type", type)) == code)
        #expect(rejection(Self.headers(Self.wrong, "content-type", type)) == .wrongSignature)
    }

    @Test func `of a header sent twice the first counts, and the second is not kept`() throws {
        let second = ["x-github-event", "x-github-delivery", "x-github-hook-id", "content-type", "x-hub-signature-256"].map {
            HeaderField($0, "second")
        }
        let delivery = try delivery(Self.headers(Self.signature()) + second)
        #expect(delivery.transportKey == "github:880011:6b8f-guid" && delivery.eventName == "ping")
        #expect(!delivery.headers.contains { $0.value == "second" })
    }

    @Test func `an overlong header is not kept`() throws {
        let delivery = try delivery(Self.headers(Self.signature(), "user-agent", String(repeating: "u", count: 5000)))
        #expect(!delivery.headers.contains { $0.name == "user-agent" })
    }
}

struct GitHubSignatureDiagnosisTests {
    private let secrets = [HMACKey(Array("new".utf8)), HMACKey(Array("old".utf8))]

    private func check(signed: String, came: String, _ words: String, key: Int = 0) {
        let signature = "sha256=" + Hex.encode(secrets[key].authenticate(Array(signed.utf8)))
        let found = GitHubVerifier.diagnose(body: Array(came.utf8), signature: signature, secrets: secrets)
        #expect(found.code == .bodyChanged && found.reason.contains(words), "\(found)")
    }

    @Test func `each change that proxies make is named`() {
        check(signed: "{\"a\":1}", came: "{\"a\":1}\n", "a line end was added")
        check(signed: "{\"a\":1}", came: "{\"a\":1}\r\n", "a line end was added")
        check(signed: "{\"a\":1}\n", came: "{\"a\":1}", "the line end after it was removed")
        check(signed: "{\r\n\r\n}", came: "{\n\n}", "from CRLF to LF")
        check(signed: "{\n\n}", came: "{\r\n\r\n}", "from LF to CRLF")
        check(signed: "{}", came: "\u{FEFF}{}", "a byte order mark was put before it")
        check(signed: "\u{FEFF}{}", came: "{}", "its byte order mark was removed")
        check(signed: "payload=%7B%22a%22%3A%22b+%C3%A9%22%7D", came: #"{"a":"b é"}"#, "form encoding was taken off")
        check(signed: #"{"a":"b é"}"#, came: "payload=%7B%22a%22%3A%22b+%C3%A9%22%7D", "it was form-encoded")
        check(signed: #"{"a":"\u001b"}"#, came: #"{"a":"\u001B"}"#, "with capitals")
        check(signed: #"{"a":"\u001B\\u00ff"}"#, came: #"{"a":"\u001b\\u00ff"}"#, "in lower case")
    }

    @Test func `an older secret is tried too, and the sizes are told`() {
        check(signed: "{}", came: "{}\n", "signed were 2 bytes, 3 came", key: 1)
    }

    @Test(arguments: ["", "{}", "\n", "\\u", "\\", "payload=%", "payload=", "\u{FEFF}"])
    func `without a known change it is only a wrong signature`(_ body: String) {
        let signature = "sha256=" + String(repeating: "0", count: 64)
        #expect(GitHubVerifier.diagnose(body: Array(body.utf8), signature: signature, secrets: secrets).code == .wrongSignature)
    }

    @Test func `a large body is not looked into`() {
        let signed = [UInt8](repeating: 0x20, count: 1 << 20)
        let signature = "sha256=" + Hex.encode(secrets[0].authenticate(signed))
        let found = GitHubVerifier.diagnose(body: signed + [0x0A], signature: signature, secrets: secrets)
        #expect(found.code == .wrongSignature && found.reason.contains("too large"))
    }

    @Test func `it says what is wrong with the header before it looks at the body`() {
        #expect(GitHubVerifier.diagnose(body: [], signature: nil, secrets: secrets).code == .missingSignature)
        #expect(GitHubVerifier.diagnose(body: [], signature: "sha256=1", secrets: secrets).code == .malformedSignature)
        #expect(GitHubVerifier.diagnose(body: [], signature: nil, secrets: []).code == .noSecretConfigured)
    }
}
