// What one fetch brought, to be read: a handle of its own on a thread of its own, so that many read at once. It holds the mirror in place,
// and one of a bounded number of slots, until it is released or forgotten.

import CGit2
package import ForgeCore
import Synchronization

package final class MirrorSnapshot: SourceSnapshot {
    private struct Hold {
        var repository: LocalRepository
        var use: FileLock
        var slot: Slot
    }

    let place: MirrorPlace
    private let refs: [String: CommitSHA]
    private let damage: MirrorDamage
    private let runtime: GitRuntime
    private let hold: Mutex<Hold?>

    init(_ fetched: FetchedMirror, _ place: MirrorPlace, slot: Slot, runtime: GitRuntime, log: Log) throws(SourceError) {
        do throws(GitError) {
            let repository = try LocalRepository(bare: place.repository, runtime: runtime)
            hold = Mutex(Hold(repository: repository, use: fetched.use, slot: slot))
        } catch {
            throw SourceError(reading: error, place.repositoryName)
        }
        self.place = place
        damage = MirrorDamage(place, log)
        self.runtime = runtime
        refs = fetched.refs
    }

    package func commit(of ref: String) async throws(SourceError) -> CommitSHA? { refs[ref] }

    package func contains(_ commit: CommitSHA) async throws(SourceError) -> Bool {
        try await read { repository throws(GitError) in try await repository.contains(commit) }
    }

    package func mergeBase(_ first: CommitSHA, _ second: CommitSHA) async throws(SourceError) -> CommitSHA? {
        try await read([first, second]) { repository throws(GitError) in try await repository.mergeBase(first, second) }
    }

    package func isAncestor(_ ancestor: CommitSHA, of commit: CommitSHA) async throws(SourceError) -> Bool {
        try await read([ancestor, commit]) { repository throws(GitError) in try await repository.isAncestor(ancestor, of: commit) }
    }

    package func diff(from base: CommitSHA?, to head: CommitSHA) async throws(SourceError) -> Diff {
        let request = DiffRequest(.commits(base, head))
        return try await read([base, head].compactMap(\.self)) { repository throws(GitError) in try await repository.diff(request) }
    }

    package func file(_ path: RepositoryPath, at commit: CommitSHA, bytesMax: Int) async throws(SourceError) -> [UInt8]? {
        try await read([commit]) { repository throws(GitError) in try await repository.file(path, at: commit, bytesMax: bytesMax) }
    }

    package func files(in folders: Set<RepositoryPath>, at commit: CommitSHA) async throws(SourceError) -> Set<RepositoryPath> {
        try await read([commit]) { repository throws(GitError) in try await repository.files(in: folders, of: .commits(nil, commit)) }
    }

    package func generated(_ paths: [RepositoryPath], at commit: CommitSHA) async throws(SourceError) -> Set<RepositoryPath> {
        try await read([commit]) { repository throws(GitError) in
            try await repository.paths(paths, with: "linguist-generated", at: commit)
        }
    }

    package func keep(_ commit: CommitSHA, as ref: String) async throws(SourceError) {
        guard ref.hasPrefix("refs/forge/"), !ref.hasPrefix(BareRepository.remotePrefix) else {
            throw SourceError(.defect, "a commit is kept under refs/forge/, and '\(ref)' is not")
        }
        let (path, runtime) = (place.repository, runtime)
        try await read([commit]) { repository throws(GitError) in
            try await repository.keep(commit, as: ref, in: path, runtime)
        }
    }

    package func release() async { hold.withLock { $0 = nil } }

    // MARK: Reading

    private func read<Answer: Sendable>(
        _ commits: [CommitSHA] = [], _ body: (LocalRepository) async throws(GitError) -> Answer
    ) async throws(SourceError) -> Answer {
        guard let repository = hold.withLock({ $0?.repository }) else {
            throw SourceError(.defect, "\(place.repositoryName) was read from after it was released")
        }
        do throws(GitError) {
            for commit in commits {
                guard try await repository.contains(commit) else {
                    throw GitError(.notFound, "commits", "\(place.repositoryName) does not have \(commit.short) here")
                }
            }
            return try await body(repository)
        } catch {
            throw damage.failure(error)
        }
    }
}
