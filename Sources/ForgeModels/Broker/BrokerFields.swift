// The members of a request that are let through, and what may stand in them. Everything here is a list of what is known to do nothing but
// make the model answer; what is not on it is refused with its name.

import ForgeCore

enum BrokerFields {
    static func check(_ body: JSON, _ wire: ModelWire) throws(BrokerRefusal) {
        for member in body.members ?? [] where !top(wire).contains(member.name) {
            throw BrokerRefusal(.invalid, "\(member.name.prefix(100)): is not let through")
        }
        // Where it is absent the request is told not to: see `BrokerRequest`.
        guard [JSON.null, .bool(false)].contains(body["store"] ?? .null) else {
            throw BrokerRefusal(.invalid, "store: takes false: nothing is left with the provider")
        }
        for tool in body["tools"]?.array ?? [] { try check(tool: tool, wire) }
        if let tier = body["service_tier"], tier != .null, !["auto", "default", "standard_only"].contains(tier.string ?? "") {
            throw BrokerRefusal(.invalid, "service_tier: only the ordinary one is let through")
        }
        switch wire {
        case .anthropic:
            try check(parts: body["system"], wire)
            for message in body["messages"]?.array ?? [] { try check(parts: message["content"], wire) }
        case .openAIChat:
            for message in body["messages"]?.array ?? [] {
                try check(parts: message["content"], wire)
                // An answer that lies with the provider.
                guard message["audio"] ?? .null == .null else { throw refused("audio") }
            }
        case .openAIResponses:
            for item in body["input"]?.array ?? [] { try check(item: item) }
        }
    }

    private static func top(_ wire: ModelWire) -> Set<String> {
        switch wire {
        case .anthropic: anthropic
        case .openAIChat: chat
        case .openAIResponses: responses
        }
    }

    private static let anthropic: Set<String> = [
        "model", "max_tokens", "messages", "system", "tools", "tool_choice", "stream", "stop_sequences", "temperature", "top_p", "top_k",
        "thinking", "output_config", "metadata", "service_tier", "cache_control", "context_management",
    ]
    private static let chat: Set<String> = [
        "model", "messages", "max_tokens", "max_completion_tokens", "tools", "tool_choice", "parallel_tool_calls", "stream",
        "stream_options", "stop", "temperature", "top_p", "presence_penalty", "frequency_penalty", "seed", "response_format",
        "reasoning_effort", "verbosity", "prompt_cache_key", "safety_identifier", "user", "metadata", "logit_bias", "service_tier", "store",
    ]
    private static let responses: Set<String> = [
        "model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "max_output_tokens", "max_tool_calls", "reasoning",
        "text", "temperature", "top_p", "store", "stream", "stream_options", "truncation", "include", "prompt_cache_key",
        "prompt_cache_retention", "context_management", "metadata", "service_tier", "safety_identifier", "user",
    ]

    // MARK: Tools

    private static func check(tool: JSON, _ wire: ModelWire) throws(BrokerRefusal) {
        let type = tool["type"]?.string
        let isOwn =
            switch wire {
            case .anthropic:
                type == nil || type == "custom" || ["text_editor_", "bash_", "memory_"].contains { type?.hasPrefix($0) ?? false }
            case .openAIChat: type == "function" || type == "custom"
            case .openAIResponses: ["function", "custom", "apply_patch", "local_shell"].contains(type)
            }
        guard isOwn else { throw BrokerRefusal(.invalid, "tools: '\(type ?? "")' runs at the provider and is not let through") }
    }

    // MARK: Content

    /// A text, or parts of which each is one that the provider only reads.
    private static func check(parts: JSON?, _ wire: ModelWire) throws(BrokerRefusal) {
        guard let parts, parts != .null else { return }
        if case .string = parts { return }
        guard let items = parts.array else { throw BrokerRefusal(.invalid, "content: is neither a text nor a list") }
        for item in items { try check(part: item, wire) }
    }

    private static func check(part: JSON, _ wire: ModelWire) throws(BrokerRefusal) {
        switch (wire, part["type"]?.string ?? "") {
        case (.anthropic, "text"), (.anthropic, "tool_use"), (.anthropic, "thinking"), (.anthropic, "redacted_thinking"),
            (.anthropic, "compaction"):
            return
        case (.anthropic, "tool_result"): try check(parts: part["content"], wire)
        case (.anthropic, "image"), (.anthropic, "document"):
            let source = part["source"]
            switch source?["type"]?.string {
            case "base64", "text": return
            case "content": try check(parts: source?["content"], wire)
            default: throw refused("source")
            }
        case (.openAIChat, "text"), (.openAIChat, "refusal"): return
        case (.openAIChat, "image_url"): try check(data: part["image_url"]?["url"])
        case (.openAIResponses, "input_text"), (.openAIResponses, "output_text"), (.openAIResponses, "refusal"),
            (.openAIResponses, "summary_text"), (.openAIResponses, "reasoning_text"):
            return
        case (.openAIResponses, "input_image"):
            guard part["file_id"] ?? .null == .null else { throw refused("file_id") }
            try check(data: part["image_url"])
        case (_, let type): throw refused("content of the type '\(type.prefix(60))'")
        }
    }

    private static func check(data: JSON?) throws(BrokerRefusal) {
        guard case .string(let text)? = data, text.hasPrefix("data:") else { throw refused("image_url") }
    }

    private static func check(item: JSON) throws(BrokerRefusal) {
        let type = item["type"]?.string ?? (item["role"] == nil ? "" : "message")
        switch type {
        case "message": try check(parts: item["content"], .openAIResponses)
        case "function_call_output", "custom_tool_call_output": try check(parts: item["output"], .openAIResponses)
        case "function_call", "custom_tool_call", "reasoning", "compaction", "apply_patch_call", "apply_patch_call_output",
            "local_shell_call", "local_shell_call_output":
            return
        // Also `item_reference`: what lies with the provider may be somebody else's.
        default: throw refused("input of the type '\(type.prefix(60))'")
        }
    }

    private static func refused(_ what: String) -> BrokerRefusal {
        BrokerRefusal(.invalid, "\(what): what the provider would have to fetch or keep is not let through; send it in the request")
    }
}
