// Tries, pauses and lists, with a clock that stands still until it is moved.

import ForgeCore
import ForgeModels
import ForgeTestSupport
import Synchronization
import Testing

@Suite struct PatientModelTests {
    private static let request = ModelRequest(role: "lead", system: "", messages: [.material("x")])
    private static let reply = ModelReply(parts: [.text("ok")], stop: .ended, usage: ModelUsage(microUSD: 10), model: "m")

    /// Fails as it is told, then answers.
    private final class Attempt: ModelAttempt {
        let name: String
        private let faults: Mutex<[ModelFault]>
        private let count = Mutex(0)

        init(_ name: String, _ faults: [ModelFault]) {
            self.name = name
            self.faults = Mutex(faults)
        }

        var tries: Int { count.withLock { $0 } }

        func attempt(_ request: ModelRequest, events: @Sendable (ModelEvent) async -> Void) async throws(ModelFault) -> ModelReply {
            count.withLock { $0 += 1 }
            if let fault = faults.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw fault }
            return PatientModelTests.reply
        }
    }

    private final class Ear: Sendable {
        let heard = Mutex<[ModelEvent]>([])
        var events: [ModelEvent] { heard.withLock { $0 } }
    }

    private func fault(_ remedy: ModelFault.Remedy, after: Duration? = nil) -> ModelFault {
        ModelFault(.unavailable, "down", remedy, retryAfter: after)
    }

    /// Asks, and moves the clock whenever somebody waits.
    private func ask(_ attempts: [Attempt]) async -> (result: Result<ModelReply, ModelError>, events: [ModelEvent], waited: Duration) {
        let clock = TestClock()
        let ear = Ear()
        let model = PatientModel(attempts, clock: clock, jitter: TestJitter.fixed(1))
        let start = clock.now
        let result = await withTaskGroup(of: Result<ModelReply, ModelError>?.self) { group in
            group.addTask {
                do throws(ModelError) {
                    return .success(try await model.reply(to: Self.request) { event in ear.heard.withLock { $0.append(event) } })
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                while (try? await clock.waitForSleepers()) != nil { clock.advanceToNextDeadline() }
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        return (result ?? .failure(ModelError(.cancelled, "nothing")), ear.events, start.duration(to: clock.now))
    }

    @Test func `five tries, each pause twice the one before`() async {
        let model = Attempt("a", Array(repeating: fault(.again), count: 4))
        let (result, events, waited) = await ask([model])
        #expect(result == .success(Self.reply) && model.tries == 5)
        #expect(waited == .seconds(2 + 4 + 8 + 16))
        #expect(events.first == .waiting(.seconds(2), because: "down"))
        let never = Attempt("b", Array(repeating: fault(.again), count: 99))
        #expect(await ask([never]).result == .failure(ModelError(.unavailable, "down")))
        #expect(never.tries == 5)
    }

    @Test func `the provider's own pause is kept to up to two minutes, and a longer one is for the next model`() async {
        let model = Attempt("a", [fault(.again, after: .seconds(120))])
        #expect(await ask([model]).waited == .seconds(120))
        let long = Attempt("a", [fault(.again, after: .seconds(121))])
        let next = Attempt("b", [])
        let (result, events, waited) = await ask([long, next])
        #expect(result == .success(Self.reply) && waited == .zero && long.tries == 1 && events == [.changed(model: "b")])
    }

    @Test func `what no other model could mend ends the list`() async {
        let first = Attempt("a", [ModelFault(.spent, "no money", .none)])
        let next = Attempt("b", [])
        #expect(await ask([first, next]).result == .failure(ModelError(.spent, "no money")))
        #expect(next.tries == 0)
    }

    @Test func `the next model has tries of its own`() async {
        let first = Attempt("a", Array(repeating: fault(.again), count: 9))
        let next = Attempt("b", Array(repeating: fault(.again), count: 2))
        let (result, events, _) = await ask([first, next])
        #expect(result == .success(Self.reply) && first.tries == 5 && next.tries == 3)
        #expect(events.filter { $0 == .changed(model: "b") }.count == 1)
    }

    @Test func `what a dead stream told is taken back, and what it cost is paid`() async throws {
        var dead = ModelFault(.unavailable, "died", .again, usage: ModelUsage(inputTokens: 5, microUSD: 7))
        dead.hasTold = true
        let (result, events, _) = await ask([Attempt("a", [dead])])
        #expect(events == [.discarded(because: "died", paid: 7), .waiting(.seconds(2), because: "died")])
        #expect(try result.get().usage == ModelUsage(microUSD: 17))
        dead.usage = ModelUsage(inputTokens: 5)
        let unpriced = await ask([Attempt("a", [dead])])
        #expect(unpriced.events.first == .discarded(because: "died", paid: nil))
        #expect(try unpriced.result.get().usage == ModelUsage(microUSD: 10))
    }

    @Test func `whoever stops waiting is told so`() async {
        let clock = TestClock()
        let model = PatientModel([Attempt("a", [fault(.again)])], clock: clock, jitter: TestJitter.fixed(0))
        let result = await withTaskGroup(of: ModelError?.self) { group in
            group.addTask {
                do throws(ModelError) {
                    _ = try await model.reply(to: Self.request) { _ in }
                    return nil
                } catch {
                    return error
                }
            }
            try? await clock.waitForSleepers()
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(result?.kind == .cancelled)
    }

    @Test func `jitter spreads a pause over its upper half`() {
        let policy = RetryPolicy()
        let fault = fault(.again)
        #expect(policy.decide(fault, tries: 1, jitter: 0) == .again(after: .seconds(1)))
        #expect(policy.decide(fault, tries: 1, jitter: 1) == .again(after: .seconds(2)))
        #expect(policy.decide(fault, tries: 5, jitter: 0) == .nextModel)
    }

    @Test func `a role asks its own model`() async throws {
        func patient(_ name: String) -> PatientModel { PatientModel([Attempt(name, [])], clock: TestClock(), jitter: TestJitter.fixed(0)) }
        let models = ModelsByRole(patient("standard"), roles: ["lead": patient("large")])
        #expect(models.name == "standard" && models.model(for: "lead").name == "large" && models.model(for: "qa").name == "standard")
        #expect(try await models.reply(to: Self.request) { _ in } == Self.reply)
    }
}
