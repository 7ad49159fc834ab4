// What a look at the files sees: every change, nothing that is ignored, and what no commit may hold. The real git is the judge.

import ForgeCore
import ForgeGit
import ForgeTestSupport
import Foundation
import Testing

@Suite struct WorktreeLookTests {
    private let scene: MirrorScene

    init() throws { scene = try MirrorScene() }

    // MARK: Any change

    @Test(arguments: UInt64(0)..<8) func `whatever is done to the files, the tree is the one that git makes of them`(_ seed: UInt64)
        async throws
    {
        var random = SeededRandom(seed: seed)
        for number in 0..<30 { try scene.origin.write("d\(number % 4)/e\(number % 3)/f\(number).txt", "\(number)\n") }
        try scene.origin.write(".gitignore", "*.log\n/d1/e1/\n")
        try scene.origin.git(["add", "-A", "-f"])
        try scene.origin.commit()
        let (_, tree) = try await scene.open()
        var steps: [(Int, CommitSHA)] = []
        for step in 0..<8 {
            var touched: Set<RepositoryPath> = []
            for _ in 0..<random.below(6) { touched.insert(RepositoryPath(try change(tree.folder, &random))) }
            let commit = try await tree.keep(step: step, touched: random.below(2) == 0 ? touched : nil)
            #expect(try scene.tree(of: commit) == scene.judgedTree(of: tree), "seed \(seed), step \(step)")
            steps.append((step, commit))
        }
        for (step, commit) in steps.shuffled(using: &random) {
            try await tree.restore(step: step)
            #expect(try await tree.keep(step: step) == commit, "seed \(seed), back to step \(step)")
            #expect(try scene.judgedTree(of: tree) == scene.tree(of: commit), "seed \(seed), back to step \(step)")
        }
        try scene.mirror.run(["fsck", "--strict"])
        await tree.close()
    }

    /// Changes one thing, and says which.
    private func change(_ folder: String, _ random: inout SeededRandom) throws -> String {
        let names = ["d0", "d1", "d1/e1", "d2/e2", "n", "n/m"]
        let ends = ["f\(random.below(12)).txt", "x.log", "build", "link", "y", ".gitignore"]
        let path = "\(random.element(of: names))/\(random.element(of: ends))"
        let whole = "\(folder)/\(path)"
        // What stands in the way of making something is removed, so that files become folders and folders files.
        let parts = path.split(separator: "/")
        for count in 1..<parts.count {
            let above = "\(folder)/" + parts.prefix(count).joined(separator: "/")
            if isThere(above), !isFolder(above) { try remove(above) }
        }
        try FileManager.default.createDirectory(
            atPath: URL(filePath: whole).deletingLastPathComponent().path, withIntermediateDirectories: true)
        let what = random.below(5)
        if what < 4, isThere(whole), what != 3 || isFolder(whole) { try remove(whole) }
        switch what {
        case 0: break
        case 1: try link(whole, to: "../\(random.below(3))")
        case 2: try write("in\n", to: "\(whole)/in.txt")
        case 3:
            let patterns = ["*.log", "y", "!x.log", "build/", "/f1*", "f[2-4].txt", "**/m", "n/**"]
            let text = (0..<3).map { _ in random.element(of: patterns) + "\n" }.joined()
            try write(path.hasSuffix(".gitignore") ? text : "text \(random.below(9))\n", to: whole)
        default:
            if isThere(whole), !isFolder(whole) { try remove(whole) }
            if !isThere(whole) { try write("run \(random.below(9))\n", to: whole) }
            if !isFolder(whole) {
                try FileManager.default.setAttributes([.posixPermissions: random.below(2) == 0 ? 0o755 : 0o644], ofItemAtPath: whole)
            }
        }
        // A file that became a folder changed what lies above it, too.
        return String(parts[0])
    }

    private func isFolder(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType == .typeDirectory
    }

    /// Lists of the files leave out the same; their own test has the same file.
    @Test func `rules beyond the first 256 KiB of a .gitignore say nothing, and half of one neither`() async throws {
        try scene.origin.commit()
        let (_, tree) = try await scene.open()
        let filler = String(repeating: "# what is not needed\n", count: IgnoreFile.bytesMax / 21 - 9)
        let half = String(repeating: "x", count: IgnoreFile.bytesMax - 6 - filler.utf8.count - 3)
        // The bound falls behind "x*" of the last rule but one.
        try write("*.log\n" + filler + "#\(half.dropFirst())\nx*.never\n*.tmp\n", to: "\(tree.folder)/.gitignore")
        for name in ["a.log", "a.tmp", "xa", "xa.never"] { try write("", to: "\(tree.folder)/\(name)") }
        let kept = try await tree.keep(step: 0)
        let names = try scene.mirror.text(["ls-tree", "--name-only", kept.description]).split(separator: "\n")
        #expect(names == [".gitignore", "a.tmp", "xa", "xa.never"])
        await tree.close()
    }

