// A server on loopback that answers what a test tells it to, request by request, and remembers what it was sent. It knows nothing of
// GitHub; what it says wrongly is the test's own doing.

import ForgeCore
import ForgeTestSupport
import Foundation
import Synchronization

/// One request as it came in.
struct SeenRequest: Sendable {
    var method: String
    /// With its query.
    var target: String
    var headers: [String: String]
    var body: [UInt8]

    var path: String { String(target.prefix { $0 != "?" }) }
    var line: String { "\(method) \(path)" }
    var token: String? { headers["authorization"].map { String($0.split(separator: " ").last ?? "") } }
    /// Null when the body is none.
    var json: JSON { (try? JSONParser.parse(body).value) ?? .null }
}

enum ScriptedAnswer: Sendable {
    case json(Int, JSON, [String] = [])
    case text(Int, String, [String] = [])
    /// Half of an answer that said how long it is.
    case cutOff(Int, JSON)
    /// The connection is torn down without a word.
    case reset
    /// What this says is what is answered.
    case made(@Sendable (SeenRequest) -> JSON)

    static let empty = ScriptedAnswer.text(204, "")
}

final class ScriptedServer: Sendable {
    private struct State {
        var seen: [SeenRequest] = []
        var answers: [String: [ScriptedAnswer]] = [:]
    }

    let port: Int
    private let listener: Int32
    private let date: @Sendable () -> Timestamp
    private let state = Mutex(State())

    /// `date` is what its clock shows.
    init(date: @escaping @Sendable () -> Timestamp) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe bind(listener, raw, size) == 0 && listen(listener, 64) == 0 && getsockname(listener, raw, &size) == 0
            }
        }
        self.listener = listener
        self.date = date
        port = Int(UInt16(bigEndian: address.sin_port))
        guard isBound else { throw CocoaError(.fileNoSuchFile) }
        Thread.detachNewThread { [weak self] in Self.accept(on: listener) { self } }
    }

    /// The thread that accepts closes it: closed here, its number might be another server's before that thread looks again.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    var url: String { "http://127.0.0.1:\(port)" }

    // MARK: What a test says and asks

    /// Answers `line` (`GET /app`) so, one after the other; the last one stays.
    func on(_ line: String, _ answers: ScriptedAnswer...) { state.withLock { $0.answers[line] = answers } }

    var seen: [SeenRequest] { state.withLock { $0.seen } }

    func seen(_ line: String) -> [SeenRequest] { seen.filter { $0.line == line } }

    // MARK: Sockets

    private static func accept(on listener: Int32, _ server: () -> ScriptedServer?) {
        defer { close(listener) }
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else { return }
            guard let server = server() else {
                close(connection)
                return
            }
            Thread.detachNewThread { [weak server] in
                while let server, let request = read(connection), server.answer(request, on: connection) {}
                close(connection)
            }
        }
    }

    private static func read(_ connection: Int32) -> SeenRequest? {
        var bytes: [UInt8] = []
        while true {
            if let request = SeenRequest(bytes) { return request }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = unsafe recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            bytes += chunk[..<count]
        }
    }

    /// False when the connection is over.
    private func answer(_ request: SeenRequest, on connection: Int32) -> Bool {
        let answer = state.withLock { state -> ScriptedAnswer in
            state.seen.append(request)
            guard let first = state.answers[request.line]?.first else {
                return .json(404, ["message": "Not Found"])
            }
            if state.answers[request.line, default: []].count > 1 { state.answers[request.line]?.removeFirst() }
            return first
        }
        switch answer {
        case .json(let status, let json, let headers): send(status, headers, json.text, on: connection)
        case .made(let make): send(200, [], make(request).text, on: connection)
        case .text(let status, let text, let headers): send(status, headers, text, on: connection)
        case .cutOff(let status, let json):
            let text = json.text
            send(status, ["content-length: \(text.utf8.count)"], String(text.prefix(text.count / 2)), on: connection)
            return false
        case .reset:
            var linger = linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            return false
        }
        return true
    }

    private func send(_ status: Int, _ headers: [String], _ body: String, on connection: Int32) {
        var lines = ["HTTP/1.1 \(status) Some"] + headers
        if !headers.contains(where: { $0.lowercased().hasPrefix("date:") }) { lines.append("date: \(httpDate(date()))") }
        if !headers.contains(where: { $0.hasPrefix("content-length") }) { lines.append("content-length: \(body.utf8.count)") }
        var rest = Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

extension SeenRequest {
    /// Nil while it is not whole.
    fileprivate init?(_ bytes: [UInt8]) {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        let body = bytes[end.upperBound...]
        guard body.count >= Int(headers["content-length"] ?? "0") ?? 0, let words = lines.first?.split(separator: " "), words.count > 1
        else {
            return nil
        }
        self.init(method: String(words[0]), target: String(words[1]), headers: headers, body: Array(body))
    }
}

func httpDate(_ moment: Timestamp) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "GMT")
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return formatter.string(from: Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000))
}
