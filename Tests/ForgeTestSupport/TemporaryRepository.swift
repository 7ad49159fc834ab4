// A repository made by the real git in a folder of its own, for tests of what reads repositories. It knows no user's settings and no hooks,
// so it is the same on every machine.

package import Foundation
import Testing

package final class TemporaryRepository: Sendable {
    package let path: String

    /// An empty one on branch `main`; `removes` says whether the folder goes with the object.
    package init(_ arguments: [String] = []) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("forge-repository-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try git(["init", "-q", "-b", "main"] + arguments)
    }

    deinit {
        // A folder that stays behind is no reason to fail a test.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// What git prints, without its last line end. A failing git fails the test.
    @discardableResult
    package func git(_ arguments: [String], input: Data? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "-C", path] + arguments
        process.environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": path, "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "Author", "GIT_AUTHOR_EMAIL": "author@example.com",
            "GIT_COMMITTER_NAME": "Author", "GIT_COMMITTER_EMAIL": "author@example.com", "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
            "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
        ]
        let output = Pipe()
        let complaints = Pipe()
        let source = Pipe()
        process.standardOutput = output
        process.standardError = complaints
        process.standardInput = source
        try process.runAlone()
        source.fileHandleForWriting.write(input ?? Data())
        try source.fileHandleForWriting.close()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        let said = complaints.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(
            process.terminationStatus == 0, "git \(arguments.joined(separator: " ")): \(String(decoding: said, as: UTF8.self))")
        let text = String(decoding: printed, as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    package func write(_ name: String, _ text: String) throws {
        try write(name, Data(text.utf8))
    }

    package func write(_ name: String, _ bytes: Data) throws {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try bytes.write(to: url)
    }

    package func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }

    /// Everything there is, as one commit; its SHA.
    @discardableResult
    package func commit(_ message: String = "Change") throws -> String {
        try git(["add", "-A"])
        try git(["commit", "-q", "--allow-empty", "-m", message])
        return try git(["rev-parse", "HEAD"])
    }
}