    @Test func `patterns mean what they mean to git`() async throws {
        try scene.origin.commit()
        let (_, tree) = try await scene.open()
        let patterns = [
            "*.log", "build/", "/top", "top", "d*/x", "**/deep", "a/**", "a/**/b", "**/a/b", "!x.log", "[a-c].txt", "[!a-c].txt",
            "[^a-c].txt",
            "foo/*/bar", "\\#x", "#x", "x ", "x\\ ", "*", "*/", "**", "/*", "/**", "/**/", "a", "a/", "/a", "a/b", "a/b/", "?.txt", "a?b",
            "a*b",
            "a**b", "**.txt", "*a*b*", "[[:digit:]].txt", "[[:alpha:]]*", "[]-]x", "[a", "a[", "\\", "a\\", "\\a", "\\*", "[\\]]", "[a-]",
            "x.log\r",
            "a/*/", "*/b", "**/*", "**/*.txt", "a/**/**/b", "**/", "!*", "!a", "[z-a]", "[[:foo:]]", "{a,b}", "a/./b", "./a", "a//b", "//a",
            "***", "*\\*",
        ]
        let paths = [
            "a", "b", "x", "top", "x.log", "y.log", "a.txt", "c.txt", "d.txt", "1.txt", "ab", "a1b", "a-b", "#x", "x ", "a*", "*", "]",
            "-x", "]x", "\\",
            "{a,b}", "[a", "s/x.log", "s/top", "s/a", "s/t/a.txt", "d1/x", "d1/y/x", "deep", "foo/1/bar", "foo/1/2/bar", "s/foo/1/bar",
            "build",
        ]
        let trees = ["a/c", "a/b/c", "a/1/b", "a/1/2/b", "build/out/file", "s/build/file", "s/deep/file", "s/a/b/file", "a.d/b/file"]
        for (number, pattern) in patterns.enumerated() {
            for (kind, names) in [paths, trees].enumerated() {
                let folder = "\(tree.folder)/p\(number)-\(kind)"
                try write(kind == 0 ? pattern + "\n" : "\(pattern)\n!keep\n", to: "\(folder)/.gitignore")
                for name in names where !isFolder("\(folder)/\(name)") { try write("x", to: "\(folder)/\(name)") }
            }
        }
        let own = try await tree.keep(step: 0)
        let judged = try scene.judgedTree(of: tree)
        // The judge's objects are gone by now, so differences are told by names.
        if try scene.tree(of: own) != judged {
            let kept = try scene.mirror.text(["ls-tree", "-r", "--name-only", "-z", own.description]).split(separator: "\0").map(
                String.init)
            Issue.record("the trees differ; kept: \(kept.count)")
            try judgePatterns(patterns, own, tree.folder)
        }
        await tree.close()
    }

    /// Which pattern it is.
    private func judgePatterns(_ patterns: [String], _ own: CommitSHA, _ folder: String) throws {
        let git = GitProgram(in: folder)
        let dir = "\(scene.folder)/judge.git"
        try git.run(["init", "-q", "--bare", dir])
        try git.run(["--git-dir=\(dir)", "--work-tree=\(folder)", "add", "-A"])
        for (number, pattern) in patterns.enumerated() {
            for kind in 0...1 {
                let name = "p\(number)-\(kind)/"
                let judged = try git.text(["--git-dir=\(dir)", "--work-tree=\(folder)", "ls-files", "-z", name]).split(separator: "\0")
                let kept = try scene.mirror.text(["ls-tree", "-r", "-z", "--name-only", own.description, name]).split(separator: "\0")
                #expect(Set(judged) == Set(kept), "\(pattern)")
            }
        }
    }

    // MARK: Changes that hide

    @Test func `a change of the same size in the same moment is seen, and so is one with its time set back`() async throws {
        try scene.origin.write("a.txt", "0000\n")
        try scene.origin.commit()
        let (_, tree) = try await scene.open()
        let path = "\(tree.folder)/a.txt"
        let time = try #require(try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date)
        for number in 1...300 {
            let text = String(10_000 + number).suffix(4) + "\n"
            let file = try #require(FileHandle(forUpdatingAtPath: path))
            try file.write(contentsOf: Data(text.utf8))
            try file.close()
            try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
            let commit = try await tree.keep(step: 0, touched: number.isMultiple(of: 2) ? [RepositoryPath("a.txt")] : nil)
            let told = try await tree.diff(from: nil, to: commit).files.first?.hunks.first?.lines.last?.text
            #expect(told.map { String(decoding: $0, as: UTF8.self) } == String(text.dropLast()), "\(number)")
        }
        await tree.close()
    }

