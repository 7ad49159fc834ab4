// What carries out one kind of job. Handlers are data handed in by `main`, so the queue can be tested with any.

package import ForgeCore

package struct JobHandler: Sendable {
    package var kind: String
    /// Cancelled when the lease is lost, when somebody asks for the job's end, and at shutdown; what it throws then does not matter.
    package var run: @Sendable (Job) async throws -> Void

    package init(kind: String, run: @escaping @Sendable (Job) async throws -> Void) {
        self.kind = kind
        self.run = run
    }
}

/// Thrown by a handler when trying again cannot help.
package struct JobRefused: Error, Hashable, Sendable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}

/// Thrown by a handler that cannot go on now and has done no harm, as when the code host asks for patience: the job is queued again, due
/// after the pause, and no failure is counted.
package struct JobDeferred: Error, Hashable, Sendable {
    package var reason: String
    package var pause: Duration

    package init(because reason: String, retryAfter pause: Duration) {
        self.reason = reason
        self.pause = pause
    }
}
