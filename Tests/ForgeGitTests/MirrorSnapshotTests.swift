// What a snapshot says of a commit, against what git says; and repositories that somebody made to harm.

import ForgeCore
import ForgeGit
import ForgeTestSupport
import Foundation
import Testing

@Suite struct MirrorSnapshotTests {
    private let scene: MirrorScene

    init() throws { scene = try MirrorScene() }

    private func snapshot() async throws -> any SourceSnapshot { try await scene.mirrors().fetch(scene.request()) }

    private func sha(_ name: String) throws -> CommitSHA { try scene.sha(scene.origin.git(["rev-parse", name])) }

    @Test func `history is what git says it is`() async throws {
        try scene.origin.commit("root")
        try scene.origin.git(["checkout", "-q", "-b", "side"])
        try scene.origin.commit("side")
        try scene.origin.git(["checkout", "-q", "main"])
        try scene.origin.commit("main")
        try scene.origin.git(["merge", "-q", "--no-ff", "-m", "merge", "side"])
        try scene.origin.commit("last")
        let snapshot = try await snapshot()
        let names = ["main", "main~1", "main~2", "main~3", "side"]
        for first in names {
            for second in names {
                let (one, two) = (try sha(first), try sha(second))
                let base = try scene.origin.git(["merge-base", first, second])
                #expect(try await snapshot.mergeBase(one, two)?.description == base, "\(first) \(second)")
                let git = GitProgram(in: scene.origin.path)
                let isAncestor = (try? git.run(["merge-base", "--is-ancestor", first, second])) != nil
                #expect(try await snapshot.isAncestor(one, of: two) == isAncestor, "\(first) \(second)")
            }
        }
        let absent = try scene.sha(String(repeating: "a", count: 40))
        let long = try scene.sha(String(repeating: "a", count: 64))
        for commit in [absent, long] {
            #expect(try await !snapshot.contains(commit))
            let error = await scene.failure { _ = try await snapshot.mergeBase(commit, try sha("main")) }
            #expect(error?.kind == .notFound)
        }
        #expect(!scene.log.text.contains("damaged"))
    }

    @Test func `attributes are those of the commit, as git reads them`() async throws {
        try scene.origin.write(
            ".gitattributes",
            """
            *.lock linguist-generated
            gen/** linguist-generated=true
            gen/hand/*.txt linguist-generated=false
            *.pb.go linguist-generated=1
            no.lock -linguist-generated
            other.lock !linguist-generated
            /top.txt linguist-generated
            """)
        try scene.origin.write("sub/.gitattributes", "*.lock -linguist-generated\n*.out linguist-generated\n")
        let names = [
            "a.lock", "sub/a.lock", "sub/deep/a.lock", "sub/a.out", "a.out", "gen/a", "gen/x/y.txt", "gen/hand/a.txt", "a.pb.go", "no.lock",
            "other.lock", "with space.lock", "top.txt", "sub/top.txt", "ünïcode.lock",
        ]
        for name in names { try scene.origin.write(name, "x\n") }
        let head = try scene.origin.commit()
        let told = try GitProgram(in: scene.origin.path).text(["check-attr", "-z", "linguist-generated", "--"] + names)
        let words = told.split(separator: "\0", omittingEmptySubsequences: true).map(String.init)
        var expected: Set<String> = []
        for start in stride(from: 0, to: words.count - 2, by: 3) where ["set", "true"].contains(words[start + 2]) {
            expected.insert(words[start])
        }
        #expect(expected.count > 5)
        // What comes later, and what the work tree says, does not count.
        try scene.origin.write(".gitattributes", "* linguist-generated\n")
        try scene.origin.commit()
        let found = try await snapshot().generated(names.map { RepositoryPath($0) }, at: scene.sha(head))
        #expect(Set(found.map(\.text)) == expected)
    }

    @Test func `paths that are none have no attributes and do no harm`() async throws {
        try scene.origin.write(".gitattributes", "* linguist-generated\n")
        let head = try scene.sha(scene.origin.commit())
        let paths =
            ["", "/etc/passwd", "../../etc/passwd", "a//b", "..", "."].map { RepositoryPath($0) } + [RepositoryPath(bytes: [0, 1])]
        _ = try await snapshot().generated(paths, at: head)
    }

