// How large, how long, how many: every limit that mirrors have, in one value.

/// What is written out for one worktree, and what is taken from it. A few kilobytes of trees can stand for more files than a disk has room for.
package struct WorktreeLimits: Sendable {
    package var filesMax = 1_000_000
    package var bytesMax = 8 << 30
    /// A single file that is part of a step or a commit. Hosts take no larger ones.
    package var fileBytesMax = 100 << 20
    /// What changed since the last look, all together.
    package var keptBytesMax = 1 << 30
    /// Folders in one another.
    package var depthMax = 200

    package init() {}
}

package struct MirrorOptions: Sendable {
    /// Everything lies below this folder: mirrors, their locks, worktrees. It belongs to this alone.
    package var folder: String
    /// All mirrors together. Above it the least recently used go; never one in use.
    package var bytesMax = 20 << 30
    /// What one fetch may bring.
    package var fetchBytesMax = 8 << 30
    package var fetchObjectsMax = 20_000_000
    /// What stays free on the disk, whatever is asked for.
    package var freeBytesMin = 512 << 20
    /// From the first try to connect to the last byte.
    package var fetchTimeout = Duration.seconds(900)
    package var connectTimeout = Duration.seconds(15)
    /// Without a byte in either direction.
    package var idleTimeout = Duration.seconds(60)
    /// Snapshots open at once; whoever wants one more waits.
    package var snapshotsMax = 64
    /// Packs in one mirror before they are put together.
    package var packsMax = 32
    /// Objects in files of their own before they are put into a pack, and those that nothing leads to are dropped.
    package var looseObjectsMax = 5_000
    /// Refs remembered from the host in one mirror; beyond it those with the oldest commits are forgotten.
    package var refsMax = 1_000
    /// Kinds of addresses that are fetched from.
    package var schemes: Set<String> = ["https", "http", "file"]

    package var worktree = WorktreeLimits()

    package init(folder: String) { self.folder = folder }
}
