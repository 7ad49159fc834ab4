// Copies within a bound: how much was copied so far, and the end when it is too much.

import CSandbox
import ForgeCore

struct TreeCopy {
    private var state = forge_copy()
    /// Kept open as long as the copy may ask it.
    private let stop: Descriptor

    /// - Parameters:
    ///   - reserveBytes: with less of the disk left, nothing more is written.
    ///   - stop: signalled when nobody waits for the copy any more.
    init(bytesMax: Int, entriesMax: Int, reserveBytes: Int, stop: Descriptor) {
        self.stop = stop
        state.bytes_max = UInt64(bytesMax)
        state.entries_max = UInt64(entriesMax)
        state.reserve_bytes = UInt64(max(0, reserveBytes))
        // The first thing to do is to look at the disk.
        state.unlooked = UInt64(FORGE_COPY_STRETCH)
        state.stop = stop.number
    }

    var entries: Int { Int(state.entries) }
    var bytes: Int { Int(state.bytes) }
    var leftOut: Int { Int(state.left_out) }

    /// Where nothing can be shared with what it is copied from, all of it is written.
    var copiesBytes: Bool { state.copies_bytes != 0 }

    /// Before anything is half there: so much is to be written.
    mutating func expect(_ bytes: Int, in folder: Descriptor) throws(SandboxError) {
        try check(unsafe forge_copy_goes_on(folder.number, &state, UInt64(bytes)))
    }

    mutating func endIfStopped() throws(SandboxError) {
        if unsafe forge_copy_is_stopped(&state) != 0 { throw .nobodyWaits }
    }

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

    /// Told, and not copied.
    mutating func leaveOut(_ count: Int) { state.left_out += UInt64(count) }

    private func check(_ failed: Int32) throws(SandboxError) {
        if failed == E2BIG {
            throw SandboxError(
                .invalid, "it made more than the \(state.entries_max) files or \(state.bytes_max >> 20) MiB that are kept")
        }
        if [ENOSPC, EDQUOT, EFBIG].contains(failed) {
            throw SandboxError(.invalid, "the disk has no room for what it made (sandbox.disk_reserve)")
        }
        if failed == ECANCELED { throw .nobodyWaits }
        guard failed == 0 else { throw .system("copy what the setup made", failed) }
    }
}

extension SandboxError {
    static let nobodyWaits = SandboxError(.cancelled, "cancelled: nobody waits for the setup's result any more")
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
