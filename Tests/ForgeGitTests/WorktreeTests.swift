// What a worktree has, keeps and brings back, with the real git as the judge.

import ForgeCore
import ForgeGit
import ForgeTestSupport
import Foundation
import Testing

@Suite struct WorktreeTests {
    private let scene: MirrorScene

    init() throws { scene = try MirrorScene() }

    private func fill() throws {
        try scene.origin.write("a.txt", "a\n")
        try scene.origin.write("d/b.txt", "b\n")
        try scene.origin.write("d/e/c.txt", "c\n")
        try scene.origin.write("run.sh", "#!/bin/sh\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(scene.origin.path)/run.sh")
        try link("\(scene.origin.path)/link", to: "/etc/passwd")
    }

    @Test func `a worktree has the bytes of the commit and nothing of git, and goes with its scope`() async throws {
        let marker = "\(scene.origin.path)/ran"
        try fill()
        try scene.origin.write(".gitattributes", "* text eol=crlf ident filter=run\n")
        try scene.origin.write(
            ".gitmodules", "[submodule \"m\"]\n\tpath = m\n\turl = ext::sh -c touch% \(marker)\n\tupdate = !touch \(marker)\n")
        try scene.origin.write("d/id.txt", "one\ntwo $Id$\n")
        try scene.origin.git(["-c", "core.attributesFile=/dev/null", "-c", "filter.run.clean=cat", "add", "-A"])
        try scene.origin.git(["update-index", "--add", "--cacheinfo", "160000,\(String(repeating: "c", count: 40)),m"])
        try scene.origin.git(["commit", "-q", "-m", "All"])
        let blob = try GitProgram(in: scene.origin.path).run(["cat-file", "blob", "HEAD:d/id.txt"])
        let (mirrors, tree) = try await scene.open()
        await tree.close()
        let folder = try await mirrors.withWorktree(scene.worktree(tree.base)) { tree in
            #expect(
                scene.listing(tree.folder) == [
                    ".gitattributes", ".gitmodules", "a.txt", "d", "d/b.txt", "d/e", "d/e/c.txt", "d/id.txt", "link", "m", "run.sh",
                ])
            #expect(Array(try Data(contentsOf: URL(filePath: "\(tree.folder)/d/id.txt"))) == blob)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(tree.folder)/link") == "/etc/passwd")
            #expect(FileManager.default.isExecutableFile(atPath: "\(tree.folder)/run.sh"))
            #expect(!FileManager.default.isExecutableFile(atPath: "\(tree.folder)/a.txt"))
            let run = try ProcessRun("/usr/bin/git", ["rev-parse", "--git-dir"], in: tree.folder)
            #expect(run.code == 128, "a git that is run in it finds no repository")
            #expect(try await tree.leftAlone.keys.map(\.text) == ["m"])
            #expect(try scene.tree(of: await tree.keep(step: 0)) == scene.origin.git(["rev-parse", "HEAD^{tree}"]))
            return tree.folder
        }
        #expect(!isThere(folder) && scene.listing("\(scene.folder)/worktrees").isEmpty)
        #expect(!isThere(marker))
    }

    @Test func `every step can be brought back exactly, and is a commit that git reads`() async throws {
        try fill()
        try scene.origin.commit()
        let (_, tree) = try await scene.open()
        #expect(try await tree.lastStep == nil)
        let first = try await tree.keep(step: 0)
        #expect(try scene.tree(of: first) == scene.origin.git(["rev-parse", "HEAD^{tree}"]))
        try write("changed\n", to: "\(tree.folder)/a.txt")
        try write("new\n", to: "\(tree.folder)/new/deep/file.txt")
        try remove("\(tree.folder)/d/e")
        try remove("\(tree.folder)/link")
        try link("\(tree.folder)/link", to: "d/b.txt")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(tree.folder)/d/b.txt")
        let second = try await tree.keep(step: 1)
        #expect(try scene.tree(of: second) == scene.judgedTree(of: tree))
        // A file where a folder was, a folder where a file was, an empty folder.
        try remove("\(tree.folder)/d")
        try write("file\n", to: "\(tree.folder)/d")
        try remove("\(tree.folder)/a.txt")
        try write("in\n", to: "\(tree.folder)/a.txt/in")
        try FileManager.default.createDirectory(atPath: "\(tree.folder)/empty", withIntermediateDirectories: true)
        let third = try await tree.keep(step: 2)
        #expect(try scene.tree(of: third) == scene.judgedTree(of: tree))
        #expect(try await tree.lastStep == 2)
        for (step, commit) in [(0, first), (2, third), (1, second), (2, third), (0, first)] {
            try await tree.restore(step: step)
            #expect(try scene.judgedTree(of: tree) == scene.tree(of: commit), "step \(step)")
            #expect(try await tree.keep(step: step) == commit, "step \(step) again is the same commit")
        }
        #expect(try scene.mirror.text(["rev-parse", "refs/forge/runs/7/1"]) == second.description)
        try scene.mirror.run(["fsck", "--strict", "--no-dangling"])
        await tree.close()
    }

    @Test func `a new worktree of the same run takes up where the last one ended`() async throws {
        try fill()
        try scene.origin.commit()
        let (mirrors, tree) = try await scene.open()
        try write("half done\n", to: "\(tree.folder)/work.txt")
        let kept = try await tree.keep(step: 4)
        await tree.close()
        let again = try await mirrors.open(scene.worktree(tree.base))
        #expect(try await again.lastStep == 4)
        #expect(!isThere("\(again.folder)/work.txt"))
        try await again.restore(step: 4)
        #expect(try String(contentsOfFile: "\(again.folder)/work.txt", encoding: .utf8) == "half done\n")
        #expect(try await again.keep(step: 5) == kept)
        await again.close()
        try await mirrors.forget(RunID(7), in: scene.place)
        #expect(try scene.mirror.text(["for-each-ref", "refs/forge/runs"]).isEmpty)
        let missing = await scene.failure {
            try await mirrors.withWorktree(scene.worktree(tree.base)) { try await $0.restore(step: 4) }
        }
        #expect(missing?.kind == .notFound)
    }

    @Test func `a commit is on the base, by the identity, at the time, with its message`() async throws {
        try fill()
        let base = try scene.origin.commit()
        let (_, tree) = try await scene.open()
        try write("fixed\n", to: "\(tree.folder)/a.txt")
        let step = try await tree.keep(step: 0)
        try write("later\n", to: "\(tree.folder)/a.txt")
        let message = "Fix the thing\n\nBecause.\n\nForge-Run: 7\nForge-Ticket: 3\n"
        let time = Timestamp(milliseconds: 1_760_000_000_000)
        let commit = try await tree.commit(CommitRequest(message: message, identity: forge, time: time, tree: step))
        let said = try scene.mirror.text(["log", "-1", "--format=%P%n%an <%ae>%n%cn <%ce>%n%at %ct%n%(trailers:only)", commit.description])
        let person = "\(forge.name) <\(forge.email)>"
        #expect(said.hasPrefix("\(base)\n\(person)\n\(person)\n1760000000 1760000000\nForge-Run: 7\nForge-Ticket: 3\n"), "\(said)")
        #expect(try scene.mirror.text(["show", "\(commit):a.txt"]) == "fixed")
        let now = try await tree.commit(CommitRequest(message: message, identity: forge, time: time))
        #expect(try scene.mirror.text(["show", "\(now):a.txt"]) == "later")
        #expect(try await tree.commit(CommitRequest(message: message, identity: forge, time: time)) == now, "doing it twice shows once")
        try scene.mirror.run(["fsck", "--strict"])
        await tree.close()
    }

    @Test func `a diff is from the base, or a step, to the files or another commit`() async throws {
        try fill()
        try scene.origin.commit()
        let (_, tree) = try await scene.open()
        try write("a\nmore\n", to: "\(tree.folder)/a.txt")
        let step = try await tree.keep(step: 0)
        try write("b\nmore\n", to: "\(tree.folder)/d/b.txt")
        try write("new\n", to: "\(tree.folder)/new.txt")
        let all = try await tree.diff(from: nil, to: nil).files.map { "\($0.kind.rawValue) \($0.path.text) +\($0.addedCount)" }
        #expect(all == ["modified a.txt +1", "modified d/b.txt +1", "added new.txt +1"])
        #expect(try await tree.diff(from: step, to: nil).files.map(\.path.text) == ["d/b.txt", "new.txt"])
        #expect(try await tree.diff(from: nil, to: step).files.map(\.path.text) == ["a.txt"])
        #expect(try await tree.diff(from: step, to: tree.base).files.map(\.removedCount) == [1])
        await tree.close()
    }

    @Test func `of a large tree only what is wanted is written out, and the rest stays in every commit`() async throws {
        for name in ["top.txt", "app/main.txt", "app/core/x.txt", "app/beside/y.txt", "docs/a.md", "docs/deep/b.md"] {
            try scene.origin.write(name, name)
        }
        try scene.origin.commit()
        let (_, tree) = try await scene.open(folders: ["app/core"])
        #expect(scene.listing(tree.folder) == ["app", "app/core", "app/core/x.txt", "app/main.txt", "top.txt"])
        #expect(try await Set(tree.leftAlone.keys.map(\.text)) == ["app/beside", "docs"])
        let base = try scene.origin.git(["rev-parse", "HEAD^{tree}"])
        #expect(try scene.tree(of: await tree.keep(step: 0)) == base)
        // Made in a folder that is not written out: beside what the base has there.
        try write("changed", to: "\(tree.folder)/app/core/x.txt")
        try write("new", to: "\(tree.folder)/docs/deep/new.md")
        try write("over", to: "\(tree.folder)/docs/a.md")
        let step = try await tree.keep(step: 1)
        let names = try scene.mirror.text(["ls-tree", "-r", "--name-only", step.description]).split(separator: "\n").map(String.init)
        #expect(
            names == ["app/beside/y.txt", "app/core/x.txt", "app/main.txt", "docs/a.md", "docs/deep/b.md", "docs/deep/new.md", "top.txt"])
        #expect(try scene.mirror.text(["show", "\(step):docs/a.md"]) == "over")
        try remove("\(tree.folder)/docs")
        try write("app/core/x.txt", to: "\(tree.folder)/app/core/x.txt")
        #expect(try scene.tree(of: await tree.keep(step: 2)) == base, "what is gone again is the base's again")
        try await tree.restore(step: 1)
        #expect(try await tree.keep(step: 3) == step)
        try await tree.restore(step: 0)
        #expect(scene.listing(tree.folder).filter { $0.contains(".") } == ["app/core/x.txt", "app/main.txt", "top.txt"])
        #expect(try scene.tree(of: await tree.keep(step: 4)) == base)
        await tree.close()
    }

    @Test func `large files stay the pointers they are, and are told`() async throws {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "a", count: 64))\nsize 12345\n"
        try scene.origin.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
        try scene.origin.write("art/large.bin", pointer)
        try scene.origin.git(["-c", "filter.lfs.clean=cat", "commit", "-q", "--allow-empty", "-m", "x"])
        try scene.origin.commit()
        let (_, tree) = try await scene.open()
        #expect(try String(contentsOfFile: "\(tree.folder)/art/large.bin", encoding: .utf8) == pointer)
        #expect(try await tree.leftAlone[RepositoryPath("art/large.bin")]?.contains("LFS") == true)
        let request = CommitRequest(message: "x", identity: forge, time: Timestamp(milliseconds: 0))
        _ = try await tree.commit(request)
        try write("the content itself", to: "\(tree.folder)/art/large.bin")
        let error = await scene.failure { _ = try await tree.commit(request) }
        #expect(error?.kind == .refused && error?.message.contains("art/large.bin") == true)
        try remove("\(tree.folder)/art/large.bin")
        _ = try await tree.commit(request)
        await tree.close()
    }

    @Test func `what a killed process left is swept at the next start, and one in use is left alone`() async throws {
        try fill()
        try scene.origin.commit()
        let (_, tree) = try await scene.open()
        let left = "\(scene.folder)/worktrees/1-0"
        // As deep as no path can be named, with a link out and a folder that nobody may read.
        var folder = "\(left)/tree"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let deep = try ProcessRun(
            "/usr/bin/python3",
            ["-c", "import os\nfor n in range(3000):\n os.mkdir('d'*20); os.chdir('d'*20)\nopen('f','w').close(); os.chmod('.', 0)"],
            in: folder)
        #expect(deep.code == 0, "\(deep.errors)")
        folder += "/d"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try link("\(folder)/up", to: scene.origin.path)
        try write("", to: "\(left)/lock")
        _ = try scene.mirrors()
        #expect(!isThere(left))
        #expect(isThere("\(tree.folder)/a.txt"))
        #expect(isThere("\(scene.origin.path)/a.txt"), "links are not followed")
        await tree.close()
    }

    @Test func `one that is let go of without being closed goes, too`() async throws {
        struct Trouble: Error {}
        try fill()
        try scene.origin.commit()
        var (mirrors, tree): (Mirrors, (any SourceWorktree)?) = try await scene.open()
        let base = try #require(tree?.base)
        tree = nil
        #expect(scene.listing("\(scene.folder)/worktrees").isEmpty)
        await #expect(throws: Trouble.self) { try await mirrors.withWorktree(scene.worktree(base)) { _ in throw Trouble() } }
        #expect(scene.listing("\(scene.folder)/worktrees").isEmpty)
    }

    @Test func `without the commit, the mirror, or a place outside of repositories there is no worktree`() async throws {
        let head = try scene.sha(scene.origin.commit())
        let mirrors = try scene.mirrors()
        let none = await scene.failure { _ = try await mirrors.open(scene.worktree(head)) }
        #expect(none?.kind == .notFound && none?.message.contains("fetched first") == true)
        await (try await mirrors.fetch(scene.request())).release()
        let absent = try scene.sha(String(repeating: "a", count: 40))
        #expect(await scene.failure { _ = try await mirrors.open(scene.worktree(absent)) }?.kind == .notFound)
        try FileManager.default.createDirectory(atPath: "\(scene.folder)/.git", withIntermediateDirectories: true)
        let inside = await scene.failure { _ = try await mirrors.open(scene.worktree(head)) }
        #expect(inside?.kind == .refused && inside?.message.contains("outside") == true, "\(String(describing: inside))")
        #expect(scene.listing("\(scene.folder)/worktrees").isEmpty)
    }

    @Test func `a mirror that was replaced meanwhile makes no commit that leads nowhere`() async throws {
        try fill()
        let head = try scene.origin.commit()
        let (mirrors, tree) = try await scene.open()
        try write("", to: "\(try #require(scene.repositories.first))/forge-damaged")
        await (try await mirrors.fetch(scene.request(["refs/heads/main"], [head]))).release()
        try write("x\n", to: "\(tree.folder)/a.txt")
        let error = await scene.failure { _ = try await tree.keep(step: 1) }
        #expect(error?.kind == .unavailable)
        #expect(try scene.mirror.text(["for-each-ref", "refs/forge/runs"]).isEmpty)
        await tree.close()
        #expect(await scene.failure { _ = try await tree.keep(step: 1) }?.kind == .defect)
    }

    @Test func `what the steps of forgotten runs left goes when the mirror is put in order, and other runs keep theirs`() async throws {
        try fill()
        try scene.origin.commit()
        let (mirrors, first) = try await scene.open(run: 1) { $0.looseObjectsMax = 10 }
        let second = try await mirrors.open(scene.worktree(first.base, run: 2))
        var kept: [CommitSHA] = []
        for step in 0..<6 {
            try write("first \(step)\n", to: "\(first.folder)/a.txt")
            try write("second \(step)\n", to: "\(second.folder)/d/e/c.txt")
            _ = try await first.keep(step: step)
            kept.append(try await second.keep(step: step))
        }
        let loose = { try scene.mirror.text(["count-objects"]).prefix { $0 != " " } }
        try await mirrors.forget(RunID(1), in: scene.place)
        await mirrors.tidy()
        #expect(try loose() != "0", "not while somebody is at work")
        await first.close()
        await second.close()
        await mirrors.tidy()
        #expect(try loose() == "0")
        let again = try await mirrors.open(scene.worktree(first.base, run: 2))
        for step in 0..<6 {
            try await again.restore(step: step)
            #expect(try await again.keep(step: step) == kept[step])
        }
        try scene.mirror.run(["fsck", "--strict"])
        await again.close()
    }

    @Test func `history and blame are what git says`() async throws {
        for number in 1...6 {
            let lines = (1...6).map { $0 <= number ? "line \($0)\n" : "" }.joined()
            try scene.origin.write("d/a.txt", lines)
            if number.isMultiple(of: 2) { try scene.origin.write("other.txt", "\(number)\n") }
            try scene.origin.commit("Number \(number)")
        }
        try scene.origin.git(["checkout", "-q", "-b", "side", "main~2"])
        try scene.origin.write("side.txt", "side\n")
        try scene.origin.commit("Side")
        try scene.origin.git(["checkout", "-q", "main"])
        try scene.origin.git(["merge", "-q", "--no-ff", "-m", "Merge", "side"])
        let (_, tree) = try await scene.open()
        for path in [nil, "d/a.txt", "other.txt", "d", "side.txt", "absent"] {
            let told = try await tree.log(path.map { RepositoryPath($0) }, countMax: 100).map(\.commit.description)
            let git = try scene.origin.git(["log", "--format=%H", "main"] + (path.map { ["--", $0] } ?? [])).split(separator: "\n").map(
                String.init)
            #expect(Set(told) == Set(git) && told.count == git.count, "\(path ?? "all")")
        }
        #expect(try await tree.log(nil, countMax: 2).count == 2)
        #expect(try await tree.log(RepositoryPath("side.txt"), countMax: 9).first?.message == "Side\n")
        let blame = try await tree.blame(RepositoryPath("d/a.txt"), lines: 2...99)
        let git = try scene.origin.git(["blame", "-s", "-l", "--root", "-L2,6", "main", "--", "d/a.txt"]).split(separator: "\n")
        #expect(blame.map(\.commit.description) == git.map { String($0.prefix(40)) } && blame.map(\.line) == Array(2...6))
        #expect(blame.allSatisfy { $0.author == "A" && $0.time.milliseconds == 1_700_000_000_000 })
        #expect(await scene.failure { _ = try await tree.blame(RepositoryPath("d"), lines: 1...2) }?.kind == .notFound)
        #expect(await scene.failure { _ = try await tree.blame(RepositoryPath("d/a.txt"), lines: 7...9) }?.kind == .notFound)
        await tree.close()
    }
}
