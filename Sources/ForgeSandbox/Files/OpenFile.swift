// Descriptors, and what the system says of what they lead to. A descriptor must never be used after its owner is gone, so only the owner is
// handed around.

import CSandbox
import ForgeCore

/// What a call of the system ended with, before it is put in words.
struct SystemRefusal: Error, Hashable, Sendable {
    let number: Int32

    static var last: SystemRefusal { SystemRefusal(number: forge_files_errno()) }
}

/// Owns one descriptor; closes it exactly once.
struct OpenFile: ~Copyable {
    let number: Int32

    /// - Parameter owned: what a call answered: below zero it failed.
    init(owned number: Int32) throws(SystemRefusal) {
        guard number >= 0 else { throw .last }
        self.number = number
    }

    deinit { close(number) }

    consuming func giveUp() -> Int32 {
        let number = number
        discard self
        return number
    }
}

/// What the system knows of a file without opening it.
struct FileFacts: Hashable, Sendable {
    enum Kind: Int32, Sendable { case file, folder, symlink, other }

    var kind: Kind
    var size: Int
    var inode: UInt64
    var mode: UInt32
    var user: UInt32
    var group: UInt32
    /// When it or what is known of it changed: a program can set the time of the last write and not this one.
    var changed: Int64
    var written: Int64

    private init(_ facts: stat) {
        var facts = facts
        kind = Kind(rawValue: forge_file_kind(facts.st_mode)) ?? .other
        size = Int(facts.st_size)
        inode = UInt64(facts.st_ino)
        mode = facts.st_mode
        user = facts.st_uid
        group = facts.st_gid
        changed = unsafe forge_changed(&facts)
        written = Int64(facts.st_mtim.tv_sec) * 1_000_000_000 + Int64(facts.st_mtim.tv_nsec)
    }

    init(of file: borrowing OpenFile) throws(SystemRefusal) {
        var facts = stat()
        guard unsafe fstat(file.number, &facts) == 0 else { throw .last }
        self.init(facts)
    }

    /// Of a name in a folder, itself and not what a symlink leads to.
    init(of name: [UInt8], in folder: borrowing OpenFile) throws(SystemRefusal) {
        var facts = stat()
        let status = unsafe name.withTerminated { unsafe forge_facts_here(folder.number, $0, &facts) }
        guard status == 0 else { throw .last }
        self.init(facts)
    }

    var isExecutable: Bool { mode & 0o111 != 0 }

    var stamp: WorkStamp { WorkStamp(inode: inode, size: size, modifiedNanoseconds: changed) }
}

extension [UInt8] {
    /// As the system takes names: with a zero byte behind it.
    func withTerminated<Answer>(_ work: (UnsafePointer<CChar>) -> Answer) -> Answer {
        let text = map { CChar(bitPattern: $0) } + [0]
        return unsafe text.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("a terminated text is not empty") }
            return unsafe work(start)
        }
    }
}
