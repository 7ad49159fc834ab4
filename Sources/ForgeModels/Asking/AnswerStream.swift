// Reads one streamed answer to its end. Time is watched beside by the clock that was handed in: a stream without a byte for too long is
// dead, and so is one that drips for ever.

import ForgeCore
import ForgeHTTP
import Synchronization

struct AnswerStream {
    private var turn: TurnStream
    private let limits: StreamLimits
    private var hasTold = false

    init(_ turn: TurnStream, limits: StreamLimits) {
        self.turn = turn
        self.limits = limits
    }

    mutating func read<Time: Clock>(
        _ body: ResponseBody, by clock: Time, _ tell: @Sendable (ModelEvent) async -> Void
    ) async throws(ModelFault) -> ModelReply where Time.Duration == Duration {
        let pulse = StreamPulse(limits, at: clock.now)
        let result = await withTaskGroup(of: Void.self, returning: Result<ModelReply, ModelFault>.self) { group in
            group.addTask { await pulse.watch(by: clock) { body.stop() } }
            defer { group.cancelAll() }
            do throws(ModelFault) {
                while !turn.isComplete, let bytes = try await next(body, pulse) {
                    pulse.beat(at: clock.now)
                    for event in try turn.take(bytes) {
                        hasTold = true
                        await tell(event)
                    }
                }
                let reply = try turn.reply()
                // So that the connection can be used again; one that does not end by itself is given up.
                group.addTask { [limits] in
                    // Cancelled when it did end.
                    try? await clock.sleep(for: limits.ending)
                    body.stop()
                }
                // The turn is whole: how the connection ends changes nothing.
                while let rest = try? await body.next() { _ = rest }
                return .success(reply)
            } catch {
                return .failure(error)
            }
        }
        do throws(ModelFault) {
            return try result.get()
        } catch {
            throw withFacts(error)
        }
    }

    private func next<Instant>(_ body: ResponseBody, _ pulse: StreamPulse<Instant>) async throws(ModelFault) -> [UInt8]? {
        do throws(HTTPClientError) {
            return try await body.next()
        } catch {
            if let why = pulse.death { throw .died(why) }
            throw ModelFault(error)
        }
    }

    private func withFacts(_ fault: ModelFault) -> ModelFault {
        var fault = fault
        fault.usage = turn.usage
        fault.hasTold = hasTold
        return fault
    }
}

/// When something last came, and what that means.
private final class StreamPulse<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    private struct State {
        var last: Instant
        var death: String?
    }

    private let limits: StreamLimits
    private let end: Instant
    private let state: Mutex<State>

    init(_ limits: StreamLimits, at now: Instant) {
        self.limits = limits
        end = now.advanced(by: limits.total)
        state = Mutex(State(last: now))
    }

    func beat(at now: Instant) { state.withLock { $0.last = now } }

    var death: String? { state.withLock { $0.death } }

    func watch<Time: Clock>(by clock: Time, stop: () -> Void) async where Time.Instant == Instant, Time.Duration == Duration {
        while true {
            do {
                try await clock.sleep(until: min(end, state.withLock { $0.last }.advanced(by: limits.idle)), tolerance: nil)
            } catch {
                return
            }
            guard isDead(at: clock.now) else { continue }
            return stop()
        }
    }

    private func isDead(at now: Instant) -> Bool {
        state.withLock { state in
            if now >= end {
                state.death = "the answer took longer than \(limits.total)"
            } else if now >= state.last.advanced(by: limits.idle) {
                state.death = "nothing came for \(limits.idle)"
            }
            return state.death != nil
        }
    }
}
