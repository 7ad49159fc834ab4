// One HTTP/1.1 connection on loopback, byte by byte: the stand-in must be able to end one in ways no server should, such as a reset in the
// middle of an answer. Used by the connection's own thread alone.

import Foundation
import Glibc

/// How an answer ends.
package enum WireEnding: Hashable, Sendable {
    case whole
    /// With a reset, after so many bytes of the answer.
    case reset(afterBytes: Int)
    /// Nothing comes, until the client has had enough.
    case silence
}

package struct WireResponse: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    package var ending: WireEnding
    /// In place of a body: each piece goes out when it is there, and the connection ends after the last. Called on the connection's thread,
    /// which it may hold up.
    package var feed: (@Sendable () -> [UInt8]?)?

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [], ending: WireEnding = .whole) {
        self.status = status
        self.headers = headers
        self.body = body
        self.ending = ending
    }

    func bytes(withBody: Bool) -> [UInt8] {
        var head = "HTTP/1.1 \(status) \(status < 300 ? "OK" : "No")\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if feed != nil {
            head += "connection: close\r\n"
        } else if status != 204 && status != 304 {
            head += "content-length: \(body.count)\r\n"
        }
        return Array((head + "\r\n").utf8) + (withBody ? body : [])
    }
}

struct LoopbackConnection {
    let descriptor: Int32
    private var pending: [UInt8] = []

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// The next request; nil when the client is gone or makes no sense.
    mutating func request() -> WireRequest? {
        guard let head = take(through: Array("\r\n\r\n".utf8)), var request = WireRequest(head: String(decoding: head, as: UTF8.self))
        else {
            return nil
        }
        if request.header("expect")?.lowercased() == "100-continue" { _ = send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
        if request.header("transfer-encoding")?.lowercased() == "chunked" {
            guard let body = chunks() else { return nil }
            request.body = body
        } else {
            guard let body = take(request.header("content-length").flatMap { Int($0) } ?? 0) else { return nil }
            request.body = body
        }
        return request
    }

    private mutating func chunks() -> [UInt8]? {
        var body: [UInt8] = []
        while let line = take(through: [0x0D, 0x0A]) {
            let text = String(decoding: line.dropLast(2), as: UTF8.self)
            guard let size = Int(text.prefix { $0 != ";" }, radix: 16), let chunk = take(size), take(2) != nil else { return nil }
            if size == 0 { return body }
            body += chunk
        }
        return nil
    }

    private mutating func take(_ count: Int) -> [UInt8]? {
        while pending.count < count { if !fill() { return nil } }
        defer { pending.removeFirst(count) }
        return Array(pending.prefix(count))
    }

    private mutating func take(through mark: [UInt8]) -> [UInt8]? {
        var from = 0
        while true {
            if let end = position(of: mark, from: from) { return take(end) }
            from = max(0, pending.count - mark.count)
            guard pending.count < 1 << 20, fill() else { return nil }
        }
    }

    private func position(of mark: [UInt8], from start: Int) -> Int? {
        guard pending.count >= mark.count else { return nil }
        for index in start...(pending.count - mark.count) where pending[index] == mark[0] {
            if pending[index..<(index + mark.count)].elementsEqual(mark) { return index + mark.count }
        }
        return nil
    }

    private mutating func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        pending += chunk[..<count]
        return true
    }

    /// False when the connection is over.
    mutating func answer(_ response: WireResponse, to request: WireRequest) -> Bool {
        let bytes = response.bytes(withBody: request.method != "HEAD")
        if let feed = response.feed {
            var isTaken = send(bytes)
            while isTaken, let piece = feed() { isTaken = send(piece) }
            return false
        }
        switch response.ending {
        case .whole: return send(bytes) && request.header("connection")?.lowercased() != "close"
        case .reset(let count):
            _ = send(Array(bytes.prefix(count)))
            var linger = linger(l_onoff: count == 0 ? 1 : 0, l_linger: 0)
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            return false
        case .silence:
            while fill() {}
            return false
        }
    }

    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
