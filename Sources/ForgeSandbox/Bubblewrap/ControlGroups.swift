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
    /// Each holds a few descriptors open.
    private static let idleMax = 32

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

    private static func second(_ own: String?) -> ControlGroups? {
        guard let own, let folder = DelegatedGroup.folder(own: own, process: getpid(), files: KernelGroupFiles()) else { return nil }
        return ControlGroups(.second, ["memory": folder, "pids": folder, "cpuacct": folder])
    }

    /// The kernel's files are writable to root whatever their mode says: only making one tells.
    static func isOurs(_ folder: String) -> Bool {
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
        if let idle = idle.withLock({ $0.popLast() }) { group = idle } else { group = try make() }
        guard group.limit(limits) else {
            group.remove()
            throw SandboxError(.unavailable, "could not limit memory and processes by \(version.rawValue)")
        }
        return group
    }

    /// A name may be taken by what is left of an earlier process with our number, as every start of a container has.
    private func make() throws(SandboxError) -> ControlGroup {
        var failure = SandboxError(.unavailable, "could not make a control group")
        for _ in 0..<Self.namesMax {
            let number = Self.made.add(1, ordering: .relaxed).newValue
            do throws(SandboxError) {
                return try ControlGroup(named: "forge-\(getpid())-\(number)", version: version, in: parents)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private static let namesMax = 8

    func giveBack(_ group: ControlGroup) {
        let isLight = group.isLight
        let isKept = idle.withLock { idle in
            guard isLight, idle.count < Self.idleMax else { return false }
            idle.append(group)
            return true
        }
        if !isKept { group.remove() }
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
