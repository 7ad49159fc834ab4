// A bare loop in this process, on a folder of its own and a free port, and the load that fits it. It ends with the closure, whatever the
// closure does, and by its own limit otherwise.
import Dispatch
import ForgeBench
import Foundation

enum BenchFixture {
    static let secret = "It's a Secret to Everybody"
    /// GitHub's published example of a signed payload.
    static let body = Array("Hello, World!".utf8)
    static let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    static var signedBody: LoadBody { LoadBody(bytes: body, headers: [LoadHeader("X-Hub-Signature-256", signature)]) }

    /// Requests for a server at `port`, ended by their number.
    static func load(port: UInt16, requests: Int, bodies: [LoadBody] = [signedBody]) -> LoadOptions {
        var options = LoadOptions(port: port, path: "/webhooks/github", bodies: bodies)
        options.connections = 8
        options.warmup = 0
        options.duration = 20
        options.requestsMax = requests
        return options
    }

    /// Runs `use` with a folder that is removed after it.
    static func withFolder<Value>(_ use: (URL) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("forge-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A folder left behind in the temporary directory harms no later test.
        return try await use(folder)
    }

    /// Runs `use` with the port of a bare loop; returns what it returned and the loop's report.
    static func withBareServer<Value: Sendable>(
        in folder: URL, _ change: (inout BareServerOptions) -> Void = { _ in }, use: (UInt16) async throws -> Value
    ) async throws -> (Value, BareReport) {
        let announce = Pipe()
        let stop = Pipe()
        var options = BareServerOptions(folder: folder.path, secret: Array(secret.utf8))
        options.announceFile = announce.fileHandleForWriting.fileDescriptor
        options.stopFile = stop.fileHandleForReading.fileDescriptor
        options.limit = 60
        change(&options)
        async let served = serve(options)
        let line = await firstWords(from: announce.fileHandleForReading)
        guard let port = UInt16(line.split(separator: "\n").first ?? "") else {
            throw BenchError(attempt: "start the bare loop", detail: "it announced \(line)")
        }
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await use(port)) } catch { outcome = .failure(error) }
        try stop.fileHandleForWriting.close()
        let report = try await served
        return (try outcome.get(), report)
    }

    /// Waits for them on a thread of its own: the tests' threads are few, and the loop is yet to be started by one of them.
    private static func firstWords(from file: FileHandle) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "announced").async {
                continuation.resume(returning: String(decoding: file.availableData, as: UTF8.self))
            }
        }
    }

    /// The loop blocks its thread, so it gets one that no other task waits for.
    private static func serve(_ options: BareServerOptions) async throws -> BareReport {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "bare").async {
                continuation.resume(with: Result { try BareServer.run(options) })
            }
        }
    }
}
