// `forge bench scan PATH`: what the rules cost on a tree, against the bare library on the same bytes with the same patterns. The limit must
// never be made easier than it is: the bare side is timed while it scans and at no other time, ours from the first folder to the last report.

import ForgeCore
import ForgePatterns
import ForgeRules
import ForgeSystem

enum ScanBench {
    static let specification = CommandSpecification(
        "bench scan", "how fast the rules read a tree, against the bare library on the same bytes",
        details: """
            (a) bare Vectorscan on one core, same bytes, same patterns, counting hits; time for reading files is not counted.
            (b) 'forge rules scan' on one core and on all, with walking, reading, confirming and reporting.
            (c) ripgrep on one core with a hundredth of the patterns, if it is installed.
            Bars: processor time of (b) at most 1/0.7 of (a); on two or more cores at least 1.5 times as fast as on one; a whole run of the
            program at most 0.3 s for each 35 MB and 150 MB resident. Exit code 1 when one is missed.
            """,
        positionals: [.init("PATH", "a folder with sources")],
        options: [.init("rounds", "N", "how often each is measured; the median counts (default 5)"), .rulesDir, .json]
    ) { arguments, context in
        let rules = try RulesCommands.textRules(arguments, context)
        let rounds = try arguments.integer("rounds", in: 1...99, default: 5)
        var found: [ScanRound] = []
        for _ in 0..<rounds { found.append(try await ScanRound(rules, arguments, context)) }
        let comparison = ScanComparison(found, ripgrep: try Ripgrep.measure(rules, arguments, context))
        if arguments.has("json") { try context.show(comparison.json) } else { try context.write(comparison.text) }
        return comparison.missed.isEmpty ? .ok : .refused
    }
}

/// Every side once, one after the other, so that what else the machine does falls on all of them.
struct ScanRound: Sendable {
    var bytes: Int
    /// Seconds of processor time.
    var bare: Double
    var oneWorker: Double
    /// Seconds by the clock on the wall.
    var oneWorkerWall: Double
    var allWorkersWall: Double
    var program: Double
    var programPeakBytes: Int

    init(_ rules: RuleSet, _ arguments: Arguments, _ context: CommandContext) async throws {
        (bytes, bare) = try Self.bare(rules.database, arguments.positionals)
        let start = ProcessFacts.processorNanoseconds
        oneWorkerWall = try await Self.scan(rules, arguments.positionals, workers: 1)
        oneWorker = Self.seconds(ProcessFacts.processorNanoseconds - start)
        allWorkersWall = try await Self.scan(rules, arguments.positionals, workers: ProcessFacts.processorCount)
        (program, programPeakBytes) = try Self.program(arguments, context)
    }

    private static func bare(_ database: PatternDatabase, _ paths: [String]) throws -> (bytes: Int, seconds: Double) {
        let scratch = PatternScratch(database)
        var walk = try ScanCommand.walk(paths)
        var bytes = 0
        var nanoseconds: UInt64 = 0
        while let item = walk.next() {
            guard case .file(let path) = item else { continue }
            // What ours cannot read either.
            guard let text = try? read(path), TextKind.of(text.span) == .text else { continue }
            let start = ProcessFacts.processorNanoseconds
            _ = scratch.countHits(text.span)
            nanoseconds += ProcessFacts.processorNanoseconds - start
            bytes += text.count
        }
        return (bytes, seconds(nanoseconds))
    }

    private static func read(_ path: WalkedPath) throws(SystemError) -> [UInt8] {
        let file = try FoundFile(path.bytes, followsSymlink: path.isNamed)
        var text = [UInt8](repeating: 0, count: file.facts.byteCount)
        let count = try file.read(into: &text, from: 0, to: text.count)
        text.removeLast(text.count - count)
        return text
    }

    private static func scan(_ rules: RuleSet, _ paths: [String], workers: Int) async throws -> Double {
        let start = MonotonicClock.nanoseconds
        _ = try await TreeScan(rules: rules, workers: workers).run(try ScanCommand.walk(paths)) { _ throws(CommandFailure) in }
        return seconds(MonotonicClock.nanoseconds - start)
    }

    /// The program as a person runs it, from its start to its end; the compiled rules are in the cache by now.
    private static func program(_ arguments: Arguments, _ context: CommandContext) throws -> (seconds: Double, peakBytes: Int) {
        var words = ["rules", "scan", "--json"]
        if let folder = arguments.value("rules-dir") { words += ["--rules-dir", folder] }
        let start = MonotonicClock.nanoseconds
        var child = try ChildProcess.start(
            ProcessFacts.executablePath, arguments: words + ["--"] + arguments.positionals, environment: context.environment,
            silencesErrors: true)
        _ = try Files.readAll(child.output, name: "the findings", bytesMax: 1 << 30)
        _ = child.wait()
        return (seconds(MonotonicClock.nanoseconds - start), ProcessFacts.childrenPeakBytes)
    }

    static func seconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / 1e9 }
}

/// Another tool on work of the same kind.
struct Ripgrep: Sendable {
    var patternCount: Int
    var processorSeconds: Double

