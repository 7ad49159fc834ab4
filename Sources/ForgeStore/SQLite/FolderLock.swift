// One service per data folder: a lock on `forge.lock`, held for as long as the store is open and given back by the kernel however the
// process ends. The file is never deleted: whoever held the deleted one and whoever holds the new one would both be sure.

import ForgeCore
import Glibc

/// Owns the descriptor that the lock hangs on.
final class FolderLock: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { Glibc.close(descriptor) }

    /// Nil when another process holds it.
    static func take(folder: String) throws(StoreError) -> FolderLock? {
        let descriptor = unsafe open("\(folder)/forge.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(errno, call: "open lock file") }
        let lock = FolderLock(descriptor: descriptor)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw .system(errno, call: "lock data folder") }
            return nil
        }
        return lock
    }

    /// Leaves our number for whoever is turned away.
    func sign() throws(StoreError) {
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, unsafe pwrite(descriptor, text, text.count, 0) == text.count else {
            throw .system(errno, call: "write lock file")
        }
    }

    static func inUse(folder: String) -> StoreError {
        let holder = holder(folder: folder).map { "process \($0)" } ?? "another process"
        return StoreError(code: .inUse, call: "lock data folder", message: "\(holder) works on \(folder)")
    }

    private static func holder(folder: String) -> Int32? {
        let descriptor = unsafe open("\(folder)/forge.lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
