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
