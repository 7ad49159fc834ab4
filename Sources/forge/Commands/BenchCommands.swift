// `forge bench …`: what it costs, as ratios in one run on this machine. Figures with their commands stand in docs/performance.md.

import ForgeBench
import ForgeCore
import ForgeCrypto
import ForgeResources
import ForgeStore
import ForgeSystem

enum BenchCommands {
    static let all = [
        intake, memory, start, ScanBench.specification, ReviewBench.local, HostReviewBench.command, BenchConfig.command,
        BenchClassify.command,
        MirrorBench.command, SandboxBench.command, bare,
    ]

    private static let seconds = OptionSpecification("seconds", "N", "how long each side is measured (default 10)")
    private static let connections = OptionSpecification("connections", "N", "connections, each with one request in flight (default 64)")
    private static let bodyBytes = OptionSpecification("body", "BYTES", "size of each body (default 16384)")

    // MARK: intake

    private static let intake = CommandSpecification(
        "bench intake", "how fast deliveries get safely to disk, against a bare loop on the same libraries",
        details: """
            (a) a bare loop in C on the same libraries: accept, HMAC, group-committed fsynced insert, nothing else: the machine's limit.
            (b) 'forge serve' as configured. Same load, same disk, one after the other, --rounds times; the median round counts.
            Exit code 1 when a bar is missed: b/a at least 0.80, p99 of b at most twice a's.
            """, options: [seconds, connections, bodyBytes, .init("rounds", "N", "how often both sides are measured (default 3)"), .json]
    ) { arguments, context in
        let load = try LoadPlan(arguments)
        let rounds = try arguments.integer("rounds", in: 1...99, default: 3)
        var found: [IntakeComparison] = []
        for round in 1...rounds {
            let bare = try await BareSide(prefix: "forge-bench-a-").measure(load)
            let service = try await measureService(load)
            found.append(IntakeComparison(bare: bare, service: service))
            if !arguments.has("json") { try context.print("round \(round)\n\(found[round - 1].table)") }
        }
        let median = found.sorted { $0.ratio < $1.ratio }[found.count / 2]
        if arguments.has("json") { try context.print(median.json) } else { try context.print("median round\n\(median.table)") }
        return median.shortfalls.isEmpty ? .ok : .refused
    }

    private static func measureService(_ load: LoadPlan) async throws -> IntakeSide {
        let service = try ScratchService(prefix: "forge-bench-b-")
        try service.start(silencesErrors: true)
        let report = try await LoadGenerator.runAside(load.options(for: service))
        let metrics = try service.send("GET", "/metrics").body
        let before = ProcessFacts.childrenMicroseconds
        _ = service.stop()
        let spent = ProcessFacts.childrenMicroseconds - before
        return IntakeSide(
            name: "b: forge serve", load: report, syncs: figure("forge_store_commit_seconds_count", in: metrics),
            rows: report.acknowledgedCount, processorMicroseconds: spent)
    }

    /// A figure without labels out of Prometheus text.
    private static func figure(_ name: String, in metrics: String) -> Int? {
        let line = metrics.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line?.split(separator: " ").last.flatMap { Int($0) }
    }

    // MARK: memory

