// Paths that try to leave the worktree, or to get at a git directory, by every call of the port and by both ways to resolve a path.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Testing

struct FilesEscapeTests {
    /// Tries every call that takes a path; the kinds of their errors.
    private static func kinds(_ scene: FilesScene, _ path: RepositoryPath) async -> Set<WorkFileError.Kind?> {
        let stamp = WorkStamp(inode: 1, size: 1, modifiedNanoseconds: 1)
        let files = scene.files
        return [
            await failure { _ = try await files.read(path, bytesMax: 100) }?.kind,
            await failure { _ = try await files.entry(path) }?.kind,
            await failure { try await files.write([1], to: path, replacing: nil) }?.kind,
            await failure { try await files.write([1], to: path, replacing: stamp) }?.kind,
            await failure { try await files.remove(path) }?.kind,
            await failure { try await files.move(path, to: RepositoryPath("new")) }?.kind,
            await failure { try await files.move(RepositoryPath("a"), to: path) }?.kind,
            await failure {
                _ = try await files.list(path, depth: 3, includesIgnored: true, entriesMax: 100)
            }?.kind,
            await failure { _ = try await files.search(WorkSearch(pattern: "sings", beneath: path)) }?.kind,
        ]
    }

    private static let outward: [String] = [
        "/etc/passwd", "//etc/passwd", "/", "..", "../outside/canary", "sub/../../outside/canary", "sub/..", "a/../../outside/canary",
        "sub/inner/../../../outside/canary",
    ]

    @Test(arguments: FilesScene.allWays)
    func `what is absolute or goes up is refused by every call`(ways: FilesScene.Ways) async throws {
        try await FilesScene.with(ways, ["a": "a", "sub/inner/b": "b"]) { scene async throws in
            for path in Self.outward {
                #expect(await Self.kinds(scene, RepositoryPath(path)) == [.forbidden], "\(path)")
            }
            try scene.expectCanary()
            #expect(try scene.allNames() == ["a", "sub", "sub/inner", "sub/inner/b"])
        }
    }

    @Test(arguments: FilesScene.allWays)
    func `what is no plain path is refused and said how to write`(ways: FilesScene.Ways) async throws {
        try await FilesScene.with(ways, ["a": "a", "sub/b": "b"]) { scene async throws in
            let long = String(repeating: "x/", count: 5_000) + "x"
            for path in ["", "./a", "sub/", "sub//b", "sub/./b", ".", "a\0b", "a\0", long, String(repeating: "n", count: 300)] {
                #expect(await Self.kinds(scene, RepositoryPath(path)) == [.invalid], "\(path.debugDescription)")
            }
            let error = await failure {
                _ = try await scene.files.read(RepositoryPath("./sub//b"), bytesMax: 9)
            }
            #expect(error?.message == "./sub//b: write it plainly, as sub/b")
        }
    }

    @Test(arguments: FilesScene.allWays)
    func `a git directory is refused however it is spelled`(ways: FilesScene.Ways) async throws {
        let spellings = [
            ".git", ".GIT", ".Git", ".git ", ".git.", ".git . .", "git~1", "GIT~1", "git~1.", ".g\u{200C}it", "\u{FEFF}.git",
            ".gi\u{200F}T",
            ".git::$INDEX_ALLOCATION", "x\\.git", ".git\\config", "a\\git~1",
        ]
        try await FilesScene.with(ways, ["a": "a", ".git/config": "[core]", "sub/.git/config": "[core]"]) { scene async throws in
            for spelling in spellings {
                for path in [spelling, "\(spelling)/config", "sub/\(spelling)", "sub/\(spelling)/config"] {
                    #expect(await Self.kinds(scene, RepositoryPath(path)) == [.forbidden], "\(path.debugDescription)")
                }
            }
            #expect(try await scene.paths(includesIgnored: true) == ["a", "sub"])
            let found = try await scene.files.search(WorkSearch(pattern: "core", includesIgnored: true))
            #expect(found.matches.isEmpty && found.filesSearched == 1)
            #expect(String(decoding: try scene.bytes(".git/config"), as: UTF8.self) == "[core]")
        }
    }

