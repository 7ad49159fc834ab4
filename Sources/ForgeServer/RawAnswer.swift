// An answer written straight to a socket, for the moments in which libmicrohttpd takes none: in mid-body, before a request line is complete,
// and to a connection that is refused. Only for plain TCP, and only while nothing else is being written to the connection.

import CMicroHTTPD
import ForgeCore
import Glibc

/// The whole answer, saying that the connection ends with it.
func rawAnswer(_ problem: HTTPProblem, requestID: String) -> [UInt8] {
    let response = problem.response(requestID: requestID)
    guard case .bytes(let body) = response.body else { return [] }
    var head = "HTTP/1.1 \(problem.status) \(problem.title)\r\nConnection: close\r\nContent-Length: \(body.count)\r\n"
    for header in response.headers { head += "\(header.name): \(header.value)\r\n" }
    head += "cache-control: no-store\r\nx-request-id: \(requestID)\r\n\r\n"
    return Array(head.utf8) + body
}

/// Hands the bytes to the kernel without waiting. The socket's buffer is empty at these moments, so a short write means that the peer is gone.
func sendRaw(_ bytes: [UInt8], to descriptor: Int32) {
    unsafe bytes.withUnsafeBytes { source in
        _ = unsafe send(descriptor, source.baseAddress, source.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }
}
