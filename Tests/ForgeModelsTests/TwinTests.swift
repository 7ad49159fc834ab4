// The same conversations with an independent and stricter provider, from beside the checkout: a Python program that checks each request against
// the official types and compares the prompts byte for byte. Where it or its Python is missing, the second opinion is left out with a line
// that says so.

import ForgeCore
import ForgeHTTP
import ForgeModels
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct TwinTests {
    private static let scenario = """
        from scenario import *

        def respond(c):
            step = c.memory.setdefault("step", 0)
            c.memory["step"] += 1
            if step < 6:
                calls = [tool_use("edit_file", {"path": "a%d.py" % n, "text": "é\\n" * step}) for n in range(12 if step == 3 else step % 2 + 1)]
                return [text("Step %d: \\u00e9\\U0001F600 \\"quoted\\"." % step)] + calls
            return text("Done.")
        """

    private static let faults = [
        "overloaded", "rate_limit", "500", "502", "reset", "cut_tool_use", "cut_text", "no_stop", "error_event", "bad_arguments",
    ]

    @Test(arguments: ModelWire.allCases) func `an independent provider has nothing to object to, and finds the prompts stable`(
        wire: ModelWire
    ) async throws {
        guard let twin = try await ModelTwin.start(Self.scenario) else { return }
        let model = twin.model(wire)
        try await Self.converse(model)
        for fault in Self.faults {
            _ = try await twin.control("POST", "faults", ["kind": .string(fault), "times": 1, "skip": 1, "retry_after": 0])
            try await Self.converse(model)
        }
        let violations = try await twin.control("GET", "violations")
        #expect(violations["violations"]?.array?.isEmpty == true, "\(violations.prettyText)")
        let report = try await twin.control("GET", "report")
        #expect(report["all_stable"]?.bool == true && report["conversations_with_more_calls"]?.integer ?? 0 > 1, "\(report.prettyText)")
    }

    @Test(arguments: ModelWire.allCases) func `what never helps is told as what it is`(wire: ModelWire) async throws {
        guard let twin = try await ModelTwin.start(Self.scenario) else { return }
        func kind(_ fault: String) async throws -> ModelError.Kind? {
            _ = try await twin.control("POST", "faults", ["kind": .string(fault), "times": 1])
            do throws(ModelError) {
                _ = try await twin.model(wire).reply(to: Self.request([.material("Go on, \(fault).")])) { _ in }
                return nil
            } catch {
                return error.kind
            }
        }
        #expect(try await kind("401") == .unauthorized)
        #expect(try await kind("rate_limit_no_header") == (wire == .anthropic ? .spent : nil), "others are asked again")
        let long = Self.request([.material(String(repeating: "word ", count: 300_000))])
        let error = await #expect(throws: ModelError.self) { try await twin.model(wire).reply(to: long) { _ in } }
        #expect(error?.kind == .tooLarge, "\(error?.message ?? "")")
        _ = try await twin.control("POST", "faults", ["kind": "refusal", "times": 1])
        #expect(try await twin.model(wire).reply(to: Self.request([.material("No?")])) { _ in }.stop == .refused)
        _ = try await twin.control("POST", "faults", ["kind": "max_tokens", "times": 1])
        #expect(try await twin.model(wire).reply(to: Self.request([.material("Long?")])) { _ in }.stop == .tokensMax)
    }

    private static func request(_ messages: [ModelMessage]) -> ModelRequest {
        let schema: JSON = [
            "type": "object", "properties": ["path": ["type": "string"], "text": ["type": "string"]], "required": ["path"],
            "additionalProperties": false,
        ]
        let tool = ModelTool(name: "edit_file", summary: "Edits a file.", schema: schema)
        return ModelRequest(role: "lead", system: "You mend programs.", tools: [tool], messages: messages, answerTokensMax: 4_000)
    }

    /// To its end, whatever goes wrong on the way.
    private static func converse(_ model: PatientModel) async throws {
        var messages: [ModelMessage] = [.material("Mend it, \(UUID()).")]
        for _ in 0..<20 {
            let reply = try await model.reply(to: request(messages)) { _ in }
            messages.append(.turn(reply.parts))
            guard reply.stop == .calls else {
                #expect(reply.text == "Done.")
                return
            }
            messages.append(.results(reply.calls.map { ToolResult(id: $0.id, text: "done", isError: $0.arguments == nil) }))
        }
        Issue.record("the conversation has no end")
    }
}

/// The program, while a test needs it.
private final class ModelTwin: Sendable {
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

    func model(_ wire: ModelWire) -> PatientModel {
        let endpoint = ModelEndpoint(wire, baseURL: "http://127.0.0.1:\(port)", key: Secret(Array("test-key".utf8)))
        let wall = WallClock { Timestamp(milliseconds: 0) }
        let name = wire == .anthropic ? "claude-opus-5" : "gpt-5"
        var policy = RetryPolicy()
        policy.backoff = Backoff(base: .milliseconds(1), cap: .milliseconds(1))
        let one = StreamedModel(name, at: endpoint, client: client, clock: ContinuousClock(), wall: wall)
        return PatientModel([one], policy: policy, clock: ContinuousClock(), jitter: TestJitter.fixed(0))
    }

    func control(_ method: String, _ verb: String, _ body: JSON? = nil) async throws -> JSON {
        let url = "http://127.0.0.1:\(port)/_twin/\(verb)"
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
