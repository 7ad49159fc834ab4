// A command to the arguments of bwrap, and the files that go with it. Pure but for the looks at what lies in the worktree. The order of
// mounts is part of the walls: what is read-only is made so last, and nothing is mounted through a link that a command could have made.

import CSandbox
import ForgeCore

struct BubblewrapPlan: Sendable {
    /// Read by bwrap from a file, so that neither the machine nor the command sees them among its words.
    private(set) var arguments: [String] = []
    /// What stands behind its descriptors from `firstHanded` on.
    private(set) var handed: [Handed] = []
    /// Folders of this machine that are bound where another user gets to them.
    private(set) var stages: [String] = []
    private let isStaged: Bool

    static let worktree = "/worktree"
    static let home = "/agent"
    static let stage = "/mnt"
    static let argumentsDescriptor = 3
    static let statusDescriptor = 4
    static let firstHanded = 5
    private static let pathsMax = 64

    enum Handed: Equatable, Sendable {
        case filter
        /// Holds the command back until its processes are limited.
        case gate
        case bytes([UInt8])
    }

    /// `isStaged`: bwrap is started as a user who may not get to all of our folders.
    init(
        _ command: SandboxCommand, root: SystemRoot, readable: [String], isStaged: Bool, hasFilter: Bool, isGated: Bool
    ) throws(SandboxError) {
        self.isStaged = isStaged
        try Self.check(command)
        arguments = [
            "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session", "--uid", "1000", "--gid", "1000",
            "--hostname", "forge", "--json-status-fd", "\(Self.statusDescriptor)",
        ]
        if hasFilter { arguments += ["--seccomp", hand(.filter)] }
        if isGated { arguments += ["--block-fd", hand(.gate)] }
        arguments += root.arguments
        for file in SystemRoot.files { addFile("--file", Array(file.text.utf8), file.path) }
        addScratch(bytes: command.limits.scratchBytes)
        for path in Self.distinct(readable + command.readable) { bind("--ro-bind", try Self.checked(path, isInside: true), path) }
        try addWorktree(command)
        for (inside, outside) in command.writable.sorted(by: { $0.key < $1.key }) { try addWritable(inside, outside, command) }
        if case .sockets(let sockets) = command.network {
            for (inside, outside) in sockets.sorted(by: { $0.key < $1.key }) {
                bind("--bind", try Self.checked(outside), try Self.checked(inside, isInside: true))
            }
        }
        guard stages.count <= Self.pathsMax else { throw SandboxError(.invalid, "more than \(Self.pathsMax) folders for one command") }
        arguments += ["--chdir", Self.worktree + (command.folder.map { "/" + $0.text } ?? ""), "--remount-ro", "/", "--clearenv"]
        let toolPaths = Self.toolPaths(readable + command.readable)
        for (name, value) in Self.environment(command, toolPaths: toolPaths).sorted(by: { $0.key < $1.key }) {
            arguments += ["--setenv", name, value]
        }
    }

    /// As bwrap reads them from a descriptor.
    var argumentBytes: [UInt8] { arguments.flatMap { Array($0.utf8) + [0] } }

    // MARK: Folders in memory

