// `forge tests run --at`: a commit is set up with what it may reach, kept for the next run, and tested where nothing is reached; whatever its
// scripts leave behind, the folder it came from and the next run do not have it.

import ForgeCore
import ForgeStore
import ForgeTestSupport
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct WorkshopTests {
    /// A repository, a registry of packages on this machine, and a service's settings that let it be reached.
    private struct Room {
        let repository: TemporaryRepository
        let registry: ModelStandIn
        let folder: TemporaryFolder

        var data: String { folder.path(of: "data") }
        var host: String { "localhost:\(registry.port)" }
        /// How often it was asked: it knows nothing of packages, and says so of each.
        var askedCount: Int { registry.violations.count }

        static func with(_ work: (Room) async throws -> Void) async throws {
            try await TemporaryFolder.with { folder in
                let room = Room(repository: try TemporaryRepository(), registry: try ModelStandIn(), folder: folder)
                let settings = """
                    data: \(room.data)
                    sandbox: {egress: ["\(room.host)"], egress_networks: [127.0.0.0/8]}
                    """
                try Data(settings.utf8).write(to: URL(filePath: folder.path(of: "server.yml")))
                try await work(room)
            }
        }

        /// The setup and the tests are the repository's own scripts.
        func commit(setup: String, tests: String, lock: String? = "1\n") throws {
            try repository.write(
                ".forge.yml",
                "version: 1\nagents: {setup: 'sh setup.sh', test: 'sh tests.sh', egress: ['\(host)', 'other.example']}\n")
            try repository.write("setup.sh", setup)
            try repository.write("tests.sh", tests)
            if let lock { try repository.write("package-lock.json", lock) }
            try repository.commit()
        }

        func run(_ words: String...) throws -> (code: Int32, json: JSON, errors: String) {
            let result = try Program.run(
                ["tests", "run", repository.path, "--json", "--config", folder.path(of: "server.yml")] + words,
                environment: ["PATH": "/usr/bin:/bin"])
            return (result.code, try JSONParser.parse(result.output.isEmpty ? "null" : result.output), result.errors)
        }

        func runAt(_ commit: String = "HEAD") throws -> (code: Int32, json: JSON, setup: JSON, errors: String) {
            let (code, json, errors) = try run("--at", commit)
            return (code, json, json["setups"]?[0] ?? .null, errors)
        }

        func audit() async throws -> [(kind: String, target: String)] {
            let store = try SQLiteStore.open(
                folder: data, options: SQLiteOptions(access: .shared), clock: WallClock { Timestamp(milliseconds: 0) }, metrics: Metrics(),
                log: .silent)
            let events = try await store.journal(after: nil, stream: "audit", limit: 100, scope: .all)
            await store.close()
            return events.map { ($0.new.kind, $0.new.payload["target"]?.string ?? "") }
        }

        /// Worktrees that are still there.
        var worktrees: [String] { (try? FileManager.default.contentsOfDirectory(atPath: "\(data)/mirrors/worktrees")) ?? [] }
        /// What was not taken away of what setups had half made.
        var staged: [String] { (try? FileManager.default.contentsOfDirectory(atPath: "\(data)/setup/.staging")) ?? ["nothing is kept"] }
    }

    private static func fetch(_ room: Room) -> String {
        """
        set -e
        mkdir -p node_modules
        curl -sS --proxytunnel http://\(room.host)/package >node_modules/package
        curl -sS --proxytunnel http://other.example/package >other 2>&1 || true
        echo kept >~/cached

        """
    }

    /// Tests that look at what they have, and spoil it.
    private static func tests(_ room: Room) -> String {
        """
        ok() { if eval "$2"; then echo "ok $1"; else echo "not ok $1"; fi; }
        echo 1..4
        ok '1 - package' 'test "$(cat node_modules/package)" = {}'
        ok '2 - home' 'test "$(cat ~/cached)" = kept'
        ok '3 - network' '! curl -sS --max-time 5 http://\(room.host)/tests'
        ok '4 - proxy' '! test -e /run/forge/egress.sock'
        echo spoilt >node_modules/package; echo spoilt >~/cached; rm tests.sh

        """
    }

    @Test func `setup reaches what was agreed, tests reach nothing, and the next run finds all of it kept`() async throws {
        try await Room.with { room in
            try room.commit(setup: Self.fetch(room), tests: Self.tests(room))
            let first = try room.runAt("main")
            #expect(first.code == 0 && first.json["verdict"]?.string == "passed", "\(first.json.text) \(first.errors)")
            #expect(
                first.setup["outcome"]?.string == "kept" && first.setup["reached"]?.array == [.string(room.host)], "\(first.setup.text)")
            #expect(first.setup["refused"]?[0]?["target"] == "other.example:80" && room.askedCount == 1)
            #expect(first.json["commit"]?.string == (try room.repository.git(["rev-parse", "HEAD"])))
            let audit = try await room.audit()
            #expect(audit.contains { $0 == ("egress.allowed", room.host) } && audit.contains { $0 == ("egress.closed", room.host) })
            #expect(audit.contains { $0 == ("egress.refused", "other.example:80") }, "\(audit)")

            let second = try room.runAt()
            #expect(second.code == 0 && second.setup["outcome"]?.string == "cached" && room.askedCount == 1, "\(second.json.text)")

            try room.commit(setup: Self.fetch(room), tests: Self.tests(room), lock: "2\n")
            let third = try room.runAt()
            #expect(third.code == 0 && third.setup["outcome"]?.string == "kept" && room.askedCount == 2, "\(third.json.text)")
            // The commit before is still found by what it has.
            #expect(try room.runAt("HEAD~1").setup["outcome"]?.string == "cached")
            #expect(try room.repository.git(["status", "--porcelain", "--ignored"]).isEmpty && room.worktrees.isEmpty)
            #expect(room.staged.isEmpty, "\(room.staged)")
        }
    }

    @Test func `a setup that fails is not kept, and one without a lock file is for its own commit`() async throws {
        try await Room.with { room in
            try room.commit(setup: Self.fetch(room) + "exit 3\n", tests: "echo ok 1 - a; echo 1..1; test ! -e node_modules\n")
            for count in 1...2 {
                let run = try room.runAt()
                #expect(run.code == 0 && run.setup["outcome"]?.string == "failed" && room.askedCount == count, "\(run.json.text)")
                #expect(run.setup["problem"]?.string?.hasPrefix("exit code 3") == true)
            }
        }
        try await Room.with { room in
            try room.commit(setup: Self.fetch(room), tests: Self.tests(room), lock: nil)
            for outcome in ["kept", "cached"] {
                let run = try room.runAt()
                #expect(run.code == 0 && run.setup["outcome"]?.string == outcome && room.askedCount == 1, "\(run.json.text)")
            }
        }
    }

    @Test func `what a script makes of a commit's files is never another commit's`() async throws {
        try await Room.with { room in
            let tests = "echo 1..1; if cmp -s schema.txt generated.txt; then echo ok 1 - a; else echo not ok 1 - a; exit 1; fi\n"
            try room.repository.write("frontend/package-lock.json", "{}\n")
            for (text, outcome) in [("1\n", "kept"), ("2\n", "kept"), ("2\n", "cached")] {
                if outcome == "kept" {
                    try room.repository.write("schema.txt", text)
                    try room.commit(setup: "cat schema.txt >generated.txt\n", tests: tests)
                }
                let run = try room.runAt()
                #expect(run.code == 0 && run.setup["outcome"]?.string == outcome, "\(run.json.text) \(run.errors)")
            }
        }
    }

    @Test func `what the settings do not name is not reached, and a folder's own setup reaches what they do`() async throws {
        try await Room.with { room in
            let tests = "echo 1..1; if test -s node_modules/package; then echo ok 1 - a; else echo not ok 1 - a; fi\n"
            try room.commit(setup: Self.fetch(room), tests: tests)
            let own = try room.run()
            #expect(own.code == 0 && own.json["setups"]?[0]?["reached"]?.array == [.string(room.host)], "\(own.json.text) \(own.errors)")
            #expect(FileManager.default.fileExists(atPath: room.repository.path + "/node_modules/package"))
            try Data("data: \(room.data)\n".utf8).write(to: URL(filePath: room.folder.path(of: "server.yml")))
            let closed = try room.runAt()
            #expect(closed.setup["outcome"]?.string == "failed" && closed.setup["reached"]?.array == [], "\(closed.json.text)")
            #expect(room.askedCount == 1)
        }
    }

    @Test func `a command that is asked for has its setup at a commit, and none in one's own folder`() async throws {
        try await Room.with { room in
            try room.commit(setup: "echo made >made\n", tests: "exit 1\n")
            let command = "echo 1..1; if test -s made; then echo ok 1 - a; else echo not ok 1 - a; exit 1; fi"
            let (code, json, errors) = try room.run("--at", "HEAD", "--", command)
            #expect(code == 0 && json["setups"]?[0]?["outcome"]?.string == "kept", "\(json.text) \(errors)")
            #expect(json["command"]?.string == command)
            let own = try room.run("--", command)
            #expect(own.code == 1 && own.json["setups"]?.array == [], "\(own.json.text) \(own.errors)")
        }
    }

    @Test func `without the loopback a setup that was to reach hosts has failed, and the tests run all the same`() async throws {
        try await Room.with { room in
            try room.commit(setup: Self.fetch(room), tests: "echo 1..1; echo ok 1 - a\n")
            let settings = """
                data: \(room.data)
                sandbox: {egress: ["\(room.host)"], egress_networks: [127.0.0.0/8], loopback: false}
                """
            try Data(settings.utf8).write(to: URL(filePath: room.folder.path(of: "server.yml")))
            for run in [try room.run("--at", "HEAD"), try room.run()] {
                let setup = run.json["setups"]?[0]
                #expect(run.code == 0 && setup?["outcome"]?.string == "failed", "\(run.json.text) \(run.errors)")
                #expect(setup?["problem"]?.string?.contains("sandbox.loopback is off") == true, "\(run.json.text)")
            }
            #expect(room.askedCount == 0)
        }
    }

    @Test func `what a hostile setup leaves comes neither into the work nor into the cache`() async throws {
        try await Room.with { room in
            let setup = """
                mkdir -p made .git/hooks; mkfifo made/pipe; cp /bin/true made/lent; chmod 6755 made/lent; echo x >.git/config
                ln -s /etc leak; ln -s ../../../.. up; d=deep; mkdir deep; for i in $(seq 300); do d=$d/d; mkdir $d; done
                echo evil >tests.sh; rm other.txt; echo made >made/file

                """
            let tests = """
                ok() { if eval "$2"; then echo "ok $1"; else echo "not ok $1"; fi; }
                echo 1..5
                ok '1 - pipe' '! test -e made/pipe'; ok '2 - rights' '! test -u made/lent'; ok '3 - git' '! test -e .git'
                ok '4 - commit' 'test "$(cat other.txt)" = other'; ok '5 - made' 'test "$(cat made/file)" = made'

                """
            try room.repository.write("other.txt", "other\n")
            try room.commit(setup: setup, tests: tests)
            for outcome in ["kept", "cached"] {
                let run = try room.runAt()
                #expect(run.code == 0 && run.setup["outcome"]?.string == outcome, "\(run.json.text)")
                guard outcome == "kept" else {
                    #expect(run.setup["changed"] == nil && run.setup["left_out"] == nil, "\(run.setup.text)")
                    continue
                }
                #expect(
                    run.setup["left_out"]?.integer == 3 && run.setup["changed"]?.array == ["other.txt", "tests.sh"], "\(run.setup.text)")
            }
            #expect(room.worktrees.isEmpty)
        }
    }

    @Test func `an interrupt leaves no worktree behind`() async throws {
        try await Room.with { room in
            try room.commit(setup: "true\n", tests: "echo begun; while :; do :; done\n")
            let process = Process()
            process.executableURL = URL(filePath: Program.path)
            process.arguments = ["tests", "run", room.repository.path, "--at", "HEAD", "--config", room.folder.path(of: "server.yml")]
            process.environment = ["PATH": "/usr/bin:/bin"]
            process.standardError = FileHandle.nullDevice
            try process.runAlone()
            while room.worktrees.isEmpty, process.isRunning { await Task.yield() }
            #expect(process.isRunning)
            process.interrupt()
            process.waitUntilExit()
            #expect(process.terminationReason == .exit && process.terminationStatus == 3 && room.worktrees.isEmpty)
        }
    }

    @Test func `what cannot be meant is refused with a sentence`() async throws {
        try await Room.with { room in
            try room.commit(setup: "true\n", tests: "true\n")
            let run = try room.run("--at", "nowhere")
            #expect(run.code == 2 && run.errors.contains("there is no commit called 'nowhere' here"), "\(run.errors)")
            try room.repository.commit()
            let shallow = room.folder.path(of: "shallow")
            try room.repository.git(["clone", "-q", "--depth", "1", "file://\(room.repository.path)", shallow])
            func runAtHead(_ folder: String, data: String) throws -> (code: Int32, output: String, errors: String) {
                try Program.run(["tests", "run", folder, "--at", "HEAD"], environment: ["PATH": "/usr/bin:/bin", "FORGE_DATA": data])
            }
            let cut = try runAtHead(shallow, data: room.data)
            #expect(cut.code == 2 && cut.errors.contains("git fetch --unshallow"), "\(cut.errors)")
            // Beneath a file nobody can make a folder, not even root.
            let closed = try runAtHead(room.repository.path, data: room.folder.path(of: "server.yml") + "/data")
            #expect(closed.code == 3 && closed.errors.contains("FORGE_DATA) to a folder of your own"), "\(closed.errors)")
        }
    }
}
