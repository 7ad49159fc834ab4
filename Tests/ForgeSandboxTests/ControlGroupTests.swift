// Control groups of version 2, which not every machine has: where they are made, against a kernel that keeps the rules of its documentation;
// what is written into one and read from it, in a folder; and entering and ending one for real, where the kernel has any.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@testable import ForgeSandbox

@Suite struct ControlGroupTests {
    // MARK: Where

    private static let unit = "/sys/fs/cgroup/system.slice/forge.service"

    /// A unit with `Delegate=yes`, and nobody in it but us.
    private func delegated() -> FakeKernel {
        let kernel = FakeKernel()
        kernel.groups["/sys/fs/cgroup"] = .init(handed: ["cpu", "memory", "pids"])
        kernel.groups["/sys/fs/cgroup/system.slice"] = .init(handed: ["cpu", "memory", "pids"])
        kernel.groups[Self.unit] = .init(processes: [41])
        return kernel
    }

    @Test func `the service moves out of its group, which then hands on what counts`() {
        let kernel = delegated()
        #expect(DelegatedGroup.folder(own: Self.unit, process: 41, files: kernel) == Self.unit)
        #expect(kernel.groups[Self.unit]?.handed == ["memory", "pids"])
        #expect(kernel.groups[Self.unit]?.processes == [])
        #expect(kernel.groups[Self.unit + "/forge-service"]?.processes == [41])
    }

    @Test func `whoever asks after that finds the same place, and no group in a group`() {
        let kernel = delegated()
        _ = DelegatedGroup.folder(own: Self.unit, process: 41, files: kernel)
        let count = kernel.groups.count
        #expect(DelegatedGroup.folder(own: Self.unit + "/forge-service", process: 41, files: kernel) == Self.unit)
        // Another process of the service, which did not move itself.
        kernel.groups[Self.unit + "/forge-service"]?.processes = [41, 42]
        #expect(DelegatedGroup.folder(own: Self.unit + "/forge-service", process: 42, files: kernel) == Self.unit)
        #expect(kernel.groups.count == count)
    }

    @Test func `a group with others in it is not rearranged`() {
        let kernel = delegated()
        kernel.groups[Self.unit]?.processes = [41, 7]
        #expect(DelegatedGroup.folder(own: Self.unit, process: 41, files: kernel) == nil)
        #expect(kernel.groups[Self.unit]?.processes == [41, 7])
        #expect(kernel.groups[Self.unit + "/forge-service"] == nil)
    }

