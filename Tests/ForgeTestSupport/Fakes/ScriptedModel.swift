// A model that says what a test wrote down, in order, and keeps what it was asked.
package import ForgeCore
import Synchronization

package final class ScriptedModel: Model {
    package enum Line: Sendable {
        case answer(ModelAnswer)
        case reply(ModelReply)
        case failure(ModelError)
    }

    private struct State {
        var lines: [Line]
        var requests: [ModelRequest] = []
    }

    package let name: String
    private let state: Mutex<State>
    private let meanwhile: @Sendable (ModelRequest) async -> Void

    /// `meanwhile` runs while an answer is on its way.
    package init(name: String = "scripted", _ lines: [Line], meanwhile: @escaping @Sendable (ModelRequest) async -> Void = { _ in }) {
        self.name = name
        self.meanwhile = meanwhile
        state = Mutex(State(lines: lines))
    }

    package var requests: [ModelRequest] { state.withLock { $0.requests } }

    package func reply(
        to request: ModelRequest, events: @Sendable (ModelEvent) async -> Void
    ) async throws(ModelError) -> ModelReply {
        await meanwhile(request)
        let (line, number) = state.withLock { state -> (Line?, Int) in
            state.requests.append(request)
            return (state.lines.isEmpty ? nil : state.lines.removeFirst(), state.requests.count)
        }
        switch line {
        case .answer(let answer):
            // An answer is what the one tool is called with.
            let call = ToolCall(id: "call-\(number)", name: request.tools.first?.name ?? "answer", argumentsText: answer.json.text)
            return ModelReply(parts: [.call(call)], stop: .calls, usage: answer.usage, model: name)
        case .reply(let reply): return reply
        case .failure(let error): throw error
        case nil: throw ModelError(.unavailable, "the script has no more lines")
        }
    }
}
