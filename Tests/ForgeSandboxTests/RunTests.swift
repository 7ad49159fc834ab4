// Ordinary commands: what goes in, what comes out, what is said of it.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Testing

@Suite struct RunTests {
    @Test func `every wall holds on this machine, and is shown`() async throws {
        let sandbox = try BubblewrapSandbox()
        let report = await sandbox.walls()
        print("walls found here, in \(report.duration):")
        for wall in sandbox.facts + report.walls { print("  \(wall.isHeld ? "held  " : "FALLEN") \(wall.name): \(wall.detail)") }
        #expect(report.breach == nil)
    }

    @Test func `a toolchain in a folder that nobody may see takes no wall down, and nothing beside it is seen`() async throws {
        let home = ["", "home", "forge-walls-\(UUID().uuidString)"].joined(separator: "/")
        do {
            try FileManager.default.createDirectory(atPath: home + "/tools/bin", withIntermediateDirectories: true)
        } catch {
            print("left out: nobody but root may make \(home)")
            return
        }
        // What stays is a made-up key.
        defer { try? FileManager.default.removeItem(atPath: home) }
        try Data("key\n".utf8).write(to: URL(filePath: home + "/key"))
        let sandbox = try BubblewrapSandbox(BubblewrapOptions(readable: [home + "/tools"]))
        let report = await sandbox.walls()
        #expect(report.breach == nil, "\(report.walls.filter { !$0.isHeld })")
        try await SandboxScene.with(sandbox) { scene in
            let ending = try await scene.shell("ls /home; ls \(home)")
            #expect(ending.text == "\(home.dropFirst("/home".count + 1))\ntools\n", "\(ending.text)")
        }
    }

    @Test func `a whole folder of people's homes is still a wall that does not hold`() async throws {
        let report = await (try BubblewrapSandbox(BubblewrapOptions(readable: ["/home"]))).walls()
        #expect(report.walls.filter { !$0.isHeld }.map(\.name) == ["files"] && report.breach != nil, "\(report.walls)")
    }

    @Test func `a command runs in the worktree and writes there and nowhere else`() async throws {
        try await SandboxScene.with { scene in
            try scene.write("from outside", to: "given")
            let ending = try await scene.shell("pwd; cat given; echo made >made; touch /usr/x /x; id -u; echo $HOME; ls -a /agent")
            #expect(ending.exit == .code(0), "\(ending.text)")
            #expect(ending.text.hasPrefix("/worktree\nfrom outside"), "\(ending.text)")
            #expect(scene.read("made") == "made\n")
        }
    }

    @Test func `input, variables, folder and the streams by their names`() async throws {
        try await SandboxScene.with { scene in
            try FileManager.default.createDirectory(atPath: scene.worktree + "/below", withIntermediateDirectories: false)
            let script = "pwd; cat; echo $NAME; echo two >/dev/stdout; echo three >/dev/stderr; cat </dev/stdin; test -t 0 || echo none"
            let ending = try await scene.shell(script) {
                $0.folder = RepositoryPath("below")
                $0.input = Array("one\n".utf8)
                $0.environment = ["NAME": "value with = and $HOME"]
            }
            #expect(ending.text == "/worktree/below\none\nvalue with = and $HOME\ntwo\nthree\none\nnone\n", "\(ending.text)")
        }
    }

    @Test func `what the service wrote later can be changed inside, what git keeps stays the service's`() async throws {
        try await SandboxScene.with { scene in
            try FileManager.default.createDirectory(atPath: scene.worktree + "/.git/objects", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: scene.worktree + "/a/b", withIntermediateDirectories: true)
            for name in ["file", "a/b/file", ".git/config"] { try scene.write("first\n", to: name) }
            #expect(try await scene.shell("echo second >>file; echo second >>a/b/file; rm -r a/b/file; echo new >a/b/new").isSuccess)
            try scene.write("third\n", to: "file")
            try scene.write("third\n", to: "a/late")
            #expect(try await scene.shell("echo fourth >>file; echo fourth >>a/late").isSuccess)
            #expect(scene.read("file") == "third\nfourth\n")
            #expect(scene.read("a/late") == "third\nfourth\n")
            #expect(scene.read("a/b/new") == "new\n")
            #expect(scene.read(".git/config") == "first\n")
            let owner = try FileManager.default.attributesOfItem(atPath: scene.worktree + "/.git/config")[.ownerAccountID] as? Int
            #expect(owner == Int(geteuid()))
        }
    }
}

@Suite struct LimitTests {
    /// By control groups where there are some, and without them.
    static let ways = [true, false]

    private func options(_ usesGroups: Bool) -> BubblewrapOptions { BubblewrapOptions(usesControlGroups: usesGroups) }

    @Test(arguments: ways) func `wall time ends what ignores every signal and everything it started`(usesGroups: Bool) async throws {
        try await SandboxScene.with(options(usesGroups)) { scene in
            let script =
                "trap '' TERM INT HUP; (setsid sh -c 'trap \"\" TERM; : \(scene.token); while :; do echo alive >>beat; sleep 0.01; done' &) ; sleep 60"
            let ending = try await scene.shell(script) { $0.limits.wallTime = .seconds(2) }
            #expect(ending.exit == .limit(.wallTime), "\(ending.text)")
            #expect(ending.wallTime >= .seconds(2) && ending.wallTime < .seconds(20))
            #expect(scene.read("beat")?.isEmpty == false)
            #expect(scene.survivors == [])
        }
    }