    @Test func `names that only look a little like it are fine`() async throws {
        let names = [".gitignore", ".github", "git", ".git2", "agit~1", ".gitt", "git~2", "x.git", ".g it", "git~11"]
        try await FilesScene.with { scene async throws in
            for name in names { try await scene.files.write([65], to: RepositoryPath(name), replacing: nil) }
            #expect(try await scene.paths() == names.sorted())
        }
    }

    @Test(arguments: FilesScene.allWays)
    func `no symlink is followed, wherever it stands and wherever it leads`(ways: FilesScene.Ways) async throws {
        try await FilesScene.with(ways, ["a": "a", "sub/b": "b"]) { scene async throws in
            try scene.link("out", to: "../outside")
            try scene.link("absolute", to: scene.folder.path(of: "outside"))
            try scene.link("file", to: "../outside/canary")
            try scene.link("inside", to: "sub")
            try scene.link("self", to: "self")
            try scene.link("proc", to: "/proc/self/cwd")
            try scene.link("dangling", to: "../outside/new")
            for path in ["out/canary", "absolute/canary", "inside/b", "self/x", "proc/x", "out/new/deep"] {
                #expect(await Self.kinds(scene, RepositoryPath(path)) == [.forbidden], "\(path)")
            }
            for link in ["file", "inside", "self", "dangling", "out"] {
                let path = RepositoryPath(link)
                let refused = await failure { _ = try await scene.files.read(path, bytesMax: 99) }?.kind
                #expect(refused == .forbidden)
                let stamp = WorkStamp(inode: 0, size: 0, modifiedNanoseconds: 0)
                let replaced = await failure { try await scene.files.write([1], to: path, replacing: stamp) }
                #expect(replaced?.kind == .forbidden)
                let made = await failure { try await scene.files.write([1], to: path, replacing: nil) }
                #expect(made?.kind == .forbidden || made?.kind == .exists)
                #expect(try await scene.kind(link) == .symlink)
            }
            #expect(try await scene.found(WorkSearch(pattern: "sings")).matches.isEmpty)
            try await scene.files.remove(RepositoryPath("file"))
            try await scene.files.move(RepositoryPath("out"), to: RepositoryPath("sub/out"))
            #expect(!scene.isThere("file") && scene.isThere("sub/out"))
            try scene.expectCanary()
        }
    }

    @Test func `an error names the symlink that is in the way`() async throws {
        try await FilesScene.with { scene async throws in
            try scene.put("sub/a", [])
            try scene.link("sub/out", to: "../../outside")
            let error = await failure { _ = try await scene.text("sub/out/canary") }
            #expect(error?.message == "sub/out/canary: sub/out is a symlink, and none is followed: use the path without it")
        }
    }

    @Test(arguments: FilesScene.allWays)
    func `pipes, sockets and devices are neither opened nor waited for`(ways: FilesScene.Ways) async throws {
        try await FilesScene.with(ways, ["a": "a"]) { scene async throws in
            #expect(unsafe mkfifo(scene.real("pipe"), 0o644) == 0)
            #expect(unsafe mknod(scene.real("device"), S_IFCHR | 0o666, 0x0103) == 0 || getuid() != 0)
            for path in ["pipe"] + (scene.isThere("device") ? ["device"] : []) {
                let place = RepositoryPath(path)
                let stamp = WorkStamp(inode: 1, size: 1, modifiedNanoseconds: 1)
                #expect(await failure { try await scene.files.write([1], to: place, replacing: nil) }?.kind == .exists)
                #expect(await failure { try await scene.files.write([1], to: place, replacing: stamp) }?.kind == .notAFile)
                #expect(await failure { try await scene.files.remove(place) }?.kind == .notAFile)
                #expect(await failure { try await scene.files.move(place, to: RepositoryPath("b")) }?.kind == .notAFile)
                #expect(await failure { _ = try await scene.paths(path) }?.kind == .notFound)
                #expect(await failure { _ = try await scene.found(WorkSearch(pattern: "x", beneath: place)) }?.kind == .notFound)
                let refused = await failure { _ = try await scene.files.read(RepositoryPath(path), bytesMax: 9) }?.kind
                #expect(refused == .notAFile)
                #expect(try await scene.kind(path) == .other)
            }
            #expect(try await scene.found(WorkSearch(pattern: ".")).filesSearched == 1)
        }
    }
}
