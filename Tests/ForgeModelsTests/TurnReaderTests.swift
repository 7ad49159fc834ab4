// Streams as text, turns as values: what each format's reader makes of good streams, odd ones, and ones that were cut.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeModels

@Suite struct TurnReaderTests {
    /// The turn of these data lines, and what was told meanwhile.
    private func read(_ wire: ModelWire, _ lines: [String]) throws -> (reply: ModelReply, told: [ModelEvent]) {
        var reader = wire.reader(model: "asked")
        var told: [ModelEvent] = []
        for line in lines { try reader.read(ServerSentEvent(name: [], data: Array(line.utf8))) { told.append($0) } }
        return (try reader.reply(), told)
    }

    private func fault(_ wire: ModelWire, _ lines: [String]) -> ModelFault? {
        do {
            _ = try read(wire, lines)
            return nil
        } catch {
            return error as? ModelFault
        }
    }

    // MARK: Anthropic

    private func block(_ index: Int, _ start: String, _ deltas: String..., ends: Bool = true) -> [String] {
        ["{\"type\":\"content_block_start\",\"index\":\(index),\"content_block\":\(start)}"]
            + deltas.map { "{\"type\":\"content_block_delta\",\"index\":\(index),\"delta\":\($0)}" }
            + (ends ? ["{\"type\":\"content_block_stop\",\"index\":\(index)}"] : [])
    }

    private func ending(_ reason: String) -> [String] {
        [
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"\(reason)\"},\"usage\":{\"output_tokens\":9}}",
            "{\"type\":\"message_stop\"}",
        ]
    }

    private let call = "{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"edit\",\"input\":{}}"