    private static let memory = CommandSpecification(
        "bench memory", "resident memory of the service over a great many deliveries",
        details: "Exit code 1 when it is ever above 60 MB, or grows between the second and the fourth quarter by more than 2 MB.",
        options: [
            .init("deliveries", "N", "how many (default 1000000)"), connections,
            .init("body", "BYTES", "size of each body (default 1024)"), .json,
        ]
    ) { arguments, context in
        let count = try arguments.integer("deliveries", in: 4...100_000_000, default: 1_000_000)
        let load = try LoadPlan(arguments, bodyBytes: 1024)
        let service = try ScratchService(prefix: "forge-bench-memory-")
        try service.start(silencesErrors: true)
        var quarters: [Int] = []
        var sequence: UInt64 = 0
        for quarter in 1...4 {
            var options = try load.options(for: service)
            options.warmup = 0
            options.duration = 3600
            options.requestsMax = count / 4
            options.firstSequence = sequence
            let report = try await LoadGenerator.runAside(options)
            sequence = report.nextSequence
            quarters.append(ProcessFacts.residentBytes(of: service.process) ?? 0)
            let megabytes = (Double(quarters[quarter - 1]) / 1e6 * 10).rounded() / 10
            if !arguments.has("json") {
                try context.print(
                    "quarter \(quarter): \(report.acknowledgedCount) stored at \(Int(report.requestsPerSecond))/s, \(megabytes) MB resident"
                )
            }
        }
        _ = service.stop()
        let isGood = quarters.allSatisfy { $0 <= 60_000_000 } && quarters[3] - quarters[1] <= 2_000_000
        if arguments.has("json") {
            try context.show([
                "schema": 1, "bench": "memory", "deliveries": JSON(count), "resident_bytes": .array(quarters.map { JSON($0) }),
                "passed": .bool(isGood),
            ])
        }
        return isGood ? .ok : .refused
    }

    // MARK: start

    private static let start = CommandSpecification(
        "bench start", "from start to the first accepted request, with a full store",
        details: "Exit code 1 when the median of --rounds starts is 200 ms or more.",
        options: [
            .init("deliveries", "N", "how many are in the store (default 100000)"), .init("rounds", "N", "how many starts (default 5)"),
            connections, .init("body", "BYTES", "size of each body (default 1024)"), .json,
        ]
    ) { arguments, context in
        let count = try arguments.integer("deliveries", in: 1...100_000_000, default: 100_000)
        let rounds = try arguments.integer("rounds", in: 1...99, default: 5)
        let load = try LoadPlan(arguments, bodyBytes: 1024)
        let service = try ScratchService(prefix: "forge-bench-start-")
        try service.start(silencesErrors: true)
        var options = try load.options(for: service)
        options.warmup = 0
        options.duration = 3600
        options.requestsMax = count
        _ = try await LoadGenerator.runAside(options)
        _ = service.stop()
        var milliseconds: [Double] = []
        for round in 0..<rounds {
            let began = MonotonicClock.nanoseconds
            try service.start(silencesErrors: true)
            let status = try load.sendOne(to: service, number: round)
            milliseconds.append(Double(MonotonicClock.nanoseconds - began) / 1e6)
            _ = service.stop()
            guard status == 202 else { throw CommandFailure.failed("the first request was answered \(status)") }
        }
        let median = milliseconds.sorted()[rounds / 2]
        if arguments.has("json") {
            try context.show([
                "schema": 1, "bench": "start", "deliveries": JSON(count),
                "milliseconds": .array(milliseconds.map { JSON($0, decimals: 1) }),
                "median": JSON(median, decimals: 1), "passed": .bool(median < 200),
            ])
        } else {
            let all = milliseconds.map { JSON($0, decimals: 1).text }.joined(separator: ", ")
            try context.print("start to first 202 with \(count) deliveries stored: median \(JSON(median, decimals: 1).text) ms (\(all))")
        }
        return median < 200 ? .ok : .refused
    }

    // MARK: the bare loop as a child of ours

    private static let bare = CommandSpecification(
        "bench bare", "the bare loop: serves until its standard input closes",
        positionals: [.init("FOLDER", "where its database goes"), .init("SECRET_FILE", "what deliveries are signed with")], isHidden: true
    ) { arguments, context in
        let secret = try Files.read(arguments.positional(1) ?? "", bytesMax: 4096)
        let report = try BareServer.run(BareServerOptions(folder: arguments.positional(0) ?? "", secret: secret))
        try context.print(report.line)
        return .ok
    }
}

/// What is sent, and how hard.
struct LoadPlan: Sendable {
    private let seconds: Int
    private let connections: Int
    private let body: [UInt8]

