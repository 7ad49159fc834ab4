// What a run of the load generator found. Plain figures and what follows from them by arithmetic; nothing here measures or prints.
import CBench

/// Why a run ended.
package enum LoadEnd: String, Sendable, Hashable {
    case time, requests, serverGone, limit
}

/// The figures of one run. The rates and latencies are over the measured time; the counts are over the whole run.
package struct LoadReport: Sendable, Hashable {
    package var end = LoadEnd.time
    package var sent = 0
    package var answered = 0
    /// Sequences answered 2xx, in the order of the answers, as many as were asked for.
    package var acknowledged: [UInt64] = []
    package var acknowledgedCount = 0
    /// Answers by status.
    package var statuses: [Int: Int] = [:]
    /// Requests whose connection ended before the answer.
    package var broken = 0
    /// Connections that could not be made.
    package var refused = 0
    /// The sequence a following run continues with.
    package var nextSequence: UInt64 = 0
    package var seconds = 0.0
    package var measured = 0
    package var bytesSent = 0
    package var bytesReceived = 0
    package var latency = Latency()
    /// Share of the measured time in which the generator waited for the server, 0...1. Near 0 it measured itself.
    package var idleShare = 0.0
    /// Share of one processor that the generator used, 0...1.
    package var processorShare = 0.0

    /// The report of a run in which nothing happened.
    package init() {}

    package var requestsPerSecond: Double { seconds > 0 ? Double(measured) / seconds : 0 }
    package var bytesPerSecond: Double { seconds > 0 ? Double(bytesSent) / seconds : 0 }
    /// Answers that were not 2xx, and requests without an answer.
    package var failures: Int { answered - acknowledgedCount + broken }
}

/// Latencies in milliseconds, from the first byte sent to the last byte read.
package struct Latency: Sendable, Hashable {
    package var p50 = 0.0
    package var p90 = 0.0
    package var p99 = 0.0
    package var p999 = 0.0
    package var max = 0.0

    package init() {}

    package init(p50: Double, p90: Double, p99: Double, p999: Double, max: Double) {
        (self.p50, self.p90, self.p99, self.p999, self.max) = (p50, p90, p99, p999, max)
    }
}

extension LoadEnd {
    init(_ raw: forge_bench_load_end) {
        self =
            switch raw {
            case FORGE_BENCH_ENDED_BY_TIME: .time
            case FORGE_BENCH_ENDED_BY_REQUESTS: .requests
            case FORGE_BENCH_ENDED_BY_SERVER_GONE: .serverGone
            default: .limit
            }
    }
}

extension LoadReport {
    init(_ raw: forge_bench_load_report, acknowledged: [UInt64], statusCounts: [UInt64]) {
        func milliseconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / 1e6 }
        func share(_ seconds: Double) -> Double { raw.measured_seconds > 0 ? min(1, seconds / raw.measured_seconds) : 0 }
        self.init()
        end = LoadEnd(raw.end)
        sent = Int(raw.sent)
        answered = Int(raw.answered)
        self.acknowledged = acknowledged
        acknowledgedCount = Int(raw.acknowledged)
        statuses = Dictionary(uniqueKeysWithValues: statusCounts.enumerated().filter { $1 > 0 }.map { ($0, Int($1)) })
        broken = Int(raw.broken)
        refused = Int(raw.refused)
        nextSequence = raw.next_sequence
        seconds = raw.measured_seconds
        measured = Int(raw.measured)
        bytesSent = Int(raw.measured_bytes_sent)
        bytesReceived = Int(raw.measured_bytes_received)
        latency = Latency(
            p50: milliseconds(raw.p50), p90: milliseconds(raw.p90), p99: milliseconds(raw.p99), p999: milliseconds(raw.p999),
            max: milliseconds(raw.max))
        idleShare = share(raw.idle_seconds)
        processorShare = share(raw.processor_seconds)
    }
}
