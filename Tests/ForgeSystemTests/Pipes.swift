// Pipes for tests: one end given to what is tested, the other written or read by a thread of its own, since both may block.

import Foundation
import Synchronization

/// A pipe that a thread fills with these pieces, one write each, and then closes. Lives as long as the work.
func withPipe<Answer>(filledWith pieces: [[UInt8]], _ work: (_ descriptor: Int32) throws -> Answer) rethrows -> Answer {
    let pipe = Pipe()
    let writer = pipe.fileHandleForWriting
    Thread.detachNewThread {
        for piece in pieces { writer.write(Data(piece)) }
        // A reader that has stopped reading is an ordinary end.
        try? writer.close()
    }
    let answer = try work(pipe.fileHandleForReading.fileDescriptor)
    withExtendedLifetime(pipe) {}
    return answer
}

/// All that is written into a pipe, read only once `release` is called.
final class DelayedReader: Sendable {
    private let pipe = Pipe()
    private let start = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)
    private let read = Mutex<[UInt8]>([])

    init() {
        let reader = pipe.fileHandleForReading
        Thread.detachNewThread {
            self.start.wait()
            let all = [UInt8](reader.readDataToEndOfFile())
            self.read.withLock { $0 = all }
            self.done.signal()
        }
    }

    var descriptor: Int32 { pipe.fileHandleForWriting.fileDescriptor }

    func release() { start.signal() }

    /// Closes the writing end; everything that was written.
    func finish() throws -> [UInt8] {
        try pipe.fileHandleForWriting.close()
        done.wait()
        return read.withLock(\.self)
    }
}
