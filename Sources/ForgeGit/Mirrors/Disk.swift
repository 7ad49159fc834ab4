// Folders and files of our own, as far as the library has no word for them. Links are never followed: what a worktree holds was written by
// strangers.

import CGit2

enum Disk {
    /// A folder that there may be already.
    static func createFolder(_ path: String) throws(GitError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
            if unsafe mkdir(made, 0o700) != 0, forge_git_errno() != EEXIST { throw .system("create folder", made) }
        }
    }

    static func exists(_ path: String) -> Bool {
        var facts = stat()
        return unsafe lstat(path, &facts) == 0
    }

    /// Names without `.` and `..`; none when there is no such folder.
    static func names(in folder: String) -> [String] {
        guard let open = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(open) }
        var found: [String] = []
        while let entry = unsafe readdir(open) {
            let name = unsafe String(cString: forge_git_entry_name(entry))
            if name != ".", name != ".." { found.append(name) }
        }
        return found
    }

    static func size(of file: String) -> Int {
        var facts = stat()
        return unsafe lstat(file, &facts) == 0 ? Int(facts.st_size) : 0
    }

    /// The same for as long as it is the same file or folder; nil when there is none.
    static func identity(of path: String) -> UInt64? {
        var facts = stat()
        return unsafe lstat(path, &facts) == 0 ? UInt64(facts.st_ino) : nil
    }

    /// When a file was written to or touched; 0 when there is none.
    static func changed(_ file: String) -> Int64 {
        var facts = stat()
        return unsafe lstat(file, &facts) == 0 ? unsafe forge_git_nanoseconds(&facts) : 0
    }

    static func touch(_ file: String) {
        _ = unsafe utimensat(AT_FDCWD, file, nil, 0)
    }

    /// An empty one; it may be there already.
    static func createFile(_ path: String) throws(GitError) {
        let descriptor = unsafe forge_git_open_lock(path)
        guard descriptor >= 0 else { throw .system("create", path) }
        close(descriptor)
    }

    static func write(_ text: String, to path: String) throws(GitError) {
        let descriptor = unsafe forge_git_open_lock(path)
        guard descriptor >= 0 else { throw .system("create", path) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard unsafe CGit2.write(descriptor, bytes, bytes.count) == bytes.count else { throw .system("write", path) }
    }

    static func removeFile(_ path: String) { _ = unsafe unlink(path) }

    static func rename(_ old: String, to new: String) throws(GitError) {
        guard unsafe CGit2.rename(old, new) == 0 else { throw .system("rename", old) }
    }

    static func freeBytes(_ folder: String) -> Int {
        var facts = statvfs()
        guard unsafe statvfs(folder, &facts) == 0 else { return .max }
        return Int(clamping: UInt64(facts.f_bavail) * UInt64(facts.f_frsize))
    }

    /// Removes a folder and all below it. What cannot be removed stays, and is met again by the next sweep.
    static func removeTree(_ path: String) {
        // Where there is no parent, there is nothing to remove.
        guard let slash = path.lastIndex(of: "/"), let parent = try? OpenFolder(String(path[..<slash])) else { return }
        parent.remove(EntryName(path[path.index(after: slash)...].utf8))
    }
}

extension GitError {
    static func system(_ call: String, _ subject: String) -> GitError {
        let number = forge_git_errno()
        return GitError(.other, call, "\(call) \(subject): \(unsafe String(cString: strerror(number)))", area: .system)
    }
}
