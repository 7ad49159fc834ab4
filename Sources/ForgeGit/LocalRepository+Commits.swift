// Questions about commits that reviews of a host's pull requests ask.

import CGit2
import ForgeCore

extension LocalRepository {
    /// Whether a commit is here; its trees and files are not looked at.
    func contains(_ commit: CommitSHA) throws(GitError) -> Bool {
        // Names of another length are those of another kind of repository.
        guard commit.description.utf8.count == 40 else { return false }
        var id = try commit.objectID()
        var found: OpaquePointer?
        let status = unsafe git_commit_lookup(&found, repository.raw, &id)
        defer { unsafe git_commit_free(found) }
        if status == GIT_ENOTFOUND.rawValue { return false }
        try check("git_commit_lookup", status)
        return true
    }

    /// A commit is its own ancestor, as for `git merge-base --is-ancestor`.
    func isAncestor(_ ancestor: CommitSHA, of commit: CommitSHA) throws(GitError) -> Bool {
        if ancestor == commit { return true }
        var ancestorID = try ancestor.objectID()
        var commitID = try commit.objectID()
        let answer = unsafe git_graph_descendant_of(repository.raw, &commitID, &ancestorID)
        try check("git_graph_descendant_of", answer)
        return answer == 1
    }

    /// Of these paths, those to which the commit's own `.gitattributes` give the attribute, bare or as `true`. Nothing outside of the commit
    /// counts. Macros that the commit defines, and patterns in quotes, are not known to the library in a repository without files.
    ///
    /// A stranger's patterns have a price for every path. Where it is not bounded, no path has the attribute.
    func paths(_ paths: [RepositoryPath], with attribute: String, at commit: CommitSHA) throws(GitError) -> Set<RepositoryPath> {
        let usual = paths.filter { $0.isUsual }
        guard let speaking = try folders(speakingOf: attribute, above: usual, at: commit), !speaking.isEmpty else { return [] }
        var options = unsafe git_attr_options()
        unsafe options.version = UInt32(GIT_ATTR_OPTIONS_VERSION)
        unsafe options.flags = UInt32(GIT_ATTR_CHECK_INDEX_ONLY | GIT_ATTR_CHECK_NO_SYSTEM | GIT_ATTR_CHECK_INCLUDE_COMMIT)
        unsafe options.attr_commit_id = try commit.objectID()
        var found: Set<RepositoryPath> = []
        for (number, path) in usual.enumerated() {
            guard path.folders.contains(where: speaking.contains) else { continue }
            if number.isMultiple(of: 256), Task.isCancelled { throw GitError(.cancelled, "attributes", "reading attributes was cancelled") }
            var value: UnsafePointer<CChar>?
            let name = path.bytes.map { CChar(bitPattern: $0) } + [0]
            try check("git_attr_get_ext", unsafe git_attr_get_ext(&value, repository.raw, &options, name, attribute))
            if unsafe isTrue(value) { found.insert(path) }
        }
        return found
    }

    /// Folders whose attributes name this one; most repositories have none. Nil when there are more bytes than are read for each path, or a
    /// pattern with so many stars that trying them all takes for ever.
    private func folders(
        speakingOf attribute: String, above paths: [RepositoryPath], at commit: CommitSHA
    ) throws(GitError) -> Set<RepositoryPath>? {
        var speaking: Set<RepositoryPath> = []
        let name = Array(attribute.utf8)
        for folder in Set(paths.flatMap(\.folders)) {
            let file = RepositoryPath(bytes: folder.bytes + (folder.bytes.isEmpty ? [] : [0x2F]) + Array(".gitattributes".utf8))
            guard let size = try size(of: file, at: commit) else { continue }
            guard size <= 64 << 10, let content = try self.file(file, at: commit, bytesMax: 64 << 10) else { return nil }
            guard content.split(separator: 0x0A).allSatisfy({ line in line.count { $0 == 0x2A } <= 8 }) else { return nil }
            if content.firstRange(of: name) != nil { speaking.insert(folder) }
        }
        return speaking
    }

    /// Nil when there is no file of that path.
    private func size(of path: RepositoryPath, at commit: CommitSHA) throws(GitError) -> Int? {
        guard let tree = try tree(of: commit) else { return nil }
        let name = path.bytes.map { CChar(bitPattern: $0) } + [0]
        var found: OpaquePointer?
        let status = unsafe git_tree_entry_bypath(&found, tree.raw, name)
        if status == GIT_ENOTFOUND.rawValue { return nil }
        try check("git_tree_entry_bypath", status)
        defer { unsafe git_tree_entry_free(found) }
        guard unsafe git_tree_entry_type(found) == GIT_OBJECT_BLOB else { return nil }
        let database = try unsafe GitHandle("git_repository_odb", git_odb_free) { unsafe git_repository_odb($0, repository.raw) }
        var size = 0
        var kind = GIT_OBJECT_BLOB
        try check("git_odb_read_header", unsafe git_odb_read_header(&size, &kind, database.raw, git_tree_entry_id(found)))
        return size
    }

    private func isTrue(_ value: UnsafePointer<CChar>?) -> Bool {
        switch unsafe git_attr_value(value) {
        case GIT_ATTR_VALUE_TRUE: true
        case GIT_ATTR_VALUE_STRING: unsafe value.map { unsafe strcmp($0, "true") == 0 } ?? false
        default: false
        }
    }

    /// On this repository's thread, with a handle of its own to write with.
    func keep(_ commit: CommitSHA, as ref: String, in path: String, _ runtime: GitRuntime) throws(GitError) {
        try BareRepository(path, runtime: runtime).keep(commit, as: ref)
    }
}

extension RepositoryPath {
    /// As paths are that people make: what is deeper is looked at, whatever an attribute says.
    fileprivate var isUsual: Bool {
        !bytes.isEmpty && !bytes.contains(0) && bytes.first != 0x2F && bytes.count { $0 == 0x2F } <= 64
    }

    /// Those it is in, the top last.
    fileprivate var folders: [RepositoryPath] {
        var found = [parent]
        while let last = found.last, !last.bytes.isEmpty { found.append(last.parent) }
        return found
    }
}
