// Two trees to a `Diff`. A work tree is compared without opening the repositories inside it: a submodule's own configuration is not ours
// to trust.

import CGit2
package import ForgeCore

extension LocalRepository {
    package func diff(_ request: DiffRequest) throws(GitError) -> Diff {
        let diff = try compare(request)
        let count = Int(unsafe git_diff_num_deltas(diff.raw))
        guard count <= request.filesMax else {
            throw .tooManyFiles(request)
        }
        try findRenames(diff, request)
        var found = try read(diff, request)
        try lookAgain(at: diff, &found, request)
        return found
    }

    func compare(_ request: DiffRequest, adding flags: UInt32 = 0) throws(GitError) -> GitHandle {
        try unsafe withOptions(request) { options throws(GitError) in
            unsafe options.flags |= flags
            return try unsafe compare(request.range, &options)
        }
    }

    /// The options point at the request's paths, so they are for the time of the call.
    func withOptions(
        _ request: DiffRequest, _ body: (inout git_diff_options) throws(GitError) -> GitHandle
    ) throws(GitError) -> GitHandle {
        var options = unsafe git_diff_options()
        try unsafe check("git_diff_options_init", git_diff_options_init(&options, UInt32(GIT_DIFF_OPTIONS_VERSION)))
        unsafe options.context_lines = UInt32(clamping: request.contextLines)
        unsafe options.max_size = git_off_t(request.fileBytesMax)
        unsafe options.ignore_submodules = GIT_SUBMODULE_IGNORE_DIRTY
        unsafe options.flags =
            GIT_DIFF_INCLUDE_TYPECHANGE.rawValue | GIT_DIFF_INCLUDE_TYPECHANGE_TREES.rawValue | GIT_DIFF_DISABLE_PATHSPEC_MATCH.rawValue
        // A few kilobytes of trees can stand for more files than there is memory for: counted while they are found.
        var filesMax = request.filesMax
        unsafe options.notify_cb = notifyCallback
        let paths = TextList(request.paths.map { $0.bytes.map { CChar(bitPattern: $0) } })
        unsafe options.pathspec = paths.raw
        defer { withExtendedLifetime(paths) {} }
        do throws(GitError) {
            return try unsafe withUnsafeMutablePointer(to: &filesMax) { filesMax throws(GitError) in
                unsafe options.payload = UnsafeMutableRawPointer(filesMax)
                return try unsafe body(&options)
            }
        } catch {
            guard error.code == .cancelled else { throw error }
            throw Task.isCancelled ? GitError(.cancelled, "diff", "the comparison was cancelled") : .tooManyFiles(request)
        }
    }

    /// New files count, and are read.
    var untrackedFlags: UInt32 {
        GIT_DIFF_INCLUDE_UNTRACKED.rawValue | GIT_DIFF_RECURSE_UNTRACKED_DIRS.rawValue | GIT_DIFF_SHOW_UNTRACKED_CONTENT.rawValue
    }

    func compare(_ range: DiffRange, _ options: inout git_diff_options) throws(GitError) -> GitHandle {
        let raw = unsafe repository.raw
        switch range {
        case .commits(let base, let head):
            let (old, new) = (try tree(of: base), try tree(of: head))
            return try unsafe GitHandle("git_diff_tree_to_tree", git_diff_free) {
                unsafe git_diff_tree_to_tree($0, raw, old?.raw, new?.raw, &options)
            }
        case .staged(let base):
            let old = try tree(of: base)
            return try unsafe GitHandle("git_diff_tree_to_index", git_diff_free) {
                unsafe git_diff_tree_to_index($0, raw, old?.raw, nil, &options)
            }
        case .workTree(let base):
            guard workTree != nil else {
                throw GitError(.bareRepository, "diff", "a bare repository has no work tree: say which commits to compare")
            }
            let old = try tree(of: base)
            unsafe options.flags |= untrackedFlags
            return try unsafe GitHandle("git_diff_tree_to_workdir_with_index", git_diff_free) {
                unsafe git_diff_tree_to_workdir_with_index($0, raw, old?.raw, &options)
            }
        }
    }

    func findRenames(_ diff: GitHandle, _ request: DiffRequest) throws(GitError) {
        var options = unsafe git_diff_find_options()
        try unsafe check("git_diff_find_options_init", git_diff_find_options_init(&options, UInt32(GIT_DIFF_FIND_OPTIONS_VERSION)))
        unsafe options.flags = GIT_DIFF_FIND_RENAMES.rawValue | GIT_DIFF_FIND_COPIES.rawValue | GIT_DIFF_FIND_FOR_UNTRACKED.rawValue
        unsafe options.rename_limit = request.renamesMax
        try check("git_diff_find_similar", unsafe git_diff_find_similar(diff.raw, &options))
    }

    func read(_ diff: GitHandle, _ request: DiffRequest) throws(GitError) -> Diff {
        let builder = DiffBuilder(request, count: Int(unsafe git_diff_num_deltas(diff.raw)))
        let payload = unsafe Unmanaged.passUnretained(builder).toOpaque()
        let status = withExtendedLifetime(builder) {
            unsafe git_diff_foreach(diff.raw, fileCallback, binaryCallback, hunkCallback, lineCallback, payload)
        }
        if status == GIT_EUSER.rawValue { throw GitError(.cancelled, "diff", "the comparison was cancelled") }
        try check("git_diff_foreach", status)
        return builder.finish()
    }

    func tree(of commit: CommitSHA?) throws(GitError) -> GitHandle? {
        guard let commit else { return nil }
        var id = try commit.objectID()
        let found = try unsafe GitHandle("git_commit_lookup", git_commit_free) { unsafe git_commit_lookup($0, repository.raw, &id) }
        return try unsafe GitHandle("git_commit_tree", git_tree_free) { unsafe git_commit_tree($0, found.raw) }
    }
}

extension GitError {
    fileprivate static func tooManyFiles(_ request: DiffRequest) -> GitError {
        GitError(.other, "limit", "more than \(request.filesMax) files differ: give a nearer base or a path")
    }
}

private let notifyCallback: git_diff_notify_cb = { diff, _, _, payload in
    guard let diff = unsafe diff, let payload = unsafe payload else { return 0 }
    let filesMax = unsafe payload.assumingMemoryBound(to: Int.self).pointee
    let count = unsafe git_diff_num_deltas(diff)
    let mayGoOn = count <= filesMax && !(count.isMultiple(of: 1_024) && Task.isCancelled)
    return mayGoOn ? 0 : GIT_EUSER.rawValue
}
