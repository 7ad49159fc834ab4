// What was recorded is played as it was; what a person wrote by hand is understood, and told where it goes wrong.

import ForgeCore
import ForgeHTTP
import ForgeModels
import ForgeTestSupport
import Synchronization
import Testing

@Suite struct TranscriptTests {
    private final class Ear: Sendable {
        let heard = Mutex<[ModelEvent]>([])
        let kept = Mutex<[RecordedExchange]>([])
        var events: [ModelEvent] { heard.withLock { $0 } }
    }

    private func listen(_ model: some Model, _ request: ModelRequest) async -> (Result<ModelReply, ModelError>, [ModelEvent]) {
        let ear = Ear()
        do throws(ModelError) {
            let reply = try await model.reply(to: request) { event in ear.heard.withLock { $0.append(event) } }
            return (.success(reply), ear.events)
        } catch {
            return (.failure(error), ear.events)
        }
    }

    private func request(_ role: String = "lead", _ text: String = "Go.") -> ModelRequest {
        ModelRequest(
            role: role, system: "s", tools: [ModelTool(name: "edit", summary: "e", schema: ["type": "object"])], messages: [.material(text)]
        )
    }

    @Test(arguments: ModelWire.allCases) func `a recording plays the same parts, events, usage and failures`(wire: ModelWire) async throws {
        let provider = try ModelStandIn()
        let clock = TestClock()
        let endpoint = ModelEndpoint(wire, baseURL: provider.url, key: Secret(Array(ModelStandIn.key.utf8)))
        let one = StreamedModel("m", at: endpoint, client: HTTPClient(), clock: clock, wall: clock.wallClock)
        let ear = Ear()
        let recording = RecordingModel(PatientModel([one], clock: clock, jitter: TestJitter.fixed(0)), redact: { $0 }) { exchange in
            ear.kept.withLock { $0.append(exchange) }
        }
        provider.say(
            StandInTurn("a", "é\n", thinking: "t", calls: [.init("edit", id: "1", "{\"p\"", ":1}"), .init("edit", id: "2", "{broken")]))
        provider.say(StandInTurn("cut", stop: .tokensMax))
        var live = [await listen(recording, request()), await listen(recording, request())]
        provider.fail(.status(401, "invalid_api_key"))
        live.append(await listen(recording, request()))

        let written = ModelTranscript(exchanges: ear.kept.withLock { $0 }).json.text
        let player = TranscriptModel(try ModelTranscript(json: JSONParser.parse(written)))
        for (result, events) in live {
            let (again, told) = await listen(player, request())
            #expect(again == result)
            #expect(told == events)
        }
        #expect(written == (try ModelTranscript(json: JSONParser.parse(written))).json.text, "written again, it is the same")
        #expect(!written.contains(ModelStandIn.key))
    }

