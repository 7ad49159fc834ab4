// `forge bench review`: what a review of a pull request costs from the delivery to the posted check, through the real service. The repository
// and the code host are made here; the host answers at once, so that what is measured is Forge.

import ForgeCore
import ForgeCrypto
import ForgeSystem

enum HostReviewBench {
    static let command = CommandSpecification(
        "bench review", "from a delivery to a posted review, against a code host on loopback that answers at once",
        details: """
            Starts 'forge serve' with the write interval at zero and sends it pull requests of 300 changed lines in 20 files: --rounds of
            them one after the other, each followed by a push, then --many at once on four workers. Processor time is the service's own,
            git on the host's side not counted. Exit code 1 when a bar is missed: 250 ms from delivery to posted (median), 30 ms of
            processor time, 9 requests for a first review and 7 for a later one, 20 s and 150 MB for 100 at once.
            """,
        options: [
            .init("rounds", "N", "how many one after the other (default 15)"), .init("many", "N", "how many at once (default 100)"), .json,
        ]
    ) { arguments, context in
        let rounds = try arguments.integer("rounds", in: 3...500, default: 15)
        let many = try arguments.integer("many", in: 0...1_000, default: 100)
        let scene = try HostReviewScene(pulls: rounds + many, pushed: rounds, environment: context.environment)
        let report = try await scene.measure(rounds: rounds, many: many)
        if arguments.has("json") { try context.show(report.json) } else { try context.print(report.table) }
        return report.isGood ? .ok : .refused
    }
}

private struct HostReviewReport {
    var first: [Double] = []
    var later: [Double] = []
    var processor = 0.0
    var firstRequests = BenchHost.Counts()
    var laterRequests = BenchHost.Counts()
    var many = 0
    var manySeconds = 0.0
    var peakBytes = 0

    private var firstMedian: Double { median(first) }
    private var laterMedian: Double { median(later) }
    private var secondsMax: Double { max(1, 20 * Double(many) / 100) }

    var isGood: Bool {
        firstMedian <= 250 && processor <= 30 && firstRequests.api <= 9 && laterRequests.api <= 7 && manySeconds <= secondsMax
            && (many == 0 || peakBytes <= 150_000_000)
    }

    var table: String {
        """
        delivery to posted   first \(shown(firstMedian)) ms, after a push \(shown(laterMedian)) ms   (bar: at most 250 ms)
        slowest              first \(shown(first.max() ?? 0)) ms, after a push \(shown(later.max() ?? 0)) ms
        processor time       \(shown(processor)) ms a review   (bar: at most 30 ms)
        requests             first \(firstRequests.api) and \(firstRequests.git) of git, later \(laterRequests.api) and \(laterRequests.git) \
        of git   (bar: at most 9, 7)
        \(many) at once          \(shown(manySeconds)) s, peak \(shown(Double(peakBytes) / 1e6)) MB   (bar: at most \(shown(secondsMax)) s, 150 MB)
        """
    }

    var json: JSON {
        [
            "schema": 1, "bench": "review", "first_ms": JSON(firstMedian, decimals: 1), "later_ms": JSON(laterMedian, decimals: 1),
            "processor_ms": JSON(processor, decimals: 1), "first_requests": JSON(firstRequests.api), "first_git": JSON(firstRequests.git),
            "later_requests": JSON(laterRequests.api), "later_git": JSON(laterRequests.git), "many": JSON(many),
            "many_seconds": JSON(manySeconds, decimals: 1), "peak_bytes": JSON(peakBytes), "passed": .bool(isGood),
        ]
    }

    private func shown(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
}

/// The repository, the host and the service.
private final class HostReviewScene {
    private static let limit = Duration.seconds(120)

    private let pushed: Int
    private let repository: BenchPulls
    private let host: BenchHost
    private let service: ScratchService

    init(pulls: Int, pushed: Int, environment: [String: String]) throws {
        self.pushed = pushed
        repository = try BenchPulls(count: pulls, pushed: pushed, environment: environment)
        host = BenchHost(repository)
        let address = "http://127.0.0.1:\(try host.start())"
        let key = "\(repository.folder.path)/app.key"
        try Files.write(Array(Base64.encode(RSAPrivateKey.generate().exported()).utf8), to: key, mode: 0o600)
        service = try ScratchService(
            prefix: "forge-bench-host-",
            gitHub: [
                "api_url": address, "web_url": address, "app_id": "1", "private_key_file": key, "write_interval": "0s",
                "writes_per_minute": "100000", "writes_per_hour": "1000000",
            ],
            moreSettings: "http: {requests_per_address_minute: 0}\nlog: {level: warning}")
    }

