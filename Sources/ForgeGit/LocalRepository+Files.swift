// Single files of a commit or of the index, whole and bounded.

import CGit2
package import ForgeCore

extension LocalRepository {
    /// Nil when there is no file of that path, or it has more bytes than `bytesMax`.
    package func file(_ path: RepositoryPath, at commit: CommitSHA, bytesMax: Int) throws(GitError) -> [UInt8]? {
        guard let tree = try tree(of: commit), let name = cString(path) else { return nil }
        var found: OpaquePointer?
        let status = unsafe git_tree_entry_bypath(&found, tree.raw, name)
        if status == GIT_ENOTFOUND.rawValue { return nil }
        try check("git_tree_entry_bypath", status)
        defer { unsafe git_tree_entry_free(found) }
        guard unsafe git_tree_entry_type(found) == GIT_OBJECT_BLOB else { return nil }
        return try blob(unsafe git_tree_entry_id(found).pointee, bytesMax: bytesMax)
    }

    /// As it would be committed now.
    package func stagedFile(_ path: RepositoryPath, bytesMax: Int) throws(GitError) -> [UInt8]? {
        guard let name = cString(path) else { return nil }
        let index = try unsafe GitHandle("git_repository_index", git_index_free) { unsafe git_repository_index($0, repository.raw) }
        guard let entry = unsafe git_index_get_bypath(index.raw, name, 0) else { return nil }
        return try blob(unsafe entry.pointee.id, bytesMax: bytesMax)
    }

    /// The files that stand right in these folders, in the tree that a range leads to. Of a work tree it is what the index knows: what only
    /// the work tree has is new, and so in the diff.
    package func files(in folders: Set<RepositoryPath>, of range: DiffRange) throws(GitError) -> Set<RepositoryPath> {
        guard !folders.isEmpty else { return [] }
        switch range {
        case .commits(_, let head): return try committedFiles(in: folders, of: head)
        case .staged, .workTree: return Set(try unsafe indexedPaths().filter { folders.contains($0.parent) })
        }
    }

    /// Whether a file or folder is on either side of a range; of a work tree what the index knows.
    package func knows(_ path: RepositoryPath, in range: DiffRange) throws(GitError) -> Bool {
        switch range {
        case .commits(let base, let head):
            if try has(path, head) { return true }
            return try has(path, base)
        case .staged(let base), .workTree(let base):
            if try isIndexed(path) { return true }
            return try has(path, base)
        }
    }

    private func has(_ path: RepositoryPath, _ commit: CommitSHA?) throws(GitError) -> Bool {
        guard let tree = try tree(of: commit), let name = cString(path) else { return false }
        var found: OpaquePointer?
        let status = unsafe git_tree_entry_bypath(&found, tree.raw, name)
        defer { unsafe git_tree_entry_free(found) }
        if status == GIT_ENOTFOUND.rawValue { return false }
        try check("git_tree_entry_bypath", status)
        return true
    }

    private func isIndexed(_ path: RepositoryPath) throws(GitError) -> Bool {
        guard let name = cString(path), let folder = cString(RepositoryPath(bytes: path.bytes + [0x2F])) else { return false }
        let index = try unsafe GitHandle("git_repository_index", git_index_free) { unsafe git_repository_index($0, repository.raw) }
        var place = 0
        return unsafe git_index_find(&place, index.raw, name) == 0 || git_index_find_prefix(&place, index.raw, folder) == 0
    }

    private func committedFiles(in folders: Set<RepositoryPath>, of commit: CommitSHA) throws(GitError) -> Set<RepositoryPath> {
        guard let root = try tree(of: commit) else { return [] }
        var files: Set<RepositoryPath> = []
        for folder in folders {
            guard let tree = try subtree(folder, of: root) else { continue }
            for index in 0..<(unsafe git_tree_entrycount(tree.raw)) {
                guard let entry = unsafe git_tree_entry_byindex(tree.raw, index), unsafe git_tree_entry_type(entry) == GIT_OBJECT_BLOB,
                    let name = unsafe git_tree_entry_name(entry)
                else { continue }
                let path = unsafe RepositoryPath(text: name)
                files.insert(RepositoryPath(bytes: folder.bytes + (folder.bytes.isEmpty ? [] : [0x2F]) + path.bytes))
            }
        }
        return files
    }

    /// Nil when there is no such folder.
    private func subtree(_ folder: RepositoryPath, of root: GitHandle) throws(GitError) -> GitHandle? {
        if folder.bytes.isEmpty { return root }
        guard let name = cString(folder) else { return nil }
        var found: OpaquePointer?
        let status = unsafe git_tree_entry_bypath(&found, root.raw, name)
        if status == GIT_ENOTFOUND.rawValue { return nil }
        try check("git_tree_entry_bypath", status)
        defer { unsafe git_tree_entry_free(found) }
        guard unsafe git_tree_entry_type(found) == GIT_OBJECT_TREE else { return nil }
        return try unsafe GitHandle("git_tree_lookup", git_tree_free) {
            unsafe git_tree_lookup($0, repository.raw, git_tree_entry_id(found))
        }
    }

    /// All that the index knows, of which `isWanted` says so.
    func indexedPaths(where isWanted: (git_index_entry) -> Bool = { _ in true }) throws(GitError) -> [RepositoryPath] {
        let index = try unsafe GitHandle("git_repository_index", git_index_free) { unsafe git_repository_index($0, repository.raw) }
        return (0..<(unsafe git_index_entrycount(index.raw))).compactMap { number in
            guard let entry = unsafe git_index_get_byindex(index.raw, number), unsafe isWanted(entry.pointee),
                let name = unsafe entry.pointee.path
            else { return nil }
            return unsafe RepositoryPath(text: name)
        }
    }

    private func blob(_ id: git_oid, bytesMax: Int) throws(GitError) -> [UInt8]? {
        var id = id
        let blob = try unsafe GitHandle("git_blob_lookup", git_blob_free) { unsafe git_blob_lookup($0, repository.raw, &id) }
        let size = Int(unsafe git_blob_rawsize(blob.raw))
        guard size <= bytesMax else { return nil }
        return unsafe Array(UnsafeRawBufferPointer(start: git_blob_rawcontent(blob.raw), count: size))
    }
}

/// Nil when the path holds a zero byte, which no path in a tree does.
private func cString(_ path: RepositoryPath) -> [CChar]? {
    path.bytes.contains(0) ? nil : path.bytes.map { CChar(bitPattern: $0) } + [0]
}
