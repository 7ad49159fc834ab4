// One look at the files of a worktree: what differs from the last look is read and gets a name, the rest is not touched. The tree is hostile:
// every step is by a folder held open, no link is followed, and what no repository may hold ends the look with the path and why.
//
// The races accepted: a file that changes while it is read is taken as it was read, and read again at the next look; what vanishes or becomes
// something else meanwhile is seen by the next look. What gets a name is always what is written to the mirror.

import CGit2
import ForgeCore

/// Used once, on the worktree's thread.
final class Look {
    /// Where the look is.
    struct Level {
        var folder: OpenFolder
        var node: FolderNode
        /// From the top, ending in a slash; empty at the top.
        var path: [UInt8]
        var depth: Int
        var ignores: IgnoreChain

        func path(of name: EntryName) -> RepositoryPath { RepositoryPath(bytes: path + name.bytes) }
    }

    let store: ObjectStore
    let limits: WorktreeLimits
    /// Whether what is read is written to the mirror; else it is only named.
    let keeps: Bool
    private var entryCount = 0
    var byteCount = 0

    init(_ store: ObjectStore, _ limits: WorktreeLimits, keeps: Bool = true) {
        self.store = store
        self.limits = limits
        self.keeps = keeps
    }

    /// True when anything is not as it was seen last.
    func look(at folder: OpenFolder, _ root: FolderNode) throws(GitError) -> Bool { try look(at: top(folder, root)) }

    /// At these paths and what is below them, and nothing else.
    func look(at paths: Set<RepositoryPath>, in folder: OpenFolder, _ root: FolderNode) throws(GitError) {
        for path in paths.sorted() { try look(at: path, below: top(folder, root)) }
    }

    private func top(_ folder: OpenFolder, _ root: FolderNode) -> Level {
        Level(folder: folder, node: root, path: [], depth: 0, ignores: IgnoreChain(folder))
    }

    private func look(at path: RepositoryPath, below top: Level) throws(GitError) {
        var level = top
        var passed = [(node: top.node, tree: top.node.tree)]
        top.node.tree = nil
        var hasChanged = false
        let parts = path.bytes.split(separator: 0x2F).map { EntryName($0) }
        for (index, part) in parts.enumerated() {
            if RepositoryShape.names.contains(part) {
                let folder = level.folder
                try checkShape(level) { folder.facts($0) != nil }
            }
            // Where there is no folder on the way, what there is instead is what changed.
            guard index < parts.count - 1, let below = try checkedEnter(part, level) else {
                hasChanged = try settle(part, kind: .other, level) || hasChanged
                break
            }
            hasChanged = hasChanged || below.isNew
            level = below.level
            passed.append((node: level.node, tree: level.node.tree))
            level.node.tree = nil
        }
        if parts.isEmpty { hasChanged = try look(at: top) }
        for (node, tree) in passed where !hasChanged { node.tree = tree }
    }

    private func checkedEnter(_ name: EntryName, _ level: Level) throws(GitError) -> (level: Level, isNew: Bool)? {
        try check(name, level)
        if case .submodule = level.node.children[name] { return nil }
        return try enter(name, level)
    }

    // MARK: Folders

    /// True when something here is not as the node said. A folder has no tree while it is looked at, and gets its own back when all of it was
    /// seen and nothing changed: a look that ends early has taken in some changes, which the next one does not see as such any more.
    private func look(at level: Level) throws(GitError) -> Bool {
        guard level.depth <= limits.depthMax else { throw .limit(level.path, "folders lie deeper than \(limits.depthMax)") }
        let entries = try level.folder.entries(countMax: limits.filesMax)
        if entries.contains(where: { $0.name == RepositoryShape.names[0] }) {
            let names = Set(entries.map(\.name))
            try checkShape(level) { names.contains($0) }
        }
        let tree = level.node.tree
        level.node.tree = nil
        var hasChanged = false
        let before = level.node.children
        var knownCount = 0
        for (name, kind) in entries {
            if before[name] != nil { knownCount += 1 }
            hasChanged = try settle(name, kind: kind, level) || hasChanged
        }
        // Counting tells whether something is gone; only then it is worth finding out what.
        if knownCount < before.count {
            let names = Set(entries.map(\.name))
            for name in before.keys where !names.contains(name) { hasChanged = try vanish(name, level.node) || hasChanged }
        }
        if !hasChanged { level.node.tree = tree }
        return hasChanged
    }

    /// Brings one entry of a folder up to date. True when it changed.
    private func settle(_ name: EntryName, kind: OpenFolder.Kind, _ level: Level) throws(GitError) -> Bool {
        try meet(name, level)
        if kind == .folder { return try settleFolder(name, level) }
        guard var facts = level.folder.facts(name) else { return try vanish(name, level.node) }
        if unsafe forge_git_is_folder(&facts) != 0 { return try settleFolder(name, level) }
        let isLink = unsafe forge_git_is_link(&facts) != 0
        // Pipes, sockets and devices are no part of any tree.
        let isFile = unsafe forge_git_is_file(&facts) != 0
        guard isLink || isFile else { return try vanish(name, level.node) }
        if isLink, let why = NameRules.refusal(of: name, isLink: true) { throw .refused(level.path(of: name), why) }
        return try settleFile(name, facts, isLink: isLink, level)
    }

