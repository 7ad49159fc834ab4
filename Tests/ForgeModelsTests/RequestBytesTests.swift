// What goes over the wire, byte for byte: fixed order, and a beginning that the next request of a conversation has, too.

import ForgeCore
import ForgeModels
import Foundation
import Testing

@Suite struct RequestBytesTests {
    static let tool = ModelTool(
        name: "read_file", summary: "Reads.", schema: ["type": "object", "properties": ["path": ["type": "string"]], "required": ["path"]])

    static func request(_ messages: [ModelMessage], choice: ModelToolChoice = .free, system: String = "Be brief.") -> ModelRequest {
        ModelRequest(role: "lead", system: system, tools: [tool], messages: messages, choice: choice, answerTokensMax: 100)
    }

    static let turn: [ModelPart] = [
        .thinking(ModelThinking(provider: "anthropic:claude-opus", block: ["type": "thinking", "thinking": "t", "signature": "s"])),
        .text("Reading."), .call(ToolCall(id: "c1", name: "read_file", argumentsText: "{\"path\": \"a\"}")),
        .call(ToolCall(id: "c2", name: "read_file", argumentsText: "{\"path\":")),
    ]

    static let conversation: [ModelMessage] = [
        .material("Look."), .turn(turn), .results([ToolResult(id: "c1", text: "A"), ToolResult(id: "c2", text: "no JSON", isError: true)]),
    ]

    private func text(_ wire: ModelWire, _ request: ModelRequest, model: String, isOpenAI: Bool = false) -> String {
        String(decoding: wire.body(request, model: model, isOpenAI: isOpenAI), as: UTF8.self)
    }

