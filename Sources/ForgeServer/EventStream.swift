// A response that goes on: what the producer gives, handed to the socket one chunk at a time. The producer is asked for the next chunk only when the
// library, having passed the last one to the socket, asks for more; so a slow reader holds its producer back, and one chunk is all that is
// ever kept. While the producer has nothing, the connection is suspended (see Exchange.swift for what that means), and the
// server's own thread resumes it for a heartbeat, and to end it when the peer is gone.

import CMicroHTTPD
import ForgeCore
import Synchronization

/// Proof for `@unchecked`: `raw` is used by the connection's library thread, and by others only under `state` while it is suspended.
@safe final class EventStream: @unchecked Sendable {
    private enum Producer {
        case resting
        case working
        case finished
    }

    private struct State {
        var producer = Producer.resting
        var chunk: ArraySlice<UInt8> = []
        var task: Task<Void, Never>?
        var isSuspended = false
        /// Since when the peer has been sent nothing.
        var quietSince: UInt64
        var owesComment: Bool
        var isEnding = false
        var isAbandoned = false
        var bytesSent = 0
    }

    /// A line that readers of events skip. One goes out first: the library holds the response's headers back until bytes of the body follow.
    private static let comment: [UInt8] = Array(": \n\n".utf8)

    private let body: HTTPBodyStream
    private let core: ServerCore
    /// What is no event stream of ours gets nothing between its own bytes.
    private let hasHeartbeat: Bool
    private let raw: OpaquePointer
    private let state: Mutex<State>

    init(_ body: HTTPBodyStream, _ core: ServerCore, _ raw: OpaquePointer, hasHeartbeat: Bool) {
        self.body = body
        self.core = core
        self.hasHeartbeat = hasHeartbeat
        unsafe self.raw = raw
        state = Mutex(State(quietSince: core.monotonic(), owesComment: hasHeartbeat))
    }

    var bytesSent: Int { state.withLock { $0.bytesSent } }

    // MARK: - The library's thread

    /// Fills the library's buffer; or starts the producer, suspends the connection and says that there is nothing yet.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) -> ssize_t {
        if let count = state.withLock({ unsafe move(&$0, to: buffer) }) { return count }
        startProducer()
        return state.withLock { state in
            if let count = unsafe move(&state, to: buffer) { return count }
            unsafe MHD_suspend_connection(raw)
            state.isSuspended = true
            return 0
        }
    }

    /// What there is to send, or the end; nil if there is only waiting.
    private func move(_ state: inout State, to buffer: UnsafeMutableRawBufferPointer) -> ssize_t? {
        if state.isAbandoned { return forge_end_with_error }
        if state.chunk.isEmpty {
            if state.owesComment {
                state.owesComment = false
                return unsafe copy(Self.comment[...], &state, to: buffer)
            }
            // Nothing may be suspended once the server is closing.
            return state.producer == .finished || state.isEnding || core.stage == .closing ? forge_end_of_stream : nil
        }
        let part = state.chunk.prefix(buffer.count)
        state.chunk = state.chunk.dropFirst(part.count)
        return unsafe copy(part, &state, to: buffer)
    }

    private func copy(_ part: ArraySlice<UInt8>, _ state: inout State, to buffer: UnsafeMutableRawBufferPointer) -> ssize_t {
        unsafe buffer.copyBytes(from: part)
        state.bytesSent += part.count
        state.quietSince = core.monotonic()
        return part.count
    }

    /// Asks the producer for one chunk, unless it is still busy with the last question.
    private func startProducer() {
        let isResting = state.withLock { state in
            guard state.producer == .resting else { return false }
            state.producer = .working
            return true
        }
        guard isResting else { return }
        let task = Task.immediate { [self] in
            var chunk: [UInt8]? = []
            while let empty = chunk, empty.isEmpty, !Task.isCancelled { chunk = await body.next() }
            deliver(chunk)
        }
        state.withLock { state in
            if state.producer == .working { state.task = task }
            if state.isAbandoned || state.isEnding { task.cancel() }
        }
    }

    // MARK: - Any thread

    private func deliver(_ chunk: [UInt8]?) {
        state.withLock { state in
            state.task = nil
            state.producer = chunk == nil ? .finished : .resting
            if let chunk { state.chunk = chunk[...] }
            resume(&state)
        }
    }

    /// Sends a comment if the peer has heard nothing for a heartbeat.
    func beat(at now: UInt64) {
        state.withLock { state in
            guard hasHeartbeat, state.isSuspended, now &- state.quietSince >= core.limits.heartbeat.nanoseconds else { return }
            state.owesComment = true
            resume(&state)
        }
    }

    /// Ends the stream: after what is already there, or, when the peer is gone, without a further byte. The producer is cancelled.
    func end(abruptly: Bool) {
        state.withLock { state in
            state.isEnding = true
            if abruptly { state.isAbandoned = true }
            state.task?.cancel()
            resume(&state)
        }
    }

    private func resume(_ state: inout State) {
        guard state.isSuspended else { return }
        state.isSuspended = false
        unsafe MHD_resume_connection(raw)
    }
}
