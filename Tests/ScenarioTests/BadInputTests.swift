// Bad input, by name, against the real program: each kind has its own status and its own reason, and the service goes on.

import ForgeCore
import Foundation
import Testing

@Suite(.serialized) struct BadInputTests {
    struct Refused: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var headers: [String: String]
        var code: String
    }

    private static let body = #"{"zen":"x"}"#
    private static let shop = #"{"id":1,"full_name":"acme/shop"}"#

    static let refused = [
        Refused(testDescription: "no signature", headers: ["x-hub-signature-256": ""], code: "missing_signature"),
        Refused(testDescription: "malformed signature", headers: ["x-hub-signature-256": "sha256=xyz"], code: "malformed_signature"),
        Refused(
            testDescription: "SHA-1 only",
            headers: ["x-hub-signature-256": "", "x-hub-signature": "sha1=" + String(repeating: "a", count: 40)], code: "sha1_only"),
        Refused(
            testDescription: "wrong secret",
            headers: ["x-hub-signature-256": ServiceUnderTest.signature(of: Array(body.utf8), secret: "other")],
            code: "wrong_signature"),
        Refused(
            testDescription: "a proxy added a line end",
            headers: ["x-hub-signature-256": ServiceUnderTest.signature(of: Array((body + "\n").utf8))], code: "body_changed"),
    ]

    @Test func `every bad signature is answered alike, and the operator is told which it was`() async throws {
        let service = try ServiceUnderTest()
        try service.start()
        var answers: Set<String> = []
        for kind in Self.refused {
            var headers = ["x-github-event": "ping", "x-github-delivery": "1", "content-type": "application/json"]
            for (name, value) in kind.headers where !value.isEmpty { headers[name] = value }
            let answer = try service.send("POST", "/webhooks/github", headers: headers, body: Array(Self.body.utf8))
            #expect(answer.status == 401, "\(kind.testDescription)")
            let json = try JSONParser.parse(answer.body)
            #expect(json["request_id"] != nil)
            answers.insert(JSON.object((json.members ?? []).filter { $0.name != "request_id" }).text)
        }
        #expect(answers.count == 1, "a caller can tell the reasons apart: \(answers)")
        let codes = try await refusedCodes(service, count: Self.refused.count)
        #expect(codes.sorted() == Self.refused.map(\.code).sorted())
        #expect(service.end(with: SIGTERM) == 0)
    }

    /// The recorder writes beside the answers: look until it has.
    private func refusedCodes(_ service: ServiceUnderTest, count: Int) async throws -> [String] {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            let listed = try service.run("deliveries", "list", "--refused", "--json")
            #expect(listed.code == 0, "\(listed.errors)")
            let codes = try listed.output.split(separator: "\n").compactMap { try JSONParser.parse(String($0))["code"]?.string }
            if codes.count >= count { return codes }
        }
        throw TestFailure(description: "the refusals were not recorded: \(service.log)")
    }

    struct Odd: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var event: String
        var body: String
        var state: String
        var reason: String
    }

    static let odd = [
        Odd(testDescription: "no JSON", event: "push", body: "hello", state: "failed", reason: "JSON"),
        Odd(testDescription: "truncated JSON", event: "push", body: #"{"ref": "refs/he"#, state: "failed", reason: "ends too early"),
        Odd(
            testDescription: "depth 10,000", event: "push", body: String(repeating: "[", count: 10_000), state: "failed",
            reason: "deeper than"),
        Odd(
            testDescription: "1e6 array elements", event: "push",
            body: #"{"commits":["# + String(repeating: "0,", count: 999_999) + "0]}", state: "failed", reason: "more than"),
        Odd(testDescription: "an unknown event", event: "sponge", body: "{}", state: "ignored", reason: "sponge"),
        Odd(
            testDescription: "a byte order mark", event: "ping", body: "\u{FEFF}{\"zen\":\"x\",\"hook_id\":1}", state: "ignored",
            reason: "ping"
        ),
        Odd(testDescription: "a member twice", event: "ping", body: #"{"zen":"a","zen":"b"}"#, state: "ignored", reason: "ping"),
        Odd(
            testDescription: "no action", event: "issues",
            body: #"{"issue":{"number":1,"title":"x","state":"open"},"repository":\#(shop)}"#,
            state: "ignored", reason: "no action"),
        Odd(
            testDescription: "a null repository", event: "issues",
            body: #"{"action":"opened","issue":{"number":1,"title":"x"},"repository":null}"#, state: "ignored", reason: "repository"),
        Odd(
            testDescription: "no installation, an id over 2^53, a number as text", event: "issues",
            body: #"{"action":"closed","issue":{"id":9007199254740995,"number":"1","title":"x"},"repository":\#(shop)}"#, state: "ignored",
            reason: "closed"),
        Odd(testDescription: "no pull request", event: "pull_request", body: #"{"number":1}"#, state: "failed", reason: "pull_request"),
        Odd(testDescription: "no object", event: "issues", body: "[1,2]", state: "failed", reason: "object"),
    ]

    @Test func `an odd body is taken in and ends with a reason of its own`() async throws {
        let service = try ServiceUnderTest()
        try service.start()
        var ids: [String: Odd] = [:]
        for odd in Self.odd {
            let answer = try service.github(odd.event, odd.body)
            #expect(answer.status == 202, "\(odd.testDescription): \(answer.body)")
            ids[try #require(try JSONParser.parse(answer.body)["delivery"]?.string)] = odd
        }
        let invalid = Array(#"{"zen":"x"#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8)
        let headers = [
            "x-github-event": "ping", "x-github-delivery": "utf8", "content-type": "application/json",
            "x-hub-signature-256": ServiceUnderTest.signature(of: invalid),
        ]
        #expect(try service.send("POST", "/webhooks/github", headers: headers, body: invalid).status == 202)
        try await service.settle()
        for (id, odd) in ids {
            let shown = try service.run("deliveries", "show", id, "--json")
            let json = try JSONParser.parse(shown.output)
            #expect(json["state"]?.string == odd.state, "\(odd.testDescription): \(shown.output.prefix(400))")
            #expect(json["reason"]?.string?.contains(odd.reason) == true, "\(odd.testDescription): \(json["reason"]?.string ?? "-")")
        }
        #expect(service.end(with: SIGTERM) == 0)
    }

    @Test func `a request that is none is answered by name, and the next one is served`() throws {
        let service = try ServiceUnderTest(moreSettings: "http: {github_body_bytes: 4KiB, header_bytes: 4KiB}")
        try service.start()
        func status(_ request: String) throws -> Int { try ServiceUnderTest.parts(of: service.exchange(Array(request.utf8))).status }
        let end = "host: x\r\nconnection: close\r\n"
        #expect(try status("GET /nowhere HTTP/1.1\r\n\(end)\r\n") == 404)
        let wrongMethod = try service.send("DELETE", "/webhooks/github")
        #expect(wrongMethod.status == 405 && wrongMethod.head.lowercased().contains("allow: post"))
        #expect([400, 404].contains(try status("GET /api/../../etc/passwd HTTP/1.1\r\n\(end)\r\n")))
        #expect([400, 404].contains(try status("GET /api/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n\(end)\r\n")))
        let both = "POST /webhooks/github HTTP/1.1\r\n\(end)content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
        #expect(try status(both) == 400)
        #expect(try status("POST /webhooks/github HTTP/1.1\r\n\(end)content-length: 5000\r\n\r\n") == 413)
        #expect(try status("GET /healthz HTTP/1.1\r\n\(end)x: \(String(repeating: "y", count: 8192))\r\n\r\n") == 431)
        let one = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
        let pipelined = try service.exchange(Array((one + one + "GET /healthz HTTP/1.1\r\n\(end)\r\n").utf8))
        #expect(String(decoding: pipelined, as: UTF8.self).components(separatedBy: "HTTP/1.1 200").count == 4)
        let empty = try service.github("ping", "")
        #expect(empty.status == 401 || empty.status == 400)
        #expect(try service.github("ping", "{}", headers: ["content-type": "text/plain"]).status == 415)
        #expect(try service.send("GET", "/healthz").status == 200)
        #expect(service.end(with: SIGTERM) == 0)
    }

    @Test(.timeLimit(.minutes(5))) func `slow headers and slow bodies are cut off`() throws {
        let service = try ServiceUnderTest(moreSettings: "http: {header_timeout: 1s, body_timeout: 1s}")
        try service.start()
        for request in ["GET /healthz HTTP/1.1\r\nhost", "POST /webhooks/github HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc"] {
            let answer = String(decoding: try service.exchange(Array(request.utf8)), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 408"), "\(answer.prefix(100))")
        }
        #expect(service.end(with: SIGTERM) == 0)
    }
}
