// Turns, events and failures as JSON and back: what a recording says and what a person may write by hand are read by the same lines.

import ForgeCore

enum TranscriptJSON {
    // MARK: Writing

    static func request(_ request: ModelRequest) -> JSON {
        [
            "role": .string(request.role), "system": .string(request.system),
            "tools": .array(request.tools.map { ["name": .string($0.name), "description": .string($0.summary), "schema": $0.schema] }),
            "messages": .array(request.messages.map(message)), "choice": .string(choice(request.choice)),
            "answer_tokens_max": JSON(request.answerTokensMax),
        ]
    }

    private static func choice(_ choice: ModelToolChoice) -> String {
        switch choice {
        case .free: "free"
        case .noTool: "none"
        case .anyTool: "any"
        case .tool(let name): "tool:\(name)"
        }
    }

    private static func message(_ message: ModelMessage) -> JSON {
        switch message {
        case .material(let text): ["material": .string(text)]
        case .turn(let parts): ["turn": .array(parts.map(part))]
        case .results(let results):
            [
                "results": .array(
                    results.map { ["id": .string($0.id), "text": .string($0.text), "is_error": .bool($0.isError)] })
            ]
        }
    }

    static func reply(_ reply: ModelReply) -> JSON {
        [
            "model": .string(reply.model), "parts": .array(reply.parts.map(part)), "stop": .string(reply.stop.rawValue),
            "usage": usage(reply.usage),
        ]
    }

    private static func part(_ part: ModelPart) -> JSON {
        switch part {
        case .text(let text): ["text": .string(text)]
        case .thinking(let thinking): ["thinking": ["provider": .string(thinking.provider), "block": thinking.block]]
        case .call(let call):
            ["call": ["id": .string(call.id), "name": .string(call.name), "arguments": .string(call.argumentsText)]]
        }
    }

    static func usage(_ usage: ModelUsage) -> JSON {
        JSON.object([
            .init("input_tokens", JSON(usage.inputTokens)), .init("output_tokens", JSON(usage.outputTokens)),
            .init("cached_tokens", JSON(usage.cachedTokens)), .init("cache_write_tokens", JSON(usage.cacheWriteTokens)),
            .init("micro_usd", JSON(usage.microUSD)),
        ]).withoutNulls
    }

    static func event(_ event: ModelEvent) -> JSON {
        switch event {
        case .text(let text): ["text": .string(text)]
        case .thinking(let text): ["thinking": .string(text)]
        case .call(let name): ["call": .string(name)]
        case .discarded(let why, let paid): JSON.object([.init("discarded", .string(why)), .init("micro_usd", JSON(paid))]).withoutNulls
        case .waiting(let pause, let why): ["waiting_ms": .integer(pause.milliseconds), "because": .string(why)]
        case .changed(let model): ["changed": .string(model)]
        }
    }

    static func failure(_ error: ModelError) -> JSON {
        var members: [JSON.Member] = [.init("kind", .string(word(error.kind)))]
        if case .limited(let pause) = error.kind { members.append(.init("retry_after_ms", .integer(pause.milliseconds))) }
        return .object(members + [.init("message", .string(error.message))])
    }

    private static let kinds: [(word: String, kind: ModelError.Kind)] = [
        ("unavailable", .unavailable), ("refused", .refused), ("malformed", .malformed), ("too_large", .tooLarge),
        ("unauthorized", .unauthorized), ("spent", .spent), ("cancelled", .cancelled),
    ]

    private static func word(_ kind: ModelError.Kind) -> String { kinds.first { $0.kind == kind }?.word ?? "limited" }

    // MARK: Reading

    static func event(_ json: JSON) -> ModelEvent? {
        if let text = json["text"]?.string { return .text(text) }
        if let text = json["thinking"]?.string { return .thinking(text) }
        if let name = json["call"]?.string { return .call(name: name) }
        if let why = json["discarded"]?.string { return .discarded(because: why, paid: json["micro_usd"]?.integer.map { Int($0) }) }
        if let model = json["changed"]?.string { return .changed(model: model) }
        guard let pause = json["waiting_ms"]?.integer else { return nil }
        return .waiting(.milliseconds(pause), because: json["because"]?.string ?? "")
    }

    static func failure(_ json: JSON) -> ModelError? {
        guard let word = json["kind"]?.string else { return nil }
        let message = json["message"]?.string ?? word
        if word == "limited" {
            return ModelError(.limited(retryAfter: .milliseconds(json["retry_after_ms"]?.integer ?? 0)), message)
        }
        return kinds.first { $0.word == word }.map { ModelError($0.kind, message) }
    }

    /// `parts`; or the short forms: `text`, `calls`, and `answer` for what a model is made to call the one tool with.
    static func reply(_ json: JSON) -> ModelReply? {
        var parts: [ModelPart] = []
        for item in json["parts"]?.array ?? [] {
            guard let part = part(item) else { return nil }
            parts.append(part)
        }
        if let text = json["text"]?.string { parts.append(.text(text)) }
        for (number, item) in (json["calls"]?.array ?? []).enumerated() {
            guard let call = call(item, number: number) else { return nil }
            parts.append(.call(call))
        }
        if let answer = json["answer"] { parts.append(.call(ToolCall(id: "call_0", name: "answer", argumentsText: answer.text))) }
        let hasCalls = parts.contains { if case .call = $0 { true } else { false } }
        let stop: ModelStop
        if let word = json["stop"]?.string {
            guard let known = ModelStop(rawValue: word) else { return nil }
            stop = known
        } else {
            stop = hasCalls ? .calls : .ended
        }
        return ModelReply(parts: parts, stop: stop, usage: usage(json["usage"]), model: json["model"]?.string ?? "scripted")
    }

    private static func part(_ json: JSON) -> ModelPart? {
        if let text = json["text"]?.string { return .text(text) }
        if let call = json["call"] { return self.call(call, number: 0).map(ModelPart.call) }
        guard let thinking = json["thinking"], let provider = thinking["provider"]?.string, let block = thinking["block"] else {
            return nil
        }
        return .thinking(ModelThinking(provider: provider, block: block))
    }

    /// Arguments are the text that came, or an object that a person wrote.
    private static func call(_ json: JSON, number: Int) -> ToolCall? {
        guard let name = json["name"]?.string else { return nil }
        let arguments =
            switch json["arguments"] {
            case .string(let text)?: text
            case let value?: value.text
            case nil: ""
            }
        return ToolCall(id: json["id"]?.string ?? "call_\(number)", name: name, argumentsText: arguments)
    }

    private static func usage(_ json: JSON?) -> ModelUsage {
        func number(_ name: String) -> Int? { json?[name]?.integer.map { Int($0) } }
        return ModelUsage(
            inputTokens: number("input_tokens") ?? 0, outputTokens: number("output_tokens") ?? 0,
            cachedTokens: number("cached_tokens") ?? 0, cacheWriteTokens: number("cache_write_tokens") ?? 0, microUSD: number("micro_usd"))
    }
}
