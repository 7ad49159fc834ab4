// The calls of a turn: judged, carried out, told, in order and within their time.

import ForgeCore
import ForgeCrew
import ForgeEngine
import ForgeTestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ToolRunnerTests {
    private let scene = ToolScene(["src/a.py": "one\ntwo\nthree\n", "locked.txt": "x\n", "b.txt": "hunter2\n"])

    @Test func `files are read, listed, searched, edited, made, moved and deleted`() async throws {
        let life = try await scene.begin()
        let turn = try await life.turn(
            1,
            [
                .read("src/a.py"), ToolCall(.listFiles, ["depth": 3]), ToolCall(.search, ["pattern": "t[wh]"]),
                .edit("src/a.py", "two\n", "2\n"),
                ToolCall(.createFile, ["path": "new/c.txt", "text": "c\n"]), ToolCall(.moveFile, ["path": "new/c.txt", "to": "d.txt"]),
                ToolCall(.deleteFile, ["path": "b.txt"]), ToolCall(.gitDiff, [:]),
            ])
        let failed = turn.results.filter(\.isError)
        #expect(failed.isEmpty)
        #expect(turn.results[0].text == "src/a.py: 3 lines\n     1\tone\n     2\ttwo\n     3\tthree\n")
        #expect(turn.results[1].text.contains("src/a.py  14 bytes"))
        #expect(turn.results[2].text.hasPrefix("2 lines in 1 of 3 files"))
        #expect(turn.results[3].text == "Edited src/a.py: line 2.\n     1\tone\n     2\t2\n     3\tthree\n")
        #expect(turn.results[7].text.contains("-two\n+2\n") && turn.results[7].text.contains("3 files changed"))
        #expect(life.files.text("src/a.py") == "one\n2\nthree\n" && life.files.text("d.txt") == "c\n" && life.files.text("b.txt") == nil)
    }

    @Test func `a search shows nothing of a secret that only its neighbours give away`() async throws {
        let files = FakeWorkFiles(["key": "begin\nsecret line\nend\nsecret line\n"])
        let text = ToolText { bytes in
            Array(String(decoding: bytes, as: UTF8.self).replacing("begin\nsecret line\nend", with: "[redacted]\n\n").utf8)
        }
        let place = ToolPlace(files: files, folder: "/nowhere")
        let runner = ToolRunner(place, judge: ToolScene.Rules(), text: text, journal: nil, clock: scene.clock)
        let found = try await runner.carryOut([ToolCall(.search, ["pattern": "secret"])], by: ToolScene.Life.engineer, turn: 1)
        #expect(found.results[0].text.hasSuffix("key\n     2\t\n     4\tsecret line\n"))
    }

    @Test func `every change is kept, with what it touched; looking keeps nothing`() async throws {
        let life = try await scene.begin()
        _ = try await life.turn(
            1, [.edit("src/a.py", "two\n", "2\n"), .read("src/a.py"), .command("make"), .edit("src/a.py", "nowhere", "x")])
        #expect(scene.kept.numbers == [1, 2])
        #expect(life.worktree.touched == [[RepositoryPath("src/a.py")], nil])
    }

    @Test func `what the rules refuse is not done, and said with the rule`() async throws {
        let life = try await scene.begin()
        let turn = try await life.turn(
            1,
            [
                .edit("locked.txt", "x", "y"), .command("deploy"),
                ToolCall(.applyPatch, ["patch": "*** Begin Patch\n*** Delete File: src/a.py\n*** Delete File: locked.txt\n*** End Patch"]),
            ])
        #expect(!turn.results.map(\.isError).contains(false))
        #expect(turn.results[0].text.contains("refused: this file stays as it is (rule test-locked)"))
        #expect(turn.results[1].text.contains("needs a person's approval: it leaves the worktree (rule test-deploy)"))
        #expect(life.files.text("locked.txt") == "x\n" && life.files.text("src/a.py") != nil && life.sandbox.commands.isEmpty)
        #expect(scene.kept.numbers.isEmpty)
    }

    @Test func `nothing that a role was not given is carried out, nor what cannot be read`() async throws {
        let life = try await scene.begin()
        let reader = ToolCaller(name: "lead", role: .reader)
        let calls = [
            ToolCall.edit("src/a.py", "one", "1"), .command("ls"), ToolCall(id: "x", name: "read_file", argumentsText: "{\"path\""),
            ToolCall(.readFile, ["path": "../etc"]),
        ]
        let turn = try await life.runner.carryOut(calls, by: reader, turn: 1)
        #expect(!turn.results.map(\.isError).contains(false) && turn.results.map(\.id) == ["c", "c", "x", "c"])
        #expect(life.files.calls.isEmpty && life.sandbox.commands.isEmpty)
    }

    @Test func `a file that somebody changes between the look and the write is not written over`() async throws {
        let box = Mutex<FakeWorkFiles?>(nil)
        let life = try await scene.begin { call in
            if call == "write src/a.py" { box.withLock { $0 }?.put("src/a.py", "somebody else's\n") }
        }
        box.withLock { $0 = life.files }
        let result = try await life.one(1, .edit("src/a.py", "two\n", "2\n"))
        #expect(result.isError && result.text.contains("changed meanwhile"))
        #expect(life.files.text("src/a.py") == "somebody else's\n")
        box.withLock { $0 = nil }
    }

    @Test func `a patch is written whole or not at all`() async throws {
        let patch = """
            *** Begin Patch
            *** Add File: z.txt
            +z
            *** Update File: src/a.py
            *** Move to: src/b.py
            @@
            -two
            +2
            *** Delete File: b.txt
            *** End Patch
            """
        for failing in ["remove", "move", "write"] {
            let life = try await scene.begin()
            let before = life.files.snapshot.mapValues(\.bytes)
            life.files.failNext(failing, WorkFileError(.unavailable, "the disk is full"))
            let result = try await life.one(1, ToolCall(.applyPatch, ["patch": .string(patch)]))
            #expect(result.isError && result.text.contains("the disk is full"), "\(failing)")
            #expect(result.text.contains("no file was changed"), "\(result.text)")
            #expect(life.files.snapshot.mapValues(\.bytes) == before, "\(failing)")
            _ = try await life.one(2, .read("src/a.py"))
        }
        let life = try await ToolScene(["src/a.py": "one\ntwo\n", "b.txt": "b"]).begin()
        let done = try await life.one(1, ToolCall(.applyPatch, ["patch": .string(patch)]))
        #expect(!done.isError && done.text.contains("Edited src/a.py, now src/b.py"), "\(done.text)")
        #expect(life.files.text("src/b.py") == "one\n2\n" && life.files.text("z.txt") == "z\n" && life.files.text("b.txt") == nil)
    }

    @Test func `a patch that is taken back takes its folders with it, and one that finds no file says that none was changed`() async throws
    {
        let life = try await scene.begin()
        life.files.failNext("remove", WorkFileError(.unavailable, "the disk is full"))
        let patch = "*** Begin Patch\n*** Add File: src/d/e/f.txt\n+f\n*** Delete File: b.txt\n*** End Patch"
        #expect(try await life.one(1, ToolCall(.applyPatch, ["patch": .string(patch)])).isError)
        #expect(life.files.calls.filter { $0.hasPrefix("removeFolder") } == ["removeFolder src/d/e", "removeFolder src/d"])
        let missing = "*** Begin Patch\n*** Update File: gone.txt\n@@\n-a\n+b\n*** End Patch"
        let result = try await life.one(2, ToolCall(.applyPatch, ["patch": .string(missing)]))
        #expect(result.isError && result.text.contains("no file was changed"), "\(result.text)")
    }

    @Test func `what a patch could not take back is part of the step`() async throws {
        let patch = "*** Begin Patch\n*** Add File: z.txt\n+z\n*** Delete File: b.txt\n*** End Patch"
        let life = try await scene.begin()
        for _ in 1...2 { life.files.failNext("remove", WorkFileError(.unavailable, "the disk is full")) }
        let result = try await life.one(1, ToolCall(.applyPatch, ["patch": .string(patch)]))
        #expect(result.isError && result.text.contains("could not be taken back in: z.txt"), "\(result.text)")
        #expect(life.worktree.touched == [nil] && scene.kept.text("z.txt", at: 1) == "z\n")
    }

    @Test(arguments: [SourceError.Kind.refused, .tooLarge])
    func `after a step that could not be kept, everything is looked at until one is`(_ kind: SourceError.Kind) async throws {
        let life = try await scene.begin()
        life.worktree.failNextKeep(SourceError(kind, "sub is not to be kept"))
        let unkept = try await life.one(1, .edit("src/a.py", "two\n", "2\n"))
        #expect(unkept.isError && unkept.text.contains("sub is not to be kept. As long as that is so"), "\(unkept.text)")
        for (turn, name) in ["c.txt", "d.txt"].enumerated() {
            let made = try await life.one(turn + 2, ToolCall(.createFile, ["path": .string(name), "text": "new\n"]))
            #expect(!made.isError, "\(made.text)")
        }
        #expect(life.worktree.touched == [nil, [RepositoryPath("d.txt")]])
        #expect(scene.kept.numbers == [1, 2] && scene.kept.text("src/a.py", at: 1) == "one\n2\nthree\n")
    }

    @Test func `the same call a third time in a row is refused, and said so`() async throws {
        let life = try await scene.begin()
        let turn = try await life.turn(1, [.read("b.txt"), .read("b.txt"), .read("b.txt"), .read("src/a.py"), .read("b.txt")])
        #expect(turn.results.map(\.isError) == [false, false, true, false, false])
        #expect(turn.results[2].text.contains("3 times in a row") && turn.results[2].text.contains("not carried out"))
        #expect(life.files.calls.count == 4)
        // Another order of the same arguments is the same call.
        let first = ToolCall(id: "1", name: "list_files", argumentsText: #"{"folder":"src","depth":1}"#)
        let other = ToolCall(id: "2", name: "list_files", argumentsText: #"{ "depth": 1, "folder": "src" }"#)
        #expect(try await life.turn(2, [first, other, first]).results.map(\.isError) == [false, false, true])
    }

    @Test func `looks of one turn run beside each other, three at once; changes alone`() async throws {
        let gate = Gate()
        let life = try await scene.begin { call in await gate.pass(call) }
        let calls = (1...5).map { (number: Int64) -> ToolCall in
            ToolCall(.readFile, ["path": "src/a.py", "to_line": .integer(number)])
        }
        async let turn = life.turn(1, calls + [.edit("src/a.py", "two\n", "2\n"), .edit("src/a.py", "three\n", "3\n")])
        await gate.waitFor(inside: 3)
        #expect(gate.most == 3)
        gate.open()
        #expect(try await turn.results.count == 7)
        #expect(gate.most == 3 && gate.mostWriting == 1)
        #expect(life.files.text("src/a.py") == "one\n2\n3\n")
    }

    @Test func `a command says how it ended and what it printed, and what it printed is harmless`() async throws {
        let sandbox = FakeSandbox { command in
            switch command.arguments.last {
            case "ok": FakeSandbox.ending("\u{1B}[32mfine\u{1B}[0m hunter2\n")
            case "slow": FakeSandbox.ending("…", .limit(.wallTime), after: .seconds(7))
            case "killed": FakeSandbox.ending("", .signal(9))
            default: FakeSandbox.ending("bad\n", .code(2))
            }
        }
        let life = try await scene.begin(sandbox: sandbox)
        let ok = try await life.one(1, .command("ok"))
        #expect(ok.text == "Exit code 0 after 5 ms.\n\\u{1b}[32mfine\\u{1b}[0m [redacted:x]\n" && !ok.isError)
        let slow = try await life.one(2, ToolCall(.runCommand, ["command": "slow", "timeout_seconds": 7, "folder": "src"]))
        #expect(
            slow.isError && slow.text.hasPrefix("Ended because it took longer than 7000 ms, with all that it had started, after")
                && slow.text.contains("\"timeout_seconds\", up to 600"))
        #expect(try await life.one(3, .command("killed")).text.contains("Ended by signal 9"))
        #expect(try await life.one(4, .command("other")).text.hasPrefix("Exit code 2"))
        for (number, (folder, says)) in [("absent", "there is no such folder to start in"), ("src/a.py", "is no folder to start in")]
            .enumerated()
        {
            let refused = try await life.one(5 + number, ToolCall(.runCommand, ["command": "ok", "folder": .string(folder)]))
            #expect(refused.isError && refused.text.contains(says), "\(refused.text)")
        }
        let commands = sandbox.commands
        #expect(
            commands[0].arguments == ["/bin/sh", "-c", "ok"] && commands[0].network == .none && commands[0].environment["NO_COLOR"] == "1")
        #expect(commands[1].limits.wallTime == .seconds(7) && commands[1].folder == RepositoryPath("src"))
    }

    @Test func `a sandbox with a missing wall ends the run, one that could not start is told`() async throws {
        let life = try await scene.begin(sandbox: FakeSandbox { _ throws(SandboxError) in throw SandboxError(.breached, "no namespaces") })
        await #expect(throws: SandboxError(.breached, "no namespaces")) { try await life.one(1, .command("ls")) }
        #expect(!life.journal.has("tool.backend.1.1"))
        let other = try await scene.begin(sandbox: FakeSandbox { _ throws(SandboxError) in throw SandboxError(.unavailable, "no memory") })
        #expect(try await other.one(1, .command("ls")) == ToolResult(id: "c", text: "no memory", isError: true))
    }

    @Test func `a call that does not end is ended`() async throws {
        let life = try await scene.begin(limits: ToolLimits(timeMax: .seconds(60))) { call throws(WorkFileError) in
            guard call.hasPrefix("read") else { return }
            try await Self.forever()
        }
        async let result = life.one(1, .read("b.txt"))
        try await scene.clock.waitForSleepers()
        scene.clock.advance(by: .seconds(61))
        let ended = try await result
        #expect(ended.isError && ended.text.contains("took longer than it may"))
    }

    @Test func `who is cancelled stores nothing`() async throws {
        let life = try await scene.begin { _ throws(WorkFileError) in try await Self.forever() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) { try await life.one(1, .read("b.txt")) }
            }
            try await scene.clock.waitForSleepers()
            group.cancelAll()
        }
        #expect(!life.journal.has("tool.backend.1.1"))
    }

    /// Until it is cancelled.
    private static func forever() async throws(WorkFileError) {
        let stream = AsyncStream<Void> { _ in }
        for await _ in stream {}
        throw WorkFileError(.cancelled, "cancelled")
    }

    @Test func `work is handed in once, last, and not beside a call that went wrong`() async throws {
        let life = try await scene.begin()
        let work = ToolCall(.submitWork, ["summary": "done"])
        let early = try await life.turn(1, [.edit("src/a.py", "nowhere", "x"), work])
        #expect(early.ending == nil && early.results[1].text.contains("went wrong"))
        let done = try await life.turn(2, [.edit("src/a.py", "two", "2"), work, .edit("src/a.py", "one", "1")])
        #expect(done.ending == .work(SubmittedWork(summary: "done", stepsDone: [], left: [])))
        #expect(done.results[2].isError && life.files.text("src/a.py") == "one\n2\nthree\n")
    }

    @Test func `what is not to be had says so`() async throws {
        let place = ToolPlace(files: FakeWorkFiles(["a": "x"]), folder: "/nowhere")
        let runner = ToolRunner(place, judge: ToolScene.Rules(), text: ToolText { $0 }, journal: nil, clock: scene.clock)
        let calls = [
            .command("ls"), ToolCall(.runTests, [:]), ToolCall(.gitDiff, [:]), ToolCall(.showTicket, [:]),
            ToolCall(.outline, ["path": "a"]),
            ToolCall(.outline, ["path": "b"]),
        ]
        let turn = try await runner.carryOut(calls, by: ToolScene.Life.engineer, turn: 1)
        #expect(!turn.results.map(\.isError).contains(false))
        #expect(turn.results[5].text == "b: there is no such file; use list_files to see what is there.")
    }

    @Test func `symbols come from ctags in the sandbox, over files that hold the name alone`() async throws {
        let sandbox = FakeSandbox { _ in
            FakeSandbox.ending(#"{"_type": "tag", "name": "one", "path": "./src/a.py", "line": 1, "kind": "function"}"# + "\n")
        }
        let life = try await scene.begin(sandbox: sandbox)
        #expect(try await life.one(1, ToolCall(.findSymbol, ["name": "one"])).text == "src/a.py:1  function one\n")
        #expect(try await life.one(2, ToolCall(.outline, ["path": "src/a.py"])).text.contains("function one"))
        #expect(try await life.one(3, ToolCall(.findSymbol, ["name": "absent"])).text.hasPrefix("No definition of 'absent'"))
        let member = try await life.one(4, ToolCall(.findSymbol, ["name": "Cart.absent"])).text
        #expect(member.contains("Give the name alone, without what it is a member of: 'absent'."))
        #expect(try await life.one(5, ToolCall(.outline, ["path": "src"])).text.hasPrefix("src is no file, and an outline is of one"))
        let commands = sandbox.commands
        #expect(commands.count == 2 && commands.allSatisfy { !$0.writesWorktree && $0.input == Array("./src/a.py\n".utf8) })
        #expect(commands[0].arguments.prefix(2) == ["ctags", "--options=NONE"])
        let without = try await ToolScene(["a": "x"]).begin(sandbox: FakeSandbox { _ in FakeSandbox.ending("not found", .code(127)) })
        #expect(try await without.one(1, ToolCall(.outline, ["path": "a"])).text.contains("universal-ctags"))
    }
}

/// Holds callers until it is opened, and counts them.
private final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var inside = 0
        var most = 0
        var writing = 0
        var mostWriting = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        var watcher: (count: Int, continuation: CheckedContinuation<Void, Never>)?
    }

    private let state = Mutex(State())
    var most: Int { state.withLock { $0.most } }
    var mostWriting: Int { state.withLock { $0.mostWriting } }

    func pass(_ call: String) async {
        let isWriting = call.hasPrefix("write")
        let watcher = state.withLock { state in
            state.inside += 1
            state.most = max(state.most, state.inside)
            state.writing += isWriting ? 1 : 0
            state.mostWriting = max(state.mostWriting, state.writing)
            guard let watcher = state.watcher, state.inside >= watcher.count else { return nil as CheckedContinuation<Void, Never>? }
            state.watcher = nil
            return watcher.continuation
        }
        watcher?.resume()
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
        state.withLock {
            $0.inside -= 1
            $0.writing -= isWriting ? 1 : 0
        }
    }

    func waitFor(inside count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.inside < count { state.watcher = (count, continuation) }
                return state.inside >= count
            }
            if isThere { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