    @Test func `without controllers, or where no group can be made, nothing moves`() {
        let bare = delegated()
        bare.groups["/sys/fs/cgroup/system.slice"]?.handed = ["hugetlb", "memory"]
        #expect(DelegatedGroup.folder(own: Self.unit, process: 41, files: bare) == nil)
        let foreign = delegated()
        foreign.isReadOnly = true
        #expect(DelegatedGroup.folder(own: Self.unit, process: 41, files: foreign) == nil)
        #expect(DelegatedGroup.folder(own: "/nowhere", process: 41, files: delegated()) == nil)
        for kernel in [bare, foreign] { #expect(kernel.groups[Self.unit]?.processes == [41]) }
    }

    @Test func `the root may have processes of its own`() {
        let kernel = FakeKernel()
        kernel.groups["/sys/fs/cgroup"] = .init(handed: ["memory", "pids"], processes: [1, 41])
        #expect(DelegatedGroup.folder(own: "/sys/fs/cgroup", process: 41, files: kernel) == "/sys/fs/cgroup")
        #expect(kernel.groups["/sys/fs/cgroup"]?.processes == [1, 41])
    }

    // MARK: What

    @Test func `limits are written, and what was used is this run's alone`() async throws {
        try await TemporaryFolder.with { folder in
            func set(_ name: String, _ text: String) throws { try Data(text.utf8).write(to: URL(filePath: folder.path(of: name))) }
            func get(_ name: String) -> String? { KernelText.read(folder.path(of: name)) }
            for name in ["cgroup.procs", "pids.max", "memory.max", "memory.swap.max", "memory.oom.group"] { try set(name, "") }
            try set("memory.events", "low 0\nhigh 0\nmax 4\noom 2\noom_kill 3\noom_group_kill 1\n")
            try set("memory.peak", "900000000\n")
            try set("cpu.stat", "usage_usec 5000\nuser_usec 4000\nsystem_usec 1000\n")
            let group = try ControlGroup(["memory": folder.path, "pids": folder.path, "cpuacct": folder.path], .second)
            #expect(group.entrances.count == 1)
            #expect(group.limit(SandboxLimits(memoryBytes: 123_456_789, processes: 20)))
            #expect(get("pids.max") == "22" && get("memory.max") == "123456789")
            #expect(get("memory.swap.max") == "0" && get("memory.oom.group") == "1")
            #expect(!group.isOutOfMemory)
            #expect(group.microseconds == 0)
            try overwrite(folder.path(of: "memory.events"), "low 0\nhigh 0\nmax 9\noom 5\noom_kill 4\noom_group_kill 9\n")
            try overwrite(folder.path(of: "cpu.stat"), "usage_usec 7500\nuser_usec 4000\nsystem_usec 1000\n")
            try overwrite(folder.path(of: "memory.peak"), "700000000\n")
            #expect(group.isOutOfMemory)
            #expect(group.microseconds == 2_500)
            #expect(group.memoryPeakBytes == 700_000_000)
            #expect(!group.isLight)
        }
    }

    /// The same file with another content, as the kernel does it.
    private func overwrite(_ path: String, _ text: String) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    @Test func `a name that is taken is no group of ours`() async throws {
        try await TemporaryFolder.with { folder in
            try FileManager.default.createDirectory(atPath: folder.path(of: "forge-1-1"), withIntermediateDirectories: false)
            #expect(throws: SandboxError.self) { try ControlGroup(named: "forge-1-1", version: .second, in: ["memory": folder.path]) }
            // Nothing is left of one that could not be made whole: there is no such file in a plain folder.
            #expect(throws: SandboxError.self) { try ControlGroup(named: "forge-1-2", version: .second, in: ["memory": folder.path]) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["forge-1-1"])
        }
    }

    // MARK: For real

    /// Where this process may make groups of version 2, whatever they count.
    private static let place: String? = {
        let places = ControlGroupPlaces(
            mounts: KernelText.read("/proc/self/mountinfo") ?? "", own: KernelText.read("/proc/self/cgroup") ?? "")
        let folder = places.unified.flatMap { ControlGroups.isOurs($0) ? $0 : nil }
        if folder == nil { print("no groups of version 2 can be made here: entering and ending one is not tried") }
        return folder
    }()

    @Test(.enabled(if: place != nil, "no groups of version 2 can be made here"))
    func `a program enters a group of version 2, is counted there, and ends with all it started`() throws {
        let group = try ControlGroup(named: "forge-\(getpid())-test", version: .second, in: ["cpuacct": try #require(Self.place)])
        defer { group.remove() }
        #expect(group.limit(SandboxLimits()))
        let output = try Descriptor.pipe()
        _ = fcntl(output.reading.number, F_SETFL, 0)
        let script =
            "trap '' TERM; (setsid sleep 60 & ) ; sleep 60 & i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo ready; sleep 60"
        let program = try ProgramStart(
            program: "/bin/sh", arguments: ["sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"],
            descriptors: [try Descriptor.memory([]), output.writing, output.writing], groups: group.entrances
        ).start()
        var buffer = [UInt8](repeating: 0, count: 100)
        #expect(output.reading.read(into: &buffer) == .bytes(6))
        #expect((group.microseconds ?? 0) > 0)
        group.killAll()
        #expect(program.reap().code == 128 + Int(SIGKILL))
        #expect(KernelText.read("\(try #require(Self.place))/forge-\(getpid())-test/cgroup.procs") == "")
    }
}

/// Groups by the rules of the kernel's documentation: a group offers what the one above hands on, hands on nothing while it has processes
/// (but the root), and takes no processes while it hands something on.
private final class FakeKernel: GroupFiles {
    struct Group {
        var handed: Set<String> = []
        var processes: Set<Int> = []
    }

    var groups: [String: Group] = [:]
    var isReadOnly = false

    private static let root = "/sys/fs/cgroup"

    private func above(_ folder: String) -> String { String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)]) }

    private func offered(_ folder: String) -> Set<String> {
        folder == Self.root ? groups[folder]?.handed ?? [] : groups[above(folder)]?.handed ?? []
    }

    func read(_ path: String) -> String? {
        let folder = above(path)
        guard let group = groups[folder] else { return nil }
        switch path.dropFirst(folder.count + 1) {
        case "cgroup.controllers": return offered(folder).sorted().joined(separator: " ") + "\n"
        case "cgroup.subtree_control": return group.handed.sorted().joined(separator: " ") + "\n"
        case "cgroup.procs": return group.processes.sorted().map { "\($0)\n" }.joined()
        default: return nil
        }
    }

    func write(_ text: String, to path: String) -> Bool {
        let folder = above(path)
        guard !isReadOnly, let group = groups[folder] else { return false }
        switch path.dropFirst(folder.count + 1) {
        case "cgroup.subtree_control":
            let names = Set(text.split(separator: " ").map { String($0.dropFirst()) })
            guard names.isSubset(of: offered(folder)), folder == Self.root || group.processes.isEmpty else { return false }
            groups[folder]?.handed.formUnion(names)
        case "cgroup.procs":
            guard let process = Int(text), folder == Self.root || group.handed.isEmpty else { return false }
            for name in groups.keys { groups[name]?.processes.remove(process) }
            groups[folder]?.processes.insert(process)
        default: return false
        }
        return true
    }

    func makeGroup(_ folder: String) -> Bool {
        guard canMakeGroups(in: above(folder)) else { return false }
        groups[folder] = groups[folder] ?? Group()
        return true
    }

    func canMakeGroups(in folder: String) -> Bool { !isReadOnly && groups[folder] != nil }
}
