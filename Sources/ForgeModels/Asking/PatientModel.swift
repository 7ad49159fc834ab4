// A model of which the first try need not be the last: the same one again after a while, then the next one of the list. What a try that died
// had told is taken back before the next one begins.

package import ForgeCore

package struct PatientModel: Model {
    private let attempts: [any ModelAttempt]
    private let policy: RetryPolicy
    private let clock: any Clock<Duration>
    private let jitter: Jitter

    /// - Parameter attempts: in the order in which they are asked; at least one.
    package init(_ attempts: [any ModelAttempt], policy: RetryPolicy = RetryPolicy(), clock: any Clock<Duration>, jitter: Jitter) {
        precondition(!attempts.isEmpty, "a list of models has at least one")
        self.attempts = attempts
        self.policy = policy
        self.clock = clock
        self.jitter = jitter
    }

    package var name: String { attempts[0].name }

    package func reply(
        to request: ModelRequest, events: @Sendable (ModelEvent) async -> Void
    ) async throws(ModelError) -> ModelReply {
        var lost = 0
        var last = ModelError(.unavailable, "nobody was asked")
        for (index, attempt) in attempts.enumerated() {
            if index > 0 { await events(.changed(model: attempt.name)) }
            var tries = 0
            trying: while true {
                tries += 1
                let fault: ModelFault
                do throws(ModelFault) {
                    return try await attempt.attempt(request, events: events).paying(lost)
                } catch {
                    fault = error
                }
                last = fault.error
                lost += fault.usage?.microUSD ?? 0
                if fault.hasTold { await events(.discarded(because: fault.error.message, paid: fault.usage?.microUSD)) }
                switch policy.decide(fault, tries: tries, jitter: jitter.next()) {
                case .giveUp: throw fault.error
                case .nextModel: break trying
                case .again(let pause): try await wait(pause, because: fault.error.message, events)
                }
            }
        }
        throw last
    }

    private func wait(
        _ pause: Duration, because: String, _ events: @Sendable (ModelEvent) async -> Void
    ) async throws(ModelError) {
        await events(.waiting(pause, because: because))
        do {
            try await clock.sleep(for: pause)
        } catch {
            throw ModelError(.cancelled, "nobody waits for the answer any longer")
        }
    }
}

extension ModelReply {
    /// Streams that died were paid as well. Their tokens are not counted: they are no part of this turn's prompt.
    fileprivate func paying(_ lost: Int) -> ModelReply {
        guard lost > 0, let own = usage.microUSD else { return self }
        var reply = self
        reply.usage.microUSD = own + lost
        return reply
    }
}
