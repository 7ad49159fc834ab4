// A sandbox with a small project inside whose tests a test decides about: it carries out the shell's text as far as tests need it, and keeps
// what it was asked. Nothing of this machine is run.

package import ForgeCore
import Synchronization

package final class ScriptedSandbox: Sandbox {
    package struct Reply: Sendable {
        package var exit: SandboxExit
        package var printed: String
        /// What the runner would have written to its report.
        package var report: String?
        package var wallTime: Duration

        package init(_ exit: SandboxExit = .code(0), _ printed: String = "", report: String? = nil, wallTime: Duration = .seconds(1)) {
            self.exit = exit
            self.printed = printed
            self.report = report
            self.wallTime = wallTime
        }
    }

    package let summary = "scripted"
    private let state: Mutex<(commands: [SandboxCommand], failure: SandboxError?)>
    private let answer: @Sendable (SandboxCommand, Int) -> Reply

    /// `answer` is asked with the number of the command, from 0.
    package init(_ answer: @escaping @Sendable (SandboxCommand, Int) -> Reply) {
        self.answer = answer
        state = Mutex(([], nil))
    }

    package var commands: [SandboxCommand] { state.withLock { $0.commands } }
    /// The shell's texts, in order.
    package var scripts: [String] { commands.map { $0.arguments.last ?? "" } }

    package func failNext(_ error: SandboxError) { state.withLock { $0.failure = error } }

    package func run(
        _ command: SandboxCommand, output: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(SandboxError) -> SandboxEnding {
        let (failure, number) = state.withLock { state in
            state.commands.append(command)
            defer { state.failure = nil }
            return (state.failure, state.commands.count - 1)
        }
        if let failure { throw failure }
        let reply = answer(command, number)
        var bytes = Array(reply.printed.utf8)
        // What a command that was ended from outside would still have printed never comes.
        if case .code = reply.exit, let mark = Self.mark(in: command.arguments.last ?? "") {
            bytes += Array("\n\(mark)\n\(reply.report ?? "")".utf8)
        }
        // In pieces, as a pipe gives them.
        for start in stride(from: 0, to: bytes.count, by: 1_000) { output(Array(bytes[start..<min(bytes.count, start + 1_000)])) }
        return SandboxEnding(
            exit: reply.exit, output: Array(bytes.suffix(command.limits.outputBytes)), outputBytes: bytes.count, wallTime: reply.wallTime,
            processorTime: .zero)
    }

    private static func mark(in script: String) -> String? {
        guard let start = script.firstRange(of: "'forge-report-begins-") else { return nil }
        return String(script[script.index(after: start.lowerBound)...].prefix { $0 != "'" })
    }
}

/// Tests as unittest tells of them, each with an outcome for each run of it; the last one stays.
package final class ScriptedTests: Sendable {
    package enum Outcome: String, Sendable {
        case ok
        case FAIL
        case skipped = "skipped 'not today'"
    }

    private let state: Mutex<[(name: String, outcomes: [Outcome])]>

    package init(_ tests: KeyValuePairs<String, [Outcome]>) {
        state = Mutex(tests.map { ($0.key, $0.value) })
    }

    /// Runs all, or those whose name is in the script behind `-k`.
    package func reply(to script: String) -> ScriptedSandbox.Reply {
        let run = state.withLock { tests in
            var run: [(String, Outcome)] = []
            for index in tests.indices where !script.contains(" -k ") || script.contains("-k '\(tests[index].name)'") {
                run.append((tests[index].name, tests[index].outcomes[0]))
                if tests[index].outcomes.count > 1 { tests[index].outcomes.removeFirst() }
            }
            return run
        }
        let failed = run.filter { $0.1 == .FAIL }
        let lines = run.map { name, outcome in
            let parts = name.split(separator: ".")
            return "\(parts.last ?? "") (\(name)) ... \(outcome.rawValue)\n"
        }
        let rule = String(repeating: "=", count: 70)
        let thin = String(repeating: "-", count: 70)
        let traces = failed.map { name, _ in
            "\n\(rule)\nFAIL: \(name.split(separator: ".").last ?? "") (\(name))\n\(thin)\nAssertionError: no\n"
        }
        let end = "\n\(thin)\nRan \(run.count) tests in 0.001s\n\n\(failed.isEmpty ? "OK" : "FAILED (failures=\(failed.count))")\n"
        return .init(.code(failed.isEmpty ? 0 : 1), lines.joined() + traces.joined() + end)
    }
}
