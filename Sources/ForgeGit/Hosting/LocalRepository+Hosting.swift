// What a code host does to a bare repository of its own: reads and moves refs, makes a merge commit. A branch is moved only from where it
// was looked at, so a push meanwhile is never undone.

import CGit2
package import ForgeCore

extension LocalRepository {
    /// Of a full name; nil when there is none.
    package func commit(ofRef name: String) throws(GitError) -> CommitSHA? {
        var found: OpaquePointer?
        let status = unsafe git_reference_lookup(&found, repository.raw, name)
        if status == GIT_ENOTFOUND.rawValue || status == GIT_EINVALIDSPEC.rawValue { return nil }
        try check("git_reference_lookup", status)
        defer { unsafe git_reference_free(found) }
        let commit = try unsafe GitHandle("git_reference_peel", git_object_free) {
            unsafe git_reference_peel($0, found, GIT_OBJECT_COMMIT)
        }
        return CommitSHA(unsafe git_object_id(commit.raw).pointee)
    }

    /// Where HEAD points, also while that branch has no commit yet; nil when it points at no branch.
    package func headBranch() throws(GitError) -> String? {
        let head = try unsafe GitHandle("git_reference_lookup", git_reference_free) {
            unsafe git_reference_lookup($0, repository.raw, "HEAD")
        }
        guard let target = unsafe git_reference_symbolic_target(head.raw) else { return nil }
        let name = unsafe String(cString: target)
        return name.hasPrefix("refs/heads/") ? String(name.dropFirst("refs/heads/".count)) : nil
    }

    package func subject(of commit: CommitSHA) throws(GitError) -> String {
        guard try contains(commit) else { throw GitError(.notFound, "commit", "there is no commit \(commit.short)") }
        let found = try handle(of: commit)
        return unsafe git_commit_summary(found.raw).map { unsafe String(cString: $0) } ?? ""
    }

    /// Makes the ref, or moves it.
    package func setRef(_ name: String, to commit: CommitSHA) throws(GitError) {
        var id = try commit.objectID()
        _ = try unsafe GitHandle("git_reference_create", git_reference_free) {
            unsafe git_reference_create($0, repository.raw, name, &id, 1, nil)
        }
    }

    /// Always a commit with two parents. Throws `locked` when the base branch is somewhere else by now.
    package func merge(_ request: MergeRequest) throws(GitError) -> MergeOutcome {
        if try mergeBase(request.base, request.head) == request.head { return .alreadyMerged }
        let (base, head) = (try handle(of: request.base), try handle(of: request.head))
        var options = unsafe git_merge_options()
        try unsafe check("git_merge_options_init", git_merge_options_init(&options, UInt32(GIT_MERGE_OPTIONS_VERSION)))
        let index = try unsafe GitHandle("git_merge_commits", git_index_free) {
            unsafe git_merge_commits($0, repository.raw, base.raw, head.raw, &options)
        }
        guard unsafe git_index_has_conflicts(index.raw) == 0 else { return .conflicts(try conflicts(in: index)) }
        var tree = git_oid()
        try check("git_index_write_tree_to", unsafe git_index_write_tree_to(&tree, index.raw, repository.raw))
        let merged = try commit(tree, parents: [base, head], request)
        try moveBranch(request, to: merged)
        return .merged(CommitSHA(merged))
    }

    private func handle(of commit: CommitSHA) throws(GitError) -> GitHandle {
        var id = try commit.objectID()
        return try unsafe GitHandle("git_commit_lookup", git_commit_free) { unsafe git_commit_lookup($0, repository.raw, &id) }
    }

    private func conflicts(in index: GitHandle) throws(GitError) -> [RepositoryPath] {
        let walk = try unsafe GitHandle("git_index_conflict_iterator_new", git_index_conflict_iterator_free) {
            unsafe git_index_conflict_iterator_new($0, index.raw)
        }
        var paths: [RepositoryPath] = []
        while true {
            var (ancestor, ours, theirs):
                (UnsafePointer<git_index_entry>?, UnsafePointer<git_index_entry>?, UnsafePointer<git_index_entry>?)
            let status = unsafe git_index_conflict_next(&ancestor, &ours, &theirs, walk.raw)
            if status == GIT_ITEROVER.rawValue { return paths }
            try check("git_index_conflict_next", status)
            if let name = unsafe (ours ?? theirs ?? ancestor)?.pointee.path { paths.append(unsafe RepositoryPath(text: name)) }
        }
    }

    private func commit(_ tree: git_oid, parents: [GitHandle], _ request: MergeRequest) throws(GitError) -> git_oid {
        var treeID = tree
        let tree = try unsafe GitHandle("git_tree_lookup", git_tree_free) { unsafe git_tree_lookup($0, repository.raw, &treeID) }
        var made: UnsafeMutablePointer<git_signature>?
        let status = unsafe git_signature_new(
            &made, request.author, "\(request.author)@localhost", git_time_t(request.at.milliseconds / 1000), 0)
        try check("git_signature_new", status)
        defer { unsafe git_signature_free(made) }
        var id = git_oid()
        var raw = unsafe parents.map { unsafe Optional($0.raw) }
        defer { withExtendedLifetime(parents) {} }
        let committed = unsafe git_commit_create(
            &id, repository.raw, nil, made, made, "UTF-8", request.message, tree.raw, raw.count, &raw)
        try check("git_commit_create", committed)
        return id
    }

    private func moveBranch(_ request: MergeRequest, to commit: git_oid) throws(GitError) {
        var (id, before) = (commit, try request.base.objectID())
        var moved: OpaquePointer?
        let status = unsafe git_reference_create_matching(
            &moved, repository.raw, "refs/heads/\(request.baseBranch)", &id, 1, &before, nil)
        defer { unsafe git_reference_free(moved) }
        if status == GIT_EMODIFIED.rawValue {
            throw GitError(.locked, "merge", "\(request.baseBranch) was moved meanwhile", area: .system)
        }
        try check("git_reference_create_matching", status)
    }
}
