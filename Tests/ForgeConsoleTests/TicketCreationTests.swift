// What a person asks for becomes a ticket: every problem told at once, every byte of the prompt kept.

import ForgeCore
import ForgeEngine
import ForgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct TicketCreationTests {
    private func post(_ body: String, scene: ConsoleScene = ConsoleScene()) async throws -> Answer {
        try await scene.send(.post, "/api/v1/tickets", as: try await scene.token(.reviewer), body: body)
    }

    @Test func `all that is wrong is told at once`() async throws {
        let answer = try await post(
            #"""
            {"promt":"x","prompt":"  \n ","repository":"shop","title":"a\nb","severity":"bad","environment":5,"release":"","url":"javascript:1"}
            """#)
        #expect(answer.status == 422)
        #expect(answer.header("content-type") == "application/problem+json")
        let problems = try answer.problems
        #expect(problems["promt"] == "unknown field, did you mean prompt?")
        #expect(problems["severity"] == "one of debug, info, warning, error, fatal is expected")
        #expect(problems["repository"] == "owner/name is expected")
        #expect(
            problems.keys.sorted() == ["environment", "prompt", "promt", "release", "repository", "severity", "title", "url"])
    }

    @Test(arguments: [#"{}"#, #"{"prompt":null}"#, #"{"prompt":""}"#, #"{"prompt":5}"#, #"{"prompt":["a"]}"#])
    func `a ticket without words in its prompt is refused`(_ body: String) async throws {
        let answer = try await post(body)
        #expect(answer.status == 422)
        #expect(try answer.problems == ["prompt": "what is wrong or wanted, in your words, is expected"])
    }

    @Test(arguments: ["", "x", "[]", "\"prompt\"", #"{"prompt":"a""#, #"{"prompt":"a","prompt":"b"}"#, #"{"prompt":"a"} trailing"#])
    func `a body that is no single JSON object is refused`(_ body: String) async throws {
        #expect(try await post(body).status == 400)
    }

    @Test func `a prompt that is no UTF-8 is refused rather than mended`() async throws {
        let scene = ConsoleScene()
        let body = Array(#"{"prompt":"a"#.utf8) + [0xFF] + Array(#"b"}"#.utf8)
        let token = try await scene.token(.reviewer)
        #expect(try await scene.send(.post, "/api/v1/tickets", authorization: "Bearer \(token)", body: body).status == 400)
        #expect(try await scene.store.tickets(TicketFilter(), page: PageRequest(), scope: .all).items.isEmpty)
    }

    @Test(arguments: [
        "plain", "  spaces kept \t", "line\r\nends\nand tabs\t", "\u{1F469}\u{200D}\u{1F4BB} e\u{301} \u{E9}", "\u{FEFF}mark",
        "quotes \" and \\ and / and <!-- html -->", "nul \u{0} bell \u{7} escape \u{1B}[31m", "right \u{202E}left",
        String(repeating: "long ", count: 20_000),
    ])
    func `the prompt is kept byte for byte`(_ prompt: String) async throws {
        let scene = ConsoleScene()
        let answer = try await post(JSON.object([.init("prompt", .string(prompt))]).text, scene: scene)
        #expect(answer.status == 201)
        let id = try #require(try answer.json["id"]?.integer)
        let stored = try await scene.store.ticket(TicketID(id), scope: .all)
        #expect(stored?.draft.body.map { Array($0.utf8) } == Array(prompt.utf8))
        #expect(try answer.json["body"]?.string.map { Array($0.utf8) } == Array(prompt.utf8))
    }

    @Test func `what is given is taken, and the rest has defaults`() async throws {
        let full = try await post(
            #"{"prompt":"p","repository":"acme/shop","title":"T","severity":"fatal","environment":"e","release":"r","url":"https://x.example/1"}"#
        )
        #expect(full.status == 201)
        let json = try full.json
        #expect(full.header("location") == "/api/v1/tickets/\(json["id"]?.integer ?? 0)")
        let expected = [
            "source": "person", "trust": "writer", "state": "open", "repository": "acme/shop", "title": "T", "severity": "fatal",
            "environment": "e", "release": "r", "url": "https://x.example/1", "body": "p",
        ]
        for (name, value) in expected { #expect(json[name]?.string == value, "\(name)") }
        let bare = try await post(#"{"prompt":"\n \n  first words\nmore","title":null}"#).json
        #expect(bare["title"]?.string == "  first words")
        #expect(bare["severity"]?.string == "error")
        #expect(bare["repository"] == nil)
    }

    @Test func `a long first line is cut to a title that fits, on a whole character`() async throws {
        let json = try await post(JSON.object([.init("prompt", .string(String(repeating: "\u{1F600}", count: 1000)))]).text).json
        let title = try #require(json["title"]?.string)
        #expect(title.utf8.count <= 512)
        #expect(title == String(repeating: "\u{1F600}", count: 127) + "…")
    }

    @Test func `the same prompt for the same repository joins the open ticket`() async throws {
        let scene = ConsoleScene()
        let first = try await post(#"{"prompt":"p","repository":"acme/shop"}"#, scene: scene)
        let again = try await post(#"{"prompt":"p","repository":"acme/shop","title":"other"}"#, scene: scene)
        let elsewhere = try await post(#"{"prompt":"p","repository":"acme/other"}"#, scene: scene)
        let other = try await post(#"{"prompt":"p ","repository":"acme/shop"}"#, scene: scene)
        #expect([first.status, again.status, elsewhere.status, other.status] == [201, 200, 201, 201])
        #expect(try again.json["id"] == first.json["id"])
        #expect(try again.json["joined"]?.integer == 2)
        let ids = try [first, elsewhere, other].map { try $0.json["id"]?.integer }
        #expect(Set(ids).count == 3)
    }

    @Test func `the journal says which token opened it, and live streams are told`() async throws {
        let scene = ConsoleScene()
        var told = scene.changed.calls().makeAsyncIterator()
        await told.next(isolation: #isolation)
        _ = try await post(#"{"prompt":"p"}"#, scene: scene)
        await told.next(isolation: #isolation)
        let events = try await scene.store.journal(after: nil, stream: "ticket/1", limit: 10, scope: .all)
        #expect(events.map(\.new.kind) == ["ticket.opened"])
        #expect(events.first?.new.payload.text.contains("token/1") == true)
    }
}