    /// Nil when it is not installed, or refuses every pattern.
    static func measure(_ rules: RuleSet, _ arguments: Arguments, _ context: CommandContext) throws -> Ripgrep? {
        let folders = context.environment["PATH", default: ""].split(separator: ":")
        guard let program = folders.map({ "\($0)/rg" }).first(where: Files.exists) else { return nil }
        let expressions = rules.rules.flatMap { $0.patterns.map(\.expression) }
        let few = stride(from: 0, to: expressions.count, by: 100).map { expressions[$0] }
        var child = try ChildProcess.start(
            program,
            arguments: ["--no-config", "-uu", "--threads", "1", "--count"] + few.flatMap { ["-e", $0] } + ["--"] + arguments.positionals,
            environment: [:], silencesErrors: true)
        let before = ProcessFacts.childrenMicroseconds
        _ = try Files.readAll(child.output, name: "ripgrep's counts", bytesMax: 1 << 30)
        guard child.wait() < 2 else { return nil }
        return Ripgrep(patternCount: few.count, processorSeconds: Double(ProcessFacts.childrenMicroseconds - before) / 1e6)
    }
}

/// The median of the rounds, and what of it is not good enough.
struct ScanComparison: Sendable {
    private let bytes: Int
    private let bare: Double
    private let oneWorker: Double
    private let oneWorkerWall: Double
    private let allWorkersWall: Double
    private let program: Double
    private let peakBytes: Int
    private let ripgrep: Ripgrep?

    static let ratioMin = 0.7
    static let scalingMin = 1.5
    static let programSecondsMax = 0.3
    static let programBytesMax = 150_000_000
    /// What `programSecondsMax` is meant for; a larger tree may take longer in proportion.
    static let treeBytes = 35_000_000

    init(_ rounds: [ScanRound], ripgrep: Ripgrep?) {
        func median(_ value: (ScanRound) -> Double) -> Double { rounds.map(value).sorted()[rounds.count / 2] }
        bytes = rounds[0].bytes
        bare = median(\.bare)
        oneWorker = median(\.oneWorker)
        oneWorkerWall = median(\.oneWorkerWall)
        allWorkersWall = median(\.allWorkersWall)
        program = median(\.program)
        peakBytes = rounds.map(\.programPeakBytes).max() ?? 0
        self.ripgrep = ripgrep
    }

    var ratio: Double { oneWorker > 0 ? bare / oneWorker : 1 }
    var scaling: Double { allWorkersWall > 0 ? oneWorkerWall / allWorkersWall : 1 }

    var missed: [String] {
        var missed: [String] = []
        if ratio < Self.ratioMin { missed.append("ratio") }
        if ProcessFacts.processorCount > 1, scaling < Self.scalingMin { missed.append("scaling") }
        if program > Self.programSecondsMax * max(1, Double(bytes) / Double(Self.treeBytes)) { missed.append("program") }
        if peakBytes > Self.programBytesMax { missed.append("memory") }
        return missed
    }

    var json: JSON {
        JSON.object([
            .init("schema", 1), .init("bench", "scan"), .init("bytes", JSON(bytes)),
            .init("bare_processor_seconds", JSON(bare, decimals: 4)), .init("one_worker_processor_seconds", JSON(oneWorker, decimals: 4)),
            .init("ratio", JSON(ratio, decimals: 3)), .init("one_worker_seconds", JSON(oneWorkerWall, decimals: 4)),
            .init("all_workers_seconds", JSON(allWorkersWall, decimals: 4)), .init("workers", JSON(ProcessFacts.processorCount)),
            .init("scaling", JSON(scaling, decimals: 2)), .init("program_seconds", JSON(program, decimals: 4)),
            .init("program_peak_bytes", JSON(peakBytes)), .init("ripgrep_patterns", JSON(ripgrep?.patternCount)),
            .init("ripgrep_processor_seconds", ripgrep.map { JSON($0.processorSeconds, decimals: 4) } ?? .null),
            .init("missed", .array(missed.map { .string($0) })),
        ]).withoutNulls
    }

    var text: String {
        func row(_ name: String, _ seconds: Double, _ more: String = "") -> String {
            let speed = seconds > 0 ? Double(bytes) / seconds / 1e6 : 0
            let padded = name + String(repeating: " ", count: max(0, 44 - name.count))
            return "\(padded)\(JSON(seconds, decimals: 3).text) s  \(JSON(speed, decimals: 0).text) MB/s\(more)\n"
        }
        var text = "\(bytes) bytes, median of the rounds\n"
        text += row("a: bare Vectorscan, processor time", bare)
        text += row("b: ours on one core, processor time", oneWorker, "  \(JSON(ratio, decimals: 2).text) of the limit")
        text += row("   by the clock, one worker", oneWorkerWall)
        text += row("   by the clock, a worker per core", allWorkersWall, "  \(JSON(scaling, decimals: 2).text) times as fast")
        text += row("   the program, from start to end", program, "  at most \(peakBytes / 1_000_000) MB resident")
        if let ripgrep { text += row("c: ripgrep, \(ripgrep.patternCount) patterns, processor time", ripgrep.processorSeconds) }
        return text + (missed.isEmpty ? "" : "missed: \(missed.joined(separator: ", "))\n")
    }
}
