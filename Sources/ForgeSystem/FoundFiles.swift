// Files and folders as they are found, by names that are any bytes. What is found must never be trusted to be what it was a moment ago: it
// is opened first and looked at afterwards, and a symlink is opened only when the caller says so.

import CSystem

package enum FoundKind: Int32, Hashable, Sendable {
    case file, folder, symlink
    /// A pipe, a socket, a device.
    case other
}

package struct FolderEntry: Hashable, Sendable {
    package var name: [UInt8]
    package var kind: FoundKind
}

package struct FoundFacts: Hashable, Sendable {
    package var kind: FoundKind
    package var byteCount: Int
    /// Seconds since 1970, when the content was last changed.
    package var changedAt: Int
    /// It belongs to this user, and nobody else may write it.
    package var isOursAlone: Bool

    fileprivate init(_ facts: stat) {
        var facts = facts
        kind = FoundKind(rawValue: forge_kind(facts.st_mode)) ?? .other
        byteCount = Int(facts.st_size)
        changedAt = facts.st_mtim.tv_sec
        isOursAlone = unsafe forge_is_ours_alone(&facts) != 0
    }
}

extension Files {
    /// What is in a folder, without `.` and `..`, in the order of the file system.
    package static func entries(of folder: [UInt8]) throws(SystemError) -> [FolderEntry] {
        guard let opened = unsafe opendir(terminated(folder)) else { throw .last("open", shown(folder)) }
        defer { unsafe closedir(opened) }
        var entries: [FolderEntry] = []
        while let entry = unsafe forge_next_entry(opened) {
            let name = unsafe bytes(of: forge_entry_name(entry))
            guard name != [UInt8(ascii: ".")], name != Array("..".utf8) else { continue }
            let known = unsafe FoundKind(rawValue: forge_entry_kind(entry))
            // Gone in the meantime: there is nothing to read, and whoever opens it says so.
            let kind = known ?? (try? facts(folder + [UInt8(ascii: "/")] + name))?.kind ?? .file
            entries.append(FolderEntry(name: name, kind: kind))
        }
        guard forge_errno() == 0 else { throw .last("read", shown(folder)) }
        return entries
    }

    package static func facts(_ path: [UInt8], followsSymlink: Bool = false) throws(SystemError) -> FoundFacts {
        var facts = stat()
        let status = unsafe followsSymlink ? stat(terminated(path), &facts) : lstat(terminated(path), &facts)
        guard status == 0 else { throw .last("look at", shown(path)) }
        return FoundFacts(facts)
    }

    /// Gives the file another name in place of whatever has it: at no moment is there half a file.
    package static func rename(_ path: String, to other: String) throws(SystemError) {
        guard unsafe CSystem.rename(path, other) == 0 else { throw .last("rename", path) }
    }

    /// Missing already is as good.
    package static func remove(_ path: String) throws(SystemError) {
        guard unsafe unlink(path) == 0 || forge_errno() == ENOENT else { throw .last("remove", path) }
    }
}

/// A file open for reading, from its start.
package struct FoundFile: ~Copyable {
    private let descriptor: Int32
    /// As they were when it was opened.
    package let facts: FoundFacts

    package init(_ path: [UInt8], followsSymlink: Bool = false) throws(SystemError) {
        let opened = unsafe forge_open_found(terminated(path), followsSymlink ? 1 : 0)
        guard opened >= 0 else { throw .last("open", shown(path)) }
        var found = stat()
        guard unsafe fstat(opened, &found) == 0 else {
            let error = SystemError.last("look at", shown(path))
            close(opened)
            throw error
        }
        descriptor = opened
        facts = FoundFacts(found)
    }

    deinit { close(descriptor) }

    /// Fills the buffer from `start` on with what comes next, up to `end`; how much it was. Less than there is room for is the end of the file.
    package borrowing func read(into buffer: inout [UInt8], from start: Int, to end: Int) throws(SystemError) -> Int {
        precondition(start >= 0 && start <= end && end <= buffer.count, "the room is in the buffer")
        var filled = start
        while filled < end {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe CSystem.read(descriptor, $0.baseAddress! + filled, end - filled) }
            if count < 0, forge_errno() == EINTR { continue }
            guard count >= 0 else { throw .last("read", "the file") }
            guard count > 0 else { break }
            filled += count
        }
        return filled - start
    }
}

private func terminated(_ path: [UInt8]) -> [CChar] { path.map { CChar(bitPattern: $0) } + [0] }

private func shown(_ path: [UInt8]) -> String { String(decoding: path, as: UTF8.self) }

private func bytes(of text: UnsafePointer<CChar>) -> [UInt8] {
    unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
}
