// An exact pattern that is compiled when it is first needed: of hundreds, a scan needs a few. It must never be compiled twice, nor differ
// from one worker to the next.

internal import ForgePatterns
internal import Synchronization

final class LazyPattern: Sendable {
    private enum State {
        case waiting
        case ready(ExactPattern)
        case refused(PatternError)
    }

    let source: PatternSource
    private let limits: PatternLimits
    private let state = Mutex(State.waiting)

    init(_ source: PatternSource, _ limits: PatternLimits) {
        self.source = source
        self.limits = limits
    }

    func compiled() throws(PatternError) -> ExactPattern {
        let current = state.withLock { state -> State in
            if case .waiting = state { state = compile() }
            return state
        }
        switch current {
        case .ready(let pattern): return pattern
        case .refused(let error): throw error
        case .waiting: preconditionFailure("it was compiled just now")
        }
    }

    private func compile() -> State {
        do throws(PatternError) {
            return .ready(try ExactPattern(source, limits: limits))
        } catch {
            return .refused(error)
        }
    }
}
