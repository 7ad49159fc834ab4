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
