// A transcript out of JSON, whether a recording or written by hand. Whoever wrote it by hand is told where it goes wrong.

package import ForgeCore

package struct TranscriptProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String
}

extension ModelTranscript {
    private static let keys: Set<String> = ["role", "contains", "repeat", "request", "events", "reply", "failure"]

    package init(json: JSON) throws(TranscriptProblem) {
        guard json["schema"]?.integer == 1, let exchanges = json["exchanges"]?.array else {
            throw TranscriptProblem(description: "it is no transcript: 'schema: 1' and a list 'exchanges' are expected")
        }
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
        if let odd = json.members?.first(where: { !keys.contains($0.name) }) {
            throw TranscriptProblem(description: "'\(odd.name)' is unknown; there are \(keys.sorted().joined(separator: ", "))")
        }
        var events: [ModelEvent] = []
        for (index, item) in (json["events"]?.array ?? []).enumerated() {
            guard let event = TranscriptJSON.event(item) else { throw TranscriptProblem(description: "event \(index + 1) is none") }
            events.append(event)
        }
        let result: Result<ModelReply, ModelError>
        switch (json["reply"], json["failure"]) {
        case (let written?, nil):
            guard let reply = TranscriptJSON.reply(written) else {
                throw TranscriptProblem(description: "its 'reply' has a part, a call or a stop that is none")
            }
            result = .success(reply)
            if json["events"] == nil { events = Self.events(of: reply) }
        case (nil, let written?):
            guard let error = TranscriptJSON.failure(written) else {
                throw TranscriptProblem(description: "its 'failure' has no known kind")
            }
            result = .failure(error)
        case (nil, nil): throw TranscriptProblem(description: "it has neither 'reply' nor 'failure'")
        case (_?, _?): throw TranscriptProblem(description: "it has both 'reply' and 'failure'")
        }
        return TranscriptLine(
            role: json["role"]?.string, contains: json["contains"]?.string, repeats: json["repeat"]?.bool ?? false,
            exchange: RecordedExchange(request: json["request"], events: events, result: result))
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
