// The part of the store in which Forge keeps what another code host would keep: pull requests of repositories on this machine, what is said
// under them, and checks. It knows no rule of a code host; those are ForgeLocalHost's, which decides within the transaction.

package struct NewLocalPullRequest: Hashable, Sendable {
    package var repository: RepositoryName
    package var title: String
    package var body: String
    package var author: String
    package var isDraft: Bool
    package var headBranch: String
    package var baseBranch: String

    package init(
        repository: RepositoryName, title: String, body: String = "", author: String, isDraft: Bool = false, headBranch: String,
        baseBranch: String
    ) {
        self.repository = repository
        self.title = title
        self.body = body
        self.author = author
        self.isDraft = isDraft
        self.headBranch = headBranch
        self.baseBranch = baseBranch
    }
}

package struct LocalPullRequestFilter: Hashable, Sendable {
    package var repository: RepositoryName?
    package var state: LocalPullRequestState?
    /// Either of its branches.
    package var branch: String?

    package init(repository: RepositoryName? = nil, state: LocalPullRequestState? = nil, branch: String? = nil) {
        self.repository = repository
        self.state = state
        self.branch = branch
    }
}

package protocol LocalHostStore: Sendable {
    /// Gives it the repository's next number, from 1. Throws `refused` when an open one has the same two branches.
    func openLocalPullRequest(_ new: NewLocalPullRequest) async throws(StoreError) -> LocalPullRequest
    /// Newest first over all repositories.
    func localPullRequests(_ filter: LocalPullRequestFilter, page: PageRequest) async throws(StoreError) -> Page<LocalPullRequest>
    func localDiscussion(_ key: LocalPullRequestKey) async throws(StoreError) -> LocalDiscussion?
    /// Reads it, lets `change` change it, and writes what changed, as one; nil when there is none. The key stays as it is.
    func changeLocalDiscussion<Answer: Sendable>(
        _ key: LocalPullRequestKey, _ change: @escaping @Sendable (inout LocalDiscussion) -> Answer
    ) async throws(StoreError) -> Answer?
    /// The checks at a commit, newest first.
    func localChecks(in repository: RepositoryName, at head: CommitSHA) async throws(StoreError) -> [LocalCheck]
    func localCheck(_ id: Int64, in repository: RepositoryName) async throws(StoreError) -> LocalCheck?
    /// Throws `refused` when one of this repository has its external id.
    func addLocalCheck(_ content: CheckRunContent, in repository: RepositoryName) async throws(StoreError) -> LocalCheck
    /// Like `changeLocalDiscussion`. Commit, name and external id stay as they are.
    func changeLocalCheck<Answer: Sendable>(
        _ id: Int64, in repository: RepositoryName, _ change: @escaping @Sendable (inout CheckRunContent) -> Answer
    ) async throws(StoreError) -> Answer?
}
