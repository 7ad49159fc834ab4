// A HAR file that is whole at any moment, also when the process is killed while it writes. There are two files: the visible one is never
// written to. An entry goes to the end of the hidden one, with the brackets that close it, and a rename makes that one the visible one; the
// other, now hidden, lacks one entry, which it gets together with the next. So each entry is written twice, however many there are.
//
// What is promised is about the process, not about the machine: nothing waits for the disk. A kill may leave the hidden file behind.

import Glibc

package struct RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String

    package var description: String { message }
}

struct HARFile: ~Copyable {
    private static let closing = Array("\n]}}\n".utf8)

    /// One of the two.
    private struct Copy {
        var descriptor: Int32
        /// Where the next entry goes.
        var end: Int
    }

    private let path: String
    private let hiddenPath: String
    private let opening: [UInt8]
    private var visible: Copy
    private var hidden: Copy
    /// What the hidden file lacks.
    private var missing: [UInt8] = []
    private var isEmpty = true
    /// Called after each step: a test looks whether the file is whole.
    private let afterStep: (() -> Void)?

    /// Begins a new recording; one that stands there already is replaced.
    static func begin(_ path: String, opening: [UInt8], afterStep: (() -> Void)? = nil) throws(RecordingError) -> HARFile {
        var facts = stat()
        if unsafe lstat(path, &facts) == 0, facts.st_mode & S_IFMT != S_IFREG {
            throw RecordingError(message: "\(path) is there and is no file")
        }
        let (visible, hidden) = try beginCopies(path, hiddenPath(path), opening)
        afterStep?()
        return HARFile(path, opening, visible, hidden, afterStep)
    }

    private init(_ path: String, _ opening: [UInt8], _ visible: Copy, _ hidden: Copy, _ afterStep: (() -> Void)?) {
        self.path = path
        hiddenPath = Self.hiddenPath(path)
        self.opening = opening
        self.visible = visible
        self.hidden = hidden
        self.afterStep = afterStep
    }

    private static func hiddenPath(_ path: String) -> String { "\(path).\(getpid()).next" }

    private static func beginCopies(
        _ path: String, _ hiddenPath: String, _ opening: [UInt8]
    ) throws(RecordingError) -> (visible: Copy, hidden: Copy) {
        let visible = try create(hiddenPath, opening)
        guard unsafe rename(hiddenPath, path) == 0 else { throw error("replaced", path) }
        return (visible, try create(hiddenPath, opening))
    }

    deinit {
        close(visible.descriptor)
        close(hidden.descriptor)
        unsafe unlink(hiddenPath)
    }

    private static func create(_ path: String, _ opening: [UInt8]) throws(RecordingError) -> Copy {
        unsafe unlink(path)
        let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw error("made", path) }
        try write(opening + closing, to: descriptor, at: 0, path)
        return Copy(descriptor: descriptor, end: opening.count)
    }

    /// After an error the visible file is as it was, and the next entry may be tried.
    mutating func append(_ entry: [UInt8]) throws(RecordingError) {
        let piece = (isEmpty ? [] : Array(",\n".utf8)) + entry
        let unwritten = missing + piece
        try Self.write(unwritten + Self.closing, to: hidden.descriptor, at: hidden.end, hiddenPath, afterStep)
        guard try exchange() else {
            try beginAnew()
            return try append(entry)
        }
        hidden.end += unwritten.count
        swap(&visible, &hidden)
        missing = piece
        isEmpty = false
    }

    /// Somebody took the visible file away, to look at it: what is there belongs to him now, and the rest goes into a new one.
    private mutating func beginAnew() throws(RecordingError) {
        let copies = try Self.beginCopies(path, hiddenPath, opening)
        for copy in [visible, hidden] { close(copy.descriptor) }
        (visible, hidden) = copies
        missing = []
        isEmpty = true
    }

    /// The hidden file takes the visible one's name, and the visible one the hidden one's. False when there is no visible one.
    private func exchange() throws(RecordingError) -> Bool {
        let spare = hiddenPath + ".old"
        unsafe unlink(spare)
        if unsafe link(path, spare) != 0 {
            if errno == ENOENT { return false }
            throw Self.error("kept", path)
        }
        afterStep?()
        guard unsafe rename(hiddenPath, path) == 0 else { throw Self.error("replaced", path) }
        afterStep?()
        guard unsafe rename(spare, hiddenPath) == 0 else { throw Self.error("hidden", path) }
        afterStep?()
        return true
    }

    private static func write(
        _ bytes: [UInt8], to descriptor: Int32, at offset: Int, _ path: String, _ afterStep: (() -> Void)? = nil
    ) throws(RecordingError) {
        // A test looks at every page.
        let pieceMax = afterStep == nil ? Int.max : 4_096
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe pwrite(descriptor, $0.baseAddress! + sent, min(bytes.count - sent, pieceMax), off_t(offset + sent))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw error("written", path) }
            sent += count
            afterStep?()
        }
        // What an attempt that failed left behind.
        guard ftruncate(descriptor, off_t(offset + bytes.count)) == 0 else { throw error("cut", path) }
        afterStep?()
    }

    private static func error(_ what: String, _ path: String) -> RecordingError {
        RecordingError(message: "\(path) cannot be \(what): \(unsafe String(cString: strerror(errno)))")
    }
}
