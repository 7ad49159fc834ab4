// A service of its own in a temporary folder, as a child process: what the demonstration and the benches run against. It is stopped and
// its folder removed when its owner lets go of it.

import ForgeCore
import ForgeCrypto
import ForgeStore
import ForgeSystem

final class ScratchService {
    /// Everything in the folder but the data.
    private static let files = ["server.yml", "github-secret", "sentry-secret", "glitchtip-token"]

    let folder: String
    let secret: String
    let sentrySecret: String
    let pathToken: String
    private(set) var process: Int32 = 0
    private(set) var port = 0
    private var child: ChildProcess?

    var settingsPath: String { "\(folder)/server.yml" }
    var dataPath: String { "\(folder)/data" }

    /// Makes the folder, the secrets and the settings; starts nothing yet.
    init(prefix: String, gitHub: [String: String] = [:], moreSettings: String = "") throws {
        folder = try Files.createTemporaryFolder(prefix: prefix)
        secret = Hex.encode(try RandomBytes.system.generate(count: 20))
        sentrySecret = Hex.encode(try RandomBytes.system.generate(count: 20))
        pathToken = Hex.encode(try RandomBytes.system.generate(count: 20))
        try Files.createFolder("\(folder)/data")
        try Files.write(Array(secret.utf8), to: "\(folder)/github-secret", mode: 0o600)
        try Files.write(Array(sentrySecret.utf8), to: "\(folder)/sentry-secret", mode: 0o600)
        try Files.write(Array(pathToken.utf8), to: "\(folder)/glitchtip-token", mode: 0o600)
        try Files.write(
            Array(Self.settings(folder: folder, gitHub: gitHub, more: moreSettings).utf8), to: "\(folder)/server.yml", mode: 0o600)
    }

    private static func settings(folder: String, gitHub: [String: String], more: String) -> String {
        let keys = gitHub.sorted { $0.key < $1.key }.map { "\n  \($0.key): \($0.value)" }.joined()
        return """
            listen: 127.0.0.1:0
            data: \(folder)/data
            github:
              webhook_secrets_file: \(folder)/github-secret\(keys)
            trackers:
              - name: errors
                kind: sentry
                base_url: https://sentry.example.com
                client_secret_file: \(folder)/sentry-secret
                projects: [{project: checkout, repository: acme/checkout}]
              - name: front
                kind: glitchtip
                base_url: https://glitchtip.example.com
                path_token_file: \(folder)/glitchtip-token
                projects: [{project: Front, repository: acme/front}]
            \(more)

            """
    }

    /// Starts `forge serve` and waits until it says that it accepts requests.
    func start(silencesErrors: Bool) throws {
        let environment = ["PATH": Environment.current["PATH"] ?? "/usr/bin:/bin"]
        let started = try ChildProcess.start(
            ProcessFacts.executablePath, arguments: ["serve", "--config", settingsPath, "--print-address"], environment: environment,
            silencesErrors: silencesErrors)
        process = started.identifier
        var reader = LineReader(descriptor: started.output)
        let line = try reader.next().map { String(decoding: $0, as: UTF8.self) }
        child = consume started
        guard let port = line?.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw CommandFailure.failed("the service did not start")
        }
        self.port = port
    }

    /// Its exit code after SIGTERM.
    func stop() -> Int32 {
        guard var child = child.take() else { return 0 }
        child.send(SignalWatch.terminate)
        return child.wait()
    }

    func signature(of body: [UInt8]) -> String { "sha256=" + Hex.encode(HMACKey(Array(secret.utf8)).authenticate(body)) }

    func sentrySignature(of body: [UInt8]) -> String { Hex.encode(HMACKey(Array(sentrySecret.utf8)).authenticate(body)) }

    /// One request over a connection of its own; the status and the body of the answer.
    func send(_ method: String, _ path: String, headers: [HeaderField] = [], body: [UInt8] = []) throws -> (status: Int, body: String) {
        var head = "\(method) \(path) HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: \(body.count)\r\n"
        for header in headers { head += "\(header.name): \(header.value)\r\n" }
        let answer = try LocalSocket.exchange(host: "127.0.0.1", port: port, request: Array((head + "\r\n").utf8) + body)
        let text = String(decoding: answer, as: UTF8.self)
        let status = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) }
        guard let status, let end = text.range(of: "\r\n\r\n") else { throw CommandFailure.failed("no answer from the service") }
        return (status, String(text[end.upperBound...]))
    }

    deinit {
        child = nil
        Files.removeFolder(dataPath, files: SQLiteStore.fileNames)
        Files.removeFolder(folder, files: Self.files)
    }
}

extension String {
    /// The first place where this text stands.
    fileprivate func range(of text: String) -> Range<String.Index>? { ranges(of: text).first }
}