    init(_ arguments: Arguments, bodyBytes: Int = 16_384) throws {
        seconds = try arguments.integer("seconds", in: 1...3600, default: 10)
        connections = try arguments.integer("connections", in: 1...10_000, default: 64)
        body = try Self.padded(to: try arguments.integer("body", in: 512...25_000_000, default: bodyBytes))
    }

    /// A real delivery, made as long as asked for by the text of the pull request, so that decoding it is real work too.
    private static func padded(to count: Int) throws(CommandFailure) -> [UInt8] {
        let path = "Webhooks/GitHub/Examples/pull_request.opened.json"
        // A file of this repository that cannot be read is a broken build, whatever the parser says.
        guard let bytes = Resource.bytes(of: path), let json = try? JSONParser.parse(bytes).value, let members = json.members else {
            throw .failed("\(path) is not in this binary")
        }
        let least = JSON.object(members).utf8.count + 12
        guard count > least else { return JSON.object(members).utf8 }
        let padding = JSON.Member("padding", .string(String(repeating: "x", count: count - least - 2)))
        return JSON.object(members + [padding]).utf8
    }

    func options(for service: ScratchService) throws -> LoadOptions {
        options(port: service.port, signature: service.signature(of: body))
    }

    func options(port: Int, secret: [UInt8]) -> LoadOptions {
        options(port: port, signature: "sha256=" + Hex.encode(HMACKey(secret).authenticate(body)))
    }

    private func options(port: Int, signature: String) -> LoadOptions {
        let load = LoadBody(bytes: body, headers: [LoadHeader("X-Hub-Signature-256", signature)])
        var options = LoadOptions(port: UInt16(port), path: "/webhooks/github", bodies: [load])
        options.headers = [
            LoadHeader("X-GitHub-Event", "pull_request"), LoadHeader("X-GitHub-Hook-ID", "1"),
            LoadHeader("Content-Type", "application/json"),
        ]
        options.connections = connections
        options.duration = Double(seconds)
        return options
    }

    func sendOne(to service: ScratchService, number: Int) throws -> Int {
        try service.send(
            "POST", "/webhooks/github",
            headers: [
                HeaderField("x-github-event", "pull_request"), HeaderField("x-github-delivery", "first-after-start-\(number)"),
                HeaderField("content-type", "application/json"), HeaderField("x-hub-signature-256", service.signature(of: body)),
            ], body: body
        ).status
    }
}

/// The bare loop, started for one measurement.
private final class BareSide {
    private let folder: String
    private let secret: String

    init(prefix: String) throws {
        folder = try Files.createTemporaryFolder(prefix: prefix)
        secret = Hex.encode(try RandomBytes.system.generate(count: 20))
        try Files.write(Array(secret.utf8), to: "\(folder)/secret", mode: 0o600)
    }

    func measure(_ load: LoadPlan) async throws -> IntakeSide {
        var child = try ChildProcess.start(
            ProcessFacts.executablePath, arguments: ["bench", "bare", folder, "\(folder)/secret"], environment: [:])
        var reader = LineReader(descriptor: child.output)
        guard let port = try reader.next().flatMap({ Int(String(decoding: $0, as: UTF8.self)) }) else {
            throw CommandFailure.failed("the bare loop did not start")
        }
        let report = try await LoadGenerator.runAside(load.options(port: port, secret: Array(secret.utf8)))
        child.closeInput()
        let said = try reader.next().flatMap { BareReport(line: String(decoding: $0, as: UTF8.self)) }
        let before = ProcessFacts.childrenMicroseconds
        _ = child.wait()
        let spent = ProcessFacts.childrenMicroseconds - before
        guard let said else { throw CommandFailure.failed("the bare loop ended without its report") }
        return IntakeSide(name: "a: bare loop", load: report, syncs: said.syncs, rows: said.rows, processorMicroseconds: spent)
    }

    deinit { Files.removeFolder(folder, files: ["secret", "bare.sqlite", "bare.sqlite-wal", "bare.sqlite-shm"]) }
}
