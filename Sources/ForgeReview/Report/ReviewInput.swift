// What a review is given to look at, and the port through which it comes: a local repository, or a patch that somebody hands in. Nothing
// here may know which of them it was.

package import ForgeCore

/// What is compared with what, in words for people.
package struct ReviewInput: Sendable {
    package var diff: Diff
    /// `origin/main (1a2b3c4d)`.
    package var base: String
    /// `the work tree, uncommitted changes included`.
    package var head: String
    /// A file as it was before the change; nil when there is none, or when nobody can say: a patch brings only its lines. What a change
    /// leaves alone is read here and never from the work tree, where a link may lead out of the repository.
    package var readOldFile: @Sendable (RepositoryPath) async -> [UInt8]?

    /// Whether the tree that the change leads to has a file beside a changed one; nil when nobody knows.
    package var hasFile: @Sendable (RepositoryPath) -> Bool? = { _ in nil }

    package init(
        diff: Diff, base: String, head: String, readOldFile: @escaping @Sendable (RepositoryPath) async -> [UInt8]? = { _ in nil }
    ) {
        self.diff = diff
        self.base = base
        self.head = head
        self.readOldFile = readOldFile
    }
}

package protocol DiffSource: Sendable {
    func diff() async throws -> ReviewInput
}
