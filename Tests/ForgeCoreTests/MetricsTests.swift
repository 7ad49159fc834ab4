// Prometheus text, held by its whole form: a scraper reads it line by line.

import ForgeCore
import Testing

@Test func `instruments are told by family, in order of their names`() {
    let metrics = Metrics()
    let accepted = metrics.counter("forge_deliveries_total", "Deliveries.", [.init("source", "github"), .init("outcome", "accepted")])
    accepted.add()
    accepted.add(4)
    metrics.gauge("forge_connections", "Open connections.").set(3)
    #expect(
        metrics.text() == """
            # HELP forge_connections Open connections.
            # TYPE forge_connections gauge
            forge_connections 3
            # HELP forge_deliveries_total Deliveries.
            # TYPE forge_deliveries_total counter
            forge_deliveries_total{source="github",outcome="accepted"} 5

            """)
}

@Test func `a histogram's buckets add up, and its bounds are shown in its unit`() {
    let metrics = Metrics()
    let latency = metrics.histogram("forge_latency_seconds", "Latency.", [.init("route", "/")], bounds: [100, 250, 1_000], scale: 1e-6)
    for value in [0, 100, 101, 250, 999, 1_000, 1_001, 2_000_000] { latency.record(value) }
    #expect(
        metrics.text() == """
            # HELP forge_latency_seconds Latency.
            # TYPE forge_latency_seconds histogram
            forge_latency_seconds_bucket{route="/",le="0.0001"} 2
            forge_latency_seconds_bucket{route="/",le="0.00025"} 4
            forge_latency_seconds_bucket{route="/",le="0.001"} 6
            forge_latency_seconds_bucket{route="/",le="+Inf"} 8
            forge_latency_seconds_sum{route="/"} 2.003451
            forge_latency_seconds_count{route="/"} 8

            """)
}

@Test func `every bound for latencies is written short`() {
    let metrics = Metrics()
    _ = metrics.histogram("h", "H.", bounds: Histogram.latencyBounds, scale: 1e-6)
    let bounds = metrics.text().split(separator: "\n").compactMap { line in
        line.split(separator: "\"").dropFirst().first.map(String.init)
    }
    #expect(
        bounds == [
            "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "10",
            "+Inf",
        ])
}

@Test func `the same name and labels are the same instrument`() {
    let metrics = Metrics()
    let first = metrics.counter("c", "C.", [.init("a", "1")])
    #expect(metrics.counter("c", "C.", [.init("a", "1")]) === first)
    #expect(metrics.counter("c", "C.", [.init("a", "2")]) !== first)
}

@Test func `no label's value can end its line or its quotes`() {
    let metrics = Metrics()
    metrics.counter("c", "C.", [.init("event", "a\"b\\c\nd\r\ne")]).add()
    #expect(metrics.text().split(separator: "\n", omittingEmptySubsequences: false).count == 4)
    #expect(metrics.text().contains(#"c{event="a\"b\\c\nd"# + "\r" + #"\ne"} 1"#))
}

@Test func `values asked for at scrape time join in, with the words for what is no number`() {
    let metrics = Metrics()
    metrics.counter("b_total", "B.").add()
    let asked: [(name: String, help: String, kind: String, samples: [Metrics.Sample])] = [
        ("a_depth", "A.", "gauge", [.init([.init("kind", "review")], 2), .init([.init("kind", "fix")], 0.5)]),
        ("c_age", "C.", "gauge", [.init([], .nan), .init([.init("k", "1")], .infinity)]),
        ("a_depth", "A.", "gauge", [.init([.init("kind", "third")], 3)]),
    ]
    #expect(
        metrics.text(with: asked) == """
            # HELP a_depth A.
            # TYPE a_depth gauge
            a_depth{kind="review"} 2
            a_depth{kind="fix"} 0.5
            a_depth{kind="third"} 3
            # HELP b_total B.
            # TYPE b_total counter
            b_total 1
            # HELP c_age C.
            # TYPE c_age gauge
            c_age NaN
            c_age{k="1"} +Inf

            """)
}