    /// One more name, which a tree may have.
    func meet(_ name: EntryName, _ level: Level) throws(GitError) {
        entryCount += 1
        guard entryCount <= limits.filesMax else { throw .limit(level.path, "there are more than \(limits.filesMax) files") }
        if entryCount.isMultiple(of: 1_024), Task.isCancelled { throw GitError(.cancelled, "look", "looking at the files was cancelled") }
        try check(name, level)
    }

    private func settleFolder(_ name: EntryName, _ level: Level) throws(GitError) -> Bool {
        if case .submodule = level.node.children[name] {
            try inspectSubmodule(name, level)
            return false
        }
        guard let below = try enter(name, level) else { return try vanish(name, level.node) }
        let hasChanged = try look(at: below.level)
        return hasChanged || below.isNew
    }

    /// The folder of that name with its node, which is made when there is none. Nil when there is no such folder, or it is ignored.
    private func enter(_ name: EntryName, _ level: Level) throws(GitError) -> (level: Level, isNew: Bool)? {
        guard let folder = try level.folder.folder(name) else { return nil }
        var isNew = false
        let node: FolderNode
        switch level.node.children[name] {
        case .folder(let known) where known.base != nil: node = known
        case .awayFolder(let id):
            node = try unfold(id)
            level.node.children[name] = .folder(node)
        case let other:
            let base = try level.node.inBase(name, store).flatMap { $0.mode == .folder ? $0.id : nil }
            if base == nil, try level.ignores.isIgnored(name, isFolder: true) { return nil }
            if case .folder(let known) = other {
                node = known
            } else {
                isNew = true
                node = FolderNode(base: base)
                level.node.children[name] = .folder(node)
            }
        }
        let path = level.path + name.bytes + [0x2F]
        let ignores = IgnoreChain(folder, path: path, below: level.ignores)
        return (Level(folder: folder, node: node, path: path, depth: level.depth + 1, ignores: ignores), isNew)
    }

    /// A folder that was not written out, and in which something has been made since.
    private func unfold(_ id: ObjectName) throws(GitError) -> FolderNode {
        let node = FolderNode(base: id, isAway: true, tree: id)
        for entry in try store.entries(of: id) { node.children[entry.name] = entry.away }
        return node
    }

    // MARK: What is gone

    /// What is not on the disk (any more) is no part of the tree, but for what was not written out. True when that is news.
    func vanish(_ name: EntryName, _ node: FolderNode) throws(GitError) -> Bool {
        switch node.children[name] {
        case .submodule, .awayFolder, .awayFile, nil: return false
        case .file:
            node.children[name] = node.isAway ? try node.inBase(name, store)?.away : nil
            return true
        case .folder(let folder):
            let tree = folder.tree
            folder.tree = nil
            var hasChanged = false
            for below in folder.children.keys { hasChanged = try vanish(below, folder) || hasChanged }
            if !hasChanged { folder.tree = tree }
            guard folder.children.isEmpty else { return hasChanged }
            node.children[name] = nil
            return true
        }
    }

    // MARK: What is refused

    private func check(_ name: EntryName, _ level: Level) throws(GitError) {
        if let why = NameRules.refusal(of: name) { throw .refused(level.path(of: name), why) }
    }

    func checkShape(_ level: Level, _ has: (EntryName) -> Bool) throws(GitError) {
        guard RepositoryShape.isRepository(has) else { return }
        if let tree = level.node.base {
            let names = Set(try store.entries(of: tree).map(\.name))
            if RepositoryShape.isRepository({ names.contains($0) }) { return }
        }
        throw .refused(RepositoryPath(bytes: level.path.dropLast()), "it is a repository that the base does not have")
    }
}

extension TreeEntry {
    /// Not written out.
    var away: FolderNode.Child {
        switch mode {
        case .folder: .awayFolder(id)
        case .submodule: .submodule(id)
        case .file, .executable, .link: .awayFile(mode, id)
        }
    }
}

extension GitError {
    static func refused(_ path: RepositoryPath, _ why: String) -> GitError {
        GitError(.other, "refused", "\(path.bytes.isEmpty ? "the worktree" : path.shown) cannot be part of a commit: \(why)")
    }

    static func limit(_ path: some Collection<UInt8>, _ what: String) -> GitError {
        let bytes = Array(path)
        let place = RepositoryPath(bytes: bytes.last == 0x2F ? bytes.dropLast() : bytes)
        return GitError(.other, "limit", "\(place.bytes.isEmpty ? "the worktree" : place.shown): \(what)")
    }
}
