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
            gits.append(try scene.milliseconds(scene.folder.git, diff))
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

    private static func shown(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
}

/// Two commits; the second changes every file.
private struct BenchRepository {
    let folder: GitFolder

    init(files: Int, environment: [String: String]) throws {
        folder = try GitFolder(prefix: "forge-bench-review-", author: "Bench", environment: environment)
        try folder.git("init", "-q", "-b", "main")
        try Files.write(Array(".cache/\n".utf8), to: "\(folder.path)/.gitignore")
        for round in 0...1 {
            for file in 0..<files { try write(file, round) }
            try folder.git("add", "-A")
            try folder.git("commit", "-q", "-m", "Round \(round)")
        }
    }

    /// Two hundred lines of which thirty change.
    private func write(_ file: Int, _ round: Int) throws {
        let name = ["py", "ts", "swift", "go", "java"][file % 5]
        let place = "\(folder.path)/src/part\(file / 20)"
        try Files.createFolder(place, mode: 0o755)
        var text = ""
        for line in 0..<200 {
            let value = line % 20 < 3 ? line + round * 1_000 : line
            text += "    result_\(line) = compute(input[\(value)], \"name-\(value)\", options.limit)  // step \(line) of part \(file)\n"
        }
        try Files.write(Array(text.utf8), to: "\(place)/file\(file).\(name)")
    }

    /// How long a program runs here.
    func milliseconds(_ program: String, _ arguments: [String]) throws -> Double {
        try millisecondsTaken {
            let code = try folder.ended(program, arguments).code
            guard code < 2 else { throw CommandFailure.failed("\(program) \(arguments.joined(separator: " ")) ended with \(code)") }
        }
    }
}
