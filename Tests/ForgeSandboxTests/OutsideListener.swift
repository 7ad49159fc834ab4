// A socket of this machine that nobody inside may reach: it knows whether somebody did.

import Glibc

final class OutsideListener: Sendable {
    enum Kind { case network, network6, datagrams, path(String), abstract(String) }

    private let number: Int32
    let port: UInt16
    private let isDatagrams: Bool

    struct Failure: Error { var number: Int32 }

    init(_ kind: Kind) throws {
        let family =
            switch kind {
            case .network, .datagrams: AF_INET
            case .network6: AF_INET6
            case .path, .abstract: AF_UNIX
            }
        if case .datagrams = kind { isDatagrams = true } else { isDatagrams = false }
        let type = Int32((isDatagrams ? SOCK_DGRAM : SOCK_STREAM).rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let socket = socket(family, type, 0)
        guard socket >= 0 else { throw Failure(number: errno) }
        var bytes = Self.address(kind, family)
        let isBound = unsafe bytes.withUnsafeMutableBytes { bytes in
            let pointer = unsafe bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return unsafe bind(socket, pointer, socklen_t(bytes.count))
        }
        guard isBound == 0 else { throw Failure(number: errno) }
        if !isDatagrams { listen(socket, 8) }
        var found = [UInt8](repeating: 0, count: 128)
        var size = socklen_t(found.count)
        unsafe found.withUnsafeMutableBytes { bytes in
            _ = unsafe getsockname(socket, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), &size)
        }
        port = UInt16(found[2]) << 8 | UInt16(found[3])
        number = socket
    }

    deinit { close(number) }

    private static func address(_ kind: Kind, _ family: Int32) -> [UInt8] {
        let head = [UInt8(family & 0xFF), UInt8(family >> 8)]
        switch kind {
        case .network, .datagrams: return head + [0, 0, 127, 0, 0, 1] + [UInt8](repeating: 0, count: 8)
        case .network6: return head + [UInt8](repeating: 0, count: 2 + 4 + 15) + [1] + [0, 0, 0, 0]
        case .path(let path): return head + Array(path.utf8) + [0]
        case .abstract(let name): return head + [0] + Array(name.utf8)
        }
    }

    var wasReached: Bool {
        if isDatagrams {
            var byte: UInt8 = 0
            return unsafe recv(number, &byte, 1, 0) > 0
        }
        let connection = accept(number, nil, nil)
        if connection >= 0 { close(connection) }
        return connection >= 0
    }
}
