// Everything that goes wrong at a provider, a row each, asked over a real connection in all three formats: what comes of it, after how many
// requests and after which pause. Time is the test's own: nothing waits.

import ForgeCore
import ForgeModels
import ForgeTestSupport
import Testing

/// One thing that goes wrong, then nothing more.
struct FaultRow: Sendable, CustomTestStringConvertible {
    enum Ending: Hashable, Sendable {
        /// The turn that was meant, and nothing of what came before it.
        case answered(after: Duration, requests: Int)
        case said(ModelStop)
        case failed(ModelError.Kind, requests: Int)

        static let again = Ending.answered(after: .seconds(2), requests: 2)

        static func failed(_ kind: ModelError.Kind) -> Ending { .failed(kind, requests: 1) }
    }

    let testDescription: String
    let faults: @Sendable (ModelWire) -> [StandInModelFault]
    let turn: StandInTurn
    let ending: @Sendable (ModelWire) -> Ending

    init(
        _ name: String, _ faults: [StandInModelFault], _ ending: Ending, turn: StandInTurn = FaultTableTests.turn
    ) {
        self.init(name, by: { _ in faults }, ending: { _ in ending }, turn: turn)
    }

    init(
        _ name: String, by faults: @escaping @Sendable (ModelWire) -> [StandInModelFault],
        ending: @escaping @Sendable (ModelWire) -> Ending,
        turn: StandInTurn = FaultTableTests.turn
    ) {
        testDescription = name
        self.faults = faults
        self.ending = ending
        self.turn = turn
    }
}

