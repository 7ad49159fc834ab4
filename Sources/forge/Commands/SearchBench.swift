// `forge bench search`: what a search of a worktree costs, beside ripgrep on the same query in the same run. Both must find the same number
// of lines: a search that is quick because it looks at less is none.

import ForgeCore
import ForgeSandbox
import ForgeSystem

enum SearchBench {
    static let command = CommandSpecification(
        "bench search", "how fast a worktree is searched, beside ripgrep on the same query",
        details: """
            Makes a tree of about 35 MB from a seed, with a .gitignore and what it names, then runs each query --rounds times in turn with
            ripgrep (the apt package ripgrep; as a program of its own, printing every line) and in this process. The medians count.
            Exit code 1 when a query takes more than 1.2 times as long as ripgrep, or the two find another number of lines.
            """,
        options: [
            .init("rounds", "N", "how often each is measured (default 9)"), .init("seed", "N", "of the tree (default 1)"), .json,
        ]
    ) { arguments, context in
        let rounds = try arguments.integer("rounds", in: 1...999, default: 9)
        let folders = context.environment["PATH", default: "/usr/bin:/bin"].split(separator: ":")
        guard let ripgrep = folders.map({ "\($0)/rg" }).first(where: Files.exists) else {
            throw CommandFailure.failed("there is no rg on the PATH to compare with: install the apt package ripgrep")
        }
        let folder = try GitFolder(prefix: "forge-bench-search-", author: "Bench", environment: context.environment)
        let tree = try SearchedTree(in: folder, seed: UInt64(try arguments.integer("seed", in: 0...1_000_000, default: 1)))
        var results: [SearchComparison] = []
        for query in SearchQuery.all {
            results.append(try await SearchComparison(query, tree, folder, ripgrep: ripgrep, rounds: rounds))
        }
        if arguments.has("json") { try context.show(json(tree, results)) } else { try context.write(text(tree, results)) }
        return results.allSatisfy(\.isGood) ? .ok : .refused
    }

    private static func json(_ tree: SearchedTree, _ results: [SearchComparison]) -> JSON {
        JSON.object([
            .init("schema", 1), .init("bench", "search"), .init("bytes", JSON(tree.byteCount)), .init("files", JSON(tree.fileCount)),
            .init("queries", .array(results.map(\.json))), .init("passed", .bool(results.allSatisfy(\.isGood))),
        ])
    }

    private static func text(_ tree: SearchedTree, _ results: [SearchComparison]) -> String {
        var text = "\(tree.fileCount) files, \(tree.byteCount) bytes\n"
        text += SearchComparison.row("", "lines", "rg ms", "forge ms", "ratio", "first 200 ms")
        for result in results { text += result.row }
        return text + "(bar: at most \(JSON(SearchComparison.ratioMax, decimals: 1).text), and the same lines)\n"
    }
}

struct SearchQuery: Sendable {
    var name: String
    var pattern: String
    var isLiteral = false
    var ignoresCase = false

