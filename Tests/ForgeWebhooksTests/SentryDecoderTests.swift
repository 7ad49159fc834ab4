// Every example of Sentry's, in a few lines each; and bodies that only a broken or strange sender would send.

import ForgeCore
import ForgeWebhooks
import Testing

private let issueIdentity = "sentry:https://sentry.example.com:9007199254740995"
private let cartIssue = "repository=acme/checkout project=checkout culprit=checkout.cart in total issue=9007199254740995"
private let metricIdentity = "sentry:https://sentry.example.com:metric_alert/512"
private let metricProject = "repository=acme/checkout project=checkout environment=production"

private func cart(_ begin: String, _ verb: String, _ note: String? = nil) -> String {
    "\(begin)\n\(verb) signed error 'CartError: no price for item 31' \(issueIdentity)\n  \(cartIssue)" + (note.map { " note=\($0)" } ?? "")
}

/// By example, what it must decode to.
private let expectations: [String: String] = [
    "issue.created": cart("issue.created", "created opens"),
    "issue.unresolved": cart("issue.unresolved", "unresolved opens"),
    "issue.resolved": cart("issue.resolved", "resolved tells", "the issue was resolved in Sentry: only told"),
    "issue.assigned": cart("issue.assigned", "assigned tells", "the issue was assigned in Sentry: only told"),
    "issue.ignored": cart("issue.ignored", "ignored tells", "the issue was ignored in Sentry: only told"),
    "issue.archived": cart("issue.archived", "ignored tells", "the issue was archived in Sentry: only told"),
    "issue.created.outage": """
    issue.created
    created tells signed error 'Downtime detected for https://shop.example.com' \(issueIdentity)
      \(cartIssue) note=the issue is an outage of something watched, not an error in code: only told
    """,
    "issue.created.feedback": """
    issue.created
    created tells signed error 'User Feedback' \(issueIdentity)
      \(cartIssue) note=the issue is what a user wrote, not an error in code: only told
    """,
    "event_alert.triggered": """
    event_alert.triggered
    triggered opens signed error 'CartError: no price for item 31' sentry:https://sentry.example.com:88001
      repository=acme/checkout project=checkout environment=production release=checkout@4.2.0+9f1c2d3 culprit=checkout.cart in total \
    issue=88001 event=5f0c2a9e4b7d4d1fa7c0a1b2c3d4e5f6
    """,
    "event_alert.triggered.2020": """
    event_alert.triggered
    triggered opens signed info 'queue is full' sentry:https://sentry.example.com:1638840427
      project=worker issue=1638840427 event=00112233445566778899aabbccddeeff
    """,
    "error.created": """
    error.created
    created opens signed fatal 'EXC_BREAKPOINT: index out of range' sentry:https://sentry.example.com:88002
      repository=acme/player project=4503 environment=production release=player@1.9 (204) culprit=Player in Player.next() issue=88002 \
    event=a1a2a3a4b1b2b3b4c1c2c3c4d1d2d3d4
    """,
    "metric_alert.critical": """
    metric_alert.critical
    critical opens signed error 'Critical: Failed payments' \(metricIdentity)
      \(metricProject)
    """,
    "metric_alert.warning": """
    metric_alert.warning
    warning opens signed warning 'Warning: Failed payments' \(metricIdentity)
      \(metricProject)
    """,
    "metric_alert.resolved": """
    metric_alert.resolved
    resolved tells signed info 'Resolved: Failed payments' \(metricIdentity)
      \(metricProject) note=the metric is back within its bounds: only told
    """,
    "metric_alert.open": """
    metric_alert.open
    open tells signed info 'Failed payments' \(metricIdentity)
      \(metricProject) note=metric_alert.open is not known to open tickets: only told
    """,
    "installation.created": "installation.created\ntracker installation created",
    "installation.deleted": "installation.deleted\ntracker installation deleted",
    "comment.created": "comment.created\ntracker comment created",
    "comment.updated": "comment.updated\ntracker comment updated",
    "comment.deleted": "comment.deleted\ntracker comment deleted",
    "seer.root_cause_completed": "seer.root_cause_completed\ntracker seer root_cause_completed",
    "seer.pr_created": "seer.pr_created\ntracker seer pr_created",
    "preprod_artifact.created":
        "preprod_artifact.created\nunhandled: preprod_artifact: Forge knows this Sentry hook and does nothing with it",
    "activity_alert.triggered":
        "activity_alert.triggered\nunhandled: activity_alert: Forge knows this Sentry hook and does nothing with it",
    "vault.sealed": "vault.sealed\nunhandled: vault: Forge knows no Sentry hook of this name",
    "component.select":
        "unnamed\nunhandled: unnamed: no Sentry-Hook-Resource header and no known shape: a call of Sentry's interface, or not Sentry's at all",
    "legacy.plugin": """
    legacy.triggered
    triggered opens hint warning 'settlement is late' sentry:https://sentry.example.com:88003
      repository=acme/checkout project=checkout environment=production release=checkout@4.2.0 culprit=payments in settle issue=88003 \
    event=0f0e0d0c0b0a09080706050403020100
    """,
    "legacy.oldest": """
    legacy.triggered
    triggered opens hint error 'stock went below zero' sentry:https://sentry.example.com:156
      repository=acme/checkout project=checkout culprit=runner in main issue=156
    """,
]

