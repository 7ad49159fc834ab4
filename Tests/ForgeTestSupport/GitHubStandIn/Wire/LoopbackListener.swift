// Listens on loopback with a thread for each connection. Threads, not tasks: an answer may be held for as long as a test likes without
// keeping anybody else from running. It must never listen anywhere else.

import Foundation
import Glibc
import Synchronization

final class LoopbackListener: Sendable {
    let port: Int
    private let listener: Int32
    private let open = Mutex<Set<Int32>>([])

    init(_ answer: @escaping @Sendable (WireRequest) -> WireResponse) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in.loopback(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe bind(listener, raw, size) == 0 && listen(listener, 256) == 0 && getsockname(listener, raw, &size) == 0
            }
        }
        guard isBound else { throw CocoaError(.fileNoSuchFile) }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0, let self else {
                    close(descriptor)
                    return
                }
                // A program that a test starts must not keep the connection open.
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                _ = self.open.withLock { $0.insert(descriptor) }
                Thread.detachNewThread { self.serve(descriptor, answer) }
            }
        }
    }

    private func serve(_ descriptor: Int32, _ answer: @Sendable (WireRequest) -> WireResponse) {
        var isQuick: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isQuick, socklen_t(MemoryLayout<Int32>.size))
        var connection = LoopbackConnection(descriptor: descriptor)
        while let request = connection.request(), connection.answer(answer(request), to: request) {}
        open.withLock {
            $0.remove(descriptor)
            close(descriptor)
        }
    }

    /// Takes no more and ends what is open.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        open.withLock { for descriptor in $0 { shutdown(descriptor, Int32(SHUT_RDWR)) } }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}

extension sockaddr_in {
    static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

/// Raw bytes to a server on this machine and all that comes back until it closes; nil when nothing did.
func exchangeOnLoopback(port: Int, _ request: [UInt8], within seconds: Int) -> [UInt8]? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in.loopback(port: port)
    let isConnected = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
    guard isConnected, LoopbackConnection(descriptor: descriptor).send(request) else { return nil }
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return answer.isEmpty ? nil : answer }
        answer += chunk[..<count]
    }
}
