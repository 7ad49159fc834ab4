// A folder that is there while a test needs it. It is a scope and no object with an end of its own, since Swift may end an object as soon
// as it is used for the last time, with a database still open in the folder.
import Foundation

package struct TemporaryFolder: Sendable {
    package let path: String

    package func path(of name: String) -> String { "\(path)/\(name)" }

    /// Runs the work with a new, empty folder, and removes the folder however the work ends.
    package static func with<Answer>(_ work: (TemporaryFolder) async throws -> Answer) async throws -> Answer {
        let url = FileManager.default.temporaryDirectory.appending(path: "forge-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        // A folder that a test has removed itself is as good as removed.
        defer { try? FileManager.default.removeItem(at: url) }
        return try await work(TemporaryFolder(path: url.path()))
    }
}
