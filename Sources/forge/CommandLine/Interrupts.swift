// Work that has to come to its end in order, whoever interrupts it: what was given away is taken back, what was started is ended.

import ForgeSystem

/// The first interrupt, request to end or closed terminal cancels the work, which is waited for; the second ends the process at once. A
/// reader that goes away ends it only by `gone`.
func untilInterrupted<Result: Sendable>(
    or gone: AsyncStream<Void>? = nil, _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    ProcessFacts.ignoreBrokenPipes()
    let watch = SignalWatch([SignalWatch.interrupt, SignalWatch.terminate, SignalWatch.hangUp])
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            for await _ in watch.signals { break }
            return nil
        }
        if let gone {
            group.addTask {
                for await _ in gone { break }
                return nil
            }
        }
        while let ended = try await group.next() {
            group.cancelAll()
            if let result = ended { return result }
        }
        throw CommandFailure.failed("it was interrupted")
    }
}