    @Test func `Anthropic: results of a turn in one message, thinking as it came, one mark that stays and one that moves`() {
        #expect(
            text(.anthropic, Self.request(Self.conversation), model: "claude-opus-5") == """
                {"model":"claude-opus-5","stream":true,"tools":[{"name":"read_file","description":"Reads.","input_schema":{"type":"object",\
                "properties":{"path":{"type":"string"}},"required":["path"]}}],"system":[{"type":"text","text":"Be brief.",\
                "cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"Look."}]},\
                {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"text","text":"Reading."},\
                {"type":"tool_use","id":"c1","name":"read_file","input":{"path":"a"}},{"type":"tool_use","id":"c2","name":"read_file",\
                "input":{"not_json":"{\\"path\\":"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"A"},\
                {"type":"tool_result","tool_use_id":"c2","content":"no JSON","is_error":true,"cache_control":{"type":"ephemeral"}}]}],\
                "max_tokens":100}
                """)
    }

    @Test func `thinking goes back to its own family of models, and to no other`() {
        let request = Self.request(Self.conversation)
        #expect(text(.anthropic, request, model: "claude-opus-4-8").contains("signature"))
        #expect(!text(.anthropic, request, model: "claude-haiku-4-5").contains("signature"))
        #expect(!text(.openAIResponses, request, model: "claude-opus-5").contains("signature"))
    }

    @Test func `Chat: the words that every compatible server knows`() {
        #expect(
            text(.openAIChat, Self.request(Self.conversation, choice: .tool("read_file")), model: "qwen3") == """
                {"model":"qwen3","stream":true,"stream_options":{"include_usage":true},"tools":[{"type":"function","function":\
                {"name":"read_file","description":"Reads.","parameters":{"type":"object","properties":{"path":{"type":"string"}},\
                "required":["path"]}}}],"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Look."},\
                {"role":"assistant","content":"Reading.","tool_calls":[{"id":"c1","type":"function","function":{"name":"read_file",\
                "arguments":"{\\"path\\": \\"a\\"}"}},{"id":"c2","type":"function","function":{"name":"read_file",\
                "arguments":"{\\"not_json\\":\\"{\\\\\\"path\\\\\\":\\"}"}}]},{"role":"tool","tool_call_id":"c1","content":"A"},\
                {"role":"tool","tool_call_id":"c2","content":"no JSON"}],"tool_choice":{"type":"function","function":\
                {"name":"read_file"}},"max_tokens":100}
                """)
    }

    @Test func `OpenAI's own models are given the word they want for the length`() {
        func word(_ model: String, isOpenAI: Bool = false) -> Bool {
            text(.openAIChat, Self.request([.material("x")]), model: model, isOpenAI: isOpenAI).contains("max_completion_tokens")
        }
        #expect(word("gpt-5") && word("openai/o4-mini") && word("mine", isOpenAI: true))
        #expect(!word("gpt-oss-120b") && !word("llama-4") && !word("olmo-3"))
    }

    @Test func `Responses: nothing is left with the provider, and sealed thinking is sent again`() {
        let sealed = ModelThinking(provider: "openai_responses:gpt", block: ["type": "reasoning", "id": "rs", "encrypted_content": "x"])
        let messages: [ModelMessage] = [
            .material("Look."), .turn([.thinking(sealed), .text("Reading."), Self.turn[2]]), .results([ToolResult(id: "c1", text: "A")]),
        ]
        #expect(
            text(.openAIResponses, Self.request(messages, choice: .anyTool), model: "gpt-5") == """
                {"model":"gpt-5","stream":true,"store":false,"include":["reasoning.encrypted_content"],"tools":[{"type":"function",\
                "name":"read_file","description":"Reads.","parameters":{"type":"object","properties":{"path":{"type":"string"}},\
                "required":["path"]},"strict":false}],"instructions":"Be brief.","input":[{"role":"user","content":"Look."},\
                {"type":"reasoning","id":"rs","encrypted_content":"x"},{"role":"assistant","content":"Reading."},\
                {"type":"function_call","call_id":"c1","name":"read_file","arguments":"{\\"path\\": \\"a\\"}"},\
                {"type":"function_call_output","call_id":"c1","output":"A"}],"tool_choice":"required","max_output_tokens":100}
                """)
    }

    @Test func `an empty turn, and a tool choice without tools, are left out`() {
        var request = Self.request([.material("a"), .turn([.text(" \n")]), .material("b")], choice: .anyTool)
        request.tools = []
        for wire in ModelWire.allCases {
            let body = text(wire, request, model: "m")
            #expect(!body.contains("tool_choice") && !body.contains("\"tools\""), "\(wire)")
        }
        #expect(!text(.anthropic, request, model: "m").contains("assistant"))
    }

    // MARK: The beginning that stays

    /// A conversation that grows: each step a turn with so many calls and their results.
    private func steps(_ calls: [Int]) -> [[ModelMessage]] {
        var messages: [ModelMessage] = [.material("Begin.")]
        var all = [messages]
        for (step, count) in calls.enumerated() {
            let made = (0..<count).map { ToolCall(id: "c\(step)-\($0)", name: "read_file", argumentsText: "{\"path\":\"\($0)\"}") }
            messages.append(.turn([.text("Step \(step).")] + made.map(ModelPart.call)))
            messages.append(.results(made.map { ToolResult(id: $0.id, text: "of \($0.id)") }))
            all.append(messages)
        }
        return all
    }

    @Test func `a request begins with the whole of the one before, but for the marks that moved`() throws {
        let mark = ",\"cache_control\":{\"type\":\"ephemeral\"}"
        for wire in ModelWire.allCases {
            var before: String?
            for messages in steps([1, 3, 1, 12, 2]) {
                let whole = text(wire, Self.request(messages), model: "m")
                let plain = whole.replacing(mark, with: "")
                // What comes behind the last message is no part of the prompt.
                let end = try #require(plain.range(of: "],\"max_", options: .backwards))
                let prompt = String(plain[..<end.lowerBound])
                if let before { #expect(prompt.hasPrefix(before), "\(wire)") }
                before = prompt
            }
        }
    }

    @Test func `the system text and the tools are the same bytes in every request`() throws {
        let all = steps([1, 25, 1]).map { text(.anthropic, Self.request($0), model: "m") }
        let heads = try all.map { try String($0[..<#require($0.range(of: "\"messages\":")).lowerBound]) }
        #expect(Set(heads).count == 1)
    }

    @Test func `a third mark stands where the request before ended, once that is too far back to be found`() {
        func marks(_ calls: [Int]) -> Int {
            text(.anthropic, Self.request(steps(calls).last ?? []), model: "m").components(separatedBy: "cache_control").count - 1
        }
        #expect(marks([]) == 2)
        #expect(marks([1]) == 2)
        #expect(marks([9]) == 2, "19 blocks")
        #expect(marks([10]) == 3, "21 blocks")
        #expect(marks([10, 1]) == 2)
        #expect(marks([30, 30, 30]) == 3)
    }

    @Test func `without a system text the tools carry the mark that stays`() {
        let body = text(.anthropic, Self.request([.material("x")], system: ""), model: "m")
        #expect(body.contains("\"required\":[\"path\"]},\"cache_control\":{\"type\":\"ephemeral\"}}]"))
        #expect(!body.contains("\"system\""))
    }
}
