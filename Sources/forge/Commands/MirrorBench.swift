// `forge bench mirror`: what it costs to have a repository's code here, beside git doing the same from the same server in the same run. The
// repository is made here, from a seed, and removed afterwards.

import ForgeCore
import ForgeGit
import ForgeSystem

enum MirrorBench {
    static let command = CommandSpecification(
        "bench mirror", "how long a mirror, a worktree and an incremental fetch take, beside git itself",
        details: """
            Makes a repository of --files files and serves it on loopback with 'git daemon'. --rounds times in turn, each from nothing:
            'git fetch' and 'git worktree add', then a mirror and a worktree of it; then one commit more, and both fetch again.
            The medians count. Exit code 1 when mirror and worktree together take longer than git, or the fetch of one commit
            takes more than 100 ms.
            """,
        options: [
            .init("files", "N", "how many files (default 50000)"), .init("rounds", "N", "how often (default 3)"),
            .init("commits", "N", "how many commits one after the other are fetched in a round (default 5)"), .json,
        ]
    ) { arguments, context in
        let scene = try MirrorScenery(
            files: try arguments.integer("files", in: 1...1_000_000, default: 50_000), environment: context.environment)
        let commits = try arguments.integer("commits", in: 1...100, default: 5)
        var rounds: [MirrorRound] = []
        for number in 0..<(try arguments.integer("rounds", in: 1...99, default: 3)) {
            rounds.append(try await scene.measure(round: number, commits: commits))
        }
        let report = MirrorReport(files: scene.files, rounds: rounds)
        if arguments.has("json") { try context.show(report.json) } else { try context.print(report.table) }
        return report.isGood ? .ok : .refused
    }
}

/// Milliseconds of one round; the fetches of one commit are as many as were asked for.
private struct MirrorRound {
    var gitFetch = 0.0
    var gitWorktree = 0.0
    var gitNext: [Double] = []
    var fetch = 0.0
    var worktree = 0.0
    var next: [Double] = []
}

private struct MirrorReport {
    let files: Int
    private let git: (fetch: Double, worktree: Double, sum: Double, next: Double)
    private let own: (fetch: Double, worktree: Double, sum: Double, next: Double)

    init(files: Int, rounds: [MirrorRound]) {
        self.files = files
        git = (
            Self.median(rounds.map(\.gitFetch)), Self.median(rounds.map(\.gitWorktree)),
            Self.median(rounds.map { $0.gitFetch + $0.gitWorktree }), Self.median(rounds.flatMap(\.gitNext))
        )
        own = (
            Self.median(rounds.map(\.fetch)), Self.median(rounds.map(\.worktree)), Self.median(rounds.map { $0.fetch + $0.worktree }),
            Self.median(rounds.flatMap(\.next))
        )
    }

    var isGood: Bool { own.sum <= git.sum && own.next <= 100 }

    var table: String {
        """
        \(files) files, ms      git   forge   ratio
        first fetch      \(row(git.fetch, own.fetch))
        worktree         \(row(git.worktree, own.worktree))
        both             \(row(git.sum, own.sum))   (bar: at most 1.00)
        one commit more  \(row(git.next, own.next))   (bar: at most 100 ms)
        """
    }

    var json: JSON {
        [
            "schema": 1, "bench": "mirror", "files": JSON(files), "git_fetch_ms": JSON(git.fetch, decimals: 1),
            "git_worktree_ms": JSON(git.worktree, decimals: 1), "git_next_ms": JSON(git.next, decimals: 1),
            "fetch_ms": JSON(own.fetch, decimals: 1), "worktree_ms": JSON(own.worktree, decimals: 1),
            "next_ms": JSON(own.next, decimals: 1), "ratio": JSON(own.sum / git.sum, decimals: 2), "passed": .bool(isGood),
        ]
    }

