// One control group; a run's own while it lasts. Its files stay open from one run to the next.

import CSandbox
import ForgeCore
import Synchronization

final class ControlGroup: Sendable {
    private let version: ControlGroups.Version
    private let folders: [String: String]
    /// What a process writes itself into.
    let entrances: [Descriptor]
    private let usage: Descriptor?
    private let events: Descriptor?
    private let peak: Descriptor?
    /// The kernel lets the peak begin anew: version 2 does since Linux 6.12, and has one since 5.19.
    private let canResetPeak: Bool
    private let before = Mutex((microseconds: 0, kills: 0, memory: 0, processes: 0, peak: 0))

    /// What had more is not used again: what it cached of files would count for the next.
    private static let lightBytesMax = 64 << 20

    /// Made anew: nothing of that name may be there.
    convenience init(named name: String, version: ControlGroups.Version, in parents: [String: String]) throws(SandboxError) {
        let folders = parents.mapValues { "\($0)/\(name)" }
        var made: [String] = []
        do throws(SandboxError) {
            for folder in Set(folders.values).sorted() {
                guard unsafe mkdir(folder, 0o755) == 0 else {
                    throw .system("make the control group \(folder)", forge_sandbox_errno())
                }
                made.append(folder)
            }
            try self.init(folders, version)
        } catch {
            for folder in made { unsafe rmdir(folder) }
            throw error
        }
    }

    /// - Parameter folders: by what they count; they are there.
    init(_ folders: [String: String], _ version: ControlGroups.Version) throws(SandboxError) {
        self.version = version
        self.folders = folders
        var entrances: [Descriptor] = []
        for folder in Set(folders.values).sorted() {
            // A thread that moves itself waits for nobody; a process makes every start and end on the machine wait. In version 1 both
            // are the same for what has one thread, and version 2 has only the other.
            entrances.append(try Descriptor.open(folder + (version == .first ? "/tasks" : "/cgroup.procs"), O_WRONLY))
        }
        self.entrances = entrances
        let isFirst = version == .first
        usage = Self.opened(folders["cpuacct"], isFirst ? "cpuacct.usage" : "cpu.stat", O_RDONLY)
        events = Self.opened(folders["memory"], isFirst ? "memory.oom_control" : "memory.events", O_RDONLY)
        let peakName = isFirst ? "memory.max_usage_in_bytes" : "memory.peak"
        let resettable = Self.opened(folders["memory"], peakName, O_RDWR)
        canResetPeak = resettable != nil
        peak = resettable ?? Self.opened(folders["memory"], peakName, O_RDONLY)
    }

    private static func opened(_ folder: String?, _ name: String, _ flags: Int32) -> Descriptor? {
        // What this kernel does not count is not there.
        folder.flatMap { try? Descriptor.open("\($0)/\(name)", flags) }
    }

    func remove() {
        for folder in Set(folders.values) { unsafe rmdir(folder) }
    }

    /// False when the kernel does not take them.
    func limit(_ limits: SandboxLimits) -> Bool {
        before.withLock { before in
            if let pids = folders["pids"], before.processes != limits.processes {
                // Two of them are bwrap's.
                guard KernelFile.write("\(limits.processes + 2)", to: pids + "/pids.max") else { return false }
                before.processes = limits.processes
            }
            if let memory = folders["memory"], before.memory != limits.memoryBytes {
                guard limit(memory: limits.memoryBytes, memory) else { return false }
                before.memory = limits.memoryBytes
            }
            before.peak = canResetPeak && peak?.tell("0") == true ? 0 : totalPeak ?? 0
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
        guard let text = usage?.content() else { return nil }
        return version == .second ? KernelFile.field("usage_usec", in: text) : KernelFile.number(in: text).map { $0 / 1_000 }
    }

    private var kills: Int { events?.content().flatMap { KernelFile.field("oom_kill", in: $0) } ?? 0 }

    private var totalPeak: Int? { peak?.content().flatMap(KernelFile.number(in:)) }

    /// Of this run.
    var microseconds: Int? { totalMicroseconds.map { $0 - before.withLock { $0.microseconds } } }

    var isOutOfMemory: Bool { kills > before.withLock { $0.kills } }

    /// Nil where the kernel does not say, or only of earlier runs.
    var memoryPeakBytes: Int? {
        let earlier = before.withLock { $0.peak }
        return totalPeak.flatMap { $0 > earlier ? $0 : nil }
    }

    var countsMemory: Bool { folders["memory"] != nil }

    var isLight: Bool { (totalPeak ?? 0) <= Self.lightBytesMax }

    /// For what runs without walls: nothing else reaches all of it.
    func killAll() {
        guard let folder = folders["pids"] ?? folders["memory"] ?? folders["cpuacct"] else { return }
        for _ in 0..<100 {
            // A process of another namespace would be 0, which is no process to end.
            let processes = (KernelFile.read(folder + "/cgroup.procs") ?? "").split(separator: "\n").compactMap { Int32($0) }.filter {
                $0 > 0
            }
            guard !processes.isEmpty else { return }
            // Version 2 ends all of them at once (Linux 5.14), also what is being started.
            if version == .first || !KernelFile.write("1", to: folder + "/cgroup.kill") {
                for process in processes { kill(process, SIGKILL) }
            }
            // The killed are on the list until they are gone.
            _ = poll(nil, 0, 1)
        }
    }
}
