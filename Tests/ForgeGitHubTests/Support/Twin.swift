// An independent and stricter GitHub from beside the checkout, a Python program that checks each request against the official description.
// It is a second opinion, and left out where it or its Python is missing.

import ForgeCore
import ForgeCrypto
import ForgeHTTP
import ForgeTestSupport
import Foundation

@testable import ForgeGitHub

final class Twin: Sendable {
    struct Missing: Error {
        var why: String
    }

    let port: Int
    private let process: Process
    private let folder: URL
    private let http = HTTPClient()

    static let place: Result<(folder: String, python: String), Missing> = {
        let checkout = URL(filePath: #filePath).resolvingSymlinksInPath().appending(path: "../../../..").standardizedFileURL
        let folder = checkout.appending(path: "../shared/tools/twin").standardizedFileURL.path
        guard FileManager.default.fileExists(atPath: "\(folder)/github_twin.py") else {
            return .failure(Missing(why: "there is no twin beside the checkout"))
        }
        let pythons = [ProcessInfo.processInfo.environment["TWIN_PYTHON"], "/usr/bin/python3"].compactMap { $0 }
        for python in pythons where (try? run(python, ["-c", "import aiohttp, cryptography, graphql, jsonschema"])) != nil {
            return .success((folder, python))
        }
        return .failure(Missing(why: "no Python here has what the twin needs; TWIN_PYTHON names one"))
    }()

    /// Nil, with a line that says why, where there is none.
    static func start(_ options: String...) throws -> Twin? {
        if case .failure(let missing) = place {
            print("the second opinion on the GitHub client is left out: \(missing.why)")
            return nil
        }
        return try Twin(options)
    }

    private init(_ options: [String]) throws {
        let (source, python) = try Self.place.get()
        folder = FileManager.default.temporaryDirectory.appending(path: "forge-twin-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(Scene.signer.exported()).write(to: folder.appending(path: "app.der"))
        let script = """
            import sys
            from cryptography.hazmat.primitives import serialization as s
            k = s.load_der_private_key(open(sys.argv[1], "rb").read(), None)
            open(sys.argv[2], "wb").write(k.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo))
            """
        try Self.run(python, ["-c", script, folder.appending(path: "app.der").path, folder.appending(path: "app.pem").path])
        port = try ScriptedServer { TestClock.epoch }.port
        process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments =
            [
                "\(source)/github_twin.py", "--port", "\(port)", "--root", folder.appending(path: "github").path, "--app-id", "12345",
                "--public-key", folder.appending(path: "app.pem").path, "--webhook-secret", "s", "--max-seconds", "600",
            ] + options.flatMap { ["--opt", $0] }
        process.environment = ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.runAlone()
        // It says a line when it answers.
        guard !output.fileHandleForReading.availableData.isEmpty else { throw Missing(why: "the twin did not start") }
    }

    deinit {
        // Asked to end, it would wait for our connections to close.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        // It lies among the temporary files of this machine.
        try? FileManager.default.removeItem(at: folder)
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.runAlone()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Missing(why: "\(program) failed") }
    }

    var url: String { "http://127.0.0.1:\(port)" }

    func get(_ verb: String) async throws -> JSON {
        let answer = try await http.send(OutgoingRequest(.get, "\(url)/_twin/\(verb)"))
        guard answer.status == 200 else { throw Missing(why: "the twin answered \(answer.status)") }
        return try JSONParser.parse(answer.body).value
    }

    @discardableResult
    func control(_ verb: String, _ body: JSON) async throws -> JSON {
        let request = OutgoingRequest(
            .post, "\(url)/_twin/\(verb)", headers: [HeaderField("content-type", "application/json")], body: Array(body.text.utf8))
        let answer = try await http.send(request)
        let json = try JSONParser.parse(answer.body).value
        guard answer.status == 200, json["error"] == nil else { throw Missing(why: "the twin would not \(verb): \(json.text.prefix(400))") }
        return json["result"] ?? json
    }

    func fault(_ match: String, _ kind: String, times: Int64 = 1, extra: [JSON.Member] = []) async throws {
        try await control(
            "faults", .object([.init("match", .string(match)), .init("kind", .string(kind)), .init("times", .integer(times))] + extra))
    }

    /// What the official description forbids of all that was sent.
    func violations() async throws -> [String] {
        (try await get("violations")["violations"]?.array ?? []).map { $0.text }
    }
}
