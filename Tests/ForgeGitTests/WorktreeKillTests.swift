// A process that is killed, for real and without a warning, while it has a worktree open and keeps one step after the other: the next start
// sweeps its files, not a moment before, and every step that it had said to be kept is there whole.

import ForgeCore
import ForgeGit
import ForgeTestSupport
import Foundation
import Glibc
import Testing

@Suite(.serialized) struct WorktreeKillTests {
    private static let folderVariable = "FORGE_TEST_HELD_FOLDER"
    private static let commitVariable = "FORGE_TEST_HELD_COMMIT"
    private static let run = RunID(7)

    @Test(arguments: [1, 4, 15]) func `what a killed process had open is swept at the next start, and what it kept is there`(
        _ stepsMin: Int
    ) async throws {
        let scene = try MirrorScene()
        try scene.origin.write("a.txt", "a\n")
        try scene.origin.write("d/b.txt", "b\n")
        let head = try scene.origin.commit()
        await (try await scene.mirrors().fetch(scene.request())).release()
        let holder = try Holder(in: scene.folder, head)
        let kept = try holder.kept(stepsMin)
        let worktrees = "\(scene.folder)/worktrees"
        #expect(scene.listing(worktrees).contains { $0.hasSuffix("/tree/a.txt") })
        _ = try scene.mirrors()
        #expect(scene.listing(worktrees).contains { $0.hasSuffix("/tree/a.txt") }, "its process is alive")
        #expect(holder.kill())
        #expect(scene.listing(worktrees).contains { $0.hasSuffix("/tree/a.txt") }, "nobody has cleaned up")
        let mirrors = try scene.mirrors()
        #expect(scene.listing(worktrees).isEmpty)
        try scene.mirror.run(["fsck", "--strict", "--no-dangling"])
        let tree = try await mirrors.open(scene.worktree(scene.sha(head), run: 7))
        for (step, commit) in kept.enumerated() {
            #expect(try scene.mirror.text(["rev-parse", "refs/forge/runs/7/\(step)"]) == commit)
            try await tree.restore(step: step)
            #expect(try String(contentsOfFile: "\(tree.folder)/a.txt", encoding: .utf8) == "step \(step)\n")
        }
        await tree.close()
    }

    /// The process that is killed: this very program, with this test and no other.
    @Test(.enabled(if: ProcessInfo.processInfo.environment[folderVariable] != nil, "another test starts it, and kills it"))
    func `held open by a process that is killed`() async throws {
        let environment = ProcessInfo.processInfo.environment
        var options = MirrorOptions(folder: try #require(environment[Self.folderVariable]))
        options.freeBytesMin = 0
        let place = HostPlace(tenant: .installation(7), repository: try #require(RepositoryName("acme/app")))
        let commit = try #require(CommitSHA(environment[Self.commitVariable] ?? ""))
        let mirrors = try Mirrors(options, runtime: GitRuntime(), log: LogCapture().log)
        let tree = try await mirrors.open(WorktreeRequest(place: place, commit: commit, run: Self.run, folders: []))
        // Far more steps than anybody waits for: should whoever kills it be gone, it ends by itself.
        for step in 0..<2_000 {
            try write("step \(step)\n", to: "\(tree.folder)/a.txt")
            let kept = try await tree.keep(step: step)
            FileHandle.standardOutput.write(Data("kept \(step) \(kept)\n".utf8))
        }
        await tree.close()
    }
}

/// This program once more, as a process of its own.
private final class Holder {
    private let process = Process()
    private let output = Pipe()

    init(in folder: String, _ commit: String) throws {
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        process.executableURL = URL(filePath: program)
        process.arguments = Self.withoutFilters(Array(CommandLine.arguments.dropFirst())) + ["--filter", "WorktreeKillTests/.*held"]
        process.environment = [
            "PATH": "/usr/bin:/bin", "TMPDIR": NSTemporaryDirectory(), "FORGE_TEST_HELD_FOLDER": folder, "FORGE_TEST_HELD_COMMIT": commit,
        ]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.runAlone()
    }

    deinit { if process.isRunning { kill() } }

    /// The commits of its first steps, once it has said at least so many.
    func kept(_ countMin: Int) throws -> [String] {
        var text = ""
        while true {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            let kept = lines.filter { $0.hasPrefix("kept ") }.compactMap { $0.split(separator: " ").last.map(String.init) }
            if kept.count >= countMin { return kept }
            let more = output.fileHandleForReading.availableData
            try #require(!more.isEmpty, "it ended before it was killed: \(text)")
            text += String(decoding: more, as: UTF8.self)
        }
    }

    /// Whether that is what ended it.
    @discardableResult func kill() -> Bool {
        _ = Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL
    }

    private static func withoutFilters(_ words: [String]) -> [String] {
        var kept: [String] = []
        var isValue = false
        for word in words {
            if !isValue, word != "--filter" { kept.append(word) }
            isValue = word == "--filter"
        }
        return kept
    }
}
