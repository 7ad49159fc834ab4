// A transcript as a request of Anthropic Messages. What does not change stands first, and byte for byte the same each time: tools, system,
// the messages of before. Only the marks of the cache move: where one was and is no more, nothing else is different.

import ForgeCore

struct AnthropicRequest {
    /// A cached beginning is looked for so many blocks back from a mark.
    private static let lookback = 20

    private let request: ModelRequest
    private let model: String
    private let owner: String

    init(_ request: ModelRequest, model: String) {
        self.request = request
        self.model = model
        owner = ModelThinking.owner(.anthropic, model: model)
    }

    var json: JSON {
        var members: [JSON.Member] = [.init("model", .string(model)), .init("stream", true)]
        if !request.tools.isEmpty { members.append(.init("tools", .array(tools))) }
        if !request.system.isEmpty {
            members.append(.init("system", [["type": "text", "text": .string(request.system), "cache_control": Self.mark]]))
        }
        members.append(.init("messages", .array(messages)))
        if let choice { members.append(.init("tool_choice", choice)) }
        members.append(.init("max_tokens", JSON(request.answerTokensMax)))
        return .object(members)
    }

    private static let mark: JSON = ["type": "ephemeral"]

    private var tools: [JSON] {
        var tools = request.tools.map { tool -> JSON in
            ["name": .string(tool.name), "description": .string(tool.summary), "input_schema": tool.schema]
        }
        // Without a system text the tools are all that never changes.
        if request.system.isEmpty, let last = tools.last { tools[tools.count - 1] = Self.marked(last) }
        return tools
    }

    private var choice: JSON? {
        guard !request.tools.isEmpty else { return nil }
        return switch request.choice {
        case .free: nil
        case .noTool: ["type": "none"]
        case .anyTool: ["type": "any"]
        case .tool(let name): ["type": "tool", "name": .string(name)]
        }
    }

    // MARK: Messages

    private struct Message {
        var role: String
        var blocks: [JSON]
        var isOurs: Bool { role == "user" }
        var json: JSON { ["role": .string(role), "content": .array(blocks)] }
    }

    private var messages: [JSON] {
        var messages = request.messages.compactMap(message)
        for index in marks(messages) {
            let last = messages[index].blocks.count - 1
            messages[index].blocks[last] = Self.marked(messages[index].blocks[last])
        }
        return messages.map(\.json)
    }

    /// Nil for one that has nothing in it: the service refuses those.
    private func message(_ message: ModelMessage) -> Message? {
        let made =
            switch message {
            case .material(let text): Message(role: "user", blocks: [Self.text(text.isEmpty ? "(nothing)" : text)])
            case .turn(let parts): Message(role: "assistant", blocks: parts.compactMap(block))
            case .results(let results): Message(role: "user", blocks: results.map(Self.result))
            }
        return made.blocks.isEmpty ? nil : made
    }

    private func block(_ part: ModelPart) -> JSON? {
        // Not `… ? nil : …`: there `nil` would be JSON's own null.
        switch part {
        case .text(let text):
            if text.allSatisfy(\.isWhitespace) { return nil }
            return Self.text(text)
        case .thinking(let thinking):
            if thinking.provider != owner { return nil }
            return thinking.block
        case .call(let call):
            return ["type": "tool_use", "id": .string(call.id), "name": .string(call.name), "input": call.argumentsObject]
        }
    }

    private static func text(_ text: String) -> JSON { ["type": "text", "text": .string(text)] }

    private static func result(_ result: ToolResult) -> JSON {
        var members: [JSON.Member] = [
            .init("type", "tool_result"), .init("tool_use_id", .string(result.id)), .init("content", .string(result.text)),
        ]
        if result.isError { members.append(.init("is_error", true)) }
        return .object(members)
    }

    // MARK: The cache

    /// Which messages end with a mark: the last one of ours; and the one before it, where the request before this one ended, once so much
    /// came since that it would not be found from the end any more.
    private func marks(_ messages: [Message]) -> [Int] {
        guard let last = messages.lastIndex(where: \.isOurs) else { return [] }
        guard let before = messages[..<last].lastIndex(where: \.isOurs) else { return [last] }
        let between = messages[(before + 1)...last].reduce(0) { $0 + $1.blocks.count }
        return between >= Self.lookback ? [before, last] : [last]
    }

    private static func marked(_ block: JSON) -> JSON {
        guard case .object(let members) = block else { return block }
        return .object(members + [.init("cache_control", mark)])
    }
}
