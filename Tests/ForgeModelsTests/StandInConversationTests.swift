// Conversations over a real connection, with everything that goes wrong on the way: what comes out is a whole turn, or a reason.

import ForgeCore
import ForgeHTTP
import ForgeModels
import ForgeTestSupport
import Foundation
import Testing

@Suite struct StandInConversationTests {
    private static let wires: [ModelWire] = ModelWire.allCases

    private static let wordy = StandInTurn(
        "I ", "look.", thinking: "Hm.", calls: [.init("edit", id: "a1", "{\"pa", "th\":\"x\"}"), .init("edit", id: "a2", "{}")])

    // MARK: All goes well

    @Test(arguments: wires) func `a turn comes whole, with what it cost`(wire: ModelWire) async throws {
        let scene = try ModelScene(wire)
        scene.provider.say(Self.wordy)
        let reply = try await scene.ask()
        #expect(reply.text == "I look." && reply.stop == .calls && reply.model == "test-model")
        #expect(reply.calls.map(\.argumentsText) == ["{\"path\":\"x\"}", "{}"])
        // 100 fresh at 1, 40 cached at a tenth, 8 written at 2, 20 out at 10
        #expect(
            reply.usage == ModelUsage(inputTokens: 148, outputTokens: 20, cachedTokens: 40, cacheWriteTokens: 8, microUSD: 320))
        #expect(scene.events.filter { $0 == .call(name: "edit") }.count == 2 && scene.events.contains(.text("look.")))
        #expect(scene.provider.violations == [])
    }

    @Test(arguments: wires) func `a conversation of many turns keeps its beginning and answers every call`(wire: ModelWire) async throws {
        let scene = try ModelScene(wire)
        var messages: [ModelMessage] = [.material("Mend it.")]
        for step in 0..<12 {
            let calls = (0...(step % 4 == 3 ? 12 : 1)).map { StandInTurn.Call("edit", id: "c\(step)-\($0)", "{\"n\":", "\($0)}") }
            scene.provider.say(StandInTurn("Step \(step).", thinking: "So \(step).", calls: calls))
            let reply = try await scene.ask(messages)
            messages.append(.turn(reply.parts))
            messages.append(.results(reply.calls.map { ToolResult(id: $0.id, text: "done \($0.id)", isError: step == 2) }))
        }
        scene.provider.say(StandInTurn("Done."))
        #expect(try await scene.ask(messages).text == "Done.")
        #expect(scene.provider.violations == [])
        let last = try #require(scene.provider.requests.last)
        let hasThinking = String(decoding: last.body, as: UTF8.self).contains(wire == .anthropic ? "c2ln" : "c2VhbGVk")
        #expect(hasThinking == (wire != .openAIChat), "thinking went back untouched where the format has a place for it")
    }

    // MARK: Refused at the door

    @Test(arguments: wires) func `a provider that is overloaded is asked again`(wire: ModelWire) async throws {
        let scene = try ModelScene(wire)
        scene.provider.fail(
            .status(529, "overloaded_error"), .status(503, "server_error"), .page(502, type: "text/html", "<h1>Bad Gateway</h1>"))
        scene.provider.say(StandInTurn("back"))
        #expect(try await scene.askPatiently().get().text == "back")
        #expect(
            scene.provider.requests.count == 4
                && scene.events.contains(.waiting(.seconds(8), because: "test-model: it failed (502: Bad Gateway)")))
        #expect(!scene.events.contains { if case .discarded = $0 { true } else { false } }, "nothing had come")
    }

    @Test(arguments: wires) func `asked too often, it is left alone for as long as it wants`(wire: ModelWire) async throws {
        let scene = try ModelScene(wire)
        scene.provider.fail(.status(429, "rate_limit_error", headers: [("retry-after", "17")]))
        #expect(try await scene.askPatiently().get().text == "ok")
        #expect(scene.clock.now.elapsed == .seconds(17))
    }

    @Test(arguments: [
        (ModelWire.anthropic, 429, "rate_limit_error", "m", ModelError.Kind.spent), (.openAIChat, 429, "insufficient_quota", "m", .spent),
        (.openAIResponses, 401, "invalid_api_key", "m", .unauthorized), (.anthropic, 403, "permission_error", "m", .unauthorized),
        (.anthropic, 400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum", .tooLarge),
        (.openAIResponses, 400, "context_length_exceeded", "m", .tooLarge), (.anthropic, 402, "billing_error", "m", .spent),
    ])
    func `what never helps is not tried again`(wire: ModelWire, status: Int, word: String, message: String, kind: ModelError.Kind)
        async throws
    {
        let scene = try ModelScene(wire)
        scene.provider.fail(.status(status, word, message: message))
        let error = await #expect(throws: ModelError.self) { try await scene.ask() }
        #expect(error?.kind == kind && scene.provider.requests.count == 1)
    }

    @Test func `a provider that repeats the key is quoted without it`() async throws {
        let scene = try ModelScene(.openAIChat)
        scene.provider.fail(.status(401, "invalid_api_key", message: "Incorrect API key provided: \(ModelStandIn.key)."))
        let error = await #expect(throws: ModelError.self) { try await scene.ask() }
        #expect(error?.message.contains("Incorrect API key provided: ••••••••.") == true)
    }

    @Test(arguments: wires) func `a page with 200 is told by its first words, and not tried again`(wire: ModelWire) async throws {
        let scene = try ModelScene(wire)
        scene.provider.fail(.page(200, type: "text/html", "<title>Sign in</title><p>to the company's proxy"))
        let error = await #expect(throws: ModelError.self) { try await scene.ask() }
        #expect(error?.kind == .malformed && scene.provider.requests.count == 1)
        #expect(error?.message == "test-model: it answered with text/html and no stream of events: Sign in to the company's proxy")
    }

    // MARK: Dead in the middle

    @Test(arguments: wires) func `a stream that dies is void, and the turn is asked for again`(wire: ModelWire) async throws {
        for fault in [StandInModelFault.cut(after: 6), .noEnding, .errorEvent(after: 6, "server_error")] {
            let scene = try ModelScene(wire)
            scene.provider.fail(fault)
            scene.provider.say(Self.wordy)
            let reply = try await scene.askPatiently().get()
            #expect(reply.calls.map(\.argumentsText) == ["{\"path\":\"x\"}", "{}"], "\(fault)")
            #expect(scene.provider.requests.count == 2, "\(fault)")
            #expect(scene.textThatStands == "I look.", "\(fault): \(scene.events)")
            #expect(scene.provider.violations == [])
        }
    }

    @Test(arguments: wires) func `no cut anywhere lets half a call out`(wire: ModelWire) async throws {
        for count in 1..<14 {
            let scene = try ModelScene(wire)
            scene.provider.fail(.cut(after: count))
            scene.provider.say(StandInTurn("x", calls: [.init("edit", id: "a", "{\"p\":", "1", "}")]))
            let reply = try await scene.askPatiently().get()
            #expect(reply.calls.map(\.argumentsText) == ["{\"p\":1}"], "cut after \(count)")
        }
    }

    @Test(arguments: wires) func `a connection that breaks before the answer is tried again`(wire: ModelWire) async throws {
        let scene = try ModelScene(wire)
        scene.provider.fail(.reset)
        #expect(try await scene.askPatiently().get().text == "ok")
        #expect(scene.events.count == 3, "\(scene.events)")
    }

    // MARK: Odd turns

    @Test(arguments: wires) func `arguments that are no JSON are handed on as they are, and go back as JSON`(wire: ModelWire) async throws {
        let scene = try ModelScene(wire)
        scene.provider.say(StandInTurn(calls: [.init("edit", id: "a", "{path: ", "x")]), StandInTurn("sorry"))
        let reply = try await scene.ask()
        #expect(reply.calls.first?.argumentsText == "{path: x" && reply.calls.first?.arguments == nil && reply.stop == .calls)
        let messages: [ModelMessage] = [
            .material("Go on."), .turn(reply.parts), .results([ToolResult(id: "a", text: "no JSON", isError: true)]),
        ]
        #expect(try await scene.ask(messages).text == "sorry")
        #expect(scene.provider.violations == [])
    }

    @Test(arguments: wires) func `an empty turn, a refusal and a cut one are what they are`(wire: ModelWire) async throws {
        let scene = try ModelScene(wire)
        scene.provider.say(
            StandInTurn(), StandInTurn("No.", stop: .refused),
            StandInTurn("Well", calls: [.init("edit", id: "a", "{\"x\":")], stop: .tokensMax))
        let empty = try await scene.ask()
        #expect(empty.parts.isEmpty && empty.stop == .ended)
        #expect(try await scene.ask().stop == .refused)
        let cut = try await scene.ask()
        #expect(cut.stop == .tokensMax && cut.calls.isEmpty && cut.text == "Well")
    }

    @Test(arguments: wires) func `an answer beyond all measure ends the turn, and is not asked for again`(wire: ModelWire) async throws {
        #expect(StreamLimits().bytesMax == 10 << 20)
        // A tenth of that is beyond all measure as well, and takes a tenth of the time.
        var limits = StreamLimits()
        limits.bytesMax = 1 << 20
        let scene = try ModelScene(wire, limits: limits)
        scene.provider.fail(.huge(limits.bytesMax + 100_000))
        let error = await #expect(throws: ModelError.self) { try await scene.ask() }
        #expect(error?.kind == .malformed && error?.message.contains("more than 1048576 bytes") == true)
        #expect(scene.provider.requests.count == 1)
    }

    // MARK: Time

    @Test(arguments: wires) func `a stream without a byte for too long is dead`(wire: ModelWire) async throws {
        let drip = StandInDrip()
        let scene = try ModelScene(wire)
        scene.provider.fail(.drip(drip))
        defer { drip.end() }
        drip.letGo()
        async let asked = scene.askPatiently()
        // The one who watches sleeps until nothing came for so long.
        while scene.clock.sleeperCount == 0 { await Task.yield() }
        scene.clock.advance(by: .seconds(301))
        #expect(try await asked.get().text == "ok")
        #expect(scene.events.contains(.waiting(.seconds(2), because: "test-model: nothing came for 300.0 seconds")))
    }

    @Test(arguments: wires) func `a stream that drips on and on is dead after the longest time for a turn`(wire: ModelWire) async throws {
        let drip = StandInDrip()
        var limits = StreamLimits()
        limits.idle = .seconds(10)
        limits.total = .seconds(20)
        let scene = try ModelScene(wire, limits: limits)
        var turn = StandInTurn()
        turn.text = Array(repeating: "x", count: 100)
        scene.provider.fail(.drip(drip))
        scene.provider.say(turn)
        defer { drip.end() }
        async let asked = scene.askPatiently()
        func heard() -> Int { scene.events.filter { $0 == .text("x") }.count }
        // What comes before the text, and some of it.
        for _ in 0..<6 { drip.letGo() }
        while heard() == 0 { await Task.yield() }
        while !scene.events.contains(where: { if case .discarded = $0 { true } else { false } }) {
            let before = heard()
            scene.clock.advance(by: .seconds(1))
            drip.letGo()
            while heard() == before, !scene.events.contains(where: { if case .discarded = $0 { true } else { false } }) {
                await Task.yield()
            }
        }
        #expect(try await asked.get().text == "ok")
        let reasons = scene.events.compactMap { if case .discarded(let why, _) = $0 { why } else { nil } }
        #expect(reasons.contains("test-model: the answer took longer than 20.0 seconds"))
    }

    // MARK: Keys

    @Test(arguments: wires) func `a recording of the exchange has the key nowhere`(wire: ModelWire) async throws {
        try await TemporaryFolder.with { folder in
            let recorder = try HARRecorder(path: folder.path(of: "calls.har"), clock: TestClock().wallClock, version: "test") { $0 }
            let scene = try ModelScene(wire, recorder: recorder)
            _ = try await scene.ask()
            recorder.finish()
            let har = try String(contentsOfFile: folder.path(of: "calls.har"), encoding: .utf8)
            #expect(har.contains("Be brief.") && !har.contains(ModelStandIn.key))
            #expect(har.contains(wire == .anthropic ? "\"x-api-key\"" : "\"authorization\""))
        }
    }
}
