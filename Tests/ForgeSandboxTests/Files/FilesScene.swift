// A worktree in a folder of its own, with something beside it that nobody may reach: the canary. Both ways to resolve a path, and both ways to
// write a file, are walked by every test that asks for them.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Testing

struct FilesScene {
    let folder: TemporaryFolder
    let files: WorkFolder

    static let canary = "the canary sings"

    /// Everything that a kernel or a file system may lack, on and off.
    static let allWays: [Ways] = [Ways(kernel: true, unnamed: true), Ways(kernel: false, unnamed: false)]

    struct Ways: Sendable, CustomTestStringConvertible {
        var kernel: Bool
        var unnamed: Bool

        var testDescription: String { (kernel ? "openat2" : "steps") + (unnamed ? ", unnamed" : ", named") }

        var options: WorkFolderOptions {
            var options = WorkFolderOptions()
            options.usesKernelResolution = kernel
            options.usesUnnamedFiles = unnamed
            return options
        }
    }

    static func with<Answer>(
        _ ways: Ways = allWays[0], _ texts: [String: String] = [:], _ work: (FilesScene) async throws -> Answer
    ) async throws -> Answer {
        try await TemporaryFolder.with { folder in
            try FileManager.default.createDirectory(atPath: folder.path(of: "tree"), withIntermediateDirectories: false)
            try FileManager.default.createDirectory(atPath: folder.path(of: "outside"), withIntermediateDirectories: false)
            try Data(canary.utf8).write(to: URL(filePath: folder.path(of: "outside/canary")))
            let scene = FilesScene(folder: folder, files: try WorkFolder(folder.path(of: "tree"), options: ways.options))
            for (path, text) in texts { try scene.put(path, Array(text.utf8)) }
            return try await work(scene)
        }
    }

    func real(_ path: String) -> String { folder.path(of: "tree/\(path)") }

    /// Beside all that is tested.
    func put(_ path: String, _ bytes: [UInt8]) throws {
        let url = URL(filePath: real(path))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: real(path), withDestinationPath: target)
    }

    func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: real(path)))) }

    func isThere(_ path: String) -> Bool { (try? FileManager.default.attributesOfItem(atPath: real(path))) != nil }

    /// That nothing outside was touched.
    func expectCanary(_ location: SourceLocation = #_sourceLocation) throws {
        let outside = folder.path(of: "outside")
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == ["canary"], sourceLocation: location)
        #expect(try String(contentsOfFile: "\(outside)/canary", encoding: .utf8) == Self.canary, sourceLocation: location)
    }

    /// Every name in the tree, hidden ones too.
    func allNames() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path(of: "tree")).sorted()
    }
}

/// The error of a call that has to fail.
func failure(_ work: () async throws -> Void, _ location: SourceLocation = #_sourceLocation) async -> WorkFileError? {
    do {
        try await work()
        Issue.record("it did not fail", sourceLocation: location)
        return nil
    } catch {
        return error as? WorkFileError
    }
}

// The calls that most tests make, in few words. They throw anything, since a test is no place to tell errors apart by type.
extension FilesScene {
    func text(_ path: String) async throws -> String {
        String(decoding: try await files.read(RepositoryPath(path), bytesMax: 1 << 20).bytes, as: UTF8.self)
    }

    func kind(_ path: String) async throws -> WorkEntry.Kind? { try await files.entry(RepositoryPath(path))?.kind }

    func paths(_ folder: String? = nil, depth: Int = 100, includesIgnored: Bool = false) async throws -> [String] {
        let listed = try await files.list(
            folder.map { RepositoryPath($0) }, depth: depth, includesIgnored: includesIgnored, entriesMax: 100_000)
        return listed.entries.map(\.path.text)
    }

    func found(_ search: WorkSearch) async throws -> WorkMatches { try await files.search(search) }
}
