// Standard input line by line, standard output and error as bytes. A closed pipe downstream (`forge … | head`) is an ordinary end.

import CSystem

package enum StandardStream {
    package static let input: Int32 = 0
    package static let output: Int32 = 1
    package static let error: Int32 = 2

    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    package static func write(_ bytes: [UInt8], to descriptor: Int32, name: String = "output") throws(SystemError) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { unsafe CSystem.write(descriptor, $0.baseAddress! + sent, $0.count - sent) }
            if count < 0, forge_errno() == EINTR { continue }
            guard count >= 0 else { throw .last("write", name) }
            sent += count
        }
    }

    /// What is there of standard input, at most `bytesMax`; nil at its end.
    package static func readPiece(bytesMax: Int = 64 << 10) throws(SystemError) -> [UInt8]? {
        var piece = [UInt8](repeating: 0, count: bytesMax)
        while true {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe CSystem.read(0, $0.baseAddress, $0.count) }
            if count < 0, forge_errno() == EINTR { continue }
            guard count >= 0 else { throw .last("read", "standard input") }
            return count == 0 ? nil : Array(piece[..<count])
        }
    }
}

/// Lines of standard input, or of any descriptor, without their newlines; each at most `bytesMax` long.
package struct LineReader: ~Copyable {
    private let descriptor: Int32
    private let bytesMax: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// The line that is being read was too long: what is left of it is thrown away.
    private var isSkipping = false

    package init(descriptor: Int32 = 0, bytesMax: Int = 64 << 20) {
        self.descriptor = descriptor
        self.bytesMax = bytesMax
    }

    /// Nil at the end; a last line without its end counts. After the error of a line that is too long, the next call gives the line after it.
    package mutating func next() throws(SystemError) -> [UInt8]? {
        try skipRest()
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return try line(upTo: end)
            }
            searched = buffer.count
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                return try line(upTo: buffer.count)
            }
            guard buffer.count - start <= bytesMax else {
                isSkipping = true
                throw tooLong
            }
            searched -= start
            try fill()
        }
    }

    private mutating func skipRest() throws(SystemError) {
        while isSkipping {
            let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n"))
            start = end.map { $0 + 1 } ?? buffer.count
            isSkipping = end == nil && !isAtEnd
            if isSkipping { try fill() }
        }
    }

    private func line(upTo end: Int) throws(SystemError) -> [UInt8] {
        guard end - start <= bytesMax else { throw tooLong }
        return Array(buffer[start..<end])
    }

    private var tooLong: SystemError {
        SystemError(call: "read", subject: "a line", number: EFBIG, message: "longer than \(bytesMax) bytes")
    }

    private mutating func fill() throws(SystemError) {
        buffer.removeSubrange(..<start)
        start = 0
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe CSystem.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, forge_errno() == EINTR { continue }
            guard count >= 0 else { throw .last("read", "standard input") }
            buffer.append(contentsOf: chunk[..<count])
            isAtEnd = count == 0
            return
        }
    }
}
