// `forge bench sandbox`: what the sandbox costs above bwrap itself with the same arguments, in turn in the same run.

import ForgeConfig
import ForgeCore
import ForgeSandbox
import ForgeSystem

enum SandboxBench {
    private static let ratioMax = 1.15
    private static let slowMax = 15.0

    static let command = CommandSpecification(
        "bench sandbox", "how long it takes to run 'true' behind the walls, beside bwrap alone",
        details: """
            --rounds times in turn: bwrap with the same mounts and namespaces and nothing else, then the sandbox with its filter,
            Landlock, limits and whoever watches it. Then --many at once. Exit code 1 when the median is more than 1.15 times bwrap's,
            95 in 100 take more than 15 ms, or one of the many fails.
            """,
        options: [
            .init("rounds", "N", "how often (default 200)"), .init("many", "N", "how many at once (default 50)"), .json, .config,
        ]
    ) { arguments, context in
        let rounds = try arguments.integer("rounds", in: 1...100_000, default: 200)
        let many = try arguments.integer("many", in: 1...500, default: 50)
        let settings = try loadSettings(arguments, context).sandbox
        let folder = try Files.createTemporaryFolder(prefix: "forge-bench-sandbox-")
        defer { Files.removeFolder(folder, files: []) }
        let report = try await measure(BubblewrapSandbox(settings.bubblewrap), folder, rounds: rounds, many: many)
        if arguments.has("json") { try context.show(report.json) } else { try context.print(report.table) }
        return report.isGood ? .ok : .refused
    }

    private static func measure(_ sandbox: BubblewrapSandbox, _ folder: String, rounds: Int, many: Int) async throws -> SandboxReport {
        if let breach = await sandbox.walls().breach { throw CommandFailure.failed(breach) }
        let command = SandboxCommand(arguments: ["true"], worktree: folder, writesWorktree: false)
        var report = SandboxReport()
        // Before the first, the folder is not its user's yet.
        _ = try await milliseconds(sandbox, command)
        for round in 0..<rounds {
            // Each is first in turn.
            if round.isMultiple(of: 2) { report.bare.append(try await sandbox.runBare(command) / .milliseconds(1)) }
            report.own.append(try await milliseconds(sandbox, command))
            if !round.isMultiple(of: 2) { report.bare.append(try await sandbox.runBare(command) / .milliseconds(1)) }
        }
        let began = MonotonicClock.nanoseconds
        report.failures = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<many {
                group.addTask {
                    // Whatever goes wrong is one that failed.
                    (try? await sandbox.run(command).isSuccess) ?? false
                }
            }
            return await group.reduce(0) { $1 ? $0 : $0 + 1 }
        }
        report.many = many
        report.manyMilliseconds = Double(MonotonicClock.nanoseconds - began) / 1e6
        return report
    }

    private static func milliseconds(_ sandbox: BubblewrapSandbox, _ command: SandboxCommand) async throws -> Double {
        let began = MonotonicClock.nanoseconds
        guard try await sandbox.run(command).isSuccess else { throw CommandFailure.failed("'true' did not end with 0") }
        return Double(MonotonicClock.nanoseconds - began) / 1e6
    }

    private struct SandboxReport {
        var bare: [Double] = []
        var own: [Double] = []
        var many = 0
        var failures = 0
        var manyMilliseconds = 0.0

        var ratio: Double { median(own) / median(bare) }
        var slow: Double { own.sorted()[own.count * 95 / 100] }
        var isGood: Bool { ratio <= ratioMax && slow <= slowMax && failures == 0 }

        var table: String {
            """
            'true', ms        median     p95
            bwrap alone   \(column(median(bare)))\(column(bare.sorted()[bare.count * 95 / 100]))
            the sandbox   \(column(median(own)))\(column(slow))   (bar: p95 at most 15)
            ratio         \(column(ratio))           (bar: at most 1.15)
            \(many) at once: \(JSON(manyMilliseconds, decimals: 0).text) ms, \(failures) failed
            """
        }

        var json: JSON {
            [
                "schema": 1, "bench": "sandbox", "bare_ms": JSON(median(bare), decimals: 2), "sandbox_ms": JSON(median(own), decimals: 2),
                "sandbox_p95_ms": JSON(slow, decimals: 2), "ratio": JSON(ratio, decimals: 3), "many": JSON(many),
                "many_ms": JSON(manyMilliseconds, decimals: 0), "failures": JSON(failures), "passed": .bool(isGood),
            ]
        }

        private func column(_ value: Double) -> String {
            let text = JSON(value, decimals: 2).text
            return String(repeating: " ", count: max(0, 10 - text.count)) + text
        }
    }
}
