// Incoming HTTP: bytes in within limits, one handler called, bytes or an event stream out. It must never wait on a thread for a handler, read
// past a bound, or say in a log what was in a body, a query or a credential.
//
// Threads: `limits.threads` of libmicrohttpd's, which read, run handlers until they first wait, and write; and one of ours, which accepts,
// watches deadlines and stops the server. However many handlers wait and streams are open, there are no more.

package import ForgeCore
import Glibc
import Synchronization

package final class HTTPServer: Sendable {
    private enum Stage {
        case new
        case running(ServerLoop, LoopThread)
        case stopped
    }

    private let place: ListenPlace
    private let routes: [HTTPRoute]
    private let limits: ServerLimits
    private let tls: TLSFiles?
    private let dependencies: ServerDependencies
    private let stage = Mutex<Stage>(.new)

    package convenience init(
        listen: ListenAddress, routes: [HTTPRoute], limits: ServerLimits = ServerLimits(), tls: TLSFiles? = nil,
        dependencies: ServerDependencies
    ) {
        self.init(.address(listen), routes, limits, tls, dependencies)
    }

    /// At a path of this machine, for its owner alone unless `mode` says otherwise. Whoever connects counts as this machine's loopback. The
    /// path is removed in the end.
    package convenience init(
        socketPath: String, mode: UInt32 = 0o600, routes: [HTTPRoute], limits: ServerLimits = ServerLimits(),
        dependencies: ServerDependencies
    ) {
        self.init(.path(socketPath, mode: mode), routes, limits, nil, dependencies)
    }

    private init(
        _ place: ListenPlace, _ routes: [HTTPRoute], _ limits: ServerLimits, _ tls: TLSFiles?, _ dependencies: ServerDependencies
    ) {
        precondition(limits.threads > 0 && limits.connections > 0 && limits.headerBytes > 0, "limits are above zero")
        self.place = place
        self.routes = routes
        self.limits = limits
        self.tls = tls
        self.dependencies = dependencies
    }

    /// Listens and answers from here on. Returns the port, which is of use when 0 was asked for, and 0 for a path. A server is started once.
    @discardableResult
    package func start() throws(ServerError) -> UInt16 {
        let socket = try ListenSocket(place, backlog: Int32(clamping: limits.connections))
        let port = socket.port
        guard let wake = WakeSignal() else { throw Self.outOfResources }
        let core = ServerCore(routes: routes, limits: limits, isEncrypted: tls != nil, dependencies, wake: wake)
        let loop = ServerLoop(core, try Daemon(core, tls: tls), socket)
        guard let thread = LoopThread(running: loop) else { throw Self.outOfResources }
        stage.withLock {
            guard case .new = $0 else { preconditionFailure("a server is started once") }
            $0 = .running(loop, thread)
        }
        return port
    }

    /// Takes no new connection, lets what is under way finish, ends event streams, and returns when every thread of the server has ended. What
    /// is not done `within` the time is answered 503 and cut.
    package func stop(within time: Duration) async {
        let running: (ServerLoop, LoopThread)? = stage.withLock {
            guard case .running(let loop, let thread) = $0 else { return nil }
            $0 = .stopped
            return (loop, thread)
        }
        guard let (loop, thread) = running else { return }
        let deadline = dependencies.monotonic() &+ time.nanoseconds
        await withCheckedContinuation { loop.stop(deadline: deadline, $0) }
        thread.join()
    }

    private static let outOfResources = ServerError(
        code: .cannotStart, message: "The HTTP server cannot start: \(unsafe String(cString: strerror(errno)))")
}

/// The thread of one loop.
private struct LoopThread: Sendable {
    private let thread: pthread_t

    init?(running loop: ServerLoop) {
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(loop).toOpaque()
        let status = unsafe pthread_create(
            &thread, nil,
            { context in
                if let context = unsafe context { unsafe Unmanaged<ServerLoop>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, context)
        guard status == 0 else {
            unsafe Unmanaged<ServerLoop>.fromOpaque(context).release()
            return nil
        }
        self.thread = thread
    }

    /// Waits for the loop's last instructions: it has already said that it is done.
    func join() { _ = pthread_join(thread, nil) }
}
