// The git of this machine, to hold our own reading of paths and patches against. It must never see the settings of whoever runs the tests.

import Foundation

package struct GitProgram: Sendable {
    package let folder: String

    /// In a folder that is there already.
    package init(in folder: String) { self.folder = folder }

    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// The program's output; exit codes besides the expected ones are failures.
    @discardableResult
    package func run(_ arguments: [String], input: [UInt8] = [], codes: Set<Int32> = [0]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/git")
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = [
            "PATH": "/usr/bin:/bin", "HOME": folder, "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@example.com", "GIT_AUTHOR_DATE": "1700000000 +0000", "GIT_COMMITTER_DATE": "1700000000 +0000",
        ]
        // Files in place of pipes: neither side can wait for the other.
        let scratch = URL.temporaryDirectory.appending(path: "forge-git-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: false)
        // What cannot be removed lies in the temporary folder, where it harms nobody.
        defer { try? FileManager.default.removeItem(at: scratch) }
        let files = ["input", "output", "errors"].map { scratch.appending(path: $0) }
        try Data(input).write(to: files[0])
        for file in files.dropFirst() { try Data().write(to: file) }
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.runAlone()
        process.waitUntilExit()
        guard codes.contains(process.terminationStatus) else {
            let errors = String(decoding: try Data(contentsOf: files[2]), as: UTF8.self)
            throw Failure(description: "git \(arguments.joined(separator: " ")) ended with \(process.terminationStatus): \(errors)")
        }
        return Array(try Data(contentsOf: files[1]))
    }

    /// The output without its last line feed.
    package func text(_ arguments: [String], input: [UInt8] = []) throws -> String {
        let output = try run(arguments, input: input)
        return String(decoding: output.last == 0x0A ? output.dropLast() : output[...], as: UTF8.self)
    }
}
