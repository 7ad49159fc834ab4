// Alive, ready, and in figures.

import ForgeCore
import ForgeEngine
import ForgeTestSupport
import Testing

@Suite struct HealthTests {
    private func check(_ name: String, _ state: ReadinessState) -> ReadinessCheck { ReadinessCheck(name: name) { state } }

    @Test func `healthz answers without a token and without the store`() async throws {
        let scene = ConsoleScene()
        await scene.store.close()
        let answer = try await scene.send(.get, "/healthz")
        #expect(answer.status == 200)
        #expect(try answer.json == ["schema": 1, "alive": true])
    }

    @Test func `readyz shows each dependency; only a failed one makes it 503`() async throws {
        let fine = ConsoleScene(checks: [check("store", .ok("good")), check("silence:github", .degraded("quiet"))])
        let ready = try await fine.send(.get, "/readyz")
        #expect(ready.status == 200)
        #expect(ready.header("cache-control") == "no-store")
        let expected = try JSONParser.parse(
            #"{"schema":1,"ready":true,"checks":[{"name":"store","state":"ok","detail":"good"},{"name":"silence:github","state":"degraded","detail":"quiet"}]}"#
        )
        #expect(try ready.json == expected)
        let broken = ConsoleScene(checks: [check("store", .failed("no room")), check("other", .ok("good"))])
        let unready = try await broken.send(.get, "/readyz")
        #expect(unready.status == 503)
        #expect(try unready.json["ready"] == false)
        #expect(try unready.json["checks"]?[0]?["detail"]?.string == "no room")
    }

    @Test func `metrics are well-formed and hold the instruments and the asked figures`() async throws {
        let scene = ConsoleScene(version: "1.0 \"beta\"\\\nnext\r\nline")
        scene.metrics.counter("forge_x_total", "X.", [.init("kind", "a\"b\\c\nd\r\ne")]).add(3)
        scene.metrics.counter("forge_x_total", "X.", [.init("kind", "plain")]).add()
        scene.metrics.histogram("forge_h_seconds", "H.", [.init("k", "v")], bounds: [10, 100], scale: 0.001).record(50)
        try await scene.delivery("a", .pending)
        scene.clock.advance(by: .seconds(90))
        try await scene.delivery("b", .pending)
        try await scene.delivery("c", .failed)
        try await scene.delivery("d", jobs: [NewJob(kind: "review", tenant: ConsoleScene.ours, repository: "acme/shop", workKey: "w")])
        scene.clock.advance(by: .seconds(10))
        let answer = try await scene.send(.get, "/metrics")
        #expect(answer.status == 200)
        #expect(answer.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
        let metrics = try PrometheusText(answer.text)
        #expect(metrics.value("forge_x_total", ["kind": "a\"b\\c\nd\r\ne"]) == 3)
        #expect(metrics.value("forge_build_info", ["version": "1.0 \"beta\"\\\nnext\r\nline"]) == 1)
        #expect(metrics.value("forge_h_seconds_bucket", ["k": "v", "le": "0.1"]) == 1)
        let figures: [String: Double] = [
            "forge_deliveries_pending": 2, "forge_deliveries_pending_oldest_seconds": 100, "forge_deliveries_failed": 1,
            "forge_store_readable": 1, "process_resident_memory_bytes": 1000, "process_start_time_seconds": 1_767_225_600,
        ]
        for (name, value) in figures { #expect(metrics.value(name) == value, "\(name)") }
        #expect(metrics.value("forge_queue_jobs", ["kind": "review", "state": "queued"]) == 1)
        #expect(metrics.value("forge_queue_oldest_seconds", ["kind": "review"]) == 10)
    }

    @Test func `metrics do not count every stored delivery`() async throws {
        let scene = ConsoleScene()
        scene.store.failNext(.defect, call: "deliveryCounts")
        scene.store.failNext(.defect, call: "deliveries")
        #expect(try PrometheusText(try await scene.send(.get, "/metrics").text).value("forge_store_readable") == 1)
    }

    @Test func `metrics answer also when the store does not`() async throws {
        let scene = ConsoleScene(residentBytes: nil)
        scene.metrics.counter("forge_x_total", "X.").add(3)
        await scene.store.close()
        let answer = try await scene.send(.get, "/metrics")
        #expect(answer.status == 200)
        let metrics = try PrometheusText(answer.text)
        #expect(metrics.value("forge_store_readable") == 0)
        #expect(metrics.value("forge_x_total") == 3)
        #expect(metrics.families["process_resident_memory_bytes"] == nil)
    }

    @Test(arguments: [
        "a 1", "# HELP a A.\na 1\n", "# TYPE a gauge\na 1\n", "# HELP a A.\n# TYPE a gauge\nb 1\n",
        "# HELP a A.\n# TYPE a gauge\na 1\na 2\n", "# HELP a A.\n# TYPE a gauge\na{k=\"x\ny\"} 1\n",
        "# HELP a A.\n# TYPE a gauge\na{k=\"x\"y\"} 1\n", "# HELP a A.\n# TYPE a gauge\na one\n",
        "# HELP a A.\n# TYPE a gauge\na 1\n# HELP a A.\n# TYPE a gauge\n",
        "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
    ])
    func `the reader of these tests refuses what Prometheus would`(_ text: String) {
        #expect(throws: PrometheusText.Problem.self) { try PrometheusText(text) }
    }
}
