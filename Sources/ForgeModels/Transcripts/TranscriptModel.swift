// A model that says what a transcript says: for demonstrations, tests and the replay of a recording. It asks nobody and costs nothing: what a
// recording cost when it was made is in the recording, and nobody pays it again.

package import ForgeCore
import Synchronization

package final class TranscriptModel: Model {
    package let name: String
    private let lines: Mutex<[TranscriptLine]>
    private let tellsPrices: Bool

    /// - Parameter tellsPrices: says what it cost when it was recorded: for who only looks at it.
    package init(_ transcript: ModelTranscript, name: String = "scripted", tellsPrices: Bool = false) {
        self.name = name
        self.tellsPrices = tellsPrices
        lines = Mutex(transcript.lines)
    }

    package func reply(
        to request: ModelRequest, events: @Sendable (ModelEvent) async -> Void
    ) async throws(ModelError) -> ModelReply {
        guard let line = take(for: request) else {
            throw ModelError(.unavailable, "the transcript has no line left for the role \(request.role)")
        }
        for event in line.exchange.events { await events(tellsPrices ? event : event.withoutPrice) }
        var reply = try line.exchange.result.get()
        if !tellsPrices { reply.usage.microUSD = nil }
        return reply
    }

    /// The first line that fits.
    private func take(for request: ModelRequest) -> TranscriptLine? {
        let said = request.messages.last.map(Self.text) ?? ""
        return lines.withLock { lines in
            let index = lines.firstIndex { line in
                (line.role.map { $0 == request.role } ?? true) && (line.contains.map { said.contains($0) } ?? true)
            }
            guard let index else { return nil }
            return lines[index].repeats ? lines[index] : lines.remove(at: index)
        }
    }

    private static func text(_ message: ModelMessage) -> String {
        switch message {
        case .material(let text): text
        case .turn(let parts): ModelReply(parts: parts, stop: .ended, model: "").text
        case .results(let results): results.map(\.text).joined(separator: "\n")
        }
    }
}

extension ModelEvent {
    fileprivate var withoutPrice: ModelEvent {
        if case .discarded(let why, _) = self { .discarded(because: why, paid: nil) } else { self }
    }
}
