// Figures and their rendering: the histogram's error bound, and what the comparison says of two reports.
import ForgeBench
import Foundation
import Testing

struct LatencyHistogramTests {
    @Test func `an empty histogram answers zero`() {
        let histogram = LatencyHistogram()
        #expect(histogram.quantile(0.99) == 0 && histogram.max == 0 && histogram.count == 0)
    }

    @Test(arguments: UInt64(0)..<20)
    func `every quantile is at most 1.6 percent above the true one, and never below`(seed: UInt64) {
        var state = seed
        var values: [UInt64] = []
        var histogram = LatencyHistogram()
        for _ in 0..<2000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = state >> (state % 60)  // all magnitudes
            values.append(value)
            histogram.record(nanoseconds: value)
        }
        values.sort()
        for share in [0.001, 0.5, 0.9, 0.99, 0.999, 1] {
            let exact = values[max(0, Int((share * 2000).rounded(.up)) - 1)]
            let found = histogram.quantile(share)
            #expect(found >= exact && Double(found) <= Double(exact) * 1.016, "share \(share)")
        }
        #expect(histogram.max == values.last && histogram.count == 2000)
    }
}

private func side(_ name: String, rate: Int, p99: Double, idle: Double = 0.8, failed: Int = 0) -> IntakeSide {
    var load = LoadReport()
    (load.seconds, load.measured, load.answered, load.acknowledgedCount) = (1, rate, rate, rate - failed)
    load.statuses = [202: rate - failed]
    load.bytesSent = rate * 1000
    load.latency = Latency(p50: 1, p90: 2, p99: p99, p999: 9, max: 12.25)
    load.idleShare = idle
    return IntakeSide(name: name, load: load, syncs: rate / 20, rows: rate)
}

struct IntakeComparisonTests {
    @Test func `a service within both bars has no shortfall`() {
        let comparison = IntakeComparison(bare: side("bare loop", rate: 10_000, p99: 4), service: side("forge serve", rate: 8_000, p99: 8))
        #expect(comparison.ratio == 0.8 && comparison.tailRatio == 2)
        #expect(comparison.shortfalls.isEmpty)
    }

    @Test func `each bar that is missed is said in a sentence`() {
        let bare = side("bare loop", rate: 10_000, p99: 4)
        func shortfalls(_ service: IntakeSide) -> [String] { IntakeComparison(bare: bare, service: service).shortfalls }
        #expect(shortfalls(side("forge serve", rate: 7_900, p99: 4)) == ["ratio 0.79 is below 0.80"])
        #expect(shortfalls(side("forge serve", rate: 9_000, p99: 8.4)) == ["p99 is 2.10 times the bare loop's, over 2.0"])
        #expect(shortfalls(side("forge serve", rate: 9_000, p99: 4, idle: 0.05)) == ["the load generator was idle only 5 % of the time"])
        #expect(
            shortfalls(side("forge serve", rate: 9_000, p99: 4, failed: 3))
                == ["forge serve: 9000 answers measured, 3 requests failed"])
    }

    @Test func `nothing measured is never a pass`() {
        let nothing = side("bare loop", rate: 0, p99: 0)
        let comparison = IntakeComparison(bare: nothing, service: side("forge serve", rate: 9_000, p99: 4))
        #expect(comparison.ratio.isNaN && comparison.shortfalls.count == 3)
    }

    @Test func `the table lines its columns up`() {
        let comparison = IntakeComparison(
            bare: side("bare loop", rate: 10_000, p99: 4), service: side("forge serve", rate: 7_000, p99: 5.5))
        #expect(
            comparison.table == """
                             requests/s  p50 ms  p99 ms  p999 ms  max ms  fsyncs/request  CPU µs/request  MB/s  failed  generator idle
                bare loop         10000    1.00    4.00     9.00    12.3          0.0500               -  10.0       0            80 %
                forge serve        7000    1.00    5.50     9.00    12.3          0.0500               -   7.0       0            80 %
                ratio b/a 0.70 (bar: at least 0.80)
                p99 b/a 1.38 (bar: at most 2.0)
                not met: ratio 0.70 is below 0.80

                """)
    }

    @Test func `the JSON is an object that holds the same figures`() throws {
        var service = side("forge serve", rate: 9_000, p99: 5)
        service.syncs = nil
        let comparison = IntakeComparison(bare: side("bare loop", rate: 10_000, p99: 4), service: service)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(comparison.json.utf8)) as? [String: Any])
        let bare = try #require(object["bare"] as? [String: Any])
        let found = try #require(object["service"] as? [String: Any])
        #expect(object["ratio"] as? Double == 0.9 && object["passed"] as? Bool == true)
        #expect(bare["fsyncs_per_request"] as? Double == 0.05 && bare["requests_per_second"] as? Int == 10_000)
        #expect(found["fsyncs_per_request"] is NSNull && found["max_ms"] as? Double == 12.25)
        #expect((found["statuses"] as? [String: Int]) == ["202": 9_000])
    }
}
