// A ticket's JSON: the contract in its exact form, and nothing lost there and back.

import ForgeCore
import ForgeTestSupport
import Testing

@Test func `a ticket's JSON is the contract's`() {
    let draft = TicketDraft(
        source: .sentry, tracker: "prod", repository: "acme/checkout", project: "checkout", title: "CartError", body: "no price",
        culprit: "cart in total", severity: .fatal, environment: "production", release: "4.2.0", url: "https://s.example/1", issueID: "1",
        eventID: "e1", identity: "sentry:s:1", fingerprint: "f0", joinsByFingerprint: true, trust: .signed,
        seen: Sightings(count: 3, users: 2, first: Timestamp(milliseconds: 0), last: Timestamp(milliseconds: 1)),
        tags: ["b": "2", "a": "1"],
        evidence: Evidence(
            exceptions: [
                ExceptionEvidence(
                    type: "CartError", value: "no price",
                    frames: [
                        Frame(
                            path: "cart.py", module: "cart", function: "total", line: 7, column: 2, isInApp: true, before: ["x"],
                            contextLine: "y",
                            after: ["z"]), Frame(function: "main"),
                    ])
            ], breadcrumbs: [Breadcrumb(time: Timestamp(milliseconds: 2), category: "log", level: "info", message: "hello")],
            request: RequestEvidence(method: "GET", url: "/")), extra: ["platform": "python"])
    let moment = Timestamp(milliseconds: 1_000)
    let ticket = Ticket(
        id: TicketID(5), tenant: .installation(9), state: .open, joined: 2, createdAt: moment, updatedAt: moment, draft: draft)
    #expect(
        ticket.json.text == #"{"schema":1,"id":5,"state":"open","tenant":"installation/9","joined":2,"#
            + #""created_at":"1970-01-01T00:00:01.000Z","updated_at":"1970-01-01T00:00:01.000Z","source":"sentry","tracker":"prod","#
            + #""repository":"acme/checkout","project":"checkout","title":"CartError","body":"no price","culprit":"cart in total","#
            + #""severity":"fatal","environment":"production","release":"4.2.0","url":"https://s.example/1","issue_id":"1","event_id":"e1","#
            + #""identity":"sentry:s:1","fingerprint":"f0","trust":"signed","seen":{"count":3,"users":2,"first":"1970-01-01T00:00:00.000Z","#
            + #""last":"1970-01-01T00:00:00.001Z"},"joins_by_fingerprint":true,"tags":{"a":"1","b":"2"},"evidence":{"exceptions":[{"#
            + #""type":"CartError","value":"no price","frames":[{"path":"cart.py","module":"cart","function":"total","line":7,"column":2,"#
            + #""in_app":true,"context":{"before":["x"],"line":"y","after":["z"]}},{"function":"main","in_app":false,"#
            + #""context":{"before":[],"after":[]}}]}],"#
            + #""breadcrumbs":[{"time":"1970-01-01T00:00:00.002Z","category":"log","level":"info","message":"hello"}],"#
            + #""request":{"method":"GET","url":"/"}},"extra":{"platform":"python"}}"#)
}

@Test func `what a ticket does not have is not in its JSON, but lists and groups are`() {
    let draft = TicketDraft(source: .person, title: "t", identity: "i", fingerprint: "f", trust: .writer)
    #expect(
        draft.json.text
            == #"{"schema":1,"source":"person","title":"t","severity":"error","identity":"i","fingerprint":"f","trust":"writer","seen":{},"#
            + #""tags":{},"evidence":{"exceptions":[],"breadcrumbs":[]}}"#
    )
}

@Test(arguments: ["source", "title", "identity", "fingerprint"])
func `without what cannot be missing there is no ticket`(member: String) throws {
    let draft = TicketDraft(source: .person, title: "t", identity: "i", fingerprint: "f", trust: .writer)
    let members = try #require(draft.json.members)
    #expect(TicketDraft(json: draft.json) == draft)
    #expect(TicketDraft(json: .object(members.filter { $0.name != member })) == nil)
    #expect(TicketDraft(json: .object(members.map { $0.name == member ? .init(member, nil) : $0 })) == nil)
}

private struct DraftMaker {
    var random: SeededRandom

    mutating func some<Value>(_ make: (inout Self) -> Value) -> Value? { Bool.random(using: &random) ? make(&self) : nil }
    mutating func text() -> String { ["", "a", "ü\n\"\\", "null", "12", "\u{0}"].randomElement(using: &random) ?? "" }
    mutating func moment() -> Timestamp {
        Timestamp(milliseconds: Int64.random(in: -1_000_000_000_000...4_000_000_000_000, using: &random))
    }
    mutating func number() -> Int64 { Int64.random(in: 0...Int64.max, using: &random) }
    mutating func list<Value>(_ make: (inout Self) -> Value) -> [Value] {
        let count = Int.random(in: 0..<4, using: &random)
        return (0..<count).map { _ in make(&self) }
    }

    mutating func frame() -> Frame {
        Frame(
            path: some { $0.text() }, module: some { $0.text() }, function: some { $0.text() }, line: some { Int($0.number()) },
            column: some { Int($0.number()) }, isInApp: Bool.random(using: &random), before: list { $0.text() },
            contextLine: some { $0.text() },
            after: list { $0.text() })
    }

    mutating func evidence() -> Evidence {
        Evidence(
            exceptions: list { maker in
                ExceptionEvidence(type: maker.some { $0.text() }, value: maker.some { $0.text() }, frames: maker.list { $0.frame() })
            },
            breadcrumbs: list { maker in
                Breadcrumb(
                    time: maker.some { $0.moment() }, category: maker.some { $0.text() }, level: maker.some { $0.text() },
                    message: maker.some { $0.text() })
            }, request: some { maker in RequestEvidence(method: maker.some { $0.text() }, url: maker.some { $0.text() }) })
    }

    mutating func draft() -> TicketDraft {
        var tags: [String: String] = [:]
        for tag in list({ $0.text() }) { tags[tag] = text() }
        return TicketDraft(
            source: Source.allCases.randomElement(using: &random) ?? .person, tracker: some { $0.text() }, repository: some { $0.text() },
            project: some { $0.text() }, title: text(), body: some { $0.text() }, culprit: some { $0.text() },
            severity: Severity.allCases.randomElement(using: &random) ?? .error, environment: some { $0.text() },
            release: some { $0.text() },
            url: some { $0.text() }, issueID: some { $0.text() }, eventID: some { $0.text() }, identity: text(), fingerprint: text(),
            joinsByFingerprint: Bool.random(using: &random),
            trust: [Trust.writer, .signed, .hint, .public].randomElement(using: &random) ?? .public,
            seen: Sightings(
                count: some { $0.number() }, users: some { $0.number() }, first: some { $0.moment() }, last: some { $0.moment() }),
            tags: tags, evidence: evidence(), extra: some { .object([.init("x", .string($0.text()))]) } ?? .object([]))
    }
}

@Test(arguments: UInt64(0)..<300)
func `a draft comes back from its JSON as it was, through the text too`(seed: UInt64) throws {
    var maker = DraftMaker(random: SeededRandom(seed: seed))
    let draft = maker.draft()
    #expect(TicketDraft(json: draft.json) == draft)
    #expect(TicketDraft(json: try JSONParser.parse(draft.json.text)) == draft)
}
