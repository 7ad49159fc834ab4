// `forge bench review-local`: what a review of a change costs, beside git on the same range in the same run. The repository is made here, by
// the real git, and removed afterwards.

import ForgeCore
import ForgeSystem

enum ReviewBench {

    static let local = CommandSpecification(
        "bench review-local", "how long 'forge review' takes, beside 'git diff' of the same range",
        details: """
            Makes a repository whose last commit touches --files files, then runs 'git diff' and 'forge review' of that commit --rounds
            times in turn; the medians count, program start included. The rules are compiled before: only the first review ever pays.
            Exit code 1 when 'forge review' takes more than 150 ms for each 300 files.
            """,
        options: [
            .init("files", "N", "how many files the change touches (default 300)"), .init("rounds", "N", "how often (default 15)"), .json,
        ]
    ) { arguments, context in
        let files = try arguments.integer("files", in: 1...20_000, default: 300)
        let rounds = try arguments.integer("rounds", in: 1...999, default: 15)
        let scene = try BenchRepository(files: files, environment: context.environment)
        let review = ["review", "--base", "HEAD~1", "--head", "HEAD", "--format", "json"]
        let diff = ["diff", "HEAD~1", "HEAD"]
        _ = try scene.milliseconds(ProcessFacts.executablePath, review)
        var (ours, gits): ([Double], [Double]) = ([], [])
        for _ in 0..<rounds {
            gits.append(try scene.milliseconds(scene.git, ["-C", scene.folder] + diff))
            ours.append(try scene.milliseconds(ProcessFacts.executablePath, review))
        }
        let (own, git) = (median(ours), median(gits))
        let bar = 150.0 * Double(max(files, 300)) / 300
        let isGood = own <= bar
        if arguments.has("json") {
            try context.show([
                "schema": 1, "bench": "review-local", "files": JSON(files), "review_ms": JSON(own, decimals: 1),
                "git_diff_ms": JSON(git, decimals: 1), "ratio": JSON(own / git, decimals: 2), "passed": .bool(isGood),
            ])
        } else {
            try context.print(
                """
                \(files) files: git diff \(shown(git)) ms, forge review \(shown(own)) ms, ratio \(shown(own / git))
                (bar: at most \(shown(bar)) ms); slowest review \(shown(ours.max() ?? 0)) ms, quickest \(shown(ours.min() ?? 0)) ms
                """)
        }
        return isGood ? .ok : .refused
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func shown(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
}

/// Two commits; the second changes every file.
private final class BenchRepository {
    let folder: String
    let git: String
    private let environment: [String: String]

    init(files: Int, environment: [String: String]) throws {
        let path = environment["PATH"] ?? "/usr/bin:/bin"
        guard let git = path.split(separator: ":").map({ "\($0)/git" }).first(where: Files.exists) else {
            throw CommandFailure.failed("there is no git on the PATH to measure against")
        }
        self.git = git
        folder = try Files.createTemporaryFolder(prefix: "forge-bench-review-")
        self.environment = environment.merging([
            "HOME": folder, "XDG_CACHE_HOME": "\(folder)/.cache", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_AUTHOR_NAME": "Bench", "GIT_AUTHOR_EMAIL": "bench@example.com", "GIT_COMMITTER_NAME": "Bench",
            "GIT_COMMITTER_EMAIL": "bench@example.com",
        ]) { _, own in own }
        try run(["init", "-q", "-b", "main", folder])
        try Files.write(Array(".cache/\n".utf8), to: "\(folder)/.gitignore")
        for round in 0...1 {
            for file in 0..<files { try write(file, round) }
            try run(["-C", folder, "add", "-A"])
            try run(["-C", folder, "commit", "-q", "-m", "Round \(round)"])
        }
    }

    deinit {
        // A folder left in the temporary files is no reason to fail a measurement.
        _ = try? run(program: "/bin/rm", ["-rf", "--", folder])
    }

    /// Two hundred lines of which thirty change.
    private func write(_ file: Int, _ round: Int) throws {
        let name = ["py", "ts", "swift", "go", "java"][file % 5]
        let place = "\(folder)/src/part\(file / 20)"
        try Files.createFolder(place, mode: 0o755)
        var text = ""
        for line in 0..<200 {
            let value = line % 20 < 3 ? line + round * 1_000 : line
            text += "    result_\(line) = compute(input[\(value)], \"name-\(value)\", options.limit)  // step \(line) of part \(file)\n"
        }
        try Files.write(Array(text.utf8), to: "\(place)/file\(file).\(name)")
    }

    private func run(_ arguments: [String]) throws {
        guard try run(program: git, arguments) == 0 else { throw CommandFailure.failed("git \(arguments.joined(separator: " ")) failed") }
    }

    @discardableResult
    private func run(program: String, _ arguments: [String]) throws -> Int32 {
        // A child begins in the folder of its parent; env takes it elsewhere.
        var child = try ChildProcess.start(
            "/usr/bin/env", arguments: ["-C", folder, program] + arguments, environment: environment, silencesErrors: true)
        _ = try Files.readAll(child.output, name: program, bytesMax: 1 << 30)
        return child.wait()
    }

    /// How long a program runs here.
    func milliseconds(_ program: String, _ arguments: [String]) throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        let code = try run(program: program, arguments)
        let took = start.duration(to: clock.now)
        guard code < 2 else { throw CommandFailure.failed("\(program) \(arguments.joined(separator: " ")) ended with \(code)") }
        return Double(took.components.seconds) * 1e3 + Double(took.components.attoseconds) / 1e15
    }
}
