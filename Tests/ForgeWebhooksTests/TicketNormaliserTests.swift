// What every ticket has in common: caps, privacy, identity, fingerprint, repository. Seen through Sentry's decoder, since that is the way in.

import ForgeCore
import ForgeWebhooks
import Testing

/// An alert for an event written as JSON.
private func alert(_ event: String, settings: DecodingSettings = TicketFixtures.settings, tracker: String? = "prod") throws -> AlertEvent {
    let body = #"{"action":"triggered","data":{"event":\#(event)}}"#
    return try TicketFixtures.alert(TicketFixtures.sentry(body.utf8, resource: "event_alert", tracker: tracker, settings: settings))
}

private func draft(_ event: String, settings: DecodingSettings = TicketFixtures.settings) throws -> TicketDraft {
    try alert(event, settings: settings).draft
}

private func keeping() -> DecodingSettings {
    var settings = TicketFixtures.settings
    settings.keepsPersonalData = true
    return settings
}

private func limited(_ change: (inout TicketLimits) -> Void) -> DecodingSettings {
    var settings = TicketFixtures.settings
    change(&settings.limits)
    return settings
}

private func frames(_ count: Int) -> String { (0..<count).map { #"{"function":"f\#($0)"}"# }.joined(separator: ",") }

// MARK: - Shapes

@Test func `the order of exceptions and frames is kept, and nulls among them are skipped`() throws {
    let draft = try TicketFixtures.alert(
        TicketFixtures.sentry(TicketFixtures.example("Sentry", "event_alert.triggered"), resource: "event_alert")
    ).draft
    #expect(draft.evidence.exceptions.map(\.type) == ["KeyError", "CartError"])
    #expect(draft.evidence.exceptions.last?.frames.map(\.function) == ["_get_response", "pay", "total"])
    #expect(
        draft.evidence.exceptions.first?.frames == [
            Frame(
                path: "checkout/prices.py", module: "checkout.prices", function: "price", line: 12, column: 9, isInApp: true,
                before: ["def price(item):", "    table = load()"], contextLine: "    return table[item]", after: ["", "def load():"])
        ])
    #expect(draft.evidence.breadcrumbs.map(\.message) == ["SELECT price FROM items", "price table is old"])
    #expect(draft.evidence.breadcrumbs.first?.time == Timestamp(text: "2026-03-02T08:14:59.5Z"))
    #expect(draft.evidence.breadcrumbs.last?.time == Timestamp(text: "2026-03-02T08:15:00Z"))
}

@Test(arguments: [
    #"{"exception":{"values":[{"type":"A","value":"b","stacktrace":{"frames":[{"filename":"a.py","lineno":"7","colno":2,"in_app":true,"function":"f"}]}}]}}"#,
    #"{"exception":[{"type":"A","value":"b","stacktrace":{"frames":[null,{"filename":"a.py","abs_path":"/x/a.py","lineno":7,"colno":2.0,"in_app":"true","function":"f"}]}}]}"#,
    #"{"exception":{"type":"A","value":"b","stacktrace":{"frames":[{"abs_path":"a.py","lineno":7,"colno":"2","in_app":1,"function":"f"}]}}}"#,
    #"{"entries":[null,{"type":"message","data":{}},{"type":"exception","data":{"values":[null,{"type":"A","value":"b","stacktrace":{"frames":[{"filename":"a.py","absPath":"/x/a.py","lineNo":7,"colNo":2,"inApp":true,"function":"f","vars":null}]}}]}}]}"#,
    #"{"sentry.interfaces.Exception":{"values":[{"type":"A","value":"b","stacktrace":{"frames":[{"filename":"a.py","lineno":7,"colno":2,"in_app":true,"function":"f"}]}}]}}"#,
    #"{"exception":{"values":[{"type":"A","value":"b","stacktrace":null}]},"threads":{"values":[{"stacktrace":{"frames":[{"function":"no"}]}},{"crashed":true,"stacktrace":{"frames":[{"filename":"a.py","lineno":7,"colno":2,"in_app":true,"function":"f"}]}}]}}"#,
    #"{"exception":{"values":[{"type":"A","value":"b"}]},"entries":[{"type":"threads","data":{"values":[{"current":true,"stacktrace":{"frames":[{"filename":"a.py","lineNo":7,"colNo":2,"inApp":true,"function":"f"}]}}]}}]}"#,
])
func `an exception is the same whatever shape it came in`(event: String) throws {
    let draft = try draft(event)
    let frame = Frame(path: "a.py", function: "f", line: 7, column: 2, isInApp: true)
    #expect(draft.evidence.exceptions == [ExceptionEvidence(type: "A", value: "b", frames: [frame])])
    #expect(draft.title == "A: b" && draft.joinsByFingerprint)
}

@Test func `the API's numbered lines stand around the frame's line`() throws {
    let event = #"""
        {"entries":[{"type":"exception","data":{"values":[{"type":"A","stacktrace":{"frames":[
          {"filename":"a.py","lineNo":42,"context":[[40,"a"],[41,"b"],["42","c"],[43,null],[44,"e"],"?",[]]}]}}]}}]}
        """#
    let frame = try draft(event).evidence.exceptions.first?.frames.first
    #expect(frame?.before == ["a", "b"] && frame?.contextLine == "c" && frame?.after == ["e"])
}

@Test(arguments: [
    #"[["environment","production"],["n",7],["t",true],["none",null],["short"],7,null]"#,
    #"[{"key":"environment","value":"production"},{"key":"n","value":"7"},{"key":"t","value":"true"},{"value":"x"}]"#,
    #"{"environment":"production","n":7,"t":true,"none":null,"list":[]}"#,
])
func `tags are read from pairs, objects and a list of either`(tags: String) throws {
    let draft = try draft(#"{"tags":\#(tags)}"#)
    #expect(draft.tags == ["environment": "production", "n": "7", "t": "true"])
    #expect(draft.environment == "production")
}

@Test(arguments: [
    (#""release":"1.2""#, "1.2"), (#""release":{"version":"1.2"}"#, "1.2"), (#""release":null,"tags":[["sentry:release","1.2"]]"#, "1.2"),
    (#""tags":{"release":"1.2"}"#, "1.2"), (#""release":"""#, nil), (#""release":{"version":null}"#, nil), (#""release":[]"#, nil),
])
func `a release is text, an object's version, or a tag`(member: String, expected: String?) throws {
    #expect(try draft("{\(member)}").release == expected)
}

