// A worktree of its own and a sandbox to run things in, for one test. What became of them is judged from the outside.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation

struct SandboxScene {
    let folder: TemporaryFolder
    let sandbox: any Sandbox

    var worktree: String { folder.path(of: "worktree") }

    /// No bubblewrap is a failure that says what to install, never a test that is left out.
    static func with<Answer>(
        _ options: BubblewrapOptions = BubblewrapOptions(), _ work: (SandboxScene) async throws -> Answer
    ) async throws -> Answer {
        try await with(try BubblewrapSandbox(options), work)
    }

    static func with<Answer>(_ sandbox: any Sandbox, _ work: (SandboxScene) async throws -> Answer) async throws -> Answer {
        try await TemporaryFolder.with { folder in
            let scene = SandboxScene(folder: folder, sandbox: sandbox)
            try FileManager.default.createDirectory(atPath: scene.worktree, withIntermediateDirectories: false)
            return try await work(scene)
        }
    }

    func command(_ arguments: [String]) -> SandboxCommand {
        SandboxCommand(arguments: arguments, worktree: worktree, limits: SandboxLimits(wallTime: .seconds(60)))
    }

    /// A script for the shell inside.
    func shell(_ script: String, _ change: (inout SandboxCommand) -> Void = { _ in }) async throws -> SandboxEnding {
        var command = command(["sh", "-c", script])
        change(&command)
        return try await sandbox.run(command)
    }

    func perl(_ script: String, _ change: (inout SandboxCommand) -> Void = { _ in }) async throws -> SandboxEnding {
        var command = command(["perl", "-e", script])
        change(&command)
        return try await sandbox.run(command)
    }

    /// A word that nothing else on this machine has: who has it among his arguments was started by this scene.
    var token: String { "forge-token-" + folder.path.suffix(30).filter { $0.isLetter || $0.isNumber } }

    /// Processes of this machine that the token gives away.
    var survivors: [String] {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.filter { $0.allSatisfy(\.isNumber) } ?? []
        return processes.filter { process in
            let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
            return String(decoding: words, as: UTF8.self).contains(token)
        }
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(worktree)/\(name)"))
    }

    /// Nil when it is not there.
    func read(_ name: String) -> String? {
        FileManager.default.contents(atPath: "\(worktree)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }
}

extension SandboxEnding {
    var text: String { String(decoding: output, as: UTF8.self) }
}
