// A transcript out of JSON, whether a recording or written by hand. Whoever wrote it by hand is told where it goes wrong: a key that nobody
// reads is a mistake like any other. What was asked, and what calls and thoughts hold, is other people's and is let pass.

package import ForgeCore

package struct TranscriptProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String
}

extension ModelTranscript {
    package init(json: JSON) throws(TranscriptProblem) {
        guard json["schema"]?.integer == 1, let exchanges = json["exchanges"]?.array else {
            throw TranscriptProblem(description: "it is no transcript: 'schema: 1' and a list 'exchanges' are expected")
        }
        try TranscriptKeys.whole.check(json)
        var lines: [TranscriptLine] = []
        for (index, exchange) in exchanges.enumerated() {
            do throws(TranscriptProblem) {
                lines.append(try Self.line(exchange))
            } catch {
                throw TranscriptProblem(description: "exchange \(index + 1): \(error)")
            }
        }
        self.init(lines)
    }

    private static func line(_ json: JSON) throws(TranscriptProblem) -> TranscriptLine {
        try TranscriptKeys.exchange.check(json)
        let result = try result(json)
        var events: [ModelEvent] = []
        if let written = json["events"] {
            events = try Self.events(written)
        } else if case .success(let reply) = result {
            events = Self.events(of: reply)
        }
        return TranscriptLine(
            role: json["role"]?.string, contains: json["contains"]?.string, repeats: json["repeat"]?.bool ?? false,
            exchange: RecordedExchange(request: json["request"], events: events, result: result))
    }

    private static func result(_ json: JSON) throws(TranscriptProblem) -> Result<ModelReply, ModelError> {
        switch (json["reply"], json["failure"]) {
        case (let written?, nil):
            try TranscriptKeys.checkReply(written)
            guard let reply = TranscriptJSON.reply(written) else {
                throw TranscriptProblem(description: "its 'reply' has a part, a call or a stop that is none")
            }
            return .success(reply)
        case (nil, let written?):
            try TranscriptKeys.failure.check(written)
            guard let error = TranscriptJSON.failure(written) else {
                throw TranscriptProblem(description: "its 'failure' has no known kind")
            }
            return .failure(error)
        case (nil, nil): throw TranscriptProblem(description: "it has neither 'reply' nor 'failure'")
        case (_?, _?): throw TranscriptProblem(description: "it has both 'reply' and 'failure'")
        }
    }

    private static func events(_ json: JSON) throws(TranscriptProblem) -> [ModelEvent] {
        var events: [ModelEvent] = []
        for (index, item) in (json.array ?? []).enumerated() {
            guard let event = TranscriptJSON.event(item) else { throw TranscriptProblem(description: "event \(index + 1) is none") }
            try TranscriptKeys.event.check(item)
            events.append(event)
        }
        return events
    }

    /// What a stream would have told.
    private static func events(of reply: ModelReply) -> [ModelEvent] {
        reply.parts.compactMap { part in
            switch part {
            case .text(let text): .text(text)
            case .call(let call): .call(name: call.name)
            case .thinking: nil
            }
        }
    }
}
