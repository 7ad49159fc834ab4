// What scope is asked about, in one form: a tool call, a staged diff and the tree about to be pushed all become changes of files, beside the
// entries that are there besides. It must never judge one of them by other rules than the rest.

package import ForgeCore

/// An entry of a tree.
package struct TreeEntry: Hashable, Sendable {
    package var path: RepositoryPath
    package var mode: FileMode
    package var byteCount: Int?
    /// What git calls the object; two entries of one identifier have the same content.
    package var identifier: String?
    /// Of a symlink.
    package var target: [UInt8]?

    package init(path: RepositoryPath, mode: FileMode = .regular, byteCount: Int? = nil, identifier: String? = nil, target: [UInt8]? = nil)
    {
        self.path = path
        self.mode = mode
        self.byteCount = byteCount
        self.identifier = identifier
        self.target = target
    }
}

/// What a model asks to do with a file.
package enum ScopeCall: Hashable, Sendable {
    case write(RepositoryPath, content: [UInt8])
    case delete(RepositoryPath)
    case move(RepositoryPath, to: RepositoryPath)
    case setExecutable(RepositoryPath, Bool)
    case symlink(RepositoryPath, target: [UInt8])
}

package enum ScopeSubject: Sendable {
    case call(ScopeCall)
    case diff(Diff)
    /// The tree as it shall be; what it is compared with is the base that is given beside.
    case tree([TreeEntry])
}

extension ScopeCall {
    var change: FileChange {
        switch self {
        case .write(let path, let content):
            let side = FileSide(path: path, byteCount: content.count)
            let isBinary = content.prefix(8_000).contains(0)
            return FileChange(
                kind: .modified, old: FileSide(path: path), new: side, hunks: isBinary ? [] : [Self.added(content)],
                omitted: isBinary ? .binary : nil)
        case .delete(let path): return FileChange(kind: .deleted, old: FileSide(path: path), new: nil)
        case .move(let path, let other): return FileChange(kind: .renamed, old: FileSide(path: path), new: FileSide(path: other))
        case .setExecutable(let path, let isExecutable):
            let (old, new): (FileMode, FileMode) = isExecutable ? (.regular, .executable) : (.executable, .regular)
            return FileChange(kind: .modified, old: FileSide(path: path, mode: old), new: FileSide(path: path, mode: new))
        case .symlink(let path, let target):
            return FileChange(
                kind: .added, old: nil, new: FileSide(path: path, mode: .symlink, byteCount: target.count), hunks: [Self.added(target)])
        }
    }

    /// What the call reaches through, should it be a symlink.
    fileprivate var followed: Set<RepositoryPath> {
        switch self {
        case .write(let path, _), .setExecutable(let path, _): [path]
        case .delete, .move, .symlink: []
        }
    }

    private static func added(_ content: [UInt8]) -> Hunk {
        var lines = content.split(separator: Byte.newline, omittingEmptySubsequences: false)
        let hasLineFeed = lines.last?.isEmpty == true
        if hasLineFeed { lines.removeLast() }
        return Hunk(
            oldStart: 0, newStart: 1,
            lines: lines.enumerated().map { index, line in
                DiffLine(.added, old: nil, new: index + 1, text: line, hasLineFeed: hasLineFeed || index + 1 < lines.count)
            })
    }
}

/// The changes to judge, with what stands beside them.
struct ScopeScene {
    var changes: [FileChange]
    /// The whole tree afterwards, as far as it is known.
    private(set) var after: [RepositoryPath: FileMode] = [:]
    /// Of the symlinks in it.
    private(set) var targets: [RepositoryPath: [UInt8]] = [:]
    /// Paths that were not there before.
    private(set) var arrived: Set<RepositoryPath> = []

    /// Symlinks that a tool would write through; a diff that puts a file in the place of one does not.
    private(set) var follows: Set<RepositoryPath> = []

    init(_ subject: ScopeSubject, base: [TreeEntry]) {
        switch subject {
        case .call(let call):
            changes = [call.change]
            follows = call.followed.filter { path in base.contains { $0.path == path && $0.mode == .symlink } }
        case .diff(let diff): changes = Self.completed(diff.files, base)
        case .tree(let entries): changes = Self.changes(from: base, to: entries)
        }
        // A tool writes a path whether it is there or not.
        if case .call(.write(let path, _)) = subject, !base.contains(where: { $0.path == path }) { arrived.insert(path) }
        var baseTargets: [RepositoryPath: [UInt8]] = [:]
        for entry in base {
            place(entry.path, entry.mode, entry.target)
            baseTargets[entry.path] = entry.target
        }
        for change in changes where change.kind != .copied {
            if let old = change.old { after[old.path] = nil }
        }
        for change in changes {
            guard let new = change.new else { continue }
            if change.old?.path != new.path { arrived.insert(new.path) }
            place(new.path, new.mode, Self.target(of: change) ?? change.old.flatMap { baseTargets[$0.path] })
        }
        if case .tree(let entries) = subject {
            for entry in entries { place(entry.path, entry.mode, entry.target) }
        }
    }

    /// A patch does not tell the mode of what is only renamed or copied; the tree does.
    private static func completed(_ changes: [FileChange], _ base: [TreeEntry]) -> [FileChange] {
        let silent = changes.indices.filter { changes[$0].old?.path != changes[$0].new?.path && changes[$0].hunks.isEmpty }
        guard !silent.isEmpty, !base.isEmpty else { return changes }
        var modes: [RepositoryPath: FileMode] = [:]
        for entry in base { modes[entry.path] = entry.mode }
        var changes = changes
        for index in silent {
            guard let old = changes[index].old, changes[index].new?.mode == old.mode, let mode = modes[old.path] else { continue }
            changes[index].old?.mode = mode
            changes[index].new?.mode = mode
        }
        return changes
    }

    private mutating func place(_ path: RepositoryPath, _ mode: FileMode, _ target: [UInt8]?) {
        after[path] = mode
        targets[path] = mode == .symlink ? target ?? targets[path] : nil
    }

    /// A symlink's lines are its target.
    private static func target(of change: FileChange) -> [UInt8]? {
        guard change.new?.mode == .symlink, !change.hunks.isEmpty else { return nil }
        let lines = change.hunks.flatMap(\.lines).filter { $0.kind != .removed }
        return Array(lines.map { Array($0.text) }.joined(separator: [Byte.newline]))
    }

    private static func changes(from base: [TreeEntry], to tree: [TreeEntry]) -> [FileChange] {
        var before: [RepositoryPath: TreeEntry] = [:]
        for entry in base { before[entry.path] = entry }
        var changes: [FileChange] = []
        for entry in tree {
            let new = FileSide(path: entry.path, mode: entry.mode, byteCount: entry.byteCount)
            guard let old = before.removeValue(forKey: entry.path) else {
                changes.append(FileChange(kind: .added, old: nil, new: new))
                continue
            }
            // Without an identifier nobody knows whether it is the same.
            if old.mode == entry.mode, let identifier = old.identifier, identifier == entry.identifier { continue }
            let side = FileSide(path: old.path, mode: old.mode, byteCount: old.byteCount)
            let kind: ChangeKind = old.mode.isFile == entry.mode.isFile ? .modified : .typeChanged
            changes.append(FileChange(kind: kind, old: side, new: new))
        }
        changes += before.values.sorted { $0.path < $1.path }.map { entry in
            FileChange(kind: .deleted, old: FileSide(path: entry.path, mode: entry.mode, byteCount: entry.byteCount), new: nil)
        }
        return changes
    }
}
