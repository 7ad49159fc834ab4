// A worktree to work in: the files of one commit, of which every step can be kept, compared and brought back. Commits are made here, on the
// host, from the files alone: no hook, filter or program that a repository names is run.

package struct WorktreeRequest: Sendable {
    package var place: HostPlace
    package var commit: CommitSHA
    package var run: RunID
    /// Only these folders are written out, and the files that stand right in those above them; empty means all. The others stay in every
    /// commit as they are.
    package var folders: [RepositoryPath]

    package init(place: HostPlace, commit: CommitSHA, run: RunID, folders: [RepositoryPath] = []) {
        self.place = place
        self.commit = commit
        self.run = run
        self.folders = folders
    }
}

package struct CommitIdentity: Hashable, Sendable {
    package var name: String
    package var email: String

    package init(name: String, email: String) {
        self.name = name
        self.email = email
    }
}

package struct CommitRequest: Sendable {
    /// With trailers that name run and ticket.
    package var message: String
    package var identity: CommitIdentity
    package var time: Timestamp
    /// Of a snapshot; nil is the tree as the files are now.
    package var tree: CommitSHA?

    package init(message: String, identity: CommitIdentity, time: Timestamp, tree: CommitSHA? = nil) {
        self.message = message
        self.identity = identity
        self.time = time
        self.tree = tree
    }
}

package struct PushRequest: Sendable {
    package var remote: GitRemote
    /// Without `refs/heads/`.
    package var branch: String
    package var commit: CommitSHA
    /// What stood there when it was looked at last; nil when there must be no such branch. Anything else refuses the push.
    package var expected: CommitSHA?
    /// Who wrote everything that may be replaced: a commit of anybody else on the branch refuses the push.
    package var identity: CommitIdentity

    package init(remote: GitRemote, branch: String, commit: CommitSHA, expected: CommitSHA?, identity: CommitIdentity) {
        self.remote = remote
        self.branch = branch
        self.commit = commit
        self.expected = expected
        self.identity = identity
    }
}

package enum PushOutcome: Hashable, Sendable {
    case pushed
    /// It stood there already: an earlier try got through.
    case alreadyThere
    /// The branch is elsewhere than expected.
    case moved(to: CommitSHA?)
    /// Somebody else's commit stands there, and stays.
    case foreign(CommitSHA, by: String)
    /// The host said no, with its words.
    case refused(String)
}

package struct BlameLine: Hashable, Sendable {
    package var commit: CommitSHA
    package var author: String
    package var time: Timestamp
    /// From 1.
    package var line: Int

    package init(commit: CommitSHA, author: String, time: Timestamp, line: Int) {
        self.commit = commit
        self.author = author
        self.time = time
        self.line = line
    }
}

package struct LoggedCommit: Hashable, Sendable {
    package var commit: CommitSHA
    package var author: String
    package var time: Timestamp
    package var message: String

    package init(commit: CommitSHA, author: String, time: Timestamp, message: String) {
        self.commit = commit
        self.author = author
        self.time = time
        self.message = message
    }
}

package protocol SourceWorktree: Sendable {
    /// Of this machine. It lies outside of every repository, and nothing in it leads to one.
    var folder: String { get }
    var base: CommitSHA { get }
    /// The base's entries that are no files of their own here, and why: large-file pointers, submodules, folders that were not written out.
    var leftAlone: [RepositoryPath: String] { get async throws(SourceError) }
    /// Keeps the files as they are under `refs/forge/runs/<run>/<step>` and returns that commit. A nested repository or a submodule that
    /// the base does not have is refused (`refused`). What `.gitignore` names and the base does not have is no part of a step or a commit.
    ///
    /// - Parameter touched: all that can have changed since the last look, when that is known, as after the edits of a tool: looking at fifty
    ///   thousand files takes longer than everything else. Nil after a command, which may have written anything.
    func keep(step: Int, touched: Set<RepositoryPath>?) async throws(SourceError) -> CommitSHA
    /// The files as that step left them. What `.gitignore` names, and the step does not have, stays where it can.
    func restore(step: Int) async throws(SourceError)
    /// Of the steps kept so far, the last; nil when there is none.
    var lastStep: Int? { get async throws(SourceError) }
    /// From a commit (nil: the base) to the files as they are now, or to another commit.
    func diff(from: CommitSHA?, to: CommitSHA?) async throws(SourceError) -> Diff
    /// On the base.
    func commit(_ request: CommitRequest) async throws(SourceError) -> CommitSHA
    func push(_ request: PushRequest) async throws(SourceError) -> PushOutcome
    func log(_ path: RepositoryPath?, countMax: Int) async throws(SourceError) -> [LoggedCommit]
    func blame(_ path: RepositoryPath, lines: ClosedRange<Int>) async throws(SourceError) -> [BlameLine]
    /// The files go; the refs of its steps stay until the run is forgotten.
    func close() async
}

extension SourceWorktree {
    package func keep(step: Int) async throws(SourceError) -> CommitSHA { try await keep(step: step, touched: nil) }
}

package protocol SourceWorktrees: Sendable {
    /// The mirror has to have the commit. It is closed by whoever opened it; one that a killed process left is removed at the next start.
    func open(_ request: WorktreeRequest) async throws(SourceError) -> any SourceWorktree
    /// Drops the kept steps of a run.
    func forget(_ run: RunID, in place: HostPlace) async throws(SourceError)
}

extension SourceWorktrees {
    /// A worktree for as long as the work lasts, however it ends.
    package func withWorktree<Answer>(_ request: WorktreeRequest, _ body: (any SourceWorktree) async throws -> Answer) async throws
        -> Answer
    {
        let worktree = try await open(request)
        do {
            let answer = try await body(worktree)
            await worktree.close()
            return answer
        } catch {
            await worktree.close()
            throw error
        }
    }
}
