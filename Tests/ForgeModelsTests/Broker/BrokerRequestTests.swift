// What a program in the sandbox may ask, and what is a way out of it.

import ForgeCore
import ForgeModels
import Testing

struct BrokerRequestTests {
    private static let policy = BrokerPolicy(models: ["m-1", "m-2"], answerTokens: 1_000, answerTokensMax: 4_000)

    private func read(_ wire: ModelWire, _ body: String, isOpenAI: Bool = true) throws(BrokerRefusal) -> BrokerRequest {
        try BrokerRequest(wire, Array(body.utf8), isOpenAI: isOpenAI, policy: Self.policy)
    }

    private func json(_ request: BrokerRequest) throws -> JSON { try JSONParser.parse(request.body).value }

    @Test func `the model, the stream and the longest answer are read`() throws {
        let asked = try read(.anthropic, #"{"model":"m-1","max_tokens":50,"stream":true,"messages":[{"role":"user","content":"hi"}]}"#)
        #expect(asked.model == "m-1" && asked.isStream && asked.answerTokensMax == 50)
        #expect(asked.inputTokensMax == (asked.body.count + 1) / 2 + 500)
        #expect(try json(asked)["messages"]?[0]?["content"] == "hi")
    }

    @Test func `an answer without a bound gets one, under the name that the server knows`() throws {
        let chat = #"{"model":"m-1","messages":[]}"#
        #expect(try json(read(.openAIChat, chat))["max_completion_tokens"] == 1_000)
        #expect(try json(read(.openAIChat, chat, isOpenAI: false))["max_tokens"] == 1_000)
        let responses = try read(.openAIResponses, #"{"model":"m-1","input":"hi","max_output_tokens":null}"#)
        #expect(try json(responses)["max_output_tokens"] == 1_000 && responses.answerTokensMax == 1_000)
    }

    @Test(arguments: [
        ("gpt-5", "max_completion_tokens"), ("openai/o4-mini", "max_completion_tokens"), ("gpt-oss-120b", "max_tokens"),
        ("qwen-3", "max_tokens"),
    ]) func `behind a gateway OpenAI's own models are given the word they want`(_ model: String, _ word: String) throws {
        let body = Array(#"{"model":"\#(model)","messages":[]}"#.utf8)
        let policy = BrokerPolicy(models: [model], answerTokens: 1_000)
        let asked = try json(BrokerRequest(.openAIChat, body, isOpenAI: false, policy: policy))
        let words = (asked.members ?? []).map(\.name).filter { $0.hasPrefix("max_") }
        #expect(words == [word] && asked[word] == 1_000, "\(asked.text)")
    }

    @Test func `a streamed chat says in the end what it cost, also when the program did not ask for that`() throws {
        let asked = try read(.openAIChat, #"{"model":"m-1","messages":[],"stream":true,"stream_options":{"include_usage":false}}"#)
        #expect(try json(asked)["stream_options"]?["include_usage"] == true)
    }

    @Test func `of two members of one name one is left, the one that was judged`() throws {
        let asked = try read(.anthropic, #"{"model":"other","max_tokens":9,"model":"m-2","messages":[{"content":"b","content":"a"}]}"#)
        #expect(asked.model == "m-2" && asked.answerTokensMax == 9)
        #expect(!String(decoding: asked.body, as: UTF8.self).contains("other"))
        #expect(!String(decoding: asked.body, as: UTF8.self).contains(#""b""#))
    }

    @Test(arguments: [
        (ModelWire.anthropic, "nonsense"), (.anthropic, "[]"), (.anthropic, #"{"max_tokens":5,"messages":[]}"#),
        (.anthropic, #"{"model":["m-1"],"max_tokens":5}"#), (.anthropic, #"{"model":"m-1","max_tokens":0,"messages":[]}"#),
        (.anthropic, #"{"model":"m-1","max_tokens":4001,"messages":[]}"#), (.anthropic, #"{"model":"m-1","max_tokens":"5","messages":[]}"#),
        (.openAIChat, #"{"model":"m-1","max_tokens":5,"max_completion_tokens":9,"messages":[]}"#),
        (.anthropic, #"{"model":"m-1","max_tokens":5,"mcp_servers":[]}"#), (.anthropic, #"{"Model":"m-1","model":"m-1","max_tokens":5}"#),
        (.anthropic, #"{"model":"m-1","max_tokens":5,"container":"c"}"#),
        (.anthropic, #"{"model":"m-1","max_tokens":5,"service_tier":"priority"}"#),
        (.anthropic, #"{"model":"m-1","max_tokens":5,"tools":[{"type":"web_search_20250305","name":"web_search"}]}"#),
        (.anthropic, #"{"model":"m-1","max_tokens":5,"tools":[{"type":"code_execution_20250825","name":"c"}]}"#),
        (
            .anthropic,
            #"{"model":"m-1","max_tokens":5,"messages":[{"content":[{"type":"image","source":{"type":"url","url":"https://e.example/x"}}]}]}"#
        ),
        (
            .anthropic,
            #"{"model":"m-1","max_tokens":5,"messages":[{"content":[{"type":"document","source":{"type":"file","file_id":"f"}}]}]}"#
        ),
        (
            .anthropic,
            #"{"model":"m-1","max_tokens":5,"messages":[{"content":[{"type":"tool_result","content":[{"type":"image","source":{"type":"url"}}]}]}]}"#
        ), (.anthropic, #"{"model":"m-1","max_tokens":5,"messages":[{"content":[{"type":"container_upload","file_id":"f"}]}]}"#),
        (.openAIChat, #"{"model":"m-1","messages":[],"web_search_options":{}}"#), (.openAIChat, #"{"model":"m-1","messages":[],"n":20}"#),
        (.openAIChat, #"{"model":"m-1","messages":[{"content":[{"type":"image_url","image_url":{"url":"https://e.example/?q=x"}}]}]}"#),
        (.openAIChat, #"{"model":"m-1","messages":[{"content":[{"type":"file","file":{"file_id":"f"}}]}]}"#),
        (.openAIChat, #"{"model":"m-1","messages":[{"role":"assistant","audio":{"id":"a"}}]}"#),
        (.openAIChat, #"{"model":"m-1","messages":[],"store":true}"#), (.openAIChat, #"{"model":"m-1","messages":[],"store":1}"#),
        (.openAIResponses, #"{"model":"m-1","input":"x","store":true}"#), (.openAIResponses, #"{"model":"m-1","input":"x","store":"yes"}"#),
        (.openAIResponses, #"{"model":"m-1","input":"x","background":true}"#),
        (.openAIResponses, #"{"model":"m-1","input":"x","previous_response_id":"r"}"#),
        (.openAIResponses, #"{"model":"m-1","input":"x","tools":[{"type":"web_search"}]}"#),
        (.openAIResponses, #"{"model":"m-1","input":"x","tools":[{"type":"mcp","server_url":"https://e.example"}]}"#),
        (.openAIResponses, #"{"model":"m-1","input":[{"type":"item_reference","id":"i"}]}"#),
        (.openAIResponses, #"{"model":"m-1","input":[{"role":"user","content":[{"type":"input_file","file_url":"https://e.example"}]}]}"#),
        (
            .openAIResponses,
            #"{"model":"m-1","input":[{"type":"function_call_output","output":[{"type":"input_image","image_url":"http://e"}]}]}"#
        ),
    ])
    func `what the provider would fetch, run, keep or not bound is refused`(_ wire: ModelWire, _ body: String) {
        let refusal = #expect(throws: BrokerRefusal.self) { _ = try read(wire, body) }
        #expect(refusal?.kind == .invalid)
    }

    @Test(arguments: [
        (
            ModelWire.anthropic,
            #"{"model":"m-1","max_tokens":5,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"tools":[{"name":"fetch","input_schema":{}},{"type":"bash_20250124","name":"bash"}],"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"x"},{"type":"tool_use","id":"t","name":"fetch","input":{"url":"https://e.example","type":"image"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"ok"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}}]}],"thinking":{"type":"adaptive"}}"#
        ),
        (
            .openAIChat,
            #"{"model":"m-1","messages":[{"role":"user","content":[{"type":"text","text":"t"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]},{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]}],"tools":[{"type":"function","function":{"name":"f"}}]}"#
        ),
        (
            .openAIResponses,
            #"{"model":"m-1","instructions":"i","input":[{"role":"user","content":"hi"},{"type":"reasoning","summary":[]},{"type":"function_call","call_id":"1","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"1","output":"done"}],"tools":[{"type":"function","name":"f"}],"store":false,"include":["reasoning.encrypted_content"]}"#
        ),
    ])
    func `what agents send in earnest is let through`(_ wire: ModelWire, _ body: String) throws {
        let asked = try read(wire, body)
        let given = try JSONParser.parse(body)
        for member in given.members ?? [] { #expect(try json(asked)[member.name] == member.value) }
    }

    @Test(arguments: ["", #","store":null"#, #","store":false"#, #","store":true,"store":false"#])
    func `nothing is left with the provider, whether the program says so or not`(_ store: String) throws {
        #expect(try json(read(.openAIResponses, #"{"model":"m-1","input":"x"\#(store)}"#))["store"] == false)
        #expect(try json(read(.openAIChat, #"{"model":"m-1","messages":[]\#(store)}"#))["store"] == false)
        let other = try json(read(.openAIChat, #"{"model":"m-1","messages":[]\#(store)}"#, isOpenAI: false))
        #expect(other.members?.map(\.name) == ["model", "messages", "max_tokens"])
    }

    @Test func `what would be kept is refused by its name`() {
        let refusal = #expect(throws: BrokerRefusal.self) { _ = try read(.openAIResponses, #"{"model":"m-1","input":"x","store":true}"#) }
        #expect(refusal?.message.hasPrefix("store: takes false") == true)
    }

    @Test func `another model is forbidden, and the allowed ones are named`() {
        let refusal = #expect(throws: BrokerRefusal.self) {
            _ = try read(.anthropic, #"{"model":"dear","max_tokens":5,"messages":[]}"#)
        }
        #expect(refusal?.kind == .forbidden && refusal?.message == "the model 'dear' is not allowed here; allowed: m-1, m-2")
    }

    @Test(arguments: [
        (BrokerRefusal.Kind.spent, ModelWire.anthropic, 402, "billing_error"), (.spent, .openAIChat, 429, "insufficient_quota"),
        (.spent, .openAIResponses, 429, "insufficient_quota"), (.invalid, .anthropic, 400, "invalid_request_error"),
        (.forbidden, .anthropic, 403, "permission_error"), (.unavailable, .openAIChat, 503, "server_error"),
    ])
    func `a refusal has the provider's own shape`(_ kind: BrokerRefusal.Kind, _ wire: ModelWire, _ status: Int, _ word: String) throws {
        let response = BrokerRefusal(kind, "why").response(wire)
        guard case .bytes(let bytes) = response.body else { throw BrokerRefusal(.invalid, "no body") }
        let json = try JSONParser.parse(bytes).value
        #expect(response.status == status && json["error"]?["type"]?.string == word && json["error"]?["message"] == "why")
        #expect(response.headers.contains(HeaderField("x-should-retry", "false")) == (kind != .unavailable))
    }
}
