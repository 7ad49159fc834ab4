// The server's own thread: it accepts connections, watches over their time, keeps event streams alive, and at the end takes the server down.
// It never reads a request; libmicrohttpd's threads do. That it accepts itself, and hands the library sockets, makes the bounds on connections
// exact and spares the library's quiescing, which aborts the process if a thread of the pool is at its limit in that moment.

import CMicroHTTPD
import ForgeCore
import Glibc
import Synchronization

/// Proof for `@unchecked`: everything but `order` is touched by the loop's thread alone once `run` has begun.
final class ServerLoop: @unchecked Sendable {
    /// How often deadlines are looked at; a deadline is met this much late at most.
    private static let sweepMilliseconds = 100
    /// Accepted in one go before the rest of the loop has its turn.
    private static let acceptsMax = 256

    private struct StopOrder {
        var deadline: UInt64
        var done: CheckedContinuation<Void, Never>
    }

    private let core: ServerCore
    private var daemon: Daemon?
    private var listening: ListenSocket?
    private let order = Mutex<[StopOrder]>([])
    private var lastSweep: Int64 = 0
    /// No descriptor was left at the last accept: it is tried again at the next sweep.
    private var isOutOfDescriptors = false

    init(_ core: ServerCore, _ daemon: consuming Daemon, _ listening: consuming ListenSocket) {
        self.core = core
        self.daemon = consume daemon
        self.listening = consume listening
    }

    /// Asks the loop to end, from any thread.
    func stop(deadline: UInt64, _ done: CheckedContinuation<Void, Never>) {
        order.withLock { $0.append(StopOrder(deadline: deadline, done: done)) }
        core.wake.raise()
    }

    func run() {
        while !mayEnd() {
            wait()
            core.wake.clear()
            accept()
            core.lingering.drain(at: core.monotonic())
            if isSweepDue() { sweep() }
        }
        end()
    }

    // MARK: - Waiting

    /// Until a connection comes, somebody calls, a lingering peer sends, or it is time to sweep.
    private func wait() {
        var queries = [pollfd(fd: core.wake.descriptor, events: Int16(POLLIN), revents: 0)]
        if let listening = listening?.descriptor, !isOutOfDescriptors {
            queries.append(pollfd(fd: listening, events: Int16(POLLIN), revents: 0))
        }
        queries += core.lingering.descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let passed = Self.milliseconds() - lastSweep
        unsafe _ = poll(&queries, nfds_t(queries.count), Int32(max(0, Int64(Self.sweepMilliseconds) - passed)))
    }

    /// The machine's own time, whatever clock the server is handed: a sweep must come also while that one stands still.
    private static func milliseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    private func isSweepDue() -> Bool {
        let now = Self.milliseconds()
        guard now - lastSweep >= Self.sweepMilliseconds else { return false }
        lastSweep = now
        return true
    }

    // MARK: - Accepting

    private func accept() {
        guard let socket = listening?.descriptor else { return }
        for _ in 0..<Self.acceptsMax {
            var address = sockaddr_storage()
            var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let accepted = unsafe withUnsafeMutablePointer(to: &address) { storage in
                unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe accept4(socket, $0, &size, Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue))
                }
            }
            guard accepted >= 0 else {
                if errno == ECONNABORTED || errno == EINTR { continue }
                if errno != EAGAIN { isOutOfDescriptors = true }
                return
            }
            admit(accepted, &address, size)
        }
    }

    private func admit(_ descriptor: Int32, _ address: inout sockaddr_storage, _ given: socklen_t) {
        var size = given
        // The library knows no peer without an address of the internet's.
        if listening?.isLocal == true { (address, size) = IPAddress.loopback.socketAddress(port: 0) }
        guard let peer = IPAddress(address) else {
            close(descriptor)
            return
        }
        let isProxy = core.limits.trustedProxies.contains { $0.contains(peer) }
        if core.connections.count >= core.limits.connections {
            return refuse(descriptor, .unavailable("There are too many connections."), .connections)
        }
        if !isProxy && core.connections.count(of: peer) >= core.limits.connectionsPerAddress {
            return refuse(descriptor, .tooManyRequests(retryAfter: 1), .connectionsPerAddress)
        }
        let deadline = core.deadline(core.limits.headerTimeout)
        let connection = Connection(descriptor: descriptor, peer: peer, isEncrypted: core.isEncrypted, deadline: deadline)
        core.connections.insert(connection)
        if daemon?.add(descriptor, from: &address, size) != true { core.connections.remove(connection) }
    }

    private func refuse(_ descriptor: Int32, _ problem: HTTPProblem, _ reason: Rejection) {
        core.instruments.reject(reason)
        if !core.isEncrypted { sendRaw(rawAnswer(problem, requestID: core.requestIDs()), to: descriptor) }
        core.lingering.adopt(descriptor, until: core.deadline(.seconds(2)))
    }

    // MARK: - Watching over time

    private func sweep() {
        isOutOfDescriptors = false
        let now = core.monotonic()
        for connection in core.connections.all {
            connection.sweep(at: now, core.instruments, requestID: core.requestIDs)
            guard let stream = connection.exchange?.stream else { continue }
            if connection.cutIfPeerIsGone() {
                stream.end(abruptly: true)
            } else {
                stream.beat(at: now)
            }
        }
    }

    // MARK: - Stopping

    /// Brings the stop that was asked for one step on. True once nothing is under way, or may be any longer.
    private func mayEnd() -> Bool {
        guard let deadline = order.withLock({ $0.map(\.deadline).min() }) else { return false }
        if core.stage == .serving {
            core.stage = .draining
            listening = nil
        }
        var isBusy = false
        for connection in core.connections.all {
            connection.cutIfIdle()
            guard let exchange = connection.exchange else { continue }
            isBusy = true
            exchange.stream?.end(abruptly: false)
        }
        return !isBusy || core.monotonic() >= deadline
    }

    /// Nothing may be suspended when the daemon stops; see Exchange.swift.
    private func end() {
        core.stage = .closing
        for connection in core.connections.all { connection.exchange?.stopWaiting() }
        // Whoever was still waiting has been given an answer: the library's threads get one round to send it.
        let limit = Self.milliseconds() + Int64(Self.sweepMilliseconds)
        while core.connections.all.contains(where: { $0.exchange != nil }), Self.milliseconds() < limit {
            var query = pollfd(fd: core.wake.descriptor, events: Int16(POLLIN), revents: 0)
            unsafe _ = poll(&query, 1, 10)
            core.wake.clear()
        }
        daemon = nil
        let done = order.withLock { orders in
            defer { orders = [] }
            return orders.map(\.done)
        }
        for continuation in done { continuation.resume() }
    }
}