    @Test(arguments: ["large", "stars"]) func `attributes that cost without bound make nothing generated`(_ kind: String) async throws {
        let stars = "**/a/**/a/**/a/**/a/**/a/**/b linguist-generated\n"
        let large = String(repeating: "*.x linguist-generated\n", count: 4_000)
        try scene.origin.write(".gitattributes", "*.lock linguist-generated\n" + (kind == "large" ? large : stars))
        let deep = String(repeating: "a/", count: 60) + "c"
        try scene.origin.write("a.lock", "x\n")
        let head = try scene.sha(scene.origin.commit())
        #expect(try await snapshot().generated([RepositoryPath("a.lock"), RepositoryPath(deep)], at: head).isEmpty)
    }

    @Test func `a diff through a mirror is what git says`() async throws {
        let text = (1...40).map { "some line \($0)\n" }.joined()
        try scene.origin.write("moved.txt", text)
        try scene.origin.write("gone.txt", "gone\n")
        try scene.origin.write("bin.dat", Data([0, 1, 2, 3, 0]))
        try scene.origin.commit()
        try scene.origin.git(["mv", "moved.txt", "there.txt"])
        try scene.origin.git(["rm", "-q", "gone.txt"])
        try scene.origin.write("bin.dat", Data([0, 1, 2, 4, 0]))
        try scene.origin.write(".gitattributes", "*.txt -diff\n")
        try scene.origin.write("new.txt", "new\n")
        try FileManager.default.createSymbolicLink(atPath: "\(scene.origin.path)/link", withDestinationPath: "/etc/passwd")
        try scene.origin.commit()
        let diff = try await snapshot().diff(from: sha("HEAD~1"), to: sha("HEAD"))
        let told = diff.files.map {
            "\($0.kind.rawValue) \($0.path.text) +\($0.addedCount) -\($0.removedCount) \($0.omitted == .binary ? "binary" : "")"
        }
        #expect(
            told == [
                "added .gitattributes +1 -0 ", "modified bin.dat +0 -0 binary", "deleted gone.txt +0 -1 ", "added link +1 -0 ",
                "added new.txt +1 -0 ", "renamed there.txt +0 -0 ",
            ])
    }

    @Test func `hostile names come as they are`() async throws {
        let blob = try scene.origin.git(["hash-object", "-w", "--stdin"], input: Data("x\n".utf8))
        let names = [
            "a\nb", "-rf", "..x", "...", "\u{202E}gnp.exe", "A.txt", "a.txt", "tab\there", "quote\"d", "-", "a b", "%2e%2e", "\u{1b}[31m",
        ]
        var entries: [UInt8] = []
        for name in names { entries += Array("100644 blob \(blob)\t\(name)".utf8) + [0] }
        entries += Array("120000 blob \(blob)\tlink".utf8) + [0]
        entries += Array("160000 commit \(String(repeating: "c", count: 40))\tmodule".utf8) + [0]
        let tree = try scene.origin.git(["mktree", "-z", "--missing"], input: Data(entries))
        let commit = try scene.origin.git(["commit-tree", tree, "-m", "Names"])
        try scene.origin.git(["update-ref", "refs/heads/main", commit])
        let snapshot = try await snapshot()
        let diff = try await snapshot.diff(from: nil, to: scene.sha(commit))
        #expect(Set(diff.files.map(\.path.text)) == Set(names + ["link", "module"]))
        for name in names {
            #expect(try await snapshot.file(RepositoryPath(name), at: scene.sha(commit), bytesMax: 10) == Array("x\n".utf8), "\(name)")
        }
        #expect(try await snapshot.files(in: [RepositoryPath(bytes: [])], at: scene.sha(commit)).count == names.count + 1)
        #expect(diff.files.first { $0.path.text == "module" }?.new?.mode == .submodule)
        _ = try await snapshot.generated(diff.files.map(\.path), at: scene.sha(commit))
    }

    @Test func `very large files, lines and changes are read within bounds`() async throws {
        try scene.origin.commit()
        try scene.origin.write("line.txt", String(repeating: "x", count: 1_000_000) + "\n")
        // Zeros: as long as a hundred megabytes are, and quickly made.
        try scene.origin.write("blob.bin", Data(count: 100_000_000))
        var stream = "commit refs/heads/main\ncommitter A <a@example.com> 1700000000 +0000\ndata 4\nMany\nfrom refs/heads/main^0\n"
        try scene.origin.commit()
        for number in 0..<5_000 { stream += "M 100644 inline d\(number % 70)/f\(number).txt\ndata 3\n\(number % 10)x\n" }
        try scene.origin.git(["fast-import", "--quiet", "--force"], input: Data(stream.utf8))
        let snapshot = try await snapshot()
        let diff = try await snapshot.diff(from: sha("main~2"), to: sha("main"))
        #expect(diff.files.count == 5_002)
        let blob = try #require(diff.files.first { $0.path.text == "blob.bin" })
        #expect(blob.omitted == .tooLarge(byteCount: 100_000_000) && blob.hunks.isEmpty)
        let line = try #require(diff.files.first { $0.path.text == "line.txt" })
        #expect(line.hunks.first?.lines.first?.text.count == 1_000_000)
        #expect(try await snapshot.file(RepositoryPath("blob.bin"), at: sha("main"), bytesMax: 1_000_000) == nil)
        #expect(try await snapshot.generated(diff.files.map(\.path), at: sha("main")).isEmpty)
    }
}

