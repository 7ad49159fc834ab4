// One program run to its end from a test, with its input and output in files: neither side can wait for the other.

import Foundation

package struct ProcessRun: Sendable {
    package var code: Int32
    package var output: [UInt8]
    package var errors: String

    package init(
        _ program: String, _ arguments: [String], in folder: String, environment: [String: String] = ["PATH": "/usr/bin:/bin"],
        input: [UInt8] = []
    ) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = environment
        let scratch = URL.temporaryDirectory.appending(path: "forge-run-\(UUID().uuidString)")
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
        code = process.terminationStatus
        output = Array(try Data(contentsOf: files[1]))
        errors = String(decoding: try Data(contentsOf: files[2]), as: UTF8.self)
    }
}
