// The bench that tests are run on, made of the settings: the sandbox, its limits, and a mark for each run.

import ForgeConfig
import ForgeCore
import ForgeCrypto
import ForgeEngine

struct TestsSetUp {
    let bench: TestBench

    /// - Parameter timeout: of the repository (`agents.limits.command_timeout`); the server's own limit holds as well.
    init(_ arguments: Arguments, _ context: CommandContext, timeout: Duration) throws {
        let settings = try loadSettings(arguments, context).sandbox
        let sandbox = try settings.sandbox(context)
        var limits = settings.limits
        limits.wallTime = min(limits.wallTime, timeout)
        if let text = arguments.value("time") {
            guard let time = DurationText.parse(text), time > .zero else {
                throw CommandFailure.badInput("--time takes a duration such as 30s, not '\(text)'")
            }
            limits.wallTime = time
        }
        let reruns = try arguments.integer("reruns", in: 0...20, default: 2)
        bench = TestBench(sandbox: sandbox, settings: TestBenchSettings(limits: limits, rerunsMax: reruns)) {
            Hex.encode(try RandomBytes.system.generate(count: 16))
        }
    }
}
