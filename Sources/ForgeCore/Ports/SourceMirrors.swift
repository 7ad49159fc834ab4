// The code of a repository on this machine: what a code host has is brought here once and then only what is new. Nothing in it is run.

/// What to bring. A head of a fork is fetched from the base repository, which has it under `refs/pull/<number>/head`.
package struct FetchRequest: Sendable {
    package var place: HostPlace
    package var remote: GitRemote
    /// Full names, such as `refs/pull/7/head` and `refs/heads/main`.
    package var refs: [String]
    /// Commits that must be here afterwards. When all are here already, and every ref was fetched before, nothing is fetched.
    package var commits: [CommitSHA]

    package init(place: HostPlace, remote: GitRemote, refs: [String], commits: [CommitSHA] = []) {
        self.place = place
        self.remote = remote
        self.refs = refs
        self.commits = commits
    }
}

package protocol SourceMirrors: Sendable {
    /// One fetch per repository at a time, across processes; the others wait and find it done.
    func fetch(_ request: FetchRequest) async throws(SourceError) -> any SourceSnapshot
}

/// The code at the time of a fetch. Its commits stay as long as it lives.
package protocol SourceSnapshot: Sendable {
    /// What a ref led to when it was fetched; nil when the host has no such ref.
    func commit(of ref: String) async throws(SourceError) -> CommitSHA?
    func contains(_ commit: CommitSHA) async throws(SourceError) -> Bool
    func mergeBase(_ first: CommitSHA, _ second: CommitSHA) async throws(SourceError) -> CommitSHA?
    func isAncestor(_ ancestor: CommitSHA, of commit: CommitSHA) async throws(SourceError) -> Bool
    /// With renames; nil stands for the empty tree.
    func diff(from base: CommitSHA?, to head: CommitSHA) async throws(SourceError) -> Diff
    /// Nil when there is none, or it is larger.
    func file(_ path: RepositoryPath, at commit: CommitSHA, bytesMax: Int) async throws(SourceError) -> [UInt8]?
    /// The files that stand right in these folders.
    func files(in folders: Set<RepositoryPath>, at commit: CommitSHA) async throws(SourceError) -> Set<RepositoryPath>
    /// Of these paths, those that the commit's `.gitattributes` call generated (`linguist-generated`).
    func generated(_ paths: [RepositoryPath], at commit: CommitSHA) async throws(SourceError) -> Set<RepositoryPath>
    /// Keeps a commit from being thrown away as long as the ref stands: `refs/forge/…`. It goes with its mirror, when that is damaged or the
    /// one not used for longest: whoever looks for it later must be able to do without.
    func keep(_ commit: CommitSHA, as ref: String) async throws(SourceError)
    func release() async
}

package struct SourceError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// The repository, or the commit that was asked for, is not there (any more).
        case notFound
        case unauthorized
        /// The network or the disk; later may be better.
        case unavailable
        /// More than a limit allows.
        case tooLarge
        /// The files hold something that must not be committed.
        case refused
        case defect
    }

    package var kind: Kind
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var isPassing: Bool { kind == .unavailable }
    package var description: String { message }
}