    private func row(_ git: Double, _ own: Double) -> String {
        [JSON(git, decimals: 0).text, JSON(own, decimals: 0).text, JSON(own / git, decimals: 2).text]
            .map { String(repeating: " ", count: max(0, 8 - $0.count)) + $0 }.joined()
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

/// The repository, its server, and both sides at work on it.
private final class MirrorScenery {
    let files: Int
    private let folder: String
    private let git: String
    private let environment: [String: String]
    private let port: Int
    private var server: ChildProcess
    private var commitCount = 0

    init(files: Int, environment: [String: String]) throws {
        let path = environment["PATH"] ?? "/usr/bin:/bin"
        guard let git = path.split(separator: ":").map({ "\($0)/git" }).first(where: Files.exists) else {
            throw CommandFailure.failed("there is no git on the PATH to measure against")
        }
        let folder = try Files.createTemporaryFolder(prefix: "forge-bench-mirror-")
        let own = environment.merging([
            "HOME": folder, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "Bench",
            "GIT_AUTHOR_EMAIL": "bench@example.com", "GIT_COMMITTER_NAME": "Bench", "GIT_COMMITTER_EMAIL": "bench@example.com",
        ]) { _, own in own }
        self.files = files
        self.git = git
        self.folder = folder
        self.environment = own
        port = try Self.freePort()
        try Self.run(git, ["init", "-q", "--bare", "-b", "main", "\(folder)/origin.git"], folder, own)
        try Self.importFiles(files, folder, git, own)
        // The program itself: what 'git daemon' starts would outlive it.
        let tools = try Self.output(git, ["--exec-path"], folder, own)
        server = try ChildProcess.start(
            "\(tools)/git-daemon",
            arguments: ["--reuseaddr", "--listen=127.0.0.1", "--port=\(port)", "--base-path=\(folder)", "--export-all", folder],
            environment: own, silencesErrors: true)
    }

    deinit {
        server.send(15)
        _ = server.wait()
        // A folder left in the temporary files is no reason to fail a measurement.
        _ = try? Self.run("/bin/rm", ["-rf", "--", folder], "/", environment)
    }

    private var url: String { "git://127.0.0.1:\(port)/origin.git" }

    func measure(round: Int, commits: Int) async throws -> MirrorRound {
        try await waitForServer()
        var result = MirrorRound()
        // Whoever comes second writes while the disk is still busy with what the first one wrote: each is first in turn.
        if round.isMultiple(of: 2) { try measureGit(round, &result) }
        try await measureOwn(round, &result)
        if !round.isMultiple(of: 2) { try measureGit(round, &result) }
        for _ in 0..<commits {
            try addCommit()
            result.gitNext.append(try milliseconds { try run(gitFetch(round)) })
            let start = ContinuousClock.now
            await (try await mirrors(round).open(try request())).release()
            result.next.append(Self.milliseconds(since: start))
        }
        return result
    }

    private func measureGit(_ round: Int, _ result: inout MirrorRound) throws {
        try run(["init", "-q", "--bare", "\(folder)/git\(round).git"])
        result.gitFetch = try milliseconds { try run(gitFetch(round)) }
        let add = ["-C", "\(folder)/git\(round).git", "worktree", "add", "-q", "--detach", "\(folder)/git\(round)", "refs/forge/main"]
        result.gitWorktree = try milliseconds { try run(add) }
    }

    private func gitFetch(_ round: Int) -> [String] {
        ["-C", "\(folder)/git\(round).git", "fetch", "-q", "--no-tags", url, "+refs/heads/main:refs/forge/main"]
    }

    private func measureOwn(_ round: Int, _ result: inout MirrorRound) async throws {
        let mirrors = try mirrors(round)
        var start = ContinuousClock.now
        let snapshot = try await mirrors.open(try request())
        result.fetch = Self.milliseconds(since: start)
        guard let head = try await snapshot.commit(of: "refs/heads/main") else { throw CommandFailure.failed("nothing was fetched") }
        start = ContinuousClock.now
        result.worktree = try await mirrors.withWorktree(of: snapshot, at: head) { _ in Self.milliseconds(since: start) }
        await snapshot.release()
    }

    private func mirrors(_ round: Int) throws -> Mirrors {
        var options = MirrorOptions(folder: "\(folder)/own\(round)")
        options.schemes = ["git"]
        return try Mirrors(options, runtime: GitRuntime())
    }

    private func request() throws -> FetchRequest {
        guard let name = RepositoryName("bench/origin") else { throw CommandFailure.failed("a name is no name") }
        return FetchRequest(
            place: HostPlace(tenant: .local, repository: name), remote: GitRemote(url: url), refs: ["refs/heads/main"])
    }

    // MARK: The repository

    /// Texts of words that are chosen from a seed: they compress about as well as code does.
    private static func importFiles(_ files: Int, _ folder: String, _ git: String, _ environment: [String: String]) throws {
        var state: UInt64 = 20_261_120
        let words = ["let", "value", "=", "compute(", "input", ")", "return", "if", "index", "<", "count", "{", "}", "//", "for", "in"]
        var stream = Array("commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata 5\nFirst\n".utf8)
        for file in 0..<files {
            var text = "// Part \(file)\n"
            for line in 0..<30 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text +=
                    "    \(words[Int(state >> 60)]) \(words[Int(state >> 40 & 15)]) \(state >> 44) \(words[Int(state >> 30 & 15)]) \(line)\n"
            }
            stream += Array(
                "M 100644 inline part\(file / 1_000)/group\(file / 40 % 25)/file\(file).swift\ndata \(text.utf8.count)\n\(text)\n".utf8)
        }
        try Files.write(stream, to: "\(folder)/stream")
        try run("/bin/sh", ["-c", "exec \(git) -C origin.git fast-import --quiet < stream"], folder, environment)
    }

    private func addCommit() throws {
        commitCount += 1
        let text = "Commit \(commitCount)\n"
        let stream = """
            commit refs/heads/main
            committer Bench <bench@example.com> \(1_700_000_000 + commitCount) +0000
            data 4
            Next
            from refs/heads/main^0
            M 100644 inline part0/group0/file0.swift
            data \(text.utf8.count)
            \(text)

            """
        try Files.write(Array(stream.utf8), to: "\(folder)/stream")
        try Self.run("/bin/sh", ["-c", "exec \(git) -C origin.git fast-import --quiet < stream"], folder, environment)
    }

    // MARK: Programs

    private static func freePort() throws -> Int {
        for number in 0..<200 {
            let port = 20_000 + (Int(ProcessFacts.identifier) &* 7 + number) % 20_000
            // One in use is passed over.
            if (try? LocalSocket.checkFree(host: "127.0.0.1", port: port)) != nil { return port }
        }
        throw CommandFailure.failed("there is no free port on 127.0.0.1")
    }

    private func waitForServer() async throws {
        for _ in 0..<100 {
            // Not yet there: it is asked again.
            if (try? run(["ls-remote", "-q", url])) != nil { return }
            try await ContinuousClock().sleep(for: .milliseconds(50))
        }
        throw CommandFailure.failed("git daemon does not answer")
    }

    private func run(_ arguments: [String]) throws { try Self.run(git, arguments, folder, environment) }

    private static func run(_ program: String, _ arguments: [String], _ folder: String, _ environment: [String: String]) throws {
        _ = try output(program, arguments, folder, environment)
    }

    private static func output(_ program: String, _ arguments: [String], _ folder: String, _ environment: [String: String]) throws -> String
    {
        var child = try ChildProcess.start(
            "/usr/bin/env", arguments: ["-C", folder, program] + arguments, environment: environment, silencesErrors: true)
        let said = try Files.readAll(child.output, name: program, bytesMax: 1 << 20)
        guard child.wait() == 0 else { throw CommandFailure.failed("\(program) \(arguments.joined(separator: " ")) failed") }
        return String(decoding: said.last == 0x0A ? said.dropLast() : said[...], as: UTF8.self)
    }

    private func milliseconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock().now
        try body()
        return Self.milliseconds(since: start)
    }

    private static func milliseconds(since start: ContinuousClock.Instant) -> Double {
        let took = start.duration(to: ContinuousClock().now)
        return Double(took.components.seconds) * 1e3 + Double(took.components.attoseconds) / 1e15
    }
}