@Test(arguments: [
    (#""datetime":"2026-03-02T08:15:00.25Z""#, Int64(1_772_439_300_250)), (#""timestamp":1772439300.25"#, 1_772_439_300_250),
    (#""timestamp":"1772439300.25""#, 1_772_439_300_250), (#""timestamp":"2026-03-02T08:15:00.25""#, 1_772_439_300_250),
    (#""datetime":"soon","received":1772439300"#, 1_772_439_300_000), (#""dateCreated":"2026-03-02T08:15:00Z""#, 1_772_439_300_000),
    (#""timestamp":1e400"#, nil), (#""timestamp":-5"#, nil), (#""timestamp":"nan""#, nil), (#""timestamp":1e17"#, nil),
    (#""timestamp":[]"#, nil),
])
func `a moment is text or seconds, and nonsense is none`(member: String, expected: Int64?) throws {
    #expect(try draft("{\(member)}").seen.last?.milliseconds == expected)
}

@Test(arguments: [
    (#""level":"warning""#, Severity.warning), (#""level":"WARN""#, .warning), (#""level":null,"tags":[["level","fatal"]]"#, .fatal),
    (#""tags":{"level":"debug"}"#, .debug), (#""level":"log""#, .info), (#""level":7"#, .error), (#""x":1"#, .error),
])
func `severity is the level, else the tag's, else error`(member: String, expected: Severity) throws {
    #expect(try draft("{\(member)}").severity == expected)
}

@Test(arguments: [
    (#"{"message":"m"}"#, "m", nil), (#"{"message":{"formatted":"f","message":"m %s"}}"#, "f", nil),
    (#"{"logentry":{"message":"m"}}"#, "m", nil),
    (#"{"title":"t","logentry":{"formatted":"f"}}"#, "t", "f"), (#"{"title":"t","message":"t"}"#, "t", nil),
    (#"{"title":"","metadata":{"type":"T","value":"v"}}"#, "T: v", nil),
    (#"{"entries":[{"type":"message","data":{"formatted":"f"}}]}"#, "f", nil),
    (#"{"exception":[{"type":"T","stacktrace":{}}],"message":" "}"#, "T", nil), (#"{"message":"\n a\r\nb"}"#, "a", "\n a\r\nb"),
    (#"{"exception":[{"type":"T","value":"v\nw","stacktrace":{}}]}"#, "T: v", nil), (#"{"transaction":"/pay"}"#, "/pay", nil),
])
func `the title is the sender's, else what was raised, else what was logged`(event: String, title: String, body: String?) throws {
    let draft = try draft(event)
    #expect(draft.title == title && draft.body == body)
}

@Test(arguments: [
    (#"{"project":12,"url":"https://s.example/api/0/projects/acme/checkout/events/1/"}"#, "checkout", "acme"),
    (#"{"project":"12"}"#, "12", nil), (#"{"project":"checkout"}"#, "checkout", nil),
    (#"{"project":{"slug":"checkout","id":"12"}}"#, "checkout", nil),
    (#"{"projectID":12,"web_url":"https://acme.sentry.io/issues/1/"}"#, "12", "acme"),
    (#"{"web_url":"https://us.sentry.io/issues/1/"}"#, nil, nil), (#"{"url":"https://s.example/api/0/projects/acme/"}"#, nil, "acme"),
])
func `project and organization are taken out of URLs where the body does not say`(event: String, project: String?, organization: String?)
    throws
{
    let draft = try draft(event)
    #expect(draft.project == project && draft.extra["organization"]?.string == organization)
}

// MARK: - Caps

@Test func `every list is cut to its cap and says so`() throws {
    let event = """
        {"exception":[{"type":"A","stacktrace":{"frames":[\(frames(9))]}},{"type":"B","stacktrace":{"frames":[\(frames(9))]}},
          {"type":"C","stacktrace":{"frames":[\(frames(2))]}}],
         "breadcrumbs":[\((0..<9).map { #"{"message":"b\#($0)"}"# }.joined(separator: ","))],
         "tags":[\((0..<9).map { #"["t\#($0)","v"]"# }.joined(separator: ","))]}
        """
    let settings = limited {
        $0.exceptionsMax = 2
        $0.framesMax = 6
        $0.breadcrumbsMax = 3
        $0.tagsMax = 4
    }
    let draft = try draft(event, settings: settings)
    #expect(draft.evidence.exceptions.map(\.type) == ["B", "C"])
    #expect(draft.evidence.exceptions.map { $0.frames.map(\.function) } == [["f5", "f6", "f7", "f8"], ["f0", "f1"]])
    #expect(draft.evidence.breadcrumbs.map(\.message) == ["b6", "b7", "b8"])
    #expect(draft.tags.keys.sorted() == ["t0", "t1", "t2", "t3"])
    #expect(
        draft.extra["truncated"] == [
            "exceptions: 2 kept of 3", "frames: 6 kept of 11", "breadcrumbs: 3 kept of 9", "tags: 4 kept, 5 left out",
        ])
}

@Test func `a deep outer exception does not push out its cause`() throws {
    let event =
        #"{"exception":[{"type":"Cause","stacktrace":{"frames":[\#(frames(30))]}},{"type":"Outer","stacktrace":{"frames":[\#(frames(5000))]}}]}"#
    #expect(try draft(event).evidence.exceptions.map(\.frames.count) == [30, 70])
}

@Test func `lines around a frame are the nearest ones`() throws {
    let event =
        #"{"exception":[{"type":"A","stacktrace":{"frames":[{"pre_context":["1","2","3",null],"context_line":"4","post_context":["5","6","7"]}]}}]}"#
    let draft = try draft(event, settings: limited { $0.contextLinesMax = 2 })
    let frame = draft.evidence.exceptions.first?.frames.first
    #expect(frame?.before == ["3", ""] && frame?.contextLine == "4" && frame?.after == ["5", "6"])
    #expect(draft.extra["truncated"] == ["lines around frames"])
}

@Test(arguments: 8...20)
func `a text is cut inside its cap and never inside a character`(cap: Int) throws {
    let draft = try draft(#"{"title":"a😀b€c😀😀😀"}"#, settings: limited { $0.titleBytesMax = cap })
    #expect(draft.title.utf8.count <= cap && draft.title.hasSuffix("…") && !draft.title.unicodeScalars.contains("\u{FFFD}"))
    #expect("a😀b€c😀😀😀".hasPrefix(draft.title.dropLast()))
    #expect(draft.extra["truncated"] == ["title"])
}

@Test func `a text that just fits is left alone`() throws {
    let draft = try draft(#"{"title":"a😀b€c😀😀😀"}"#, settings: limited { $0.titleBytesMax = 22 })
    #expect(draft.title == "a😀b€c😀😀😀" && draft.extra["truncated"] == nil)
}

@Test func `no ticket is larger than its caps, whatever the body`() throws {
    let long = String(repeating: "x", count: 200_000)
    let event = """
        {"title":"\(long)","message":"y\(long)","culprit":"\(long)","release":"\(long)","environment":"\(long)","level":"\(long)",
         "web_url":"https://\(long)","issue_id":"\(long)","event_id":"\(long)","project":"\(long)","tags":{"\(long)":"\(long)"},
         "\(long)":"\(long)","contexts":{"a":{"b":["\(long)","\(long)"]}},"extra":{"deep":[[[[[[[[[["\(long)"]]]]]]]]]]},
         "exception":[{"type":"\(long)","value":"\(long)","stacktrace":{"frames":[{"filename":"\(long)","module":"\(long)","function":"\(long)",
         "context_line":"\(long)","pre_context":["\(long)"]}]}}],"request":{"url":"https://h/\(long)","method":"\(long)"}}
        """
    let draft = try draft(event)
    #expect(draft.json.text.utf8.count < 64 * 1024)
    #expect(draft.issueID == nil && draft.eventID == nil && draft.url == nil)
    let cuts = Set(draft.extra["truncated"]?.array?.compactMap(\.string) ?? [])
    let expected: Set = [
        "title", "body", "culprit", "release", "environment", "url", "tags", "exception types", "exception values", "frames' paths",
        "frames' modules", "frames' functions", "lines around frames", "request", "extra",
    ]
    #expect(cuts == expected)
}

// MARK: - Privacy

/// Every piece of personal data in it says `private`.
private let personalEvent = #"""
    {"title":"t","user":{"id":"private-1","email":"private@example.org"},
     "tags":[["user","private-2"],["user.email","p@example.org"],["sentry:user","id:private"],["client","private@example.org"],["address","203.0.113.9"],
             ["six","2001:db8::17"],["url","https://private:private@h.example/p?a=private#private"],["server_name","web-1"],["build","1.2.3.4.5"],["time","10:20:30"]],
     "exception":[{"type":"A","stacktrace":{"frames":[{"filename":"https://h.example/a.js?session=private","vars":{"x":"private"}}]}}],
     "breadcrumbs":[{"message":"m","data":{"url":"private"}}],
     "request":{"url":"https://private@h.example/p?token=private&token=#private","method":"GET","query_string":"x=private","headers":{"Cookie":"private"},
                "cookies":[["a","private"]],"data":{"card":"private"},"env":{"REMOTE_ADDR":"private"}},
     "extra":{"headers":{"a":"private"},"mail":"private@example.org","link":"https://h.example/?q=private","Cookies":"private","attempt":2},
     "contexts":{"app":{"name":"shop","user":{"a":"private"}}},"assignedTo":{"name":"private"},"sdk":{"name":"s"}}
    """#

@Test func `nothing personal is kept by default, and what was dropped is told by kind`() throws {
    let draft = try draft(personalEvent)
    #expect(!draft.json.text.contains("private"), "\(draft.json.prettyText)")
    #expect(!draft.json.text.contains("203.0.113.9") && !draft.json.text.contains("p@example.org"))
    #expect(draft.tags == ["url": "https://h.example/p?a=", "server_name": "web-1", "build": "1.2.3.4.5", "time": "10:20:30"])
    #expect(draft.evidence.request == RequestEvidence(method: "GET", url: "https://h.example/p?token=&token="))
    #expect(draft.evidence.exceptions.first?.frames.first?.path == "https://h.example/a.js")
    #expect(draft.extra["extra"] == ["link": "https://h.example/?q=", "attempt": 2])
    #expect(draft.extra["contexts"] == ["app": ["name": "shop"]])
    let dropped = Set(draft.extra["dropped"]?.array?.compactMap(\.string) ?? [])
    let expected: Set = [
        "user", "variables", "breadcrumbs' data", "request headers", "cookies", "request body", "request environment", "query values",
        "tags about the user", "personal fields",
    ]
    #expect(dropped == expected)
}

@Test func `where the settings keep personal data, it is kept`() throws {
    let draft = try draft(personalEvent, settings: keeping())
    #expect(draft.extra["dropped"] == nil)
    #expect(draft.tags["user.email"] == "p@example.org" && draft.tags["client"] == "private@example.org")
    #expect(draft.evidence.request?.url == "https://private@h.example/p?token=private&token=#private")
    let personal = draft.extra["personal"]
    #expect(personal?["user"]?["email"] == "private@example.org")
    #expect(personal?["request"]?["headers"]?["Cookie"] == "private" && personal?["request"]?["data"]?["card"] == "private")
    #expect(personal?["variables"]?[0]?["vars"]?["x"] == "private" && personal?["breadcrumbs"]?[0]?["url"] == "private")
}

@Test func `a sender's member cannot pass for one of ours`() throws {
    let draft = try draft(#"{"title":"t","truncated":["lie"],"personal":{"a":1},"dropped":1,"organization":"lie","time_is_receipt":true}"#)
    #expect(draft.extra == .object([]))
}

@Test func `a request's parameters are named from wherever they stand, without their values`() throws {
    func url(_ request: String) throws -> String? { try draft(#"{"request":\#(request)}"#).evidence.request?.url }
    #expect(try url(#"{"url":"http://h/p","query_string":[["a","1"],["b","2"]]}"#) == "http://h/p?a=&b=")
    #expect(try url(#"{"url":"http://h/p","query_string":"?a=1&b=2&secret"}"#) == "http://h/p?a=&b=")
    #expect(try url(#"{"url":"http://h/p","query_string":{"a":"1"}}"#) == "http://h/p?a=")
    #expect(try url(#"{"url":"http://h/p","query":[["a","1"]]}"#) == "http://h/p?a=")
    #expect(try url(#"{"url":"http://h/p?c=3","query_string":"a=1"}"#) == "http://h/p?c=")
    #expect(try url(#"{"url":"/p?c=3"}"#) == "/p")
    #expect(try url(#"{"url":"http://h/p","query_string":[]}"#) == "http://h/p")
    #expect(try url(#"{"method":null,"url":null}"#) == nil)
}

// MARK: - Identity and fingerprint

@Test(arguments: [
    ("https://Sentry.IO", "https://sentry.io"), ("https://sentry.io/", "https://sentry.io"),
    ("HTTPS://sentry.io:443//", "https://sentry.io"),
    ("http://h:80/Sub/", "http://h/Sub"), ("http://h:8000/sub", "http://h:8000/sub"), ("https://u:p@h/", "https://h"), ("sentry", "sentry"),
])
func `the identity's base URL is written one way`(base: String, expected: String) throws {
    let settings = DecodingSettings(trackers: [TrackerProfile(name: "prod", baseURL: base)])
    #expect(try draft(#"{"issue_id":"1"}"#, settings: settings).identity == "sentry:\(expected):1")
}

@Test func `without settings a signed body's own origin is the base`() throws {
    let settings = DecodingSettings()
    let event = #"{"issue_id":"1","web_url":"https://Acme.Sentry.io/issues/1/"}"#
    #expect(try draft(event, settings: settings).identity == "sentry:https://acme.sentry.io:1")
    #expect(try alert(#"{"issue_id":"1"}"#, settings: settings, tracker: nil).draft.identity == "sentry:-:1")
}

private func crash(_ frames: String, type: String = "A") throws -> TicketDraft {
    try draft(#"{"title":"x","exception":[{"type":"\#(type)","value":"\#(frames.count)","stacktrace":{"frames":[\#(frames)]}}]}"#)
}

@Test func `the fingerprint is where in our code it happened, and nothing else`() throws {
    let first = try crash(#"{"module":"m","function":"f","lineno":1,"in_app":true},{"module":"lib","function":"g","in_app":false}"#)
    #expect(first.joinsByFingerprint && first.fingerprint.utf8.count == 64)
    let moved =
        #"{"module":"m","function":"f","lineno":99,"colno":3,"in_app":true,"context_line":"other"},{"module":"lib2","function":"h"}"#
    #expect(try crash(moved).fingerprint == first.fingerprint)
    #expect(try crash(#"{"module":"m","function":"f2","in_app":true}"#).fingerprint != first.fingerprint)
    #expect(try crash(#"{"module":"m2","function":"f","in_app":true}"#).fingerprint != first.fingerprint)
    #expect(try crash(moved, type: "B").fingerprint != first.fingerprint)
    // No two lists of parts have the same bytes, wherever a border would fall.
    #expect(try crash(#"{"module":"mf","function":"","in_app":true}"#).fingerprint != first.fingerprint)
    #expect(try crash(#"{"module":"m\",\"f","in_app":true}"#).fingerprint != first.fingerprint)
}

@Test func `only the five frames nearest the crash count`() throws {
    func stack(_ names: [String]) throws -> String {
        try crash(names.map { #"{"module":"m","function":"\#($0)","in_app":true}"# }.joined(separator: ",")).fingerprint
    }
    let nearest = try stack(["a", "b", "c", "d", "e"])
    #expect(try stack(["x", "y", "a", "b", "c", "d", "e"]) == nearest)
    #expect(try stack(["a", "b", "c", "d", "x"]) != nearest)
    #expect(try stack(["b", "c", "d", "e"]) != nearest)
}

@Test(arguments: [
    "", #"{"module":"lib","function":"g","in_app":false}"#, #"{"module":"lib","function":"g"}"#, #"{"lineno":3,"in_app":true}"#,
])
func `without a frame of ours nothing is joined by fingerprint`(frames: String) throws {
    #expect(try !crash(frames).joinsByFingerprint)
}

@Test func `a native frame's image counts without its folder, which differs from device to device`() throws {
    let one = try crash(#"{"package":"/var/containers/1111/Player.app/Player","function":"f","in_app":true}"#)
    let two = try crash(#"{"package":"/var/containers/2222/Player.app/Player","function":"f","in_app":true}"#)
    #expect(one.fingerprint == two.fingerprint && one.evidence.exceptions.first?.frames.first?.module == "Player")
}

// MARK: - Repository

@Test(arguments: [
    (#""project":4501,"url":"https://s/api/0/projects/acme/checkout/events/1/","environment":"production""#, "acme/checkout", true),
    (#""project":"Checkout","environment":"production""#, "acme/checkout", true),
    (#""project":4503,"environment":"any""#, "acme/player", true),
    (#""project":"checkout","environment":"staging""#, "acme/checkout", false),
    (#""project":"checkout","environment":"Production""#, "acme/checkout", false),
    (#""project":"checkout""#, "acme/checkout", true), (#""project":"other","environment":"production""#, nil, true),
])
func `the settings' projects give the repository, and their environments decide`(members: String, repository: String?, opens: Bool) throws {
    let alert = try alert("{\(members)}")
    #expect(alert.draft.repository == repository && alert.opensTicket == opens)
    #expect((alert.note == nil) == opens)
}

@Test func `one project may go to two repositories by environment`() throws {
    let settings = DecodingSettings(trackers: [
        TrackerProfile(
            name: "prod", baseURL: "https://s",
            projects: [
                .init(project: "p", repository: TicketFixtures.repository("a/live"), environments: ["production"]),
                .init(project: "p", repository: TicketFixtures.repository("a/test"), environments: ["staging", "qa"]),
            ])
    ])
    func told(_ environment: String) throws -> AlertEvent {
        try alert(#"{"project":"p","environment":"\#(environment)"}"#, settings: settings)
    }
    #expect(try told("production").draft.repository == "a/live")
    #expect(try told("qa").draft.repository == "a/test")
    #expect(try told("dev").note == "environment dev of p is not among production, staging, qa")
}
