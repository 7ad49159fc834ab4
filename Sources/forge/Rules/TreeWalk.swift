// Every file below some folders, in the order of their paths. It must never follow a symlink, so it neither leaves a folder nor runs in a
// circle, and it holds no more than the names in the folders that it is in.

import ForgeCore
import ForgeSystem

/// A file or folder on the way.
struct WalkedPath: Hashable, Sendable {
    /// What opens it: any bytes.
    var bytes: [UInt8]
    /// What rules about paths are asked about: from the folder where the command was called, or where the walk began when that is elsewhere.
    var inRepository: RepositoryPath
    /// Named by the person who called, and not found on the way: a symlink is followed here.
    var isNamed = false

    var shown: String { RepositoryPath(bytes: bytes).shown }
}

struct TreeWalk: Sendable {
    enum Item: Sendable {
        case file(WalkedPath)
        case unreadable(WalkedPath, SystemError)
    }

    /// What stood in the way and was left alone.
    struct Skipped: Sendable, Equatable {
        var symlinks = 0
        /// Pipes, sockets, devices.
        var others = 0
    }

    private(set) var skipped = Skipped()
    /// What is still to be walked, the next one last.
    private var waiting: [Waiting] = []

    private struct Waiting {
        var path: WalkedPath
        var isFolder: Bool
    }

    /// Throws when one of the paths is not there, or nothing that can be walked or read.
    init(_ paths: [String]) throws(SystemError) {
        for path in paths.reversed() {
            let bytes = Self.withoutTrailingSlashes(Array(path.utf8))
            let kind = try Files.facts(bytes, followsSymlink: true).kind
            guard kind == .file || kind == .folder else {
                throw SystemError(call: "scan", subject: path, number: 0, message: "neither a file nor a folder")
            }
            waiting.append(Waiting(path: Self.named(bytes, isFolder: kind == .folder), isFolder: kind == .folder))
        }
    }

    mutating func next() -> Item? {
        while let next = waiting.popLast() {
            guard next.isFolder else { return .file(next.path) }
            do throws(SystemError) {
                try enter(next.path)
            } catch {
                return .unreadable(next.path, error)
            }
        }
        return nil
    }

    private mutating func enter(_ folder: WalkedPath) throws(SystemError) {
        var found: [(order: [UInt8], entry: Waiting)] = []
        for entry in try Files.entries(of: folder.bytes) {
            let isFolder = entry.kind == .folder
            switch entry.kind {
            case .symlink: skipped.symlinks += 1
            case .other: skipped.others += 1
            case .file, .folder:
                guard entry.name != Self.gitName else { continue }
                // As git sorts: a folder's name goes on with a slash.
                let order = isFolder ? entry.name + [Self.slash] : entry.name
                found.append((order, Waiting(path: Self.path(of: entry.name, in: folder), isFolder: isFolder)))
            }
        }
        found.sort { $1.order.lexicographicallyPrecedes($0.order) }
        waiting += found.map(\.entry)
    }

    private static let slash = UInt8(ascii: "/")
    private static let dot: [UInt8] = [UInt8(ascii: ".")]
    /// A repository's own data; of a worktree or a submodule a file of this name points there.
    private static let gitName = Array(".git".utf8)

    private static func path(of name: [UInt8], in folder: WalkedPath) -> WalkedPath {
        WalkedPath(bytes: joined(folder.bytes, name), inRepository: RepositoryPath(bytes: joined(folder.inRepository.bytes, name)))
    }

    private static func joined(_ folder: [UInt8], _ name: [UInt8]) -> [UInt8] {
        if folder == dot || folder.isEmpty { return name }
        return folder.last == slash ? folder + name : folder + [slash] + name
    }

    private static func withoutTrailingSlashes(_ path: [UInt8]) -> [UInt8] {
        guard let last = path.lastIndex(where: { $0 != slash }) else { return path.isEmpty ? dot : [slash] }
        return Array(path[...last])
    }

    /// `src` is below the folder of the call, and so are the paths in it; `/tmp/x` and `../x` are a tree of their own.
    private static func named(_ bytes: [UInt8], isFolder: Bool) -> WalkedPath {
        var parts = bytes.split(separator: slash, omittingEmptySubsequences: true).filter { Array($0) != dot }
        if bytes.first == slash || parts.contains(where: { Array($0) == dot + dot }) { parts = isFolder ? [] : Array(parts.suffix(1)) }
        return WalkedPath(bytes: bytes, inRepository: RepositoryPath(bytes: Array(parts.joined(separator: [slash]))), isNamed: true)
    }
}