    static let all = [
        SearchQuery(name: "rare text", pattern: "quokka_sentinel", isLiteral: true),
        SearchQuery(name: "common text", pattern: "return", isLiteral: true),
        SearchQuery(name: "no match", pattern: "zebra_crossing", isLiteral: true),
        SearchQuery(name: "text, either case", pattern: "Quokka_Sentinel", isLiteral: true, ignoresCase: true),
        SearchQuery(name: "expression with text", pattern: #"request_\w+\(count, [a-f]"#),
        SearchQuery(name: "expression without", pattern: #"[a-z]+_[0-9]{4}\b"#),
        SearchQuery(name: "one of several", pattern: "quokka|wallaby|numbat"),
        SearchQuery(name: "expression, either case", pattern: #"RESULT_\w+ = PARSE"#, ignoresCase: true),
    ]

    var options: [String] { (isLiteral ? ["-F"] : []) + (ignoresCase ? ["-i"] : []) + ["-e", pattern] }

    func search(matchesMax: Int) -> WorkSearch {
        WorkSearch(pattern: pattern, isLiteral: isLiteral, ignoresCase: ignoresCase, matchesMax: matchesMax)
    }
}

/// Sources that nobody wrote, the same for the same seed.
struct SearchedTree: Sendable {
    let path: String
    private(set) var byteCount = 0
    private(set) var fileCount = 0
    private var state: UInt64

    private static let words = [
        "request", "response", "count", "buffer", "result", "parse", "index", "value", "limit", "table", "offset", "handle", "stream",
        "token",
        "render", "schema",
    ]

    init(in folder: GitFolder, seed: UInt64) throws {
        path = "\(folder.path)/tree"
        state = seed
        try Files.createFolder(path, mode: 0o755)
        try Files.write(Array("build/\n*.tmp\n/vendor/**/cache\n!keep.tmp\n".utf8), to: "\(path)/.gitignore")
        for part in 0..<150 {
            let place = "\(path)/src/part\(part / 10)/group\(part)"
            try Files.createFolder("\(place)/build", mode: 0o755)
            for file in 0..<20 { try write("\(place)/file\(file).swift", lines: 150 + below(350)) }
            // Ignored, and as much again for each tenth file.
            for file in 0..<2 { try Files.write(source(lines: 300), to: "\(place)/build/made\(file).swift") }
            try Files.write([0x7F, 0x45, 0x4C, 0x46, 0, 0, 0, 0] + source(lines: 100), to: "\(place)/image.bin")
        }
    }

    private mutating func write(_ file: String, lines: Int) throws {
        let bytes = source(lines: lines)
        byteCount += bytes.count
        fileCount += 1
        try Files.write(bytes, to: file)
    }

    private mutating func source(lines: Int) -> [UInt8] {
        var text = ""
        for line in 0..<lines {
            let (a, b, c) = (word(), word(), word())
            switch below(20) {
            case 0: text += "        return \(a)_\(b)(\(c), \(below(1_000)))\n"
            case 1: text += "    }\n\n"
            case 2: text += "    // The \(a) of a \(b) is never larger than its \(c), whatever the é of it says.\n"
            case 3: text += "    func \(a)_\(b)(\(c), \(b)) -> \(a) {\n"
            default: text += "        let \(a)_\(b) = \(c).\(a)(\(b), \(line)) + \(below(100_000))\n"
            }
            if below(20_000) == 0 { text += "    quokka_sentinel = \(a)\n" }
        }
        return Array(text.utf8)
    }

    private mutating func word() -> String { Self.words[below(Self.words.count)] }

    /// A linear congruential generator: chance that comes again, good enough for words.
    private mutating func below(_ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % count
    }
}

/// One query on both sides.
struct SearchComparison: Sendable {
    private let query: SearchQuery
    private let lines: (ripgrep: Int, forge: Int)
    private let ripgrep: Double
    private let forge: Double
    /// What a model asks for: no more than the first matches.
    private let firstMatches: Double

    static let ratioMax = 1.2

    init(_ query: SearchQuery, _ tree: SearchedTree, _ folder: GitFolder, ripgrep program: String, rounds: Int) async throws {
        let options = ["--no-config", "--no-require-git", "--hidden", "--no-heading", "--line-number", "--color", "never"]
        let words = options + query.options + ["--", tree.path]
        let files = try WorkFolder(tree.path)
        var (theirs, ours, first): ([Double], [Double], [Double]) = ([], [], [])
        var lines = (ripgrep: 0, forge: 0)
        for round in 0...rounds {
            let start = MonotonicClock.nanoseconds
            let (code, said) = try folder.ended(program, words)
            let middle = MonotonicClock.nanoseconds
            let found = try await files.search(query.search(matchesMax: 10_000_000))
            let end = MonotonicClock.nanoseconds
            _ = try await files.search(query.search(matchesMax: 200))
            guard code < 2 else { throw CommandFailure.failed("rg ended with \(code) on \(query.pattern)") }
            lines = (said.count { $0 == 0x0A }, found.matches.count)
            // The first round warms both.
            guard round > 0 else { continue }
            theirs.append(Double(middle - start) / 1e6)
            ours.append(Double(end - middle) / 1e6)
            first.append(millisecondsTaken(since: end))
        }
        self.query = query
        self.lines = lines
        (ripgrep, forge, firstMatches) = (median(theirs), median(ours), median(first))
    }

    var ratio: Double { ripgrep > 0 ? forge / ripgrep : 1 }

    var isGood: Bool { lines.ripgrep == lines.forge && ratio <= Self.ratioMax }

    var json: JSON {
        [
            "query": .string(query.name), "lines": JSON(lines.forge), "ripgrep_lines": JSON(lines.ripgrep),
            "ripgrep_ms": JSON(ripgrep, decimals: 2), "forge_ms": JSON(forge, decimals: 2), "ratio": JSON(ratio, decimals: 2),
            "first_200_ms": JSON(firstMatches, decimals: 2), "passed": .bool(isGood),
        ]
    }

    var row: String {
        let count = lines.ripgrep == lines.forge ? "\(lines.forge)" : "\(lines.forge), rg \(lines.ripgrep)"
        func shown(_ number: Double, _ decimals: Int = 1) -> String { JSON(number, decimals: decimals).text }
        return Self.row(query.name, count, shown(ripgrep), shown(forge), shown(ratio, 2), shown(firstMatches))
    }

    static func row(_ name: String, _ columns: String...) -> String {
        func padding(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) }
        return name + padding(name, 26) + columns.map { padding($0, 14) + $0 }.joined() + "\n"
    }
}
