// A descriptor that becomes readable when somebody wants the server's own thread. Owns the descriptor; closes it exactly once.

import CMicroHTTPD
import Glibc

final class WakeSignal: Sendable {
    let descriptor: Int32

    /// Nil when the process has no descriptor left.
    init?() {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    func raise() { eventfd_write(descriptor, 1) }

    func clear() {
        var count: eventfd_t = 0
        unsafe eventfd_read(descriptor, &count)
    }
}
