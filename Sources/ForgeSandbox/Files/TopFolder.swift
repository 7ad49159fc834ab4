// The one place where a path becomes an open file: beneath the folder of the worktree, by the kernel's own word. It must never decide by the
// text of a path where it leads: between a look and the use of it a program in the sandbox can put a symlink there.
//
// Wanted: no path leads out, through a symlink (in any part, the last too), or to another process's files; the same where the kernel
// has no openat2. Accepted: a folder that is moved within the worktree while it is open stays open under its new name.

import CSandbox
import ForgeCore

final class TopFolder: Sendable {
    /// How paths are resolved.
    enum Resolution: Hashable, Sendable {
        /// openat2, RESOLVE_BENEATH | NO_SYMLINKS | NO_MAGICLINKS: in one call.
        case kernel
        /// Part by part, each opened in the folder before it and never through a symlink.
        case steps
    }

    private let number: Int32
    let resolution: Resolution

    /// - Parameter prefersKernel: false is for a kernel that has no openat2, and for tests of that.
    init(_ path: String, prefersKernel: Bool = true) throws(SystemRefusal) {
        let opened = unsafe forge_open_top(path)
        guard opened >= 0 else { throw .last }
        number = opened
        let probe = prefersKernel ? unsafe forge_open_beneath(opened, ".", forge_for_paths, 0) : -1
        resolution = probe >= 0 ? .kernel : .steps
        if probe >= 0 { close(probe) }
    }

    deinit { close(number) }

    /// Empty `parts` are the folder itself.
    func open(_ parts: ArraySlice<[UInt8]>, _ flags: UInt64) throws(SystemRefusal) -> OpenFile {
        switch resolution {
        case .kernel: try openAtOnce(Array(parts.joined(separator: [UInt8(ascii: "/")])), flags)
        case .steps: try openStepByStep(parts, flags)
        }
    }

    /// The same for a path that a walk put together of names found in folders.
    func open(_ path: [UInt8], _ flags: UInt64) throws(SystemRefusal) -> OpenFile {
        switch resolution {
        case .kernel: return try openAtOnce(path, flags)
        case .steps: return try openStepByStep(path.split(separator: UInt8(ascii: "/")).map(Array.init)[...], flags)
        }
    }

    private func openAtOnce(_ path: [UInt8], _ flags: UInt64) throws(SystemRefusal) -> OpenFile {
        let path = path.isEmpty ? [UInt8(ascii: ".")] : path
        // The kernel may ask to try again while folders are renamed around it.
        for _ in 0..<16 {
            let opened = unsafe path.withTerminated { unsafe forge_open_beneath(number, $0, flags, 0) }
            if opened >= 0 { return try OpenFile(owned: opened) }
            let refusal = SystemRefusal.last
            guard refusal.number == EAGAIN || refusal.number == EINTR else { throw refusal }
        }
        throw SystemRefusal(number: EAGAIN)
    }

    private func openStepByStep(_ parts: ArraySlice<[UInt8]>, _ flags: UInt64) throws(SystemRefusal) -> OpenFile {
        guard let last = parts.last else { return try OpenFile(owned: unsafe forge_open_here(number, ".", flags)) }
        var folder = try OpenFile(owned: unsafe forge_open_here(number, ".", forge_for_paths))
        for part in parts.dropLast() { folder = try folder.open(part, forge_for_paths) }
        return try folder.open(last, flags)
    }
}

extension OpenFile {
    /// One name in this folder, never through a symlink.
    borrowing func open(_ name: [UInt8], _ flags: UInt64) throws(SystemRefusal) -> OpenFile {
        let folder = number
        return try OpenFile(owned: unsafe name.withTerminated { unsafe forge_open_here(folder, $0, flags) })
    }

    /// Up to `end` bytes of a file into the buffer from `start` on; where it stopped. Less than `end` is the end of the file.
    borrowing func read(into buffer: inout [UInt8], from start: Int, to end: Int) throws(SystemRefusal) -> Int {
        var filled = start
        while filled < end {
            let number = number
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe CSandbox.read(number, $0.baseAddress?.advanced(by: filled), end - filled)
            }
            if count == 0 { break }
            if count < 0 {
                guard forge_files_errno() == EINTR else { throw .last }
                continue
            }
            filled += count
        }
        return filled
    }
}
