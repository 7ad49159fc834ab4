// The contract can fail: each of these stores breaks a promise, and the promise's case says so.
import ForgeCore
import ForgeTestSupport
import Synchronization
import Testing

private struct Fault: Sendable, CustomTestStringConvertible {
    let promise: String
    let store: @Sendable (any Store) -> any Store

    init(_ promise: String, _ store: @escaping @Sendable (any Store) -> any Store) {
        self.promise = promise
        self.store = store
    }

    var testDescription: String { promise }
}

private let faults: [Fault] = [
    Fault("a pending delivery that comes again is a repeat and is counted") { ForgetfulOfKeys($0) },
    Fault("of 64 acceptances of one key at once exactly one is new") { ForgetfulOfKeys($0) },
    Fault("a second settlement changes nothing and says so") { SettlingTwice(inner: $0) },
    Fault("of settlements racing for one delivery one wins, with all it brings") { SettlingTwice(inner: $0) },
    Fault("a worker that lost its lease writes nothing, neither before nor after the next claim") { WithoutFencing(inner: $0) },
    Fault("a worker that lost its lease writes nothing, neither before nor after the next claim") { WithoutFencedSteps(inner: $0) },
    Fault("a worker whose job has ended writes nothing more") { WithoutFencedSteps(inner: $0) },
    Fault("no more than so many jobs of one repository run, of whatever kind") { WithoutRepositoryShare(inner: $0) },
    Fault("any sequence of queue operations keeps to the model, seed 0") { WithoutRepositoryShare(inner: $0) },
    Fault("any sequence of queue operations keeps to the model, seed 2") { WithoutFencing(inner: $0) },
    Fault("a job that failed too often is dead, and its journal holds its whole history") { WithoutDeadLetters(inner: $0) },
    Fault("a job whose lease ran out is queued again after a pause that grows") { WithoutBackoff(inner: $0) },
    Fault("another tenant's job is not seen, listed, cancelled or retried") { WithoutScopes(inner: $0) },
    Fault("another tenant's run is not seen or listed, nor its steps, findings and artifacts") { WithoutScopes(inner: $0) },
    Fault("another tenant's journal is not read, whether by stream or as a whole") { WithoutScopes(inner: $0) },
    Fault("another tenant's journal is not read, whether by stream or as a whole") { LimitingBeforeScoping(inner: $0) },
    Fault("a step's result is stored once, and the first is what a second one gets") { OverwritingSteps(inner: $0) },
    Fault("an approval is used once") { ReusableApprovals(inner: $0) },
    Fault("an identity belongs to its tenant") { OneTenant(inner: $0) },
    Fault("tickets are listed in pages, newest first") { EndlessPages(inner: $0) },
    Fault("the first answer under a key is kept, and every later one gets it") { KeepingTheLastAnswer(inner: $0) },
    Fault("old bodies are dropped, young ones and those of pending deliveries never") { SweepingPending(inner: $0) },
    Fault("a revoked token opens nothing, and revoking twice keeps the first moment") { WithoutRevocation(inner: $0) },
    Fault("of 64 changes at once none is lost") { ChangingInPieces(inner: $0) },
    Fault("a change under a lease is written while that is held") { WithoutFencedReviews(inner: $0) },
    Fault("a worker that lost its lease writes nothing, neither before nor after the next claim") { WithoutFencedReviews(inner: $0) },
    Fault("dismissals are counted by rule over a repository's pull requests, and those taken back are not") { CountingForAll(inner: $0) },
    Fault("a job put off is due after its pause, says why, and no failure is counted") { FailingWhatIsPutOff(inner: $0) },
    Fault("of many who ask at once only as many write as the limits allow") { LookingBeforeCounting(inner: $0) },
    Fault("from one write to the next passes the interval") { CountingWaits(inner: $0) },
    Fault("from one write to the next passes the interval") { OneLane(inner: $0) },
    Fault("a later block wins over an earlier one, a passed one is none") { TrustingTheLastWord($0) },
    Fault("pull requests are numbered in each repository, and two open ones differ in a branch") { OneRowOfNumbers(inner: $0) },
    Fault("a repository has one check of an external id, and its commit has all of its checks") { ForgetfulOfChecks($0) },
    Fault("of 64 remarks at once none is lost, and each has a number of its own") { TalkingAtOnce(inner: $0) },
    Fault("of many who reserve at once no more get through than the limits allow") { LookingBeforeReserving(inner: $0) },
    Fault("a step and what it cost are one") { SettlingApart(inner: $0) },
    Fault("what a call came to takes the place of what was set aside, and is counted once") { CountingEstimates(inner: $0) },
    Fault("one tenant's money is not another's") { OnePurse(inner: $0) },
    Fault("of what the host says is left the later reset wins, and then the lower number") { TrustingTheLastWord($0) },
]

@Test(arguments: faults)
private func `a store that breaks a promise fails its case`(_ fault: Fault) async throws {
    let failures = try await failures {
        try await StoreContract { fault.store(MemoryStore(clock: $0)) }.check(StoreContract.named(fault.promise))
    }
    #expect(failures > 0)
}

/// How often `body` failed. Its failures end here: they are wanted, so the test run must speak of them neither as failed nor as known.
private func failures(in body: @escaping @Sendable () async throws -> Void) async throws -> Int {
    let count = Mutex(0)
    let counting = IssueHandlingTrait.compactMapIssues { _ in
        count.withLock { $0 += 1 }
        return nil
    }
    try await counting.provideScope(for: #require(Test.current), testCase: Test.Case.current) {
        do { try await body() } catch { Issue.record(error) }
    }
    return count.withLock(\.self)
}