    func measure(rounds: Int, many: Int) async throws -> HostReviewReport {
        try service.start(silencesErrors: false)
        var report = HostReviewReport()
        // The first of all compiles the rules and makes the mirror.
        _ = try await review(0, "opened")
        _ = host.takeCounts()
        let before = try processorMilliseconds()
        for number in 1..<rounds { report.first.append(try await review(number, "opened")) }
        report.firstRequests = mean(host.takeCounts(), rounds - 1)
        for number in 1..<rounds { report.later.append(try await review(number, "synchronize")) }
        report.laterRequests = mean(host.takeCounts(), rounds - 1)
        report.processor = (try processorMilliseconds() - before) / Double(2 * (rounds - 1))
        if many > 0 {
            report.many = many
            report.manySeconds = try await reviewAtOnce(Array(rounds..<rounds + many))
        }
        report.peakBytes = try peakBytes()
        await host.stop()
        guard service.stop() == 0 else { throw CommandFailure.failed("the service did not stop as it should") }
        repository.folder.remove(service.dataPath)
        return report
    }

    private func mean(_ counts: BenchHost.Counts, _ count: Int) -> BenchHost.Counts {
        BenchHost.Counts(api: (counts.api + count - 1) / count, git: (counts.git + count - 1) / count)
    }

    /// Milliseconds from the delivery to the end of its check.
    private func review(_ number: Int, _ action: String) async throws -> Double {
        let head = try deliver(number, action)
        let began = MonotonicClock.nanoseconds
        return Double(try await end(of: head) - began) / 1e6
    }

    /// Seconds until the last of them has ended.
    private func reviewAtOnce(_ numbers: [Int]) async throws -> Double {
        let began = MonotonicClock.nanoseconds
        let heads = try numbers.map { try deliver($0, "opened") }
        var last = began
        for head in heads { last = max(last, try await end(of: head)) }
        return Double(last - began) / 1e9
    }

    private func end(of head: String) async throws -> UInt64 {
        let began = MonotonicClock.nanoseconds
        while true {
            if let moment = host.ended(head) { return moment }
            guard MonotonicClock.nanoseconds - began < UInt64(Self.limit.components.seconds) * 1_000_000_000 else {
                throw CommandFailure.failed("a review did not end within \(Self.limit)")
            }
            try await ContinuousClock().sleep(for: .milliseconds(1))
        }
    }

    /// The head it is about.
    private func deliver(_ number: Int, _ action: String) throws -> String {
        let isPush = action == "synchronize"
        let head = isPush ? repository.pushedHeads[number] : repository.heads[number]
        if isPush { try repository.move(number, to: head) }
        host.set(number + 1, head: head)
        let body = Array(event(number + 1, action, head).text.utf8)
        let headers = [
            HeaderField("content-type", "application/json"), HeaderField("x-github-event", "pull_request"),
            HeaderField("x-github-delivery", "bench-\(number)-\(action)"), HeaderField("x-hub-signature-256", service.signature(of: body)),
        ]
        let answer = try service.send("POST", "/webhooks/github", headers: headers, body: body)
        guard answer.status == 202 else { throw CommandFailure.failed("the delivery was answered \(answer.status): \(answer.body)") }
        return head
    }

    private func event(_ number: Int, _ action: String, _ head: String) -> JSON {
        [
            "action": .string(action), "number": JSON(number), "pull_request": repository.json(number, head: head),
            "repository": BenchPulls.repository, "sender": BenchPulls.author, "installation": ["id": 3],
        ]
    }

    // MARK: What the service used

    /// From /proc, in its ticks of ten milliseconds: many reviews make them fine enough.
    private func processorMilliseconds() throws -> Double {
        let text = String(decoding: try Files.read("/proc/\(service.process)/stat", bytesMax: 4096), as: UTF8.self)
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            throw CommandFailure.failed("the service's processor time cannot be read")
        }
        return (user + system) * 10
    }

    private func peakBytes() throws -> Int {
        let text = String(decoding: try Files.read("/proc/\(service.process)/status", bytesMax: 1 << 16), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        guard let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw CommandFailure.failed("the service's memory cannot be read")
        }
        return kibibytes << 10
    }
}
