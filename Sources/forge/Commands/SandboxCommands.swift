// `forge sandbox …`: try the walls by hand. What runs inside is shown as it comes; what it used is said at the end.

import ForgeConfig
import ForgeCore
import ForgeSandbox
import ForgeSystem
import Synchronization

enum SandboxCommands {
    static let all = [run, check]

    private enum Network: String, CaseIterable { case none }

    private static let run = CommandSpecification(
        "sandbox run", "run a command behind the walls that agents' commands have",
        details: """
            The folder is seen as /worktree, read-only without --write; nothing else of this machine is, but its programs. Limits
            come from the settings (sandbox: …) unless given here. The last line, on standard error, says how it ended and what it used.
            Its standard input is empty. A socket or a pipe that lies in the folder leads to whoever listens there, and with --write
            what it leaves is read by whatever you run there afterwards, git among it. Run by root, the folder's files are the commands'
            user's while it runs; a second run in the same folder waits.
            Exit codes: 0 the command ended with 0, 1 it ended otherwise or at a limit, 2 bad input, 3 it could not be run.

              forge sandbox run -- make test
              forge sandbox run --write --memory 512MiB --time 30s -- sh -c 'echo hello >file'
            """,
        positionals: [.init("COMMAND", repeats: true, "the command and its arguments, after --")],
        options: [
            .init("worktree", "FOLDER", "what it sees as /worktree (default: this folder)"),
            .init("write", nil, "let it write there"),
            .init("network", "none", "which network it has: none is all there is"),
            .init("memory", "SIZE", "such as 512MiB"), .init("time", "DURATION", "how long it may run, such as 30s"),
            .init("processes", "N", "how many processes it may have"),
            .init("disk", "SIZE", "how much it may write to the disk, such as 2GiB"),
            .init("readable", "FOLDER", "a folder more that it may read; may be given again"),
            .init("env", "NAME=VALUE", "a variable of its environment; may be given again"), .config,
        ]
    ) { arguments, context in
        _ = try arguments.choice("network", Network.self)
        let settings = try loadSettings(arguments, context).sandbox
        let command = try command(arguments, settings)
        let sandbox = try settings.sandbox(context)
        let stream = CommandStream(context)
        let ending: SandboxEnding
        do {
            ending = try await untilInterrupted(or: stream.gone) { try await sandbox.run(command, output: stream.take) }
        } catch let error as SandboxError {
            throw error.kind == .invalid ? CommandFailure.badInput(error.message) : CommandFailure.failed(error.message)
        }
        stream.finish()
        context.note("forge: " + ending.said)
        return ending.isSuccess ? .ok : .refused
    }

    private static func command(_ arguments: Arguments, _ settings: SandboxSettings) throws(CommandFailure) -> SandboxCommand {
        var limits = settings.limits
        if let text = arguments.value("memory") {
            guard let bytes = SizeText.parse(text), bytes >= 1 << 24 else {
                throw .badInput("--memory takes a size from 16MiB, such as 512MiB, not '\(text)'")
            }
            limits.memoryBytes = bytes
        }
        if let text = arguments.value("time") {
            guard let time = DurationText.parse(text), time > .zero else {
                throw .badInput("--time takes a duration such as 30s, not '\(text)'")
            }
            limits.wallTime = time
        }
        if let text = arguments.value("disk") {
            guard let bytes = SizeText.parse(text), bytes >= 1 << 20 else {
                throw .badInput("--disk takes a size from 1MiB, such as 2GiB, not '\(text)'")
            }
            limits.diskBytes = bytes
        }
        limits.processes = try arguments.integer("processes", in: 1...65_536, default: limits.processes)
        limits.outputBytes = 0
        limits.storedBytes = 1 << 40
        let folder = arguments.value("worktree") ?? ProcessFacts.workingFolder
        var environment: [String: String] = [:]
        for text in arguments.values["env"] ?? [] {
            guard let place = text.firstIndex(of: "="), place != text.startIndex else {
                throw .badInput("--env takes NAME=VALUE, not '\(text)'")
            }
            environment[String(text[..<place])] = String(text[text.index(after: place)...])
        }
        return SandboxCommand(
            arguments: arguments.positionals, environment: environment, worktree: absolute(folder), writesWorktree: arguments.has("write"),
            limits: limits, readable: (arguments.values["readable"] ?? []).map(absolute))
    }

