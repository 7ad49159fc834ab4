// Makes the files of a worktree those of a tree: all of them when it is opened, what differs when a step is brought back. Bytes are written as
// they are committed: no filter, no line ending, no hook has a say, and `.gitmodules` is a file like any other. Written here and not by the
// library's checkout, which looks at all of these.

import CGit2
import ForgeCore

/// Used once, on the worktree's thread.
final class TreeWriter {
    private struct Level {
        var folder: OpenFolder
        var node: FolderNode
        /// Ends in a slash, but for the top.
        var path: [UInt8]
        var depth: Int
        var isFresh: Bool
    }

    private let store: ObjectStore
    private let limits: WorktreeLimits
    /// Those that are written out, with what is below them; empty means all.
    private let folders: [[UInt8]]
    private var fileCount = 0
    private var byteCount = 0
    /// The base's entries that are no files of their own, and why.
    private(set) var leftAlone: [RepositoryPath: String] = [:]
    /// Files that stand for large ones kept elsewhere.
    private(set) var pointers: [RepositoryPath: ObjectName] = [:]

    init(_ store: ObjectStore, _ limits: WorktreeLimits, folders: [RepositoryPath]) {
        self.store = store
        self.limits = limits
        self.folders = folders.map { Array($0.bytes.reversed().drop { $0 == 0x2F }.reversed()) }
    }

    /// - Parameter isFresh: the folder was made for this, and nobody else knows of it yet: what is written is remembered as seen.
    func write(_ tree: ObjectName, to folder: OpenFolder, _ root: FolderNode, isFresh: Bool) throws(GitError) {
        try write(tree, Level(folder: folder, node: root, path: [], depth: 0, isFresh: isFresh))
        guard isFresh else { return }
        let moment = FileStamp.clock
        root.forEachFile { file in if file.stamp?.isSettled(at: moment) == false { file.stamp = nil } }
    }

    private func write(_ tree: ObjectName, _ level: Level) throws(GitError) {
        guard level.node.tree != tree else { return }
        guard level.depth <= limits.depthMax else { throw .limit(level.path, "folders lie deeper than \(limits.depthMax)") }
        level.node.tree = nil
        let entries = try store.entries(of: tree)
        let names = Set(entries.map(\.name))
        guard names.count == entries.count else { throw refusal(RepositoryPath(bytes: level.path)) }
        remove(but: names, level)
        for entry in entries {
            let place = RepositoryPath(bytes: level.path + entry.name.bytes)
            try check(entry, place)
            let inBase = try level.node.base == tree ? entry : level.node.inBase(entry.name, store)
            let isAway = level.node.isAway || (inBase?.mode == .folder && !isWanted(place))
            if isAway, let inBase, inBase.id == entry.id, inBase.mode == entry.mode {
                leaveAway(entry, place, level)
            } else if entry.mode == .folder {
                try writeFolder(entry, inBase, isAway: isAway && inBase != nil, place, level)
            } else {
                let isFile = inBase.map { $0.mode != .folder && $0.mode != .submodule } ?? false
                try writeEntry(entry, isInBase: isFile, place, level)
            }
        }
        level.node.tree = tree
    }

    /// What the tree does not have.
    private func remove(but names: Set<EntryName>, _ level: Level) {
        for (name, child) in level.node.children where !names.contains(name) {
            switch child {
            case .file, .folder: level.folder.remove(name)
            case .submodule, .awayFolder, .awayFile: break
            }
            level.node.children[name] = nil
        }
    }

    private func leaveAway(_ entry: TreeEntry, _ place: RepositoryPath, _ level: Level) {
        switch level.node.children[entry.name] {
        case .file, .folder: level.folder.remove(entry.name)
        case .submodule, .awayFolder, .awayFile, nil: break
        }
        level.node.children[entry.name] = entry.away
        if !level.node.isAway { leftAlone[place] = "a folder that is not among those to be written out" }
    }

