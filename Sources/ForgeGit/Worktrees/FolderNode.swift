// The files of a worktree as they were when they were looked at last: what a look compares with, and what trees are built from. A part that did
// not change keeps the name of its tree, so that a step after one change writes one tree for each folder above it and no more.

import CGit2

/// Used by one worktree, on its thread.
final class FolderNode {
    enum Child {
        case file(FileNode)
        case folder(FolderNode)
        /// Its folder stands there, empty, and is never looked into.
        case submodule(ObjectName)
        /// Not written out: it stays in every tree as the base has it.
        case awayFolder(ObjectName)
        case awayFile(EntryMode, ObjectName)
    }

    var children: [EntryName: Child]
    /// Nil when something here changed since it was written.
    var tree: ObjectName?
    /// What the base has at this place; nil when it has no folder here.
    let base: ObjectName?
    /// Not written out. Files may still have been made in it since.
    let isAway: Bool

    init(base: ObjectName?, isAway: Bool = false, children: [EntryName: Child] = [:], tree: ObjectName? = nil) {
        self.base = base
        self.isAway = isAway
        self.children = children
        self.tree = tree
    }

    /// Read once, when something here is new.
    private var baseEntries: [EntryName: TreeEntry]?

    func inBase(_ name: EntryName, _ store: ObjectStore) throws(GitError) -> TreeEntry? {
        guard let base else { return nil }
        if let baseEntries { return baseEntries[name] }
        let entries = Dictionary(try store.entries(of: base).map { ($0.name, $0) }) { first, _ in first }
        baseEntries = entries
        return entries[name]
    }

    /// Of all below.
    func forEachFile(_ body: (inout FileNode) -> Void) {
        children = children.mapValues { child in
            switch child {
            case .file(var file):
                body(&file)
                return .file(file)
            case .folder(let folder): folder.forEachFile(body)
            case .submodule, .awayFolder, .awayFile: break
            }
            return child
        }
    }
}

struct FileNode {
    var id: ObjectName
    var mode: EntryMode
    /// Nil when it has to be read again.
    var stamp: FileStamp?
    /// The base has a file of this path, so no `.gitignore` counts.
    var isInBase: Bool
}
