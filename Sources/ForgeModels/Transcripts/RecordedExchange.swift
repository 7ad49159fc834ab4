// One turn as it was: what was asked, what was told meanwhile, and how it ended. It is kept redacted, and can be played again.

package import ForgeCore

package struct RecordedExchange: Hashable, Sendable {
    /// What was asked; for people and for tests, since a replay does not need it.
    package var request: JSON?
    package var events: [ModelEvent]
    package var result: Result<ModelReply, ModelError>

    package init(request: JSON?, events: [ModelEvent], result: Result<ModelReply, ModelError>) {
        self.request = request
        self.events = events
        self.result = result
    }

    package init(_ request: ModelRequest, events: [ModelEvent], result: Result<ModelReply, ModelError>) {
        self.init(request: TranscriptJSON.request(request), events: events, result: result)
    }

    package var json: JSON {
        var members: [JSON.Member] = []
        if let role = request?["role"] { members.append(.init("role", role)) }
        if let request { members.append(.init("request", request)) }
        members.append(.init("events", .array(events.map(TranscriptJSON.event))))
        switch result {
        case .success(let reply): members.append(.init("reply", TranscriptJSON.reply(reply)))
        case .failure(let error): members.append(.init("failure", TranscriptJSON.failure(error)))
        }
        return .object(members)
    }

    /// Nothing secret is left in it: every text goes through `redact`. Pieces of a text are looked at together, since a secret may come in two.
    package func redacted(_ redact: (String) -> String) -> RecordedExchange {
        var copy = self
        copy.request = request.map { $0.mappingTexts(redact) }
        copy.events = Self.redacted(events, redact)
        switch result {
        case .success(let reply):
            let shown = TranscriptJSON.reply(reply).mappingTexts(redact)
            copy.result = TranscriptJSON.reply(shown).map { .success($0) } ?? result
        case .failure(let error): copy.result = .failure(ModelError(error.kind, redact(error.message)))
        }
        return copy
    }

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

/// What a recording holds, in the order in which it came: `scripted` plays it.
package struct ModelTranscript: Hashable, Sendable {
    package var lines: [TranscriptLine]

    package init(_ lines: [TranscriptLine]) { self.lines = lines }

    package init(exchanges: [RecordedExchange]) {
        lines = exchanges.map { TranscriptLine(role: $0.request?["role"]?.string, exchange: $0) }
    }

    package var json: JSON { ["schema": 1, "exchanges": .array(lines.map(\.exchange.json))] }
}

/// An exchange, and when it is the one to play.
package struct TranscriptLine: Hashable, Sendable {
    /// Nil for any.
    package var role: String?
    /// What the last message has to have in it.
    package var contains: String?
    /// It is not used up.
    package var repeats = false
    package var exchange: RecordedExchange

    package init(role: String? = nil, contains: String? = nil, repeats: Bool = false, exchange: RecordedExchange) {
        self.role = role
        self.contains = contains
        self.repeats = repeats
        self.exchange = exchange
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
        case .call, .changed: self
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
        case .object(let members): .object(members.map { Member($0.name, $0.value.mappingTexts(map)) })
        case .null, .bool, .integer, .number: self
        }
    }
}
