// Every example of GlitchTip's, all three generations of the body, what is no error, and what a stranger with the URL could try.

import ForgeCore
import ForgeWebhooks
import Testing

private let identity = "glitchtip:https://glitchtip.example.com:"

private let expectations: [String: String] = [
    "alert.generation-5": """
    alert
    alert opens hint error 'ValueError: bad quantity' \(identity)61126
      repository=acme/shop project=My Shop environment=production release=shop@2.1 culprit=shop.orders in place issue=61126
    alert opens hint debug 'queue grows and grows and gro…' \(identity)61127
      repository=acme/shop project=My Shop issue=61127
    """,
    "alert.generation-6-early": """
    alert
    alert tells hint warning 'TypeError: x is null' \(identity)70001
      repository=acme/front project=Front environment=staging issue=70001 note=environment staging of Front is not among production
    alert opens hint info 'TypeError: y is null' \(identity)70002
      repository=acme/front project=Front issue=70002
    alert opens hint error 'TypeError: z is null' \(identity)70003
      issue=70003
    """,
    "alert.generation-6-sparse": "alert\nalert opens hint debug 'OSError: disk full' \(identity)70010\n  issue=70010",
    "uptime.down": """
    uptime_down
    uptime_down tells hint error 'shop' \(identity)monitor/4
      note=an uptime monitor speaks, not an error in code: only told
    """,
    "uptime.up": """
    uptime_up
    uptime_up tells hint info 'shop' \(identity)monitor/4
      note=an uptime monitor speaks, not an error in code: only told
    """,
    "test.button": """
    test
    test tells hint debug 'GlitchTip Test Notification' \(identity)test
      note=the test button was pressed: this is no error
    """,
    "discord.alert":
        "unnamed\nunhandled: a body in Discord's shape: choose the recipient type General (Slack-compatible) webhook",
]

@Test(arguments: expectations.keys.sorted())
func `each of GlitchTip's examples decodes to its event`(name: String) throws {
    let event = try TicketFixtures.glitchTip(TicketFixtures.example("GlitchTip", name))
    #expect(TicketFixtures.told(event) == expectations[name])
}

@Test func `every one of GlitchTip's examples has its expectation`() throws {
    #expect(try TicketFixtures.examples("GlitchTip") == expectations.keys.sorted())
}

private func drafts(_ body: some Sequence<UInt8>, settings: DecodingSettings = TicketFixtures.settings) throws -> [TicketDraft] {
    guard case .alerts(let alerts) = try TicketFixtures.glitchTip(body, settings: settings).matter else { return [] }
    return alerts.map(\.draft)
}

