// Whether a command has written too much, from what its disks have left each time that somebody looks, and from what its folders are found
// to hold. What others write or remove at the same time is never taken for the command's. Pure: it looks at nothing itself.

import ForgeCore

struct DiskAccount {
    /// What one file system has left.
    struct Space: Equatable {
        var freeBytes: Int
        var totalBytes: Int
        /// Nil where files have no number of their own.
        var freeFiles: Int?
        var totalFiles: Int?
    }

    struct Amount: Equatable {
        var bytes: Int
        var files: Int
    }

    enum Answer: Equatable {
        case fine
        /// So much went from the disks that all of it together could be too much: the folders are to be measured.
        case measure
        case end(SandboxLimit)
    }

    private let limits: SandboxLimits
    private let first: [Space]
    private var last: [Space]
    /// What went since the folders were measured, or since the beginning. What came back in between counts for nothing: somebody else may
    /// have removed as much as the command wrote.
    private var gone = Amount(bytes: 0, files: 0)
    /// How much may go before they are measured.
    private var room: Amount
    private var lookedBytes = 0

    init(_ spaces: [Space], limits: SandboxLimits) {
        self.limits = limits
        first = spaces
        last = spaces
        room = Amount(bytes: limits.diskBytes, files: limits.diskFiles)
    }

    /// Below this, nobody writes any more. Small disks have a small one.
    static func reserve(of space: Space, _ limits: SandboxLimits) -> Amount {
        guard limits.diskReserveBytes > 0 else { return Amount(bytes: 0, files: 0) }
        return Amount(
            bytes: min(limits.diskReserveBytes, space.totalBytes / 10), files: min(Self.reservedFilesMax, (space.totalFiles ?? 0) / 10))
    }

    private static let reservedFilesMax = 10_000

    /// Nil when every disk has enough for everybody else.
    static func scarce(_ spaces: [Space], _ limits: SandboxLimits) -> Space? {
        spaces.first { space in
            let reserve = reserve(of: space, limits)
            return space.freeBytes < reserve.bytes || space.freeFiles.map { $0 < reserve.files } == true
        }
    }

    /// The same file systems each time.
    mutating func look(_ spaces: [Space]) -> Answer {
        precondition(spaces.count == last.count)
        let before = gone.bytes
        for (old, new) in zip(last, spaces) {
            gone.bytes += max(0, old.freeBytes - new.freeBytes)
            if let old = old.freeFiles, let new = new.freeFiles { gone.files += max(0, old - new) }
        }
        lookedBytes = gone.bytes - before
        last = spaces
        if Self.scarce(spaces, limits) != nil { return .end(.diskReserve) }
        return gone.bytes > room.bytes || gone.files > room.files ? .measure : .fine
    }

    /// - Parameter grown: what was made or changed; nil when not all of it could be seen. Whoever hides what he has answers for all that went.
    mutating func measured(_ grown: Amount?) -> SandboxLimit? {
        let grown = grown ?? wentSinceBeginning
        if grown.bytes > limits.diskBytes || grown.files > limits.diskFiles { return .disk }
        gone = Amount(bytes: 0, files: 0)
        // Never so little that all the time goes into measuring.
        room = Amount(
            bytes: max(limits.diskBytes - grown.bytes, limits.diskBytes / 64),
            files: max(limits.diskFiles - grown.files, limits.diskFiles / 64))
        return nil
    }

    private var wentSinceBeginning: Amount {
        var sum = Amount(bytes: 0, files: 0)
        for (old, new) in zip(first, last) {
            sum.bytes += old.freeBytes - new.freeBytes
            if let old = old.freeFiles, let new = new.freeFiles { sum.files += old - new }
        }
        return sum
    }

    /// Another two looks like the last, and a limit may be passed.
    var isNear: Bool {
        guard lookedBytes > 0 else { return false }
        let left = last.map { $0.freeBytes - Self.reserve(of: $0, limits).bytes }.min() ?? 0
        return min(left, room.bytes - gone.bytes) < 2 * lookedBytes
    }
}
