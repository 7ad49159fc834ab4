// `forge bench worktree`: what it costs to work in a worktree, beside the git command line doing the same in the same run. The repository is made
// here, from a seed, and removed afterwards.

import ForgeCore
import ForgeGit
import ForgeSystem

enum WorktreeBench {
    static let command = CommandSpecification(
        "bench worktree", "how long a worktree takes from open to close, and one step in it, beside git itself",
        details: """
            Makes a repository of --files files, and --rounds times in turn: open a worktree, change one file, commit it, keep it
            under a hidden ref, compare it with the base, close; by the git command line, and by a worktree of a mirror. Then
            --steps times: change one file and keep the step, once as after a tool that says what it wrote, once as after a
            command that may have written anything. The medians count. Exit code 1 when the whole takes longer than git, or a
            step after a change that is known takes more than 15 ms.
            """,
        options: [
            .init("files", "N", "how many files (default 50000)"), .init("rounds", "N", "how often (default 3)"),
            .init("steps", "N", "how many steps are kept (default 50)"), .json,
        ]
    ) { arguments, context in
        let scene = try await WorktreeScenery(
            files: try arguments.integer("files", in: 1...1_000_000, default: 50_000), environment: context.environment)
        let steps = try arguments.integer("steps", in: 1...1_000, default: 50)
        var rounds: [WorktreeRound] = []
        for number in 0..<(try arguments.integer("rounds", in: 1...99, default: 3)) {
            rounds.append(try await scene.measure(round: number))
        }
        let report = WorktreeReport(files: scene.files, rounds: rounds, steps: try await scene.measureSteps(steps))
        if arguments.has("json") { try context.show(report.json) } else { try context.print(report.table) }
        return report.isGood ? .ok : .refused
    }
}

/// Milliseconds: opening, working, closing.
private struct WorktreeTimes {
    var open = 0.0
    var work = 0.0
    var close = 0.0
    var sum: Double { open + work + close }
}

private struct WorktreeRound {
    var git = WorktreeTimes()
    var own = WorktreeTimes()
}

private struct WorktreeSteps {
    var known: [Double] = []
    var unknown: [Double] = []
}

private struct WorktreeReport {
    private static let stepMax = 15.0

    let files: Int
    private let git: WorktreeTimes
    private let own: WorktreeTimes
    private let ratio: Double
    private let known: Double
    private let knownSlow: Double
    private let unknown: Double

    init(files: Int, rounds: [WorktreeRound], steps: WorktreeSteps) {
        self.files = files
        git = Self.middle(of: rounds.map(\.git))
        own = Self.middle(of: rounds.map(\.own))
        ratio = median(rounds.map { $0.own.sum / $0.git.sum })
        known = median(steps.known)
        knownSlow = steps.known.sorted()[min(steps.known.count - 1, steps.known.count * 95 / 100)]
        unknown = median(steps.unknown)
    }

    private static func middle(of times: [WorktreeTimes]) -> WorktreeTimes {
        WorktreeTimes(
            open: median(times.map(\.open)), work: median(times.map(\.work)), close: median(times.map(\.close)))
    }

    var isGood: Bool { ratio <= 1 && known <= Self.stepMax }

    var table: String {
        """
        \(files) files, ms                git   forge   ratio
        open                       \(row(git.open, own.open))
        change, commit, ref, diff  \(row(git.work, own.work))
        close                      \(row(git.close, own.close))
        all                        \(row(git.sum, own.sum))   (bar: at most 1.00; median of the rounds' ratios \(JSON(ratio, decimals: 2).text))
        a step, the change known   \(JSON(known, decimals: 2).text) ms, 95 % within \(JSON(knownSlow, decimals: 2).text) ms   (bar: at most 15 ms)
        a step after a command     \(JSON(unknown, decimals: 1).text) ms
        """
    }

    var json: JSON {
        [
            "schema": 1, "bench": "worktree", "files": JSON(files), "git_ms": JSON(git.sum, decimals: 1), "ms": JSON(own.sum, decimals: 1),
            "ratio": JSON(ratio, decimals: 2), "step_ms": JSON(known, decimals: 2), "step_p95_ms": JSON(knownSlow, decimals: 2),
            "step_after_command_ms": JSON(unknown, decimals: 1), "passed": .bool(isGood),
        ]
    }

    private func row(_ git: Double, _ own: Double) -> String {
        [JSON(git, decimals: 0).text, JSON(own, decimals: 0).text, JSON(own / git, decimals: 2).text]
            .map { String(repeating: " ", count: max(0, 8 - $0.count)) + $0 }.joined()
    }
}

/// The repository and both sides at work on it.
private final class WorktreeScenery {
    let files: Int
    private let folder: GitFolder
    private let mirrors: Mirrors
    private let place: HostPlace
    private let head: CommitSHA
    private let author = CommitIdentity(name: "Bench", email: "bench@example.com")

