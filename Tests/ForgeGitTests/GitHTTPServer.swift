// Git over smart HTTP for these tests: the real `git http-backend` behind a few lines of HTTP, with the faults a host can have. One request
// to a connection; every connection has a thread.

import ForgeTestSupport
import Foundation
import Glibc
import Synchronization

final class GitHTTPServer: Sendable {
    /// What happens to requests from now on.
    enum Mood: Sendable {
        case serve
        case status(Int)
        /// Any path, to this base and the same path. What is below the base already is served.
        case redirect(String)
        /// Takes the request and says nothing.
        case silence
        /// Half of every answer that carries a pack, and then nothing.
        case halfAPack
        /// Half of every answer that carries a pack, and the connection is closed.
        case brokenPack
    }

    private struct State {
        var mood = Mood.serve
        var credential: String?
        var authorizations: [String] = []
        var paths: [String] = []
        var held: [Int32] = []
        var before: (@Sendable (String) -> Void)?
    }

    let port: UInt16
    private let folder: String
    private let listener: Int32
    private let state = Mutex(State())

    /// Serves the repositories in a folder.
    init(_ folder: String) throws {
        self.folder = folder
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listener = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRINUSE) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0, let self else { return }
                Thread.detachNewThread { self.answer(connection) }
            }
        }
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        state.withLock { state in
            for connection in state.held { close(connection) }
            state.held = []
        }
    }

    func url(_ name: String, host: String = "127.0.0.1") -> String { "http://\(host):\(port)/\(name)" }

    func set(_ mood: Mood) { state.withLock { $0.mood = mood } }
    /// `user:password`, asked for with 401.
    func require(_ credential: String) { state.withLock { $0.credential = credential } }
    /// Called with method, path and query of each request before it is served.
    func before(_ body: @escaping @Sendable (String) -> Void) { state.withLock { $0.before = body } }
    var authorizations: [String] { state.withLock { $0.authorizations } }
    var paths: [String] { state.withLock { $0.paths } }

    // MARK: One request

    private struct Request {
        var method: String
        var path: String
        var query: String
        var headers: [String: String]
        var body: [UInt8]
    }

    private func answer(_ connection: Int32) {
        guard let request = read(connection) else {
            close(connection)
            return
        }
        state.withLock { $0.before }?("\(request.method) \(request.path)?\(request.query)")
        let (mood, wanted) = state.withLock { state in
            state.paths.append(request.path)
            if let sent = request.headers["authorization"] { state.authorizations.append(sent) }
            return (state.mood, state.credential)
        }
        if let wanted, request.headers["authorization"] != "Basic \(Data(wanted.utf8).base64EncodedString())" {
            send(connection, "401 Unauthorized", ["WWW-Authenticate: Basic realm=\"git\""], [])
            return
        }
        switch mood {
        case .status(let status): send(connection, "\(status) Told", [], [])
        case .redirect(let base) where base.hasPrefix("/") && request.path.hasPrefix(base):
            var moved = request
            moved.path = String(request.path.dropFirst(base.count))
            serve(moved, connection, .serve)
        case .redirect(let base):
            send(connection, "301 Moved", ["Location: \(base)\(request.path)?\(request.query)"], [])
        case .silence: state.withLock { $0.held.append(connection) }
        case .serve, .halfAPack, .brokenPack: serve(request, connection, mood)
        }
    }

    private func serve(_ request: Request, _ connection: Int32, _ mood: Mood) {
        // A failure here shows as a broken connection, and so in the test.
        guard let output = try? runBackend(request), let end = Data(output).firstRange(of: Data("\r\n\r\n".utf8)) else {
            close(connection)
            return
        }
        var headers = String(decoding: output[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let status = headers.first { $0.hasPrefix("Status: ") }.map { String($0.dropFirst(8)) } ?? "200 OK"
        headers.removeAll { $0.hasPrefix("Status: ") }
        let body = Array(output[end.upperBound...])
        guard case .serve = mood else {
            guard request.method == "POST" else { return send(connection, status, headers, body) }
            let isKept = if case .halfAPack = mood { true } else { false }
            send(connection, status, headers, Array(body.prefix(body.count / 2)), promised: body.count, isKept: isKept)
            if isKept { state.withLock { $0.held.append(connection) } }
            return
        }
        send(connection, status, headers, body)
    }

    private func runBackend(_ request: Request) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/git")
        process.arguments = ["http-backend"]
        process.environment = [
            "PATH": "/usr/bin:/bin", "HOME": folder, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_PROJECT_ROOT": folder, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": request.path, "QUERY_STRING": request.query,
            "REQUEST_METHOD": request.method, "CONTENT_TYPE": request.headers["content-type"] ?? "",
            "CONTENT_LENGTH": "\(request.body.count)", "REMOTE_USER": "pusher", "REMOTE_ADDR": "127.0.0.1",
        ]
        let scratch = URL.temporaryDirectory.appending(path: "forge-http-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: false)
        // What cannot be removed lies in the temporary folder, where it harms nobody.
        defer { try? FileManager.default.removeItem(at: scratch) }
        let (input, output) = (scratch.appending(path: "input"), scratch.appending(path: "output"))
        try Data(request.body).write(to: input)
        try Data().write(to: output)
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        try process.runAlone()
        process.waitUntilExit()
        return Array(try Data(contentsOf: output))
    }

    // MARK: Bytes

    private func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        let mark = Data("\r\n\r\n".utf8)
        var head: Range<Data.Index>?
        while head == nil {
            guard receive(connection, &bytes) else { return nil }
            head = Data(bytes).firstRange(of: mark)
        }
        guard let head else { return nil }
        let lines = String(decoding: bytes[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = (lines.first ?? "").split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        var body: [UInt8]
        if headers["transfer-encoding"] == "chunked" {
            guard let whole = readChunks(connection, Array(bytes[head.upperBound...])) else { return nil }
            body = whole
        } else {
            let length = headers["content-length"].flatMap { Int($0) } ?? 0
            while bytes.count < head.upperBound + length {
                guard receive(connection, &bytes) else { return nil }
            }
            body = Array(bytes[head.upperBound...])
        }
        let target = words[1].split(separator: "?", maxSplits: 1).map(String.init)
        return Request(
            method: words[0], path: target[0], query: target.count > 1 ? target[1] : "", headers: headers,
            body: body)
    }

    /// A push comes in pieces, each with its size before it.
    private func readChunks(_ connection: Int32, _ start: [UInt8]) -> [UInt8]? {
        var bytes = start
        var body: [UInt8] = []
        var at = 0
        while true {
            guard let end = Data(bytes[at...]).firstRange(of: Data("\r\n".utf8)) else {
                guard receive(connection, &bytes) else { return nil }
                continue
            }
            let size = Int(String(decoding: bytes[at..<(at + end.lowerBound)], as: UTF8.self), radix: 16) ?? 0
            let first = at + end.upperBound
            while bytes.count < first + size + 2 {
                guard receive(connection, &bytes) else { return nil }
            }
            if size == 0 { return body }
            body += bytes[first..<(first + size)]
            at = first + size + 2
        }
    }

    private func receive(_ connection: Int32, _ bytes: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(connection, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        bytes += chunk[..<count]
        return true
    }

    private func send(
        _ connection: Int32, _ status: String, _ headers: [String], _ body: [UInt8], promised: Int? = nil, isKept: Bool = false
    ) {
        let lines = ["HTTP/1.1 \(status)"] + headers + ["Content-Length: \(promised ?? body.count)", "Connection: close", "", ""]
        let all = Array(lines.joined(separator: "\r\n").utf8) + body
        var sent = 0
        while sent < all.count {
            let count = unsafe all[sent...].withUnsafeBytes {
                unsafe Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            sent += count
        }
        if !isKept { close(connection) }
    }
}