/// The resource an example was sent under: its name's first part, and none where Sentry sends none.
private func resource(_ name: String) -> String? {
    let first = name.split(separator: ".").first.map(String.init)
    return first == "legacy" || first == "component" ? nil : first
}

@Test(arguments: expectations.keys.sorted())
func `each of Sentry's examples decodes to its event`(name: String) throws {
    let event = try TicketFixtures.sentry(TicketFixtures.example("Sentry", name), resource: resource(name))
    #expect(TicketFixtures.told(event) == expectations[name])
}

@Test func `every one of Sentry's examples has its expectation`() throws {
    #expect(try TicketFixtures.examples("Sentry") == expectations.keys.sorted())
}

@Test func `without its header a hook is known by its shape, and is only a hint`() throws {
    for name in expectations.keys.sorted()
    where !["legacy", "component", "vault", "activity_alert", "preprod_artifact"].contains(resource(name) ?? "legacy") {
        let with = try TicketFixtures.told(TicketFixtures.sentry(TicketFixtures.example("Sentry", name), resource: resource(name)))
        let without = try TicketFixtures.told(TicketFixtures.sentry(TicketFixtures.example("Sentry", name), resource: nil))
        #expect(without == with.replacing(" signed ", with: " hint "), "\(name)")
    }
}

@Test func `every hook about one issue has the same identity`() throws {
    let bodies = [
        ("issue", #"{"action":"created","data":{"issue":{"id":"7"}}}"#),
        ("error", #"{"action":"created","data":{"error":{"issue_id":7}}}"#),
        ("event_alert", #"{"action":"triggered","data":{"event":{"issue_url":"https://other.example/api/0/issues/7/"}}}"#),
        ("event_alert", #"{"action":"triggered","data":{"event":{"web_url":"https://acme.sentry.io/issues/7/events/9/"}}}"#),
        ("event_alert", #"{"action":"triggered","data":{"event":{"groupID":"7"}}}"#),
    ]
    for (resource, body) in bodies {
        let draft = try TicketFixtures.alert(TicketFixtures.sentry(body.utf8, resource: resource)).draft
        #expect(draft.identity == "sentry:https://sentry.example.com:7" && draft.issueID == "7", "\(body)")
    }
}

@Test(arguments: [
    ("", "empty_body"), ("  ", "empty_body"), ("{", "truncated"), ("<html>", "not_json"), ("[]", "not_an_object"), ("7", "not_an_object"),
    (String(repeating: "[", count: 10_000), "too_deep"), (#"{"action":"created"}"#, "missing_member"),
    (#"{"action":"created","data":{"issue":null}}"#, "missing_member"), (#"{"action":"created","data":[]}"#, "missing_member"),
    (#"{"action":"created","data":{"issue":"7"}}"#, "missing_member"),
])
func `a body that cannot be read fails with its code`(body: String, code: String) {
    do {
        let event = try SentryDecoder.event(
            body: VerifiedBody(fromOperator: Array(body.utf8)), headers: [HeaderField("sentry-hook-resource", "issue")], tracker: "prod",
            settings: TicketFixtures.settings, receivedAt: TicketFixtures.receivedAt)
        Issue.record("\(event)")
    } catch {
        #expect(error.code == code, "\(error.reason)")
    }
}

@Test(arguments: ["issue", "error", "event_alert", "metric_alert"])
func `a hook without an action, or with an unknown one, opens nothing and says why`(resource: String) throws {
    let member = resource == "event_alert" ? "event" : resource
    for action in [#""#, #""action":null,"#, #""action":{},"#, #""action":"frobnicated","#] {
        let body = #"{\#(action)"data":{"\#(member)":{"id":"1","title":"x"}}}"#
        let alert = try TicketFixtures.alert(TicketFixtures.sentry(body.utf8, resource: resource))
        #expect(!alert.opensTicket && alert.note?.hasSuffix(": only told") == true, "\(body)")
    }
}

@Test func `a body of nothing but the promised member still makes a ticket that says so`() throws {
    let body = Array(#"{"action":"triggered","data":{"event":{}}}"#.utf8)
    let alert = try TicketFixtures.alert(TicketFixtures.sentry(body, resource: "event_alert"))
    #expect(alert.draft.title == "(no title)" && alert.draft.severity == .error && alert.opensTicket)
    #expect(alert.draft.identity == "sentry:https://sentry.example.com:text/" + alert.draft.fingerprint)
}

@Test func `who did it is a number, a word or a uuid, and a person's name is not kept`() throws {
    func actor(_ json: String, keeps: Bool = false) throws -> Actor {
        var settings = TicketFixtures.settings
        settings.keepsPersonalData = keeps
        return try TicketFixtures.sentry(#"{"action":"created","actor":\#(json),"data":{}}"#.utf8, resource: "comment", settings: settings)
            .context.sender
    }
    #expect(try actor(#"{"type":"user","id":7,"name":"Robin"}"#) == Actor(number: 7, kind: "user"))
    #expect(try actor(#"{"type":"user","id":"7","name":"Robin"}"#, keeps: true) == Actor(login: "Robin", number: 7, kind: "user"))
    #expect(try actor(#"{"type":"application","id":"sentry","name":"Sentry"}"#) == Actor(login: "Sentry", kind: "application"))
    #expect(try actor(#"{"type":"application","id":"0b9c6b52-7f0a","name":"App"}"#) == Actor(login: "App", kind: "application"))
    #expect(try actor("null") == Actor())
}
