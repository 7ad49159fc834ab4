// Which two trees are compared, and how much of them is read.

package import ForgeCore

package enum DiffRange: Hashable, Sendable {
    /// From the first commit's tree to the second's; nil stands for the empty tree.
    case commits(CommitSHA?, CommitSHA)
    /// From a commit to what would be committed now.
    case staged(CommitSHA?)
    /// From a commit to the files as they are, new ones included, ignored ones not.
    case workTree(CommitSHA?)
}

package struct DiffRequest: Sendable {
    package var range: DiffRange
    /// Files and folders; empty means all.
    package var paths: [RepositoryPath] = []
    /// Unchanged lines around a change.
    package var contextLines = 3
    /// A file with more bytes than this is told of, and its lines are left out.
    package var fileBytesMax = 4 << 20
    /// Files above this number end the request: nobody reviews them.
    package var filesMax = 200_000
    /// Renames are looked for among so many files at most.
    package var renamesMax = 1_000
    /// Called now and then with the number of files read and of all files.
    package var progress: (@Sendable (Int, Int) -> Void)?

    package init(_ range: DiffRange) {
        self.range = range
    }
}
