// What a command writes: the first and the last of it for whoever reads the ending, all of it to a file. Its memory is bounded by what is
// kept, whatever comes.

import CSandbox
import ForgeCore

struct OutputKeeper {
    private let half: Int
    private let storedBytesMax: Int
    private let file: Descriptor?
    private var head: [UInt8] = []
    private var tail: [UInt8] = []
    private(set) var count = 0
    /// The disk took no more of it.
    private(set) var isFileBroken = false

    init(_ limits: SandboxLimits, file: Descriptor?) {
        half = max(0, limits.outputBytes) / 2
        storedBytesMax = limits.storedBytes
        self.file = file
    }

    var isOver: Bool { count > storedBytesMax }

    mutating func take(_ bytes: ArraySlice<UInt8>) {
        let stored = bytes.prefix(max(0, storedBytesMax - count))
        count += bytes.count
        if let file, !isFileBroken, !stored.isEmpty { isFileBroken = !file.write(stored) }
        let first = bytes.prefix(half - head.count)
        head += first
        tail += bytes.dropFirst(first.count).suffix(half)
        // Moved rarely: each byte once for every `half` that come.
        if tail.count > 2 * half { tail.removeFirst(tail.count - half) }
    }

    var kept: [UInt8] {
        let last = tail.suffix(half)
        let left = count - head.count - last.count
        guard left > 0 else { return head + last }
        return head + Array("\n[… \(left) of \(count) bytes are left out here …]\n".utf8) + last
    }
}
