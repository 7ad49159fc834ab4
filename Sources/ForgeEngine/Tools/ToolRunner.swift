// Carries out the calls of a model's turn. Each is read, judged, carried out within its time, and stored before anybody uses what it gave; after
// one that may have changed files the files are kept under a number of their own. A run that is called again gets every finished call's answer
// from the journal, and the files are brought to where the last of them left them before anything new is done.
//
// Calls that change nothing are carried out beside each other, a few at once; all others one by one in their order. What a model can do
// something about is an answer; what ends the run is thrown: a lost lease, a sandbox with a missing wall, cancelling.
//
// It must never carry out what was not judged, nor tell a model what was not redacted and made visible.

package import ForgeCore
package import ForgeCrew
import Synchronization

package final class ToolRunner: Sendable {
    let place: ToolPlace
    let text: ToolText
    let limits: ToolLimits
    private let judge: any ToolJudge
    private let journal: RunJournal?
    private let clock: any Clock<Duration>
    private let state: Mutex<State>

    private struct State {
        var repeats: RepeatGuard
        var notes: [String: [String]] = [:]
        /// The step that the files stand at; nil until they were looked at.
        var filesAt: Int?
        /// What was done last is in no step.
        var isUnkept = false
        var isBusy = false
    }

    /// Without a journal nothing is stored and no step is kept: for trying tools out.
    package init(
        _ place: ToolPlace, judge: any ToolJudge, text: ToolText, journal: RunJournal?, limits: ToolLimits = ToolLimits(),
        clock: any Clock<Duration>
    ) {
        self.place = place
        self.judge = judge
        self.text = text
        self.journal = journal
        self.limits = limits
        self.clock = clock
        state = Mutex(State(repeats: RepeatGuard(repeatsMax: limits.repeatsMax)))
    }

    /// What a role has noted, for when its conversation is shortened.
    package func notes(of caller: String) -> [String] { state.withLock { $0.notes[caller] ?? [] } }

    /// One turn at a time. `turn` and the caller's name are what a repeated run finds the answers by.
    package func carryOut(_ calls: [ToolCall], by caller: ToolCaller, turn: Int) async throws -> ToolTurn {
        let isFree = state.withLock { state in
            defer { state.isBusy = true }
            return !state.isBusy
        }
        precondition(isFree, "a runner carries out one turn at a time: two roles would write over each other")
        defer { state.withLock { $0.isBusy = false } }
        var done = ToolTurn(results: [])
        let planned = calls.enumerated().map { plan($1, by: caller, key: "tool.\(caller.name).\(turn).\($0 + 1)") }
        var rest = planned[...]
        while let first = rest.first {
            let isReading = first.action?.name.effect == .reads
            let batch = isReading ? Array(rest.prefix { $0.action?.name.effect == .reads }) : [first]
            rest = rest.dropFirst(batch.count)
            let records = isReading ? try await carryOutReads(batch) : [try await carryOut(first, after: done, caller)]
            for (call, record) in zip(batch, records) {
                done.results.append(ToolResult(id: call.call.id, text: record.text, isError: record.isError))
                if case .end(let ending)? = call.action?.action, !record.isError { done.ending = ending }
            }
        }
        // Whoever takes the work over looks at the files.
        if done.ending != nil { try await bringFilesUp() }
        return done
    }

    // MARK: - One call

    private struct PlannedCall: Sendable {
        var call: ToolCall
        var key: String
        var action: (name: ToolName, action: ToolAction)?
        /// Why it is not carried out.
        var refusal: String?
    }

    private func plan(_ call: ToolCall, by caller: ToolCaller, key: String) -> PlannedCall {
        let refusal = state.withLock { state -> String? in
            let count = state.repeats.count(call, by: caller.name)
            return state.repeats.refusal(call, count: count)
        }
        if let refusal { return PlannedCall(call: call, key: key, refusal: refusal) }
        do throws(ToolProblem) {
            return PlannedCall(call: call, key: key, action: try ToolAction.decode(call, for: caller.role))
        } catch {
            return PlannedCall(call: call, key: key, refusal: "\(Self.shownName(call)): \(error.message)")
        }
    }

    static func shownName(_ call: ToolCall) -> String { ShownText.line(String(call.name.prefix(60))) }

    private func carryOutReads(_ calls: [PlannedCall]) async throws -> [ToolRecord] {
        try await bringFilesUp(before: calls)
        return try await withThrowingTaskGroup(of: (Int, ToolRecord).self) { group in
            var records = [ToolRecord?](repeating: nil, count: calls.count)
            var next = 0
            func start() {
                let index = next
                next += 1
                group.addTask { (index, try await self.stored(calls[index])) }
            }
            while next < min(limits.readsMax, calls.count) { start() }
            while let (index, record) = try await group.next() {
                records[index] = record
                if next < calls.count { start() }
            }
            return records.compactMap { $0 }
        }
    }

    private func carryOut(_ call: PlannedCall, after done: ToolTurn, _ caller: ToolCaller) async throws -> ToolRecord {
        if let refusal = call.refusal { return ToolRecord(refusal, isError: true) }
        if done.ending != nil {
            return ToolRecord("The work was handed in by a call before this one; it was not carried out.", isError: true)
        }
        if case .end? = call.action?.action, done.results.contains(where: \.isError) {
            return ToolRecord(
                "Another call of this turn went wrong; look at its result first, and hand in when it is as it should be.", isError: true)
        }
        try await bringFilesUp(before: [call])
        let record = try await stored(call)
        if case .note(let text)? = call.action?.action, !record.isError {
            state.withLock { $0.notes[caller.name, default: []].append(text) }
        }
        return record
    }

    private func stored(_ call: PlannedCall) async throws -> ToolRecord {
        guard let journal else { return try await judged(call, mayKeep: false) }
        return try await journal.step(call.key, .tool) { try await judged(call, mayKeep: true) }
    }

    private func judged(_ call: PlannedCall, mayKeep: Bool) async throws -> ToolRecord {
        guard let (name, action) = call.action else { return ToolRecord(call.refusal ?? "", isError: true) }
        let verdict = judge.verdict(on: action)
        guard verdict.decision == .allow else { return ToolRecord(Self.refusal(verdict), isError: true) }
        guard place.mayChange || name.effect != .writes else {
            return ToolRecord("No file may be changed here: the folder is open for reading alone.", isError: true)
        }
        let outcome = try await answered(action, key: call.key, name)
        var record = ToolRecord(outcome.text, isError: outcome.isError)
        if mayKeep, outcome.touched != .nothing { try await keep(outcome.touched, in: &record) }
        return record
    }

    private static func refusal(_ verdict: Verdict) -> String {
        let sentence = verdict.why.hasSuffix(".") ? String(verdict.why.dropLast()) : verdict.why
        let why = "\(sentence) (rule \(verdict.rule))"
        return verdict.decision == .deny
            ? "This is refused: \(why). It was not carried out, and asking again does not help; find another way, or hand in without it."
            : "This needs a person's approval: \(why). It was not carried out. Go on without it, or say in what you hand in why it is needed."
    }

    /// What a model can act on is told it.
    private func answered(_ action: ToolAction, key: String, _ name: ToolName) async throws -> ToolOutcome {
        do {
            return try await within(time(for: action)) { try await self.effect(of: action, key: key) }
        } catch let error as ToolProblem {
            return .failure(error.message)
        } catch let error as TornPatch {
            // What could not be taken back is part of the step.
            return ToolOutcome(text: error.message, isError: true, touched: .anything)
        } catch let error as WorkFileError {
            if error.kind == .cancelled { throw CancellationError() }
            return .failure(error.message)
        } catch let error as SourceError {
            return .failure(error.message)
        } catch let error as SandboxError {
            if error.kind == .cancelled { throw CancellationError() }
            if error.kind == .breached { throw error }
            return .failure(error.message)
        } catch is ToolTimeUp {
            // Whatever it had begun to write is part of the step.
            let touched: ToolOutcome.Touched = name.effect == .reads ? .nothing : .anything
            return ToolOutcome(text: "This took longer than it may and was ended. Ask for less.", isError: true, touched: touched)
        }
    }

    private func time(for action: ToolAction) -> Duration {
        switch action {
        // The sandbox ends it at its time; this is for a sandbox that does not.
        case .runCommand(_, _, let timeout): timeout + .seconds(30)
        case .runTests: limits.testTimeMax
        default: limits.timeMax
        }
    }

    private func within<Answer: Sendable>(
        _ time: Duration, _ work: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        let clock = clock
        return try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await clock.sleep(for: time)
                throw ToolTimeUp()
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    // MARK: - Keeping the files

    /// The number of the last step of the run that kept files, by the journal.
    private var lastKept: Int {
        journal?.allSteps.compactMap { $0.result[ToolRecord.keptMember]?.integer.flatMap { Int(exactly: $0) } }.max() ?? 0
    }

    /// A worktree that was opened anew stands at the base; calls that are answered from the journal have moved on from there. Whoever reads
    /// the files otherwise than by a call asks for this first.
    package func bringFilesUp() async throws {
        guard journal != nil, let worktree = place.worktree, state.withLock({ $0.filesAt == nil }) else { return }
        let step = lastKept
        if step > 0 { try await worktree.restore(step: step) }
        state.withLock { $0.filesAt = step }
    }

    /// Calls that are answered need no files.
    private func bringFilesUp(before calls: [PlannedCall]) async throws {
        guard let journal, !calls.allSatisfy({ journal.has($0.key) }) else { return }
        try await bringFilesUp()
    }

    private func keep(_ touched: ToolOutcome.Touched, in record: inout ToolRecord) async throws {
        guard let worktree = place.worktree else { return }
        let step = max(lastKept, state.withLock { $0.filesAt ?? 0 }) + 1
        // What stood against the last step may still be there, wherever the next one writes.
        let isWhole = state.withLock { $0.isUnkept }
        do throws(SourceError) {
            _ = try await worktree.keep(step: step, touched: isWhole ? nil : touched.paths)
        } catch {
            state.withLock { $0.isUnkept = true }
            guard error.kind == .refused || error.kind == .tooLarge else { throw error }
            // The next step that can be kept holds what this one did.
            record.text += "\n\(error.message). As long as that is so, nothing of your work is kept: take it out."
            record.isError = true
            return
        }
        record.keptStep = step
        state.withLock { state in
            state.filesAt = step
            state.isUnkept = false
        }
    }
}

struct ToolTimeUp: Error {}

/// What carrying out gave.
struct ToolOutcome: Sendable {
    enum Touched: Hashable, Sendable {
        case nothing
        case files(Set<RepositoryPath>)
        case anything

        /// As a worktree is told it.
        var paths: Set<RepositoryPath>? {
            if case .files(let paths) = self { paths } else { nil }
        }
    }

    var text: String
    var isError = false
    var touched = Touched.nothing

    static func answer(_ text: String) -> Self { Self(text: text) }
    static func failure(_ text: String) -> Self { Self(text: text, isError: true) }
}
