// The load generator must count truly whatever the server answers, and must always end.
import ForgeBench
import Foundation
import Testing

private let accepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"

/// Sends as many requests as there are answers, over one connection at a time.
private func report(of script: [Answer], _ change: (inout LoadOptions) -> Void = { _ in }) async throws -> LoadReport {
    var options = BenchFixture.load(port: try ScriptedServer.start(script), requests: script.count)
    options.connections = 1
    options.acknowledgedMax = 100
    options.goneAfter = 0.1
    change(&options)
    return try await LoadGenerator.runAside(options)
}

struct LoadGeneratorTests {
    @Test func `answers are counted by status, and only 2xx is acknowledged`() async throws {
        let busy = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\ncontent-length:4\r\n\r\nbusy"
        let limited = "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n"
        let known = "HTTP/1.1 200 OK\r\nContent-Length:   2\r\n\r\n{}"
        let found = try await report(of: [.keep(accepted), .keep(busy), .keep(known), .keep(limited), .keep(accepted)])
        #expect(found.end == .requests)
        #expect(found.statuses == [202: 2, 503: 1, 200: 1, 429: 1])
        #expect(found.acknowledged == [0, 2, 4])
        #expect(found.acknowledgedCount == 3 && found.failures == 2 && found.broken == 0)
    }

    @Test func `an answer in pieces, and one after an interim answer, are each one answer`() async throws {
        let pieces = ["HTTP/1.1 20", "2 Accepted\r\nContent-Le", "ngth: 5\r\n\r", "\nhel", "lo"]
        let interim = "HTTP/1.1 100 Continue\r\n\r\n" + accepted
        let found = try await report(of: [.pieces(pieces), .keep(interim), .keep(accepted)])
        #expect(found.statuses == [202: 3] && found.broken == 0)
    }

    @Test func `a connection that the server closes is made again, and nothing is sent twice`() async throws {
        let closing = "HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        let chunked = "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        let found = try await report(of: [.close(closing), .close(accepted), .keep(accepted), .close(chunked), .keep(accepted)])
        #expect(found.answered == 5 - found.broken && found.broken <= 1, "a close without notice may meet the next request on its way")
        #expect(found.statuses.keys.sorted() == [202])
        #expect(Set(found.acknowledged).count == found.acknowledged.count)
    }

    @Test func `a request whose connection ends without an answer is broken, not acknowledged`() async throws {
        let found = try await report(of: [
            .keep(accepted), .close(""), .keep(accepted), .close("HTTP/1.1 202 Acc"), .close("nonsense\r\n\r\n"),
        ])
        #expect(found.acknowledged == [0, 2])
        #expect(found.broken == 3 && found.answered == 2 && found.sent == 5)
        #expect(found.nextSequence == 5)
    }

    @Test func `the run ends with what it has when the server is gone`() async throws {
        let found = try await report(of: [.keep(accepted), .close(accepted)]) { $0.requestsMax = nil }
        #expect(found.end == .serverGone)
        #expect(found.acknowledged == [0, 1])
    }

    @Test func `the run ends at its limit when the server never answers`() async throws {
        let found = try await report(of: [.keep(""), .keep(accepted)]) { $0.limit = 0.2 }
        #expect(found.end == .limit)
        #expect(found.sent == 1 && found.answered == 0)
        #expect(found.idleShare > 0.5, "it had nothing to do but wait")
    }

    @Test func `acknowledgements beyond what the caller keeps are counted`() async throws {
        let found = try await report(of: [.keep(accepted), .keep(accepted), .keep(accepted)]) { $0.acknowledgedMax = 2 }
        #expect(found.acknowledged == [0, 1] && found.acknowledgedCount == 3)
    }

    @Test func `a server stopped under load leaves no acknowledged request unstored`() async throws {
        try await BenchFixture.withFolder { folder in
            let (run, report) = try await BenchFixture.withBareServer(in: folder) { port in
                _ = try await LoadGenerator.runAside(BenchFixture.load(port: port, requests: 50))
                var options = BenchFixture.load(port: port, requests: 1)
                options.requestsMax = nil
                options.firstSequence = 50
                options.acknowledgedMax = 1_000_000
                options.goneAfter = 0.1
                return Task { [options] in try await LoadGenerator.runAside(options) }
            }
            let load = try await run.value
            #expect(load.end == .serverGone)
            #expect(load.acknowledged.allSatisfy { $0 >= 50 } && Set(load.acknowledged).count == load.acknowledgedCount)
            #expect(report.rows >= 50 + load.acknowledgedCount)
        }
    }

    @Test func `warm-up is answered but not measured`() async throws {
        try await BenchFixture.withFolder { folder in
            let (load, _) = try await BenchFixture.withBareServer(in: folder) { port in
                var options = BenchFixture.load(port: port, requests: 1)
                options.requestsMax = nil
                options.warmup = 0.1
                options.duration = 0.1
                var load = try await LoadGenerator.runAside(options)
                // On a busy machine nothing at all may be answered in a tenth of a second.
                while load.measured == 0 && options.duration < 10 {
                    options.duration *= 4
                    load = try await LoadGenerator.runAside(options)
                }
                return load
            }
            #expect(load.end == .time)
            #expect(load.measured > 0 && load.measured < load.answered)
            #expect(load.seconds >= 0.1 && load.requestsPerSecond > 0)
            let latency = load.latency
            #expect(latency.p50 <= latency.p90 && latency.p90 <= latency.p99 && latency.p99 <= latency.p999 && latency.p999 <= latency.max)
        }
    }

    @Test(arguments: ["a\r\nX-Other: b", "a\u{0}b"])
    func `a header that would break the request apart is refused`(value: String) {
        var options = BenchFixture.load(port: 1, requests: 1)
        options.headers = [LoadHeader("X-Test", value)]
        #expect(throws: BenchError.self) { try LoadGenerator.run(options) }
    }
}

struct IdentifierTests {
    @Test func `identifiers are GUIDs, the same for the same seed and sequence, and otherwise distinct`() {
        let first = (0..<20_000).map { LoadGenerator.identifier(seed: 1, sequence: $0) }
        let second = (0..<20_000).map { LoadGenerator.identifier(seed: 2, sequence: $0) }
        #expect(Set(first + second).count == 40_000)
        #expect(first[7] == LoadGenerator.identifier(seed: 1, sequence: 7))
        #expect(first.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/) != nil })
    }
}