    @Test func `Anthropic: thinking, text and parallel calls, in order`() throws {
        let lines =
            block(
                0, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}", "{\"type\":\"thinking_delta\",\"thinking\":\"Hm\"}",
                "{\"type\":\"signature_delta\",\"signature\":\"si\"}", "{\"type\":\"signature_delta\",\"signature\":\"g\"}")
            + block(1, "{\"type\":\"redacted_thinking\",\"data\":\"xx\"}")
            + block(
                2, "{\"type\":\"text\",\"text\":\"\"}", "{\"type\":\"text_delta\",\"text\":\"A\\u00e9\\n\"}",
                "{\"text\":\"B\",\"type\":\"text_delta\"}")
            + block(
                3, call, "{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\":\"}",
                "{\"type\":\"input_json_delta\",\"partial_json\":\"1}\"}")
            + block(4, "{\"type\":\"tool_use\",\"id\":\"c2\",\"name\":\"list\",\"input\":{}}") + ending("tool_use")
        let (reply, told) = try read(.anthropic, lines)
        let owner = "anthropic:asked"
        #expect(
            reply.parts == [
                .thinking(ModelThinking(provider: owner, block: ["type": "thinking", "thinking": "Hm", "signature": "sig"])),
                .thinking(ModelThinking(provider: owner, block: ["type": "redacted_thinking", "data": "xx"])), .text("Aé\nB"),
                .call(ToolCall(id: "c1", name: "edit", argumentsText: "{\"a\":1}")),
                .call(ToolCall(id: "c2", name: "list", argumentsText: "")),
            ])
        #expect(reply.stop == .calls && reply.usage.outputTokens == 9)
        #expect(told == [.thinking("Hm"), .text("Aé\n"), .text("B"), .call(name: "edit"), .call(name: "list")])
    }

    @Test func `Anthropic: a call that was cut is not among the parts, a whole one before it is`() throws {
        let whole = block(0, call, "{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}")
        let other = call.replacing("c1", with: "c2")
        for cut in [
            block(1, other, "{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\":\"}"), block(1, other),
            block(1, other, "{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}", ends: false),
        ] {
            let reply = try read(.anthropic, whole + cut + ending("max_tokens")).reply
            #expect(reply.calls.map(\.id) == ["c1"] && reply.stop == .tokensMax)
        }
        #expect(fault(.anthropic, block(0, call, ends: false) + ending("tool_use"))?.remedy == .again)
    }

    @Test func `Anthropic: every reason to stop has its meaning, unknown ones too`() throws {
        func stop(_ reason: String, _ lines: [String] = []) throws -> ModelStop { try read(.anthropic, lines + ending(reason)).reply.stop }
        #expect(try stop("end_turn") == .ended)
        #expect(try stop("stop_sequence") == .ended)
        #expect(try stop("refusal") == .refused)
        #expect(try stop("max_tokens") == .tokensMax)
        #expect(try stop("model_context_window_exceeded") == .tokensMax)
        #expect(try stop("something_new") == .ended)
        #expect(try stop("something_new", block(0, call)) == .calls)
    }

    @Test func `Anthropic: the three numbers of the input are added up, and the last ones count`() throws {
        let start = """
            {"type":"message_start","message":{"model":"claude-x","usage":{"input_tokens":10,"cache_read_input_tokens":200,\
            "cache_creation_input_tokens":30,"output_tokens":1}}}
            """
        let reply = try read(.anthropic, [start] + ending("end_turn")).reply
        #expect(reply.usage == ModelUsage(inputTokens: 240, outputTokens: 9, cachedTokens: 200, cacheWriteTokens: 30))
        #expect(reply.model == "claude-x" && reply.parts.isEmpty)
    }

    @Test func `Anthropic: arguments that came with the block are its arguments`() throws {
        let given = "{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"edit\",\"input\":{\"a\":1}}"
        #expect(try read(.anthropic, block(0, given) + ending("tool_use")).reply.calls.map(\.argumentsText) == ["{\"a\":1}"])
    }

    // MARK: Chat

    private func delta(_ delta: String, _ reason: String? = nil) -> String {
        "{\"choices\":[{\"index\":0,\"delta\":\(delta),\"finish_reason\":\(reason.map { "\"\($0)\"" } ?? "null")}]}"
    }

    private func fragment(_ index: Int, _ rest: String) -> String { delta("{\"tool_calls\":[{\"index\":\(index),\(rest)}]}") }

    @Test func `Chat: fragments of calls belong together by their index, however they are mixed`() throws {
        let lines = [
            delta("{\"role\":\"assistant\",\"content\":\"\"}"), delta("{\"content\":\"Hi\"}"), delta("{\"reasoning_content\":\"hm\"}"),
            fragment(0, "\"id\":\"a\",\"function\":{\"name\":\"edit\",\"arguments\":\"\"}"),
            fragment(1, "\"id\":\"b\",\"function\":{\"name\":\"list\",\"arguments\":\"{\"}"),
            fragment(0, "\"function\":{\"arguments\":\"{\\\"x\\\"\"}"), fragment(1, "\"function\":{\"arguments\":\"}\"}"),
            fragment(0, "\"function\":{\"arguments\":\":1}\"}"), delta("{}", "tool_calls"),
            "{\"model\":\"gpt-x\",\"choices\":[],\"usage\":{\"prompt_tokens\":50,\"completion_tokens\":6,\"prompt_tokens_details\":{\"cached_tokens\":40}}}",
            "[DONE]",
        ]
        let (reply, told) = try read(.openAIChat, lines)
        #expect(
            reply.parts == [
                .text("Hi"), .call(ToolCall(id: "a", name: "edit", argumentsText: "{\"x\":1}")),
                .call(ToolCall(id: "b", name: "list", argumentsText: "{}")),
            ])
        #expect(told == [.text("Hi"), .thinking("hm"), .call(name: "edit"), .call(name: "list")])
        #expect(reply.usage == ModelUsage(inputTokens: 50, outputTokens: 6, cachedTokens: 40) && reply.model == "gpt-x")
    }

    @Test func `Chat: how it stops`() throws {
        func reply(_ reason: String, _ lines: [String] = []) throws -> ModelReply {
            try read(.openAIChat, lines + [delta("{}", reason), "[DONE]"]).reply
        }
        let call = fragment(0, "\"id\":\"a\",\"function\":{\"name\":\"edit\",\"arguments\":\"{\"}")
        #expect(try reply("length", [call]).parts.isEmpty)
        #expect(try reply("length", [call]).stop == .tokensMax)
        #expect(try reply("content_filter").stop == .refused)
        #expect(try reply("stop", [delta("{\"refusal\":\"No.\"}")]).stop == .refused)
        #expect(try reply("stop", [call]).stop == .calls, "some servers say stop with calls")
        #expect(try reply("stop", [call]).calls.first?.arguments == nil, "no JSON, and handed on as it is")
        #expect(try reply("new_reason").stop == .ended)
    }

    @Test func `Chat: a server that numbers nothing and names nothing is understood all the same`() throws {
        let lines = [
            delta("{\"tool_calls\":[{\"function\":{\"name\":\"edit\",\"arguments\":{\"a\":1}}}]}"), delta("{}", "tool_calls"), "[DONE]",
        ]
        #expect(try read(.openAIChat, lines).reply.calls == [ToolCall(id: "call_0", name: "edit", argumentsText: "{\"a\":1}")])
    }

    // MARK: Responses

    @Test func `Responses: items count when they are done, in the order of their index`() throws {
        func done(_ index: Int, _ item: String) -> String {
            "{\"type\":\"response.output_item.done\",\"output_index\":\(index),\"item\":\(item)}"
        }
        let reasoning = "{\"type\":\"reasoning\",\"id\":\"rs\",\"summary\":[],\"encrypted_content\":\"x\"}"
        let lines = [
            "{\"type\":\"response.output_text.delta\",\"output_index\":1,\"delta\":\"Hi\",\"logprobs\":[]}",
            done(1, "{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hi\"}]}"), done(0, reasoning),
            done(2, "{\"type\":\"function_call\",\"call_id\":\"a\",\"name\":\"edit\",\"arguments\":\"{}\",\"status\":\"completed\"}"),
            "{\"type\":\"response.completed\",\"response\":{\"model\":\"gpt-x\",\"status\":\"completed\",\"usage\":{\"input_tokens\":5,\"output_tokens\":2}}}",
        ]
        let (reply, told) = try read(.openAIResponses, lines)
        let block = try JSONParser.parse(reasoning)
        #expect(
            reply.parts == [
                .thinking(ModelThinking(provider: "openai_responses:asked", block: block)), .text("Hi"),
                .call(ToolCall(id: "a", name: "edit", argumentsText: "{}")),
            ])
        #expect(told == [.text("Hi")] && reply.stop == .calls && reply.usage.inputTokens == 5)
    }

    @Test func `Responses: what is incomplete is cut or filtered`() throws {
        func reply(_ reason: String) throws -> ModelReply {
            let item = "{\"type\":\"function_call\",\"call_id\":\"a\",\"name\":\"edit\",\"arguments\":\"{}\",\"status\":\"incomplete\"}"
            return try read(
                .openAIResponses,
                [
                    "{\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":\(item)}",
                    "{\"type\":\"response.incomplete\",\"response\":{\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"\(reason)\"}}}",
                ]
            ).reply
        }
        #expect(try reply("max_output_tokens").stop == .tokensMax && reply("max_output_tokens").parts.isEmpty)
        #expect(try reply("content_filter").stop == .refused)
    }

    // MARK: All

    @Test func `what nobody knows is let pass, and what is no JSON kills the stream`() throws {
        for wire in ModelWire.allCases {
            var reader = wire.reader(model: "m")
            for odd in [
                "{}", "[]", "7", "{\"type\":\"new\"}", "{\"type\":7}", "{\"choices\":7}",
                "{\"type\":\"content_block_delta\",\"index\":99,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}",
            ] {
                try reader.read(ServerSentEvent(name: [], data: Array(odd.utf8))) { told in #expect(told == .text("x")) }
            }
            #expect(!reader.isComplete)
            #expect(fault(wire, ["{\"type\":"])?.remedy == .again)
            #expect(fault(wire, [])?.error.kind == .unavailable, "no last event")
        }
    }

    @Test func `an error in the middle means what the same error means before`() {
        func kind(_ wire: ModelWire, _ line: String) -> ModelError.Kind? { fault(wire, [line])?.error.kind }
        #expect(kind(.anthropic, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}") == .unavailable)
        #expect(kind(.anthropic, "{\"type\":\"error\",\"error\":{\"type\":\"billing_error\",\"message\":\"m\"}}") == .spent)
        #expect(kind(.openAIChat, "{\"error\":{\"code\":502,\"message\":\"m\"}}") == .unavailable)
        #expect(kind(.openAIChat, "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"m\"}}") == .spent)
        #expect(
            kind(
                .openAIResponses,
                "{\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"m\"}}}")
                == .limited(retryAfter: .zero))
        #expect(kind(.openAIResponses, "{\"type\":\"error\",\"code\":\"context_length_exceeded\",\"message\":\"m\"}") == .tooLarge)
    }

    @Test(arguments: UInt64(0)..<60) func `reading without a tree tells what reading with one tells`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let texts = ["a", "é", "\"", "\\", "\n", "\u{1F600}", "{}", "\u{7F}", "]", ",", ":", "", "null"]
        func text() -> String {
            (0..<Int.random(in: 0..<6, using: &random)).map { _ in texts.randomElement(using: &random) ?? "" }.joined()
        }
        for wire in ModelWire.allCases {
            let said = text()
            let plain: JSON =
                switch wire {
                case .anthropic: ["type": "content_block_delta", "index": 0, "delta": ["type": "text_delta", "text": .string(said)]]
                case .openAIChat:
                    ["id": .string(text()), "choices": [["index": 0, "delta": ["content": .string(said)], "finish_reason": nil]]]
                case .openAIResponses: ["type": "response.output_text.delta", "x": [.string(text()), 1], "delta": .string(said)]
                }
            // The same members in another order, and one more that nobody reads: the short way gives up, the long one does not.
            let members = try #require(plain.members)
            let shuffled = JSON.object(members.shuffled(using: &random) + [.init(text(), ["\u{2028}": .string(text())])])
            for json in [plain, shuffled] {
                for written in [json.text, json.prettyText] {
                    var reader = wire.reader(model: "m")
                    let start = "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}"
                    if wire == .anthropic { try reader.read(ServerSentEvent(name: [], data: Array(start.utf8))) { _ in } }
                    var told: [ModelEvent] = []
                    try reader.read(ServerSentEvent(name: [], data: Array(written.utf8))) { told.append($0) }
                    let expected = said.isEmpty && wire == .openAIChat ? [] : [ModelEvent.text(said)]
                    #expect(told == expected, "\(wire): \(written)")
                }
            }
        }
    }
}
