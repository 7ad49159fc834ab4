// A file while it is being written: seen by nobody, and gone when this process ends before it has its name. Never does a half-written file
// stand where a whole one stood, and never is a file written in place: another name of it, elsewhere, would change too.
//
// Wanted: of two that write, one is told; what is lost is never the work of somebody who was told that it is safe. So a file is replaced by
// an exchange, and what came out is looked at: if it is not what was read, it goes back. Accepted: for that moment the other sees ours; and
// where a file system cannot exchange, what is written between the last look and the rename is lost.

import CSandbox
import ForgeCore
import Synchronization

struct StagedFile: ~Copyable {
    private let folder: OpenFile
    private let file: OpenFile
    /// Nil as long as it has no name.
    private var name: [UInt8]?

    /// Numbers the names that this process gives; those that an earlier one left are passed by.
    private static let latest = Atomic<UInt64>(0)

    /// - Parameter usesUnnamed: false is for file systems that cannot, and for tests of that.
    init(in folder: consuming OpenFile, usesUnnamed: Bool) throws(SystemRefusal) {
        let unnamed = usesUnnamed ? forge_create_unnamed(folder.number, 0o600) : -1
        if unnamed >= 0 {
            file = try OpenFile(owned: unnamed)
            name = nil
        } else {
            let parent = folder.number
            let name = try unsafe Self.freeName { unsafe forge_create_here(parent, $0, 0o600) }
            file = try OpenFile(owned: name.result)
            self.name = name.bytes
        }
        self.folder = folder
    }

    deinit { if let name { _ = unsafe name.withTerminated { unsafe forge_remove_here(folder.number, $0) } } }

    mutating func write(_ bytes: [UInt8]) throws(SystemRefusal) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe CSandbox.write(file.number, $0.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0 {
                guard forge_files_errno() == EINTR else { throw .last }
                continue
            }
            written += count
        }
    }

    /// As a file that has not been there: its owner is the folder's, where this process may say so.
    mutating func publishNew(as name: [UInt8]) throws(SystemRefusal) {
        let facts = try FileFacts(of: folder)
        try prepare(mode: 0o644, user: facts.user, group: facts.group)
        guard let own = self.name else {
            let status = unsafe name.withTerminated { unsafe forge_name_unnamed(file.number, folder.number, $0) }
            guard status != 0 else { return }
            let refusal = SystemRefusal.last
            // Without /proc there is no way to give it its name at once.
            guard refusal.number == ENOENT else { throw refusal }
            throw SystemRefusal(number: ENOSYS)
        }
        try rename(own, in: folder, to: name, in: folder)
        self.name = nil
    }

    /// In place of a file with these facts; false when somebody else changed it meanwhile.
    mutating func replace(_ name: [UInt8], _ facts: FileFacts) throws(SystemRefusal) -> Bool {
        // Who writes a file anew does not decide that it runs with the rights of its owner.
        try prepare(mode: facts.mode & 0o777, user: facts.user, group: facts.group)
        let own = try ownName()
        guard exchange(own, name) else {
            let refusal = SystemRefusal.last
            if refusal.number == ENOENT { return false }
            guard refusal.number == EINVAL || refusal.number == ENOSYS else { throw refusal }
            return try renameOver(own, name, facts)
        }
        // From here on `own` is the name of what was there.
        if let old = try? FileFacts(of: own, in: folder), old.isSameContent(as: facts) { return true }
        // A name that has gone meanwhile comes back with what it had, unless somebody gave it away again.
        if !exchange(own, name) { try? rename(own, in: folder, to: name, in: folder) }
        return false
    }

    private mutating func renameOver(_ own: [UInt8], _ name: [UInt8], _ facts: FileFacts) throws(SystemRefusal) -> Bool {
        guard let now = try? FileFacts(of: name, in: folder), now.isSameContent(as: facts) else { return false }  // Gone is changed.
        let folder = folder.number
        let status = unsafe own.withTerminated { own in unsafe name.withTerminated { unsafe forge_rename_over(folder, own, $0) } }
        guard status == 0 else { throw .last }
        self.name = nil
        return true
    }

    private func exchange(_ own: [UInt8], _ name: [UInt8]) -> Bool {
        let folder = folder.number
        return unsafe own.withTerminated { own in unsafe name.withTerminated { unsafe forge_exchange(folder, own, $0) } } == 0
    }

    private func prepare(mode: UInt32, user: UInt32, group: UInt32) throws(SystemRefusal) {
        let facts = try FileFacts(of: file)
        // Only root may give files away; for others the new file is theirs, as with any editor.
        if facts.user != user || facts.group != group { _ = forge_give_to(file.number, user, group) }
        guard fchmod(file.number, mode) == 0 else { throw .last }
    }

    private mutating func ownName() throws(SystemRefusal) -> [UInt8] {
        if let name { return name }
        let (file, folder) = (file.number, folder.number)
        let named = try unsafe Self.freeName { unsafe forge_name_unnamed(file, folder, $0) }
        name = named.bytes
        return named.bytes
    }

    /// Until one is not taken yet.
    private static func freeName(
        _ attempt: (UnsafePointer<CChar>) -> Int32
    ) throws(SystemRefusal) -> (bytes: [UInt8], result: Int32) {
        for _ in 0..<1_000 {
            let number = latest.add(1, ordering: .relaxed).newValue
            let name = WorkPath.stagingPrefix + Array("\(getpid())-\(number)".utf8)
            let result = unsafe name.withTerminated { unsafe attempt($0) }
            if result >= 0 { return (name, result) }
            guard forge_files_errno() == EEXIST else { throw .last }
        }
        throw SystemRefusal(number: EEXIST)
    }
}

/// Never over something that is there.
func rename(
    _ name: [UInt8], in folder: borrowing OpenFile, to other: [UInt8], in target: borrowing OpenFile
) throws(SystemRefusal) {
    let (from, to) = (folder.number, target.number)
    let moved = unsafe name.withTerminated { name in unsafe other.withTerminated { unsafe forge_rename_new(from, name, to, $0) } }
    if moved == 0 { return }
    let refusal = SystemRefusal.last
    guard refusal.number == EINVAL || refusal.number == ENOSYS else { throw refusal }
    // A file system without that rename: a second name, then one less.
    let linked = unsafe name.withTerminated { name in unsafe other.withTerminated { unsafe forge_link_new(from, name, to, $0) } }
    guard linked == 0, unsafe name.withTerminated({ unsafe forge_remove_here(from, $0) }) == 0 else { throw .last }
}

extension FileFacts {
    /// A rename changes `changed`, so it is not looked at.
    fileprivate func isSameContent(as other: FileFacts) -> Bool {
        kind == other.kind && inode == other.inode && size == other.size && written == other.written
    }
}
