// How programs find what was bound into their sandbox: over real sockets, by the variables that they read.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Testing

@Suite(.timeLimit(.minutes(2))) struct BridgedWayTests {
    @Test func `libraries of each provider find its models at the loopback, with a key that opens nothing`() {
        let anthropic = BridgedWay(.models(.anthropic), socket: "/s").variables(port: 4_000)
        #expect(anthropic == ["ANTHROPIC_BASE_URL": "http://127.0.0.1:4000", "ANTHROPIC_API_KEY": BridgedWay.placeholderKey])
        let openai = BridgedWay(.models(.openai), socket: "/s").variables(port: 4_000)
        #expect(openai["OPENAI_BASE_URL"] == "http://127.0.0.1:4000/v1" && openai["OPENAI_API_BASE"] == openai["OPENAI_BASE_URL"])
        #expect(openai["OPENAI_API_KEY"] == BridgedWay.placeholderKey && openai.count == 3)
    }

    @Test func `what is at an address of the loopback does not go through the proxy`() {
        let variables = BridgedWay(.hosts, socket: "/s").variables(port: 4_000)
        for name in ["HTTP_PROXY", "https_proxy", "ALL_PROXY", "npm_config_https_proxy"] {
            #expect(variables[name] == "http://127.0.0.1:4000")
        }
        #expect(variables["NO_PROXY"] == "127.0.0.1,::1" && variables["no_proxy"] == variables["NO_PROXY"])
    }

    @Test func `a command reaches each socket at its own port, and its exit code is handed on`() async throws {
        try await TemporaryFolder.with { folder in
            let listeners = try ["hosts", "models"].map { try OutsideListener(.path(folder.path(of: $0))) }
            let ways = [
                BridgedWay(.hosts, socket: folder.path(of: "hosts")), BridgedWay(.models(.openai), socket: folder.path(of: "models")),
            ]
            // Each port is there for the command; what listens behind it never answers.
            let script = """
                curl -s --max-time 1 "$OPENAI_BASE_URL"; models=$?
                curl -s --max-time 1 --noproxy '' -x "$HTTPS_PROXY" http://a.example/; hosts=$?
                [ "$models" != 7 ] && [ "$hosts" != 7 ] && [ "$HTTPS_PROXY/v1" != "$OPENAI_BASE_URL" ] && exit 5
                """
            let code = try await BridgedCommand.run(["sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"], over: ways)
            #expect(code == 5)
            #expect(listeners.map(\.wasReached) == [true, true])
        }
    }

    @Test func `a command that is not there is an error that names it`() async {
        await #expect(throws: SandboxError.self) {
            _ = try await BridgedCommand.run(["/nowhere/at/all"], environment: [:], over: [BridgedWay(.hosts, socket: "/nowhere")])
        }
    }
}
