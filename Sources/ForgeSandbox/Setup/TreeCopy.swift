// Copies within a bound: how much was copied so far, and the end when it is too much.

import CSandbox
import ForgeCore

struct TreeCopy {
    private var state = forge_copy()

    init(bytesMax: Int, entriesMax: Int) {
        state.bytes_max = UInt64(bytesMax)
        state.entries_max = UInt64(entriesMax)
    }

    var entries: Int { Int(state.entries) }
    var bytes: Int { Int(state.bytes) }
    var leftOut: Int { Int(state.left_out) }

    /// What is there already stays as it is.
    mutating func all(of from: Descriptor, to folder: Descriptor) throws(SandboxError) {
        // Its own, which the reading of names closes.
        let reading = unsafe forge_open_folder(from.number, ".")
        guard reading >= 0 else { throw .system("copy what the setup made", forge_sandbox_errno()) }
        try check(unsafe forge_copy_entries(reading, folder.number, &state, 0))
    }

    /// One name of a folder, and all beneath it.
    mutating func one(_ name: [UInt8], of from: borrowing OpenFile, to folder: Descriptor) throws(SandboxError) {
        let source = from.number
        try check(unsafe name.withTerminated { unsafe forge_copy_name(source, folder.number, $0, &state, 0) })
    }

    private func check(_ failed: Int32) throws(SandboxError) {
        if failed == E2BIG {
            throw SandboxError(
                .invalid, "it made more than the \(state.entries_max) files or \(state.bytes_max >> 20) MiB that are kept")
        }
        guard failed == 0 else { throw .system("copy what the setup made", failed) }
    }
}

extension Descriptor {
    /// A new folder in this one, or the one that is there.
    func folder(made name: [UInt8]) throws(SandboxError) -> Descriptor {
        let made = unsafe name.withTerminated { unsafe forge_make_here(number, $0) }
        guard made == 0 || forge_sandbox_errno() == EEXIST else { throw .system("make a folder", forge_sandbox_errno()) }
        let opened = unsafe name.withTerminated { unsafe forge_open_folder(number, $0) }
        guard opened >= 0 else { throw .system("open a folder", forge_sandbox_errno()) }
        return Descriptor(owned: opened)
    }
}
