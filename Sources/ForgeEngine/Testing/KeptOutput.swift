// Output as it comes, with its first and its last part kept within a bound: the tests are named at its start, the report and the totals stand
// at its end.

import Synchronization

final class KeptOutput: Sendable {
    private struct State {
        var head: [UInt8] = []
        var tail: [UInt8] = []
        var isCut = false
    }

    private let bytesMax: Int
    private let state = Mutex(State())

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    func take(_ bytes: [UInt8]) {
        state.withLock { state in
            let half = bytesMax / 2
            let room = max(0, half - state.head.count)
            state.head += bytes.prefix(room)
            state.tail += bytes.dropFirst(room)
            // Twice as much is held, so that each byte is moved at most once.
            guard state.tail.count > 2 * half else { return }
            state.tail.removeFirst(state.tail.count - half)
            state.isCut = true
        }
    }

    var kept: (bytes: [UInt8], isCut: Bool) {
        state.withLock { state in
            let half = bytesMax / 2
            let isCut = state.isCut || state.tail.count > half
            guard isCut else { return (state.head + state.tail, false) }
            return (state.head + Array("\n… the middle is left out …\n".utf8) + state.tail.suffix(half), true)
        }
    }
}

/// The first and the last part of a log, within a bound.
func clippedLog(_ bytes: [UInt8], bytesMax: Int) -> [UInt8] {
    guard bytes.count > bytesMax else { return bytes }
    let half = bytesMax / 2
    return bytes.prefix(half) + Array("\n… \(bytes.count - 2 * half) bytes are left out …\n".utf8) + bytes.suffix(half)
}
