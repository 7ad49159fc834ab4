// A transcript as a request of OpenAI Chat Completions, in the words that compatible servers know, too: what only OpenAI's own service
// wants is only said to it. What does not change stands first, byte for byte the same each time.

import ForgeCore

struct ChatRequest {
    private let request: ModelRequest
    private let model: String
    private let isOpenAI: Bool

    init(_ request: ModelRequest, model: String, isOpenAI: Bool) {
        self.request = request
        self.model = model
        self.isOpenAI = isOpenAI || Self.isOpenAIName(model)
    }

    var json: JSON {
        var members: [JSON.Member] = [
            .init("model", .string(model)), .init("stream", true), .init("stream_options", ["include_usage": true]),
        ]
        if !request.tools.isEmpty { members.append(.init("tools", .array(request.tools.map(Self.tool)))) }
        members.append(.init("messages", .array(messages)))
        if let choice { members.append(.init("tool_choice", choice)) }
        members.append(.init(isOpenAI ? "max_completion_tokens" : "max_tokens", JSON(request.answerTokensMax)))
        return .object(members)
    }

    /// Behind a router, too: `gpt-5`, `o4-mini`. Its open models run on other people's servers.
    static func isOpenAIName(_ model: String) -> Bool {
        let name = model.split(separator: "/").last ?? ""
        if name.hasPrefix("gpt-") { return !name.hasPrefix("gpt-oss") }
        return name.first == "o" && name.dropFirst().first?.isNumber == true
    }

    private static func tool(_ tool: ModelTool) -> JSON {
        [
            "type": "function",
            "function": ["name": .string(tool.name), "description": .string(tool.summary), "parameters": tool.schema],
        ]
    }

    private var choice: JSON? {
        guard !request.tools.isEmpty else { return nil }
        return switch request.choice {
        case .free: nil
        case .noTool: "none"
        case .anyTool: "required"
        case .tool(let name): ["type": "function", "function": ["name": .string(name)]]
        }
    }

    private var messages: [JSON] {
        var messages: [JSON] = []
        if !request.system.isEmpty { messages.append(["role": "system", "content": .string(request.system)]) }
        for message in request.messages {
            switch message {
            case .material(let text): messages.append(["role": "user", "content": .string(text)])
            case .turn(let parts): if let turn = Self.turn(parts) { messages.append(turn) }
            case .results(let results):
                messages += results.map { ["role": "tool", "tool_call_id": .string($0.id), "content": .string($0.text)] }
            }
        }
        return messages
    }

    /// Nil for a turn with nothing in it that this format can say.
    private static func turn(_ parts: [ModelPart]) -> JSON? {
        var text = ""
        var calls: [JSON] = []
        for part in parts {
            switch part {
            case .text(let piece): text += piece
            case .thinking: break
            case .call(let call):
                calls.append([
                    "id": .string(call.id), "type": "function",
                    "function": ["name": .string(call.name), "arguments": .string(arguments(call))],
                ])
            }
        }
        guard !text.isEmpty || !calls.isEmpty else { return nil }
        var members: [JSON.Member] = [.init("role", "assistant"), .init("content", text.isEmpty ? .null : .string(text))]
        if !calls.isEmpty { members.append(.init("tool_calls", .array(calls))) }
        return .object(members)
    }

    /// As the model wrote them, when that is JSON.
    static func arguments(_ call: ToolCall) -> String {
        call.arguments == nil || call.argumentsText.isEmpty ? call.argumentsObject.text : call.argumentsText
    }
}
