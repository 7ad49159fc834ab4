// As much of an HTTP/2 server as one test needs: `openssl s_server` does TLS and agrees on h2, and here frames are read and written through
// its pipes. It takes one connection at a time, and answers nothing before so many requests are complete.

import ForgeTestSupport
import Foundation
import Synchronization

final class HTTP2Server: Sendable {
    let port: Int
    private let process: Process
    private let input = Pipe()
    private let output = Pipe()
    private let seen = Mutex(0)

    /// How often a client began to speak HTTP/2.
    var connections: Int { seen.withLock { $0 } }

    init(_ room: CertificateRoom, waitsFor count: Int) throws {
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "s_server", "-accept", "127.0.0.1:0", "-alpn", "h2", "-cert", room.path("server.pem"), "-key", room.path("server.key"),
        ]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.runAlone()
        let reader = FrameReader(output.fileHandleForReading)
        guard let line = reader.line(after: "ACCEPT 127.0.0.1:"), let port = Int(line) else { throw CocoaError(.executableLoad) }
        self.port = port
        let writer = input.fileHandleForWriting
        Thread.detachNewThread { [weak self] in
            while reader.skip(past: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") {
                self?.seen.withLock { $0 += 1 }
                Self.serve(reader, writer, count)
            }
        }
    }

    /// Children of a test begin with signals blocked; this one cannot be.
    deinit { kill(process.processIdentifier, SIGKILL) }

    private static func serve(_ reader: FrameReader, _ writer: FileHandle, _ count: Int) {
        write(frame(type: 4, flags: 0, stream: 0), writer)
        var complete: [UInt32] = []
        while let (type, flags, stream) = reader.frame() {
            if type == 4, flags & 1 == 0 { write(frame(type: 4, flags: 1, stream: 0), writer) }
            // The end of a request: on its headers or on its last data.
            if type <= 1, flags & 1 == 1 { complete.append(stream) }
            guard complete.count == count else { continue }
            for stream in complete {
                // 0x88 is ":status: 200" in HPACK's own table.
                write(
                    frame(type: 1, flags: 4, stream: stream, [0x88]) + frame(type: 0, flags: 1, stream: stream, Array("\(stream)".utf8)),
                    writer)
            }
            return
        }
    }

    private static func frame(type: UInt8, flags: UInt8, stream: UInt32, _ payload: [UInt8] = []) -> [UInt8] {
        let length = [0, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        let number = (0..<4).map { UInt8(truncatingIfNeeded: stream >> (24 - $0 * 8)) }
        return length + [type, flags] + number + payload
    }

    /// Frames begin with a zero byte, which s_server does not take for one of its commands.
    private static func write(_ bytes: [UInt8], _ writer: FileHandle) { try? writer.write(contentsOf: Data(bytes)) }
}

/// What a client sends, after what s_server itself has to say. One thread reads it: the one that starts it, until it has the port, then the
/// server's own. That is the proof for `@unchecked Sendable`.
private final class FrameReader: @unchecked Sendable {
    private let handle: FileHandle
    private var bytes: [UInt8] = []

    init(_ handle: FileHandle) { self.handle = handle }

    private func more() -> Bool {
        let data = handle.availableData
        bytes += data
        return !data.isEmpty
    }

    func skip(past mark: String) -> Bool {
        while true {
            if let range = bytes.firstRange(of: Array(mark.utf8)) {
                bytes.removeFirst(range.upperBound)
                return true
            }
            guard more() else { return false }
        }
    }

    func line(after mark: String) -> String? {
        guard skip(past: mark) else { return nil }
        while true {
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) { return String(decoding: bytes[..<end], as: UTF8.self) }
            guard more() else { return nil }
        }
    }

    func frame() -> (type: UInt8, flags: UInt8, stream: UInt32)? {
        func wait(_ count: Int) -> Bool {
            while bytes.count < count { guard more() else { return false } }
            return true
        }
        guard wait(9) else { return nil }
        let length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
        let stream = bytes[5..<9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let head = (type: bytes[3], flags: bytes[4], stream: stream)
        guard wait(9 + length) else { return nil }
        bytes.removeFirst(9 + length)
        return head
    }
}
