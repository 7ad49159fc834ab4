// How long somebody waits for a model: until no answer came for so long, or all of it took longer than it may. A server that accepts a question
// and never answers it must not hold up what does not need its answer. The wait is measured on the clock that nobody sets: of the wall
// clock come only the moments that a journal keeps, and a wall clock that is set gives nobody up and keeps nobody waiting for hours.

import ForgeConfig
import ForgeCore

/// Nobody waits for the model any longer.
struct ModelOverdue: Error, Hashable {
    /// For the coverage of a review, with the setting that says so.
    let sentence: String
}

struct ModelPatience: Sendable {
    /// Between two answers.
    let silenceMax: Duration
    /// For all of them, in every try of the run together.
    let totalMax: Duration
    let clock: any Clock<Duration>
    let now: WallClock
    /// When the run began to ask, and when each answer came, in this try or an earlier one.
    let moments: @Sendable () -> [Timestamp]

    /// What is stored already is read without a model: for that there is time when the run's minutes are used up, too.
    private static let leftMin = Duration.seconds(2)

    private enum Happening<Answer: Sendable>: Sendable {
        case answered(Answer)
        case overdue(ModelOverdue)
        /// The watch was ended.
        case unwatched
    }

    /// Throws `ModelOverdue` when it was given up; `work` is cancelled then, and has ended when this returns.
    func wait<Answer: Sendable>(for work: @escaping @Sendable () async throws -> Answer) async throws -> Answer {
        let elapsed = clock.stopwatch()
        let known = moments()
        let hearing = Hearing(began: now.now, count: known.count)
        let end = max(totalMax - used(known, until: hearing.began), Self.leftMin)
        return try await withThrowingTaskGroup(of: Happening<Answer>.self) { group in
            group.addTask { .answered(try await work()) }
            group.addTask {
                guard let overdue = await watch(hearing, elapsed, until: end) else { return .unwatched }
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
    private func watch(_ hearing: Hearing, _ elapsed: @Sendable () -> Duration, until end: Duration) async -> ModelOverdue? {
        var hearing = hearing
        while !Task.isCancelled {
            // Read first: an answer that comes while the rest is read must not find its patience over.
            let present = elapsed()
            let (wall, heard) = (now.now, moments())
            hearing.look(heard, wall, between: present, and: elapsed())
            if present >= end { return ModelOverdue(sentence: Self.sentence("was not done", totalMax, "run_minutes")) }
            let patienceEnd = hearing.lastAt + silenceMax
            if present >= patienceEnd {
                return ModelOverdue(sentence: Self.sentence("did not answer", silenceMax, "review.model_patience"))
            }
            // A sleep fails only by cancellation, which the loop sees.
            try? await clock.sleep(for: min(end, patienceEnd) - elapsed())
        }
        return nil
    }

    /// What earlier tries took. Nobody waits longer than `silenceMax` for one answer: what a longer gap has more was none of the model's.
    private func used(_ known: [Timestamp], until present: Timestamp) -> Duration {
        let all = known.sorted() + [present]
        var sum = Duration.zero
        for (earlier, later) in zip(all, all.dropFirst()) { sum += min(max(later - earlier, .zero), silenceMax) }
        return sum
    }

    private static func sentence(_ what: String, _ limit: Duration, _ setting: String) -> String {
        let seconds = Int(limit.components.seconds)
        let (count, unit) = seconds >= 60 && seconds % 60 == 0 ? (seconds / 60, "minute") : (seconds, "second")
        return "the model \(what) within \(count) \(unit)\(count == 1 ? "" : "s") (`\(setting)`)"
    }
}

/// When the last answer came, counted from the beginning of the wait.
private struct Hearing: Sendable {
    /// What the wall clock showed at the beginning, as it is set now.
    var began: Timestamp
    var count: Int
    var lastAt = Duration.zero

    /// More than two readings of one moment differ by.
    private static let settingMin = Duration.seconds(1)

    init(began: Timestamp, count: Int) {
        self.began = began
        self.count = count
    }

    /// `wall` and `heard` were read between two readings of the other clock.
    mutating func look(_ heard: [Timestamp], _ wall: Timestamp, between before: Duration, and after: Duration) {
        let isNew = heard.count > count
        count = heard.count
        let shown = wall - began
        if shown < before - Self.settingMin || shown > after + Self.settingMin {
            // Somebody set the wall clock: what came meanwhile may have come just now.
            began = wall - after
            if isNew { lastAt = after }
        } else if isNew, let last = heard.max() {
            lastAt = max(lastAt, min(last - began, after))
        }
    }
}

extension ModelPatience {
    /// For one run: an answer is a part of the change that was read or looked at again, or a question that was answered.
    init(_ config: RepositoryConfig, _ journal: RunJournal, _ needs: ReviewDependencies) {
        let minutes = config.budgets.runMinutes.map { Duration.seconds(60 * $0) } ?? needs.modelTimeMax
        self.init(
            silenceMax: config.review.modelPatience, totalMax: min(minutes, needs.modelTimeMax), clock: needs.clock, now: needs.now,
            moments: { journal.allSteps.filter(Self.isMoment).map(\.at) })
    }

    private static func isMoment(_ step: Step) -> Bool {
        step.kind == StepKind.model.rawValue || step.key.hasPrefix(ReviewRun.startedKey)
    }
}
