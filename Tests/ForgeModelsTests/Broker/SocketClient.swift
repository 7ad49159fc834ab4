// A program at a unix socket that reads as much as it wants and leaves when it likes. It waits on a thread of its own.

import Dispatch
import Glibc

final class SocketClient: Sendable {
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "forge.test.socket")

    init(_ path: String) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        // The bytes of a `sockaddr_un`.
        var name = [UInt8(AF_UNIX), 0] + Array(path.utf8)
        name += [UInt8](repeating: 0, count: 110 - name.count)
        let descriptor = descriptor
        let status = unsafe name.withUnsafeBytes {
            unsafe connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
        }
        precondition(status == 0, "no connection: \(errno)")
    }

    deinit { close(descriptor) }

    func leave() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, 0x4000) }
        precondition(count == bytes.count, "a request of this size goes out at once")
    }

    /// What came, up to this mark; nil when the connection ended before.
    func read(until mark: String) async -> String? {
        await withCheckedContinuation { continuation in
            queue.async { [descriptor] in
                var all: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 4_096)
                while !String(decoding: all, as: UTF8.self).contains(mark) {
                    let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
                    guard count > 0 else { return continuation.resume(returning: nil) }
                    all += buffer[..<count]
                }
                continuation.resume(returning: String(decoding: all, as: UTF8.self))
            }
        }
    }
}
