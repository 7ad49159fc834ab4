// The files of one commit in a folder of their own, as long as a scope lasts. No hook and no filter has a say in them: bytes are written as
// they are committed. What a process leaves behind when it is killed is swept at the next start.

import CGit2
import ForgeBlocking
package import ForgeCore

package struct Worktree: Sendable {
    /// With the files, and a `.git` file that leads to the mirror.
    package let folder: String
    package let commit: CommitSHA

    /// Removes those whose process is gone. Its lock went with it.
    static func sweep(_ root: String) {
        let folder = MirrorPlace.worktrees(in: root)
        for name in Disk.names(in: folder) {
            // One that cannot be asked about is left for the next start.
            guard let lock = try? FileLock.tryTake("\(folder)/\(name)/lock", .exclusive) else { continue }
            withExtendedLifetime(lock) { Disk.removeTree("\(folder)/\(name)") }
        }
        let there = Set(Disk.names(in: folder))
        for mirror in Disk.names(in: MirrorPlace.folder(in: root)) {
            let notes = "\(MirrorPlace.folder(in: root))/\(mirror)/worktrees"
            for name in Disk.names(in: notes) where !there.contains(name) { Disk.removeTree("\(notes)/\(name)") }
        }
    }
}

extension Mirrors {
    /// Writes the files of a commit into a new folder, and removes it however the work ends.
    package func withWorktree<Answer>(
        of snapshot: MirrorSnapshot, at commit: CommitSHA, _ body: (Worktree) async throws -> Answer
    ) async throws -> Answer {
        guard try await snapshot.contains(commit) else {
            throw SourceError(.notFound, "\(snapshot.place.repositoryName) does not have \(commit.short) here")
        }
        let site = WorktreeSite(snapshot.place, root: options.folder, options.worktree, runtime: runtime)
        let worktree: Worktree
        do throws(GitError) {
            worktree = try await site.open(commit)
        } catch {
            await site.close()
            throw snapshot.failure(error)
        }
        do {
            let answer = try await body(worktree)
            await site.close()
            return answer
        } catch {
            await site.close()
            throw error
        }
    }
}

/// Makes one worktree and removes it, on a thread of its own.
private actor WorktreeSite {
    private let executor = BlockingExecutor(label: "forge.worktree")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let mirror: MirrorPlace
    private let root: String
    private let limits: WorktreeLimits
    private let runtime: GitRuntime
    /// The lock on the folder, and the one that keeps the mirror where it is.
    private var opened: (name: String, lock: FileLock, use: FileLock)?

    init(_ mirror: MirrorPlace, root: String, _ limits: WorktreeLimits, runtime: GitRuntime) {
        self.mirror = mirror
        self.root = root
        self.limits = limits
        self.runtime = runtime
    }

    func open(_ commit: CommitSHA) throws(GitError) -> Worktree {
        let name = try takeName()
        let folder = "\(MirrorPlace.worktrees(in: root))/\(name)/tree"
        let notes = "\(mirror.repository)/worktrees/\(name)"
        try Disk.createFolder(folder)
        try Disk.createFolder(notes)
        // What `git worktree add --detach` writes.
        try Disk.write("gitdir: \(notes)\n", to: "\(folder)/.git")
        try Disk.write("\(folder)/.git\n", to: "\(notes)/gitdir")
        try Disk.write("../..\n", to: "\(notes)/commondir")
        try Disk.write("\(commit)\n", to: "\(notes)/HEAD")
        try checkOut(commit, in: folder)
        return Worktree(folder: folder, commit: commit)
    }

    func close() {
        guard let opened else { return }
        Disk.removeTree("\(MirrorPlace.worktrees(in: root))/\(opened.name)")
        Disk.removeTree("\(mirror.repository)/worktrees/\(opened.name)")
        self.opened = nil
    }

    /// The folder is made by whoever gets the name; the lock in it says that somebody lives there.
    private func takeName() throws(GitError) -> String {
        let worktrees = MirrorPlace.worktrees(in: root)
        guard let use = try FileLock.tryTake(mirror.useLock, .shared) else {
            throw GitError(.locked, "worktree", "the mirror is being put in order", area: .system)
        }
        for number in 0..<10_000 {
            let name = "\(getpid())-\(number)"
            guard unsafe mkdir("\(worktrees)/\(name)", 0o700) == 0 else {
                if forge_git_errno() == EEXIST { continue }
                throw .system("create folder", "\(worktrees)/\(name)")
            }
            guard let lock = try FileLock.tryTake("\(worktrees)/\(name)/lock", .exclusive) else { continue }
            opened = (name, lock, use)
            return name
        }
        throw GitError(.exists, "worktree", "there are too many worktrees in \(worktrees)", area: .system)
    }

    private func checkOut(_ commit: CommitSHA, in folder: String) throws(GitError) {
        let handle = try GitHandle.openBare(mirror.repository)
        let indexFile = "\(mirror.repository)/worktrees/\(opened?.name ?? "")/index"
        try Checkout(handle, folder: folder, indexFile: indexFile, limits).write(commit)
    }
}