    init(files: Int, environment: [String: String]) async throws {
        self.files = files
        folder = try GitFolder(prefix: "forge-bench-worktree-", author: "Bench", environment: environment)
        try folder.git("init", "-q", "--bare", "-b", "main", "origin.git")
        try folder.fastImport(ManyFiles.stream(files), into: "origin.git")
        try folder.git("clone", "-q", "--bare", "origin.git", "git.git")
        guard let name = RepositoryName("bench/origin") else { throw CommandFailure.failed("a name is no name") }
        place = HostPlace(tenant: .local, repository: name)
        mirrors = try Mirrors(MirrorOptions(folder: "\(folder.path)/own"), runtime: GitRuntime())
        let remote = GitRemote(path: "\(folder.path)/origin.git")
        let snapshot = try await mirrors.open(FetchRequest(place: place, remote: remote, refs: ["refs/heads/main"]))
        guard let head = try await snapshot.commit(of: "refs/heads/main") else { throw CommandFailure.failed("nothing was fetched") }
        self.head = head
        await snapshot.release()
    }

    func measure(round: Int) async throws -> WorktreeRound {
        var result = WorktreeRound()
        // Whoever comes second writes while the disk is still busy with what the first one wrote: each is first in turn.
        if round.isMultiple(of: 2) { result.git = try measureGit(round) }
        try rest()
        result.own = try await measureOwn(round)
        if !round.isMultiple(of: 2) {
            try rest()
            result.git = try measureGit(round)
        }
        return result
    }

    /// What one side has written and removed is on the disk before the other begins.
    private func rest() throws { try folder.run("/bin/sync", []) }

    private func measureGit(_ round: Int) throws -> WorktreeTimes {
        var times = WorktreeTimes()
        let tree = "\(folder.path)/tree\(round)"
        times.open = try millisecondsTaken { try folder.git("-C", "git.git", "worktree", "add", "-q", "--detach", tree, "main") }
        times.work = try millisecondsTaken {
            try change(0, in: tree, "round \(round)")
            try folder.git("-C", tree, "add", "-A")
            try folder.git("-C", tree, "commit", "-q", "-m", "Change")
            try folder.git("-C", tree, "update-ref", "refs/forge/runs/1/\(round)", "HEAD")
            let diff = try folder.git("-C", tree, "diff", "main", "HEAD")
            guard diff.contains("round \(round)") else { throw CommandFailure.failed("git shows no change") }
        }
        times.close = try millisecondsTaken { try folder.git("-C", "git.git", "worktree", "remove", "--force", tree) }
        return times
    }

    private func measureOwn(_ round: Int) async throws -> WorktreeTimes {
        var times = WorktreeTimes()
        let begun = MonotonicClock.nanoseconds
        let tree = try await mirrors.open(WorktreeRequest(place: place, commit: head, run: RunID(1)))
        times.open = millisecondsTaken(since: begun)
        let opened = MonotonicClock.nanoseconds
        try change(0, in: tree.folder, "round \(round)")
        let step = try await tree.keep(step: round)
        let time = Timestamp(milliseconds: 1_700_000_000_000)
        _ = try await tree.commit(CommitRequest(message: "Change\n", identity: author, time: time, tree: step))
        let diff = try await tree.diff(from: nil, to: step)
        guard diff.files.count == 1 else { throw CommandFailure.failed("the worktree shows no change") }
        times.work = millisecondsTaken(since: opened)
        let worked = MonotonicClock.nanoseconds
        await tree.close()
        times.close = millisecondsTaken(since: worked)
        return times
    }

    func measureSteps(_ count: Int) async throws -> WorktreeSteps {
        var steps = WorktreeSteps()
        let tree = try await mirrors.open(WorktreeRequest(place: place, commit: head, run: RunID(2)))
        _ = try await tree.keep(step: 0)
        for step in 1...count {
            let file = step * 7_919 % files
            try change(file, in: tree.folder, "step \(step)")
            let begun = MonotonicClock.nanoseconds
            _ = try await tree.keep(step: step, touched: [RepositoryPath(ManyFiles.path(file))])
            steps.known.append(millisecondsTaken(since: begun))
        }
        for step in 1...min(count, 10) {
            try change(step % files, in: tree.folder, "command \(step)")
            let begun = MonotonicClock.nanoseconds
            _ = try await tree.keep(step: count + step)
            steps.unknown.append(millisecondsTaken(since: begun))
        }
        await tree.close()
        return steps
    }

    private func change(_ file: Int, in tree: String, _ text: String) throws {
        try Files.write(Array("// \(text)\n".utf8), to: "\(tree)/\(ManyFiles.path(file))")
    }
}
