// What repositories' setup commands made, on this machine's disk. An entry appears whole or not at all, is never changed afterwards, and the
// ones that were not used for longest go when there is too much. Several processes share the folder: an entry in use is locked, and so is
// what a process has half made.
//
// Accepted: commands of one setup can put anything into what later runs with the same key find. A key names the repository, so that they are
// its own; and nothing of an entry is ever run outside of the sandbox.

import CSandbox
package import ForgeCore
import Synchronization

package struct SetupLimits: Sendable {
    /// Of all entries.
    package var bytesMax = 10 << 30
    /// Of one.
    package var entryBytesMax = 4 << 30
    package var entryFilesMax = 500_000
    /// Of the disk, for everybody else, as commands have to leave it; at most a tenth.
    package var reserveBytes = 1 << 30

    package init() {}
}

package final class SetupCache: Sendable {
    private static let staging = ".staging"
    private static let sizeFile = ".bytes"
    private static let startsMax = 10_000

    let limits: SetupLimits
    /// Whom commands are on this machine, when that is not us.
    let user: UInt32?
    private let folder: String
    /// What this process has not finished, locked as long as it lives.
    private let own: String
    private let lock: Descriptor
    private let staged = Atomic<Int>(0)

    /// What an earlier forge left half made is removed.
    package init(folder: String, limits: SetupLimits = SetupLimits(), user: UInt32? = nil) throws(SandboxError) {
        self.folder = folder
        self.limits = limits
        self.user = user
        let staging = "\(folder)/\(Self.staging)"
        for path in [folder, staging] where unsafe mkdir(path, 0o700) != 0 && forge_sandbox_errno() != EEXIST {
            throw .system("make the folder \(path)", forge_sandbox_errno())
        }
        (own, lock) = try Self.ownFolder(in: staging)
        Self.sweep(staging, sparing: own)
    }

    /// Of what is half made the next one removes what is left.
    deinit { unsafe rmdir(own) }

    private static func ownFolder(in staging: String) throws(SandboxError) -> (String, Descriptor) {
        for number in 0..<startsMax {
            let path = "\(staging)/\(getpid())-\(number)"
            guard unsafe mkdir(path, 0o700) == 0 else {
                guard forge_sandbox_errno() == EEXIST else { throw .system("make the folder \(path)", forge_sandbox_errno()) }
                continue
            }
            let lock = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
            // Somebody who sweeps may have been quicker: then it is gone.
            if forge_lock_alone(lock.number) == 0, unsafe forge_is_at(path, lock.number) != 0 { return (path, lock) }
        }
        throw SandboxError(.unavailable, "there is too much in \(staging)")
    }

    /// Whose process is gone, that is not locked any more.
    private static func sweep(_ staging: String, sparing own: String) {
        for name in folderNames(staging) where "\(staging)/\(name)" != own {
            // What cannot be opened is somebody's who is just removing it.
            guard let found = try? Descriptor.open("\(staging)/\(name)", O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
                forge_lock_alone(found.number) == 0
            else { continue }
            _ = unsafe forge_remove_tree("\(staging)/\(name)")
        }
    }

    /// The entry's folder while `work` lasts; nil when there is none. It is not removed meanwhile.
    package func with<Answer, Failure: Error>(_ key: SetupKey, _ work: (String?) throws(Failure) -> Answer) throws(Failure) -> Answer {
        let held = hold(key)
        defer { withExtendedLifetime(held) {} }
        return try work(held == nil ? nil : place(of: key))
    }

    /// A new empty folder, to be filled and then published.
    package func stage() throws(SandboxError) -> String {
        let path = "\(own)/\(staged.add(1, ordering: .relaxed).newValue)"
        guard unsafe mkdir(path, 0o755) == 0 else { throw .system("make the folder \(path)", forge_sandbox_errno()) }
        return path
    }

    /// Throws away what came to nothing.
    package func discard(_ staged: String) { _ = unsafe forge_remove_tree(staged) }

    /// Makes a filled folder the entry, in one step. Whoever was first stays: the same key is the same content.
    package func publish(_ staged: String, as key: SetupKey) throws(SandboxError) {
        let bytes = unsafe forge_tree_bytes(staged)
        guard bytes >= 0 else {
            discard(staged)
            throw .system("measure what the setup made", Int32(-bytes))
        }
        guard bytes <= limits.bytesMax else {
            discard(staged)
            throw SandboxError(.invalid, "the setup made \(bytes) bytes, more than the \(limits.bytesMax) that are kept")
        }
        // A machine that loses its power must not keep the names of files without what is in them.
        if let opened = try? Descriptor.open(staged, O_RDONLY | O_DIRECTORY) { _ = forge_sync_disk(opened.number) }
        if unsafe rename(staged, place(of: key)) != 0 {
            let number = forge_sandbox_errno()
            discard(staged)
            guard number == EEXIST || number == ENOTEMPTY else { throw .system("keep what the setup made", number) }
            // Without its size on file, the size is found anew.
        } else if let file = try? Descriptor.open(place(of: key) + Self.sizeFile, O_WRONLY | O_CREAT | O_TRUNC) {
            _ = file.write(Array("\(bytes)\n".utf8)[...])
        }
        trim(sparing: key)
    }

    /// Of all entries.
    package var totalBytes: Int { keys.reduce(0) { $0 + bytes(of: $1) } }

    // MARK: Entries

    private func place(of key: SetupKey) -> String { "\(folder)/\(key.text)" }

    /// Others may hold it at the same time; nobody removes it.
    private func hold(_ key: SetupKey) -> Descriptor? {
        // What is not there cannot be opened.
        guard let found = try? Descriptor.open(place(of: key), O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
            forge_lock_shared(found.number) == 0, unsafe forge_is_at(place(of: key), found.number) != 0
        else { return nil }
        _ = unsafe forge_touch(place(of: key) + Self.sizeFile)
        return found
    }

    private var keys: [SetupKey] { folderNames(folder).compactMap { SetupKey(text: $0) } }

    func bytes(of key: SetupKey) -> Int {
        KernelFile.number(place(of: key) + Self.sizeFile) ?? max(0, Int(unsafe forge_tree_bytes(place(of: key))))
    }

    private func trim(sparing new: SetupKey) {
        let entries = keys.map { (key: $0, bytes: bytes(of: $0), used: unsafe forge_modified(place(of: $0) + Self.sizeFile)) }
        var total = entries.reduce(0) { $0 + $1.bytes }
        for entry in entries.sorted(by: { $0.used < $1.used }) where total > limits.bytesMax && entry.key != new {
            guard take(away: entry.key) else { continue }
            total -= entry.bytes
        }
    }

    /// Out of sight at once, whatever becomes of the removal. False when it is in use.
    private func take(away key: SetupKey) -> Bool {
        // What cannot be opened is gone already.
        guard let found = try? Descriptor.open(place(of: key), O_RDONLY | O_DIRECTORY | O_NOFOLLOW) else { return true }
        let gone = "\(own)/gone-\(key.text)"
        guard forge_lock_alone(found.number) == 0, unsafe rename(place(of: key), gone) == 0 else { return false }
        unsafe unlink(place(of: key) + Self.sizeFile)
        discard(gone)
        return true
    }
}
