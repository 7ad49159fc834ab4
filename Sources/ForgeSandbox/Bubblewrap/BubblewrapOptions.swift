// What a machine's operator says of the walls. None of it may come from a repository.

import ForgeCore

package struct BubblewrapOptions: Sendable {
    /// Nil looks at the places where Debian and others put it.
    package var program: String?
    /// Whom commands are on this machine when we are root: nobody who owns anything here. An ordinary user stays itself.
    package var rootBecomes: UInt32
    /// After each run the worktree belongs to whom it belonged before: for a person's own folder, which is none of the service's.
    package var givesBack: Bool
    /// Folders that every command may read, at the same place: toolchains.
    package var readable: [String]
    /// A loopback of its own inside, which leads nowhere: tests that start a server need one.
    package var hasLoopback: Bool
    /// Off, nothing looks for control groups: limits are the kernel's per process, and somebody who looks.
    package var usesControlGroups: Bool
    /// For a benchmark's other side and for tests of the self-test: without it the filter is left out, which the self-test notices.
    package var hasFilter: Bool

    package init(
        program: String? = nil, rootBecomes: UInt32 = 70_000, givesBack: Bool = false, readable: [String] = [], hasLoopback: Bool = true,
        usesControlGroups: Bool = true, hasFilter: Bool = true
    ) {
        self.program = program
        self.rootBecomes = rootBecomes
        self.givesBack = givesBack
        self.readable = readable
        self.hasLoopback = hasLoopback
        self.usesControlGroups = usesControlGroups
        self.hasFilter = hasFilter
    }
}
