// The project's own files, read once for all rules: what git tracks or, where there is no git, the tree without what was built.
// Must never report a file the project does not own, and never write one.

import ForgeTestSupport
import Foundation

/// One file of the project, by its path from the root.
struct ProjectFile: Sendable {
    let path: String
    let bytes: [UInt8]

    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    var isSwift: Bool { path.hasSuffix(".swift") }
    var isMarkdown: Bool { path.hasSuffix(".md") }
    var isC: Bool { path.hasSuffix(".c") || path.hasSuffix(".h") }

    /// Real bodies and expected outputs, kept byte for byte: rules about text leave them alone.
    var isFixture: Bool { path.contains("/Examples/") || path.contains("/Fixtures/") }

    /// A NUL in the first bytes is how git tells binary from text, too.
    var isText: Bool { !bytes.prefix(8_000).contains(0) }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}

enum Project {
    /// The folder that holds Package.swift, found from where this file was compiled.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let paths: [String] = (trackedPaths() ?? treePaths()).sorted()

    static let files: [ProjectFile] = paths.compactMap { path in
        // try? because a tracked file may be gone from the tree, or be a link to a folder: neither is text to check.
        guard let data = try? Data(contentsOf: root.appending(path: path)) else { return nil }
        return ProjectFile(path: path, bytes: [UInt8](data))
    }

    static let sources: [SwiftSource] = files.filter(\.isSwift).map { SwiftSource(path: $0.path, bytes: $0.bytes) }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    /// What git tracks, or nil when there is no git, or no repository it would read.
    private static func trackedPaths() -> [String]? {
        let git = Process()
        git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        git.arguments = ["git", "-c", "safe.directory=*", "-C", root.path, "ls-files", "-z"]
        let output = Pipe()
        git.standardOutput = output
        git.standardError = FileHandle.nullDevice
        // try? because a machine without git is answered by walking the tree instead.
        guard (try? git.runAlone()) != nil else { return nil }
        let listed = output.fileHandleForReading.readDataToEndOfFile()
        git.waitUntilExit()
        guard git.terminationStatus == 0, !listed.isEmpty else { return nil }
        return listed.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Every file below the root but those in folders that are built, or belong to a tool.
    static func treePaths() -> [String] {
        let skipped: Set<String> = [".build", ".git", ".swiftpm", ".vscode", "data"]
        guard let walk = FileManager.default.enumerator(atPath: root.path) else { return [] }
        var found: [String] = []
        while let path = walk.nextObject() as? String {
            let isFolder = walk.fileAttributes?[.type] as? FileAttributeType == .typeDirectory
            if skipped.contains(String(path.split(separator: "/").last ?? "")) {
                if isFolder { walk.skipDescendants() }
            } else if !isFolder {
                found.append(path)
            }
        }
        return found
    }
}
