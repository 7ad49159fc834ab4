// Attacks that are really tried inside, and judged from the outside: what must not be read never comes out, what must not be changed is
// looked at afterwards. None is left out where something is missing: then it fails, and says what to install.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Testing

@Suite struct AttackTests {
    /// Nothing that anybody could have meant.
    private static let canary = "canary-\(UInt64.max / 7)-\(getpid())"

    private func scene(_ work: (SandboxScene) async throws -> Void) async throws {
        try await SandboxScene.with(BubblewrapOptions(), work)
    }

    /// A file outside, readable by anybody who gets there.
    private func keep(_ scene: SandboxScene) throws -> String {
        let path = scene.folder.path(of: "kept")
        try Data("\(Self.canary)\n".utf8).write(to: URL(filePath: path))
        return path
    }

    // MARK: Reading

    @Test func `no process's environment or words hold anything of the service's`() async throws {
        unsafe setenv("FORGE_TEST_SECRET", Self.canary, 1)
        try await scene { scene in
            let ending = try await scene.shell(
                "cat /proc/*/environ /proc/*/task/*/environ /proc/*/cmdline | tr '\\0' '\\n'; env; cat /proc/1/mountinfo")
            #expect(ending.text.contains("HOME=/agent"), "\(ending.text)")
            #expect(!ending.text.contains(Self.canary))
            #expect(!ending.text.contains("FORGE_"))
        }
    }

    @Test func `files, keys and folders of this machine are not there, by whatever path`() async throws {
        try await scene { scene in
            let kept = try keep(scene)
            let script = """
                for root in '' /proc/self/root /proc/1/root /proc/self/cwd/../../../../../.. /worktree/../../.. /dev/fd/../root; do
                cat "$root\(kept)" "$root/etc/shadow" "$root/etc/ssh/"* "$root/root/.ssh/"*; ls -A "$root/var" "$root/home" "$root/root" "$root/srv"; done
                find / -xdev -name 'kept*' -o -name '*.pem' -path '/etc/*' -newer /nowhere; cat /proc/kcore | head -c 10; cat /dev/mem /dev/sda
                """
            let ending = try await scene.shell(script)
            #expect(!ending.text.contains(Self.canary), "\(ending.text)")
            #expect(!ending.text.contains("root:$"), "\(ending.text)")
        }
    }

    @Test func `open descriptors of the service are not handed on`() async throws {
        try await scene { scene in
            // Without O_CLOEXEC, as a careless library opens them.
            let path = try keep(scene)
            let secret = unsafe open(path, O_RDONLY)
            #expect(secret > 2)
            defer { close(secret) }
            let ending = try await scene.shell(
                "for n in $(seq 3 200); do cat /proc/self/fd/$n /dev/fd/$n; done; ls -l /proc/self/fd /proc/1/fd")
            #expect(!ending.text.contains(Self.canary), "\(ending.text)")
        }
    }

    @Test func `other processes cannot be seen or ended`() async throws {
        try await scene { scene in
            let bystander = Process()
            bystander.executableURL = URL(filePath: "/usr/bin/sleep")
            bystander.arguments = ["60"]
            try bystander.runAlone()
            defer { bystander.terminate() }
            let number = bystander.processIdentifier
            let ending = try await scene.perl(
                "kill 9, \(number); kill -9, \(number); print join ' ', grep { kill 0, $_ } 2 .. 70000; kill 9, -1; print ' alive'")
            #expect(!ending.text.split(separator: " ").contains("\(number)") || ending.text.isEmpty)
            #expect(bystander.isRunning)
        }
    }

    // MARK: Writing

    @Test func `nothing outside the worktree can be written, through links neither`() async throws {
        try await scene { scene in
            let kept = try keep(scene)
            let script = """
                echo changed >\(kept); ln -s \(kept) link; echo changed >link; echo changed >/proc/self/root\(kept); echo changed >../kept
                mkdir -p a/b; ln -s ../../../../../..\(kept) a/b/deep; echo changed >a/b/deep; cp -P /dev/null /usr/bin/true; rm -rf /usr/bin /etc /lib
                for i in 1 2 3 4 5 6 7 8 9; do (mkdir race; rm -rf race; ln -sfn \(scene.folder.path) race) & (echo changed >race/kept) & done; wait
                ln /usr/bin/true hard; ln \(kept) hard2; ln /etc/passwd hard3; mount --bind / /mnt; mknod disk b 8 0; cat disk
                """
            _ = try await scene.shell(script)
            #expect(try String(contentsOfFile: kept, encoding: .utf8) == Self.canary + "\n")
            #expect(FileManager.default.isExecutableFile(atPath: "/usr/bin/true"))
            #expect(!FileManager.default.fileExists(atPath: "\(scene.worktree)/hard"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: scene.folder.path).sorted() == ["kept", "worktree"])
        }
    }

