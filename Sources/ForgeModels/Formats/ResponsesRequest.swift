// A transcript as a request of OpenAI Responses that leaves nothing with the provider: `store` is off, and what the model thought comes back
// sealed and is sent again. What does not change stands first, byte for byte the same each time.

import ForgeCore

struct ResponsesRequest {
    private let request: ModelRequest
    private let model: String
    private let owner: String

    init(_ request: ModelRequest, model: String) {
        self.request = request
        self.model = model
        owner = ModelThinking.owner(.openAIResponses, model: model)
    }

    /// Others refuse to be asked for what they thought.
    private var reasons: Bool {
        let name = model.split(separator: "/").last ?? ""
        return name.hasPrefix("gpt-5") || name.hasPrefix("o") && name.dropFirst().first?.isNumber == true
    }

    var json: JSON {
        var members: [JSON.Member] = [
            .init("model", .string(model)), .init("stream", true), .init("store", false),
        ]
        if reasons { members.append(.init("include", ["reasoning.encrypted_content"])) }
        if !request.tools.isEmpty { members.append(.init("tools", .array(request.tools.map(Self.tool)))) }
        if !request.system.isEmpty { members.append(.init("instructions", .string(request.system))) }
        members.append(.init("input", .array(request.messages.flatMap(items))))
        if let choice { members.append(.init("tool_choice", choice)) }
        members.append(.init("max_output_tokens", JSON(request.answerTokensMax)))
        return .object(members)
    }

    /// Not strict: strict schemas may leave nothing optional, and ours do.
    private static func tool(_ tool: ModelTool) -> JSON {
        [
            "type": "function", "name": .string(tool.name), "description": .string(tool.summary), "parameters": tool.schema,
            "strict": false,
        ]
    }

    private var choice: JSON? {
        guard !request.tools.isEmpty else { return nil }
        return switch request.choice {
        case .free: nil
        case .noTool: "none"
        case .anyTool: "required"
        case .tool(let name): ["type": "function", "name": .string(name)]
        }
    }

    private func items(_ message: ModelMessage) -> [JSON] {
        switch message {
        case .material(let text): [["role": "user", "content": .string(text)]]
        case .turn(let parts): parts.compactMap(item)
        case .results(let results):
            results.map { ["type": "function_call_output", "call_id": .string($0.id), "output": .string($0.text)] }
        }
    }

    private func item(_ part: ModelPart) -> JSON? {
        // Not `… ? nil : …`: there `nil` would be JSON's own null.
        switch part {
        case .text(let text):
            if text.isEmpty { return nil }
            return ["role": "assistant", "content": .string(text)]
        case .thinking(let thinking):
            if thinking.provider != owner { return nil }
            return thinking.block
        case .call(let call):
            return [
                "type": "function_call", "call_id": .string(call.id), "name": .string(call.name),
                "arguments": .string(ChatRequest.arguments(call)),
            ]
        }
    }
}
