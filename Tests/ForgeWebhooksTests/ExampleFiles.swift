// The bodies that tests read: the project's own Examples, and the corpora that a developer may have beside the project.

import Foundation

enum ExampleFiles {
    struct File: Sendable, CustomStringConvertible {
        /// `pull_request.opened.draft`, without the folder and `.json`.
        let name: String
        let bytes: [UInt8]

        var description: String { name }
        /// What comes before the first dot: GitHub's event, Sentry's resource.
        var kind: String { String(name.prefix { $0 != "." }) }
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A sender's Examples, in the order of their names; none when there is no such folder.
    static func examples(of sender: String) -> [File] {
        files(in: root.appendingPathComponent("Webhooks/\(sender)/Examples"))
    }

    /// A folder of the corpora: in `../shared`, or in `$FORGE_SHARED`. Nil, with a line that says so, when it is not there.
    static func corpus(_ folder: String) -> URL? {
        let named = ProcessInfo.processInfo.environment["FORGE_SHARED"].map { URL(fileURLWithPath: $0) }
        let shared = named ?? root.deletingLastPathComponent().appendingPathComponent("shared")
        let place = shared.appendingPathComponent("corpora/\(folder)")
        guard FileManager.default.fileExists(atPath: place.path) else {
            print("skipped: there is no corpus at \(place.path)")
            return nil
        }
        return place
    }

    static func folders(in folder: URL) -> [URL] {
        names(in: folder).map { folder.appendingPathComponent($0) }.filter(\.hasDirectoryPath)
    }

    static func files(in folder: URL) -> [File] {
        let names = names(in: folder).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(".json".count)) }
        return names.sorted().compactMap { name in
            FileManager.default.contents(atPath: folder.appendingPathComponent("\(name).json").path).map {
                File(name: name, bytes: Array($0))
            }
        }
    }

    private static func names(in folder: URL) -> [String] {
        // A folder that is not there has no files.
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? []
    }
}
