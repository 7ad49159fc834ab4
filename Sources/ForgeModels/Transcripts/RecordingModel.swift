// Keeps every turn of another model, redacted: what it says can be looked at and played again. Whoever keeps it must be quick: the turn waits.

package import ForgeCore
import Synchronization

package struct RecordingModel: Model {
    private let model: any Model
    private let redact: @Sendable (String) -> String
    private let keep: @Sendable (RecordedExchange) async -> Void

    package init(
        _ model: any Model, redact: @escaping @Sendable (String) -> String, keep: @escaping @Sendable (RecordedExchange) async -> Void
    ) {
        self.model = model
        self.redact = redact
        self.keep = keep
    }

    package var name: String { model.name }

    package func reply(
        to request: ModelRequest, events: @Sendable (ModelEvent) async -> Void
    ) async throws(ModelError) -> ModelReply {
        let told = Told()
        let result: Result<ModelReply, ModelError>
        do throws(ModelError) {
            let reply = try await model.reply(to: request) { event in
                told.events.withLock { $0.append(event) }
                await events(event)
            }
            result = .success(reply)
        } catch {
            result = .failure(error)
        }
        await keep(RecordedExchange(request, events: told.events.withLock { $0 }, result: result).redacted(redact))
        return try result.get()
    }
}

private final class Told: Sendable {
    let events = Mutex<[ModelEvent]>([])
}
