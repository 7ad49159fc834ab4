// Copies between two sockets, both ways at once, until both sides have said all they had to say or a limit is reached. It blocks its thread.
// What a side cannot take yet holds the other one back: never more than one buffer is kept each way.

import CSandbox
import ForgeCore

package enum CopyEnding: String, Hashable, Sendable {
    case finished, idle, timeMax = "time", bytesMax = "bytes", stopped, broken
}

struct CopyLimits: Sendable {
    var idle: Duration
    var total: Duration
    var bytesMax: Int
}

struct SocketPair {
    private struct Way {
        let from: Int32
        let to: Int32
        var waiting: ArraySlice<UInt8> = []
        var isAtEnd = false
        var isClosed = false
        var bytes = 0

        var events: (from: Int16, to: Int16) {
            (waiting.isEmpty && !isAtEnd ? Int16(POLLIN) : 0, waiting.isEmpty ? 0 : Int16(POLLOUT))
        }

        /// Nil when it goes on. What is more than there is room for is not passed on.
        mutating func move(_ buffer: inout [UInt8], room: Int) -> CopyEnding? {
            if waiting.isEmpty, !isAtEnd {
                let count = unsafe buffer.withUnsafeMutableBytes { unsafe forge_receive(from, $0.baseAddress, $0.count) }
                if count > 0 {
                    guard count <= room else { return .bytesMax }
                    waiting = buffer[..<count]
                    bytes += count
                } else if count == 0 {
                    isAtEnd = true
                } else if !Self.mayWait {
                    return .broken
                }
            }
            if !waiting.isEmpty {
                let count = unsafe waiting.withUnsafeBytes { unsafe forge_send(to, $0.baseAddress, $0.count) }
                if count > 0 { waiting = waiting.dropFirst(count) } else if !Self.mayWait { return .broken }
            }
            if isAtEnd, waiting.isEmpty, !isClosed {
                isClosed = true
                _ = forge_end_sending(to)
            }
            return nil
        }

        private static var mayWait: Bool {
            let failure = forge_sandbox_errno()
            return failure == EAGAIN || failure == EINTR
        }
    }

    private let stop: Int32
    private let limits: CopyLimits
    private var ways: [Way]

    /// - Parameter stop: ends the copying as soon as it can be read.
    init(_ left: Int32, _ right: Int32, first: [UInt8] = [], stop: Int32, limits: CopyLimits) {
        self.stop = stop
        self.limits = limits
        var there = Way(from: left, to: right)
        there.waiting = first[...]
        there.bytes = first.count
        ways = [there, Way(from: right, to: left)]
    }

    /// From left to right, and back.
    var bytes: (there: Int, back: Int) { (ways[0].bytes, ways[1].bytes) }

    mutating func copy() -> CopyEnding {
        let end = forge_milliseconds() + limits.total.milliseconds
        var quietEnd = forge_milliseconds() + limits.idle.milliseconds
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while !ways.allSatisfy(\.isClosed) {
            let now = forge_milliseconds()
            if now >= end { return .timeMax }
            if now >= quietEnd { return .idle }
            let left = pollfd(fd: ways[0].from, events: ways[0].events.from | ways[1].events.to, revents: 0)
            let right = pollfd(fd: ways[1].from, events: ways[1].events.from | ways[0].events.to, revents: 0)
            var queries = [left, right, pollfd(fd: stop, events: Int16(POLLIN), revents: 0)]
            // One that has nothing to wait for would be told of its end again and again.
            for index in 0..<2 where queries[index].events == 0 { queries[index].fd = -1 }
            let count = unsafe poll(&queries, nfds_t(queries.count), Int32(clamping: min(end, quietEnd) - now))
            if queries[2].revents != 0 { return .stopped }
            guard count > 0 else { continue }
            let before = ways[0].bytes + ways[1].bytes
            for index in 0..<2 {
                let room = limits.bytesMax - ways[0].bytes - ways[1].bytes
                if let ending = ways[index].move(&buffer, room: room) { return ending }
            }
            let after = ways[0].bytes + ways[1].bytes
            if after != before { quietEnd = forge_milliseconds() + limits.idle.milliseconds }
        }
        return .finished
    }
}
