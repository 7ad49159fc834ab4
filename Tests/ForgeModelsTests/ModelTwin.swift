// The strict provider beside the checkout as a process of the test's own. It must never be the only proof of anything: where it or its Python
// is missing, the tests that ask it are left out with a line that says so.

import ForgeCore
import ForgeHTTP
import ForgeModels
import ForgeTestSupport
import Foundation

/// The program, while a test needs it.
final class ModelTwin: Sendable {
    private let process: ProcessHold
    private let port: Int
    private let client = HTTPClient()

    /// Nil, with a line that says why, where it cannot run.
    static func start(_ scenario: String) async throws -> ModelTwin? {
        let checkout = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "../..")
            .standardizedFileURL
        let source = checkout.appending(path: "../shared/tools/twin").standardizedFileURL.path
        let named = ProcessInfo.processInfo.environment["TWIN_PYTHON"]
        let python = [named, "/usr/bin/python3", "/usr/local/bin/python3"].compactMap { $0 }.first { python in
            FileManager.default.isExecutableFile(atPath: python)
                && (try? ProcessRun(python, ["-c", "import aiohttp, jsonschema"], in: "/"))?.code == 0
        }
        guard FileManager.default.fileExists(atPath: "\(source)/model_twin.py"), let python else {
            print("left out: no model_twin beside the checkout, or no Python that can run it (TWIN_PYTHON names one)")
            return nil
        }
        return try ModelTwin(source, python, scenario)
    }

    private init(_ source: String, _ python: String, _ scenario: String) throws {
        // One that was free a moment ago.
        port = try ModelStandIn().port
        process = try ProcessHold(python, source, port: port, scenario: scenario)
    }

    var url: String { "http://127.0.0.1:\(port)" }

    func model(_ wire: ModelWire) -> PatientModel {
        let endpoint = ModelEndpoint(wire, baseURL: url, key: Secret(Array(ModelStandIn.key.utf8)))
        let wall = WallClock { Timestamp(milliseconds: 0) }
        let name = wire == .anthropic ? "claude-opus-5" : "gpt-5"
        var policy = RetryPolicy()
        policy.backoff = Backoff(base: .milliseconds(1), cap: .milliseconds(1))
        let one = StreamedModel(name, at: endpoint, client: client, clock: ContinuousClock(), wall: wall)
        return PatientModel([one], policy: policy, clock: ContinuousClock(), jitter: TestJitter.fixed(0))
    }

    func control(_ method: String, _ verb: String, _ body: JSON? = nil) async throws -> JSON {
        let url = "\(url)/_twin/\(verb)"
        let headers = [HeaderField("content-type", "application/json")]
        let answer = try await client.send(OutgoingRequest(method == "GET" ? .get : .post, url, headers: headers, body: body?.utf8 ?? []))
        return try JSONParser.parse(answer.body).value
    }
}

/// Ends the process and removes its scenario when nobody needs it any more.
private final class ProcessHold: @unchecked Sendable {
    // Only touched in `init` and `deinit`.
    private let process = Process()
    private let folder: URL

    init(_ python: String, _ source: String, port: Int, scenario: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "forge-model-twin-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(scenario.utf8).write(to: folder.appending(path: "story.py"))
        process.executableURL = URL(filePath: python)
        process.currentDirectoryURL = URL(filePath: source)
        process.arguments = [
            "model_twin.py", "--port", "\(port)", "--scenario", folder.appending(path: "story.py").path, "--max-seconds", "600",
            "--api-key", ModelStandIn.key,
        ]
        process.environment = ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": source]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.runAlone()
        // It says where it listens once it does.
        guard !output.fileHandleForReading.availableData.isEmpty else { throw CocoaError(.fileReadUnknown) }
    }

    deinit {
        if process.isRunning { process.terminate() }
        // What stays lies among the temporary files.
        try? FileManager.default.removeItem(at: folder)
    }
}
