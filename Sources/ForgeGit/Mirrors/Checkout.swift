// The files of a tree into an empty folder, and the index that says so. Written here and not by the library, which reads `.gitmodules` on its
// way and gives up at what a stranger wrote there. Nothing is followed and nothing is overwritten: a folder is entered only if it was made
// a moment ago by this very walk, so a link can stand in nobody's way.

import CGit2
import ForgeCore

/// Used once, on one thread.
final class Checkout {
    private struct Level {
        var tree: GitHandle
        var next = 0
        /// Ends in `/`, but for the top, where it is empty.
        var path: [CChar]
    }

    private let repository: GitHandle
    private let root: [CChar]
    private let index: GitHandle
    private let limits: WorktreeLimits
    private var levels: [Level] = []
    private var fileCount = 0
    private var byteCount = 0

    /// The folder is there and empty but for what git keeps in it.
    init(_ repository: GitHandle, folder: String, indexFile: String, _ limits: WorktreeLimits) throws(GitError) {
        self.repository = repository
        root = (folder + "/").utf8.map { CChar(bitPattern: $0) }
        index = try unsafe GitHandle("git_index_open", git_index_free) { unsafe git_index_open($0, indexFile) }
        self.limits = limits
    }

    func write(_ commit: CommitSHA) throws(GitError) {
        var id = try commit.objectID()
        let found = try unsafe GitHandle("git_commit_lookup", git_commit_free) { unsafe git_commit_lookup($0, repository.raw, &id) }
        let top = try unsafe GitHandle("git_commit_tree", git_tree_free) { unsafe git_commit_tree($0, found.raw) }
        levels = [Level(tree: top, path: [])]
        while let level = levels.last {
            guard let entry = unsafe git_tree_entry_byindex(level.tree.raw, level.next) else {
                levels.removeLast()
                continue
            }
            levels[levels.count - 1].next += 1
            try unsafe write(entry, below: level.path)
        }
        try check("git_index_write", unsafe git_index_write(index.raw))
    }

    private func write(_ entry: OpaquePointer, below folder: [CChar]) throws(GitError) {
        let name = unsafe git_tree_entry_name(entry).map { unsafe Array(UnsafeBufferPointer(start: $0, count: strlen($0))) } ?? []
        let path = folder + name
        try checkName(name, path)
        var id = unsafe git_tree_entry_id(entry).pointee
        let place = root + path + [0]
        switch unsafe git_tree_entry_filemode(entry) {
        case GIT_FILEMODE_TREE:
            guard unsafe mkdir(place, 0o755) == 0 else { throw refusal("folder", path) }
            let tree = try unsafe GitHandle("git_tree_lookup", git_tree_free) { unsafe git_tree_lookup($0, repository.raw, &id) }
            levels.append(Level(tree: tree, path: path + [47]))
        case GIT_FILEMODE_COMMIT:
            guard unsafe mkdir(place, 0o755) == 0 else { throw refusal("submodule", path) }
            try note(path, id, GIT_FILEMODE_COMMIT, place)
        case GIT_FILEMODE_LINK:
            let target = try content(of: id)
            guard !target.contains(0), unsafe symlink(target.map { CChar(bitPattern: $0) } + [0], place) == 0 else {
                throw refusal("link", path)
            }
            try note(path, id, GIT_FILEMODE_LINK, place)
        case let mode:
            try writeFile(id, isExecutable: mode == GIT_FILEMODE_BLOB_EXECUTABLE, path, place)
            try note(path, id, mode == GIT_FILEMODE_BLOB_EXECUTABLE ? mode : GIT_FILEMODE_BLOB, place)
        }
    }

    private func writeFile(_ id: git_oid, isExecutable: Bool, _ path: [CChar], _ place: [CChar]) throws(GitError) {
        let blob = try blob(id)
        let descriptor = unsafe forge_git_create_new(place, isExecutable ? 0o755 : 0o644)
        guard descriptor >= 0 else { throw refusal("file", path) }
        defer { close(descriptor) }
        var rest = unsafe UnsafeRawBufferPointer(start: git_blob_rawcontent(blob.raw), count: Int(git_blob_rawsize(blob.raw)))
        while unsafe !rest.isEmpty {
            let count = unsafe CGit2.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, forge_git_errno() == EINTR { continue }
            guard count > 0 else { throw .system("write", shown(path)) }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    private func blob(_ id: git_oid) throws(GitError) -> GitHandle {
        var id = id
        let blob = try unsafe GitHandle("git_blob_lookup", git_blob_free) { unsafe git_blob_lookup($0, repository.raw, &id) }
        byteCount += Int(unsafe git_blob_rawsize(blob.raw))
        guard byteCount <= limits.bytesMax else {
            throw GitError(.other, "limit", "its files have more than the \(limits.bytesMax) bytes that are written out")
        }
        return blob
    }

    private func content(of id: git_oid) throws(GitError) -> [UInt8] {
        let blob = try blob(id)
        return unsafe Array(UnsafeRawBufferPointer(start: git_blob_rawcontent(blob.raw), count: Int(git_blob_rawsize(blob.raw))))
    }

    /// With what the system says of the file, so that nobody has to read it again to know that it did not change.
    private func note(_ path: [CChar], _ id: git_oid, _ mode: git_filemode_t, _ place: [CChar]) throws(GitError) {
        var facts = stat()
        _ = unsafe lstat(place, &facts)
        let text = path + [0]
        let status = unsafe text.withUnsafeBufferPointer { text in
            var entry = unsafe git_index_entry()
            unsafe entry.mode = mode.rawValue
            unsafe entry.id = id
            unsafe entry.path = text.baseAddress
            unsafe forge_git_note_facts(&entry, &facts)
            return unsafe git_index_add(index.raw, &entry)
        }
        try check("git_index_add", status)
    }

    // MARK: What is refused

    /// Names that lead elsewhere, or into what git keeps for itself. A tree may hold any bytes but zero.
    private func checkName(_ name: [CChar], _ path: [CChar]) throws(GitError) {
        fileCount += 1
        guard fileCount <= limits.filesMax else {
            throw GitError(.other, "limit", "it has more than the \(limits.filesMax) files that are written out")
        }
        if fileCount.isMultiple(of: 256), Task.isCancelled { throw GitError(.cancelled, "checkout", "the checkout was cancelled") }
        let lower = name.map { (65...90).contains($0) ? $0 + 32 : $0 }
        let isOurs = lower == Array(".git".utf8CString.dropLast()) || lower == Array("git~1".utf8CString.dropLast())
        guard !name.isEmpty, name != [46], name != [46, 46], !name.contains(47), !isOurs else { throw refusal("entry", path) }
    }

    private func refusal(_ kind: String, _ path: [CChar]) -> GitError {
        GitError(.invalidName, "checkout", "a \(kind) of it cannot be written out: \(shown(path))")
    }

    private func shown(_ path: [CChar]) -> String { RepositoryPath(bytes: path.map { UInt8(bitPattern: $0) }).shown }
}
