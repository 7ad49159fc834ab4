// A repository made by the real git in a folder of its own, for tests of what reads repositories. It knows no user's settings and no hooks,
// so it is the same on every machine.

package import Foundation

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
        try GitProgram(in: path).text(arguments, input: Array(input ?? Data()))
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
