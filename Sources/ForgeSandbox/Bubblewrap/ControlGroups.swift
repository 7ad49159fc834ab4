// Groups of the kernel that count and limit what a command and everything it starts use together. One is made for a run and kept for the
// next. Where the machine lends us none, `ResourceMeter` looks instead.

import CSandbox
import ForgeCore
import Synchronization

/// The groups of this process, in version 2 where it is delegated to us, else in version 1.
final class ControlGroups: Sendable {
    enum Version: String, Sendable { case first = "cgroup v1", second = "cgroup v2" }

    let version: Version
    /// By what they count: `memory`, `pids`, `cpuacct`; all the same folder in version 2.
    let parents: [String: String]
    private let idle = Mutex<[ControlGroup]>([])
    /// Of this process, so that no two have the same name.
    private static let made = Atomic<Int>(0)
    private static let idleMax = 64

    private init(_ version: Version, _ parents: [String: String]) {
        self.version = version
        self.parents = parents
    }

    deinit {
        for group in idle.withLock({ $0 }) { group.remove() }
    }

    var countsMemory: Bool { parents["memory"] != nil }
    var countsProcesses: Bool { parents["pids"] != nil }

    /// As `memory, processes, processor time by cgroup v1`.
    var facts: String {
        let names = [("memory", "memory"), ("pids", "processes"), ("cpuacct", "processor time")].filter { parents[$0.0] != nil }.map(\.1)
        return "\(names.joined(separator: ", ")) by \(version.rawValue)"
    }

    static func found() -> ControlGroups? {
        guard let mounts = KernelFile.read("/proc/self/mountinfo"), let own = KernelFile.read("/proc/self/cgroup") else { return nil }
        let places = ControlGroupPlaces(mounts: mounts, own: own)
        let groups = second(places.unified) ?? first(places.controllers)
        groups?.sweep()
        return groups
    }

    private static func first(_ controllers: [String: String]) -> ControlGroups? {
        let usable = controllers.filter { ["memory", "pids", "cpuacct"].contains($0.key) && isOurs($0.value) }
        return usable.isEmpty ? nil : ControlGroups(.first, usable)
    }

    /// Controllers are handed to groups below only by a group without processes of its own: this one moves into one beside the commands'.
    /// A group that others are in, as a login's, is nobody's to rearrange.
    private static func second(_ folder: String?) -> ControlGroups? {
        guard let folder, let offered = KernelFile.read(folder + "/cgroup.controllers"), isOurs(folder) else { return nil }
        let names = Set(offered.split { $0.isWhitespace })
        guard names.contains("memory"), names.contains("pids") else { return nil }
        let control = folder + "/cgroup.subtree_control"
        if !KernelFile.write("+memory +pids", to: control) {
            let processes = (KernelFile.read(folder + "/cgroup.procs") ?? "").split(separator: "\n").map(String.init)
            guard processes.allSatisfy({ $0 == "\(getpid())" }) else { return nil }
            let service = folder + "/forge-service"
            _ = unsafe mkdir(service, 0o755)
            for process in processes { KernelFile.write(process, to: service + "/cgroup.procs") }
            guard KernelFile.write("+memory +pids", to: control) else { return nil }
        }
        return ControlGroups(.second, ["memory": folder, "pids": folder, "cpuacct": folder])
    }

    /// The kernel's files are writable to root whatever their mode says: only making one tells.
    private static func isOurs(_ folder: String) -> Bool {
        let probe = "\(folder)/forge-\(getpid())-probe-\(made.add(1, ordering: .relaxed).newValue)"
        guard unsafe mkdir(probe, 0o755) == 0 else { return false }
        unsafe rmdir(probe)
        return true
    }

    /// Groups of a forge that was killed.
    private func sweep() {
        for folder in Set(parents.values) {
            for name in folderNames(folder) where name.hasPrefix("forge-") {
                guard let process = Int32(name.dropFirst(6).prefix { $0.isNumber }), process > 0 else { continue }
                if kill(process, 0) != 0, forge_sandbox_errno() == ESRCH { unsafe rmdir("\(folder)/\(name)") }
            }
        }
    }

    /// Limited and empty; given back after the run.
    func take(_ limits: SandboxLimits) throws(SandboxError) -> ControlGroup {
        let group: ControlGroup
        if let idle = idle.withLock({ $0.popLast() }) {
            group = idle
        } else {
            let number = Self.made.add(1, ordering: .relaxed).newValue
            group = try ControlGroup(named: "forge-\(getpid())-\(number)", version: version, in: parents)
        }
        guard group.limit(limits) else {
            group.remove()
            throw SandboxError(.unavailable, "could not limit memory and processes by \(version.rawValue)")
        }
        return group
    }

