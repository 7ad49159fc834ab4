// One provider on a real connection and one who asks it, with a clock that only the test moves.

import ForgeCore
import ForgeHTTP
import ForgeModels
import ForgeTestSupport
import Synchronization

/// One provider and one who asks it.
final class ModelScene: Sendable {
    let provider: ModelStandIn
    let clock = TestClock()
    let heard = Mutex<[ModelEvent]>([])
    let endpoint: ModelEndpoint
    private let client: HTTPClient
    private let limits: StreamLimits

    init(_ wire: ModelWire, limits: StreamLimits = StreamLimits(), recorder: HARRecorder? = nil) throws {
        provider = try ModelStandIn()
        endpoint = ModelEndpoint(wire, baseURL: provider.url, key: Secret(Array(ModelStandIn.key.utf8)))
        var settings = HTTPClientSettings()
        settings.recorder = recorder
        client = HTTPClient(settings)
        self.limits = limits
    }

    var events: [ModelEvent] { heard.withLock { $0 } }

    /// What was told and not taken back.
    var textThatStands: String {
        events.reduce(into: "") { text, event in
            switch event {
            case .text(let piece) where piece != "(waited)": text += piece
            case .discarded: text = ""
            default: break
            }
        }
    }

    var model: PatientModel {
        let price = ModelPrice(input: 1_000_000, output: 10_000_000, cacheRead: 100_000, cacheWrite: 2_000_000)
        let catalog = ModelCatalog([ModelFacts(prefix: "test-model", provider: "x", price: price, window: nil)])
        let one = StreamedModel(
            "test-model", at: endpoint, client: client, catalog: catalog, limits: limits, clock: clock, wall: clock.wallClock)
        return PatientModel([one], clock: clock, jitter: TestJitter.fixed(1))
    }

    func ask(_ messages: [ModelMessage] = [.material("Go on.")]) async throws(ModelError) -> ModelReply {
        let tool = ModelTool(name: "edit", summary: "Edits.", schema: ["type": "object"])
        let request = ModelRequest(role: "lead", system: "Be brief.", tools: [tool], messages: messages, answerTokensMax: 500)
        return try await model.reply(to: request) { event in self.heard.withLock { $0.append(event) } }
    }

    /// The same while the clock is moved past the pauses between tries, and nothing else.
    func askPatiently() async -> Result<ModelReply, ModelError> {
        await withTaskGroup(of: Result<ModelReply, ModelError>?.self) { group in
            group.addTask {
                do throws(ModelError) {
                    return .success(try await self.ask())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    await Task.yield()
                    if case .waiting(let pause, _)? = self.events.last, self.clock.sleeperCount > 0 {
                        self.heard.withLock { $0.append(.text("(waited)")) }
                        self.clock.advance(by: pause)
                    }
                }
                return nil
            }
            var answer: Result<ModelReply, ModelError>?
            while answer == nil, let next = await group.next() { answer = next }
            group.cancelAll()
            return answer ?? .failure(ModelError(.cancelled, "nothing"))
        }
    }
}
