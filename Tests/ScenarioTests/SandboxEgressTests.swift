// A program behind the walls that reaches hosts by name: only those that the operator allows and the person named, each in the audit.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct SandboxEgressTests {
    /// `localhost` is a host of this machine's that the settings let the proxy lead to.
    private func room(
        _ more: String = "",
        _ work: (_ port: Int, _ run: ([String], String) throws -> (code: Int32, output: String, errors: String)) throws -> Void
    )
        throws
    {
        let folder = FileManager.default.temporaryDirectory.appending(path: "forge-box-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder + "/work", withIntermediateDirectories: true)
        // What stays lies among the temporary files.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // Any server that is at hand: what it does not know it answers with `{}`.
        let host = try ModelStandIn()
        let settings = """
            data: \(folder)/data
            sandbox: {egress: ["localhost:\(host.port)", "*.example.com", "localhost:9", unknown.invalid],
              egress_networks: [127.0.0.0/8]\(more)}
            model: {provider: openai, base_url: "\(host.url)", name: gpt-5}
            """
        try Data(settings.utf8).write(to: URL(filePath: "\(folder)/server.yml"))
        try work(host.port) { options, script in
            try Program.run(
                ["sandbox", "run", "--config", "\(folder)/server.yml", "--worktree", folder + "/work"] + options + [
                    "--", "sh", "-c", script,
                ])
        }
        withExtendedLifetime(host) {}
    }

    private static func curl(_ url: String) -> String { "curl -sS --proxytunnel -x $HTTPS_PROXY --noproxy '' --max-time 20 \(url)" }

    @Test func `a host that is allowed and named is reached, another is refused, and both are told`() throws {
        try room { port, run in
            let found = try run(
                ["--egress", "localhost:\(port)"],
                "\(Self.curl("http://localhost:\(port)/")); \(Self.curl("https://a.example.com/")) 2>&1; true")
            #expect(found.code == 0 && found.output.hasPrefix("{}"), "\(found)")
            let lines = found.errors.split(separator: "\n")
            #expect(
                lines.dropLast().last
                    == "forge: reached localhost:\(port); refused a.example.com:443 (not on the list of hosts that may be reached)",
                "\(found.errors)")
            #expect(lines.last?.hasPrefix("forge: exit 0, ") == true, "\(found.errors)")
            let silent = try run(["--egress", "localhost:\(port)"], "true")
            #expect(silent.errors.contains("forge: no host was asked for"), "\(silent.errors)")
        }
    }

    @Test func `a host where nobody answers, a name that nobody knows and a plain request are told as what they are`() throws {
        try room { port, run in
            let lost = try run(
                ["--egress", "localhost:9", "--egress", "unknown.invalid"],
                "\(Self.curl("http://localhost:9/")); \(Self.curl("https://unknown.invalid/")); true")
            #expect(lost.code == 0, "\(lost)")
            #expect(lost.errors.contains("forge: could not reach localhost:9, unknown.invalid:443\n"), "\(lost.errors)")
            let plain = try run(["--egress", "localhost:\(port)"], "curl -sS -x $HTTPS_PROXY --noproxy '' http://localhost:\(port)/")
            #expect(plain.errors.contains("forge: refused a request (only CONNECT is let through"), "\(plain.errors)")
        }
    }

    @Test func `where nobody watches, nothing is said of hosts`() throws {
        try room(", kind: none") { port, run in
            let found = try run(["--egress", "localhost:\(port)"], "curl -sS --noproxy '*' http://localhost:\(port)/")
            #expect(found.code == 0 && found.output.hasPrefix("{}"), "\(found)")
            #expect(!found.errors.contains("no host was asked for") && !found.errors.contains("forge: reached"), "\(found.errors)")
        }
    }

    @Test func `a host and a model are there side by side`() throws {
        try room { port, run in
            let question = #"{"model": "gpt-5", "messages": [{"role": "user", "content": "hi"}], "stream": true, "max_tokens": 50}"#
            let found = try run(
                ["--model", "--egress", "localhost:\(port)"],
                "\(Self.curl("http://localhost:\(port)/")); curl -sS $OPENAI_BASE_URL/chat/completions -H 'content-type: application/json' -d '\(question)'"
            )
            #expect(found.code == 0 && found.output.hasPrefix("{}") && found.output.contains("chat.completion.chunk"), "\(found)")
            #expect(
                found.errors.contains("reached localhost:\(port)\n") && found.errors.contains(", 1 call of a model for $"),
                "\(found.errors)")
        }
    }

    @Test func `without the option nothing is reached`() throws {
        try room { port, run in
            let found = try run([], "env; curl -sS --max-time 5 http://127.0.0.1:\(port)/ 2>&1")
            #expect(found.code == 1 && !found.output.contains("PROXY") && !found.output.contains("{}"), "\(found)")
        }
    }

    @Test(arguments: [
        (
            ["--egress", "other.test"],
            "--egress other.test: the settings do not allow it; whoever runs this machine adds it to sandbox.egress"
        ),
        (["--egress", "10.0.0.1"], "--egress takes a host such as"), (["--egress", "*.com"], "--egress takes a host such as"),
        (["--egress", "a.example.com:8443"], "the settings do not allow it"),
        (["--network", "none", "--egress", "a.example.com"], "--network none and --egress"),
    ]) func `a host that is not allowed, or is none, is refused before anything runs`(options: [String], said: String) throws {
        try room { _, run in
            let refused = try run(options, "echo ran")
            #expect(refused.code == 2 && refused.errors.contains(said) && refused.output.isEmpty, "\(refused)")
        }
    }
}
