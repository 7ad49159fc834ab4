// One folder of a worktree, held open. Everything in it is named from here, so nobody can put a link in the way of a path meanwhile. A link is
// never followed; what is neither file, folder nor link is never opened for longer than it takes to see that.

import CGit2
import ForgeCore

@safe final class OpenFolder {
    /// As far as the listing of a folder says.
    enum Kind { case folder, other }

    let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    convenience init(_ path: String) throws(GitError) {
        let descriptor = unsafe forge_git_open_folder(AT_FDCWD, path)
        guard descriptor >= 0 else { throw .system("open", path) }
        self.init(descriptor: descriptor)
    }

    /// Nil when there is no folder of that name (any more). One that may not be read is an error.
    func folder(_ name: EntryName) throws(GitError) -> OpenFolder? {
        let found = unsafe forge_git_open_folder(descriptor, name.raw)
        if found >= 0 { return OpenFolder(descriptor: found) }
        switch forge_git_errno() {
        case ENOENT, ENOTDIR, ELOOP: return nil
        case EACCES: throw .refused(RepositoryPath(bytes: name.bytes), "it may not be read")
        default: throw .system("open", RepositoryPath(bytes: name.bytes).shown)
        }
    }

    /// All but `.` and `..`, in the order of the disk.
    func entries(countMax: Int = .max) throws(GitError) -> [(name: EntryName, kind: Kind)] {
        let own = unsafe forge_git_open_folder(descriptor, ".")
        guard own >= 0, let open = unsafe fdopendir(own) else { throw .system("list", "a folder") }
        defer { unsafe closedir(open) }
        var found: [(EntryName, Kind)] = []
        while let entry = unsafe readdir(open) {
            guard let text = unsafe forge_git_entry_name(entry) else { continue }
            let name = unsafe EntryName(text)
            if name.raw == [46, 0] || name.raw == [46, 46, 0] { continue }
            // Some file systems do not say; then it is asked for.
            let kind = unsafe Int(forge_git_kind_of_entry(entry))
            let isFolder = kind == Int(DT_DIR) || (kind == Int(DT_UNKNOWN) && facts(name).map { self.isFolder($0) } ?? false)
            guard found.count < countMax else { throw GitError(.other, "limit", "a folder has more than \(countMax) entries") }
            found.append((name, isFolder ? .folder : .other))
        }
        return found
    }

    private func isFolder(_ facts: stat) -> Bool {
        var facts = facts
        return unsafe forge_git_is_folder(&facts) != 0
    }

    /// Nil when there is nothing.
    func facts(_ name: EntryName) -> stat? {
        var facts = stat()
        return unsafe fstatat(descriptor, name.raw, &facts, AT_SYMLINK_NOFOLLOW) == 0 ? facts : nil
    }

    // MARK: Reading

    /// What a link says; nil when it is none any more.
    func target(_ name: EntryName) -> [UInt8]? {
        var bytes = [CChar](repeating: 0, count: 4_097)
        let count = unsafe readlinkat(descriptor, name.raw, &bytes, bytes.count)
        guard count >= 0, count < bytes.count else { return nil }
        return bytes[..<count].map { UInt8(bitPattern: $0) }
    }

    /// To read; nil when it is gone or a link by now.
    func file(_ name: EntryName) throws(GitError) -> OpenFile? {
        let found = unsafe forge_git_open_file(descriptor, name.raw)
        if found >= 0 { return OpenFile(descriptor: found) }
        switch forge_git_errno() {
        case ENOENT, ELOOP, ENXIO, ENOTDIR: return nil
        case EACCES: throw .refused(RepositoryPath(bytes: name.bytes), "it may not be read")
        default: throw .system("open", RepositoryPath(bytes: name.bytes).shown)
        }
    }

    // MARK: Writing

    func createFolder(_ name: EntryName) throws(GitError) -> OpenFolder {
        guard unsafe mkdirat(descriptor, name.raw, 0o755) == 0 else { throw .system("create", RepositoryPath(bytes: name.bytes).shown) }
        guard let made = try folder(name) else { throw .system("open", RepositoryPath(bytes: name.bytes).shown) }
        return made
    }

    func createLink(_ name: EntryName, to target: [UInt8]) throws(GitError) {
        let shown = RepositoryPath(bytes: name.bytes).shown
        guard !target.contains(0), (1..<4_096).contains(target.count) else {
            throw GitError(.invalidName, "link", "a link of it cannot be written out: \(shown)")
        }
        let text = target.map { CChar(bitPattern: $0) } + [0]
        guard unsafe symlinkat(text, descriptor, name.raw) == 0 else { throw .system("link", shown) }
    }

    /// With these bytes; what the system says of it afterwards.
    func createFile(_ name: EntryName, _ bytes: UnsafeRawBufferPointer, isExecutable: Bool) throws(GitError) -> stat {
        let made = unsafe forge_git_create_file(descriptor, name.raw, isExecutable ? 0o755 : 0o644)
        guard made >= 0 else { throw .system("create", RepositoryPath(bytes: name.bytes).shown) }
        defer { close(made) }
        var rest = unsafe bytes
        while unsafe !rest.isEmpty {
            let count = unsafe CGit2.write(made, rest.baseAddress, rest.count)
            if count < 0, forge_git_errno() == EINTR { continue }
            guard count > 0 else { throw .system("write", RepositoryPath(bytes: name.bytes).shown) }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        var facts = stat()
        guard unsafe fstat(made, &facts) == 0 else { throw .system("look at", RepositoryPath(bytes: name.bytes).shown) }
        return facts
    }
}

/// A file held open to be read.
@safe final class OpenFile {
    private let descriptor: Int32

    fileprivate init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Nil when it is no plain file.
    func facts() -> stat? {
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, unsafe forge_git_is_file(&facts) != 0 else { return nil }
        return facts
    }

    /// From its beginning to its end; nil when that is further than `bytesMax`.
    func read(expecting size: Int, bytesMax: Int) throws(GitError) -> [UInt8]? {
        let bytes = try beginning(expecting: size, bytesMax: bytesMax + 1)
        return bytes.count <= bytesMax ? bytes : nil
    }

    /// At most so many bytes of it.
    func beginning(expecting size: Int, bytesMax: Int) throws(GitError) -> [UInt8] {
        // One more than it should have tells whether it grew meanwhile.
        var bytes = [UInt8](repeating: 0, count: min(max(size, 0) + 1, bytesMax))
        var count = 0
        while count < bytesMax {
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count, off_t(count))
            }
            if got < 0, forge_git_errno() == EINTR { continue }
            guard got >= 0 else { throw .system("read", "a file") }
            if got == 0 { break }
            count += got
            if count == bytes.count { bytes.append(contentsOf: [UInt8](repeating: 0, count: min(count, bytesMax - count))) }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
