// What each answer means, as a table.

import ForgeCore
import Testing

@testable import ForgeGitHub
@testable import ForgeHTTP

@Suite struct AnswerJudgementTests {
    private static let date = "Thu, 01 Jan 2026 00:00:00 GMT"
    private static let now: Int64 = 1_767_225_600

    private func judged(_ status: Int, _ headers: [String: String] = [:], _ body: String = "", isGraph: Bool = false) -> String {
        let fields = headers.map { HeaderField($0.key, $0.value) } + [HeaderField("date", Self.date)]
        let head = ResponseHead(status: status, headers: fields, url: "http://x/")
        switch judge(OutgoingResponse(head: head, body: Array(body.utf8)), isGraph: isGraph) {
        case .fine(let json): return "fine \(json.text)"
        case .unchanged: return "unchanged"
        case .moved(let place): return "moved \(place)"
        case .limited(let refusal): return "limited \(refusal.wait.map { "\($0.milliseconds)" } ?? "unsaid")"
        case .denied(let denial): return "denied \(denial.status) \(denial.isOfPermission ? "permission" : "other") \(denial.message)"
        case .failed(let kind, let message): return "\(kind) \(message)"
        case .broken(let message, let wait): return "broken \(message)\(wait.map { " after \($0.milliseconds)" } ?? "")"
        }
    }

    private func check(
        _ status: Int, _ headers: [String: String], _ body: String, isGraph: Bool = false, _ expected: String,
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(judged(status, headers, body, isGraph: isGraph) == expected, sourceLocation: location)
    }

    private func check(_ status: Int, _ headers: [String: String], _ expected: String, _ location: SourceLocation = #_sourceLocation) {
        check(status, headers, "", expected, location)
    }

    private func check(_ status: Int, _ expected: String, _ location: SourceLocation = #_sourceLocation) {
        check(status, [:], "", expected, location)
    }

    @Test func `answers that did it`() {
        check(200, [:], "{\"a\":1}", "fine {\"a\":1}")
        check(201, [:], "[]", "fine []")
        check(204, "fine null")
        check(202, [:], "\n", "fine null")
        check(304, "unchanged")
    }

    @Test func `answers that cannot be read did something all the same`() {
        check(201, [:], "{\"id\":", "broken GitHub's answer cannot be read")
        check(200, [:], "<html>", "broken GitHub's answer cannot be read")
    }

    @Test func `answers that point elsewhere`() {
        for status in [301, 302, 307, 308] { check(status, ["location": "/repositories/1"], "moved /repositories/1") }
        check(301, "broken GitHub points elsewhere and does not say where")
    }

    @Test func `errors by their status`() {
        check(404, [:], "{\"message\":\"Not Found\"}", "notFound Not Found")
        check(410, [:], "{\"message\":\"Issues are disabled\"}", "notFound Issues are disabled")
        check(451, [:], "{\"message\":\"Repository access blocked\"}", "notFound Repository access blocked")
        check(409, [:], "{\"message\":\"Conflict\"}", "conflict Conflict")
        check(400, [:], "{\"message\":\"Problems parsing JSON\"}", "defect Problems parsing JSON")
        check(415, "defect GitHub answered 415")
        check(413, "refused GitHub answered 413")
        check(500, "broken GitHub answered 500")
        check(503, ["retry-after": "7"], "broken GitHub answered 503 after 7000")
        check(408, "broken GitHub answered 408")
    }

