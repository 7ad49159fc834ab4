// One chunk on its way from a provider to a program: whoever reads the provider waits until the program has taken the last one, and learns when
// the program is gone. One writer, one reader.

import Synchronization

final class StreamRelay: Sendable {
    private struct State {
        var chunk: [UInt8]?
        var isEnded = false
        var isAbandoned = false
        var reader: CheckedContinuation<[UInt8]?, Never>?
        var writer: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let abandoned: @Sendable () -> Void

    /// - Parameter abandoned: called when nobody waits for more, so that no more is asked for; also after the end.
    init(abandoned: @escaping @Sendable () -> Void) { self.abandoned = abandoned }

    /// False when nobody reads any more.
    func give(_ chunk: [UInt8]) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (reader, isFree) = state.withLock { state -> (CheckedContinuation<[UInt8]?, Never>?, Bool) in
                    if state.isAbandoned || state.isEnded { return (nil, true) }
                    if let reader = state.reader {
                        state.reader = nil
                        return (reader, true)
                    }
                    state.chunk = chunk
                    state.writer = continuation
                    return (nil, false)
                }
                reader?.resume(returning: chunk)
                if isFree { continuation.resume() }
            }
        } onCancel: {
            abandon()
        }
        return state.withLock { !$0.isAbandoned }
    }

    /// After the last chunk.
    func end() {
        let reader = state.withLock { state in
            state.isEnded = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    /// Nil at the end.
    func next() async -> [UInt8]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (answer, writer) = state.withLock { state -> ([UInt8]??, CheckedContinuation<Void, Never>?) in
                    if let chunk = state.chunk {
                        state.chunk = nil
                        defer { state.writer = nil }
                        return (.some(chunk), state.writer)
                    }
                    if state.isEnded || state.isAbandoned { return (.some(nil), nil) }
                    state.reader = continuation
                    return (nil, nil)
                }
                writer?.resume()
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            abandon()
        }
    }

    /// Nobody reads or writes any more.
    func abandon() {
        let (reader, writer) = state.withLock { state in
            state.isAbandoned = true
            state.chunk = nil
            defer { (state.reader, state.writer) = (nil, nil) }
            return (state.reader, state.writer)
        }
        reader?.resume(returning: nil)
        writer?.resume()
        abandoned()
    }
}

/// The reading end: once nobody holds it, the writer is told.
final class RelayReader: Sendable {
    private let relay: StreamRelay

    init(_ relay: StreamRelay) { self.relay = relay }

    deinit { relay.abandon() }

    func next() async -> [UInt8]? { await relay.next() }
}
