// The job's life as a table: every state with every input, so that a new one of either must be decided here too.

import ForgeCore
import ForgeTestSupport
import Testing

private let inputs: [JobInput] = [
    .claimed, .finished, .failed, .failedForGood, .released, .leaseLost, .cancelAsked, .cancelled, .retried, .deferred,
]

/// What each state makes of each input, in the order of `inputs`; `.` is refused.
private func row(_ state: JobState, failures: Int = 0, attemptsMax: Int = 3, isCancelRequested: Bool = false) -> String {
    inputs.map { input in
        switch state.after(input, failures: failures, attemptsMax: attemptsMax, isCancelRequested: isCancelRequested) {
        case .become(let next): next.rawValue
        case .requeue: "requeue"
        case .askWorkerToStop: "ask"
        case .refuse: "."
        }
    }.joined(separator: " ")
}

@Test func `a queued job is claimed or cancelled`() {
    #expect(row(.queued) == "running . . . . . cancelled . . .")
    #expect(row(.queued, failures: 2, isCancelRequested: true) == "running . . . . . cancelled . . .")
}

@Test func `a running job below the cap goes round again`() {
    #expect(row(.running) == ". done requeue dead queued requeue ask cancelled . queued")
    #expect(row(.running, failures: 1) == ". done requeue dead queued requeue ask cancelled . queued")
}

@Test func `a running job at the cap dies with its next failure, and is still given back unharmed`() {
    #expect(row(.running, failures: 2) == ". done dead dead queued dead ask cancelled . queued")
    #expect(row(.running, failures: 9) == ". done dead dead queued dead ask cancelled . queued")
    #expect(row(.running, attemptsMax: 1) == ". done dead dead queued dead ask cancelled . queued")
}

@Test func `once cancellation is asked for, every ending but finished is cancelled`() {
    #expect(row(.running, isCancelRequested: true) == ". done cancelled cancelled cancelled cancelled ask cancelled . cancelled")
    #expect(
        row(.running, failures: 2, isCancelRequested: true) == ". done cancelled cancelled cancelled cancelled ask cancelled . cancelled")
}

@Test func `a finished job takes nothing more, but that a person sends a dead one round again`() {
    #expect(row(.done) == ". . . . . . . . . .")
    #expect(row(.cancelled) == ". . . . . . . . . .")
    #expect(row(.dead) == ". . . . . . . . queued .")
    #expect(JobState.allCases.filter(\.isFinished) == [.done, .dead, .cancelled])
}

@Test(arguments: UInt64(0)..<100)
func `whatever happens, a job fails at most as often as its cap allows`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let attemptsMax = Int.random(in: 1...5, using: &random)
    var state = JobState.queued
    var failures = 0
    for _ in 0..<200 {
        let input = inputs.randomElement(using: &random) ?? .claimed
        guard input != .retried else { continue }
        let isFailure = state == .running && (input == .failed || input == .leaseLost)
        switch state.after(input, failures: failures, attemptsMax: attemptsMax, isCancelRequested: false) {
        case .become(let next): state = next
        case .requeue: state = .queued
        case .askWorkerToStop, .refuse: continue
        }
        if isFailure { failures += 1 }
        #expect(failures <= attemptsMax)
        #expect(failures < attemptsMax || state == .dead)
    }
}
