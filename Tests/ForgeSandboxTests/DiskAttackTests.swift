// Disks that are filled for real, by little: with many files, with empty ones, with files that nobody sees; and what only looks like it.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Testing

@Suite struct DiskAttackTests {
    /// Ends by itself after 300 MB, so that a limit that does not hold fills nothing.
    private static let many =
        "my $x = 'x' x 1048576; for my $n (1..300) { open my $f, '>', \"file$n\" or die; syswrite $f, $x or die; close $f } print 'all'"

    /// Bytes on the disk.
    private func used(_ scene: SandboxScene) throws -> Int {
        let run = try ProcessRun("/usr/bin/du", ["-s", "--block-size=1", scene.worktree], in: "/", environment: ["PATH": "/usr/bin:/bin"])
        return Int(String(decoding: run.output, as: UTF8.self).prefix { $0.isNumber }) ?? 0
    }

    @Test(arguments: LimitTests.ways) func `many files of a megabyte end at the limit of all of them`(usesGroups: Bool) async throws {
        try await SandboxScene.with(BubblewrapOptions(usesControlGroups: usesGroups)) { scene in
            let ending = try await scene.perl("(fork or exec 'sleep', '60', '\(scene.token)'); \(Self.many)") {
                $0.limits.diskBytes = 24 << 20
            }
            #expect(ending.exit == .limit(.disk), "\(ending)")
            #expect(!ending.text.contains("all"))
            #expect(try used(scene) > 24 << 20)
            #expect(scene.survivors == [])
        }
    }

