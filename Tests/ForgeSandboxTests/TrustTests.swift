// Nothing runs where a wall is missing, and where somebody wants none it is said; the suite of attacks once more as an ordinary user.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Testing

@Suite struct TrustTests {
    @Test func `without bubblewrap nothing runs, and what to install is said`() throws {
        do {
            _ = try BubblewrapSandbox(BubblewrapOptions(program: "/nowhere/bwrap"))
            Issue.record("a sandbox without bubblewrap")
        } catch {
            #expect(error.kind == .unavailable)
            #expect(error.message.contains("apt-get install bubblewrap"))
        }
    }

    @Test func `a wall that does not hold is found, and then nothing runs`() async throws {
        try await SandboxScene.with(BubblewrapOptions(hasFilter: false)) { scene in
            do {
                _ = try await scene.shell("touch ran")
                Issue.record("it ran")
            } catch let error as SandboxError {
                #expect(error.kind == .breached)
                #expect(error.message.contains("calls: "), "\(error.message)")
            }
            #expect(scene.read("ran") == nil)
        }
    }

    @Test func `a bwrap that makes no walls is found`() async throws {
        try await TemporaryFolder.with { folder in
            // It runs the command as it is, and says that it did.
            let script = "#!/bin/sh\nshift 3\necho '{ \"child-pid\": '$$' }' >&4\nexec \"$@\"\n"
            let program = folder.path(of: "bwrap")
            try Data(script.utf8).write(to: URL(filePath: program))
            unsafe chmod(program, 0o755)
            unsafe chmod(folder.path, 0o755)
            let report = await (try BubblewrapSandbox(BubblewrapOptions(program: program))).walls()
            #expect(report.breach != nil)
        }
    }

    @Test func `what the command's own setup breaks is not taken for the command's failure`() async throws {
        try await SandboxScene.with { scene in
            do {
                _ = try await scene.shell("true") { $0.readable = ["/nowhere/to/be/found"] }
                Issue.record("it ran")
            } catch let error as SandboxError {
                #expect(error.kind == .unavailable)
                #expect(error.message.contains("nowhere") || error.message.contains("No such file"), "\(error.message)")
            }
            #expect(try await scene.shell("exit 7").exit == .code(7))
            #expect(try await scene.shell("kill -SEGV $$").exit == .signal(11))
            let unknown = try await scene.sandbox.run(scene.command(["no-such-program"]))
            #expect(unknown.exit == .code(127))
            #expect(unknown.text.contains("no-such-program"))
        }
    }

    @Test func `an output file is never written through a link`() async throws {
        try await SandboxScene.with { scene in
            let kept = scene.folder.path(of: "kept")
            try Data("kept".utf8).write(to: URL(filePath: kept))
            try FileManager.default.createSymbolicLink(atPath: scene.folder.path(of: "output"), withDestinationPath: kept)
            await #expect(throws: SandboxError.self) {
                try await scene.shell("echo changed") { $0.outputFile = scene.folder.path(of: "output") }
            }
            #expect(FileManager.default.contents(atPath: kept) == Data("kept".utf8))
        }
    }

    @Test func `without walls there are limits, an environment from nothing, and a warning`() async throws {
        unsafe setenv("FORGE_TEST_SECRET", "not-for-commands", 1)
        let sandbox = UnwalledSandbox()
        #expect(sandbox.summary.contains("without walls"))
        try await SandboxScene.with(sandbox) { scene in
            let ending = try await scene.shell("env; pwd; cat") { $0.input = Array("typed".utf8) }
            #expect(ending.isSuccess)
            #expect(!ending.text.contains("not-for-commands"))
            #expect(ending.text.hasSuffix("/worktree\ntyped"), "\(ending.text)")
            let slow = try await scene.shell(
                "trap '' TERM; sh -c 'trap \"\" TERM; : \(scene.token); while :; do echo alive >>beat; sleep 0.01; done' & sleep 60"
            ) {
                $0.limits.wallTime = .seconds(2)
            }
            #expect(slow.exit == .limit(.wallTime))
            #expect(scene.read("beat")?.isEmpty == false)
            #expect(scene.survivors == [])
            await #expect(throws: SandboxError.self) { try await scene.sandbox.run(scene.command(["no-such-program"])) }
        }
    }

    /// This very program again, as nobody: no control groups, no stage, another way to limit processes.
    @Test(.enabled(if: geteuid() == 0, "it is an ordinary user already"))
    func `every attack fails as an ordinary user, too`() async throws {
        try await TemporaryFolder.with { folder in
            unsafe chmod(folder.path, 0o755)
            let bundle = try #require(CommandLine.arguments.first { $0.hasSuffix(".xctest") })
            let copy = folder.path(of: "tests.xctest")
            try FileManager.default.copyItem(atPath: bundle, toPath: copy)
            unsafe chmod(copy, 0o755)
            // Short: the path of a socket in it must fit into 108 bytes.
            let scratch = "/tmp/forge-nobody-\(getpid())"
            defer { try? FileManager.default.removeItem(atPath: scratch) }
            unsafe mkdir(scratch, 0o755)
            unsafe chown(scratch, 65_534, 65_534)
            let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let words = CommandLine.arguments.dropFirst().map { $0 == bundle ? copy : $0 }
            let own = program.hasSuffix(".xctest") ? [copy] : [program]
            let run = try ProcessRun(
                "/usr/bin/setpriv",
                ["--reuid", "65534", "--regid", "65534", "--clear-groups"] + own
                    + Self.withoutFilters(Array(words)) + ["--filter", "AttackTests|LimitTests|RunTests"], in: scratch,
                environment: [
                    "PATH": "/usr/bin:/bin", "TMPDIR": scratch, "HOME": scratch, "SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH": "2",
                ])
            let text = String(decoding: run.output, as: UTF8.self) + run.errors
            for line in text.split(separator: "\n") where line.hasPrefix("walls") || line.contains("held ") { print("as nobody: \(line)") }
            #expect(run.code == 0, "\(text.suffix(6_000))")
            #expect(text.contains("watched every 50 ms"), "it had limits of its own")
            #expect(text.contains("passed"))
        }
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
