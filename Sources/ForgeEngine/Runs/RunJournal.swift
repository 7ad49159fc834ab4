// The steps of one run while it is carried out. What is done is stored before it is used, so that a run which was stopped anywhere is called
// again from the top and comes to where it was: a finished step answers what was stored, the first unfinished one is carried out.
//
// A step that writes to the outside notes, durably, that it begins. When it finds itself begun and unfinished, or when the far side's answer
// got lost, it looks for what it may have left there, and writes only when there is nothing. Accepted: a host that shows a write later than
// `settleTime` after it, to somebody who asks for it, gets it twice.
//
// It must never write for a job whose lease is lost: the store refuses that, and the run's function ends there.

package import ForgeCore
import Synchronization

package final class RunJournal: Sendable {
    package let run: RunID
    /// What the run is about, such as `pull/7@…`.
    package let subject: String
    package let lease: Lease
    private let store: any RunStore
    private let now: WallClock
    private let state: Mutex<State>
    let keptSize = ExchangeTally()

    private struct State {
        var steps: [String: Step]
        /// Writes that were begun since this process took the run up.
        var begunHere: Set<String> = []
    }

    /// How long after a write began its traces may still be hidden from a reader.
    package static let settleTime = Duration.seconds(5)

    package init(run: RunID, subject: String, steps: [Step], store: any RunStore, lease: Lease, now: WallClock) {
        self.run = run
        self.subject = subject
        self.lease = lease
        self.store = store
        self.now = now
        state = Mutex(State(steps: Dictionary(uniqueKeysWithValues: steps.map { ($0.key, $0) })))
    }

    /// An effect that may be had twice without harm, such as a paid answer: once its result is stored it is not asked for again.
    package func step<Result: StepResult>(
        _ key: String, _ kind: StepKind, _ work: () async throws -> Result
    ) async throws -> Result {
        if let known = try known(key, as: Result.self) { return known }
        try Task.checkCancellation()
        return try await record(key, kind, try await work())
    }

    /// An answer that is paid for: what it came to is settled with the step that stores it, or by itself when there is no such step. What
    /// passed between Forge and the model is kept before, and the step names it.
    package func step<Result: StepResult>(
        _ key: String, asking model: any Model, within budget: CallBudget?, keeping recorder: ExchangeRecorder? = nil,
        _ work: (any Model) async throws -> Result
    ) async throws -> Result {
        if let known = try known(key, as: Result.self) { return known }
        try Task.checkCancellation()
        let owed = OwedCalls()
        let kept = KeptExchanges()
        // Nobody is asked without money, so what is not paid for is no exchange.
        var asked = recorder?.recording(model, for: key, of: self, in: kept) ?? model
        if let budget { asked = BudgetedModel(asked, budget, owed: owed) }
        do {
            let result = try await record(key, .model, try await work(asked), settling: owed, naming: kept)
            budget?.settled(owed.all)
            return result
        } catch {
            // Settled twice is counted once: the transaction may have been carried out and its answer lost.
            if let budget, !owed.all.isEmpty { await budget.settleAnyway(owed.all) }
            throw error
        }
    }

    /// An effect that others see. `find` looks for what an earlier try left; `work` is called only when there is nothing.
    package func write<Result: StepResult>(
        _ key: String, find: () async throws -> Result?, _ work: () async throws -> Result
    ) async throws -> Result {
        if let known = try known(key, as: Result.self) { return known }
        if let begun = step(Self.beginning(of: key)) {
            if let found = try await find() { return try await record(key, .write, found) }
            let pause = begun.at + Self.settleTime - now.now
            if pause > .zero { throw JobDeferred(because: "a write was begun a moment ago, and may show yet", retryAfter: pause) }
        } else {
            state.withLock { _ = $0.begunHere.insert(key) }
            _ = try await record(Self.beginning(of: key), .beginning, Done())
        }
        try Task.checkCancellation()
        do {
            return try await record(key, .write, try await work())
        } catch let error as CodeHostError where error.mayBeDone {
            guard let found = try await find() else { throw error }
            return try await record(key, .write, found)
        }
    }

    /// All that are known, the begun ones too.
    package var allSteps: [Step] { state.withLock { Array($0.steps.values) } }

    var moment: Timestamp { now.now }

    /// Whether a step of this key was carried out.
    package func has(_ key: String) -> Bool { step(key) != nil }

    /// Whether a write was begun by an earlier try of the run.
    package func isRepeated(_ key: String) -> Bool {
        has(Self.beginning(of: key)) && !state.withLock { $0.begunHere.contains(key) }
    }

    /// What a step that was carried out left.
    package func known<Result: StepResult>(_ key: String, as type: Result.Type) throws -> Result? {
        guard let step = step(key) else { return nil }
        guard let result = Result(stepJSON: step.result) else {
            throw JobRefused(reason: "step \(key) of run \(run) was written by another version and cannot be read")
        }
        return result
    }

    private func step(_ key: String) -> Step? { state.withLock { $0.steps[key] } }

    private static func beginning(of key: String) -> String { "\(key).begun" }

    private func record<Result: StepResult>(
        _ key: String, _ kind: StepKind, _ result: Result, settling owed: OwedCalls? = nil, naming kept: KeptExchanges? = nil
    ) async throws -> Result {
        let json = kept?.named(in: result.stepJSON) ?? result.stepJSON
        let step = Step(run: run, key: key, kind: kind.rawValue, result: json, at: now.now)
        let stored = try await store.recordStep(step, settling: owed?.all ?? [], lease: lease)
        state.withLock { $0.steps[key] = stored }
        return Result(stepJSON: stored.result) ?? result
    }
}

package enum StepKind: String, Hashable, Sendable, CaseIterable {
    case read, decision, model, tool, beginning, write
}