    /// Each with a size. What bwrap makes writable without one, its own root and `/dev`, becomes read-only.
    private mutating func addScratch(bytes: Int) {
        let size = "\(max(4_096, bytes))"
        arguments += ["--proc", "/proc", "--dev", "/dev", "--size", size, "--perms", "1777", "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
        arguments += ["--size", size, "--perms", "1777", "--tmpfs", "/tmp", "--size", size, "--tmpfs", Self.home]
    }

    // MARK: The worktree

    private mutating func addWorktree(_ command: SandboxCommand) throws(SandboxError) {
        let folder = try Self.checked(command.worktree)
        guard unsafe forge_kind_at(folder) == 2 else { throw SandboxError(.invalid, "\(folder): there is no such folder") }
        bind(command.writesWorktree ? "--bind" : "--ro-bind", folder, Self.worktree)
        // What git reads is out of sight, and a mount cannot be renamed, replaced or removed.
        switch unsafe forge_kind_at(folder + "/.git") {
        case 1: addFile("--ro-bind-data", [], Self.worktree + "/.git")
        case 2: arguments += ["--size", "4096", "--tmpfs", Self.worktree + "/.git", "--remount-ro", Self.worktree + "/.git"]
        case 0: break
        default: throw SandboxError(.invalid, "\(folder)/.git is neither a file nor a folder")
        }
    }

    private mutating func addWritable(_ inside: String, _ outside: String, _ command: SandboxCommand) throws(SandboxError) {
        // In place of the one in memory: what a setup left there is found by what comes after it.
        let place = inside == Self.home ? inside : try Self.checked(inside, isInside: true)
        if place.hasPrefix(Self.worktree + "/"), !isPlain(String(place.dropFirst(Self.worktree.count + 1)), beneath: command.worktree) {
            throw SandboxError(.invalid, "\(place): there is no such folder in the worktree, or a link leads there")
        }
        bind("--bind", try Self.checked(outside), place)
    }

    /// A folder that is there, with no link on the way.
    private func isPlain(_ path: String, beneath folder: String) -> Bool {
        // What cannot be opened is not there for us.
        guard let top = try? Descriptor.open(folder, O_RDONLY | O_DIRECTORY) else { return false }
        let found = unsafe forge_open_beneath(top.number, path, UInt64(O_RDONLY | O_DIRECTORY), 0)
        guard found >= 0 else { return false }
        close(found)
        return true
    }

    // MARK: Parts

    private mutating func bind(_ how: String, _ outside: String, _ inside: String) {
        guard isStaged, !Self.isOpen(outside) else { return arguments += [how, outside, inside] }
        arguments += [how, "\(Self.stage)/\(stages.count)", inside]
        stages.append(outside)
    }

    /// Anybody gets there: what he may do then is the folder's own business.
    private static func isOpen(_ path: String) -> Bool {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            guard unsafe forge_opens_to_others(folder) != 0 else { return false }
        }
        return true
    }

    private mutating func addFile(_ how: String, _ bytes: [UInt8], _ inside: String) {
        arguments += [how, hand(.bytes(bytes)), inside]
    }

    /// Its descriptor.
    private mutating func hand(_ what: Handed) -> String {
        handed.append(what)
        return "\(Self.firstHanded + handed.count - 1)"
    }

    // MARK: Checks

    /// What no sandbox can run.
    static func check(_ command: SandboxCommand) throws(SandboxError) {
        guard let first = command.arguments.first, !first.isEmpty else { throw SandboxError(.invalid, "no command was given") }
        let words = command.arguments + command.environment.keys + command.environment.values + [command.folder?.text ?? ""]
        guard !words.contains(where: { $0.utf8.contains(0) }) else {
            throw SandboxError(.invalid, "a word of the command holds a zero byte")
        }
        for name in command.environment.keys where name.isEmpty || name.contains("=") {
            throw SandboxError(.invalid, "'\(name)' is no name of an environment variable")
        }
        let steps = command.folder?.text.split(separator: "/") ?? []
        guard command.folder?.bytes.first != UInt8(ascii: "/"), !steps.contains("..") else {
            throw SandboxError(.invalid, "the folder \(command.folder?.shown ?? "") is not under the worktree")
        }
    }

    /// Absolute, without detours. Inside, it must not cover what the walls are made of.
    private static func checked(_ path: String, isInside: Bool = false) throws(SandboxError) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = path.hasPrefix("/") && !path.utf8.contains(0) && !parts.dropFirst().contains { ["", ".", ".."].contains($0) }
        guard isPlain else { throw SandboxError(.invalid, "'\(path)' is no absolute path without detours") }
        let kept = ["/proc", "/dev", "/sys", "/usr", "/etc/passwd", "/etc/group", "/mnt"]
        if isInside, kept.contains(where: { path == $0 || path.hasPrefix($0 + "/") }) || [worktree, home, "/tmp", "/etc"].contains(path) {
            throw SandboxError(.invalid, "\(path) is the sandbox's own")
        }
        return path
    }

    private static func distinct(_ paths: [String]) -> [String] {
        var seen: Set<String> = []
        return paths.filter { seen.insert($0).inserted }
    }

    // MARK: Environment

    private static func environment(_ command: SandboxCommand, toolPaths: [String]) -> [String: String] {
        let standard: [String: String] = [
            "PATH": (toolPaths + ["/usr/local/bin", "/usr/bin", "/bin"]).joined(separator: ":"), "HOME": home, "LANG": "C.UTF-8",
            "TMPDIR": "/tmp",
        ]
        return standard.merging(command.environment) { $1 }
    }

    /// Where a toolchain has its programs.
    static func toolPaths(_ readable: [String]) -> [String] {
        readable.flatMap { path -> [String] in ["\(path)/bin", "\(path)/usr/bin"] }.filter { unsafe forge_kind_at($0) == 2 }
    }
}
