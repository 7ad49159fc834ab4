// A lock between processes and between parts of this one: `flock` on a file that is never deleted, since whoever held the deleted one and
// whoever holds the new one would both be sure. The kernel gives it back however a process ends.

import CGit2

/// Owns the descriptor that the lock hangs on; letting go of it unlocks.
final class FileLock: Sendable {
    enum Kind: Sendable {
        /// Many at once.
        case shared
        /// Nobody else.
        case exclusive
    }

    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Nil when it is held by somebody in the way of `kind`.
    static func tryTake(_ path: String, _ kind: Kind) throws(GitError) -> FileLock? {
        let descriptor = unsafe forge_git_open_lock(path)
        guard descriptor >= 0 else { throw .system("open lock", path) }
        let lock = FileLock(descriptor: descriptor)
        while flock(descriptor, (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
            switch forge_git_errno() {
            case EINTR: continue
            case EWOULDBLOCK: return nil
            default: throw .system("lock", path)
            }
        }
        return lock
    }

    /// Waits on this thread, which belongs to one repository. The kernel's own waiting knows neither a limit nor a cancelled task.
    static func take(_ path: String, _ kind: Kind, until deadline: ContinuousClock.Instant) throws(GitError) -> FileLock {
        while true {
            if let lock = try tryTake(path, kind) { return lock }
            if Task.isCancelled { throw GitError(.cancelled, "lock", "the wait for \(path) was cancelled") }
            guard ContinuousClock.now < deadline else {
                throw GitError(.locked, "lock", "another process held \(path) for too long", area: .network)
            }
            poll(nil, 0, 20)
        }
    }
}
