// The name of an entry in a folder or a tree: any bytes but zero and the slash, as the system and the library want them.

import CGit2
import ForgeCore

struct EntryName: Hashable, Sendable {
    /// Ends in zero.
    let raw: [CChar]

    init(raw: [CChar]) { self.raw = raw }

    init(_ name: UnsafePointer<CChar>) { raw = unsafe Array(UnsafeBufferPointer(start: name, count: strlen(name) + 1)) }

    init(_ bytes: some Sequence<UInt8>) { raw = bytes.map { CChar(bitPattern: $0) } + [0] }

    /// All bytes at once: one after the other, as an array does it, is felt in a folder tree of fifty thousand files.
    func hash(into hasher: inout Hasher) { unsafe raw.withUnsafeBytes { unsafe hasher.combine(bytes: $0) } }

    var bytes: [UInt8] { raw.dropLast().map { UInt8(bitPattern: $0) } }
}

/// The name of an object as a value that can be compared and kept.
struct ObjectName: Hashable, Sendable {
    private let head: UInt64
    private let middle: UInt64
    private let tail: UInt32

    init(_ id: git_oid) {
        (head, middle, tail) = unsafe withUnsafeBytes(of: id) { bytes in
            unsafe (
                bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
            )
        }
    }

    var id: git_oid {
        var id = git_oid()
        unsafe withUnsafeMutableBytes(of: &id) { bytes in
            unsafe bytes.storeBytes(of: head, toByteOffset: 0, as: UInt64.self)
            unsafe bytes.storeBytes(of: middle, toByteOffset: 8, as: UInt64.self)
            unsafe bytes.storeBytes(of: tail, toByteOffset: 16, as: UInt32.self)
        }
        return id
    }

    /// The twenty bytes.
    func append(to bytes: inout [UInt8]) {
        unsafe withUnsafeBytes(of: id) { unsafe bytes.append(contentsOf: $0) }
    }
}

/// What an entry is in a tree. Values beside these are read as plain files, as git does.
enum EntryMode: UInt32, Sendable {
    case file = 0o100644
    case executable = 0o100755
    case link = 0o120000
    case folder = 0o040000
    case submodule = 0o160000

    init(_ mode: git_filemode_t) { self = EntryMode(rawValue: UInt32(mode.rawValue)) ?? .file }

    /// As it stands in a tree: without a leading zero.
    var text: String { String(rawValue, radix: 8) }
}
