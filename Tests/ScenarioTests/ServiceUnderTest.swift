// The real program as a child process, on a folder of its own: what a person would start. It is killed and its folder removed when the
// test lets go of it.

import ForgeCore
import ForgeCrypto
import ForgeStore
import ForgeSystem
import ForgeTestSupport
import Foundation

struct TestFailure: Error, CustomStringConvertible {
    var description: String
}

/// The `forge` that was built with these tests.
enum Program {
    static let path = URL(filePath: ProcessFacts.executablePath).deletingLastPathComponent().appending(path: "forge").path

    /// Runs it to its end.
    static func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:], in workingFolder: String? = nil
    ) throws -> (code: Int32, output: String, errors: String) {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = environment
        if let workingFolder { process.currentDirectoryURL = URL(filePath: workingFolder) }
        let folder = URL.temporaryDirectory.appending(path: "forge-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files rather than pipes: nothing can fill up and wait.
        let names = ["in", "out", "err"].map { folder.appending(path: $0) }
        try Data(input.utf8).write(to: names[0])
        for name in names[1...] { try Data().write(to: name) }
        process.standardInput = try FileHandle(forReadingFrom: names[0])
        process.standardOutput = try FileHandle(forWritingTo: names[1])
        process.standardError = try FileHandle(forWritingTo: names[2])
        try process.runAlone()
        process.waitUntilExit()
        let texts = try names[1...].map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
        let isSignal = process.terminationReason == .uncaughtSignal
        return (isSignal ? 128 + process.terminationStatus : process.terminationStatus, texts[0], texts[1])
    }

    /// Runs it on a terminal of its own (by script, which Debian always has), and gives what that shows.
    static func runOnTerminal(_ arguments: String, environment: [String: String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/script")
        process.arguments = ["-q", "-e", "-c", "\(path) \(arguments)", "/dev/null"]
        process.environment = environment.merging(["TERM": "xterm", "PATH": "/usr/bin:/bin"]) { own, _ in own }
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.runAlone()
        let shown = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw TestFailure(description: "'\(arguments)' ended with \(process.terminationStatus)")
        }
        return String(decoding: shown, as: UTF8.self)
    }
}

final class ServiceUnderTest {
    static let secret = String(repeating: "5", count: 40)
    static let sentrySecret = String(repeating: "7", count: 40)
    static let pathToken = String(repeating: "a1", count: 20)

    let folder: URL
    private(set) var port = 0
    private(set) var process: Process?

