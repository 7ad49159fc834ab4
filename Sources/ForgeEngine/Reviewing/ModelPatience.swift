// How long somebody waits for a model: until no answer came for so long, or all of it took longer than it may. A server that accepts a question
// and never answers it must not hold up what does not need its answer.

import ForgeCore

/// Nobody waits for the model any longer.
struct ModelOverdue: Error, Hashable {
    /// For the coverage of a review, with the setting that says so.
    let sentence: String
}

struct ModelPatience: Sendable {
    /// Between two answers.
    let silenceMax: Duration
    /// For all of them.
    let totalMax: Duration
    let clock: any Clock<Duration>
    let now: WallClock
    /// When the last answer came, in this try or an earlier one.
    let lastAnswer: @Sendable () -> Timestamp?

    private enum Happening<Answer: Sendable>: Sendable {
        case answered(Answer)
        case overdue(ModelOverdue)
        /// The watch was ended.
        case unwatched
    }

    /// Throws `ModelOverdue` when it was given up; `work` is cancelled then, and has ended when this returns.
    func wait<Answer: Sendable>(for work: @escaping @Sendable () async throws -> Answer) async throws -> Answer {
        try await withThrowingTaskGroup(of: Happening<Answer>.self) { group in
            let began = now.now
            group.addTask { .answered(try await work()) }
            group.addTask {
                guard let overdue = await watch(since: began) else { return .unwatched }
                return .overdue(overdue)
            }
            var overdue: ModelOverdue?
            while let next = await group.nextResult() {
                switch next {
                // An answer that came while it was given up is one.
                case .success(.answered(let answer)):
                    group.cancelAll()
                    return answer
                case .success(.overdue(let reason)):
                    overdue = reason
                    group.cancelAll()
                case .success(.unwatched): continue
                case .failure(let error):
                    group.cancelAll()
                    throw overdue ?? error
                }
            }
            throw CancellationError()
        }
    }

    /// Nil when it was cancelled.
    private func watch(since began: Timestamp) async -> ModelOverdue? {
        while !Task.isCancelled {
            let (present, end) = (now.now, began + totalMax)
            if present >= end { return ModelOverdue(sentence: Self.sentence("was not done", totalMax, "run_minutes")) }
            let patienceEnd = max(lastAnswer() ?? began, began) + silenceMax
            if present >= patienceEnd {
                return ModelOverdue(sentence: Self.sentence("did not answer", silenceMax, "review.model_patience"))
            }
            // A sleep fails only by cancellation, which the loop sees.
            try? await clock.sleep(for: min(end, patienceEnd) - present)
        }
        return nil
    }

    private static func sentence(_ what: String, _ limit: Duration, _ setting: String) -> String {
        let seconds = Int(limit.components.seconds)
        let (count, unit) = seconds >= 60 && seconds % 60 == 0 ? (seconds / 60, "minute") : (seconds, "second")
        return "the model \(what) within \(count) \(unit)\(count == 1 ? "" : "s") (\(setting))"
    }
}
