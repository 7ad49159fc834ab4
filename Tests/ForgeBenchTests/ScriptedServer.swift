// A server that answers one connection after another with what a test wrote down, byte for byte: the answers that a well-behaved server
// never gives. It serves until its script is at an end, then closes everything; after that the port refuses.
import Dispatch
import ForgeBench
import Glibc

enum Answer: Sendable {
    /// Sent as is; the connection stays.
    case keep(String)
    /// Sent as is; then the connection is closed.
    case close(String)
    /// Each piece sent by itself, as far as the kernel lets one: the connection stays.
    case pieces([String])
}

enum ScriptedServer {
    /// Starts serving on a thread of its own and returns the port.
    static func start(_ script: [Answer]) throws -> UInt16 {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard unsafe bind(listener, address, length) == 0, listen(listener, 64) == 0 else { return Int32(-1) }
                return unsafe getsockname(listener, address, &length)
            }
        }
        guard listener >= 0, status == 0 else { throw BenchError(attempt: "listen", detail: "errno \(errno)") }
        DispatchQueue(label: "scripted").async { serve(listener, script[...]) }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func serve(_ listener: Int32, _ script: ArraySlice<Answer>) {
        var left = script
        while !left.isEmpty {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            while !left.isEmpty, readRequest(connection) {
                if send(left.removeFirst(), to: connection) { break }
            }
            close(connection)
        }
        close(listener)
    }

    /// Reads one request, whose body ends in "!" and is the only "!" in it. False when the far end closed.
    private static func readRequest(_ connection: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return false }
            if buffer[count - 1] == UInt8(ascii: "!") { return true }
        }
    }

    /// True when the connection is to be closed.
    private static func send(_ answer: Answer, to connection: Int32) -> Bool {
        let (pieces, closes) =
            switch answer {
            case .keep(let text): ([text], false)
            case .close(let text): ([text], true)
            case .pieces(let pieces): (pieces, false)
            }
        var yes: Int32 = 1
        unsafe setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        for piece in pieces {
            let bytes = Array(piece.utf8)
            _ = unsafe Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }
        return closes
    }
}
