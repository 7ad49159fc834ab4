// A model that says what a transcript says: for demonstrations, tests and the replay of a recording. It asks nobody and costs nothing but
// what the transcript says.

package import ForgeCore
import Synchronization

package final class TranscriptModel: Model {
    package let name: String
    private let lines: Mutex<[TranscriptLine]>

    package init(_ transcript: ModelTranscript, name: String = "scripted") {
        self.name = name
        lines = Mutex(transcript.lines)
    }

    package func reply(
        to request: ModelRequest, events: @Sendable (ModelEvent) async -> Void
    ) async throws(ModelError) -> ModelReply {
        guard let line = take(for: request) else {
            throw ModelError(.unavailable, "the transcript has no line left for the role \(request.role)")
        }
        for event in line.exchange.events { await events(event) }
        return try line.exchange.result.get()
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