    @Test func `so do files in another folder that it may write`() async throws {
        try await SandboxScene.with { scene in
            let cache = scene.folder.path(of: "cache")
            try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: false)
            let ending = try await scene.perl("chdir '/cache' or die; \(Self.many)") {
                $0.limits.diskBytes = 24 << 20
                $0.writable = ["/cache": cache]
                $0.writesWorktree = false
            }
            #expect(ending.exit == .limit(.disk), "\(ending)")
        }
    }

    @Test func `many empty files end at the limit of files`() async throws {
        try await SandboxScene.with { scene in
            let script = "for my $n (1..200000) { mkdir 'd' . ($n % 50); open my $f, '>', 'd' . ($n % 50) . \"/$n\" or die } print 'all'"
            let ending = try await scene.perl(script) { $0.limits.diskFiles = 2_000 }
            #expect(ending.exit == .limit(.disk), "\(ending)")
            #expect(!ending.text.contains("all"))
        }
    }

    @Test(arguments: [
        // Removed from its folder, and still open.
        "open my $f, '>', 'hidden' or die; unlink 'hidden'; for (1..300) { syswrite $f, 'x' x 1048576 or die } print 'all'",
        // Deeper than anybody goes.
        "for (1..600) { mkdir 'deep' or die; chdir 'deep' or die } \(many)",
        // Where others may not look. Who runs as root does; for others, whoever cannot be measured answers for all that went.
        "my $x = 'x' x 1048576; for my $d (1..30) { mkdir \"c$d\"; for (1..10) { open my $f, '>', \"c$d/$_\" or die; syswrite $f, $x or die } chmod 0, \"c$d\" } print 'all'",
    ]) func `what is hidden counts too`(script: String) async throws {
        try await SandboxScene.with { scene in
            let ending = try await scene.perl(script) { $0.limits.diskBytes = 24 << 20 }
            #expect(ending.exit == .limit(.disk), "\(ending) \(ending.text)")
            #expect(!ending.text.contains("all"))
            for number in 1...30 { unsafe chmod("\(scene.worktree)/c\(number)", 0o700) }
        }
    }

    @Test func `an inherited file without a name counts once`() async throws {
        try await SandboxScene.with { scene in
            let script = """
                open my $f, '>', 'hidden' or die; unlink 'hidden'; for (1..6) { syswrite $f, 'x' x 1048576 or die }
                for (1..8) { fork or do { sleep 1; exit } } my $churn = 'x' x 1048576;
                for my $n (1..6) { open my $g, '>', 'churn' or die; syswrite $g, $churn for 1..4; close $g; unlink 'churn'; select undef, undef, undef, 0.06 }
                1 while wait != -1; print 'all'
                """
            let ending = try await scene.perl(script) { $0.limits.diskBytes = 16 << 20 }
            #expect(ending.exit == .code(0), "\(ending)")
            #expect(ending.text == "all")
        }
    }

    @Test func `sparse files, hard links and files that come and go are no breach`() async throws {
        try await SandboxScene.with { scene in
            let script = """
                truncate -s 900M sparse; head -c 4000000 /dev/zero >file; for n in $(seq 200); do ln file link$n || exit 3; done
                for n in 1 2 3 4 5 6; do head -c 3000000 /dev/zero >churn; sleep 0.12; rm churn; sleep 0.06; done
                """
            let ending = try await scene.shell(script) { $0.limits.diskBytes = 12 << 20 }
            #expect(ending.exit == .code(0), "\(ending) \(ending.text)")
        }
    }

    @Test func `what others write to the same disk is not blamed on it`() async throws {
        try await SandboxScene.with { scene in
            let (lines, tell) = AsyncStream.makeStream(of: Bool.self)
            var command = scene.command(["sh", "-c", "echo begun; while ! [ -e go ]; do sleep 0.02; done; sleep 0.3; echo done"])
            command.limits.diskBytes = 8 << 20
            let begun = command
            async let ending = scene.sandbox.run(begun) { _ in tell.yield(true) }
            for await _ in lines { break }
            for number in 0..<6 {
                try Data(repeating: 7, count: 4 << 20).write(to: URL(filePath: scene.folder.path(of: "other\(number)")))
            }
            try scene.write("", to: "go")
            #expect(try await ending.exit == .code(0))
        }
    }

    @Test func `a disk is not reserved by one call, by no name of it`() async throws {
        try await SandboxScene.with { scene in
            let script = """
                open my $f, '+>', 'file' or die; my $space = pack 's s x4 q q l L l4', 0, 0, 0, 1 << 28, 0, 0, 0, 0, 0, 0;
                print syscall(\(CallNumbers.fallocate), fileno $f, $_, 0, 1 << 28) == -1 ? $! + 0 : 'done', "\\n" for 0, 1, 0x10, 0x20, 0x40, 0x11;
                print ioctl($f, $_, $space) ? 'done' : $! + 0, "\\n" for 0x40305828, 0x4030582A, 0x40305839, 0x140305828;
                syswrite $f, 'x' x 65536; print syscall(\(CallNumbers.fallocate), fileno $f, 3, 0, 8192) == 0 ? 'hole' : $! + 0, "\\n";
                """
            let ending = try await scene.perl(script)
            #expect(ending.text == String(repeating: "95\n", count: 10) + "hole\n", "\(ending.text)")
            // Libraries then write what they wanted to have.
            let whole = try await scene.shell("fallocate -x -l 1048576 whole && stat -c %b whole")
            #expect(
                whole.exit == .code(0) && (Int(whole.text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) >= 2_048, "\(whole.text)")
        }
    }

    @Test(.enabled(if: geteuid() == 0 && SmallDisk.canMount, "only root mounts a small disk"))
    func `a command is ended while something is left for the others, and the next does not begin`() async throws {
        try await SmallDisk.with(megabytes: 100) { folder in
            let sandbox = try BubblewrapSandbox()
            let script =
                "my $x = 'x' x 1048576; for my $n (1..99) { open my $f, '>', \"f$n\" or die; syswrite $f, $x or die; select undef, undef, undef, 0.03 } print 'all'"
            let ending = try await sandbox.run(SandboxCommand(arguments: ["perl", "-e", script], worktree: folder))
            #expect(ending.exit == .limit(.diskReserve), "\(ending) \(ending.text)")
            try Data(repeating: 7, count: 1 << 20).write(to: URL(filePath: folder + "/service"))
            do throws(SandboxError) {
                let next = try await sandbox.run(SandboxCommand(arguments: ["true"], worktree: folder))
                Issue.record("it began: \(next)")
            } catch {
                #expect(error.kind == .unavailable)
                #expect(error.message.contains("sandbox.disk_reserve"), "\(error.message)")
            }
            #expect(try await sandbox.run(SandboxCommand(arguments: ["true"], worktree: folder, writesWorktree: false)).isSuccess)
        }
    }

    @Test func `without walls the disk has the same limit`() async throws {
        try await SandboxScene.with(UnwalledSandbox()) { scene in
            let ending = try await scene.perl(Self.many) { $0.limits.diskBytes = 24 << 20 }
            #expect(ending.exit == .limit(.disk), "\(ending)")
        }
    }

    @Test func `a long chain of children is no place to hide memory in`() async throws {
        try await SandboxScene.with(BubblewrapOptions(usesControlGroups: false)) { scene in
            let script = """
                my ($many, $x) = 10 << 20;
                for my $n (1..90) { my $child = fork; defined $child or die; if ($child) { $x = 'x' x $many if $n > 70; wait; exit } }
                sleep 5; print 'all'
                """
            let ending = try await scene.perl(script) { $0.limits.memoryBytes = 150 << 20 }
            #expect(ending.exit == .limit(.memory), "\(ending) \(ending.text)")
        }
    }
}

private enum CallNumbers {
    #if arch(x86_64)
        static let fallocate = 285
    #else
        static let fallocate = 47
    #endif
}

/// A file system in memory of a few megabytes, with a folder for commands in it.
enum SmallDisk {
    static let canMount: Bool = {
        // Whether it can be mounted is the question: any failure means no.
        let folder = NSTemporaryDirectory() + "/forge-small-\(getpid())"
        unsafe mkdir(folder, 0o755)
        defer { unsafe rmdir(folder) }
        guard unsafe mount("tmpfs", folder, "tmpfs", 0, "size=1m") == 0 else { return false }
        unsafe umount2(folder, 2)
        return true
    }()

    static func with(megabytes: Int, _ work: (String) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            try #require(unsafe mount("tmpfs", folder.path, "tmpfs", 0, "size=\(megabytes)m") == 0)
            defer { unsafe umount2(folder.path, 2) }
            let worktree = folder.path(of: "worktree")
            try FileManager.default.createDirectory(atPath: worktree, withIntermediateDirectories: false)
            try await work(worktree)
        }
    }
}
