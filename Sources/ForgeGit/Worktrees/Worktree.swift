// The port `SourceWorktree` on a mirror: one worktree, its files in a folder of their own, its steps and commits in the mirror. All that blocks is
// done on a thread of its own. The mirror is held in place until the worktree is closed; one that was damaged is replaced all the same, and
// then every call says that later may be better: the run begins anew from its base.

import CGit2
import ForgeBlocking
package import ForgeCore

package actor Worktree: SourceWorktree {
    private let executor = BlockingExecutor(label: "forge.worktree")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    package nonisolated let folder: String
    package nonisolated let base: CommitSHA
    let place: HostPlace
    let mirrors: Mirrors
    private let damage: MirrorDamage
    private var state: WorktreeState?
    /// Reads beside the thread that writes.
    private let reader: LocalRepository

    init(
        _ request: WorktreeRequest, _ folder: WorktreeFolder, _ state: WorktreeState, _ reader: LocalRepository, _ mirrors: Mirrors,
        _ damage: MirrorDamage
    ) {
        self.folder = folder.tree
        base = request.commit
        place = request.place
        self.mirrors = mirrors
        self.damage = damage
        self.state = state
        self.reader = reader
    }

    package var leftAlone: [RepositoryPath: String] {
        get throws(SourceError) { try work { state in state.leftAlone } }
    }

    package func keep(step: Int, touched: Set<RepositoryPath>?) throws(SourceError) -> CommitSHA {
        guard step >= 0 else { throw SourceError(.defect, "a step has a number from 0 on, and not \(step)") }
        return try work { state throws(GitError) in
            let commit = try state.snapshot(touched: touched)
            try state.keep(commit, step: step)
            return commit
        }
    }

    package func restore(step: Int) throws(SourceError) {
        try work { state throws(GitError) in try state.restore(step: step) }
    }

    package var lastStep: Int? {
        get throws(SourceError) { try work { state throws(GitError) in try state.lastStep() } }
    }

    package func commit(_ request: CommitRequest) throws(SourceError) -> CommitSHA {
        try work { state throws(GitError) in try state.commit(request) }
    }

    package func diff(from: CommitSHA?, to: CommitSHA?) async throws(SourceError) -> Diff {
        let end: CommitSHA
        if let to { end = to } else { end = try work { state throws(GitError) in try state.snapshot() } }
        let request = DiffRequest(.commits(from ?? base, end))
        return try await read { reader throws(GitError) in try await reader.diff(request) }
    }

    package func log(_ path: RepositoryPath?, countMax: Int) async throws(SourceError) -> [LoggedCommit] {
        let base = base
        return try await read { reader throws(GitError) in try await reader.log(of: path, from: base, countMax: countMax) }
    }

    package func blame(_ path: RepositoryPath, lines: ClosedRange<Int>) async throws(SourceError) -> [BlameLine] {
        let base = base
        return try await read { reader throws(GitError) in try await reader.blame(path, lines: lines, at: base) }
    }

    package func close() { state = nil }

    // MARK: Failures

    /// A commit that is made while the mirror is replaced may lead nowhere: it is not handed out.
    func work<Answer>(_ body: (WorktreeState) throws(GitError) -> Answer) throws(SourceError) -> Answer {
        guard let state else { throw SourceError(.defect, "the worktree of \(place.repository) was used after it was closed") }
        guard damage.isSame else { throw damage.replaced }
        let answer: Answer
        do throws(GitError) {
            answer = try body(state)
        } catch {
            throw damage.failure(error)
        }
        guard damage.isSame else { throw damage.replaced }
        return answer
    }

    private func read<Answer: Sendable>(_ body: (LocalRepository) async throws(GitError) -> Answer) async throws(SourceError) -> Answer {
        try work { _ in }
        do throws(GitError) {
            return try await body(reader)
        } catch {
            throw damage.failure(error)
        }
    }
}