    /// Without detours, which the sandbox refuses.
    private static func absolute(_ path: String) -> String {
        var parts: [Substring] = []
        for part in (path.hasPrefix("/") ? path : ProcessFacts.workingFolder + "/" + path).split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    private static let check = CommandSpecification(
        "sandbox check", "try every wall of the sandbox on this machine",
        details: """
            Starts one sandbox with a script inside that tries to get out, and things outside for it to get at.
            Exit codes: 0 every wall held, 1 one did not and no command of an agent is run here, 3 there is no sandbox.
            """,
        options: [.json, .config]
    ) { arguments, context in
        let settings = try loadSettings(arguments, context).sandbox
        let sandbox = try settings.sandbox(context)
        var table = Table(["wall", "state", "detail"], whenEmpty: "no walls")
        guard let walled = sandbox as? BubblewrapSandbox else {
            table.add(
                [.init("all"), .init("missing", .bad), .init(UnwalledSandbox.warning)], Self.json("all", false, UnwalledSandbox.warning))
            try context.show(table, json: arguments.has("json"))
            return .refused
        }
        let report = await walled.walls()
        for fact in walled.facts {
            table.add(
                [.init(fact.name), .init(fact.isHeld ? "there" : "missing", fact.isHeld ? .plain : .notice), .init(fact.detail)],
                Self.json(fact.name, fact.isHeld, fact.detail))
        }
        for wall in report.walls {
            table.add(
                [.init(wall.name), .init(wall.isHeld ? "held" : "fallen", wall.isHeld ? .good : .bad), .init(wall.detail)],
                Self.json(wall.name, wall.isHeld, wall.detail))
        }
        try context.show(table, json: arguments.has("json"))
        return report.breach == nil ? .ok : .refused
    }

    private static func json(_ name: String, _ isHeld: Bool, _ detail: String) -> JSON {
        ["schema": 1, "wall": .string(name), "held": .bool(isHeld), "detail": .string(detail)]
    }
}

/// Shows what comes, on whichever thread it comes.
private final class CommandStream: Sendable {
    private let context: CommandContext
    private let text = Mutex(TerminalText())
    /// Has an element once nobody reads any more.
    let gone: AsyncStream<Void>
    private let leaves: AsyncStream<Void>.Continuation

    init(_ context: CommandContext) {
        self.context = context
        (gone, leaves) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    @Sendable func take(_ bytes: [UInt8]) {
        guard context.isTerminal else { return write(bytes) }
        show(text.withLock { $0.take(bytes) })
    }

    func finish() { show(text.withLock { $0.finish() }) }

    private func show(_ text: String) { write(Array(text.utf8)) }

    private func write(_ bytes: [UInt8]) {
        do throws(SystemError) {
            try StandardStream.write(bytes, to: StandardStream.output)
        } catch {
            leaves.yield()
        }
    }
}

extension SandboxEnding {
    /// As `exit 0, 0.12 s, 0.08 s of processor time, at most 14 MiB`.
    var said: String {
        let how =
            switch exit {
            case .code(let code): "exit \(code)"
            case .signal(let number): "ended by signal \(number)"
            case .limit(.wallTime): "ended: it took too long"
            case .limit(.processorTime): "ended: it used too much processor time"
            case .limit(.memory): "ended: it used too much memory"
            case .limit(.output): "ended: it wrote too much"
            case .limit(.disk): "ended: it wrote too much to the disk"
            case .limit(.diskReserve): "ended: the disk has too little left (sandbox.disk_reserve)"
            }
        let memory = memoryPeakBytes.map { ", at most \(max(1, $0 >> 20)) MiB" } ?? ""
        return "\(how), \(seconds(wallTime)) s, \(seconds(processorTime)) s of processor time\(memory)"
    }

    private func seconds(_ duration: Duration) -> String { JSON(duration / .seconds(1), decimals: 2).text }
}