    private func writeFolder(
        _ entry: TreeEntry, _ inBase: TreeEntry?, isAway: Bool, _ place: RepositoryPath, _ level: Level
    ) throws(GitError) {
        var below: FolderNode?
        if case .folder(let known) = level.node.children[entry.name] { below = known }
        if let tree = below?.tree, tree == entry.id { return }
        var open = below == nil ? nil : try level.folder.folder(entry.name)
        let isFresh = open == nil
        if isFresh {
            if !level.isFresh { level.folder.remove(entry.name) }
            open = try level.folder.createFolder(entry.name)
            below = FolderNode(base: inBase?.mode == .folder ? inBase?.id : nil, isAway: isAway)
        }
        guard let open, let below else { return }
        level.node.children[entry.name] = .folder(below)
        let path = place.bytes + [0x2F]
        try write(entry.id, Level(folder: open, node: below, path: path, depth: level.depth + 1, isFresh: isFresh && level.isFresh))
    }

    /// A file, a link or a submodule.
    private func writeEntry(_ entry: TreeEntry, isInBase: Bool, _ place: RepositoryPath, _ level: Level) throws(GitError) {
        switch level.node.children[entry.name] {
        case .file(let file) where file.id == entry.id && file.mode == entry.mode: return
        case .submodule(let id) where id == entry.id && entry.mode == .submodule: return
        default: if !level.isFresh { level.folder.remove(entry.name) }
        }
        if entry.mode == .submodule {
            _ = try level.folder.createFolder(entry.name)
            level.node.children[entry.name] = .submodule(entry.id)
            leftAlone[place] = "a submodule, of which only the place is there"
            return
        }
        let stamp = try writeFile(entry, place, level.folder)
        // Others may be at work in a folder that is not fresh: what is there now is read at the next look.
        let file = FileNode(id: entry.id, mode: entry.mode, stamp: level.isFresh ? stamp : nil, isInBase: isInBase)
        level.node.children[entry.name] = .file(file)
    }

    private func writeFile(_ entry: TreeEntry, _ place: RepositoryPath, _ folder: OpenFolder) throws(GitError) -> FileStamp? {
        try unsafe store.withContent(of: entry.id) { content throws(GitError) in
            byteCount += content.count
            guard byteCount <= limits.bytesMax else {
                throw GitError(.other, "limit", "its files have more than the \(limits.bytesMax) bytes that are written out")
            }
            if entry.mode == .link {
                try unsafe folder.createLink(entry.name, to: Array(content))
                return folder.facts(entry.name).map { FileStamp($0) }
            }
            if unsafe LargeFilePointer.isPointer(content) {
                pointers[place] = entry.id
                leftAlone[place] = "the pointer of a large file (LFS); its content is not here"
            }
            return try unsafe FileStamp(folder.createFile(entry.name, content, isExecutable: entry.mode == .executable))
        }
    }

    /// It is one of the folders, in one, or above one.
    private func isWanted(_ place: RepositoryPath) -> Bool {
        if folders.isEmpty { return true }
        let own = place.bytes + [0x2F]
        return folders.contains { own.starts(with: $0 + [0x2F]) || $0.starts(with: own) || $0 == place.bytes }
    }

    /// Names that lead elsewhere, or into what git keeps for itself. A tree may hold any bytes but zero.
    private func check(_ entry: TreeEntry, _ place: RepositoryPath) throws(GitError) {
        fileCount += 1
        guard fileCount <= limits.filesMax else {
            throw GitError(.other, "limit", "it has more than the \(limits.filesMax) files that are written out")
        }
        if fileCount.isMultiple(of: 256), Task.isCancelled { throw GitError(.cancelled, "checkout", "the checkout was cancelled") }
        let isEmpty = entry.name.raw.count < 2 || entry.name.raw.contains(0x2F)
        if isEmpty || NameRules.refusal(of: entry.name) != nil { throw refusal(place) }
    }

    private func refusal(_ place: RepositoryPath) -> GitError {
        GitError(.invalidName, "checkout", "an entry of it cannot be written out: \(place.shown)")
    }
}

/// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
enum LargeFilePointer {
    private static let bytesMax = 1_024
    private static let start = Array("version https://git-lfs.github.com/spec/".utf8)

    static func isPointer(_ content: UnsafeRawBufferPointer) -> Bool {
        unsafe content.count < bytesMax && content.starts(with: start)
    }
}
