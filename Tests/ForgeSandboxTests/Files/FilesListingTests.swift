// Lists of what is in a worktree: their order, their depth, their bounds, and what `.gitignore` leaves out of them, held against git.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Testing

struct FilesListingTests {
    @Test(arguments: FilesScene.allWays)
    func `entries stand in the order of their paths, as deep as asked`(ways: FilesScene.Ways) async throws {
        let texts = ["b/x": "1", "b.txt": "22", "b-c": "", "a/deep/er/f": "", "B": "", "b/a": ""]
        try await FilesScene.with(ways, texts) { scene async throws in
            let all = ["B", "a", "a/deep", "a/deep/er", "a/deep/er/f", "b", "b-c", "b.txt", "b/a", "b/x"]
            #expect(try await scene.paths() == all)
            #expect(try await scene.paths(depth: 1) == ["B", "a", "b", "b-c", "b.txt"])
            #expect(try await scene.paths(depth: 2) == ["B", "a", "a/deep", "b", "b-c", "b.txt", "b/a", "b/x"])
            #expect(try await scene.paths("a") == ["a/deep", "a/deep/er", "a/deep/er/f"])
            #expect(try await scene.paths("a/deep", depth: 1) == ["a/deep/er"])
            let cut = try await scene.files.list(nil, depth: 9, includesIgnored: false, entriesMax: 4)
            #expect(cut.isCut && cut.entries.map(\.path.text) == Array(all.prefix(4)))
            let exact = try await scene.files.list(nil, depth: 9, includesIgnored: false, entriesMax: all.count)
            #expect(!exact.isCut)
            #expect(exact.entries.map(\.size) == [0, 0, 0, 0, 0, 0, 0, 2, 0, 1])
            #expect(exact.entries.map(\.kind).filter { $0 == .folder }.count == 4)
        }
    }

    @Test func `files that are being written are not seen`() async throws {
        try await FilesScene.with(FilesScene.allWays[0], ["a": "x", ".forge-write-1-2": "x", "sub/.forge-write-9": "x"]) {
            scene async throws in
            #expect(try await scene.paths(includesIgnored: true) == ["a", "sub"])
            #expect(try await scene.found(WorkSearch(pattern: "x", includesIgnored: true)).matches.map(\.path.text) == ["a"])
            let error = await failure { _ = try await scene.text("sub/.forge-write-9") }
            #expect(error?.kind == .forbidden)
        }
    }

    @Test func `a folder that is ignored is shown to who names it`() async throws {
        let texts = [".gitignore": "build/\n*.log\n", "build/out": "", "build/x.log": "", "src/a": "", "src/a.log": ""]
        try await FilesScene.with(FilesScene.allWays[0], texts) { scene async throws in
            #expect(try await scene.paths() == [".gitignore", "src", "src/a"])
            #expect(try await scene.paths("build") == ["build/out"])
            #expect(try await scene.paths(includesIgnored: true).count == 7)
        }
    }

