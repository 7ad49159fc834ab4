// Commands behind walls: namespaces made by bubblewrap, a filter of system calls, Landlock, limits. A wall that does not hold on this
// machine is found by the self-test, and then nothing is run at all: there is no way to ask for less.

import CSandbox
package import ForgeCore
import Synchronization

package final class BubblewrapSandbox: Sandbox {
    private let program: String
    private let options: BubblewrapOptions
    private let root: SystemRoot
    private let groups: ControlGroups?
    private let filter: CallFilter?
    private let ruleset: Descriptor?
    /// Nil: commands are the user that we are.
    private let user: UInt32?
    private let selfTest = SelfTest()
    /// What the self-test found, for those who come after it: asking it takes a way to its thread and back.
    private let found = Mutex<WallReport?>(nil)
    private let starts = Mutex(())

    package init(_ options: BubblewrapOptions = BubblewrapOptions()) throws(SandboxError) {
        self.options = options
        let places = options.program.map { [$0] } ?? ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"]
        guard let found = places.first(where: { unsafe access($0, X_OK) == 0 }) else {
            throw SandboxError(.unavailable, "bubblewrap is missing (\(places[0])): apt-get install bubblewrap")
        }
        program = found
        root = SystemRoot.found()
        groups = options.usesControlGroups ? ControlGroups.found() : nil
        filter =
            options.hasFilter
            ? try CallFilter(hasLoopback: options.hasLoopback, countsMemory: groups?.countsMemory == true) : nil
        let rules = forge_make_ruleset(options.hasLoopback ? 0 : 1)
        ruleset = rules < 0 ? nil : Descriptor(owned: rules)
        user = geteuid() == 0 ? options.rootBecomes : nil
        guard user != 0 else { throw SandboxError(.invalid, "commands are never run as root of this machine") }
    }

    package var summary: String { "bubblewrap: " + facts.map { "\($0.name) \($0.detail)" }.joined(separator: "; ") }

    /// What was found on this machine: not a test, that is `walls()`.
    package var facts: [Wall] {
        let missing = "watched every 50 ms, and rlimits"
        return [
            Wall(name: "namespaces", isHeld: true, detail: "user, mount, process, network, IPC, UTS, cgroup"),
            Wall(name: "seccomp", isHeld: filter != nil, detail: filter.map { "\($0.bytes.count / 8) instructions" } ?? "left out"),
            Wall(
                name: "Landlock", isHeld: ruleset != nil,
                detail: ruleset == nil ? "not on this kernel (6.12 and newer have it)" : "abstract sockets and signals stay inside"),
            Wall(
                name: "limits", isHeld: true,
                detail: groups.map { $0.countsMemory && $0.countsProcesses ? $0.facts : "\($0.facts), else \(missing)" } ?? missing),
            Wall(
                name: "user", isHeld: true,
                detail: user.map { "\($0) on this machine" } ?? "the service's own (\(geteuid())) on this machine"),
            Wall(name: "loopback", isHeld: true, detail: options.hasLoopback ? "its own, leading nowhere" : "none"),
        ]
    }

    /// The self-test, done once.
    package func walls() async -> WallReport {
        if let known = found.withLock({ $0 }) { return known }
        let report = await selfTest.report(readable: options.readable) { command throws(SandboxError) in
            try self.carryOut(command, cancelled: try Descriptor.event()) { _ in }
        }
        found.withLock { $0 = report }
        return report
    }

    package func run(
        _ command: SandboxCommand, output: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(SandboxError) -> SandboxEnding {
        if let breach = await walls().breach { throw SandboxError(.breached, breach) }
        guard !Task.isCancelled else { throw SandboxError(.cancelled, "the command was cancelled before it began") }
        let cancelled = try Descriptor.event()
        let thread = RunThread()
        let result = await withTaskCancellationHandler {
            await thread.carryOut { () throws(SandboxError) in try self.carryOut(command, cancelled: cancelled, tell: output) }
        } onCancel: {
            cancelled.signal()
        }
        return try result.get()
    }

    // MARK: One run, blocking

    private func carryOut(
        _ command: SandboxCommand, cancelled: Descriptor, tell: @escaping @Sendable ([UInt8]) -> Void
    ) throws(SandboxError) -> SandboxEnding {
        let isGated = groups?.countsProcesses != true
        let plan = try plan(command, isGated: isGated)
        guard let user else { return try carryOut(command, plan, isGated: isGated, cancelled: cancelled, tell: tell) }
        // One after the other: the first to end would take it from under the next.
        let lock = options.givesBack ? try Descriptor.open(command.worktree, O_RDONLY | O_DIRECTORY) : nil
        if let lock { forge_lock_whole(lock.number) }
        let result = Result { () throws(SandboxError) in
            try giveAway(command, to: user)
            return try carryOut(command, plan, isGated: isGated, cancelled: cancelled, tell: tell)
        }
        if lock != nil { try takeBack(command.worktree, from: user) }
        return try result.get()
    }

    private func carryOut(
        _ command: SandboxCommand, _ plan: BubblewrapPlan, isGated: Bool, cancelled: Descriptor,
        tell: @escaping @Sendable ([UInt8]) -> Void
    ) throws(SandboxError) -> SandboxEnding {
        let file = try outputFile(command)
        let disk = try DiskWatch(command)
        let group = try groups.map { groups throws(SandboxError) in try groups.take(command.limits) }
        defer { if let group { groups?.giveBack(group) } }
        // A pipe: bwrap reads a single byte, which an event does not have.
        let gate = isGated ? try Descriptor.pipe() : nil
        if let gate { _ = forge_wait_always(gate.reading.number) }
        // One start after the other: each holds a good many descriptors open for a moment, and more at once are no faster.
        let result = starts.withLock { _ in
            Result { () throws(SandboxError) in try launch(command, plan, group: group, gate: gate?.reading) }
        }
        let launched = try result.get()
        var watch = RunWatch(
            launched.program, output: launched.output, status: launched.status,
            gate: gate.map { RunWatch.Gate(opener: $0.writing, user: user) }, cancelled: cancelled,
            meter: ResourceMeter(group: group, limits: command.limits), disk: disk, keeper: OutputKeeper(command.limits, file: file),
            tell: tell)
        return try watch.run().ending()
    }

    /// Our copies of the writing ends end with this call, so that the end of the run is the end of the pipe.
    private func launch(
        _ command: SandboxCommand, _ plan: BubblewrapPlan, group: ControlGroup?, gate: Descriptor?
    ) throws(SandboxError) -> (program: StartedProgram, output: Descriptor, status: Descriptor) {
        let output = try Descriptor.pipe()
        let status = try Descriptor.pipe()
        // `/dev/stdout` is opened anew by its name, which is its owner's right only.
        if let user { fchown(output.writing.number, user, user) }
        var start = try bareStart(command, plan, output: output.writing, status: status.writing, gate: gate)
        start.groups = group?.entrances ?? []
        start.ruleset = ruleset
        start.limits = command.limits.ofProcesses(countsMemory: groups?.countsMemory == true)
        return (try start.start(), output.reading, status.reading)
    }

    private func plan(_ command: SandboxCommand, isGated: Bool) throws(SandboxError) -> BubblewrapPlan {
        var command = command
        if groups?.countsMemory != true {
            // Nobody counts what lies in folders in memory: three of them, and the command's own share.
            command.limits.scratchBytes = min(command.limits.scratchBytes, command.limits.memoryBytes / 4)
        }
        return try BubblewrapPlan(
            command, root: root, readable: options.readable, isStaged: user != nil, hasFilter: filter != nil, isGated: isGated)
    }

    /// The same mounts and namespaces, of folders that anybody gets to.
    func barePlan(_ command: SandboxCommand) throws(SandboxError) -> BubblewrapPlan {
        try BubblewrapPlan(command, root: root, readable: options.readable, isStaged: false, hasFilter: false, isGated: false)
    }

    /// bwrap with its arguments, and nothing of what is done around it.
    func bareStart(
        _ command: SandboxCommand, _ plan: BubblewrapPlan, output: Descriptor, status: Descriptor, gate: Descriptor?
    ) throws(SandboxError) -> ProgramStart {
        var descriptors = [try Descriptor.memory(command.input), output, output, try Descriptor.memory(plan.argumentBytes), status]
        for handed in plan.handed {
            switch handed {
            case .filter: descriptors.append(try Descriptor.memory(filter?.bytes ?? []))
            case .gate:
                guard let gate else { throw SandboxError(.unavailable, "a command without limits on its processes") }
                descriptors.append(gate)
            case .bytes(let bytes): descriptors.append(try Descriptor.memory(bytes))
            }
        }
        // Its own environment is in sight of whoever is inside, and is read by its loader outside: nothing of ours, nothing of the command's.
        return ProgramStart(
            program: program, arguments: ["bwrap", "--args", "\(BubblewrapPlan.argumentsDescriptor)", "--"] + command.arguments,
            environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"], descriptors: descriptors, user: user, stages: plan.stages)
    }

    private func outputFile(_ command: SandboxCommand) throws(SandboxError) -> Descriptor? {
        guard let path = command.outputFile else { return nil }
        return try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
    }

    /// What the service wrote into the worktree belongs to the commands' user before one of them runs: it could not change it otherwise, or
    /// not even read it.
    private func giveAway(_ command: SandboxCommand, to user: UInt32) throws(SandboxError) {
        let failed = unsafe forge_give_tree(command.worktree, geteuid(), user)
        guard failed == 0 else { throw .system("give \(command.worktree) to user \(user)", failed) }
        // Everything below was made by commands.
        for folder in command.writable.values.sorted() {
            let failed = unsafe forge_give_folder(folder, geteuid(), user)
            guard failed == 0 else { throw .system("give \(folder) to user \(user)", failed) }
        }
    }

    private func takeBack(_ folder: String, from user: UInt32) throws(SandboxError) {
        let failed = unsafe forge_give_tree(folder, user, geteuid())
        guard failed == 0 else { throw .system("take \(folder) back from user \(user)", failed) }
    }
}

extension RunWatch.Outcome {
    func ending() throws(SandboxError) -> SandboxEnding {
        let exit: SandboxExit
        switch stop {
        case .cancelled: throw SandboxError(.cancelled, "the command was cancelled")
        case .unlimited(let number): throw .system("limit the command's processes", number)
        case .limit(let limit): exit = .limit(limit)
        case nil:
            guard wasStarted else {
                let words = String(decoding: output.kept.suffix(1_000), as: UTF8.self)
                // Nothing ran that could have written this: the walls stood, and there was no such program behind them.
                if words.hasPrefix("bwrap: execvp ") { return ending(.code(127)) }
                throw SandboxError(.unavailable, "the sandbox could not be made: " + (words.isEmpty ? "bwrap ended with \(code)" : words))
            }
            // Shells and bwrap say so of what a signal ended.
            exit = code > 128 && code <= 192 ? .signal(code - 128) : .code(code)
        }
        return ending(exit)
    }

    private func ending(_ exit: SandboxExit) -> SandboxEnding {
        SandboxEnding(
            exit: exit, output: output.kept, outputBytes: output.count, wallTime: wallTime,
            processorTime: .microseconds(meter.microseconds), memoryPeakBytes: meter.memoryPeakBytes)
    }
}