    @Test func `the kernel's own settings stay as they are`() async throws {
        let files = ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/overcommit_memory"]
        let before = files.map { KernelText.read($0) }
        try await scene { scene in
            let ending = try await scene.shell(
                "for file in \(files.joined(separator: " ")) /proc/sysrq-trigger; do echo '|/worktree/evil' >$file; done; hostname evil; cat /proc/self/attr/current"
            )
            #expect(files.map { KernelText.read($0) } == before, "\(ending.text)")
        }
    }

    @Test func `a read-only worktree is read-only, and a copy of a program with a new owner's bit is nobody's`() async throws {
        try await scene { scene in
            try scene.write("before", to: "file")
            unsafe chmod(scene.worktree, 0o700)
            let ending = try await scene.shell(
                "echo after >file; rm -f file; mv file other; chmod 777 file; touch new; mount -o remount,rw /worktree"
            ) {
                $0.writesWorktree = false
            }
            #expect(scene.read("file") == "before", "\(ending.text)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: scene.worktree) == ["file"])
            let own = try await scene.shell(
                "cp /usr/bin/id own; chmod 6755 own; ./own -u; cp /usr/bin/id /tmp/own; chmod 6755 /tmp/own; /tmp/own -u; su -c id; sudo id"
            )
            #expect(own.text.hasPrefix("1000\n1000\n"), "\(own.text)")
            #expect(!own.text.contains("uid=0"))
        }
    }

    // MARK: Git

    @Test(arguments: [true, false]) func `nothing that an agent writes is run by git on the host`(isLinked: Bool) async throws {
        try await scene { scene in
            let marker = scene.folder.path(of: "executed")
            let repository = scene.folder.path(of: isLinked ? "repository" : "worktree")
            let git = HostGit(home: scene.folder.path)
            try git.run("init", "-q", "-b", "main", repository)
            try git.run("-C", repository, "commit", "-q", "--allow-empty", "-m", "first")
            if isLinked {
                try FileManager.default.removeItem(atPath: scene.worktree)
                try git.run("-C", repository, "worktree", "add", "-q", scene.worktree, "-b", "work")
            }
            let before = try git.facts(of: repository)
            let ending = try await scene.shell(GitAttack.script(marker: marker))
            #expect(ending.text.contains("attacked"), "\(ending.text)")
            #expect(try git.facts(of: repository) == before, "\(ending.text)")
            // As careless as can be: no hardening at all.
            for arguments in [
                ["status"], ["diff"], ["diff", "HEAD"], ["add", "-A"], ["commit", "-qm", "next"], ["log", "-1"], ["stash"],
            ] {
                git.attempt(["-C", scene.worktree, "-c", "safe.directory=*"] + arguments)
            }
            #expect(!FileManager.default.fileExists(atPath: marker), "\(ending.text)")
        }
    }

    // MARK: The loader, other processors, namespaces

    @Test func `variables that steer the loader reach the command only, never what makes the walls`() async throws {
        try await scene { scene in
            let trace = scene.folder.path(of: "trace")
            let ending = try await scene.shell("echo $LD_PRELOAD; ls \(scene.folder.path)") {
                $0.environment = [
                    "LD_DEBUG": "libs", "LD_DEBUG_OUTPUT": trace, "LD_PRELOAD": "/worktree/evil.so", "LD_AUDIT": "/worktree/evil.so",
                    "GCONV_PATH": "/worktree",
                ]
            }
            #expect(ending.text.contains("/worktree/evil.so"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: scene.folder.path) == ["worktree"])
        }
    }

    #if arch(x86_64)
        /// getpid by the numbers of 32 bits, and of x32.
        @Test(arguments: ["b814000000cd80", "b8270000400f05"]) func `calls of another architecture end the program`(code: String)
            async throws
        {
            try await scene { scene in
                // The headers of a program of one segment, which is the whole file.
                let head =
                    "7f454c4602010100000000000000000002003e00010000007800400000000000"
                    + "4000000000000000000000000000000000000000400038000100000000000000"
                let load =
                    "01000000050000000000000000000000000040000000000000004000000000008900000000000000890000000000000000100000"
                    + "00000000"
                let exit = "31ffb83c0000000f05"
                let script = """
                    open F, '>', 'program'; print F pack 'H*', "\(head)\(load)$ARGV[0]" . '90' x 40; close F; chmod 0755, 'program';
                    exec './program'
                    """
                let harmless = try await scene.sandbox.run(scene.command(["perl", "-e", script, exit]))
                #expect(harmless.exit == .code(0), "\(harmless.text)")
                let ending = try await scene.sandbox.run(scene.command(["perl", "-e", script, code + exit]))
                #expect(ending.exit == .signal(31), "\(ending)")
            }
        }
    #endif

