// `forge sandbox bridge`: inside a sandbox, gives a command at its loopback what was bound in as a socket: a proxy that leads out, and models.

import ForgeCore
import ForgeSandbox
import ForgeSystem

enum SandboxBridgeCommand {
    static let all = [bridge]

    private static let bridge = CommandSpecification(
        "sandbox bridge", "run a command that finds its proxy, and models, at the loopback; for use inside a sandbox",
        details: """
            What each port is for stands in the command's environment: HTTPS_PROXY and the like for --socket; ANTHROPIC_BASE_URL or
            OPENAI_BASE_URL, and a key that is none, for --model-socket. 'forge sandbox run --egress' and '--model' start it by themselves.
            Exit codes: the command's own, 2 bad input, 3 it could not be started.
            """,
        positionals: [.init("COMMAND", repeats: true, "the command and its arguments, after --")],
        options: [
            .init("socket", "PATH", "the proxy's socket inside the sandbox"),
            .init("port", "PORT", "where the proxy is found on 127.0.0.1 (default: any that is free)"),
            .init("model-socket", "PATH", "the socket inside the sandbox at which models answer"),
            .init("model-port", "PORT", "where they are found on 127.0.0.1 (default: any that is free)"),
            .init("model-api", "NAME", "how they are asked: anthropic or openai (default anthropic)"),
        ]
    ) { arguments, context in
        let ways = try ways(arguments)
        do throws(SandboxError) {
            let code = try await BridgedCommand.run(arguments.positionals, environment: context.environment, over: ways)
            ProcessFacts.exit(Int32(clamping: code))
        } catch {
            throw CommandFailure.failed(error.message)
        }
    }

    private static func ways(_ arguments: Arguments) throws(CommandFailure) -> [BridgedWay] {
        let api = try arguments.choice("model-api", BridgedAPI.self) ?? .anthropic
        var ways: [BridgedWay] = []
        if let path = arguments.value("socket") { ways.append(BridgedWay(.hosts, socket: path, port: try port("port", arguments))) }
        if let path = arguments.value("model-socket") {
            ways.append(BridgedWay(.models(api), socket: path, port: try port("model-port", arguments)))
        }
        guard !ways.isEmpty else { throw .badInput("--socket is missing, or --model-socket") }
        return ways
    }

    private static func port(_ name: String, _ arguments: Arguments) throws(CommandFailure) -> UInt16 {
        guard let port = UInt16(arguments.value(name) ?? "0") else { throw .badInput("--\(name) takes a number up to 65535") }
        return port
    }
}
