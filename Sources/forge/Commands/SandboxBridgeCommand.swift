// `forge sandbox bridge`: inside a sandbox, gives a command a proxy at its loopback that leads to the way out which was bound in.

import ForgeCore
import ForgeSandbox
import ForgeSystem

enum SandboxBridgeCommand {
    static let all = [bridge]

    private static let bridge = CommandSpecification(
        "sandbox bridge", "run a command that finds its proxy at the loopback; for use inside a sandbox",
        positionals: [.init("COMMAND", repeats: true, "the command and its arguments, after --")],
        options: [
            .init("socket", "PATH", "the proxy's socket inside the sandbox"),
            .init("port", "PORT", "where the proxy is found on 127.0.0.1 (default: any that is free)"),
        ]
    ) { arguments, context in
        guard let path = arguments.value("socket") else { throw CommandFailure.badInput("--socket is missing") }
        let port = UInt16(arguments.value("port") ?? "0")
        guard let port else { throw CommandFailure.badInput("--port takes a number up to 65535") }
        do throws(SandboxError) {
            let code = try await BridgedCommand.run(
                arguments.positionals, environment: context.environment, through: path, port: port)
            ProcessFacts.exit(Int32(clamping: code))
        } catch {
            throw CommandFailure.failed(error.message)
        }
    }
}