    func giveBack(_ group: ControlGroup) {
        let isKept = idle.withLock { idle in
            guard idle.count < Self.idleMax else { return false }
            idle.append(group)
            return true
        }
        if !isKept { group.remove() }
    }
}

/// One group; a run's own while it lasts.
final class ControlGroup: Sendable {
    private let version: ControlGroups.Version
    private let folders: [String: String]
    /// What a process writes itself into.
    let entrances: [Descriptor]
    private let before = Mutex((microseconds: 0, kills: 0, memory: 0, processes: 0))

    init(named name: String, version: ControlGroups.Version, in parents: [String: String]) throws(SandboxError) {
        self.version = version
        folders = parents.mapValues { "\($0)/\(name)" }
        var entrances: [Descriptor] = []
        for folder in Set(folders.values) {
            guard unsafe mkdir(folder, 0o755) == 0 else {
                throw .system("make the control group \(folder)", forge_sandbox_errno())
            }
            // A thread that moves itself waits for nobody; a process makes every start and end on the machine wait. In version 1 both
            // are the same for what has one thread, and version 2 has only the other.
            entrances.append(try Descriptor.open(folder + (version == .first ? "/tasks" : "/cgroup.procs"), O_WRONLY))
        }
        self.entrances = entrances
    }

    func remove() {
        for folder in Set(folders.values) { unsafe rmdir(folder) }
    }

    fileprivate func limit(_ limits: SandboxLimits) -> Bool {
        before.withLock { before in
            if let pids = folders["pids"], before.processes != limits.processes {
                // Two of them are bwrap's.
                guard KernelFile.write("\(limits.processes + 2)", to: pids + "/pids.max") else { return false }
                before.processes = limits.processes
            }
            if let memory = folders["memory"] {
                guard before.memory == limits.memoryBytes || limit(memory: limits.memoryBytes, memory) else { return false }
                before.memory = limits.memoryBytes
                if version == .first { KernelFile.write("0", to: memory + "/memory.max_usage_in_bytes") }
            }
            before.kills = kills
            before.microseconds = totalMicroseconds ?? 0
            return true
        }
    }

    private func limit(memory bytes: Int, _ folder: String) -> Bool {
        if version == .second {
            KernelFile.write("0", to: folder + "/memory.swap.max")
            KernelFile.write("1", to: folder + "/memory.oom.group")
            return KernelFile.write("\(bytes)", to: folder + "/memory.max")
        }
        // Memory and swap together are never below memory: which one is written first depends on what was there.
        KernelFile.write("-1", to: folder + "/memory.memsw.limit_in_bytes")
        let isLimited = KernelFile.write("\(bytes)", to: folder + "/memory.limit_in_bytes")
        KernelFile.write("\(bytes)", to: folder + "/memory.memsw.limit_in_bytes")
        return isLimited
    }

    private var totalMicroseconds: Int? {
        guard let folder = folders["cpuacct"] else { return nil }
        if version == .second { return KernelFile.read(folder + "/cpu.stat").flatMap { KernelFile.field("usage_usec", in: $0) } }
        return KernelFile.number(folder + "/cpuacct.usage").map { $0 / 1_000 }
    }

    private var kills: Int {
        guard let folder = folders["memory"] else { return 0 }
        let file = version == .second ? "/memory.events" : "/memory.oom_control"
        return KernelFile.read(folder + file).flatMap { KernelFile.field("oom_kill", in: $0) } ?? 0
    }

    /// Of this run.
    var microseconds: Int? { totalMicroseconds.map { $0 - before.withLock { $0.microseconds } } }

    var isOutOfMemory: Bool { kills > before.withLock { $0.kills } }

    /// Nil where the kernel does not say: version 2 before Linux 5.19.
    var memoryPeakBytes: Int? {
        folders["memory"].flatMap { KernelFile.number($0 + (version == .second ? "/memory.peak" : "/memory.max_usage_in_bytes")) }
    }

    var countsMemory: Bool { folders["memory"] != nil }

    /// For what runs without walls: nothing else reaches all of it.
    func killAll() {
        guard let folder = folders["pids"] ?? folders["memory"] ?? folders["cpuacct"] else { return }
        for _ in 0..<100 {
            let processes = (KernelFile.read(folder + "/cgroup.procs") ?? "").split(separator: "\n").compactMap { Int32($0) }
            guard !processes.isEmpty else { return }
            for process in processes { kill(process, SIGKILL) }
            // The killed are on the list until they are gone.
            _ = poll(nil, 0, 1)
        }
    }
}

/// The names in a folder; none when it cannot be read.
func folderNames(_ path: String) -> [String] {
    var names: [String] = []
    unsafe withUnsafeMutablePointer(to: &names) { pointer in
        _ = unsafe forge_each_name(
            path, { unsafe $0?.assumingMemoryBound(to: [String].self).pointee.append(String(cString: $1!)) }, pointer)
    }
    return names
}