    @Test func `no namespace, no mount, no sandbox in the sandbox`() async throws {
        try await scene { scene in
            let script = """
                unshare -Ur id; unshare -m true && echo got; unshare -p true && echo got; nsenter -t 1 -m true && echo got; chroot / true && echo got
                bwrap --ro-bind / / true && echo got; mount -t tmpfs none /tmp && echo got; umount /worktree && echo got; pivot_root / /tmp && echo got
                perl -e 'print "got\\n" if syscall(\(WallNumbers.personality), 8) >= 0'; strace true 2>/dev/null && echo got; dmesg && echo got
                """
            let ending = try await scene.shell(script)
            #expect(!ending.text.contains("got"), "\(ending.text)")
            #expect(!ending.text.contains("uid=0"), "\(ending.text)")
        }
    }

    @Test func `of personalities there is the plain one, and the one without random addresses`() async throws {
        try await scene { scene in
            // Each bit by itself, with the highest and with what no kernel reads; then what is allowed, and the question.
            let script = """
                for my $bit (grep { $_ != 18 } 0 .. 31) { for my $value (1 << $bit, 1 << $bit | 1 << 31, 1 << $bit | 1 << 40, 0xFFFFFFFF ^ 1 << $bit) {
                    print "$value " if syscall(\(WallNumbers.personality), $value) != -1 } }
                print "query ", syscall(\(WallNumbers.personality), 0xFFFFFFFF), " set ", syscall(\(WallNumbers.personality), 0x40000);
                print " was ", syscall(\(WallNumbers.personality), 0), " is ", syscall(\(WallNumbers.personality), 0xFFFFFFFF);
                """
            let ending = try await scene.perl(script)
            #expect(ending.text == "query 0 set 0 was 262144 is 0")
        }
    }

    // MARK: Network

    @Test(arguments: [true, false]) func `no socket of this machine is reached, whatever its family`(hasLoopback: Bool) async throws {
        try await SandboxScene.with(BubblewrapOptions(hasLoopback: hasLoopback)) { scene in
            let name = "forge-attack-\(getpid())-\(hasLoopback)"
            let path = scene.folder.path(of: "service.socket")
            let listeners = try [OutsideListener.Kind.network, .network6, .datagrams, .path(path), .abstract(name)].map(
                OutsideListener.init)
            let script = """
                use Socket; my ($four, $six, $udp, $path, $name) = @ARGV;
                sub try { my ($family, $type, $address) = @_; socket(my $s, $family, $type, 0) or return; connect($s, $address) and syswrite($s, "x") and print "wrote $family\\n" }
                for my $host ("127.0.0.1", "10.0.2.2", "172.17.0.1", "169.254.169.254", "1.1.1.1") { try(2, 1, pack_sockaddr_in($four, inet_aton($host))) }
                try(10, 1, pack("S n x4 a16 x4", 10, $six, "\\0" x 15 . "\\1")); try(2, 2, pack_sockaddr_in($udp, inet_aton("127.0.0.1")));
                for ($path, "/proc/1/root$path", "/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket") { try(1, 1, pack_sockaddr_un($_)) }
                try(1, 1, pack("S a*", 1, "\\0$name")); try(1, 2, pack("S a*", 1, "\\0/run/systemd/notify"));
                print "resolved\\n" if gethostbyname("example.com"); print "routed\\n" if `cat /proc/net/route` =~ /eth|00000000/;
                print "done\\n";
                """
            let ending = try await scene.sandbox.run(
                scene.command(
                    ["perl", "-e", script] + [listeners[0].port, listeners[1].port, listeners[2].port].map { "\($0)" } + [path, name]))
            #expect(ending.text.contains("done"), "\(ending.text)")
            #expect(!ending.text.contains("resolved") && !ending.text.contains("routed"), "\(ending.text)")
            #expect(listeners.map(\.wasReached) == Array(repeating: false, count: 5), "\(ending.text)")
        }
    }

    @Test func `a socket that was handed in is reached, and no other`() async throws {
        try await scene { scene in
            let paths = [scene.folder.path(of: "given"), scene.folder.path(of: "other")]
            let listeners = try paths.map { try OutsideListener(.path($0)) }
            for path in paths { unsafe chmod(path, 0o777) }
            let script =
                "use Socket; for ('/run/forge/given', '\(paths[1])', '/run/forge/other') { socket(my $s, 1, 1, 0); print connect($s, pack_sockaddr_un($_)) ? 1 : 0 }"
            let ending = try await scene.perl(script) { $0.network = .sockets(["/run/forge/given": paths[0]]) }
            #expect(ending.text == "100")
            #expect(listeners.map(\.wasReached) == [true, false])
        }
    }