    @Test func `a .gitignore that is a symlink, a folder or a pipe says nothing`() async throws {
        try await FilesScene.with(FilesScene.allWays[0], ["a/x": "", "b/x": "", "c/x": "", "rules": "x\n"]) { scene async throws in
            try scene.link("a/.gitignore", to: "../rules")
            try FileManager.default.createDirectory(atPath: scene.real("b/.gitignore"), withIntermediateDirectories: false)
            #expect(unsafe mkfifo(scene.real("c/.gitignore"), 0o644) == 0)
            #expect(
                try await scene.paths() == [
                    "a", "a/.gitignore", "a/x", "b", "b/.gitignore", "b/x", "c", "c/.gitignore", "c/x", "rules",
                ])
        }
    }

    // MARK: Beside git

    private static let names = ["a", "b", "ab", "B", "a.b", "build", ".a", "x y", "é", "[a]"]
    private static let pieces = [
        "a", "b", "ab", "*", "**", "?", "/", "/", "[ab]", "[!a]", "\\a", "\\*", "!", "é", "**/", "/**", ".", "build/", "*.b", "#", " ",
        "[a",
    ]

    /// git before 2.52 reads `a**/b` otherwise than its manual says: see the tests of path patterns.
    private static func readsDifferently(_ pattern: String) -> Bool {
        let body = pattern.hasPrefix("!") ? pattern.dropFirst() : pattern[...]
        let plain = body.prefix { !"*?[\\".contains($0) }
        return plain.last.map { $0 != "/" } ?? false && body.dropFirst(plain.count).hasPrefix("**")
    }

    private static func rules(_ random: inout SeededRandom) -> String {
        (0...random.below(4)).map { _ in
            (random.below(4) == 0 ? "!" : "") + (0...random.below(3)).map { _ in random.element(of: pieces) }.joined()
        }.filter { !readsDifferently($0) }.joined(separator: random.below(9) == 0 ? "\r\n" : "\n")
    }

    /// For the message of a failure.
    private static func rules(above path: RepositoryPath, in scene: TemporaryRepository) -> [String] {
        let parts = path.text.split(separator: "/")
        return parts.indices.compactMap { depth in
            let file = (parts[..<depth] + [".gitignore"]).joined(separator: "/")
            // Most folders have none.
            return (try? String(contentsOfFile: "\(scene.path)/\(file)", encoding: .utf8)).map { "\(file): \($0.debugDescription)" }
        }
    }

    /// Hundreds of trees, each with up to three files of rules at several levels.
    @Test(arguments: UInt64(0)..<3)
    func `what is left out is what git ignores`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let scene = try TemporaryRepository()
        var treeCount = 0
        for tree in 0..<120 {
            for _ in 0...random.below(8) {
                let path = (0...random.below(4)).map { _ in random.element(of: Self.names) }.joined(separator: "/")
                // What is a file in one path is no folder in another.
                try? scene.write("t\(tree)/\(path)", "x")
            }
            for _ in 0...random.below(3) {
                let folder = (0..<random.below(3)).map { _ in random.element(of: Self.names) + "/" }.joined()
                try? scene.write("t\(tree)/\(folder).gitignore", (random.below(7) == 0 ? "\u{FEFF}" : "") + Self.rules(&random))
            }
            treeCount += 1
        }
        let files = try WorkFolder(scene.path)
        let all = try await files.list(nil, depth: 100, includesIgnored: true, entriesMax: 100_000).entries.filter { $0.kind != .folder }
        let ours = Set(
            try await files.list(nil, depth: 100, includesIgnored: false, entriesMax: 100_000).entries.map(\.path.text))
        let input: [UInt8] = all.flatMap { (entry: WorkEntry) -> [UInt8] in entry.path.bytes + [0] }
        let ignored = Set(
            try GitProgram(in: scene.path).run(["check-ignore", "--no-index", "--stdin", "-z"], input: input, codes: [0, 1])
                .split(separator: 0).map { String(decoding: $0, as: UTF8.self) } as [String])
        for entry in all {
            #expect(
                ours.contains(entry.path.text) != ignored.contains(entry.path.text),
                "\(entry.path.shown), \(Self.rules(above: entry.path, in: scene))")
        }
        #expect(
            all.count > treeCount && ignored.count > all.count / 20 && ignored.count < all.count * 19 / 20,
            "\(ignored.count) of \(all.count)")
    }

    /// The look at a worktree leaves out the same; its own test has the same file.
    @Test func `rules beyond the first 256 KiB of a .gitignore say nothing, and half of one neither`() async throws {
        let filler = String(repeating: "# what is not needed\n", count: IgnoreFile.bytesMax / 21 - 9)
        let half = String(repeating: "x", count: IgnoreFile.bytesMax - 6 - filler.utf8.count - 3)
        // The bound falls behind "x*" of the last rule but one.
        let rules = "*.log\n" + filler + "#\(half.dropFirst())\nx*.never\n*.tmp\n"
        let texts = [".gitignore": rules, "a.log": "", "a.tmp": "", "xa": "", "xa.never": ""]
        try await FilesScene.with(FilesScene.allWays[0], texts) { scene async throws in
            #expect(try await scene.paths() == [".gitignore", "a.tmp", "xa", "xa.never"])
        }
    }

    @Test func `rules of a hostile length and number cost time in proportion`() async throws {
        let rules = String(repeating: "*a*a*a*a*a*a*a*b\n", count: 400)
        try await FilesScene.with(FilesScene.allWays[0], [".gitignore": rules]) { scene async throws in
            for number in 0..<30 { try scene.put(String(repeating: "a", count: 200) + "\(number)", []) }
            let clock = ContinuousClock()
            let start = clock.now
            #expect(try await scene.paths().count == 31)
            #expect(clock.now - start < .seconds(20))
        }
    }
}
