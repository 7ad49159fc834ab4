// Between whoever makes a body and the loop that sends it: one piece at a time, so that a slow network holds the maker back. The maker
// waits as a task, the loop never waits.

import Synchronization

final class UploadSlot: Sendable {
    enum Piece {
        case bytes([UInt8])
        /// The maker is not there yet; it wakes the loop.
        case later
        case end
        /// The maker gave up, and why.
        case failed(String)
    }

    private struct State {
        var next = Piece.later
        var isClosed = false
        var maker: CheckedContinuation<Bool, Never>?
    }

    private let state = Mutex(State())

    // MARK: The maker's side

    /// Hands a piece over and waits until it is taken. False when nobody takes it any more.
    func give(_ bytes: [UInt8], wake: () -> Void) async -> Bool {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                guard !state.isClosed else { return false }
                state.next = .bytes(bytes)
                state.maker = continuation
                return true
            }
            if isOpen { wake() } else { continuation.resume(returning: false) }
        }
    }

    /// Nothing follows.
    func finish(_ last: Piece) { state.withLock { $0.next = last } }

    // MARK: The loop's side

    func take() -> Piece {
        let (piece, maker) = state.withLock { state in
            let piece = state.next
            defer { state.maker = nil }
            if case .bytes = piece { state.next = .later }
            return (piece, state.maker)
        }
        maker?.resume(returning: true)
        return piece
    }

    /// Nobody takes any more.
    func close() {
        let maker = state.withLock { state in
            state.isClosed = true
            defer { state.maker = nil }
            return state.maker
        }
        maker?.resume(returning: false)
    }
}
