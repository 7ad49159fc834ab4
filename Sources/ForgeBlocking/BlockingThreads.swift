// Threads for calls that block and belong to no actor: reading files, walking folders. What runs here must never wait for a task: it holds a
// thread of the system until it ends.

import Dispatch

/// Takes blocking work off the cooperative pool; any number of pieces at once, each on a thread of its own.
package struct BlockingThreads: Sendable {
    private let queue: DispatchQueue

    /// The label is what a debugger shows as the name of the threads.
    package init(label: String) {
        queue = DispatchQueue(label: label, attributes: .concurrent)
    }

    package func run<Answer: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Answer
    ) async throws(Failure) -> Answer {
        let result: Result<Answer, Failure> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(Failure) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// The same work several times at once, with the number of each, from a thread that may block; ends with the last one.
    package static func share(_ count: Int, _ work: @Sendable (Int) -> Void) {
        DispatchQueue.concurrentPerform(iterations: count, execute: work)
    }
}
