// `forge sandbox …`: try the walls by hand. What runs inside is shown as it comes; what it reached, used and cost is said at the end.

import ForgeConfig
import ForgeCore
import ForgeSandbox
import ForgeSystem
import Synchronization

enum SandboxCommands {
    static let all = [run, SandboxCheckCommand.check]

    private static let run = CommandSpecification(
        "sandbox run", "run a command behind the walls that agents' commands have",
        details: """
            The folder is seen as /worktree, read-only without --write; nothing else of this machine is, but its programs. Limits
            come from the settings (sandbox: …) unless given here. The last line, on standard error, says how it ended and what it used.
            Its standard input is empty. A socket or a pipe that lies in the folder leads to whoever listens there, and with --write
            what it leaves is read by whatever you run there afterwards, git among it. Run by root, the folder's files are the commands'
            user's while it runs; a second run in the same folder waits.
            It has no network. With --egress it finds a proxy that leads to these hosts, as far as sandbox.egress allows them; every
            connection is in the audit. With --model it finds the configured model, and no key: at the loopback (ANTHROPIC_BASE_URL or
            OPENAI_BASE_URL; FORGE_MODEL is the model's name) and at the socket in FORGE_MODEL_SOCKET. What it costs is counted as that of
            the repository 'person/uid-N', with N your number on this machine; 'forge budget' shows it. docs/operations.md says more.
            Exit codes: 0 the command ended with 0, 1 it ended otherwise or at a limit, or there is no such program inside (exit 127),
            2 bad input, 3 there is no sandbox to run it in, or it was interrupted.

              forge sandbox run -- make test
              forge sandbox run --write --memory 512MiB --time 30s -- sh -c 'echo hello >file'
              forge sandbox run --write --egress registry.npmjs.org -- npm ci
              forge sandbox run --model --usd 0.50 -- python3 agent.py
            """,
        positionals: [.init("COMMAND", repeats: true, "the command and its arguments, after --")],
        options: [
            .init("worktree", "FOLDER", "what it sees as /worktree (default: this folder)"),
            .init("write", nil, "let it write there"),
            .init("network", "none", "none, which it is anyway: to say so, and to refuse --egress beside it"),
            .init("egress", "HOST", "a host that it may reach, if the settings allow it; may be given again"),
            .init("model", nil, "let it ask the configured model"),
            .init("usd", "AMOUNT", "the most that it may cost then (default: budget.run_usd)"),
            .init("memory", "SIZE", "such as 512MiB"), .init("time", "DURATION", "how long it may run, such as 30s"),
            .init("processes", "N", "how many processes it may have"),
            .init("disk", "SIZE", "how much it may write to the disk, such as 2GiB"),
            .init("readable", "FOLDER", "a folder more that it may read; may be given again"),
            .init("env", "NAME=VALUE", "a variable of its environment; may be given again"), .config,
        ]
    ) { arguments, context in
        let settings = try loadSettings(arguments, context)
        let command = try command(arguments, settings.sandbox)
        let opening = try SandboxOpening(arguments, settings, context)
        let sandbox = try settings.sandbox.sandbox(context)
        let stream = CommandStream(context)
        let (ending, seen) = try await opening.tellingCosts {
            try await untilInterrupted(or: stream.gone) {
                try await opening.whileOpen { way, variables in
                    var led = way.leading(command)
                    led.environment.merge(variables) { own, _ in own }
                    return try await sandbox.run(led, output: stream.take)
                }
            }
        }
        stream.finish()
        if let reached = opening.said(of: seen) { context.note("forge: " + reached) }
        context.note("forge: " + ([ending.said, opening.cap?.said].compactMap(\.self).joined(separator: ", ")))
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
        let readable = (arguments.values["readable"] ?? []).map(absolutePath)
        for path in readable where !Files.exists(path) { throw .badInput("--readable \(path): there is no such folder") }
        return SandboxCommand(
            arguments: arguments.positionals, environment: environment, worktree: absolutePath(folder),
            writesWorktree: arguments.has("write"),
            limits: limits, readable: readable)
    }
}

/// Shows what comes, on whichever thread it comes.
private final class CommandStream: Sendable {
    private let context: CommandContext
    private let text = Mutex(TerminalText())
    /// On a terminal: what is written next would stand behind the program's last words.
    private let isWithinLine = Mutex(false)
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

    func finish() {
        show(text.withLock { $0.finish() })
        if isWithinLine.withLock({ $0 }) { show("\n") }
    }

    private func show(_ text: String) {
        guard let last = text.utf8.last else { return }
        isWithinLine.withLock { $0 = last != UInt8(ascii: "\n") }
        write(Array(text.utf8))
    }

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