@Suite(.timeLimit(.minutes(2))) struct FaultTableTests {
    static let turn = StandInTurn("I look.", calls: [.init("edit", id: "a1", "{\"pa", "th\":", "\"x\"}")])

    /// Within the arguments of the turn's call.
    private static func inCall(_ wire: ModelWire) -> Int {
        switch wire {
        // The message, a ping, a comment; the text's block of four; the call's, and one piece of it.
        case .anthropic: 9
        // Who speaks, the text, the call, one piece of it.
        case .openAIChat: 4
        // The response, the text's three events, the call and one piece of it.
        case .openAIResponses: 6
        }
    }

    private static func page(_ status: Int, _ title: String) -> StandInModelFault {
        .page(status, type: "text/html", "<html><head><title>\(title)</title></head><body><hr>nginx</body></html>")
    }

    private static func word(_ wire: ModelWire, _ anthropic: String, _ others: String) -> String { wire == .anthropic ? anthropic : others }

    private static let refused: [FaultRow] = [
        FaultRow("529, once", [.status(529, "overloaded_error")], .again),
        FaultRow(
            "529, then 503, then 500",
            [.status(529, "overloaded_error"), .status(503, "server_error"), .status(500, "api_error")],
            .answered(after: .seconds(2 + 4 + 8), requests: 4)),
        FaultRow("529, for good", Array(repeating: .status(529, "overloaded_error"), count: 9), .failed(.unavailable, requests: 5)),
        FaultRow(
            "429 with retry-after", [.status(429, "rate_limit_error", headers: [("retry-after", "17")])],
            .answered(after: .seconds(17), requests: 2)),
        FaultRow(
            "429 with retry-after-ms", [.status(429, "rate_limit_error", headers: [("retry-after", "9"), ("retry-after-ms", "1500")])],
            .answered(after: .milliseconds(1_500), requests: 2)),
        FaultRow(
            "429 with a retry-after that nobody waits for", [.status(429, "rate_limit_error", headers: [("retry-after", "600")])],
            .failed(.limited(retryAfter: .seconds(600)))),
        FaultRow(
            "429 without retry-after", by: { _ in [.status(429, "rate_limit_error")] },
            ending: { $0 == .anthropic ? .failed(.spent) : .again }),
        FaultRow(
            "429 for money, with retry-after",
            by: { [.status(429, word($0, "billing_error", "insufficient_quota"), headers: [("retry-after", "1")])] },
            ending: { _ in .failed(.spent) }),
        FaultRow("401", [.status(401, "authentication_error")], .failed(.unauthorized)),
        FaultRow(
            "400, the context is full",
            by: {
                [
                    .status(
                        400, word($0, "invalid_request_error", "context_length_exceeded"),
                        message: "prompt is too long: 9 tokens > 8 maximum")
                ]
            },
            ending: { _ in .failed(.tooLarge) }),
        FaultRow("413 as a page", [page(413, "413 Request Entity Too Large")], .failed(.tooLarge)),
        FaultRow("404 as a page", [page(404, "404 Not Found")], .failed(.unavailable)),
        FaultRow("502 as a page", [page(502, "502 Bad Gateway")], .again),
        FaultRow("a reset before the answer", [.reset], .again),
    ]

    private static let streamed: [FaultRow] = [
        FaultRow(
            "overloaded after 200, at once", by: { [.errorEvent(after: 0, word($0, "overloaded_error", "server_error"))] },
            ending: { _ in .again }),
        FaultRow(
            "overloaded after 200, within a call", by: { [.errorEvent(after: inCall($0), word($0, "overloaded_error", "server_error"))] },
            ending: { _ in .again }),
        FaultRow(
            "no money after 200", by: { [.errorEvent(after: 4, word($0, "billing_error", "insufficient_quota"))] },
            ending: { _ in .failed(.spent) }),
        FaultRow(
            "the context is full after 200", by: { [.errorEvent(after: 4, word($0, "request_too_large", "context_length_exceeded"))] },
            ending: { _ in .failed(.tooLarge) }),
        FaultRow("a stream that is cut within a call", by: { [.cut(after: inCall($0))] }, ending: { _ in .again }),
        FaultRow("a stream that ends within a call", by: { [.ends(after: inCall($0))] }, ending: { _ in .again }),
        FaultRow("a stream without its last events", [.noEnding], .again),
        FaultRow("a stream of nothing", [.ends(after: 0)], .again),
        FaultRow("a stream of what is no JSON", [.page(200, type: "text/event-stream", "data: {\"type\": oops\n\n")], .again),
    ]

    private static let types: [FaultRow] = [
        FaultRow("a page with 200", [page(200, "Sign in")], .failed(.malformed)),
        FaultRow("a stream that is called plain text", [.page(200, type: "text/plain", "data: {}\n\n")], .failed(.malformed)),
        FaultRow("an answer in one piece", [.page(200, type: "application/json", "{\"choices\":[],\"content\":[]}")], .failed(.malformed)),
        FaultRow(
            "overload told with 200, as JSON",
            by: {
                [
                    .page(
                        200, type: "application/json",
                        "{\"error\":{\"type\":\"\(word($0, "overloaded_error", "server_error"))\",\"message\":\"m\"}}")
                ]
            },
            ending: { _ in .again }),
        FaultRow(
            "a full context told with 200, as JSON",
            [.page(200, type: "application/json", "{\"error\":{\"code\":\"context_length_exceeded\",\"message\":\"m\"}}")],
            .failed(.tooLarge)),
    ]

    private static let turns: [FaultRow] = [
        FaultRow("an empty turn", [], .said(.ended), turn: StandInTurn()),
        FaultRow("a refusal", [], .said(.refused), turn: StandInTurn("No.", stop: .refused)),
        FaultRow(
            "a turn that is cut at its length", [], .said(.tokensMax),
            turn: StandInTurn(calls: [.init("edit", id: "a", "{\"pa")], stop: .tokensMax)),
        FaultRow("arguments that are no JSON", [], .said(.calls), turn: StandInTurn(calls: [.init("edit", id: "a", "{path: ", "x")])),
    ]

    @Test(arguments: ModelWire.allCases, refused + streamed + types + turns)
    func `each fault has one ending`(wire: ModelWire, row: FaultRow) async throws {
        let scene = try ModelScene(wire)
        let faults = row.faults(wire)
        for fault in faults { scene.provider.fail(fault) }
        scene.provider.say(row.turn)
        let result = await scene.askPatiently()
        switch row.ending(wire) {
        case .answered(let pause, let requests):
            let reply = try result.get()
            #expect(reply.text == "I look." && reply.calls.map(\.argumentsText) == ["{\"path\":\"x\"}"] && reply.stop == .calls)
            #expect(scene.textThatStands == "I look.", "\(scene.events)")
            #expect(scene.clock.now.elapsed == pause && scene.provider.requests.count == requests, "\(scene.events)")
        case .said(let stop):
            let reply = try result.get()
            #expect(reply.stop == stop && reply.calls.isEmpty == (stop != .calls) && scene.provider.requests.count == 1)
            #expect(reply.calls.allSatisfy { $0.arguments == nil }, "nothing of it may be carried out")
        case .failed(let kind, let requests):
            let error = #expect(throws: ModelError.self) { try result.get() }
            #expect(error?.kind == kind && scene.provider.requests.count == requests, "\(error.map { "\($0)" } ?? "")")
            #expect(error?.message.hasPrefix("test-model: ") == true && scene.textThatStands == "", "\(scene.events)")
        }
        #expect(scene.provider.violations == [])
    }

    @Test(arguments: ModelWire.allCases) func `an answer that comes byte by byte is the answer`(wire: ModelWire) async throws {
        let drip = StandInDrip()
        let scene = try ModelScene(wire)
        scene.provider.fail(.dripBytes(drip))
        scene.provider.say(Self.turn)
        defer { drip.end() }
        for _ in 0..<20_000 { drip.letGo() }
        let reply = try await scene.ask()
        #expect(reply.text == "I look." && reply.calls.map(\.argumentsText) == ["{\"path\":\"x\"}"])
        #expect(scene.clock.now.elapsed == .zero)
    }

    @Test(arguments: ModelWire.allCases) func `an answer of a byte a second is given up after half an hour`(wire: ModelWire) async throws {
        let drip = StandInDrip()
        var limits = StreamLimits()
        #expect(limits.total == .seconds(1_800))
        // The clock may run ahead of the connection; that a pause between two bytes may not be endless is another test's matter.
        limits.idle = .seconds(7_200)
        let scene = try ModelScene(wire, limits: limits)
        scene.provider.fail(.dripBytes(drip))
        scene.provider.say(StandInTurn(String(repeating: "x", count: 10_000)))
        defer { drip.end() }
        async let asked = scene.askPatiently()
        while !scene.events.contains(where: { if case .waiting = $0 { true } else { false } }) {
            scene.clock.advance(by: .seconds(1))
            drip.letGo()
            await Task.yield()
        }
        #expect(try await asked.get().text == "ok")
        #expect(
            scene.events.contains(.waiting(.seconds(2), because: "test-model: the answer took longer than 1800.0 seconds")),
            "\(scene.events)")
        #expect(scene.provider.requests.count == 2)
    }
}
