// A server that says exactly what a test tells it to, byte by byte, on loopback. It ends with its object.

import Foundation
import Synchronization

/// One connection, as the script sees it.
struct RawConnection: Sendable {
    let descriptor: Int32
    /// Counted from 0 over the server's life.
    let index: Int

    /// The head of the next request with the blank line, and as much of the body as its length says; nil when the client is gone.
    func request() -> String? {
        var bytes: [UInt8] = []
        while !bytes.hasWholeRequest {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What comes until a text is in it, or the client ends; what follows the text may be in it, too.
    func read(until mark: String) -> String {
        let mark = Array(mark.utf8)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { break }
            let searched = max(0, bytes.count - mark.count)
            bytes += chunk[..<count]
            if bytes[searched...].firstRange(of: mark) != nil { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// False when the client is gone.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    func answer(_ status: Int, _ headers: [String] = [], _ body: String = "") {
        send("HTTP/1.1 \(status) Some\r\n\(headers.map { $0 + "\r\n" }.joined())content-length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Waits until the client closes.
    func untilClosed() { while request() != nil {} }

    /// Ends the connection at once.
    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// With a reset rather than an end.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    }
}

extension [UInt8] {
    fileprivate var hasWholeRequest: Bool {
        let text = String(decoding: self, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return false }
        let length = text[..<end.lowerBound].lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) }
        return text[end.upperBound...].utf8.count >= length ?? 0
    }
}

final class RawServer: Sendable {
    let port: Int
    private let listener: Int32
    private let heard = Mutex<[String]>([])
    private let noted = DispatchSemaphore(value: 0)

    /// All requests so far that the script noted.
    var requests: [String] { heard.withLock { $0 } }

    func note(_ request: String) {
        heard.withLock { $0.append(request) }
        noted.signal()
    }

    /// The first one, once it is noted.
    func waitForRequest() -> String {
        _ = noted.wait(timeout: .now() + 60)
        return requests.first ?? ""
    }

    /// Answers every request of every connection.
    convenience init(answering answer: @escaping @Sendable (String, RawConnection) -> Void) throws {
        try self.init { connection, server in
            while let request = connection.request() {
                server.note(request)
                answer(request, connection)
            }
        }
    }

    init(_ script: @escaping @Sendable (RawConnection, RawServer) -> Void) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe bind(listener, raw, size) == 0 && listen(listener, 64) == 0 && getsockname(listener, raw, &size) == 0
            }
        }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        guard isBound else { throw CocoaError(.fileNoSuchFile) }
        Thread.detachNewThread { [weak self] in
            var index = 0
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0, let server = self else {
                    close(descriptor)
                    // Here and not where the server ends: the number would be given to somebody else while this thread waits on it.
                    close(listener)
                    return
                }
                let connection = RawConnection(descriptor: descriptor, index: index)
                index += 1
                Thread.detachNewThread {
                    script(connection, server)
                    close(descriptor)
                }
            }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    var url: String { "http://127.0.0.1:\(port)/" }
}
