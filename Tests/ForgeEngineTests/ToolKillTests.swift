// A run that is killed between any two of its calls, or in the middle of one: the next life answers what was done from the journal, brings the
// files to where they were, and goes on.

import ForgeCore
import ForgeCrew
import ForgeEngine
import ForgeTestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct ToolKillTests {
    private static let turns: [[ToolCall]] = [
        [.read("a.txt"), .read("b.txt")],
        [.edit("a.txt", "one\n", "1\n"), .command("append")],
        [ToolCall(.createFile, ["path": "c.txt", "text": "c\n"]), .edit("a.txt", "absent", "x"), ToolCall(.note, ["text": "c is made"])],
        [.read("a.txt"), .edit("a.txt", "two\n", "2\n")],
        [ToolCall(.submitWork, ["summary": "all done"])],
    ]

    private func play(_ life: ToolScene.Life) async throws -> [ToolTurn] {
        var turns: [ToolTurn] = []
        for (index, calls) in Self.turns.enumerated() { turns.append(try await life.turn(index + 1, calls)) }
        return turns
    }

    private func scene() -> ToolScene { ToolScene(["a.txt": "one\ntwo\n", "b.txt": "b\n"]) }

    /// `append` writes a line behind what is in b.txt, so that doing it twice shows.
    private func begin(_ scene: ToolScene) async throws -> ToolScene.Life {
        let box = Box()
        let sandbox = FakeSandbox { _ in
            if let files = box.files { files.put("b.txt", (files.text("b.txt") ?? "") + "appended\n") }
            return FakeSandbox.ending("done\n")
        }
        let life = try await scene.begin(sandbox: sandbox)
        box.set(life.files)
        return life
    }

    private final class Box: Sendable {
        private let state = Mutex<FakeWorkFiles?>(nil)
        var files: FakeWorkFiles? { state.withLock { $0 } }
        func set(_ files: FakeWorkFiles) { state.withLock { $0 = files } }
    }

    @Test func `a run that is killed before any of its results was stored ends as one that never was`() async throws {
        let calm = try await begin(scene())
        let expected = try await play(calm)
        let files = calm.files.snapshot.mapValues(\.bytes)
        #expect(calm.files.text("b.txt") == "b\nappended\n")
        let steps = Self.turns.flatMap(\.self).count
        for kill in 0..<(2 * steps) {
            let scene = scene()
            let life = try await begin(scene)
            // Every second time the result was stored, and nobody came to use it.
            scene.store.die(afterCalls: kill / 2, afterCommit: kill % 2 == 1)
            await #expect(throws: StoreError.self, "kill \(kill)") { try await play(life) }
            scene.store.revive()
            let next = try await begin(scene)
            let turns = try await play(next)
            #expect(turns == expected, "kill \(kill)")
            #expect(next.files.snapshot.mapValues(\.bytes) == files, "kill \(kill)")
            #expect(next.runner.notes(of: "backend") == ["c is made"], "kill \(kill)")
        }
    }

    @Test func `a run that came to its end does nothing again, and has its files back`() async throws {
        let scene = scene()
        let first = try await play(try await begin(scene))
        let again = try await begin(scene)
        #expect(try await play(again) == first)
        #expect(again.files.calls.isEmpty && again.sandbox.commands.isEmpty && again.worktree.restored == [4])
        #expect(again.files.text("a.txt") == "1\n2\n")
    }

    @Test func `files that cannot be kept are an error, and the next step that can be keeps both`() async throws {
        let scene = scene()
        let life = try await begin(scene)
        life.worktree.failNextKeep(SourceError(.refused, "sub is a repository of its own"))
        let refused = try await life.one(1, .edit("a.txt", "one\n", "1\n"))
        #expect(refused.isError && refused.text.contains("sub is a repository of its own") && refused.text.contains("take it out"))
        let fine = try await life.one(2, .edit("a.txt", "two\n", "2\n"))
        #expect(!fine.isError && scene.kept.numbers == [1] && scene.kept.text("a.txt", at: 1) == "1\n2\n")
        life.worktree.failNextKeep(SourceError(.unavailable, "the disk is full"))
        await #expect(throws: SourceError.self) { try await life.one(3, .edit("b.txt", "b", "B")) }
    }
}
