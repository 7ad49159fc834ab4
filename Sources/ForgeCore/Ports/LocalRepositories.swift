// The bare repositories of this machine that Forge is the code host of: a folder of `owner/name.git`. What right in the folder is called
// `name.git` belongs to the owner `local`. Nothing in them is run.

package enum MergeOutcome: Hashable, Sendable {
    /// The commit with both parents, on the base branch by now.
    case merged(CommitSHA)
    /// The base branch has it all.
    case alreadyMerged
    case conflicts([RepositoryPath])
}

package struct MergeRequest: Hashable, Sendable {
    package var repository: RepositoryName
    package var baseBranch: String
    package var base: CommitSHA
    package var head: CommitSHA
    package var message: String
    package var author: String
    package var at: Timestamp

    package init(
        repository: RepositoryName, baseBranch: String, base: CommitSHA, head: CommitSHA, message: String, author: String, at: Timestamp
    ) {
        self.repository = repository
        self.baseBranch = baseBranch
        self.base = base
        self.head = head
        self.message = message
        self.author = author
        self.at = at
    }
}

package protocol LocalRepositories: Sendable {
    /// Throws `notFound` when there is no such repository.
    func path(of repository: RepositoryName) async throws(SourceError) -> String
    /// All there are, in order.
    func names() async throws(SourceError) -> [RepositoryName]
    /// Of a full name, such as `refs/heads/main`; nil when there is none.
    func commit(of ref: String, in repository: RepositoryName) async throws(SourceError) -> CommitSHA?
    /// Where its HEAD points, without `refs/heads/`.
    func defaultBranch(of repository: RepositoryName) async throws(SourceError) -> String?
    func subject(of commit: CommitSHA, in repository: RepositoryName) async throws(SourceError) -> String
    func mergeBase(_ first: CommitSHA, _ second: CommitSHA, in repository: RepositoryName) async throws(SourceError) -> CommitSHA?
    func diff(from base: CommitSHA?, to head: CommitSHA, in repository: RepositoryName) async throws(SourceError) -> Diff
    /// Makes the ref, or moves it.
    func setRef(_ ref: String, to commit: CommitSHA, in repository: RepositoryName) async throws(SourceError)
    /// A merge commit, always, and the base branch moved to it if it still stands at `base` (`unavailable` when not: ask again).
    func merge(_ request: MergeRequest) async throws(SourceError) -> MergeOutcome
}
