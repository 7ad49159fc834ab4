// An exchange without what nobody may keep. Every text of it is looked at, also those that stand inside a text as JSON, and those that came in
// pieces. It must never give back what could not be looked at.

import ForgeCore

extension RecordedExchange {
    /// Nothing secret is left in it: every text goes through `redact`. What is to be played stays what it is: who asked, and which tool.
    package func redacted(_ redact: (String) -> String) -> RecordedExchange {
        var copy = self
        copy.request = request.map { Self.redacted($0, redact) }
        copy.events = Self.redacted(events, redact)
        switch result {
        case .success(let reply): copy.result = .success(reply.mappingTexts(redact))
        case .failure(let error): copy.result = .failure(ModelError(error.kind, redact(error.message)))
        }
        return copy
    }

    /// Words of ours, by which a line is chosen.
    private static let kept: Set<String> = ["role", "choice"]

    private static func redacted(_ request: JSON, _ redact: (String) -> String) -> JSON {
        guard let members = request.members else { return request.mappingTexts(redact) }
        return .object(members.map { kept.contains($0.name) ? $0 : .init($0.name, $0.value.mappingTexts(redact)) })
    }

    /// Pieces of a text are looked at together, since a secret may come in two.
    private static func redacted(_ events: [ModelEvent], _ redact: (String) -> String) -> [ModelEvent] {
        var out: [ModelEvent] = []
        var rest = events[...]
        while let first = rest.first {
            guard let kind = first.pieceKind else {
                out.append(first.mappingText(redact))
                rest = rest.dropFirst()
                continue
            }
            let run = rest.prefix { $0.pieceKind == kind }
            let whole = run.map(\.piece).joined()
            let shown = redact(whole)
            out += shown == whole ? Array(run) : [kind == .text ? .text(shown) : .thinking(shown)]
            rest = rest.dropFirst(run.count)
        }
        return out
    }
}

extension ModelReply {
    fileprivate func mappingTexts(_ map: (String) -> String) -> ModelReply {
        let parts: [ModelPart] = parts.map { part in
            switch part {
            case .text(let text): .text(map(text))
            case .thinking(let thinking): .thinking(ModelThinking(provider: thinking.provider, block: thinking.block.mappingTexts(map)))
            case .call(let call): .call(call.mappingTexts(map))
            }
        }
        return ModelReply(parts: parts, stop: stop, usage: usage, model: map(model))
    }
}

extension ToolCall {
    fileprivate func mappingTexts(_ map: (String) -> String) -> ToolCall {
        ToolCall(id: map(id), name: map(name), argumentsText: JSON.mappingJSON(argumentsText, map))
    }
}

extension ModelEvent {
    fileprivate enum PieceKind { case text, thinking }

    fileprivate var pieceKind: PieceKind? {
        switch self {
        case .text: .text
        case .thinking: .thinking
        case .call, .discarded, .waiting, .changed: nil
        }
    }

    fileprivate var piece: String {
        switch self {
        case .text(let text), .thinking(let text): text
        case .call, .discarded, .waiting, .changed: ""
        }
    }

    fileprivate func mappingText(_ map: (String) -> String) -> ModelEvent {
        switch self {
        case .text(let text): .text(map(text))
        case .thinking(let text): .thinking(map(text))
        case .call(let name): .call(name: map(name))
        case .changed(let model): .changed(model: map(model))
        case .discarded(let why, let paid): .discarded(because: map(why), paid: paid)
        case .waiting(let pause, let why): .waiting(pause, because: map(why))
        }
    }
}

extension JSON {
    fileprivate func mappingTexts(_ map: (String) -> String) -> JSON {
        switch self {
        case .string(let text): .string(map(text))
        case .array(let items): .array(items.map { $0.mappingTexts(map) })
        case .object(let members): .object(members.map { Member(map($0.name), $0.mappingValue(map)) })
        case .null, .bool, .integer, .number: self
        }
    }

    /// A text that is JSON hides what it says behind escapes: a key of several lines stands there in one. It keeps its spelling unless
    /// something in it has to go.
    fileprivate static func mappingJSON(_ text: String, _ map: (String) -> String) -> String {
        let shown = map(text)
        // What is no JSON has no escapes to look behind.
        guard let json = try? JSONParser.parse(shown), json.members != nil else { return shown }
        let mapped = json.mappingTexts(map)
        return mapped == json ? shown : mapped.text
    }
}

extension JSON.Member {
    fileprivate func mappingValue(_ map: (String) -> String) -> JSON {
        if name == "arguments", let text = value.string { return .string(JSON.mappingJSON(text, map)) }
        return value.mappingTexts(map)
    }
}
