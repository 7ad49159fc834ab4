// What a command writes: the first and the last of it for whoever reads the ending, all of it to a file. Its memory is bounded by what is
// kept, whatever comes.

import CSandbox
import ForgeCore

struct OutputKeeper {
    private static let least = 4_096

    private let half: Int
    private let storedBytesMax: Int
    private let file: Descriptor?
    private var head: [UInt8] = []
    private var tail: [UInt8] = []
    private(set) var count = 0
    /// The disk took no more of it.
    private(set) var isFileBroken = false

    init(_ limits: SandboxLimits, file: Descriptor?) {
        // What bwrap itself says has to be read here, however little its reader wants.
        half = (limits.outputBytes > 0 ? limits.outputBytes : Self.least) / 2
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
        // As slices, which are copied as a block.
        let rest: ArraySlice<UInt8> = bytes.dropFirst(first.count)
        let last: ArraySlice<UInt8> = rest.suffix(half)
        tail.append(contentsOf: last)
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