/// Trees that no git would write.
@Suite struct HostileTreeTests {
    private let scene: MirrorScene

    init() throws { scene = try MirrorScene() }

    /// A tree of these entries: mode, name, object.
    private func tree(_ entries: [(String, String, String)]) throws -> String {
        var bytes: [UInt8] = []
        for (mode, name, object) in entries {
            bytes += Array("\(mode) \(name)".utf8) + [0]
            bytes += stride(from: 0, to: 40, by: 2).map { start in
                let from = object.index(object.startIndex, offsetBy: start)
                return UInt8(object[from...].prefix(2), radix: 16) ?? 0
            }
        }
        return try scene.origin.git(["hash-object", "-w", "-t", "tree", "--literally", "--stdin"], input: Data(bytes))
    }

    private func publish(_ tree: String) throws -> CommitSHA {
        let commit = try scene.origin.git(["commit-tree", tree, "-m", "Hostile"])
        try scene.origin.git(["update-ref", "refs/heads/main", commit])
        return try scene.sha(commit)
    }

    private func blob(_ text: String) throws -> String { try scene.origin.git(["hash-object", "-w", "--stdin"], input: Data(text.utf8)) }

    /// What opening a worktree of the tree says.
    private func failure(_ tree: String) async throws -> SourceError? {
        let head = try publish(tree)
        let mirrors = try scene.mirrors { $0.worktree.filesMax = 5_000 }
        let snapshot = try await mirrors.open(scene.request())
        let outside = try FileManager.default.contentsOfDirectory(atPath: "\(scene.folder)/worktrees")
        let error = await scene.failure { try await mirrors.withWorktree(scene.worktree(head)) { _ in } }
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(scene.folder)/worktrees") == outside)
        await snapshot.release()
        return error
    }

    @Test(arguments: ["..", ".", ".git", ".GIT", "git~1", "a/b", "../x"]) func `a name that leads elsewhere is not written`(_ name: String)
        async throws
    {
        let file = try blob("x\n")
        let error = try await failure(tree([("100644", name, file)]))
        #expect(error != nil, "\(name)")
        #expect(!scene.log.text.contains("error"))
    }

    @Test func `a link and a folder of one name write nothing through the link`() async throws {
        let target = "\(scene.origin.path)/target"
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        let inner = try tree([("100644", "planted", try blob("x\n"))])
        let error = try await failure(tree([("120000", "a", try blob(target)), ("40000", "a", inner)]))
        #expect(error?.kind == .notFound, "\(String(describing: error))")
        #expect(try FileManager.default.contentsOfDirectory(atPath: target).isEmpty)
    }

    @Test func `a few trees that stand for a billion files are counted, not read`() async throws {
        var folder = try tree((0..<10).map { ("100644", "f\($0)", try blob("x\n")) })
        for _ in 0..<8 { folder = try tree((0..<10).map { ("40000", "d\($0)", folder) }) }
        let head = try publish(folder)
        let mirrors = try scene.mirrors { $0.worktree.filesMax = 5_000 }
        let snapshot = try await mirrors.open(scene.request())
        let diff = await scene.failure { _ = try await snapshot.diff(from: nil, to: head) }
        #expect(diff?.kind == .tooLarge, "\(String(describing: diff))")
        let worktree = await scene.failure { try await mirrors.withWorktree(scene.worktree(head)) { _ in } }
        #expect(worktree?.kind == .tooLarge, "\(String(describing: worktree))")
    }
}
