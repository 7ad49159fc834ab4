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
            median(rounds.map(\.gitFetch)), median(rounds.map(\.gitWorktree)),
            median(rounds.map { $0.gitFetch + $0.gitWorktree }), median(rounds.flatMap(\.gitNext))
        )
        own = (
            median(rounds.map(\.fetch)), median(rounds.map(\.worktree)), median(rounds.map { $0.fetch + $0.worktree }),
            median(rounds.flatMap(\.next))
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
}

/// The repository, its server, and both sides at work on it.
private final class MirrorScenery {
    let files: Int
    private let folder: GitFolder
    private let port: Int
    private var server: ChildProcess
    private var commitCount = 0

    init(files: Int, environment: [String: String]) throws {
        self.files = files
        folder = try GitFolder(prefix: "forge-bench-mirror-", author: "Bench", environment: environment)
        port = try Self.freePort()
        try folder.git("init", "-q", "--bare", "-b", "main", "origin.git")
        try folder.fastImport(Self.stream(files), into: "origin.git")
        // The program itself: what 'git daemon' starts would outlive it.
        let tools = try folder.git("--exec-path")
        server = try ChildProcess.start(
            "\(tools)/git-daemon",
            arguments: ["--reuseaddr", "--listen=127.0.0.1", "--port=\(port)", "--base-path=\(folder.path)", "--export-all", folder.path],
            environment: folder.environment, silencesErrors: true)
    }

    deinit {
        server.send(SignalWatch.terminate)
        _ = server.wait()
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
            result.gitNext.append(try millisecondsTaken { try fetchWithGit(round) })
            let start = MonotonicClock.nanoseconds
            await (try await mirrors(round).open(try request())).release()
            result.next.append(millisecondsTaken(since: start))
        }
        return result
    }

    private func measureGit(_ round: Int, _ result: inout MirrorRound) throws {
        try folder.git("init", "-q", "--bare", "git\(round).git")
        result.gitFetch = try millisecondsTaken { try fetchWithGit(round) }
        result.gitWorktree = try millisecondsTaken {
            try folder.git(
                "-C", "git\(round).git", "worktree", "add", "-q", "--detach", "\(folder.path)/git\(round)", "refs/forge/main")
        }
    }

    private func fetchWithGit(_ round: Int) throws {
        try folder.git("-C", "git\(round).git", "fetch", "-q", "--no-tags", url, "+refs/heads/main:refs/forge/main")
    }

    private func measureOwn(_ round: Int, _ result: inout MirrorRound) async throws {
        let mirrors = try mirrors(round)
        let begun = MonotonicClock.nanoseconds
        let snapshot = try await mirrors.open(try request())
        result.fetch = millisecondsTaken(since: begun)
        guard let head = try await snapshot.commit(of: "refs/heads/main") else { throw CommandFailure.failed("nothing was fetched") }
        let fetched = MonotonicClock.nanoseconds
        let worktree = WorktreeRequest(place: try request().place, commit: head, run: RunID(1))
        result.worktree = try await mirrors.withWorktree(worktree) { _ in millisecondsTaken(since: fetched) }
        await snapshot.release()
    }

    private func mirrors(_ round: Int) throws -> Mirrors {
        var options = MirrorOptions(folder: "\(folder.path)/own\(round)")
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
    private static func stream(_ files: Int) -> [UInt8] {
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
        return stream
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
        try folder.fastImport(Array(stream.utf8), into: "origin.git")
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
            if (try? folder.git("ls-remote", "-q", url)) != nil { return }
            try await ContinuousClock().sleep(for: .milliseconds(50))
        }
        throw CommandFailure.failed("git daemon does not answer")
    }
}