    // MARK: Output

    @Test func `bytes come out as they were written, whatever they are`() async throws {
        try await scene { scene in
            let ending = try await scene.shell(#"printf '\377\376\033]0;title\007\033[2J\342\200\256\000end'; printf more >&2"#)
            #expect(ending.output == [0xFF, 0xFE] + Array("\u{1B}]0;title\u{7}\u{1B}[2J\u{202E}\0endmore".utf8))
        }
    }

    @Test func `what is typed into a terminal is not the command's to say`() async throws {
        try await scene { scene in
            let script = """
                my $typed = 'x';
                for my $file ('/dev/tty', '/dev/console', '/proc/self/fd/0', '/dev/ptmx') {
                    open(my $f, '+<', $file) or next;
                    for my $call (0x5412, 0x541C, 0x100005412) { print "typed $file\\n" if ioctl($f, $call, $typed) }
                }
                print 'done'
                """
            let ending = try await scene.perl(script)
            #expect(ending.text == "done")
        }
    }
}

/// Git as anybody runs it on the host, with a home of its own.
private struct HostGit {
    let home: String

    private var environment: [String: String] {
        [
            "PATH": "/usr/bin:/bin", "HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Host",
            "GIT_AUTHOR_EMAIL": "h@example.com",
            "GIT_COMMITTER_NAME": "Host", "GIT_COMMITTER_EMAIL": "h@example.com",
        ]
    }

    func run(_ arguments: String...) throws {
        let run = try ProcessRun("/usr/bin/git", arguments, in: home, environment: environment)
        #expect(run.code == 0, "git \(arguments): \(run.errors)")
    }

    /// However it ends.
    func attempt(_ arguments: [String]) { _ = try? ProcessRun("/usr/bin/git", arguments, in: home, environment: environment) }

    /// Every file that git itself reads.
    func facts(of repository: String) throws -> [String: String] {
        var facts: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: repository + "/.git") {
            facts[name] = FileManager.default.contents(atPath: "\(repository)/.git/\(name)").map { $0.base64EncodedString() } ?? "folder"
        }
        return facts
    }
}

private enum GitAttack {
    /// Every way that ran something for somebody: hooks, settings, drivers, a swapped `.git`, a repository inside, both renames.
    static func script(marker: String) -> String {
        """
        run="touch \(marker)"; printf '#!/bin/sh\\n%s\\n' "$run" >hook; chmod 755 hook
        settings() { printf '[core]\\n\\trepositoryformatversion = 0\\n\\tfsmonitor = "%s"\\n\\thooksPath = /worktree\\n\\tpager = "%s"\\n\\tsshCommand = "%s"\\n\\talternateRefsCommand = "%s"\\n[diff]\\n\\texternal = "%s"\\n[filter "x"]\\n\\tclean = "%s"\\n\\tprocess = "%s"\\n[alias]\\n\\tstatus = !%s\\n[gpg]\\n\\tprogram = "%s"\\n[include]\\n\\tpath = /worktree/hook\\n' "$run" "$run" "$run" "$run" "$run" "$run" "$run" "$run" "$run"; }
        for name in pre-commit post-checkout reference-transaction post-index-change pre-push; do mkdir -p .git/hooks; cp hook .git/hooks/$name; done
        settings >>.git/config; settings >.git/config.worktree; settings >.git/info/attributes; echo /worktree/x >.git/commondir
        git config core.fsmonitor "$run"; git config --global core.fsmonitor "$run"; git init; git commit -m x
        mv .git .git2; cp -r .git2 .git; settings >>.git/config; rm -rf .git; mkdir .git && settings >.git/config
        mkdir -p own; settings >own/config; mkdir own/objects own/refs; echo ref: refs/heads/main >own/HEAD
        echo 'gitdir: own' >.git; ln -sf own .git; mv own .git; ln -sfn /worktree/own .git
        mkdir -p nested/.git/objects nested/.git/refs; settings >nested/.git/config; echo ref: refs/heads/main >nested/.git/HEAD
        echo '* filter=x diff=x' >.gitattributes; ln -s /etc/passwd .gitmodules; umount .git; mount --move .git /tmp; mv /worktree /elsewhere
        echo attacked
        """
    }
}

enum KernelText {
    static func read(_ path: String) -> String? { FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } }
}

enum WallNumbers {
    #if arch(x86_64)
        static let personality = 135
    #else
        static let personality = 92
    #endif
}