    var settingsPath: String { folder.appending(path: "server.yml").path }
    var dataPath: String { folder.appending(path: "data").path }
    var logPath: String { folder.appending(path: "log").path }
    var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    /// `github` are more members of that section, such as `app_id: 7`.
    init(moreSettings: String = "", github: [String] = []) throws {
        folder = URL.temporaryDirectory.appending(path: "forge-scenario-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appending(path: "data"), withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: logPath))
        for (name, text) in ["github": Self.secret, "sentry": Self.sentrySecret, "glitchtip": Self.pathToken] {
            let file = folder.appending(path: name)
            try Data(text.utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        }
        let settings = """
            listen: 127.0.0.1:0
            data: \(folder.path)/data
            github: {\((["webhook_secrets_file: \(folder.path)/github"] + github).joined(separator: ", "))}
            trackers:
              - {name: errors, kind: sentry, base_url: "https://sentry.example.com", client_secret_file: \(folder.path)/sentry}
              - {name: front, kind: glitchtip, base_url: "https://glitchtip.example.com", path_token_file: \(folder.path)/glitchtip}
            \(moreSettings)
            """
        try Data(settings.utf8).write(to: URL(filePath: settingsPath))
    }

    deinit {
        if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }

    /// Starts `forge serve` and waits until it accepts requests. Its log goes to `logPath` unless said otherwise.
    func start(logTo handle: FileHandle? = nil) throws {
        let process = Process()
        process.executableURL = URL(filePath: Program.path)
        process.arguments = ["serve", "--config", settingsPath, "--print-address"]
        process.environment = ["PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": CompiledRules.folder]
        let output = Pipe()
        process.standardOutput = output
        let log = try FileHandle(forWritingTo: URL(filePath: logPath))
        try log.seekToEnd()
        process.standardError = handle ?? log
        process.standardInput = FileHandle.nullDevice
        try process.runAlone()
        self.process = process
        var reader = LineReader(descriptor: output.fileHandleForReading.fileDescriptor)
        guard let line = try reader.next(), let port = String(decoding: line, as: UTF8.self).split(separator: ":").last.flatMap({ Int($0) })
        else { throw TestFailure(description: "the service did not start: \(self.log)") }
        self.port = port
        withExtendedLifetime(output) {}
    }

    /// Its exit code, or 128 and the signal that ended it.
    @discardableResult func end(with signal: Int32) -> Int32 {
        guard let process else { return -1 }
        kill(process.processIdentifier, signal)
        return waitForEnd()
    }

    @discardableResult func waitForEnd() -> Int32 {
        guard let process else { return -1 }
        process.waitUntilExit()
        self.process = nil
        return process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
    }

    /// One request over a connection of its own.
    func send(
        _ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8] = []
    ) throws -> (status: Int, head: String, body: String) {
        var head = "\(method) \(path) HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: \(body.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        return try Self.parts(of: exchange(Array((head + "\r\n").utf8) + body))
    }

    /// Raw bytes out, all that comes back until the other side closes.
    func exchange(_ request: [UInt8]) throws -> [UInt8] { try LocalSocket.exchange(host: "127.0.0.1", port: port, request: request) }

    static func parts(of answer: [UInt8]) throws -> (status: Int, head: String, body: String) {
        let text = String(decoding: answer, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n"), let status = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw TestFailure(description: "no HTTP answer: \(text.prefix(200))")
        }
        return (status, String(text[..<end.lowerBound]), String(text[end.upperBound...]))
    }

    func github(
        _ event: String, _ body: String, delivery: String = UUID().uuidString, secret: String = ServiceUnderTest.secret,
        headers: [String: String] = [:]
    ) throws -> (status: Int, head: String, body: String) {
        let bytes = Array(body.utf8)
        var all = [
            "x-github-event": event, "x-github-delivery": delivery, "content-type": "application/json",
            "x-hub-signature-256": Self.signature(of: bytes, secret: secret),
        ]
        for (name, value) in headers { all[name] = value }
        return try send("POST", "/webhooks/github", headers: all, body: bytes)
    }

    static func signature(of body: [UInt8], secret: String = ServiceUnderTest.secret) -> String {
        "sha256=" + Hex.encode(HMACKey(Array(secret.utf8)).authenticate(body))
    }

    /// The store beside the running service, as the command line opens it.
    func withStore<Result>(_ work: (SQLiteStore) async throws -> Result) async throws -> Result {
        let store = try SQLiteStore.open(
            folder: dataPath, options: SQLiteOptions(access: .shared), clock: .system, metrics: Metrics(), log: .silent)
        do {
            let result = try await work(store)
            await store.close()
            return result
        } catch {
            await store.close()
            throw error
        }
    }

    /// Waits until nothing is pending any more, by looking. The last look begins after the limit: on a busy machine an answer may be old
    /// by the time it is read.
    func settle(within limit: Duration = .seconds(30)) async throws {
        let end = ContinuousClock.now + limit
        try await withStore { store in
            while true {
                let isLast = ContinuousClock.now >= end
                if try await store.pendingDeliveries(after: nil, limit: 1).isEmpty { return }
                if isLast { throw TestFailure(description: "deliveries stay pending: \(self.log.suffix(2000))") }
                await Task.yield()
            }
        }
    }

    func run(_ words: String...) throws -> (code: Int32, output: String, errors: String) {
        try Program.run(words + ["--config", settingsPath])
    }
}
