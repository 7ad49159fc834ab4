// What is decided without running anything: arguments, places of control groups, what is kept of output; and what is refused before it starts.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@testable import ForgeSandbox

@Suite struct PlanTests {
    private func plan(_ command: SandboxCommand, isStaged: Bool = false) throws(SandboxError) -> BubblewrapPlan {
        try BubblewrapPlan(command, root: SystemRoot(arguments: []), readable: [], isStaged: isStaged, hasFilter: true, isGated: false)
    }

    @Test func `the worktree has one place, its path is no argument of a command that is staged`() async throws {
        try await TemporaryFolder.with { folder in
            let worktree = folder.path(of: "worktree")
            try FileManager.default.createDirectory(atPath: worktree, withIntermediateDirectories: false)
            var command = SandboxCommand(arguments: ["true"], worktree: worktree)
            // The folder is its owner's only, /usr-not is not there; anybody gets to /opt.
            command.readable = [folder.path(of: "tools"), "/usr-not/tools", "/opt"]
            let plan = try plan(command, isStaged: true)
            #expect(plan.stages == [folder.path(of: "tools"), "/usr-not/tools", worktree])
            #expect(!plan.arguments.contains(worktree))
            #expect(plan.arguments.contains("/opt"))
            let index = try #require(plan.arguments.firstIndex(of: "/worktree"))
            #expect(plan.arguments[(index - 2)...index] == ["--bind", "/mnt/2", "/worktree"])
            #expect(plan.arguments.last(where: { $0.hasPrefix("--") && $0 != "--setenv" }) == "--clearenv")
            // Every folder in memory has a size before it.
            for (place, word) in plan.arguments.enumerated() where word == "--tmpfs" {
                #expect(plan.arguments[..<place].suffix(4).contains("--size"))
            }
        }
    }

    @Test(arguments: [[], [""], ["a\0b"]]) func `no command without words`(arguments: [String]) async throws {
        _ = try await TemporaryFolder.with { folder in
            #expect(throws: SandboxError.self) { try plan(SandboxCommand(arguments: arguments, worktree: folder.path)) }
        }
    }

    @Test func `paths that leave, cover the walls or go through a link are refused`() async throws {
        try await TemporaryFolder.with { folder in
            let command = SandboxCommand(arguments: ["true"], worktree: folder.path)
            func refuses(_ change: (inout SandboxCommand) -> Void) -> Bool {
                var changed = command
                change(&changed)
                do throws(SandboxError) {
                    _ = try plan(changed)
                    return false
                } catch {
                    return error.kind == .invalid
                }
            }
            #expect(!refuses { _ in })
            #expect(refuses { $0.worktree = folder.path + "/none" })
            #expect(refuses { $0.worktree = "relative" })
            #expect(refuses { $0.folder = RepositoryPath("../up") })
            #expect(refuses { $0.folder = RepositoryPath("/up") })
            #expect(refuses { $0.environment = ["A=B": "c"] })
            #expect(refuses { $0.environment = ["": "c"] })
            for place in ["/proc", "/dev/shm", "/usr/lib", "/tmp", "/worktree", "/agent", "/etc/passwd", "/a/../b", "//a", "b", "/"] {
                // A home that outlasts the command takes the place of the one in memory.
                #expect(refuses { $0.writable = [place: folder.path] } == (place != "/agent"), "\(place)")
                #expect(refuses { $0.network = .sockets([place: folder.path]) }, "\(place)")
            }
            try FileManager.default.createDirectory(atPath: folder.path + "/real", withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "/usr")
            #expect(!refuses { $0.writable = ["/worktree/real": folder.path] })
            #expect(refuses { $0.writable = ["/worktree/link": folder.path] })
            #expect(refuses { $0.writable = ["/worktree/missing": folder.path] })
            try FileManager.default.createSymbolicLink(atPath: folder.path + "/.git", withDestinationPath: "/usr")
            #expect(refuses { _ in })
        }
    }

    @Test func `control groups are found in both versions, in a container too`() {
        let first = ControlGroupPlaces(
            mounts: """
                32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
                33 31 0:30 /box/one /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
                34 31 0:31 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
                """, own: "4:memory:/box/one/two\n2:cpu,cpuacct:/\n1:name=systemd:/x\n0::/\n")
        #expect(
            first.controllers
                == [
                    "memory": "/sys/fs/cgroup/memory/two", "cpu": "/sys/fs/cgroup/cpu,cpuacct", "cpuacct": "/sys/fs/cgroup/cpu,cpuacct",
                ].merging(["name=systemd": "/sys/fs/cgroup/systemd/x"]) { $1 })
        #expect(first.unified == nil)
        let second = ControlGroupPlaces(
            mounts: "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate", own: "0::/system.slice/forge.service\n")
        #expect(
            second
                == ControlGroupPlaces(mounts: "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", own: "0::/system.slice/forge.service"))
        #expect(second.unified == "/sys/fs/cgroup/system.slice/forge.service")
        #expect(ControlGroupPlaces(mounts: "", own: "nonsense\n:::\n") == ControlGroupPlaces(mounts: "x", own: ""))
    }

    @Test func `of long output the first and the last half are kept, in whatever pieces it comes`() {
        let all = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        for size in [1, 3, 99, 100, 101, 250, 4_999, 5_000] {
            var keeper = OutputKeeper(SandboxLimits(outputBytes: 200, storedBytes: 4_000), file: nil)
            var rest = all[...]
            while !rest.isEmpty {
                keeper.take(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(keeper.count == 5_000)
            #expect(keeper.isOver)
            #expect(keeper.kept == all[..<100] + Array("\n[… 4800 of 5000 bytes are left out here …]\n".utf8) + all[4_900...])
        }
        var short = OutputKeeper(SandboxLimits(outputBytes: 200), file: nil)
        short.take(all[..<150])
        #expect(short.kept == Array(all[..<150]))
    }

    @Test func `what bwrap says of itself is read, and what it does not say is not guessed`() {
        let said = Array("{ \"child-pid\": 4711, \"cgroup-namespace\": 7 }\n{ \"exit-code\": 3 }\n".utf8)
        #expect(RunWatch.number(after: "\"child-pid\":", in: said) == 4_711)
        #expect(RunWatch.number(after: "\"exit-code\":", in: said) == 3)
        #expect(RunWatch.number(after: "\"exit-code\":", in: Array(said[..<20])) == nil)
    }

    @Test func `the self-test trusts nothing that it was not told`() {
        func ending(_ text: String) -> SandboxEnding {
            SandboxEnding(exit: .code(0), output: Array(text.utf8), outputBytes: text.utf8.count, wallTime: .zero, processorTime: .zero)
        }
        let all = WallProbes.names.map { "\($0)\theld\tyes\n" }.joined()
        #expect(SelfTest.walls(in: ending(all)).allSatisfy { $0.isHeld })
        #expect(
            SelfTest.walls(in: ending(all.replacing("network\theld", with: "network\tfallen"))).filter { !$0.isHeld }.map(\.name) == [
                "network"
            ])
        #expect(SelfTest.walls(in: ending(all + "network\tfallen\tafter all\n")).filter { !$0.isHeld }.map(\.name) == ["network"])
        #expect(SelfTest.walls(in: ending("files\theld\tyes\n")).filter { !$0.isHeld }.count == WallProbes.names.count - 1)
        #expect(WallReport(walls: SelfTest.walls(in: ending("")), duration: .zero).breach != nil)
        #expect(WallReport(walls: [], duration: .zero).breach != nil)
    }
}