private func draft(attachment: String) throws -> TicketDraft? {
    try drafts(#"{"text":"GlitchTip Alert (1 issue)","attachments":[\#(attachment)]}"#.utf8).first
}

@Test func `tags come by their labels, the receipt stands in for the time, and the sender's own cut is told`() throws {
    let drafts = try drafts(TicketFixtures.example("GlitchTip", "alert.generation-5"))
    #expect(drafts.first?.tags == ["server_name": "web-1"])
    #expect(drafts.first?.seen == Sightings(last: TicketFixtures.receivedAt))
    #expect(drafts.first?.extra == ["time_is_receipt": true, "organization": "acme", "short_id": "MY-SHOP-1K"])
    #expect(drafts.last?.extra["truncated"] == ["title, by the sender"])
    #expect(drafts.last?.extra["environment_unknown"] == nil)
    #expect(drafts.allSatisfy { $0.evidence.isEmpty && !$0.joinsByFingerprint })
}

@Test func `how many issues the body left out is told on each, and once in a note`() throws {
    guard case .alerts(let alerts) = try TicketFixtures.glitchTip(TicketFixtures.example("GlitchTip", "alert.generation-6-early")).matter
    else {
        Issue.record("no alerts")
        return
    }
    #expect(alerts.allSatisfy { $0.draft.extra["attachments"] == "3 of 7 in the body" })
    let body = #"{"text":"GlitchTip Alert (2 issues)","attachments":[{"title":"x","title_link":"https://g/a/issues/1"}]}"#
    guard case .alerts(let short) = try TicketFixtures.glitchTip(body.utf8).matter else { return }
    #expect(short.first?.note == "1 of 2 in the body: the rest is only in the API" && short.first?.opensTicket == true)
}

@Test func `two thousand attachments become as many tickets as the cap allows`() throws {
    let attachments = (1...2_000).map { #"{"title":"e\#($0)","title_link":"https://glitchtip.example.com/acme/issues/\#($0)"}"# }
    let body = #"{"text":"GlitchTip Alert (2000 issues)","attachments":[\#(attachments.joined(separator: ","))]}"#
    let drafts = try drafts(body.utf8)
    #expect(drafts.map(\.issueID) == (1...20).map(String.init))
    #expect(drafts.allSatisfy { $0.extra["attachments"] == "20 of 2000 read" })
}

@Test func `the same issue twice in one body is one alert`() throws {
    let one = #"{"title":"x","title_link":"https://glitchtip.example.com/acme/issues/1"}"#
    #expect(try drafts(#"{"attachments":[\#(one),\#(one)]}"#.utf8).count == 1)
    #expect(try drafts(#"{"attachments":\#(one)}"#.utf8).count == 1)
}

@Test func `a foreign host in a link gets neither into the identity nor into the URL`() throws {
    let draft = try draft(attachment: #"{"title":"x","title_link":"https://user:pw@evil.example:8443/acme/issues/42?to=evil"}"#)
    #expect(draft?.identity == identity + "42")
    #expect(draft?.url == "https://glitchtip.example.com/acme/issues/42")
    #expect(draft?.extra["other_host"] == "evil.example:8443")
    #expect(draft?.json.text.contains("https://evil") == false)
}

@Test(arguments: [
    "\"\"", "null", "7", "\"issues/1\"", "\"https://g.example/acme/issues/\"", "\"https://g.example/acme/issues/x1\"",
    "\"https://g.example/acme/issues/\\u0661\"", "\"https://g.example/acme/issues/123456789012345678901\"", "\"javascript:alert(1)\"",
])
func `a link that names no issue opens nothing`(link: String) throws {
    let alert = try TicketFixtures.alert(TicketFixtures.glitchTip(#"{"attachments":[{"title":"x","title_link":\#(link)}]}"#.utf8))
    #expect(!alert.opensTicket && alert.draft.issueID == nil)
    #expect(alert.note == "title_link names no issue, so nothing can be read again through the API")
}

@Test(arguments: [
    ("\"#4b60b4\"", Severity.info), ("\"#E9B949\"", .warning), ("\"#e52b50\"", .error), ("null", .debug), ("\"#123456\"", .error),
])
func `the colour is the severity`(color: String, expected: Severity) throws {
    #expect(try draft(attachment: #"{"title":"x","title_link":"https://g/a/issues/1","color":\#(color)}"#)?.severity == expected)
}

@Test func `the title may be missing where sections have it, and nulls are as good as nothing`() throws {
    let body = #"""
        {"alias":null,"text":null,"sections":[{"activityTitle":"from below","activitySubtitle":null}],
         "attachments":[null,{"title":null,"title_link":"https://g/a/issues/1","text":null,"color":null,"fields":null,"image_url":null}]}
        """#
    let draft = try drafts(body.utf8).first
    #expect(draft?.title == "from below" && draft?.culprit == nil && draft?.tags == [:])
}

@Test func `without settings for the tracker the identity has the tracker's name, never the body's host`() throws {
    let event = try TicketFixtures.glitchTip(
        #"{"attachments":[{"title":"x","title_link":"https://evil.example/a/issues/1"}]}"#.utf8, tracker: "other",
        settings: DecodingSettings())
    let draft = try TicketFixtures.alert(event).draft
    #expect(draft.identity == "glitchtip:other:1" && draft.url == nil)
}

@Test(arguments: [
    (#"{}"#, "the body has no attachments, so it names no issue"),
    (#"{"attachments":[]}"#, "the body has no attachments, so it names no issue"),
    (#"{"attachments":[1,"x",null]}"#, "the body has no attachments, so it names no issue"),
    (#"{"cardsV2":[]}"#, "a body in Google Chat's shape: choose the recipient type General (Slack-compatible) webhook"),
])
func `a body that names no issue is ignored by name`(body: String, why: String) throws {
    #expect(try TicketFixtures.glitchTip(body.utf8).matter == .unhandled(why: why))
}
