// Diffs of real repositories, against what git itself says of them.

import ForgeCore
import ForgeGit
import ForgeTestSupport
import Foundation
import Testing

@Suite struct DiffTests {
    private let made: TemporaryRepository

    init() throws { made = try TemporaryRepository() }

    private func open() throws -> LocalRepository { try LocalRepository(containing: made.path, runtime: GitRuntime()) }

    /// What changed between the last commit but one and the last.
    private func lastDiff(_ change: (inout DiffRequest) -> Void = { _ in }) async throws -> Diff {
        let repository = try open()
        let head = try await repository.commit(named: "HEAD")
        let base = try await repository.commit(named: "HEAD~1")
        var request = DiffRequest(.commits(base, head))
        change(&request)
        return try await repository.diff(request)
    }

    private func text(_ lines: [DiffLine]) -> [String] {
        lines.map { line in
            let sign = line.kind == .added ? "+" : line.kind == .removed ? "-" : " "
            return sign + String(decoding: line.text, as: UTF8.self) + (line.hasLineFeed ? "" : "⏎")
        }
    }

    @Test func `changed lines carry their numbers on both sides`() async throws {
        try made.write("a.txt", (1...20).map { "line \($0)\n" }.joined())
        try made.commit()
        try made.write("a.txt", (1...20).map { $0 == 10 ? "ten\nand more\n" : "line \($0)\n" }.joined())
        try made.commit()
        let diff = try await lastDiff { $0.contextLines = 1 }
        let file = try #require(diff.files.first)
        #expect(diff.files.count == 1)
        #expect(file.kind == .modified)
        #expect(file.path == RepositoryPath("a.txt"))
        let hunk = try #require(file.hunks.first)
        #expect(text(hunk.lines) == [" line 9", "-line 10", "+ten", "+and more", " line 11"])
        #expect(hunk.lines.map(\.oldNumber) == [9, 10, nil, nil, 11])
        #expect(hunk.lines.map(\.newNumber) == [9, nil, 10, 11, 12])
        #expect((hunk.oldStart, hunk.newStart) == (9, 9))
        #expect((file.addedCount, file.removedCount) == (2, 1))
    }

    @Test func `a hunk tells the function around it`() async throws {
        let body = (1...12).map { "    let x\($0) = \($0)\n" }.joined()
        try made.write("a.c", "int first() {\n\(body)}\n")
        try made.commit()
        try made.write("a.c", "int first() {\n\(body)    return 1;\n}\n")
        try made.commit()
        let diff = try await lastDiff()
        #expect(diff.files[0].hunks[0].heading == Array("int first() {".utf8))
    }

