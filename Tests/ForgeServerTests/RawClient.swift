// A client that says exactly the bytes it is told, right or wrong, and shows the bytes that come back. It waits on a thread of its own, so that
// a test which waits takes no thread from the handlers it waits for.

import Dispatch
import ForgeCore
import Glibc

/// A parsed answer.
struct Answer: Sendable {
    var status: Int
    var headers: [HeaderField]
    var body: String

    subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// How a connection's reading side ended.
enum Ending: Sendable {
    case closed, reset, silent
}

final class RawClient: Sendable {
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "forge.test.client")
    /// `MSG_NOSIGNAL`: whether Swift finds its name depends on what else a module imports.
    private static let noSignal: Int32 = 0x4000
    /// Longer than any test takes: a test that comes to this has failed.
    private static let patienceMilliseconds: Int32 = 20_000

    init(port: UInt16, receiveBuffer: Int32? = nil) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if var size = receiveBuffer { unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4) }
        // The bytes of a `sockaddr_in` for 127.0.0.1.
        let name = [UInt8(AF_INET), 0, UInt8(port >> 8), UInt8(port & 255), 127, 0, 0, 1] + [UInt8](repeating: 0, count: 8)
        let descriptor = descriptor
        let status = unsafe name.withUnsafeBytes {
            unsafe connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
        }
        precondition(status == 0, "no connection: \(errno)")
    }

    deinit { close(descriptor) }

    /// Closes our side: the server sees the end at once.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Sends all, or as much as the server takes before it ends the connection. The number of bytes sent.
    @discardableResult
    func send(_ bytes: [UInt8]) async -> Int {
        await onOwnThread { [descriptor] in
            var sent = 0
            while sent < bytes.count {
                let count = unsafe bytes[sent...].withUnsafeBytes {
                    unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Self.noSignal)
                }
                guard count > 0 else { break }
                sent += count
            }
            return sent
        }
    }

    @discardableResult
    func send(_ text: String) async -> Int { await send(Array(text.utf8)) }

    /// Sends on the caller's thread what surely fits the socket's buffer.
    func sendHere(_ text: String) {
        let bytes = Array(text.utf8)
        unsafe bytes.withUnsafeBytes { _ = unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Self.noSignal) }
    }

    /// What is there, at least one byte.
    func readSome() async -> Int {
        await onOwnThread { [self] in
            if case .success(let bytes) = receive() { bytes.count } else { 0 }
        }
    }

    /// Everything until the connection ends.
    func readToEnd() async -> (text: String, ending: Ending) {
        await onOwnThread { [self] in
            var bytes: [UInt8] = []
            while true {
                switch receive() {
                case .success(let more): bytes += more
                case .failure(let end): return (String(decoding: bytes, as: UTF8.self), end.ending)
                }
            }
        }
    }

    /// Reads until the text is there, or to the end; returns all that was read.
    func read(until text: String) async -> String {
        await onOwnThread { [self] in
            var bytes: [UInt8] = []
            while case .success(let more) = receive(max: 1) {
                bytes += more
                if bytes.suffix(text.utf8.count).elementsEqual(text.utf8) { break }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// One answer with its body by Content-Length; `hasBody: false` for the answer to HEAD.
    func answer(hasBody: Bool = true) async -> Answer {
        let head = await read(until: "\r\n\r\n")
        var answer = Self.parse(head)
        if hasBody, let count = answer["content-length"].flatMap({ Int($0) }) { answer.body = await read(count: count) }
        return answer
    }

    private func read(count: Int) async -> String {
        await onOwnThread { [self] in
            var bytes: [UInt8] = []
            while bytes.count < count, case .success(let more) = receive(max: count - bytes.count) { bytes += more }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    static func parse(_ text: String) -> Answer {
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        var lines = (parts.first ?? "").split(separator: "\r\n")
        let status = lines.isEmpty ? 0 : Int(lines.removeFirst().split(separator: " ").dropFirst().first ?? "") ?? 0
        let headers = lines.map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            let value = line[colon...].dropFirst().drop { $0 == " " }
            return HeaderField(line[..<colon].lowercased(), String(value))
        }
        return Answer(status: status, headers: headers, body: parts.count > 1 ? String(parts[1]) : "")
    }

    private struct End: Error {
        let ending: Ending
    }

    private func receive(max: Int = 65_536) -> Result<[UInt8], End> {
        var query = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&query, 1, Self.patienceMilliseconds) == 1 else { return .failure(End(ending: .silent)) }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max) { buffer, count in
            count = unsafe Swift.max(-1, recv(descriptor, buffer.baseAddress, max, 0)) + 1
            if count > 0 { count -= 1 } else { count = 0 }
        }
        if !bytes.isEmpty { return .success(bytes) }
        var error: Int32 = 0
        var size = socklen_t(4)
        unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
        return .failure(End(ending: errno == ECONNRESET || error == ECONNRESET ? .reset : .closed))
    }

    private func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }
}
