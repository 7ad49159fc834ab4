// The objects of a mirror, to read trees and files from and to write new ones to: bytes in, names out. No filter, attribute or configuration of
// a repository has a say.

import CGit2
import ForgeCore

struct TreeEntry {
    var name: EntryName
    var mode: EntryMode
    var id: ObjectName
}

/// Used on one thread.
final class ObjectStore {
    let repository: GitHandle
    private let database: GitHandle

    init(_ repository: GitHandle) throws(GitError) {
        self.repository = repository
        database = try unsafe GitHandle("git_repository_odb", git_odb_free) { unsafe git_repository_odb($0, repository.raw) }
    }

    // MARK: Reading

    func tree(_ name: ObjectName) throws(GitError) -> GitHandle {
        var id = name.id
        return try unsafe GitHandle("git_tree_lookup", git_tree_free) { unsafe git_tree_lookup($0, repository.raw, &id) }
    }

    /// Of a commit.
    func root(of commit: CommitSHA) throws(GitError) -> ObjectName {
        let commit = try handle(of: commit)
        return unsafe ObjectName(git_commit_tree_id(commit.raw).pointee)
    }

    func handle(of commit: CommitSHA) throws(GitError) -> GitHandle {
        var id = try commit.objectID()
        return try unsafe GitHandle("git_commit_lookup", git_commit_free) { unsafe git_commit_lookup($0, repository.raw, &id) }
    }

    func entries(of name: ObjectName) throws(GitError) -> [TreeEntry] {
        let tree = try tree(name)
        let count = unsafe git_tree_entrycount(tree.raw)
        return (0..<count).compactMap { number in
            unsafe git_tree_entry_byindex(tree.raw, number).flatMap { unsafe TreeEntry($0) }
        }
    }

    /// Nil when the tree has no such entry.
    func entry(_ name: EntryName, in tree: ObjectName) throws(GitError) -> TreeEntry? {
        let tree = try self.tree(tree)
        return unsafe git_tree_entry_byname(tree.raw, name.raw).flatMap { unsafe TreeEntry($0) }
    }

    /// Nil when there is nothing of that path.
    func entry(at path: RepositoryPath, in root: ObjectName) throws(GitError) -> TreeEntry? {
        var found: TreeEntry?
        var tree = root
        for part in path.bytes.split(separator: 0x2F, omittingEmptySubsequences: false) {
            if let last = found {
                guard last.mode == .folder else { return nil }
                tree = last.id
            }
            guard let next = try entry(EntryName(part), in: tree) else { return nil }
            found = next
        }
        return found
    }

    func withContent<Answer>(
        of name: ObjectName, _ body: (UnsafeRawBufferPointer) throws(GitError) -> Answer
    ) throws(GitError) -> Answer {
        var id = name.id
        let blob = try unsafe GitHandle("git_blob_lookup", git_blob_free) { unsafe git_blob_lookup($0, repository.raw, &id) }
        defer { withExtendedLifetime(blob) {} }
        return try unsafe body(UnsafeRawBufferPointer(start: git_blob_rawcontent(blob.raw), count: Int(git_blob_rawsize(blob.raw))))
    }

    /// Without reading it.
    func size(of name: ObjectName) throws(GitError) -> Int {
        var id = name.id
        var size = 0
        var kind = GIT_OBJECT_BLOB
        try check("git_odb_read_header", unsafe git_odb_read_header(&size, &kind, database.raw, &id))
        return size
    }

    // MARK: Writing

    /// Written unless it is there already.
    func write(_ bytes: [UInt8], _ kind: git_object_t) throws(GitError) -> ObjectName {
        var id = git_oid()
        try check("git_odb_write", unsafe git_odb_write(&id, database.raw, bytes, bytes.count, kind))
        return ObjectName(id)
    }

    /// Its name alone.
    func name(of bytes: [UInt8]) throws(GitError) -> ObjectName {
        var id = git_oid()
        try check("git_odb_hash", unsafe git_odb_hash(&id, bytes, bytes.count, GIT_OBJECT_BLOB))
        return ObjectName(id)
    }

    /// The trees of a folder and of all below that changed. Git knows no empty folder, so one is nil.
    func writeTree(of node: FolderNode) throws(GitError) -> ObjectName? {
        if let tree = node.tree { return tree }
        var entries: [(key: [UInt8], mode: EntryMode, id: ObjectName)] = []
        for (name, child) in node.children {
            switch child {
            case .file(let file): entries.append((name.bytes, file.mode, file.id))
            case .folder(let folder):
                guard let tree = try writeTree(of: folder) else { continue }
                entries.append((name.bytes + [0x2F], .folder, tree))
            case .submodule(let id): entries.append((name.bytes, .submodule, id))
            case .awayFolder(let id): entries.append((name.bytes + [0x2F], .folder, id))
            case .awayFile(let mode, let id): entries.append((name.bytes, mode, id))
            }
        }
        guard !entries.isEmpty else { return nil }
        // The order in which trees are: a folder's name counts with a slash behind it.
        entries.sort { $0.key.lexicographicallyPrecedes($1.key) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.count * 48)
        for (key, mode, id) in entries {
            bytes += Array("\(mode.text) ".utf8)
            bytes += mode == .folder ? key.dropLast() : key[...]
            bytes.append(0)
            id.append(to: &bytes)
        }
        let tree = try write(bytes, GIT_OBJECT_TREE)
        node.tree = tree
        return tree
    }

    func emptyTree() throws(GitError) -> ObjectName { try write([], GIT_OBJECT_TREE) }
}

extension TreeEntry {
    fileprivate init?(_ entry: OpaquePointer) {
        guard let name = unsafe git_tree_entry_name(entry), let id = unsafe git_tree_entry_id(entry) else { return nil }
        self.name = unsafe EntryName(name)
        self.id = unsafe ObjectName(id.pointee)
        mode = EntryMode(unsafe git_tree_entry_filemode(entry))
    }
}
