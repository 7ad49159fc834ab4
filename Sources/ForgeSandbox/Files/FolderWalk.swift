// Everything beneath a folder, in the order of the bytes of the paths, read as it is asked for. It must never follow a symlink, enter a git
// directory, or hold a folder open between two questions: a tree may be as deep as paths are long.

import CSandbox
import ForgeCore

struct FolderWalk: Sendable {
    struct Item: Sendable {
        var path: [UInt8]
        var kind: FileFacts.Kind
    }

    struct Options: Sendable {
        var includesIgnored = false
        /// How far down; 1 is what stands right in the folder.
        var depth = Int.max
        /// Whether folders are items, too.
        var showsFolders = true
        /// Whether this folder is not even entered.
        var skips: (@Sendable (_ folder: [UInt8]) -> Bool)?
    }

    private let top: TopFolder
    private let options: Options
    /// The next one last.
    private var waiting: [Waiting] = []

    private struct Waiting {
        var item: Item
        var entersIt = false
        var depth: Int
        var ignores: IgnoreChain?
    }

    /// What is ignored is left out below `folder` only: who names an ignored folder wants to see into it.
    init(_ top: TopFolder, beneath folder: ArraySlice<[UInt8]>, _ options: Options) throws(SystemRefusal) {
        self.top = top
        self.options = options
        var ignores: IgnoreChain?
        if !options.includesIgnored {
            for depth in 0..<folder.count { ignores = Self.ignores(above: ignores, top, folder.prefix(depth)) }
        }
        try enter(Array(folder.joined(separator: [UInt8(ascii: "/")])), depth: 1, ignores)
    }

    mutating func next() -> Item? {
        while let next = waiting.popLast() {
            guard next.entersIt else { return next.item }
            // A folder that has gone meanwhile, or is none any more, has nothing in it.
            try? enter(next.item.path, depth: next.depth, next.ignores)
        }
        return nil
    }

    private mutating func enter(_ folder: [UInt8], depth: Int, _ above: IgnoreChain?) throws(SystemRefusal) {
        var ignores = above
        let readsIgnores = !options.includesIgnored
        let names = try FolderNames.read(try top.open(folder, forge_for_names)) { file in
            if readsIgnores { ignores = IgnoreChain.extend(above, with: Self.text(of: file), folder: folder) }
        }
        var found: [(key: [UInt8], waiting: Waiting)] = []
        found.reserveCapacity(names.count)
        for name in names {
            let path = folder.isEmpty ? name.bytes : folder + [UInt8(ascii: "/")] + name.bytes
            let isFolder = name.kind == .folder
            if let ignores, ignores.ignores(path, isFolder: isFolder) { continue }
            if isFolder, options.skips?(path) == true { continue }
            let item = Item(path: path, kind: name.kind)
            if !isFolder || options.showsFolders { found.append((name.bytes, Waiting(item: item, depth: depth))) }
            // What is in it comes where its paths belong, which is not right behind it: `a`, `a.b`, `a/b`.
            guard isFolder, depth < options.depth else { continue }
            let entering = Waiting(item: item, entersIt: true, depth: depth + 1, ignores: ignores)
            found.append((name.bytes + [UInt8(ascii: "/")], entering))
        }
        found.sort { $1.key.lexicographicallyPrecedes($0.key) }
        waiting += found.map(\.waiting)
    }

    private static func ignores(above: IgnoreChain?, _ top: TopFolder, _ folder: ArraySlice<[UInt8]>) -> IgnoreChain? {
        let path = Array(folder.joined(separator: [UInt8(ascii: "/")]))
        // Without such a file, which is usual, nothing is said.
        guard let file = try? top.open(folder + [Array(".gitignore".utf8)], forge_for_reading) else { return above }
        return IgnoreChain.extend(above, with: text(of: file), folder: path)
    }

    private static func text(of file: borrowing OpenFile) -> [UInt8] {
        // One that cannot be read says nothing.
        guard let facts = try? FileFacts(of: file), facts.kind == .file else { return [] }
        var buffer = [UInt8](repeating: 0, count: min(facts.size, IgnoreFile.bytesRead))
        // Nor does one whose bytes cannot be read.
        let count = (try? file.read(into: &buffer, from: 0, to: buffer.count)) ?? 0
        return Array(buffer.prefix(count))
    }
}
