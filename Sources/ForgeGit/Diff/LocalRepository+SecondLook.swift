// What one comparison leaves out without a word: files in conflict, files that a sparse checkout keeps away, and texts that an attribute
// declares to be none. They are compared again, each in the way that shows them: a file nobody looked at must never pass for a clean one.

import CGit2
import ForgeCore

extension LocalRepository {
    /// `compared` is what `found` was read from.
    func lookAgain(at compared: GitHandle, _ found: inout Diff, _ request: DiffRequest) throws(GitError) {
        let conflicts = conflicts(in: compared)
        switch request.range {
        case .staged:
            guard let first = conflicts.first else { break }
            throw GitError(
                .conflict, "diff", "\(first.shown) is in conflict, so nothing can be committed: mend it and 'git add' it, then review again"
            )
        case .workTree(let base):
            try unsafe replace(conflicts, in: &found, by: request) { options throws(GitError) in
                try unsafe compareFiles(with: base, &options)
            }
            var staged = request
            staged.range = .staged(base)
            try replace(try pathsKeptAway(request.paths), in: &found, by: staged)
        case .commits: break
        }
        let masked = found.files.filter { $0.omitted == .binary && isDeclaredBinary($0.path) }.map(\.path)
        try replaceTexts(masked, in: &found, by: request)
    }

    // MARK: Which

    private func conflicts(in compared: GitHandle) -> [RepositoryPath] {
        (0..<(unsafe git_diff_num_deltas(compared.raw))).compactMap { index in
            guard let delta = unsafe git_diff_get_delta(compared.raw, index), unsafe delta.pointee.status == GIT_DELTA_CONFLICTED else {
                return nil
            }
            return unsafe (delta.pointee.new_file.path ?? delta.pointee.old_file.path).map { unsafe RepositoryPath(text: $0) }
        }
    }

    /// Files of the index that are not meant to be in the work tree.
    private func pathsKeptAway(_ wanted: [RepositoryPath]) throws(GitError) -> [RepositoryPath] {
        let away = try unsafe indexedPaths { entry in
            unsafe UInt32(entry.flags_extended) & GIT_INDEX_ENTRY_SKIP_WORKTREE.rawValue != 0
        }
        guard !wanted.isEmpty else { return away }
        return away.filter { path in
            wanted.contains { path.bytes == $0.bytes || path.bytes.starts(with: $0.bytes + [0x2F]) }
        }
    }

    /// `-diff`, which `binary` stands for, too: whoever may change `.gitattributes` could hide any text behind it.
    private func isDeclaredBinary(_ path: RepositoryPath) -> Bool {
        guard !path.bytes.contains(0) else { return false }
        var value: UnsafePointer<CChar>?
        let name = path.bytes.map { CChar(bitPattern: $0) } + [0]
        guard unsafe git_attr_get(&value, repository.raw, 0, name, "diff") == 0 else { return false }
        return unsafe git_attr_value(value) == GIT_ATTR_VALUE_FALSE
    }

    // MARK: Again

    /// Texts become texts again; what holds a zero byte is binary, whatever anybody declares.
    private func replaceTexts(_ paths: [RepositoryPath], in found: inout Diff, by request: DiffRequest) throws(GitError) {
        guard !paths.isEmpty else { return }
        var small = request
        small.paths = paths
        small.progress = nil
        let compared = try compare(small, adding: GIT_DIFF_FORCE_TEXT.rawValue)
        try findRenames(compared, small)
        let texts = try read(compared, small).files.filter { file in
            !file.hunks.contains { $0.lines.contains { $0.text.contains(0) } }
        }
        let byPath = Dictionary(texts.map { ($0.path, $0) }) { first, _ in first }
        for index in found.files.indices where found.files[index].omitted == .binary {
            guard let text = byPath[found.files[index].path] else { continue }
            found.files[index].hunks = text.hunks
            found.files[index].omitted = text.omitted
        }
    }

    private func replace(_ paths: [RepositoryPath], in found: inout Diff, by request: DiffRequest) throws(GitError) {
        try unsafe replace(paths, in: &found, by: request) { options throws(GitError) in
            try unsafe compare(request.range, &options)
        }
    }

    private func replace(
        _ paths: [RepositoryPath], in found: inout Diff, by request: DiffRequest,
        _ compare: (inout git_diff_options) throws(GitError) -> GitHandle
    ) throws(GitError) {
        guard !paths.isEmpty else { return }
        let gone = Set(paths)
        var request = request
        request.paths = paths
        request.progress = nil
        let compared = try unsafe withOptions(request, compare)
        found.files.removeAll { gone.contains($0.path) }
        found.files += try read(compared, request).files
        found.files.sort { $0.path < $1.path }
    }

    /// A commit and the files as they are, whatever the index says of them.
    private func compareFiles(with base: CommitSHA?, _ options: inout git_diff_options) throws(GitError) -> GitHandle {
        let old = try tree(of: base)
        unsafe options.flags |= untrackedFlags
        return try unsafe GitHandle("git_diff_tree_to_workdir", git_diff_free) {
            unsafe git_diff_tree_to_workdir($0, repository.raw, old?.raw, &options)
        }
    }
}

extension RepositoryPath {
    /// The library's texts end in a zero byte.
    init(text: UnsafePointer<CChar>) {
        self.init(bytes: unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text))))
    }
}
