// Owns one descriptor and closes it exactly once. A class, since a program is started with a list of them.

import CSandbox
import ForgeCore

final class Descriptor: Sendable {
    let number: Int32

    /// The caller must not close it.
    init(owned number: Int32) { self.number = number }

    deinit { close(number) }

    /// A file in memory that holds these bytes, read from the beginning.
    static func memory(_ bytes: [UInt8]) throws(SandboxError) -> Descriptor {
        try made("make a file in memory", unsafe bytes.withUnsafeBytes { unsafe forge_memory_file($0.baseAddress, $0.count) })
    }

    /// Readable as soon as it was signalled.
    static func event() throws(SandboxError) -> Descriptor { try made("make an event", forge_event()) }

    static func open(_ path: String, _ flags: Int32) throws(SandboxError) -> Descriptor {
        try made("open \(path)", unsafe forge_open_plain(path, flags))
    }

    static func pipe() throws(SandboxError) -> (reading: Descriptor, writing: Descriptor) {
        var ends: [Int32] = [0, 0]
        guard unsafe forge_sandbox_pipe(&ends) == 0 else { throw .system("make a pipe", forge_sandbox_errno()) }
        let pair = (reading: Descriptor(owned: ends[0]), writing: Descriptor(owned: ends[1]))
        _ = forge_never_wait(ends[0])
        return pair
    }

    private static func made(_ what: String, _ number: Int32) throws(SandboxError) -> Descriptor {
        guard number >= 0 else { throw .system(what, forge_sandbox_errno()) }
        return Descriptor(owned: number)
    }

    func signal() {
        var one: UInt64 = 1
        unsafe withUnsafeBytes(of: &one) { _ = unsafe CSandbox.write(number, $0.baseAddress, $0.count) }
    }

    enum Reading: Equatable {
        case bytes(Int), nothingYet, end
    }

    func read(into buffer: inout [UInt8]) -> Reading {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe CSandbox.read(number, $0.baseAddress, $0.count) }
            if count > 0 { return .bytes(count) }
            let failure = forge_sandbox_errno()
            if count < 0, failure == EINTR { continue }
            return count < 0 && failure == EAGAIN ? .nothingYet : .end
        }
    }

    /// A small file of the kernel as it is now, however often it was read before; nil when it cannot be.
    func content() -> String? {
        unsafe withUnsafeTemporaryAllocation(byteCount: 2_048, alignment: 1) { buffer in
            let count = unsafe pread(number, buffer.baseAddress, buffer.count, 0)
            return unsafe count < 0 ? nil : String(decoding: UnsafeRawBufferPointer(buffer)[..<count], as: UTF8.self)
        }
    }

    /// Written to a file of the kernel, which takes it as a whole.
    func tell(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return unsafe bytes.withUnsafeBytes { unsafe pwrite(number, $0.baseAddress, $0.count, 0) } == bytes.count
    }

    /// All of them, or false.
    func write(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe CSandbox.write(number, $0.baseAddress, $0.count) }
            if count < 0, forge_sandbox_errno() == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

extension SandboxError {
    /// The sandbox could not be made: what was tried, and the system's own words.
    static func system(_ what: String, _ number: Int32) -> SandboxError {
        let text = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
        return SandboxError(.unavailable, "could not \(what): \(text)")
    }
}

/// Small files of the kernel, read and written whole.
enum KernelFile {
    static func read(_ path: String) -> String? {
        // What cannot be opened is not there for us.
        guard let file = try? Descriptor.open(path, O_RDONLY) else { return nil }
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while case .bytes(let count) = file.read(into: &buffer) { all += buffer[..<count] }
        return String(decoding: all, as: UTF8.self)
    }

    static func number(_ path: String) -> Int? { read(path).flatMap(number(in:)) }

    static func number(in text: String) -> Int? { Int(text.prefix { $0.isNumber }) }

    @discardableResult
    static func write(_ text: String, to path: String) -> Bool {
        // The caller is told by the answer, and goes another way.
        guard let file = try? Descriptor.open(path, O_WRONLY) else { return false }
        return file.write(Array(text.utf8)[...])
    }

    /// The number after a name, in lines of `name number`.
    static func field(_ name: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == name { return Int(words[1]) }
        }
        return nil
    }
}