    @Test(arguments: ways) func `processor time is counted over all processes`(usesGroups: Bool) async throws {
        try await SandboxScene.with(options(usesGroups)) { scene in
            let ending = try await scene.perl("for (1..4) { fork or do { 1 while 1 } } 1 while 1") {
                $0.limits.processorTime = .milliseconds(600)
            }
            #expect(ending.exit == .limit(.processorTime), "\(ending)")
            #expect(ending.processorTime >= .milliseconds(500))
        }
    }

    @Test(arguments: ways) func `a memory bomb is stopped, alone and by many processes`(usesGroups: Bool) async throws {
        try await SandboxScene.with(options(usesGroups)) { scene in
            let many = try await scene.perl("for (1..8) { fork or do { my @all; push @all, 'x' x 1048576 while 1 } } 1 while wait != -1") {
                $0.limits.memoryBytes = 128 << 20
            }
            #expect(many.exit == .limit(.memory), "\(many)")
            let one = try await scene.perl("my @all; push @all, 'x' x 1048576 while 1") { $0.limits.memoryBytes = 128 << 20 }
            #expect(!one.isSuccess, "\(one)")
            if let peak = one.memoryPeakBytes { #expect(peak < 400 << 20) }
        }
    }

    @Test func `what one command cached of its files is not the next one's memory`() async throws {
        try await SandboxScene.with { scene in
            #expect(try await scene.shell("head -c 100000000 /dev/zero >big").isSuccess)
            let next = try await scene.shell("true")
            #expect(next.isSuccess)
            // Nil where nobody counts it.
            #expect((next.memoryPeakBytes ?? 0) < 64 << 20, "\(next)")
        }
    }

    @Test(arguments: ways) func `a fork bomb stays small, and leaves nothing behind`(usesGroups: Bool) async throws {
        try await SandboxScene.with(options(usesGroups)) { scene in
            let script =
                "$SIG{TERM} = 'IGNORE'; my $made = 0; for (1..500) { my $child = fork; last unless defined $child; if ($child == 0) { sleep 60 } $made++ } print $made"
            let ending = try await scene.perl(script) {
                $0.limits.processes = 40
                $0.limits.wallTime = .seconds(10)
            }
            #expect(ending.isSuccess, "\(ending) \(ending.text)")
            let made = Int(ending.text) ?? 500
            #expect(made > 20 && made < 41, "\(ending.text)")
            let bomb = try await scene.shell(":(){ : | : & }; :; sleep 60") {
                $0.limits.processes = 40
                $0.limits.wallTime = .milliseconds(500)
            }
            #expect(!bomb.isSuccess)
        }
    }

    @Test(arguments: ways) func `ten gigabytes of output end early, with the first and last of it kept`(usesGroups: Bool) async throws {
        try await SandboxScene.with(options(usesGroups)) { scene in
            let ending = try await scene.shell("echo first; head -c 10000000000 /dev/zero | tr '\\0' a") {
                $0.limits.storedBytes = 3 << 20
                $0.limits.outputBytes = 1_000
                $0.outputFile = scene.folder.path(of: "output")
            }
            #expect(ending.exit == .limit(.output))
            #expect(ending.text.hasPrefix("first\naaaa"))
            #expect(ending.text.hasSuffix("aaaa"))
            #expect(ending.text.contains("bytes are left out here"))
            #expect(ending.output.count < 1_200)
            let stored = try FileManager.default.attributesOfItem(atPath: scene.folder.path(of: "output"))[.size] as? Int
            #expect(stored == 3 << 20)
        }
    }

    @Test func `a file ends at its size, and so does the disk in memory`() async throws {
        try await SandboxScene.with { scene in
            let ending = try await scene.shell(
                "head -c 9000000 /dev/zero >big; head -c 90000000 /dev/zero >/tmp/big; head -c 90000000 /dev/zero >/dev/shm/big; ls -s /tmp /dev/shm"
            ) {
                $0.limits.fileBytes = 4 << 20
                $0.limits.scratchBytes = 2 << 20
            }
            let size = try FileManager.default.attributesOfItem(atPath: "\(scene.worktree)/big")[.size] as? Int
            #expect(size == 4 << 20, "\(ending.text)")
            #expect(ending.text.contains("2048 big"), "\(ending.text)")
        }
    }

    @Test(arguments: ways) func `cancelling ends everything`(usesGroups: Bool) async throws {
        try await SandboxScene.with(options(usesGroups)) { scene in
            let (started, tell) = AsyncStream.makeStream(of: Bool.self)
            let command = scene.command([
                "sh", "-c",
                "trap '' TERM; echo started; (setsid sh -c ': \(scene.token); while :; do echo alive >>beat; sleep 0.01; done' &); sleep 60",
            ])
            await withThrowingTaskGroup(of: SandboxEnding.self) { group in
                group.addTask { try await scene.sandbox.run(command) { _ in tell.yield(true) } }
                for await _ in started { break }
                group.cancelAll()
                let ending = await group.nextResult()
                #expect(throws: SandboxError(.cancelled, "the command was cancelled")) { _ = try ending?.get() }
            }
            #expect(scene.survivors == [])
        }
    }

    @Test func `many at once need no more than their own threads`() async throws {
        try await SandboxScene.with { scene in
            let endings = try await withThrowingTaskGroup(of: SandboxEnding.self) { group in
                for number in 0..<50 { group.addTask { try await scene.shell("sleep 0.2; echo \(number)") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(endings.filter { !$0.isSuccess }.isEmpty)
            #expect(Set(endings.map(\.text)).count == 50)
        }
    }
}
