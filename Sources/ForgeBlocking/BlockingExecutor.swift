// A serial executor on a thread of its own, for actors that wrap a C library whose calls block (SQLite, libgit2).
// It must never share its queue with another actor: a commit that waits for the disk, or a clone that waits for the
// network, may stall its own actor and nothing else.

import Dispatch

/// Runs the jobs of one actor, one after another, on one private dispatch queue.
///
/// The cooperative pool has one thread per core, and a call that blocks takes that thread away from every task of the
/// program. A private serial queue gets a thread from the system whenever it has work, however many others are blocked.
///
/// ```swift
/// actor Repository {
///     private let executor = BlockingExecutor(label: "forge.repository")
///     nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
/// }
/// ```
package final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// The label is what a debugger shows as the name of the thread.
    package init(label: String) {
        queue = DispatchQueue(label: label)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        queue.async { unsafe unowned.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// The executor must outlive its actor: keep it in a `let` of that actor.
    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }
}
