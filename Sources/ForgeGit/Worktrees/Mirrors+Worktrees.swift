// The port `SourceWorktrees` on the mirrors of this machine.

import CGit2
import ForgeBlocking
package import ForgeCore

extension Mirrors: SourceWorktrees {
    package func open(_ request: WorktreeRequest) async throws(SourceError) -> any SourceWorktree {
        try await WorktreeOpening(self).open(request)
    }

    package func forget(_ run: RunID, in place: HostPlace) async throws(SourceError) {
        try await WorktreeOpening(self).forget(run, in: place)
    }
}

/// What opening does before there is a worktree, on a thread of its own.
private actor WorktreeOpening {
    private let executor = BlockingExecutor(label: "forge.worktree.opening")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Putting a mirror in order takes its time.
    private static let patience = Duration.seconds(60)

    private let mirrors: Mirrors

    init(_ mirrors: Mirrors) { self.mirrors = mirrors }

    func open(_ request: WorktreeRequest) throws(SourceError) -> Worktree {
        let mirror = MirrorPlace(request.place, in: mirrors.options.folder)
        let damage = MirrorDamage(mirror, mirrors.log)
        do throws(GitError) {
            let use = try hold(mirror)
            let repository = try BareRepository(mirror.repository, runtime: mirrors.runtime)
            guard try repository.has(request.commit) else {
                throw GitError(.notFound, "commits", "\(mirror.repositoryName) does not have \(request.commit.short) here")
            }
            guard Disk.freeBytes(mirrors.options.folder) >= mirrors.options.freeBytesMin else { throw .diskFull }
            let folder = try WorktreeFolder(in: mirrors.options.folder)
            let state = try WorktreeState(request, folder, repository, use: use, mirrors.options.worktree)
            let reader = try LocalRepository(bare: mirror.repository, runtime: mirrors.runtime)
            return Worktree(request, folder, state, reader, mirrors, damage)
        } catch {
            throw damage.failure(error)
        }
    }

    func forget(_ run: RunID, in place: HostPlace) throws(SourceError) {
        let mirror = MirrorPlace(place, in: mirrors.options.folder)
        guard Disk.exists(mirror.repository) else { return }
        do throws(GitError) {
            let use = try hold(mirror)
            try withExtendedLifetime(use) { () throws(GitError) in
                try RunRefs.forget(run, BareRepository(mirror.repository, runtime: mirrors.runtime))
            }
        } catch {
            throw MirrorDamage(mirror, mirrors.log).failure(error)
        }
    }

    /// Nobody throws the mirror away, or puts it in order, as long as this is held.
    private func hold(_ mirror: MirrorPlace) throws(GitError) -> FileLock {
        let use = try FileLock.take(mirror.useLock, .shared, until: .now.advanced(by: Self.patience))
        guard Disk.exists(mirror.repository) else {
            throw GitError(.notFound, "mirror", "there is no copy of \(mirror.repositoryName) on this machine: it has to be fetched first")
        }
        Disk.touch(mirror.useLock)
        return use
    }
}
