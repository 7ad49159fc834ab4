// What the decoder forgives and what it does not, with bodies that no sender should send.

import ForgeCore
import Testing

@testable import ForgeWebhooks

struct GitHubDecoderTests {
    private func event(_ name: String?, _ body: [UInt8]) throws(DecodeFailure) -> Event {
        let headers = name.map { [HeaderField("x-github-event", $0), HeaderField("content-type", "application/json")] } ?? []
        return try GitHubDecoder.event(body: VerifiedBody(fromOperator: body), headers: headers, settings: .init())
    }

    private func event(_ name: String, _ body: String) throws(DecodeFailure) -> Event { try event(name, Array(body.utf8)) }

    /// The failure's code, or nil when there is an event.
    private func failure(_ name: String?, _ body: [UInt8]) -> String? {
        do throws(DecodeFailure) {
            _ = try event(name, body)
            return nil
        } catch {
            #expect(error.reason.hasSuffix("."), "a failure is a sentence")
            return error.code
        }
    }

    private static let deep = String(repeating: "[", count: 10_000)
    private static let unreadable: [(String, String)] = [
        ("", "empty_body"), (" \n", "empty_body"), ("\u{FEFF}", "empty_body"), ("{", "truncated"), (#"{"zen":"a"#, "truncated"),
        ("{}{}", "not_json"),
        ("payload=%7B%7D", "not_json"), ("[]", "not_an_object"), ("1", "not_an_object"), (#"{"a":\#(deep)"#, "too_deep"),
    ]

    @Test(arguments: unreadable)
    func `a body that cannot be read fails by name`(_ body: String, _ code: String) {
        #expect(failure("ping", Array(body.utf8)) == code)
    }

    @Test func `a form is told by its content type, or by its beginning when that was lost`() throws {
        func event(_ body: String, _ type: String?) throws -> Event {
            let headers = [HeaderField("x-github-event", "ping")] + (type.map { [HeaderField("content-type", $0)] } ?? [])
            return try GitHubDecoder.event(body: VerifiedBody(fromOperator: Array(body.utf8)), headers: headers, settings: .init())
        }
        #expect(try event("payload=%7B%7D", nil).matter == .ping)
        #expect(try event("a=1&payload=%7B%7D", "application/x-www-form-urlencoded").matter == .ping)
        #expect(throws: DecodeFailure(code: "no_payload", reason: "The form has no 'payload' field.")) {
            try event("{}", "application/x-www-form-urlencoded")
        }
    }

    @Test func `a million elements fail by name, and fewer pass`() {
        let many = Array(#"{"zen":[0\#(String(repeating: ",0", count: 1_000_000))]}"#.utf8)
        #expect(failure("ping", many) == "too_many_values")
        #expect(failure("ping", Array(#"{"zen":[0\#(String(repeating: ",0", count: 10_000))]}"#.utf8)) == nil)
    }

    @Test func `a delivery without an event's name fails`() {
        #expect(failure(nil, Array("{}".utf8)) == "no_event_name")
        #expect(failure("", Array("{}".utf8)) == "no_event_name")
    }

    @Test(arguments: [
        "pull_request", "pull_request_review", "pull_request_review_comment", "pull_request_review_thread", "issue_comment", "issues",
        "check_run", "check_suite", "workflow_run", "installation", "installation_repositories", "merge_group", "code_scanning_alert",
        "dependabot_alert", "secret_scanning_alert",
    ])
    func `an event without its own object fails, and says which`(_ name: String) {
        #expect(failure(name, Array("{}".utf8)) == "missing_field")
        #expect(failure(name, Array(#"{"action":"created"}"#.utf8)) == "missing_field")
    }

    @Test(arguments: ["ping", "push", "status", "repository", "marketplace_purchase", "an_event_of_next_year"])
    func `an event that needs nothing passes with nothing`(_ name: String) {
        #expect(failure(name, Array("{}".utf8)) == nil)
    }

    @Test func `an unknown event is told by its name, whatever is in it`() throws {
        let unknown = try event("sub_issues", #"{"action":"sub_issue_added","repository":null,"x":[1,{"y":null}]}"#)
        #expect(unknown.context.name == "sub_issues.sub_issue_added")
        #expect(unknown.matter == .unhandled(why: "Forge does nothing with 'sub_issues' events"))
    }

    @Test func `null is absent, and the event is understood without it`() throws {
        let bare = try event(
            "pull_request",
            #"{"action":null,"pull_request":{"number":7,"head":null,"base":null,"user":null,"labels":null},"repository":null,"sender":null}"#
        )
        #expect(bare.context == EventContext(name: "pull_request"))
        #expect(bare.matter == .pullRequest(PullRequestEvent(action: "", number: 7)))
    }

    @Test func `numbers may be text, and ids above what a double holds stay whole`() throws {
        let text = try event(
            "issues",
            #"{"action":"closed","issue":{"number":"31","title":5},"repository":{"id":"9007199254740993","full_name":"a/b","private":"true"}}"#
        )
        #expect(
            text.context.repository == RepositoryReference(name: RepositoryName("a/b")!, number: 9_007_199_254_740_993, isPrivate: true))
        #expect(text.matter == .issue(IssueEvent(action: "closed", number: 31, title: "5")))
    }

    @Test(arguments: ["0", "-4", "1.5", "\"x\"", "[]", "9223372036854775808"])
    func `a number that is none is as good as absent`(_ number: String) throws {
        let event = try event("push", #"{"repository":{"id":\#(number),"full_name":"a/b"},"installation":{"id":\#(number)}}"#)
        #expect(event.context.repository == nil && event.context.tenant == nil)
        #expect(failure("issues", Array(#"{"issue":{"number":\#(number)}}"#.utf8)) == "missing_field")
    }

    @Test(arguments: ["a", "a/", "/b", "a/b/c", "../b", "a b/c", ""])
    func `a repository whose name is none is not named`(_ name: String) throws {
        #expect(try event("push", #"{"repository":{"id":1,"full_name":"\#(name)"}}"#).context.repository == nil)
    }

    @Test func `a byte order mark, broken UTF-8 and a member twice are forgiven`() throws {
        let body = [0xEF, 0xBB, 0xBF] + Array(#"{"ref":"refs/heads/a","ref":"refs/heads/b","note":""#.utf8) + [0xFF] + Array("\"}".utf8)
        guard case .push(let push) = try event("push", body).matter else {
            Issue.record("no push")
            return
        }
        #expect(push.branch == "b")
    }

    @Test func `a deleted fork leaves a pull request without a head repository`() throws {
        let body =
            #"{"action":"opened","pull_request":{"number":7,"head":{"ref":"x","repo":null}},"repository":{"id":1,"full_name":"a/b"}}"#
        guard case .pullRequest(let pull) = try event("pull_request", body).matter else {
            Issue.record("no pull request")
            return
        }
        #expect(pull.headRepository == nil && pull.isFork(of: RepositoryName("a/b")!))
    }

    @Test func `an App that once wrote the issue is not who puts a label on it`() throws {
        func sender(_ name: String, _ action: String, _ subject: String) throws -> Actor {
            let body =
                #"{"action":"\#(action)","\#(subject)":{"number":1,"performed_via_github_app":{"id":42}},"issue":{"number":1},"sender":{"id":1}}"#
            return try event(name, body).context.sender
        }
        #expect(try sender("issue_comment", "created", "comment").viaApp == 42)
        #expect(try sender("issue_comment", "edited", "comment").viaApp == nil)
        let opened = #"{"action":"opened","issue":{"number":1,"performed_via_github_app":{"id":42}}}"#
        #expect(try event("issues", opened).context.sender.viaApp == 42)
        #expect(try event("issues", opened.replacing("opened", with: "labeled")).context.sender.viaApp == nil)
    }

    @Test func `a comment whose moments differ was edited`() throws {
        func wasEdited(_ updated: String) throws -> Bool? {
            let comment = #"{"created_at":"2026-03-02T11:00:00Z","updated_at":"\#(updated)"}"#
            let matter = try event("issue_comment", #"{"action":"created","issue":{"number":1},"comment":\#(comment)}"#).matter
            if case .comment(let comment) = matter { return comment.wasEdited }
            return nil
        }
        #expect(try wasEdited("2026-03-02T11:00:00Z") == false)
        #expect(try wasEdited("2026-03-02T11:00:01Z") == true)
    }

    @Test func `a status counts for the branches that its commit heads, our own first`() throws {
        let head = IntentScene.head.description
        func branch(_ branches: [(String, String)]) throws -> String? {
            let list = branches.map { #"{"name":"\#($0.0)","commit":{"sha":"\#($0.1)"}}"# }.joined(separator: ",")
            let matter = try event("status", #"{"sha":"\#(head)","state":"failure","branches":[\#(list)]}"#).matter
            if case .checks(let checks) = matter { return checks.branch }
            return nil
        }
        let other = String(repeating: "b", count: 40)
        #expect(try branch([("forge/old", other), ("topic", head)]) == "topic")
        #expect(try branch([("topic", head), ("forge/new", head)]) == "forge/new")
        #expect(try branch([("forge/old", other)]) == nil)
    }

    @Test func `a leaked secret's own text goes nowhere`() throws {
        let file = try #require(ExampleFiles.examples(of: "GitHub").first { $0.name == "secret_scanning_alert.created" })
        let decoded = try event("secret_scanning_alert", file.bytes)
        #expect(String(decoding: file.bytes, as: UTF8.self).contains("EXAMPLE-OF-A-LEAKED-VALUE"))
        #expect(!String(describing: decoded).contains("EXAMPLE-OF-A-LEAKED-VALUE"))
    }

    @Test func `long text is cut between characters and ends in an ellipsis`() {
        #expect(GitHubText.clip("pears", to: 5) == "pears")
        #expect(GitHubText.clip("pears!", to: 5) == "pe…")
        #expect(GitHubText.clip("ééé", to: 5) == "é…")
        #expect(GitHubText.clip("🍐🍐", to: 6) == "…")
        #expect(GitHubText.clip("pears", to: 0) == "…", "the mark itself is the least there is")
    }

    @Test func `the dispatcher knows every sender`() throws {
        let body = VerifiedBody(fromOperator: Array("{}".utf8))
        let ping = [HeaderField("x-github-event", "ping")]
        let now = Timestamp(milliseconds: 0)
        let event = try decodeEvent(source: .github, tracker: nil, headers: ping, body: body, settings: .init(), receivedAt: now)
        #expect(event.matter == .ping)
        let local = try decodeEvent(source: .person, tracker: nil, headers: ping, body: body, settings: .init(), receivedAt: now)
        #expect(local.matter == .ping && local.context.tenant == .local && event.context.tenant == nil)
    }
}

/// The three kinds of security alert, field by field.
struct GitHubAlertTests {
    private func alert(_ name: String) throws -> AlertEvent {
        let file = try #require(ExampleFiles.examples(of: "GitHub").first { $0.name == name })
        guard case .alerts(let alerts) = try GitHubExampleTests.outcome(of: file).event.matter else { throw NotAnAlert() }
        return try #require(alerts.first)
    }

    private struct NotAnAlert: Error {}

    @Test func `a code scanning alert brings the place it was found at`() throws {
        let draft = try alert("code_scanning_alert.created").draft
        #expect(
            draft.identity == "github:github.com:4711#code-scanning/8" && draft.fingerprint.utf8.count == 64 && !draft.joinsByFingerprint)
        #expect(draft.source == .github && draft.repository == "alderfield/orchard" && draft.trust == .signed && draft.severity == .error)
        #expect(draft.issueID == "8" && draft.url == "https://github.com/alderfield/orchard/security/code-scanning/8")
        #expect(draft.tags == ["alert": "code-scanning", "rule": "py/sql-from-input", "tool": "Sapling"])
        let frame = Frame(path: "Sources/search.py", line: 27, column: 9, isInApp: true)
        let value = "The value of 'name' reaches the query unquoted."
        #expect(draft.evidence.exceptions == [ExceptionEvidence(type: "py/sql-from-input", value: value, frames: [frame])])
        #expect(draft.culprit == "Sources/search.py" && draft.body == value)
    }

    private static let severities: [(String, Severity)] = [
        ("critical", .fatal), ("high", .error), ("error", .error), ("medium", .warning), ("Moderate", .warning), ("warning", .warning),
        ("low", .info), ("note", .info), ("none", .debug), ("of next year", .error), ("", .error),
    ]

    @Test(arguments: severities)
    func `a scanner's word for how bad it is has one of ours`(_ word: String, _ severity: Severity) throws {
        let repository = #""repository":{"id":5,"full_name":"a/b","default_branch":"main"}"#
        let body = #"{"action":"created","alert":{"number":1,"rule":{"severity":"\#(word)"}},"ref":"main",\#(repository)}"#
        let headers = [HeaderField("x-github-event", "code_scanning_alert")]
        let event = try GitHubDecoder.event(body: VerifiedBody(fromOperator: Array(body.utf8)), headers: headers, settings: .init())
        guard case .alerts(let alerts) = event.matter else { throw NotAnAlert() }
        #expect(alerts.map(\.draft.severity) == [severity] && alerts.map(\.opensTicket) == [true])
    }

    @Test func `a dependency alert says what to raise, and to which version`() throws {
        let draft = try alert("dependabot_alert.created").draft
        #expect(draft.title == "treelib: Reading a crafted tree never ends" && draft.severity == .warning)
        #expect(draft.culprit == "requirements.txt" && draft.identity == "github:github.com:4711#dependabot/3")
        #expect(
            draft.tags["patched"] == "2.1.0" && draft.tags["vulnerable"] == "< 2.1.0" && draft.tags["advisory"] == "GHSA-xxxx-yyyy-zzzz")
    }

    @Test func `a credential that still works is as bad as it gets`() throws {
        #expect(try alert("secret_scanning_alert.created").draft.severity == .fatal)
        #expect(try alert("secret_scanning_alert.created").draft.tags["validity"] == "active")
    }

    @Test func `the end of an alert names the same ticket and opens none`() throws {
        let fixed = try alert("code_scanning_alert.fixed")
        #expect(!fixed.opensTicket && fixed.note != nil)
        #expect(try fixed.draft.identity == alert("code_scanning_alert.created").draft.identity)
    }
}