    @Test func `files that change while they are looked at, and links put in the way, bring in nothing from outside`() async throws {
        for number in 0..<40 { try scene.origin.write("d\(number % 4)/f\(number)", "\(number)\n") }
        try scene.origin.commit()
        let (_, tree) = try await scene.open()
        let outside = "\(scene.folder)/outside"
        let word = "SECRET-" + String(repeating: "z", count: 20)
        for number in 0..<40 { try write("\(word)\n", to: "\(outside)/f\(number)") }
        let program = """
            import os, random, sys
            top, outside = sys.argv[1:]
            print('at work', flush=True)
            while True:
                d = os.path.join(top, 'd%d' % random.randrange(4))
                name, here = 'f%d' % random.randrange(40), None
                try:
                    # It must not follow a link that was kept and brought back: what it did outside would be its own doing.
                    here = os.open(d, os.O_DIRECTORY | os.O_NOFOLLOW)
                    match random.randrange(5):
                        case 0: os.rename(d, d + 'x'); os.symlink(outside, d); os.unlink(d); os.rename(d + 'x', d)
                        case 1: os.unlink(name, dir_fd=here); os.symlink(outside + '/f1', name, dir_fd=here)
                        case 2:
                            if random.randrange(2): os.unlink(name, dir_fd=here)
                            way = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
                            file = os.open(name, way, dir_fd=here)
                            try: os.write(file, b'x' * random.randrange(100000))
                            finally: os.close(file)
                        case 3: os.mkfifo('fifo', dir_fd=here)
                        case 4: os.unlink('fifo', dir_fd=here)
                except OSError: pass
                if here is not None: os.close(here)
            """
        let rival = Process()
        let output = Pipe()
        rival.executableURL = URL(filePath: "/usr/bin/python3")
        rival.arguments = ["-c", program, tree.folder, outside]
        rival.standardOutput = output
        rival.standardError = FileHandle.nullDevice
        try rival.runAlone()
        // Children of a test begin with signals blocked; this one cannot be.
        defer { kill(rival.processIdentifier, SIGKILL) }
        _ = output.fileHandleForReading.availableData
        for step in 0..<60 { _ = try await tree.keep(step: step) }
        // Against somebody who goes on it may fail, and must do no harm.
        for step in 0..<5 { _ = await scene.failure { try await tree.restore(step: step) } }
        kill(rival.processIdentifier, SIGKILL)
        rival.waitUntilExit()
        try scene.mirror.run(["fsck", "--strict"])
        for step in 0..<60 { try scene.mirror.run(["grep", "-q", word, "refs/forge/runs/7/\(step)"], codes: [1]) }
        for number in 0..<40 { #expect(try String(contentsOfFile: "\(outside)/f\(number)", encoding: .utf8) == "\(word)\n") }
        try await tree.restore(step: 9)
        #expect(try scene.judgedTree(of: tree) == scene.mirror.text(["rev-parse", "refs/forge/runs/7/9^{tree}"]))
        await tree.close()
    }

    @Test func `with a hint only what it names is looked at, and what lies below it`() async throws {
        for name in ["a", "b", "d/c", "d/e/f"] { try scene.origin.write(name, name) }
        try scene.origin.commit()
        let (_, tree) = try await scene.open()
        for name in ["a", "b", "d/c", "d/e/f", "new/x"] { try write("changed", to: "\(tree.folder)/\(name)") }
        func kept(_ touched: [String]) async throws -> [String] {
            let commit = try await tree.keep(step: 0, touched: Set(touched.map { RepositoryPath($0) }))
            return try await tree.diff(from: nil, to: commit).files.map(\.path.text)
        }
        #expect(try await kept([]) == [])
        #expect(try await kept(["a"]) == ["a"])
        #expect(try await kept(["d/e"]) == ["a", "d/e/f"])
        #expect(try await kept(["new/x", "absent/y", "b/below"]) == ["a", "b", "d/e/f", "new/x"])
        try remove("\(tree.folder)/d")
        #expect(try await kept(["d/e/f"]) == ["a", "b", "d/c", "d/e/f", "new/x"])
        #expect(try scene.tree(of: await tree.keep(step: 1)) == scene.judgedTree(of: tree))
        await tree.close()
    }

    @Test(arguments: [false, true])
    func `what a refused look has seen is in the next step, and none is kept before`(_ isHinted: Bool) async throws {
        // Whatever the order in which the folder is read, some of these are seen before what is refused.
        let names = (0..<40).map { "src/f\($0)" } + ["b"]
        for name in names + ["other"] { try scene.origin.write(name, "first\n") }
        try scene.origin.commit()
        let (_, tree) = try await scene.open()
        _ = try await tree.keep(step: 0)
        for name in names { try write("second\n", to: "\(tree.folder)/\(name)") }
        try write("x", to: "\(tree.folder)/src/.git/config")
        let touched = isHinted ? Set(["b", "src"].map { RepositoryPath($0) }) : nil
        #expect(await scene.failure { _ = try await tree.keep(step: 1, touched: touched) }?.kind == .refused)
        try write("second\n", to: "\(tree.folder)/other")
        let other = Set([RepositoryPath("other")])
        #expect(await scene.failure { _ = try await tree.keep(step: 1, touched: other) }?.kind == .refused)
        try remove("\(tree.folder)/src/.git")
        let commit = try await tree.keep(step: 1, touched: other)
        #expect(try scene.tree(of: commit) == scene.judgedTree(of: tree))
        let files = try await tree.diff(from: nil, to: commit).files.map(\.path.text)
        #expect(Set(files) == Set(names + ["other"]))
        await tree.close()
    }

    // MARK: What is refused

    @Test(
        arguments: [
            ".git", ".GIT", ".Git", "git~1", "GIT~1", ".g\u{200C}it", "\u{FEFF}.git", ".git\u{202A}", ".git ", ".git.", ".git. .",
            ".git::$INDEX",
            ".git\\x", "git~1.", "deep/.git", "a\\.git\\config", "a\\git~1",
        ])
    func `a name that somebody takes for a repository is refused, with its path`(_ name: String) async throws {
        try scene.origin.write("deep/a.txt", "a\n")
        try scene.origin.write(".gitignore", ".git*\n")
        try scene.origin.commit()
        let (_, tree) = try await scene.open()
        let clean = try await tree.keep(step: 0)
        for isFolder in [false, true] {
            try write("x", to: "\(tree.folder)/\(name)\(isFolder ? "/config" : "")")
            // First with the hint: after a refusal no hint counts.
            for touched in [Set([RepositoryPath(name + (isFolder ? "/config" : ""))]), nil] {
                let error = await scene.failure { _ = try await tree.keep(step: 1, touched: touched) }
                #expect(error?.kind == .refused, "\(name) \(isFolder)")
                #expect(error?.message.contains(RepositoryPath(name).shown) == true, "\(error?.message ?? "")")
            }
            let request = CommitRequest(message: "x", identity: forge, time: Timestamp(milliseconds: 0))
            #expect(await scene.failure { _ = try await tree.commit(request) }?.kind == .refused)
            #expect(await scene.failure { _ = try await tree.diff(from: nil, to: nil) }?.kind == .refused)
            try await tree.restore(step: 0)
            #expect(!isThere("\(tree.folder)/\(name)"))
            #expect(try await tree.keep(step: 2) == clean)
        }
        await tree.close()
    }

    @Test func `names that only look like it are kept`() async throws {
        try scene.origin.commit()
        let (_, tree) = try await scene.open()
        for name in [
            ".gitignore2", ".github/x", ".gitkeep", "git", "git~2", ".git-x", "a.git/x", "..x", "...", ".gitattributes", "HEAD", "refs/x",
            "a\\b", "a\\x.git", "gitmod~1", "gi7eba~1",
        ] {
            try write("x", to: "\(tree.folder)/\(name)")
        }
        for name in ["gitmod~5", "gitmodules", ".gitmodules\\x"] { try link("\(tree.folder)/\(name)", to: "git") }
        #expect(try scene.tree(of: await tree.keep(step: 0)) == scene.judgedTree(of: tree))
        await tree.close()
    }

    @Test(arguments: ["sub", ""]) func `a folder that is a repository is refused unless the base has it`(_ place: String) async throws {
        let known = try TemporaryRepository(["--bare"])
        try FileManager.default.copyItem(atPath: known.path, toPath: "\(scene.origin.path)/known.git")
        try scene.origin.write("known.git/refs/heads/keep", "")
        try scene.origin.write("known.git/objects/keep", "")
        try scene.origin.commit()
        let (_, tree) = try await scene.open()
        _ = try await tree.keep(step: 0)
        let folder = place.isEmpty ? tree.folder : "\(tree.folder)/\(place)"
        for shape in [["HEAD", "objects/x", "refs/x"], ["HEAD", "commondir"]] {
            for name in shape { try write("x", to: "\(folder)/\(name)") }
            for touched in [Set([RepositoryPath((place.isEmpty ? "" : place + "/") + shape[1])]), nil] {
                let error = await scene.failure { _ = try await tree.keep(step: 1, touched: touched) }
                #expect(error?.kind == .refused && error?.message.contains(place.isEmpty ? "the worktree" : place) == true, "\(shape)")
            }
            try await tree.restore(step: 0)
        }
        await tree.close()
    }

    @Test func `a link called gitmodules, and a file in the place of a submodule, are refused`() async throws {
        try scene.origin.write("a", "a")
        try scene.origin.git(["add", "-A"])
        try scene.origin.git(["update-index", "--add", "--cacheinfo", "160000,\(String(repeating: "c", count: 40)),m"])
        try scene.origin.git(["commit", "-q", "-m", "All"])
        let (_, tree) = try await scene.open()
        try write("lost?", to: "\(tree.folder)/m/x")
        #expect(
            try scene.tree(of: await tree.keep(step: 0)) == scene.origin.git(["rev-parse", "HEAD^{tree}"]), "what lies in it is left alone")
        for place in ["m/.git", "m/x/y/.GIT", "m/z/git~1"] {
            try? remove("\(tree.folder)/m/x")  // It may be gone with the last one.
            try write("gitdir: elsewhere", to: "\(tree.folder)/\(place)")
            for touched in [Set([RepositoryPath(place)]), nil] {
                let error = await scene.failure { _ = try await tree.keep(step: 1, touched: touched) }
                #expect(error?.kind == .refused && error?.message.contains(RepositoryPath(place).shown) == true, "\(place)")
            }
            try await tree.restore(step: 0)
        }
        try write("lost?", to: "\(tree.folder)/m/x")
        try remove("\(tree.folder)/m")
        #expect(try scene.tree(of: await tree.keep(step: 0)) == scene.origin.git(["rev-parse", "HEAD^{tree}"]))
        try write("x", to: "\(tree.folder)/m")
        #expect(await scene.failure { _ = try await tree.keep(step: 1) }?.message.contains("submodule") == true)
        try await tree.restore(step: 0)
        for name in [
            ".gitmodules", ".GitModules.", "gitmod~1", "GITMOD~4", "gi7eba~1", "gi~12345", ".gitmod\u{200C}ules", "a\\.gitmodules",
        ] {
            try link("\(tree.folder)/\(name)", to: "a")
            for touched in [Set([RepositoryPath(name)]), nil] {
                let error = await scene.failure { _ = try await tree.keep(step: 1, touched: touched) }
                #expect(error?.kind == .refused && error?.message.contains(RepositoryPath(name).shown) == true, "\(name)")
            }
            try await tree.restore(step: 0)
        }
        await tree.close()
    }

