// One request and its response, between libmicrohttpd's thread and a handler's task. It must never let the library free, forget or wait for a
// connection that it still means to touch.
//
// What the library promises (0.9.75), and what everything here rests on:
// - A connection belongs to one of its threads. All callbacks for it come from there, one at a time.
// - It is freed only in that thread, and never while it is suspended. So whoever knows that it is suspended may resume it.
// - Resuming what is not suspended does harm: the next suspension is then swallowed, and the connection hangs or spins. So suspending,
//   resuming and knowing which it is happen under one lock, `waiting`.
// - A suspended connection is watched by nobody: neither a timeout nor the peer's leaving is noticed until it is resumed.
// - A daemon that is stopped while a connection is suspended aborts the process. So once the stage is `closing`, nothing suspends any more,
//   and after setting that stage the server resumes whatever is suspended. A thread that read the stage just before it was set
//   holds `waiting` until it has suspended, and is found by that second step.
// - A response may be queued at the first call for a request and after its body is complete, never in between.
// - The completion notice is the last word about a request. `Unmanaged` is released there and nowhere else.
//
// How a handler is answered: its task starts on the library's thread and runs there until it first waits. If it has answered by
// then, the response is queued at once. Otherwise the connection is suspended; the task's answer, whichever thread brings it, resumes it, and
// the library asks again. An answer that comes after the end (the peer left, the server stopped) finds `isGone` and is dropped.
//
// Lock order: a connection's lock, then `waiting`, then the library's. Never the other way.

import CMicroHTTPD
import ForgeCore
import Synchronization

/// Proof for `@unchecked`: the `var`s outside `waiting` are touched by the connection's one library thread only; a handler's task gets the
/// request as a value. `raw` is used by that thread, and by others only under `waiting` while the connection is suspended.
@safe final class Exchange: @unchecked Sendable {
    enum Step {
        case headers
        /// Refused, with no body to come.
        case refused(HTTPProblem)
        case body
        /// The body is refused, but this connection can carry the answer only after it: under TLS nothing can be written past the library.
        case discarding(HTTPProblem, bytesLeft: Int)
        case handler
        case answered
    }

    struct Waiting {
        var response: HTTPResponse?
        var isSuspended = false
        var isGone = false
        var task: Task<Void, Never>?
        var stream: EventStream?
        /// The status of an answer that was written past the library.
        var rawStatus: Int?
    }

    let id: String
    let core: ServerCore
    let connection: Connection
    let startedAt: UInt64
    /// The request line's target as it came, and where it stood.
    let target: [UInt8]
    let targetAddress: UInt
    let raw: OpaquePointer
    let waiting = Mutex(Waiting())

    var step = Step.headers
    var method: HTTPMethod?
    var entry: RouteEntry?
    var request: HTTPRequest?
    var remote: IPAddress
    var path = ""
    var bytesIn = 0
    var bytesOut = 0

    init(_ core: ServerCore, _ connection: Connection, target: [UInt8], targetAddress: UInt, raw: OpaquePointer) {
        self.core = core
        self.connection = connection
        self.target = target
        self.targetAddress = targetAddress
        unsafe self.raw = raw
        id = core.requestIDs()
        startedAt = core.monotonic()
        remote = connection.peer
    }

    // MARK: - The handler

    /// The body is complete: starts the handler, and either answers or lets the connection wait.
    func runHandler() -> MHD_Result {
        step = .handler
        connection.enter(.handling, deadline: .max)
        guard let request, let entry else { return .NO }
        self.request = nil
        let task = Task.immediate { [self] in complete(await entry.route.handle(request)) }
        waiting.withLock { if $0.response == nil && !$0.isGone { $0.task = task } }
        return answerOrWait()
    }

    /// Queues the handler's answer if there is one, else suspends the connection until there is.
    func answerOrWait() -> MHD_Result {
        let response: HTTPResponse? = waiting.withLock { waiting in
            if let response = waiting.response {
                waiting.response = nil
                return response
            }
            if core.stage == .closing {
                waiting.isGone = true
                return stoppingResponse
            }
            unsafe MHD_suspend_connection(raw)
            waiting.isSuspended = true
            return nil
        }
        return response.map(send) ?? .YES
    }

    /// The handler's answer, from whichever thread its task ended on.
    private func complete(_ response: HTTPResponse) {
        waiting.withLock { waiting in
            guard !waiting.isGone else { return }
            waiting.response = response
            waiting.task = nil
            resume(&waiting)
        }
    }

    private func resume(_ waiting: inout Waiting) {
        guard waiting.isSuspended else { return }
        waiting.isSuspended = false
        unsafe MHD_resume_connection(raw)
    }

    // MARK: - The end

    /// Waits no longer: an answer that is not there is not coming. Only for the stage `closing`.
    func stopWaiting() {
        let stream = waiting.withLock { waiting in
            waiting.task?.cancel()
            if waiting.isSuspended {
                waiting.isGone = true
                waiting.response = stoppingResponse
                resume(&waiting)
            }
            return waiting.stream
        }
        stream?.end(abruptly: true)
    }

    var stream: EventStream? { waiting.withLock { $0.stream } }

    func noteRawAnswer(_ status: Int) { waiting.withLock { $0.rawStatus = status } }

    private var stoppingResponse: HTTPResponse { HTTPProblem.unavailable("The service is stopping.").response(requestID: id) }

    /// The library's last word about this request. `sentStatus` is that of the response it has, which may be one of its own, or 0.
    func completed(sentStatus: Int) {
        let (task, stream, rawStatus) = waiting.withLock { waiting in
            let last = (waiting.task, waiting.stream, waiting.rawStatus)
            waiting = Waiting(isGone: true)
            return last
        }
        task?.cancel()
        if let stream {
            bytesOut = stream.bytesSent
            stream.end(abruptly: true)
        }
        core.releaseBody(bytesIn)
        connection.endRequest(idleDeadline: core.deadline(core.limits.idleTimeout))
        // Who leaves before there is an answer is logged as nginx does it.
        record(status: rawStatus ?? (sentStatus != 0 ? sentStatus : 499))
        if core.stage != .serving { core.wake.raise() }
    }

    /// One line and one count for each request: never a query, a body or a path that holds a credential.
    private func record(status: Int) {
        let microseconds = Int((core.monotonic() &- startedAt) / 1000)
        (entry?.instruments ?? core.routes.unmatched).record(method, status: status, microseconds: microseconds)
        core.log.info(
            "request",
            [
                .init("request_id", .string(id)), .init("method", .string(method?.rawValue ?? "other")),
                .init("path", .string(entry.map { $0.route.hidesPath ? $0.route.template : path } ?? core.routes.shown(path))),
                .init("status", JSON(status)), .init("bytes_in", JSON(bytesIn)), .init("bytes_out", JSON(bytesOut)),
                .init("duration_us", JSON(microseconds)), .init("remote", .string(remote.description)),
            ])
    }
}
