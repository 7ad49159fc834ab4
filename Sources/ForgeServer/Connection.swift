// One TCP connection: what is going on in it, and until when that may take. libmicrohttpd owns the descriptor; this type may write to it or
// shut it down, under its lock, only while the library has said that the connection is started and not yet that it is closed. The library
// says so before it closes the descriptor, and that notice takes the same lock, so a descriptor that has become somebody else's is
// never touched.

import CMicroHTTPD
import ForgeCore
import Glibc
import Synchronization

final class Connection: Sendable {
    enum Phase {
        /// Handed to the library, which has not yet taken it up.
        case accepted
        /// Started; the first request line is not complete.
        case silent
        /// Between two requests.
        case idle
        case readingHeaders
        case readingBody
        /// A handler works; that is for the handler to bound.
        case handling
        case responding
        /// An event stream; bounded by the library's own timeout while it writes.
        case streaming
        /// Shut down by a deadline; the library will notice.
        case cut
        case closed
    }

    struct State {
        var phase = Phase.accepted
        var deadline: UInt64
        /// The peer may still be sending what nobody will read: closing must not turn the answer into a reset.
        var isLingering = false
        /// The last sweep found that the peer has sent its last byte, and that it is read.
        var sawPeerLeave = false
        var exchange: Exchange?
    }

    let descriptor: Int32
    let peer: IPAddress
    let isEncrypted: Bool
    private let state: Mutex<State>

    init(descriptor: Int32, peer: IPAddress, isEncrypted: Bool, deadline: UInt64) {
        self.descriptor = descriptor
        self.peer = peer
        self.isEncrypted = isEncrypted
        state = Mutex(State(deadline: deadline))
    }

    var exchange: Exchange? { state.withLock { $0.exchange } }

    func started() { state.withLock { $0.phase = .silent } }

    /// The library will close the descriptor next. True if it is to be kept open under another number for a while.
    func closed() -> Bool {
        state.withLock {
            $0.phase = .closed
            $0.exchange = nil
            return $0.isLingering
        }
    }

    /// A request line is complete. Its headers have until `deadline`, or for the first request until the one set at the start.
    func begin(_ exchange: Exchange, deadline: UInt64) {
        state.withLock {
            if $0.phase == .idle { $0.deadline = deadline }
            $0.exchange = exchange
            $0.move(to: .readingHeaders)
        }
    }

    func enter(_ phase: Phase, deadline: UInt64) {
        state.withLock {
            $0.deadline = deadline
            $0.move(to: phase)
        }
    }

    func endRequest(idleDeadline: UInt64) {
        state.withLock {
            $0.exchange = nil
            $0.deadline = idleDeadline
            $0.move(to: .idle)
        }
    }

    /// The rest of the request will not be read.
    func linger() { state.withLock { $0.isLingering = true } }

    /// Writes a last answer, on plain TCP, when nothing else is being written: called by the thread that reads the request's body.
    func answerRaw(_ bytes: [UInt8]) {
        state.withLock {
            guard !isEncrypted, $0.phase == .readingBody else { return }
            sendRaw(bytes, to: descriptor)
            $0.isLingering = true
        }
    }
}

extension Connection {
    /// Ends the connection if its time is over or its peer has left. A missed deadline is counted first: whoever sees the answer finds it counted.
    func sweep(at now: UInt64, _ instruments: ServerInstruments, requestID: () -> String) {
        state.withLock { state in
            if hasPeerLeft(&state) { return cut(&state) }
            guard state.deadline <= now, let (reason, problem) = Self.overdue(state.phase) else { return }
            if let reason { instruments.reject(reason) }
            if let problem, !isEncrypted {
                let id = state.exchange?.id ?? requestID()
                sendRaw(rawAnswer(problem, requestID: id), to: descriptor)
                state.exchange?.noteRawAnswer(problem.status)
            }
            cut(&state)
        }
    }

    /// Ends the connection if no request is under way in it.
    func cutIfIdle() {
        state.withLock { if $0.phase == .idle || $0.phase == .silent { cut(&$0) } }
    }

    /// True if the peer of an event stream has closed its side; the connection is then ended.
    func cutIfPeerIsGone() -> Bool {
        state.withLock { state in
            guard state.phase == .streaming else { return false }
            var query = pollfd(fd: descriptor, events: forge_peer_closed, revents: 0)
            guard unsafe poll(&query, 1, 0) == 1 else { return false }
            cut(&state)
            return true
        }
    }

    /// True if no more of a request can come. The library does not notice when the end arrives together with the bytes before it: it waits for
    /// another edge from epoll, and there is none. Two sweeps must agree, as the library may be about to answer what it has just read.
    private func hasPeerLeft(_ state: inout State) -> Bool {
        guard [.silent, .idle, .readingHeaders, .readingBody].contains(state.phase) else { return false }
        var byte: UInt8 = 0
        let isAtEnd = unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
        defer { state.sawPeerLeave = isAtEnd }
        return isAtEnd && state.sawPeerLeave
    }

    private func cut(_ state: inout State) {
        shutdown(descriptor, Int32(SHUT_RDWR))
        state.phase = .cut
        state.deadline = .max
    }

    private static func overdue(_ phase: Phase) -> (Rejection?, HTTPProblem?)? {
        switch phase {
        case .silent, .readingHeaders: (.headerTimeout, .timeout("The headers took too long."))
        case .readingBody: (.bodyTimeout, .timeout("The body took too long."))
        case .responding: (.responseTimeout, nil)
        case .idle: (nil, nil)
        case .accepted, .handling, .streaming, .cut, .closed: nil
        }
    }
}

extension Connection.State {
    /// A connection that was cut stays so, whatever its thread still does in it.
    fileprivate mutating func move(to next: Connection.Phase) {
        sawPeerLeave = false
        if phase != .cut && phase != .closed { phase = next }
    }
}
