// A worktree of a mirror, for one test, and the real git to judge it by: with its own folder, so that nothing in the worktree has a say.

import ForgeCore
import ForgeGit
import ForgeTestSupport
import Foundation
import Testing

extension MirrorScene {
    func worktree(_ commit: CommitSHA, run: Int64 = 7, folders: [String] = []) -> WorktreeRequest {
        WorktreeRequest(place: place, commit: commit, run: RunID(run), folders: folders.map { RepositoryPath($0) })
    }

    /// Fetches the branch `main` and opens a worktree of it.
    func open(
        run: Int64 = 7, folders: [String] = [], _ change: (inout MirrorOptions) -> Void = { _ in }
    ) async throws -> (mirrors: Mirrors, tree: any SourceWorktree) {
        let mirrors = try mirrors(change)
        let snapshot = try await mirrors.open(request())
        let head = try #require(try await snapshot.commit(of: "refs/heads/main"))
        await snapshot.release()
        return (mirrors, try await mirrors.open(worktree(head, run: run, folders: folders)))
    }

    /// The mirror's own repository.
    var mirror: GitProgram {
        get throws { GitProgram(in: try #require(repositories.first)) }
    }

    /// The tree that the real git would commit of the files in a folder, from the same base.
    func judgedTree(of worktree: any SourceWorktree) throws -> String {
        let scratch = "\(folder)/judge-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: scratch) }  // It lies in the test's own folder, which goes anyway.
        let git = GitProgram(in: scratch)
        try git.run(["init", "-q", "--bare", "own.git"])
        try Data("\(try #require(repositories.first))/objects\n".utf8).write(
            to: URL(filePath: "\(scratch)/own.git/objects/info/alternates"))
        let own = ["--git-dir=\(scratch)/own.git", "--work-tree=\(worktree.folder)"]
        try git.run(own + ["read-tree", worktree.base.description])
        try git.run(own + ["add", "-A", "--", ":/"])
        return try git.text(own + ["write-tree"])
    }

    func tree(of commit: CommitSHA) throws -> String { try mirror.text(["rev-parse", "\(commit)^{tree}"]) }

    /// All that the port has, to its end or its refusal.
    func doEverything(_ mirrors: Mirrors, _ tree: any SourceWorktree, remotes: [GitRemote]) async {
        func attempt(_ body: () async throws -> Void) async { _ = await failure(body) }
        var made: CommitSHA?
        await attempt { _ = try await tree.keep(step: 1) }
        await attempt {
            _ = try await tree.keep(step: 2, touched: [RepositoryPath("a.txt"), RepositoryPath("sub/c.txt"), RepositoryPath(".git")])
        }
        await attempt { _ = try await tree.diff(from: nil, to: nil) }
        await attempt { _ = try await tree.log(RepositoryPath("a.txt"), countMax: 9) }
        await attempt { _ = try await tree.blame(RepositoryPath("a.txt"), lines: 1...9) }
        await attempt {
            made = try await tree.commit(CommitRequest(message: "x\n", identity: forge, time: Timestamp(milliseconds: 0)))
        }
        for (number, remote) in remotes.enumerated() {
            await attempt {
                _ = try await tree.push(
                    PushRequest(remote: remote, branch: "b\(number)", commit: made ?? tree.base, expected: nil, identity: forge))
            }
        }
        await attempt { try await tree.restore(step: 0) }
        await attempt { _ = try await tree.keep(step: 3) }
        await attempt { try await mirrors.withWorktree(worktree(tree.base, run: 8)) { _ = try await $0.keep(step: 0) } }
    }

    /// Every name below a folder, links not followed.
    func listing(_ folder: String) -> [String] {
        (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).sorted()
    }
}

func write(_ text: String, to path: String) throws {
    let folder = URL(filePath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: path))
}

func link(_ path: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
}

func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }

func isThere(_ path: String) -> Bool { (try? FileManager.default.attributesOfItem(atPath: path)) != nil }

let forge = CommitIdentity(name: "forge[bot]", email: "7+forge[bot]@users.noreply.example.com")
