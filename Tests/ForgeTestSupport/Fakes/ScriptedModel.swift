// A model that says what a test wrote down, in order, and keeps what it was asked.
package import ForgeCore
import Synchronization

package final class ScriptedModel: Model {
    package enum Line: Sendable {
        case answer(ModelAnswer)
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

    package func answer(_ request: ModelRequest) async throws(ModelError) -> ModelAnswer {
        await meanwhile(request)
        let line = state.withLock { state -> Line? in
            state.requests.append(request)
            return state.lines.isEmpty ? nil : state.lines.removeFirst()
        }
        switch line {
        case .answer(let answer): return answer
        case .failure(let error): throw error
        case nil: throw ModelError(.unavailable, "the script has no more lines")
        }
    }
}
