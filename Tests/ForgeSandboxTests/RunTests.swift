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

    @Test func `a command runs in the worktree and writes there and nowhere else`() async throws {
        try await SandboxScene.with { scene in
            try scene.write("from outside", to: "given")
            let ending = try await scene.shell("pwd; cat given; echo made >made; touch /usr/x /x; id -u; echo $HOME; ls -a /agent")
            #expect(ending.exit == .code(0), "\(ending.text)")
            #expect(ending.text.hasPrefix("/worktree\nfrom outside"), "\(ending.text)")
            #expect(scene.read("made") == "made\n")
        }
    }
}
