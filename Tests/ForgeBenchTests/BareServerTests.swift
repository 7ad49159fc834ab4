// The bare loop is a limit worth comparing with only if it does its four things: verify, store, sync, answer.
import ForgeBench
import Foundation
import Testing

struct BareServerTests {
    @Test func `every request is stored once, answered 202, and shares its fsync with others`() async throws {
        try await BenchFixture.withFolder { folder in
            let (load, report) = try await BenchFixture.withBareServer(in: folder) { port in
                try await LoadGenerator.runAside(BenchFixture.load(port: port, requests: 400))
            }
            #expect(load.statuses == [202: 400])
            #expect(report.rows == 400 && report.repeats == 0 && report.refused == 0 && report.failed == 0)
            #expect(report.syncs >= report.commits, "a commit without an fsync is no commit")
            #expect(report.commits < 400 && report.groupMax > 1, "eight requests at once never shared a commit")
            #expect(try occurrences(of: BenchFixture.body, in: folder.appendingPathComponent("bare.sqlite")) == 400)
        }
    }

    @Test func `what was acknowledged is still there in the next process, and known as a repeat`() async throws {
        try await BenchFixture.withFolder { folder in
            _ = try await BenchFixture.withBareServer(in: folder) { port in
                try await LoadGenerator.runAside(BenchFixture.load(port: port, requests: 100))
            }
            let (again, report) = try await BenchFixture.withBareServer(in: folder) { port in
                try await LoadGenerator.runAside(BenchFixture.load(port: port, requests: 150))
            }
            #expect(again.statuses == [200: 100, 202: 50])
            #expect(report.rows == 50 && report.repeats == 100)
        }
    }

    @Test(arguments: [
        [], [LoadHeader("X-Hub-Signature-256", "sha256=" + String(repeating: "0", count: 64))],
        [LoadHeader("X-Hub-Signature-256", String(BenchFixture.signature.dropFirst(7)))],
        [LoadHeader("X-Hub-Signature-256", BenchFixture.signature.uppercased())],
    ])
    func `a body without the right signature is answered 401 and not stored`(headers: [LoadHeader]) async throws {
        try await BenchFixture.withFolder { folder in
            let (load, report) = try await BenchFixture.withBareServer(in: folder) { port in
                let body = LoadBody(bytes: BenchFixture.body, headers: headers)
                return try await LoadGenerator.runAside(BenchFixture.load(port: port, requests: 20, bodies: [body]))
            }
            #expect(load.statuses == [401: 20])
            #expect(report.rows == 0 && report.refused == 20)
        }
    }

    @Test func `a body that comes in several pieces is verified and stored like one that comes at once`() async throws {
        try await BenchFixture.withFolder { folder in
            // 300,000 times "a": larger than what the connection reads at once. The digest is from `openssl dgst -sha256 -hmac`.
            let body = LoadBody(
                bytes: [UInt8](repeating: 0x61, count: 300_000), headers: [LoadHeader("X-Hub-Signature-256", "sha256=" + largeDigest)])
            let (load, report) = try await BenchFixture.withBareServer(in: folder) { port in
                try await LoadGenerator.runAside(BenchFixture.load(port: port, requests: 40, bodies: [body, BenchFixture.signedBody]))
            }
            #expect(load.statuses == [202: 40])
            #expect(report.rows == 40)
            #expect(load.bytesSent > 20 * 300_000)
        }
    }

    @Test(arguments: [true, false], [true, false])
    func `the ways to store that are compared all keep every row through checkpoints`(apart: Bool, between: Bool) async throws {
        try await BenchFixture.withFolder { folder in
            let change: (inout BareServerOptions) -> Void = { options in
                options.bodyApart = apart
                options.checkpointBetween = between
                options.poolThreads = 2
                options.pageBytes = 4096
                options.checkpointBytes = 64 << 10
            }
            let (load, report) = try await BenchFixture.withBareServer(in: folder, change) { port in
                try await LoadGenerator.runAside(BenchFixture.load(port: port, requests: 1500))
            }
            #expect(load.statuses == [202: 1500])
            #expect(report.rows == 1500)
            #expect(report.checkpoints > 0)
            #expect(try occurrences(of: BenchFixture.body, in: folder.appendingPathComponent("bare.sqlite")) == 1500)
        }
    }

    @Test func `a folder that is not there is an error that says so`() {
        let options = BareServerOptions(folder: "/nonexistent", secret: [1])
        #expect(throws: BenchError(attempt: "run the bare loop", detail: "open the database: unable to open database file")) {
            try BareServer.run(options)
        }
    }

    @Test func `a page size that SQLite would silently replace is refused`() {
        var options = BareServerOptions(folder: "/nonexistent", secret: [1])
        options.pageBytes = 10_000
        #expect(throws: BenchError.self) { try BareServer.run(options) }
    }

    @Test func `the child's last line reads back as its report`() {
        var report = BareReport()
        report.rows = 12
        report.syncs = 3
        report.groupMax = 7
        #expect(BareReport(line: report.line) == report)
        #expect(BareReport(line: report.line + "\n") == report)
        #expect(BareReport(line: "rows=1") == nil)
        #expect(BareReport(line: report.line.replacing("rows=12", with: "rows=x")) == nil)
    }
}

private let largeDigest = "511439259da91f82aaaad5aa9b34d0465bc082ccf0950d0b0b14f0c2c76ab247"

private func occurrences(of needle: [UInt8], in file: URL) throws -> Int {
    let content = try Data(contentsOf: file)
    let sought = Data(needle)
    var count = 0
    var from = content.startIndex
    while let found = content.range(of: sought, in: from..<content.endIndex) {
        count += 1
        from = found.upperBound
    }
    return count
}
