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