    @Test func `a refusal says what GitHub said, in one line`() {
        check(
            422, [:], #"{"message":"Unprocessable Entity","errors":["line must be part of the diff"]}"#,
            "refused Unprocessable Entity; line must be part of the diff")
        check(
            422, [:],
            #"{"message":"Validation Failed","errors":[{"resource":"PR","field":"line","code":"invalid"},{"message":"own words"}]}"#,
            "refused Validation Failed; PR line invalid; own words")
        check(422, [:], #"{"message":"a\nb\u001b[31m\u202ec"}"#, "refused a b [31m c")
        let long = String(repeating: "x", count: 5_000)
        check(422, [:], "{\"message\":\"\(long)\"}", "refused \(String(repeating: "x", count: 400))…")
    }

    @Test func `an error page of a proxy is not repeated`() {
        check(502, ["content-type": "text/html"], "<html><body>Bad Gateway</body></html>", "broken GitHub answered 502")
    }

    @Test func `limits, with what is said first of how long`() {
        let left = ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "\(Self.now + 90)"]
        let text = #"{"message":"API rate limit exceeded for installation ID 7."}"#
        check(403, left, text, "limited 91000")
        check(429, left, text, "limited 91000")
        check(403, left.merging(["retry-after": "30"]) { $1 }, text, "limited 30000")
        check(403, [:], #"{"message":"You have exceeded a secondary rate limit."}"#, "limited unsaid")
        check(403, ["retry-after": "60"], #"{"message":"Wait."}"#, "limited 60000")
        check(429, "limited unsaid")
        check(403, [:], #"{"message":"You have triggered an abuse detection mechanism."}"#, "limited unsaid")
        check(429, ["retry-after": "99999999999999999999"], "limited unsaid")
        check(429, ["retry-after": "9999999"], "limited 86400000")
        check(429, ["retry-after": "-5"], "limited unsaid")
        check(429, ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999999"], "limited unsaid")
        check(429, ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "\(Self.now - 50)"], "limited 1000")
    }

    @Test func `a lack of permission is no limit, even with the last request`() {
        check(
            403, ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "\(Self.now + 90)"],
            #"{"message":"Resource not accessible by integration"}"#, "denied 403 permission Resource not accessible by integration")
        check(
            403, [:], #"{"message":"Unable to create comment because issue is locked."}"#,
            "denied 403 other Unable to create comment because issue is locked.")
        check(404, [:], #"{"message":"Integration not found"}"#, "denied 401 other Integration not found")
        check(401, [:], #"{"message":"Bad credentials"}"#, "denied 401 other Bad credentials")
    }

    @Test func `GraphQL says it in the body`() {
        check(200, [:], #"{"data":{"a":1}}"#, isGraph: true, #"fine {"a":1}"#)
        check(200, [:], #"{"data":null,"errors":[{"type":"NOT_FOUND","message":"no node"}]}"#, isGraph: true, "notFound no node")
        check(200, [:], #"{"errors":[{"type":"FORBIDDEN","message":"not you"}]}"#, isGraph: true, "denied 403 permission not you")
        check(200, [:], #"{"errors":[{"type":"RATE_LIMITED","message":"later"}]}"#, isGraph: true, "limited unsaid")
        check(
            200, ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "\(Self.now + 9)"],
            #"{"errors":[{"type":"RATE_LIMITED","message":"later"}]}"#,
            isGraph: true, "limited 10000")
        check(
            200, [:], #"{"errors":[{"message":"Something went wrong while executing your query."}]}"#, isGraph: true,
            "broken Something went wrong while executing your query.")
        check(
            200, [:], #"{"errors":[{"message":"Field 'x' doesn't exist","extensions":{"code":"undefinedField"}}]}"#, isGraph: true,
            "defect Field 'x' doesn't exist")
        check(200, [:], "", isGraph: true, "broken GitHub's answer is empty")
        check(200, [:], "{}", isGraph: true, "broken GitHub's answer has no data")
    }

    @Test func `permissions that would do are read`() {
        #expect(
            acceptedPermissions("contents=read,issues=write; pull_requests=write") == [
                ["contents": "read", "issues": "write"], ["pull_requests": "write"],
            ])
        #expect(acceptedPermissions("") == [])
        #expect(acceptedPermissions(";;,,=; x") == [["": ""]] || acceptedPermissions(";;,,=; x") == [])
    }

    @Test func `what is missing is the least that would help`() {
        let granted: [String: AppPermission.Level] = ["contents": .read, "issues": .write]
        #expect(
            lacking([["contents": "write", "issues": "write"], ["administration": "write", "checks": "read"]], granted) == [
                "contents": .write
            ])
        #expect(lacking([["contents": "read"]], granted) == [:])
        #expect(lacking([["metadata": "read"]], [:]) == [:])
        #expect(lacking([], granted) == [:])
        #expect(spelled(["pull_requests": .write, "checks": .read]) == "checks=read,pull_requests=write")
    }

    @Test func `the next page is found among links`() {
        #expect(
            nextPage(in: #"<https://api/x?page=1>; rel="prev", <https://api/x?page=3>; rel="next", <https://api/x?page=9>; rel="last""#)
                == "https://api/x?page=3")
        #expect(nextPage(in: #"<https://api/x?page=9>; rel="last""#) == nil)
        #expect(nextPage(in: #"<https://api/x?labels=a,b;c&page=2>; rel="next""#) == "https://api/x?labels=a,b;c&page=2")
        #expect(nextPage(in: #"<https://api/x?page=2>; title="x"; rel=next"#) == "https://api/x?page=2")
        #expect(nextPage(in: nil) == nil)
        #expect(nextPage(in: "nonsense; , <>;") == nil)
    }

    @Test func `dates of HTTP are read`() {
        #expect(Timestamp(httpDate: "Fri, 20 Nov 2026 16:52:11 GMT")?.description == "2026-11-20T16:52:11.000Z")
        #expect(Timestamp(httpDate: "Fri, 5 Jun 2026 06:02:01 GMT")?.description == "2026-06-05T06:02:01.000Z")
        for text in ["", "Fri, 20 Nov 2026", "Fri, 20 Nov 2026 16:52:11 CET", "Fri, 32 Nov 2026 16:52:11 GMT", "2026-11-20T16:52:11Z"] {
            #expect(Timestamp(httpDate: text) == nil, "\(text)")
        }
    }

    @Test func `addresses of github_com and of GitHub Enterprise`() {
        #expect(GitHubAddresses().graphQL == "https://api.github.com/graphql")
        let enterprise = GitHubAddresses(api: "https://git.acme.example/api/v3/", web: "https://git.acme.example/")
        #expect(enterprise.graphQL == "https://git.acme.example/api/graphql")
        #expect(enterprise.web == "https://git.acme.example")
        #expect(enterprise.resolve("/api/v3/repositories/1") == "https://git.acme.example/api/v3/repositories/1")
        #expect(enterprise.resolve("https://GIT.acme.example/api/v3/x") == "https://GIT.acme.example/api/v3/x")
        for elsewhere in [
            "https://evil.example/", "//evil.example/", "http://git.acme.example/x", "https://git.acme.example.evil.example/x",
            "https://git.acme.example@evil.example/", "https://git.acme.example:444/", "https://git.acme.example", "",
        ] {
            #expect(enterprise.resolve(elsewhere) == nil, "\(elsewhere)")
        }
    }

    @Test func `parts of a path cannot leave it`() {
        #expect("../x?y#z/ü%".percentEncoded == "..%2Fx%3Fy%23z%2F%C3%BC%25")
        #expect("forge[bot]".percentEncoded == "forge%5Bbot%5D")
    }
}
