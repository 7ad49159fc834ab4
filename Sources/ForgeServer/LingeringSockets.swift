// Sockets that libmicrohttpd has closed while their peer was still sending. Closing a socket with unread bytes resets the connection, and a
// reset throws away the answer that the peer has not read yet; so such a socket is kept open under a second number, and what comes is
// read and dropped, until the peer is done or its time is over. Bounded: past the maximum a peer gets its reset.

import CMicroHTTPD
import Glibc
import Synchronization

final class LingeringSockets: Sendable {
    private static let socketsMax = 64
    /// What is thrown away of one peer at most.
    private static let bytesMax = 64 * 1024 * 1024

    private struct Socket {
        let descriptor: Int32
        let deadline: UInt64
        var bytesLeft = LingeringSockets.bytesMax
    }

    private let sockets = Mutex<[Socket]>([])

    deinit { sockets.withLock { for socket in $0 { close(socket.descriptor) } } }

    var descriptors: [Int32] { sockets.withLock { $0.map(\.descriptor) } }

    /// Keeps the connection of `descriptor`, which the caller goes on to close.
    func keep(_ descriptor: Int32, until deadline: UInt64) {
        sockets.withLock {
            guard $0.count < Self.socketsMax else { return }
            let kept = dup(descriptor)
            if kept >= 0 { $0.append(Socket(descriptor: kept, deadline: deadline)) }
        }
    }

    /// Takes over an accepted descriptor that gets no further than its refusal.
    func adopt(_ descriptor: Int32, until deadline: UInt64) {
        shutdown(descriptor, Int32(SHUT_WR))
        keep(descriptor, until: deadline)
        close(descriptor)
    }

    /// Reads what came and closes those that are done.
    func drain(at now: UInt64) {
        sockets.withLock { sockets in
            unsafe withUnsafeTemporaryAllocation(byteCount: 64 * 1024, alignment: 16) { buffer in
                for index in sockets.indices.reversed() where unsafe Self.isDone(&sockets[index], at: now, buffer) {
                    close(sockets[index].descriptor)
                    sockets.remove(at: index)
                }
            }
        }
    }

    private static func isDone(_ socket: inout Socket, at now: UInt64, _ buffer: UnsafeMutableRawBufferPointer) -> Bool {
        if socket.deadline <= now { return true }
        // A bounded number of reads, so that one busy peer does not hold up the others.
        for _ in 0..<16 {
            let count = unsafe recv(socket.descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            if count < 0 { return errno != EAGAIN && errno != EINTR }
            socket.bytesLeft -= count
            if count == 0 || socket.bytesLeft <= 0 { return true }
        }
        return false
    }
}
