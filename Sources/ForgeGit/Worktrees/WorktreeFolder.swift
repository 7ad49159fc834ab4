// Where a worktree's files lie: a folder of its own with a lock beside it, which goes with the process that holds it. What a killed process leaves
// behind is swept at the next start. There is nothing of git in the folder, and nothing above it: a program that looks for a repository from
// within finds none.

import CGit2
import ForgeCore

/// Removed when it is let go of.
final class WorktreeFolder: Sendable {
    /// With the files and nothing else.
    let tree: String
    private let own: String
    private let lock: FileLock

    /// Among all worktrees of a folder of mirrors. `tree` is not there yet.
    init(in root: String) throws(GitError) {
        let all = MirrorPlace.worktrees(in: root)
        try Self.checkAlone(all)
        for number in 0..<10_000 {
            let own = "\(all)/\(getpid())-\(number)"
            guard unsafe mkdir(own, 0o700) == 0 else {
                if forge_git_errno() == EEXIST { continue }
                throw .system("create folder", own)
            }
            guard let lock = Self.take(own) else { continue }
            self.own = own
            self.lock = lock
            tree = "\(own)/tree"
            return
        }
        throw GitError(.exists, "worktree", "there are too many worktrees in \(all)", area: .system)
    }

    deinit { Disk.removeTree(own) }

    /// An empty folder for the files, in place of whatever there is.
    func makeTree() throws(GitError) -> OpenFolder {
        let own = try OpenFolder(own)
        own.remove(Self.treeName)
        return try own.createFolder(Self.treeName)
    }

    private static let treeName = EntryName("tree".utf8)

    /// Somebody who sweeps may have been quicker: then it is gone.
    private static func take(_ own: String) -> FileLock? { try? FileLock.tryTake("\(own)/lock", .exclusive) }

    /// Removes those whose process is gone: its lock went with it.
    static func sweep(_ root: String) {
        let all = MirrorPlace.worktrees(in: root)
        for name in Disk.names(in: all) {
            // One that cannot be asked about is left for the next start.
            guard let lock = try? FileLock.tryTake("\(all)/\(name)/lock", .exclusive) else { continue }
            withExtendedLifetime(lock) { Disk.removeTree("\(all)/\(name)") }
        }
    }

    /// A repository above would be found by every git that is run in the worktree.
    private static func checkAlone(_ all: String) throws(GitError) {
        guard let real = unsafe realpath(all, nil) else { throw .system("find", all) }
        defer { unsafe free(real) }
        var above = unsafe String(cString: real)
        while !above.isEmpty {
            let folder = above
            let isBare = RepositoryShape.isRepository { Disk.exists("\(folder)/\(RepositoryPath(bytes: $0.bytes).text)") }
            if isBare || Disk.exists("\(folder)/.git") {
                throw GitError(
                    .other, "refused",
                    "worktrees would lie in \(all), which is in the repository \(folder): give the service a data folder outside of it")
            }
            guard let slash = above.lastIndex(of: "/") else { break }
            above = String(above[..<slash])
        }
    }
}
