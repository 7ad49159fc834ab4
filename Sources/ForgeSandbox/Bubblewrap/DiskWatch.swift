// Looks at the disks that a command may write to while it runs. No quota is to be had without root and a file system made for it: so this
// looks how much is left, which costs nothing, and only where enough went to matter at what lies in the command's folders. What it answers is
// `DiskAccount`'s to say.

import CSandbox
import ForgeCore

struct DiskWatch {
    private static let lookInterval: UInt64 = 50_000_000
    /// Once something is being filled.
    private static let nearInterval: UInt64 = 2_000_000
    /// A folder that takes longer to go through is one that cannot be measured.
    private static let walkMax: Int64 = 500_000_000

    private let folders: [Descriptor]
    /// One folder on each file system, with its number.
    private let systems: [(folder: Descriptor, device: UInt64)]
    private let since: Int64
    private var account: DiskAccount
    private var spaces: [DiskAccount.Space]
    private var looked: UInt64 = 0

    /// Nil for a command that may write to no disk. Begun once its folders are its own, and before it starts.
    init?(_ command: SandboxCommand) throws(SandboxError) {
        let paths = (command.writesWorktree ? [command.worktree] : []) + command.writable.values.sorted()
        guard !paths.isEmpty else { return nil }
        var folders: [Descriptor] = []
        var systems: [(folder: Descriptor, device: UInt64)] = []
        for path in paths {
            let folder = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
            let device = forge_device(folder.number)
            folders.append(folder)
            if !systems.contains(where: { $0.device == device }) { systems.append((folder, device)) }
        }
        self.folders = folders
        self.systems = systems
        spaces = try systems.map { system throws(SandboxError) in
            guard let space = Self.space(system.folder) else { throw .system("ask how much of a disk is left", forge_sandbox_errno()) }
            return space
        }
        if let space = DiskAccount.scarce(spaces, command.limits) {
            throw SandboxError(
                .unavailable,
                "the disk of \(command.worktree) has \(space.freeBytes >> 20) MiB left, too little for commands (sandbox.disk_reserve)")
        }
        account = DiskAccount(spaces, limits: command.limits)
        since = forge_file_clock()
    }

    /// How long until it wants to look again.
    func pause(at elapsed: UInt64) -> UInt64 {
        let due = looked + (account.isNear ? Self.nearInterval : Self.lookInterval)
        return due > elapsed ? due - elapsed : 0
    }

    /// - Parameters:
    ///   - process: the first of the command's; everything else descends from it. Nil once they are gone.
    /// - Returns: the limit that was passed.
    mutating func look(at process: Int32?, elapsed: UInt64) -> SandboxLimit? {
        looked = elapsed
        for (index, system) in systems.enumerated() {
            // A disk that does not answer this time has what it had.
            spaces[index] = Self.space(system.folder) ?? spaces[index]
        }
        switch account.look(spaces) {
        case .fine: return nil
        // What is left when a command has ended by itself is the next one's business.
        case .end(let limit): return process == nil ? nil : limit
        case .measure: return account.measured(measure(process))
        }
    }

    private func measure(_ process: Int32?) -> DiskAccount.Amount? {
        var sum = DiskAccount.Amount(bytes: 0, files: 0)
        let deadline = forge_disk_clock() + Self.walkMax
        let numbers = folders.map(\.number)
        for system in systems {
            let grown = unsafe numbers.withUnsafeBufferPointer {
                unsafe forge_grown_since(since, system.device, deadline, $0.baseAddress, Int32($0.count), process ?? 0)
            }
            guard grown.error == 0 else { return nil }
            sum.bytes += Int(grown.bytes)
            sum.files += Int(grown.files)
        }
        return sum
    }

    private static func space(_ folder: Descriptor) -> DiskAccount.Space? {
        var found = forge_space()
        guard unsafe forge_space_of(folder.number, &found) == 0 else { return nil }
        let hasFiles = found.total_files > 0
        return DiskAccount.Space(
            freeBytes: Int(found.free_bytes), totalBytes: Int(found.total_bytes), freeFiles: hasFiles ? Int(found.free_files) : nil,
            totalFiles: hasFiles ? Int(found.total_files) : nil)
    }
}
