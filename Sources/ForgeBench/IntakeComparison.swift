// The verdict of `forge bench intake`: the bare loop and `forge serve` side by side. Pure functions over two reports; the bars are the
// project's own and stand here once.

/// One server's figures in the comparison.
package struct IntakeSide: Sendable, Hashable {
    package var name: String
    package var load: LoadReport
    /// What it asked the disk to make sure of; nil when the server cannot say.
    package var syncs: Int?
    /// The rows that those syncs are for; nil when the server cannot say.
    package var rows: Int?
    /// Processor time of its process from start to end.
    package var processorMicroseconds: Int?

    package init(name: String, load: LoadReport, syncs: Int? = nil, rows: Int? = nil, processorMicroseconds: Int? = nil) {
        self.name = name
        self.load = load
        self.syncs = syncs
        self.rows = rows
        self.processorMicroseconds = processorMicroseconds
    }

    package var processorPerRequest: Double? {
        guard let processorMicroseconds, let rows, rows > 0 else { return nil }
        return Double(processorMicroseconds) / Double(rows)
    }

    package var syncsPerRequest: Double? {
        guard let syncs, let rows, rows > 0 else { return nil }
        return Double(syncs) / Double(rows)
    }
}

/// (a) the bare loop and (b) the service, measured in one run.
package struct IntakeComparison: Sendable, Hashable {
    package var bare: IntakeSide
    package var service: IntakeSide

    package static let ratioMin = 0.8
    package static let tailRatioMax = 2.0
    /// Below this the generator was so busy that it may have been what was measured.
    package static let idleShareMin = 0.1

    package init(bare: IntakeSide, service: IntakeSide) {
        self.bare = bare
        self.service = service
    }

    /// Requests per second, b/a.
    package var ratio: Double { Self.divide(service.load.requestsPerSecond, bare.load.requestsPerSecond) }
    /// p99, b/a.
    package var tailRatio: Double { Self.divide(service.load.latency.p99, bare.load.latency.p99) }
    package var idleShare: Double { min(bare.load.idleShare, service.load.idleShare) }

    /// What keeps this run from being a pass, in sentences; empty when it is one.
    package var shortfalls: [String] {
        var found: [String] = []
        for side in [bare, service] where side.load.failures > 0 || side.load.measured == 0 {
            found.append("\(side.name): \(side.load.measured) answers measured, \(side.load.failures) requests failed")
        }
        if !(ratio >= Self.ratioMin) { found.append("ratio \(fixed(ratio, 2)) is below \(fixed(Self.ratioMin, 2))") }
        if !(tailRatio <= Self.tailRatioMax) {
            found.append("p99 is \(fixed(tailRatio, 2)) times the bare loop's, over \(fixed(Self.tailRatioMax, 1))")
        }
        if idleShare < Self.idleShareMin { found.append("the load generator was idle only \(percent(idleShare)) of the time") }
        return found
    }

    /// NaN where there is nothing to compare with: it passes no bar.
    private static func divide(_ above: Double, _ below: Double) -> Double { below > 0 && above > 0 ? above / below : .nan }
}

extension IntakeComparison {
    /// The comparison as aligned lines.
    package var table: String {
        let rows = [Self.heading] + [bare, service].map(Self.cells)
        let widths = Self.heading.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + padding : padding + row[column]
            }.joined(separator: "  ")
        }
        lines.append("ratio b/a \(fixed(ratio, 2)) (bar: at least \(fixed(Self.ratioMin, 2)))")
        lines.append("p99 b/a \(fixed(tailRatio, 2)) (bar: at most \(fixed(Self.tailRatioMax, 1)))")
        lines += shortfalls.map { "not met: \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let heading = [
        "", "requests/s", "p50 ms", "p99 ms", "p999 ms", "max ms", "fsyncs/request", "CPU µs/request", "MB/s", "failed", "generator idle",
    ]

    private static func cells(_ side: IntakeSide) -> [String] {
        let load = side.load
        return [
            side.name, fixed(load.requestsPerSecond, 0), fixed(load.latency.p50, 2), fixed(load.latency.p99, 2),
            fixed(load.latency.p999, 2), fixed(load.latency.max, 1), side.syncsPerRequest.map { fixed($0, 4) } ?? "-",
            side.processorPerRequest.map { fixed($0, 1) } ?? "-",
            fixed(load.bytesPerSecond / 1e6, 1), String(load.failures), percent(load.idleShare),
        ]
    }

    /// The comparison as one JSON object. NaN, which JSON lacks, is null.
    package var json: String {
        let fields = [
            "\"schema\":1", "\"bench\":\"intake\"", "\"bare\":\(Self.json(bare))", "\"service\":\(Self.json(service))",
            "\"ratio\":\(jsonNumber(ratio))", "\"p99_ratio\":\(jsonNumber(tailRatio))", "\"passed\":\(shortfalls.isEmpty)",
        ]
        return "{\(fields.joined(separator: ","))}"
    }

    private static func json(_ side: IntakeSide) -> String {
        let load = side.load
        let numbers: [(String, Double?)] = [
            ("requests_per_second", load.requestsPerSecond), ("p50_ms", load.latency.p50), ("p90_ms", load.latency.p90),
            ("p99_ms", load.latency.p99), ("p999_ms", load.latency.p999), ("max_ms", load.latency.max),
            ("fsyncs_per_request", side.syncsPerRequest), ("cpu_us_per_request", side.processorPerRequest),
            ("bytes_per_second", load.bytesPerSecond), ("seconds", load.seconds),
            ("requests", Double(load.measured)), ("failed", Double(load.failures)), ("generator_idle", load.idleShare),
            ("generator_processor", load.processorShare),
        ]
        let statuses = load.statuses.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
        return "{" + numbers.map { "\"\($0.0)\":\(jsonNumber($0.1 ?? .nan))" }.joined(separator: ",") + ",\"statuses\":{\(statuses)}}"
    }
}