    @Test func `limits are named, and pipes and sockets are nothing`() async throws {
        try scene.origin.write("a", "a")
        try scene.origin.commit()
        let (_, tree) = try await scene.open { options in
            options.worktree.fileBytesMax = 1_000
            options.worktree.keptBytesMax = 5_000
            options.worktree.depthMax = 10
            options.worktree.filesMax = 100
        }
        let clean = try await tree.keep(step: 0)
        _ = try ProcessRun("/usr/bin/mkfifo", ["pipe"], in: tree.folder)
        #expect(try await tree.keep(step: 1) == clean)
        let bad: [(String, [String])] = [
            ("1000 bytes", ["big"]), ("5000 bytes", (0..<8).map { "m\($0)" }),
            ("deeper than 10", [String(repeating: "d/", count: 12) + "x"]),
            ("more than 100", (0..<120).map { "n\($0)" }),
        ]
        for (what, names) in bad {
            for name in names {
                try write(
                    String(repeating: String(name.prefix(1)), count: what == "1000 bytes" ? 1_001 : 900) + name,
                    to: "\(tree.folder)/\(name)")
            }
            let error = await scene.failure { _ = try await tree.keep(step: 2) }
            #expect(error?.kind == .tooLarge && error?.message.contains(what) == true, "\(what): \(error?.message ?? "")")
            try await tree.restore(step: 0)
            #expect(try await tree.keep(step: 1) == clean)
        }
        await tree.close()
    }
}
