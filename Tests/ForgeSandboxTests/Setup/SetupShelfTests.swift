// What a setup left, kept and put elsewhere: files, folders and links as they were, and nothing else, whoever made it and however much of it.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Testing

@Suite(.timeLimit(.minutes(3))) struct SetupShelfTests {
    private struct Scene {
        let folder: TemporaryFolder
        let cache: SetupCache
        let sandbox: BubblewrapSandbox
        let made: SetupPlace
        let place: SetupPlace

        /// As the sandbox's user, where that is another one.
        static let user: UInt32? = geteuid() == 0 ? 70_000 : nil

        /// `prepare` writes the commit's files into both worktrees.
        static func with(
            _ limits: SetupLimits = SetupLimits(), files: [String: String] = ["code.txt": "as committed\n", "src/a.txt": "a\n"],
            _ work: (Scene) async throws -> Void
        ) async throws {
            try await TemporaryFolder.with { folder in
                let cache = try SetupCache(folder: folder.path(of: "setup"), limits: limits, user: user)
                for name in ["made", "place"] {
                    for (path, text) in files {
                        let file = URL(filePath: folder.path(of: "\(name)/\(path)"))
                        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                        try Data(text.utf8).write(to: file)
                    }
                }
                try await work(
                    Scene(
                        folder: folder, cache: cache, sandbox: BubblewrapSandbox(),
                        made: SetupPlace(worktree: folder.path(of: "made"), home: await cache.makeHome()),
                        place: SetupPlace(worktree: folder.path(of: "place"), home: await cache.makeHome())))
            }
        }

        func shell(_ script: String, at place: SetupPlace) async throws -> SandboxEnding {
            try await sandbox.run(
                SandboxCommand(
                    arguments: ["sh", "-c", script], worktree: place.worktree, limits: SandboxLimits(wallTime: .seconds(100)),
                    writable: ["/agent": place.home]))
        }

        /// A setup that does this.
        func setUp(_ script: String, as key: SetupKey? = nil) async throws -> SetupContents {
            let record = try await cache.record(of: made.worktree)
            let ending = try await shell(script, at: made)
            #expect(ending.isSuccess, "\(ending.text)")
            return try await cache.take(from: made, since: record, into: place, as: key)
        }
    }

    private func key(_ digit: Character) throws -> SetupKey { try #require(SetupKey(text: String(repeating: digit, count: 32))) }

    @Test func `what a setup made is there for the next commands, with its modes and links, and theirs to change`() async throws {
        try await Scene.with { scene in
            let contents = try await scene.setUp(
                """
                mkdir -p node_modules/.bin src/made ~/.cache/deep; echo 'echo ran' >node_modules/tool; chmod 755 node_modules/tool
                ln -s ../tool node_modules/.bin/tool; ln -s /usr/bin/env far; echo new >src/made/b.txt; echo kept >~/.cache/deep/file
                mkdir closed; echo x >closed/x; chmod 555 closed; printf '\\377' >"$(printf 'odd\\377')"
                """)
            #expect(contents.changedCount == 0 && contents.leftOut == 0)
            #expect(contents.entries == 13, "\(contents)")
            let seen = try await scene.shell(
                """
                set -e
                sh node_modules/.bin/tool; readlink far; cat src/made/b.txt ~/.cache/deep/file closed/x; stat -c %a closed node_modules/tool
                echo mine >~/.cache/deep/file; echo mine >node_modules/tool; rm src/made/b.txt; ls | wc -l
                """, at: scene.place)
            #expect(seen.text == "ran\n/usr/bin/env\nnew\nkept\nx\n555\n755\n6\n", "\(seen.text)")
        }
    }

    @Test func `what is no file, folder or link, lends rights, or belongs to git, stays behind`() async throws {
        try await Scene.with { scene in
            let contents = try await scene.setUp(
                """
                mkdir -p made .git/hooks src/.git; mkfifo made/pipe; cp /bin/true made/lent; chmod 6755 made/lent; chmod 1777 made
                perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un("made/socket")) or die'
                mknod made/device c 1 3 2>/dev/null && exit 9
                ln -s /etc/passwd leak; ln -s ../.. up; ln -s loop loop; echo '[core]' >.git/config; echo x >src/.git/config
                d=made; for i in $(seq 300); do d=$d/d; mkdir $d || break; done
                echo changed >code.txt; rm src/a.txt; ln -s /etc src/a.txt
                true
                """, as: try key("a"))
            // The pipe, the socket, what lies too deep, and git's own at the top and in a folder of the commit.
            #expect(contents.leftOut == 5, "\(contents)")
            #expect(contents.changed == [RepositoryPath("code.txt"), RepositoryPath("src/a.txt")] && contents.changedCount == 2)
            let entry = scene.folder.path(of: "setup/\(try key("a").text)/worktree")
            for folder in [scene.place.worktree, entry] {
                for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
                    var facts = stat()
                    #expect(unsafe lstat("\(folder)/\(name)", &facts) == 0)
                    #expect([S_IFREG, S_IFDIR, S_IFLNK].contains(facts.st_mode & S_IFMT), "\(name)")
                    #expect(facts.st_mode & 0o7000 == 0 && !name.split(separator: "/").contains(".git"), "\(name)")
                }
            }
            func text(_ name: String) -> String? {
                FileManager.default.contents(atPath: "\(scene.place.worktree)/\(name)").map { String(decoding: $0, as: UTF8.self) }
            }
            #expect(text("code.txt") == "as committed\n" && text("src/a.txt") == "a\n")
            // A link is a text that was copied: inside it leads to the sandbox's own, and nobody follows it out here.
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(scene.place.worktree)/leak") == "/etc/passwd")
        }
    }

    @Test func `what git had there before is not told as left out`() async throws {
        try await Scene.with(files: [".git/config": "[core]\n", "code.txt": "as committed\n", "src/.git": "gitdir: elsewhere\n"]) { scene in
            let contents = try await scene.setUp("mkdir -p lib src/more; touch lib/a")
            #expect(contents.leftOut == 0 && contents.changedCount == 0 && contents.entries == 3, "\(contents)")
        }
    }

    @Test func `an entry is found by its key, and nothing that a run does changes it`() async throws {
        try await Scene.with { scene in
            let key = try key("b")
            #expect(try await !scene.cache.put(key, into: scene.place))
            _ = try await scene.setUp("mkdir lib; echo good >lib/a; echo good >~/b", as: key)
            let ending = try await scene.shell(
                "echo evil >lib/a; echo evil >~/b; echo evil >~/c; ln -f lib/a lib/d; chmod 777 lib", at: scene.place)
            #expect(ending.isSuccess, "\(ending.text)")
            let next = SetupPlace(worktree: scene.folder.path(of: "next"), home: try await scene.cache.makeHome())
            try FileManager.default.createDirectory(atPath: next.worktree, withIntermediateDirectories: false)
            #expect(try await scene.cache.put(key, into: next))
            let seen = try await scene.shell("cat lib/a ~/b; ls -A ~ lib; stat -c %h lib/a", at: next)
            #expect(seen.text == "good\ngood\n/agent:\nb\n\nlib:\na\n1\n", "\(seen.text)")
        }
    }

    @Test func `of two that make the same at once both have it, and one is kept`() async throws {
        try await Scene.with { scene in
            let key = try key("d")
            let record = try await scene.cache.record(of: scene.made.worktree)
            #expect(try await scene.shell("mkdir lib; for i in $(seq 200); do echo $i >lib/$i; done", at: scene.made).isSuccess)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        // As another process has it.
                        let beside = try SetupCache(folder: scene.folder.path(of: "setup"), user: Scene.user)
                        let place = SetupPlace(worktree: scene.folder.path(of: "beside\(number)"), home: try await beside.makeHome())
                        try FileManager.default.createDirectory(atPath: place.worktree, withIntermediateDirectories: false)
                        _ = try await beside.take(from: scene.made, since: record, into: place, as: key)
                        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(place.worktree)/lib").count == 200)
                    }
                }
                try await group.waitForAll()
            }
            let entries = try FileManager.default.contentsOfDirectory(atPath: scene.folder.path(of: "setup"))
            #expect(entries.sorted() == [".staging", key.text, "\(key.text).bytes"])
            #expect(try await scene.cache.put(key, into: scene.place))
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(scene.place.worktree)/lib").count == 200)
        }
    }

    @Test func `what is there already stays, also where a link is in the way`() async throws {
        try await Scene.with { scene in
            let outside = scene.folder.path(of: "outside")
            try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: "\(scene.place.worktree)/lib", withDestinationPath: outside)
            try Data("own\n".utf8).write(to: URL(filePath: "\(scene.place.worktree)/b"))
            _ = try await scene.setUp("mkdir lib; echo made >lib/a; echo made >b")
            #expect(try FileManager.default.contentsOfDirectory(atPath: outside).isEmpty)
            #expect(FileManager.default.contents(atPath: "\(scene.place.worktree)/b") == Data("own\n".utf8))
        }
    }

    @Test func `too many files, or too large ones, are refused, and nothing of them is left`() async throws {
        var limits = SetupLimits()
        limits.entryFilesMax = 50_000
        limits.entryBytesMax = 8 << 20
        for script in [
            "mkdir many; cd many; seq 100000 | xargs touch", "dd if=/dev/zero of=large bs=1M count=9 2>/dev/null",
        ] {
            try await Scene.with(limits) { scene in
                let key = try key("c")
                await #expect(throws: SandboxError.self) { _ = try await scene.setUp(script, as: key) }
                #expect(try await !scene.cache.put(key, into: scene.place))
                let staged = try FileManager.default.contentsOfDirectory(atPath: scene.folder.path(of: "setup/.staging"))
                // The two homes.
                let left = try staged.flatMap {
                    try FileManager.default.contentsOfDirectory(atPath: scene.folder.path(of: "setup/.staging/\($0)"))
                }
                #expect(left.count == 2)
            }
        }
    }

    @Test func `only files that decide over the result are read, wherever they lie, and no link`() async throws {
        let files = [
            "package-lock.json": "1", "a/b/go.sum": "2", "a/package.json": "3", "a/other.json": "4", ".git/go.sum": "5", "a/make.sh": "6",
        ]
        try await Scene.with(files: files) { scene in
            let named: Set = [RepositoryPath("a/make.sh"), RepositoryPath("a"), RepositoryPath("not/there")]
            let found = try await scene.cache.files(in: scene.made.worktree, named: named).sorted { $0.path < $1.path }
            #expect(found.map(\.path.text) == ["a/b/go.sum", "a/make.sh", "a/package.json", "package-lock.json"])
            #expect(found.map(\.bytes) == [[0x32], [0x36], [0x33], [0x31]])
        }
    }

    @Test func `a link in the place of a file that decides leaves nothing that is known`() async throws {
        for link in ["Cargo.lock", "a/go.sum", "requirements", ".yarn", "a/make.sh"] {
            try await Scene.with(files: ["package-lock.json": "1", "a/code.txt": "2"]) { scene in
                let path = "\(scene.made.worktree)/\(link)"
                try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "code.txt")
                let named: Set = [RepositoryPath("a/make.sh")]
                #expect(try await scene.cache.files(in: scene.made.worktree, named: named) == [], "\(link)")
            }
        }
    }

    @Test func `holes stay holes, and count for nothing`() async throws {
        var limits = SetupLimits()
        limits.entryBytesMax = 8 << 20
        try await Scene.with(limits) { scene in
            let key = try key("9")
            let script = "perl -e 'open(F, \">\", \"holes\"); truncate(F, 900 << 20) or die; seek(F, 500 << 20, 0); print F \"there\"'"
            let contents = try await scene.setUp(script, as: key)
            #expect(contents.bytes < 1 << 20, "\(contents)")
            for folder in [scene.place.worktree, scene.folder.path(of: "setup/\(key.text)/worktree")] {
                var facts = stat()
                #expect(unsafe lstat("\(folder)/holes", &facts) == 0)
                #expect(facts.st_size == 900 << 20 && facts.st_blocks * 512 < 1 << 20, "\(facts.st_blocks)")
            }
            let seen = try await scene.shell("dd if=holes bs=1M skip=500 count=1 2>/dev/null | head -c 5", at: scene.place)
            #expect(seen.text == "there")
        }
    }

    @Test(.enabled(if: SmallDisk.canMount)) func `what leaves a disk too little is no result, and nothing of it stays`() async throws {
        try await SmallDisk.with(megabytes: 100) { worktree in
            let top = URL(filePath: worktree).deletingLastPathComponent().path
            let cache = try SetupCache(folder: "\(top)/setup")
            let made = SetupPlace(worktree: worktree, home: try await cache.makeHome())
            let place = SetupPlace(worktree: "\(top)/place", home: try await cache.makeHome())
            try FileManager.default.createDirectory(atPath: place.worktree, withIntermediateDirectories: false)
            let record = try await cache.record(of: worktree)
            try Data(count: 50 << 20).write(to: URL(filePath: "\(worktree)/large"))
            let key = try key("8")
            let error = await #expect(throws: SandboxError.self) {
                _ = try await cache.take(from: made, since: record, into: place, as: key)
            }
            #expect(error?.kind == .invalid && error?.message.contains("sandbox.disk_reserve") == true, "\(error?.message ?? "")")
            #expect(try await !cache.put(key, into: place))
            #expect(try FileManager.default.contentsOfDirectory(atPath: place.worktree).isEmpty)
        }
    }

    @Test func `what a setup closed is opened again where it is ours, and goes in the end`() async throws {
        try await Scene.with { scene in
            let contents = try await scene.setUp(
                """
                mkdir -p ~/x src/made; echo kept >~/x/file; echo made >src/made/b.txt; mkdir lib; echo made >lib/a
                chmod 000 src; chmod 300 ~ .
                """, as: try key("7"))
            #expect(contents.changedCount == 0, "\(contents)")
            let seen = try await scene.shell("cat src/made/b.txt lib/a ~/x/file", at: scene.place)
            #expect(seen.text == "made\nmade\nkept\n", "\(seen.text)")
            #expect(try await scene.shell("mkdir ~/y; chmod 000 ~/y ~", at: scene.place).isSuccess)
            for home in [scene.made.home, scene.place.home] {
                await scene.cache.remove(home: home)
                #expect(!FileManager.default.fileExists(atPath: home))
            }
        }
    }

    @Test func `what nobody waits for is not kept`() async throws {
        try await Scene.with { scene in
            let key = try key("6")
            let record = try await scene.cache.record(of: scene.made.worktree)
            #expect(try await scene.shell("mkdir lib; echo made >lib/a", at: scene.made).isSuccess)
            let taking = Task { () async throws -> SetupContents in
                while !Task.isCancelled { await Task.yield() }
                return try await scene.cache.take(from: scene.made, since: record, into: scene.place, as: key)
            }
            taking.cancel()
            let error = await #expect(throws: SandboxError.self) { _ = try await taking.value }
            #expect(error?.kind == .cancelled)
            #expect(try await !scene.cache.put(key, into: scene.place))
        }
    }
}
