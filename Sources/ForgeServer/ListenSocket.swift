// The listening socket. Owns its descriptor; closes it exactly once.

import CMicroHTTPD
import ForgeCore
import Glibc

/// Where a server listens.
enum ListenPlace: Sendable {
    case address(ListenAddress)
    /// A socket of this machine, with the rights of its file.
    case path(String, mode: UInt32)
}

struct ListenSocket: ~Copyable {
    let descriptor: Int32
    /// 0 for a path.
    let port: UInt16
    /// Removed with the socket.
    private let path: String?

    init(_ place: ListenPlace, backlog: Int32) throws(ServerError) {
        switch place {
        case .address(let listen): try self.init(listen, backlog: backlog)
        case .path(let path, let mode): try self.init(path: path, mode: mode, backlog: backlog)
        }
    }

    var isLocal: Bool { path != nil }

    /// Binds and listens; the error names the address and says what the system said.
    init(_ listen: ListenAddress, backlog: Int32) throws(ServerError) {
        let isVersion6 = listen.address.isVersion6
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let made = socket(isVersion6 ? AF_INET6 : AF_INET, kind, 0)
        guard made >= 0 else { throw Self.error(listen) }
        do throws(ServerError) {
            port = try Self.bind(made, listen, backlog: backlog)
        } catch {
            close(made)
            throw error
        }
        descriptor = made
        path = nil
    }

    /// A socket that a process left behind which was killed is taken away; any other file is left as it is. Nobody can connect before
    /// the file has its rights: only then the socket listens.
    init(path: String, mode: UInt32, backlog: Int32) throws(ServerError) {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let made = socket(AF_UNIX, kind, 0)
        guard made >= 0, Self.bind(made, path: path), unsafe chmod(path, mode) == 0, Glibc.listen(made, backlog) == 0 else {
            let reason = unsafe String(cString: strerror(errno))
            if made >= 0 { close(made) }
            throw ServerError(code: .cannotListen, message: "Cannot listen at \(path): \(reason)")
        }
        descriptor = made
        port = 0
        self.path = path
    }

    deinit {
        if let path { unsafe unlink(path) }
        close(descriptor)
    }

    /// A socket's name has 108 bytes at most, and a data folder's may be longer: so it is named by the folder's descriptor.
    private static func bind(_ socket: Int32, path: String) -> Bool {
        var status = stat()
        if unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unsafe unlink(path) }
        let slash = path.lastIndex(of: "/")
        let folder = unsafe open(slash.map { String(path[...$0]) } ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return false }
        defer { close(folder) }
        let name = Array("/proc/self/fd/\(folder)/\(slash.map { String(path[path.index(after: $0)...]) } ?? path)".utf8)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isShort = unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard name.count < room.count else { return false }
            unsafe room.copyBytes(from: name)
            return true
        }
        guard isShort else {
            errno = ENAMETOOLONG
            return false
        }
        return unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    private static func bind(
        _ socket: Int32, _ listen: ListenAddress, backlog: Int32
    ) throws(ServerError) -> UInt16 {
        var yes: Int32 = 1
        unsafe setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var (storage, size) = listen.address.socketAddress(port: listen.port)
        let status = unsafe withUnsafeMutablePointer(to: &storage) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                guard unsafe Glibc.bind(socket, name, size) == 0, Glibc.listen(socket, backlog) == 0 else { return Int32(-1) }
                return unsafe getsockname(socket, name, &size)
            }
        }
        guard status == 0 else { throw error(listen) }
        // The port lies at the same place in both families' addresses.
        return UInt16(bigEndian: unsafe withUnsafeBytes(of: storage) { unsafe $0.loadUnaligned(as: sockaddr_in.self) }.sin_port)
    }

    private static func error(_ listen: ListenAddress) -> ServerError {
        let reason = unsafe String(cString: strerror(errno))
        return ServerError(code: .cannotListen, message: "Cannot listen on \(listen): \(reason)")
    }
}

extension IPAddress {
    func socketAddress(port: UInt16) -> (sockaddr_storage, socklen_t) {
        var storage = sockaddr_storage()
        if isVersion6 {
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &name.sin6_addr) { bytes in
                unsafe bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
                unsafe bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.storeBytes(of: name, as: sockaddr_in6.self) }
            return (storage, socklen_t(MemoryLayout<sockaddr_in6>.size))
        }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
        unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.storeBytes(of: name, as: sockaddr_in.self) }
        return (storage, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
}
