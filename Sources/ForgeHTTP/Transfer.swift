// One request on its way: what libcurl says of it, call by call, and who waits for it. Two threads touch it: the loop's, on which libcurl
// calls, and the task's that waits. All they share is behind one lock; a continuation is taken out under it and resumed outside.

import CCurl
import ForgeCore
import Synchronization

/// What the waiting side sees.
final class Transfer: Sendable {
    private struct State {
        var head: ResponseHead?
        var chunks: [[UInt8]] = []
        var bufferedBytes = 0
        var isPaused = false
        var ending: Result<Void, HTTPClientError>?
        var headWaiter: CheckedContinuation<Result<ResponseHead, HTTPClientError>, Never>?
        var chunkWaiter: CheckedContinuation<Result<[UInt8]?, HTTPClientError>, Never>?
    }

    /// More than this waits for the reader: libcurl is told to stop receiving.
    private static let bufferedBytesMax = 256 << 10

    let request: OutgoingRequest
    /// Only for a body that is made while it is sent.
    let upload: UploadSlot?
    private let state = Mutex(State())

    init(_ request: OutgoingRequest) {
        self.request = request
        upload = request.stream.map { _ in UploadSlot() }
    }

    // MARK: The task's side

    func head() async -> Result<ResponseHead, HTTPClientError> {
        await withCheckedContinuation { continuation in
            let ready: Result<ResponseHead, HTTPClientError>? = state.withLock { state in
                if let head = state.head { return .success(head) }
                if case .failure(let error)? = state.ending { return .failure(error) }
                state.headWaiter = continuation
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }

    /// The next bytes, or nil at the end.
    func chunk(resume: () -> Void) async -> Result<[UInt8]?, HTTPClientError> {
        let wasPaused = state.withLock { state in
            defer { state.isPaused = false }
            return state.isPaused
        }
        if wasPaused { resume() }
        return await withCheckedContinuation { continuation in
            let ready: Result<[UInt8]?, HTTPClientError>? = state.withLock { state in
                if !state.chunks.isEmpty {
                    let all = state.chunks.count == 1 ? state.chunks[0] : Array(state.chunks.joined())
                    state.chunks = []
                    state.bufferedBytes = 0
                    return .success(all)
                }
                if let ending = state.ending { return ending.map { _ in nil } }
                state.chunkWaiter = continuation
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }

    // MARK: The loop's side

    func deliver(_ head: ResponseHead) {
        let waiter = state.withLock { state in
            state.head = head
            defer { state.headWaiter = nil }
            return state.headWaiter
        }
        waiter?.resume(returning: .success(head))
    }

    /// False when the reader is behind and libcurl shall wait; the bytes are then offered again.
    func deliver(_ bytes: [UInt8]) -> Bool {
        let waiter: CheckedContinuation<Result<[UInt8]?, HTTPClientError>, Never>?
        let isTaken: Bool
        (waiter, isTaken) = state.withLock { state in
            if let waiter = state.chunkWaiter {
                state.chunkWaiter = nil
                return (waiter, true)
            }
            guard state.bufferedBytes < Self.bufferedBytesMax else {
                state.isPaused = true
                return (nil, false)
            }
            state.chunks.append(bytes)
            state.bufferedBytes += bytes.count
            return (nil, true)
        }
        waiter?.resume(returning: .success(bytes))
        return isTaken
    }

    func end(_ ending: Result<Void, HTTPClientError>) {
        upload?.close()
        let (headWaiter, chunkWaiter) = state.withLock { state in
            if state.ending == nil { state.ending = ending }
            defer {
                state.headWaiter = nil
                state.chunkWaiter = nil
            }
            return (state.headWaiter, state.chunkWaiter)
        }
        if case .failure(let error) = ending {
            headWaiter?.resume(returning: .failure(error))
            chunkWaiter?.resume(returning: .failure(error))
        } else {
            headWaiter?.resume(returning: .failure(HTTPClientError(.malformed, "the answer has no head", mayBeDone: true)))
            chunkWaiter?.resume(returning: .success(nil))
        }
    }
}