    @Test func `what is kept is redacted, also a secret that came in two pieces`() {
        let reply = ModelReply(
            parts: [.text("the hunter2 word"), .call(ToolCall(id: "1", name: "edit", argumentsText: "{\"p\":\"hunter2\"}"))], stop: .calls,
            model: "m")
        let events: [ModelEvent] = [.text("the hun"), .text("ter2 word"), .call(name: "edit"), .text("ok"), .text("ok")]
        let kept = RecordedExchange(request("lead", "hunter2"), events: events, result: .success(reply))
            .redacted { $0.replacing("hunter2", with: "•••") }
        #expect(!kept.json.text.contains("hunter2"))
        #expect(
            kept.events == [.text("the ••• word"), .call(name: "edit"), .text("ok"), .text("ok")], "what needs no change keeps its pieces")
        let failed = RecordedExchange(
            request(), events: [.discarded(because: "hunter2", paid: 7)], result: .failure(ModelError(.refused, "hunter2")))
        #expect(!failed.redacted { $0.replacing("hunter2", with: "•••") }.json.text.contains("hunter2"))
    }

    @Test func `a secret of several lines is found behind the escapes of a call's arguments`() throws {
        let secret = "first\nsecond \"quoted\""
        let arguments = JSON.object([.init("text", .string("the \(secret) end")), .init("n", 1)]).text
        let plain = #"{ "n" : 1 }"#
        let parts: [ModelPart] = [
            .call(ToolCall(id: "1", name: "edit", argumentsText: arguments)), .call(ToolCall(id: "2", name: "edit", argumentsText: plain)),
        ]
        var asked = request("lead", "go")
        asked.messages.append(.turn(parts))
        let kept = RecordedExchange(asked, events: [], result: .success(ModelReply(parts: parts, stop: .calls, model: "m")))
            .redacted { $0.replacing(secret, with: "•••") }
        let written = kept.json.text
        #expect(!written.contains("second"), "\(written)")
        #expect(try kept.result.get().calls.map(\.argumentsText) == [#"{"text":"the ••• end","n":1}"#, plain], "one keeps its spelling")
    }

    @Test func `where everything is withheld, nothing is kept, and the line can still be chosen`() throws {
        let parts: [ModelPart] = [
            .text("secret"), .thinking(ModelThinking(provider: "anthropic", block: ["thinking": "secret"])),
            .call(ToolCall(id: "1", name: "edit", argumentsText: "{\"p\":\"secret\"}")),
        ]
        let kept = RecordedExchange(
            request("lead", "secret"), events: [.text("secret"), .changed(model: "secret")],
            result: .success(ModelReply(parts: parts, stop: .tokensMax, usage: ModelUsage(inputTokens: 3), model: "m"))
        ).redacted { _ in "(withheld)" }
        #expect(!kept.json.text.contains("secret"), "\(kept.json.text)")
        let again = try ModelTranscript(json: JSONParser.parse(ModelTranscript(exchanges: [kept]).json.text))
        #expect(again.lines.first?.role == "lead")
        #expect(try again.lines.first?.exchange.result.get().stop == .tokensMax)
    }

    @Test func `what a dead stream cost is kept, where it is known`() throws {
        let events: [ModelEvent] = [.discarded(because: "cut", paid: 7), .discarded(because: "cut", paid: nil)]
        let exchange = RecordedExchange(request(), events: events, result: .failure(ModelError(.refused, "no")))
        let written = ModelTranscript(exchanges: [exchange]).json.text
        let again = try ModelTranscript(json: JSONParser.parse(written))
        #expect(written.contains("micro_usd") && again.json.text == written)
    }

    @Test func `what is played costs nothing, and the recording still says what it cost`() async throws {
        let text = """
            {"schema": 1, "exchanges": [{
              "events": [{"discarded": "cut", "micro_usd": 7}],
              "reply": {"text": "Hm.", "usage": {"input_tokens": 5, "output_tokens": 2, "micro_usd": 1200}}
            }]}
            """
        let transcript = try ModelTranscript(json: JSONParser.parse(text))
        let (played, told) = await listen(TranscriptModel(transcript), request())
        #expect(try played.get().usage == ModelUsage(inputTokens: 5, outputTokens: 2))
        #expect(told == [.discarded(because: "cut", paid: nil)])
        let (shown, all) = await listen(TranscriptModel(transcript, tellsPrices: true), request())
        #expect(try shown.get().usage.microUSD == 1_200)
        #expect(all == [.discarded(because: "cut", paid: 7)])
    }

    @Test func `a line is played for its role and its words, once unless it repeats`() async throws {
        let text = """
            {"schema": 1, "exchanges": [
              {"role": "skeptic", "reply": {"answer": {"verdicts": []}}},
              {"contains": "cart", "repeat": true, "reply": {"text": "About the cart."}},
              {"role": "reviewer", "reply": {"text": "Hm.", "calls": [{"name": "edit", "arguments": {"a": 1}}], "usage": {"input_tokens": 5}}},
              {"failure": {"kind": "limited", "retry_after_ms": 1500, "message": "later"}}
            ]}
            """
        let model = TranscriptModel(try ModelTranscript(json: JSONParser.parse(text)))
        let (cart, told) = await listen(model, request("reviewer", "the cart"))
        #expect(try cart.get().text == "About the cart." && told == [.text("About the cart.")])
        #expect(await listen(model, request("reviewer", "the cart")).0 == cart)
        let (reply, events) = await listen(model, request("reviewer", "else"))
        #expect(try reply.get().calls == [ToolCall(id: "call_0", name: "edit", argumentsText: "{\"a\":1}")])
        #expect(try reply.get().usage.inputTokens == 5 && events == [.text("Hm."), .call(name: "edit")])
        let (skeptic, _) = await listen(model, request("skeptic", "else"))
        #expect(try skeptic.get().calls.first?.name == "answer")
        #expect(
            await listen(model, request("skeptic", "else")).0 == .failure(ModelError(.limited(retryAfter: .milliseconds(1_500)), "later")))
        let (nothing, _) = await listen(model, request("skeptic", "else"))
        #expect(throws: ModelError.self) { try nothing.get() }
    }

    private func problem(_ text: String) -> String? {
        do {
            _ = try ModelTranscript(json: JSONParser.parse(text))
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        (#"{"schema":1,"exchanges":[],"exchange":[]}"#, "'exchange' is unknown; did you mean 'exchanges'?"),
        (#"{"schema":1,"exchanges":[{"reply":{"txt":"a"}}]}"#, "exchange 1: in 'reply', 'txt' is unknown; did you mean 'text'?"),
        (#"{"schema":1,"exchanges":[{"reply":{"parts":[{"text":"a","tone":1}]}}]}"#, "exchange 1: in 'parts', 'tone' is unknown"),
        (#"{"schema":1,"exchanges":[{"reply":{"parts":[{"thinking":{"blok":1}}]}}]}"#, "in 'thinking', 'blok' is unknown; did you"),
        (#"{"schema":1,"exchanges":[{"reply":{"calls":[{"name":"a","argument":{}}]}}]}"#, "in 'call', 'argument' is unknown; did you"),
        (#"{"schema":1,"exchanges":[{"reply":{"usage":{"input":1}}}]}"#, "in 'usage', 'input' is unknown; there are cache"),
        (#"{"schema":1,"exchanges":[{"failure":{"kind":"spent","mesage":"a"}}]}"#, "in 'failure', 'mesage' is unknown; did you"),
        (#"{"schema":1,"exchanges":[{"events":[{"text":"a","why":1}],"reply":{}}]}"#, "in 'events', 'why' is unknown"),
        (#"{"schema":1,"exchanges":[{"role":["lead"],"reply":{}}]}"#, "exchange 1: 'role' is not a text"),
        (#"{"schema":1,"exchanges":[{"repeat":"often","reply":{}}]}"#, "exchange 1: 'repeat' is not true or false"),
        (#"{"schema":1,"exchanges":[{"reply":"a"}]}"#, "exchange 1: 'reply' is not a group of keys"),
        (#"{"schema":1,"exchanges":["a"]}"#, "exchange 1: a group of keys is expected"),
    ]) func `a key that nobody reads, and one that holds something else, is an error that names it`(text: String, words: String) {
        #expect(problem(text)?.contains(words) == true, "\(problem(text) ?? "no problem")")
    }

    @Test func `what a run adds for its readers, and what was asked, is let pass`() {
        let text = """
            {"schema":1,"exchanges":[{"number":3,"step":"model.reviewer.1","at":"2026-11-20T00:00:00Z","role":"reviewer",
              "request":{"anything":{"at":"all"}},"reply":{"answer":{"whatever":1},"calls":[{"name":"a","arguments":{"b":2}}]}}]}
            """
        #expect(problem(text) == nil)
    }

    @Test func `a mistake in a transcript is told with its exchange`() {
        #expect(problem("{}")?.contains("schema: 1") == true)
        #expect(
            problem("{\"schema\":1,\"exchanges\":[{\"reply\":{\"text\":\"a\"}},{}]}") == "exchange 2: it has neither 'reply' nor 'failure'")
        #expect(problem("{\"schema\":1,\"exchanges\":[{\"repaet\":true}]}")?.hasPrefix("exchange 1: 'repaet' is unknown") == true)
        #expect(problem("{\"schema\":1,\"exchanges\":[{\"reply\":{\"stop\":\"later\"}}]}")?.contains("stop") == true)
        #expect(problem("{\"schema\":1,\"exchanges\":[{\"failure\":{\"kind\":\"odd\"}}]}")?.contains("kind") == true)
        #expect(problem("{\"schema\":1,\"exchanges\":[{\"events\":[{}],\"reply\":{}}]}")?.contains("event 1") == true)
    }
}
