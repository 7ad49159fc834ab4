// A place for commands that a model or a repository wrote: walls around each of them, and nothing of this machine inside but what is named.

package struct SandboxLimits: Hashable, Sendable {
    package var wallTime: Duration
    package var processorTime: Duration
    package var memoryBytes: Int
    package var processes: Int
    package var fileBytes: Int
    package var openFiles: Int
    /// On the disk, of what it makes or changes in its worktree and in the folders it may write, all together; and how many files.
    package var diskBytes: Int
    package var diskFiles: Int
    /// Of the disk, for everybody else: with less left, commands that write to it are ended. At most a tenth of the disk.
    package var diskReserveBytes: Int
    /// Kept for whoever reads it: the first and the last half of it. All of it goes to the disk, up to `storedBytes`.
    package var outputBytes: Int
    package var storedBytes: Int
    /// Of each folder in memory, such as `/tmp`.
    package var scratchBytes: Int

    package init(
        wallTime: Duration = .seconds(120), processorTime: Duration = .seconds(600), memoryBytes: Int = 4 << 30, processes: Int = 256,
        fileBytes: Int = 1 << 30, openFiles: Int = 1_024, diskBytes: Int = 8 << 30, diskFiles: Int = 1_000_000,
        diskReserveBytes: Int = 1 << 30, outputBytes: Int = 10_000, storedBytes: Int = 64 << 20, scratchBytes: Int = 512 << 20
    ) {
        self.wallTime = wallTime
        self.processorTime = processorTime
        self.memoryBytes = memoryBytes
        self.processes = processes
        self.fileBytes = fileBytes
        self.openFiles = openFiles
        self.diskBytes = diskBytes
        self.diskFiles = diskFiles
        self.diskReserveBytes = diskReserveBytes
        self.outputBytes = outputBytes
        self.storedBytes = storedBytes
        self.scratchBytes = scratchBytes
    }
}

package enum SandboxNetwork: Hashable, Sendable {
    /// Not even this machine's loopback.
    case none
    /// Unix sockets of this machine by the paths that commands see them at, and nothing else.
    case sockets([String: String])
}

package struct SandboxCommand: Sendable {
    /// Looked up on the path inside.
    package var arguments: [String]
    /// All of it, but for the few that every command has (`PATH`, `HOME`, `LANG`, `TMPDIR`).
    package var environment: [String: String]
    /// The folder of a worktree on this machine: the only one that is kept.
    package var worktree: String
    /// Whether commands may write there.
    package var writesWorktree: Bool
    /// Under the worktree, where it starts.
    package var folder: RepositoryPath?
    package var input: [UInt8]
    package var limits: SandboxLimits
    package var network: SandboxNetwork
    /// Paths of this machine that commands see read-only, at the same place, besides the system's own.
    package var readable: [String]
    /// Folders of this machine by the place inside, to read and write: a cache of packages.
    package var writable: [String: String]
    /// A file of this machine that gets all of the output.
    package var outputFile: String?

    package init(
        arguments: [String], environment: [String: String] = [:], worktree: String, writesWorktree: Bool = true,
        folder: RepositoryPath? = nil, input: [UInt8] = [], limits: SandboxLimits = SandboxLimits(), network: SandboxNetwork = .none,
        readable: [String] = [], writable: [String: String] = [:], outputFile: String? = nil
    ) {
        self.arguments = arguments
        self.environment = environment
        self.worktree = worktree
        self.writesWorktree = writesWorktree
        self.folder = folder
        self.input = input
        self.limits = limits
        self.network = network
        self.readable = readable
        self.writable = writable
        self.outputFile = outputFile
    }
}

package enum SandboxLimit: String, Hashable, Sendable, CaseIterable {
    case wallTime, processorTime, memory, output, disk
    /// The disk itself has too little left, whoever wrote to it.
    case diskReserve
}

package enum SandboxExit: Hashable, Sendable {
    case code(Int)
    case signal(Int)
    /// Ended by us, and everything that it had started.
    case limit(SandboxLimit)
}

package struct SandboxEnding: Hashable, Sendable {
    package var exit: SandboxExit
    /// Standard output and error as they came; the middle is left out when it is long, and a line says so.
    package var output: [UInt8]
    package var outputBytes: Int
    package var wallTime: Duration
    package var processorTime: Duration
    /// Nil where nobody counts it.
    package var memoryPeakBytes: Int?

    package init(
        exit: SandboxExit, output: [UInt8], outputBytes: Int, wallTime: Duration, processorTime: Duration, memoryPeakBytes: Int? = nil
    ) {
        self.exit = exit
        self.output = output
        self.outputBytes = outputBytes
        self.wallTime = wallTime
        self.processorTime = processorTime
        self.memoryPeakBytes = memoryPeakBytes
    }

    package var isSuccess: Bool { exit == .code(0) }
}

package protocol Sandbox: Sendable {
    /// Such as `bubblewrap`, and the walls it found on this machine.
    var summary: String { get }
    /// `output` is told as it comes. Cancelling ends everything that the command has started.
    func run(
        _ command: SandboxCommand, output: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(SandboxError) -> SandboxEnding
}

extension Sandbox {
    package func run(_ command: SandboxCommand) async throws(SandboxError) -> SandboxEnding { try await run(command) { _ in } }
}

package struct SandboxError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// A wall is missing on this machine, so nothing is run.
        case breached
        /// The sandbox itself could not be made; nothing was run.
        case unavailable
        case cancelled
        /// What was asked for cannot be run: no such folder, no arguments.
        case invalid
    }

    package var kind: Kind
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}