    @Test func `added, deleted, renamed, copied, mode and type changes are told apart`() async throws {
        let text = (1...30).map { "some line \($0)\n" }.joined()
        try made.write("moved.txt", text)
        try made.write("source.txt", text.uppercased())
        try made.write("gone.txt", "gone\n")
        try made.write("tool.sh", "#!/bin/sh\n")
        try made.write("kind.txt", "kind\n")
        try made.commit()
        try made.git(["mv", "moved.txt", "there.txt"])
        try made.write("source.txt", text.uppercased() + "END\n")
        try made.write("copy.txt", text.uppercased())
        try made.remove("gone.txt")
        try made.write("new.txt", "new\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(made.path)/tool.sh")
        try made.remove("kind.txt")
        try FileManager.default.createSymbolicLink(atPath: "\(made.path)/kind.txt", withDestinationPath: "/etc/passwd")
        try made.commit()
        let files = Dictionary(uniqueKeysWithValues: try await lastDiff().files.map { ($0.path.text, $0) })
        #expect(
            files.mapValues(\.kind) == [
                "there.txt": .renamed, "source.txt": .modified, "copy.txt": .copied, "gone.txt": .deleted, "new.txt": .added,
                "tool.sh": .modified, "kind.txt": .typeChanged,
            ])
        #expect(files["there.txt"]?.old?.path == RepositoryPath("moved.txt"))
        #expect(files["copy.txt"]?.old?.path == RepositoryPath("source.txt"))
        #expect(files["tool.sh"]?.new?.mode == .executable)
        #expect(files["kind.txt"]?.new?.mode == .symlink)
        #expect(files["gone.txt"]?.new == nil)
        #expect(files["new.txt"]?.old == nil)
    }

    @Test func `binary files and files above the limit are named and left out`() async throws {
        try made.write("image.bin", Data([0, 1, 2, 0, 255]))
        try made.write("large.txt", "small\n")
        try made.commit()
        try made.write("image.bin", Data([0, 1, 2, 3, 0]))
        try made.write("large.txt", String(repeating: "large\n", count: 1_000))
        try made.commit()
        let files = try await lastDiff { $0.fileBytesMax = 1_000 }.files
        #expect(files.map(\.omitted) == [.binary, .tooLarge(byteCount: 6_000)])
        #expect(files.allSatisfy { $0.hunks.isEmpty })
    }

    @Test func `carriage returns, missing line ends and bytes that are no text stay as they are`() async throws {
        try made.write("a.txt", "one\r\ntwo")
        try made.commit()
        try made.write("a.txt", Data(Array("one\r\ntwo ".utf8) + [0xFF, 0xFE]))
        try made.commit()
        let lines = try await lastDiff().files[0].hunks[0].lines
        #expect(lines.map(\.hasLineFeed) == [true, false, false])
        #expect(Array(lines[0].text) == Array("one\r".utf8))
        #expect(Array(lines[2].text) == Array("two ".utf8) + [0xFF, 0xFE])
    }

    @Test func `a line of a million characters is one line`() async throws {
        try made.commit()
        try made.write("a.js", String(repeating: "x", count: 1_000_000))
        try made.commit()
        let file = try await lastDiff().files[0]
        #expect(file.hunks.flatMap(\.lines).map(\.text.count) == [1_000_000])
    }

    @Test func `a path with a line end, and one that is no text, come through as bytes`() async throws {
        try made.commit()
        let blob = try made.git(["hash-object", "-w", "--stdin"], input: Data("x\n".utf8))
        try made.git(["update-index", "-z", "--index-info"], input: Data("100644 \(blob)\ta\nb\0".utf8))
        try made.git(
            ["update-index", "-z", "--index-info"], input: Data(Array("100644 \(blob)\t".utf8) + [0x66, 0xFF] + [0]))
        try made.git(["commit", "-q", "-m", "names"])
        let paths = Set(try await lastDiff().files.map(\.path))
        #expect(paths == [RepositoryPath("a\nb"), RepositoryPath(bytes: [0x66, 0xFF])])
        #expect(Set(paths.map(\.shown)) == ["a\\u{a}b", "f\\xff"])
    }

    @Test func `what is staged, and what only stands in the work tree, are two diffs`() async throws {
        try made.write(".gitignore", "ignored\n")
        try made.write("a.txt", "a\n")
        let head = try #require(CommitSHA(try made.commit()))
        try made.write("a.txt", "staged\n")
        try made.git(["add", "a.txt"])
        try made.write("a.txt", "work\n")
        try made.write("folder/new.txt", "new\n")
        try made.write("ignored", "ignored\n")
        let repository = try open()
        let staged = try await repository.diff(DiffRequest(.staged(head)))
        #expect(staged.files.map(\.path.text) == ["a.txt"])
        #expect(text(staged.files[0].hunks[0].lines) == ["-a", "+staged"])
        let work = try await repository.diff(DiffRequest(.workTree(head)))
        #expect(work.files.map(\.path.text) == ["a.txt", "folder/new.txt"])
        #expect(work.files.map { text($0.hunks.flatMap(\.lines)) } == [["-a", "+work"], ["+new"]])
    }

    @Test func `without a commit everything staged is new`() async throws {
        try made.write("a.txt", "a\n")
        try made.git(["add", "a.txt"])
        let repository = try open()
        #expect(try await repository.hasCommits() == false)
        #expect(try await repository.diff(DiffRequest(.staged(nil))).files.map(\.kind) == [.added])
        #expect(try await repository.diff(DiffRequest(.workTree(nil))).files.map(\.kind) == [.added])
    }

    @Test func `only the paths asked for are compared, and a star in one is a star`() async throws {
        try made.commit()
        for name in ["a/x.txt", "a/y.txt", "b.txt", "*.txt"] { try made.write(name, "text\n") }
        try made.commit()
        let some = try await lastDiff { $0.paths = [RepositoryPath("a"), RepositoryPath("*.txt")] }
        #expect(some.files.map(\.path.text) == ["*.txt", "a/x.txt", "a/y.txt"])
    }

    @Test func `more files than the limit are refused with a sentence`() async throws {
        try made.commit()
        for number in 0..<5 { try made.write("\(number)", "x\n") }
        try made.commit()
        await #expect(throws: GitError.self) { try await lastDiff { $0.filesMax = 4 } }
    }

    @Test func `a file in conflict is read as it stands, and cannot be staged`() async throws {
        try made.write("a.txt", "one\n")
        try made.write("b.txt", "one\n")
        try made.commit()
        try made.git(["checkout", "-q", "-b", "topic"])
        try made.write("a.txt", "two\n")
        try made.write("b.txt", "two\n")
        try made.commit()
        try made.git(["checkout", "-q", "main"])
        try made.write("a.txt", "three\n")
        try made.commit()
        // A merge that does not go through is a failure to git, and here what is wanted.
        try made.git(["-c", "alias.attempt=!git merge -q topic || true", "attempt"])
        let repository = try open()
        let head = try await repository.commit(named: "HEAD")
        let diff = try await repository.diff(DiffRequest(.workTree(head)))
        #expect(diff.files.map(\.path.text) == ["a.txt", "b.txt"])
        let added = try #require(diff.files.first).hunks.flatMap(\.lines).filter { $0.kind == .added }
        #expect(text(added).map { $0.prefix(5) } == ["+<<<<", "+====", "+two", "+>>>>"])
        await #expect(throws: GitError.self) { try await repository.diff(DiffRequest(.staged(head))) }
        #expect(try await repository.diff(DiffRequest(.commits(nil, head))).files.count == 2)
    }

    @Test func `what a sparse checkout keeps away counts as it is in the index`() async throws {
        try made.write("near/a.txt", "a\n")
        try made.write("far/b.txt", "b\n")
        let base = try made.commit()
        try made.write("far/c.txt", "c\n")
        try made.commit()
        try made.git(["sparse-checkout", "set", "near"])
        #expect(!FileManager.default.fileExists(atPath: "\(made.path)/far/b.txt"))
        try made.write("near/a.txt", "changed\n")
        let repository = try open()
        let commit = try await repository.commit(named: base)
        let diff = try await repository.diff(DiffRequest(.workTree(commit)))
        #expect(diff.files.map(\.path.text) == ["far/c.txt", "near/a.txt"])
        #expect(diff.files.map(\.addedCount) == [1, 1])
        var near = DiffRequest(.workTree(commit))
        near.paths = [RepositoryPath("near")]
        #expect(try await repository.diff(near).files.map(\.path.text) == ["near/a.txt"])
    }

    @Test(arguments: ["-diff", "binary"])
    func `a text is a text whatever an attribute says`(_ attribute: String) async throws {
        try made.write(".gitattributes", "*.py \(attribute)\n")
        try made.commit()
        try made.write("a.py", "eval(x)\n")
        try made.write("b.py", Data([0x61, 0, 0x62, 0x0A]))
        try made.commit()
        let diff = try await lastDiff()
        #expect(diff.files.map(\.path.text) == ["a.py", "b.py"])
        #expect(diff.files.map(\.omitted) == [nil, .binary])
        #expect(diff.files.map(\.addedCount) == [1, 0])
    }

    @Test func `the files beside a changed one are known, of a commit and of the index`() async throws {
        for name in ["a.json", "a.lock", "d/b.json", "d/b.lock", "d/e/c.lock"] { try made.write(name, "x") }
        try made.commit()
        try made.write("d/new.lock", "x")
        try made.git(["add", "-A"])
        let repository = try open()
        let head = try await repository.commit(named: "HEAD")
        func names(_ folders: [String], _ range: DiffRange) async throws -> [String] {
            try await repository.files(in: Set(folders.map { RepositoryPath($0) }), of: range).map(\.text).sorted()
        }
        #expect(try await names(["", "gone", "a.lock"], .commits(nil, head)) == ["a.json", "a.lock"])
        #expect(try await names(["d"], .commits(nil, head)) == ["d/b.json", "d/b.lock"])
        #expect(try await names(["d"], .staged(head)) == ["d/b.json", "d/b.lock", "d/new.lock"])
        #expect(try await names([], .workTree(head)) == [])
    }

    @Test func `line counts agree with git over random edits`() async throws {
        var random = SeededRandom(seed: 7)
        var lines = (0..<200).map { "line \($0)" }
        try made.write("a.txt", lines.joined(separator: "\n"))
        try made.commit()
        for _ in 0..<15 {
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let place = Int.random(in: 0..<lines.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: lines.insert("new \(UInt32.random(in: 0...9_999, using: &random))", at: place)
                case 1: lines.remove(at: place)
                default: lines[place] += "!"
                }
            }
            try made.write("a.txt", lines.joined(separator: "\n"))
            try made.commit()
            let file = try await lastDiff().files[0]
            let numstat = try made.git(["diff", "--numstat", "HEAD~1", "HEAD"]).split(separator: "\t")
            #expect(numstat.prefix(2).map { Int($0) } == [file.addedCount, file.removedCount])
            for line in file.hunks.flatMap(\.lines) {
                if let number = line.newNumber { #expect(Array(line.text) == Array(lines[number - 1].utf8)) }
            }
        }
    }
}
