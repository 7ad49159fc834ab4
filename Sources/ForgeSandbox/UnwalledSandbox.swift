// Commands without walls, for people whose whole forge runs in a container of its own: limits, an environment built from nothing, and an end
// for everything that is found of a command. It must never be chosen for anybody: only `sandbox.kind: none` makes one, and whoever shows
// the result of such a run says so.

import CSandbox
package import ForgeCore

package final class UnwalledSandbox: Sandbox {
    private let groups: ControlGroups?
    private let readable: [String]

    package init(readable: [String] = [], usesControlGroups: Bool = true) {
        groups = usesControlGroups ? ControlGroups.found() : nil
        self.readable = readable
    }

    /// What is said at start, on pages and under pull requests.
    package static let warning = "commands run without walls (sandbox.kind: none): they can read and change what the service can"

    package var summary: String {
        "none: \(Self.warning); limits: \(groups?.facts ?? "rlimits, and what a command starts is found by its process group only")"
    }

    package func run(
        _ command: SandboxCommand, output: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(SandboxError) -> SandboxEnding {
        let cancelled = try Descriptor.event()
        let thread = RunThread()
        let result = await withTaskCancellationHandler {
            await thread.carryOut { () throws(SandboxError) in try self.carryOut(command, cancelled: cancelled, tell: output) }
        } onCancel: {
            cancelled.signal()
        }
        return try result.get()
    }

    private func carryOut(
        _ command: SandboxCommand, cancelled: Descriptor, tell: @escaping @Sendable ([UInt8]) -> Void
    ) throws(SandboxError) -> SandboxEnding {
        try BubblewrapPlan.check(command)
        guard unsafe forge_kind_at(command.worktree) == 2 else {
            throw SandboxError(.invalid, "\(command.worktree): there is no such folder")
        }
        var file: Descriptor?
        if let path = command.outputFile { file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW) }
        let disk = try DiskWatch(command)
        let group = try groups.map { groups throws(SandboxError) in try groups.take(command.limits) }
        defer { if let group { groups?.giveBack(group) } }
        let (program, output) = try launch(command, group)
        var watch = RunWatch(
            program, output: output, status: nil, gate: nil, cancelled: cancelled,
            meter: ResourceMeter(group: group, limits: command.limits), disk: disk, keeper: OutputKeeper(command.limits, file: file),
            tell: tell)
        return try watch.run().ending()
    }

    private func launch(
        _ command: SandboxCommand, _ group: ControlGroup?
    ) throws(SandboxError) -> (program: StartedProgram, output: Descriptor) {
        let output = try Descriptor.pipe()
        let tools = BubblewrapPlan.toolPaths(readable + command.readable)
        let path = (tools + ["/usr/local/bin", "/usr/bin", "/bin"]).joined(separator: ":")
        let standard = ["PATH": path, "HOME": "/tmp", "LANG": "C.UTF-8", "TMPDIR": "/tmp"]
        let environment = standard.merging(command.environment) { $1 }
        let name = command.arguments[0]
        let places = (environment["PATH"] ?? path).split(separator: ":").map { "\($0)/\(name)" }
        let program = name.contains("/") ? name : places.first { unsafe access($0, X_OK) == 0 } ?? name
        let start = ProgramStart(
            program: program, arguments: command.arguments, environment: environment,
            descriptors: [try Descriptor.memory(command.input), output.writing, output.writing], groups: group?.entrances ?? [],
            limits: command.limits.ofProcesses(countsMemory: groups?.countsMemory == true),
            folder: command.worktree + (command.folder.map { "/" + $0.text } ?? ""), diesWithThread: true)
        return (try start.start(), output.reading)
    }
}
