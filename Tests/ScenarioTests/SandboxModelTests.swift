// A program behind the walls that uses a model: it has no key and no network, the provider sees the service's key, and what it costs is counted
// where `forge budget` shows it.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@testable import forge

@Suite(.serialized) struct SandboxModelTests {
    private struct Room {
        var folder: String
        var settings: String
        var provider: ModelStandIn

        /// The last line on standard error is how it ended.
        func run(_ options: [String], _ script: String) throws -> (code: Int32, output: String, errors: String) {
            try Program.run(
                ["sandbox", "run", "--config", settings, "--worktree", folder + "/work"] + options + ["--", "sh", "-c", script])
        }

        /// What a day of this user's commands came to, in millionths of a dollar.
        func spent() throws -> Int64? {
            let listed = try Program.run(["budget", "--json", "--config", settings, "--repository", "person/uid-\(getuid())"])
            let rows = try listed.output.split(separator: "\n").map { try JSONParser.parse(String($0)) }
            return rows.first { $0["scope"]?.string == "repository_day" }?["spent_micro_usd"]?.integer
        }
    }

    private func room(_ more: String = "", model: String? = nil, _ work: (Room) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "forge-box-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder + "/work", withIntermediateDirectories: true)
        // What stays lies among the temporary files.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let provider = try ModelStandIn()
        try Data(ModelStandIn.key.utf8).write(to: URL(filePath: "\(folder)/key"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(folder)/key")
        let own = "{provider: openai_responses, base_url: \"\(provider.url)\", api_key_file: \(folder)/key, name: gpt-5}"
        try Data("data: \(folder)/data\nmodel: \(model ?? own)\n\(more)\n".utf8).write(to: URL(filePath: "\(folder)/server.yml"))
        try work(Room(folder: folder, settings: "\(folder)/server.yml", provider: provider))
    }

    private static let question = #"{"model": "gpt-5", "input": "hi", "stream": true, "max_output_tokens": 50}"#
    private static let overSocket =
        "curl -sS --unix-socket $FORGE_MODEL_SOCKET http://models/v1/responses -H 'content-type: application/json' -d '\(question)'"
    private static let overPort =
        "curl -sS $OPENAI_BASE_URL/responses -H \"authorization: Bearer $OPENAI_API_KEY\" -H 'content-type: application/json' -d '\(question)'"

    @Test func `a program inside asks over the socket and over its loopback, has no key, and its calls are paid and told`() throws {
        try room { room in
            room.provider.say(StandInTurn("over the socket"), StandInTurn("over the loopback"))
            let run = try room.run(["--model"], "\(Self.overSocket); \(Self.overPort); echo $FORGE_MODEL; env; ls /run/forge")
            #expect(run.code == 0, "\(run)")
            #expect(run.output.contains("over the socket") && run.output.contains("over the loopback"), "\(run)")
            #expect(run.output.contains("\ngpt-5\n") && run.output.contains("\nmodel.sock\n"), "\(run)")
            #expect(!run.output.contains(ModelStandIn.key))
            // 108 at 1.25, 40 at 0.125 and 20 at 10 millionths, twice
            let last = run.errors.split(separator: "\n").last ?? ""
            #expect(last.hasPrefix("forge: exit 0, ") && last.hasSuffix(", 2 calls of a model for $0.00068"), "\(run.errors)")
            #expect(room.provider.requests.map { $0.header("authorization") } == Array(repeating: "Bearer \(ModelStandIn.key)", count: 2))
            #expect(room.provider.violations == [])
            #expect(try room.spent() == 680)
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(room.folder)/data/brokers")
            #expect(left == [], "the socket goes with the command")
        }
    }

    @Test func `without the option there is no socket, no port and no variable`() throws {
        try room { room in
            let run = try room.run([], "env; ls /run 2>&1")
            #expect(run.code == 1 && !run.output.contains("FORGE_MODEL") && !run.output.contains("BASE_URL"), "\(run)")
            #expect(!FileManager.default.fileExists(atPath: "\(room.folder)/data"), "no store is opened for it")
        }
    }

    @Test func `the command's own limit holds, and so does that of the day`() throws {
        try room { room in
            let run = try room.run(["--model", "--usd", "0.0001"], Self.overPort)
            #expect(run.output.contains("insufficient_quota") && run.output.contains("(--usd)"), "\(run)")
            #expect(run.errors.hasSuffix(", no call of a model\n"), "\(run.errors)")
            #expect(room.provider.requests.isEmpty)
        }
        try room("budget: {repository_day_usd: 0.0001}") { room in
            let run = try room.run(["--model", "--usd", "1"], Self.overPort)
            #expect(run.output.contains("insufficient_quota") && run.output.contains("budget.repository_day_usd"), "\(run)")
            #expect(room.provider.requests.isEmpty)
        }
    }

    @Test func `a model that the settings do not name is refused, whatever the program asks`() throws {
        try room { room in
            let run = try room.run(["--model"], Self.overSocket.replacingOccurrences(of: "gpt-5", with: "gpt-6"))
            #expect(run.output.contains("the model 'gpt-6' is not allowed here; allowed: gpt-5"), "\(run)")
            #expect(room.provider.requests.isEmpty)
        }
    }

    @Test func `an answer that is cut by the command's end is counted all the same`() throws {
        try room { room in
            let drip = StandInDrip()
            defer { drip.end() }
            room.provider.fail(.drip(drip))
            // Its first events arrive; then the command leaves.
            for _ in 0..<2 { drip.letGo() }
            let run = try room.run(["--model"], "\(Self.overPort) --max-time 3 -N; exit 4")
            #expect(run.code == 1 && run.errors.contains("exit 4") && run.errors.contains("1 call of a model for $0.0"), "\(run)")
            #expect(try room.spent() ?? 0 > 0)
        }
    }

    @Test func `who interrupts the command is told what it had cost by then, and nothing is left`() throws {
        try room { room in
            let process = Process()
            process.executableURL = URL(filePath: Program.path)
            process.arguments = [
                "sandbox", "run", "--config", room.settings, "--worktree", room.folder + "/work", "--model", "--time", "600s", "--", "sh",
                "-c",
                "\(Self.overPort); echo asked; exec sleep 600",
            ]
            process.environment = [:]
            let (output, errors) = (Pipe(), Pipe())
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = errors
            try process.runAlone()
            var text = ""
            while !text.contains("asked\n") {
                let more = output.fileHandleForReading.availableData
                guard !more.isEmpty else { throw TestFailure(description: "it ended: \(text)") }
                text += String(decoding: more, as: UTF8.self)
            }
            process.interrupt()
            let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 3 && said.hasPrefix("forge: 1 call of a model for $0.00034\n"), "\(said)")
            #expect(try room.spent() == 340)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(room.folder)/data/brokers") == [])
        }
    }

    @Test func `without walls it is found, too, where the service has it`() throws {
        try room("sandbox: {kind: none}") { room in
            let run = try room.run(["--model"], "\(Self.overSocket); \(Self.overPort)")
            #expect(run.code == 0 && run.errors.contains("2 calls of a model for $0.00068"), "\(run)")
        }
    }

    @Test func `where programs have no loopback, the socket is there`() throws {
        try room("sandbox: {loopback: false}") { room in
            let run = try room.run(["--model"], "\(Self.overSocket); echo \"<$OPENAI_BASE_URL>\"")
            #expect(run.code == 0 && run.output.hasSuffix("<>\n") && run.errors.contains("1 call of a model"), "\(run)")
        }
    }

    @Test(arguments: [
        ("{provider: scripted, script: /nowhere.yml}", "model.provider is scripted"),
        ("{name: claude-sonnet-5}", "model.api_key_file is not set"),
    ]) func `without a model to ask it is said what to set`(model: String, said: String) throws {
        try room(model: model) { room in
            let run = try room.run(["--model"], "true")
            #expect(run.code == 2 && run.errors.contains(said), "\(run)")
        }
    }

    @Test(arguments: [(["--usd", "1"], "--model may cost, which is missing"), (["--model", "--usd", "much"], "--usd takes US dollars")])
    func `an amount that cannot be meant is refused`(options: [String], said: String) throws {
        try room { room in
            let run = try room.run(options, "true")
            #expect(run.code == 2 && run.errors.contains(said), "\(run)")
        }
    }

    @Test func `however many ask at once, no more is set aside than the command may spend`() async {
        let cap = SpendingCap(limit: 1_000)
        let refused = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    guard cap.setAside(300) == nil else { return true }
                    // What it came to is half of what was set aside.
                    cap.settle(300, spent: 150)
                    return false
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        // 150 each, as long as 300 more fit: five times at least, and never a seventh.
        let calls = 200 - refused
        #expect((5...6).contains(calls), "\(calls)")
        #expect(cap.said == "\(calls) calls of a model for \(Dollars.text(150 * calls))")
        #expect(cap.setAside(0) == nil, "what costs nothing is never refused")
        let full = SpendingCap(limit: 0)
        #expect(full.setAside(1) == "this command has $0.00 left of $0.00 (--usd), and the next call may cost $0.000001")
        #expect(full.said == "no call of a model")
    }

    @Test func `the doctor says who would be asked, and asks when it is told to`() throws {
        try room { room in
            func doctor(_ more: String...) throws -> [String] {
                let run = try Program.run(["doctor", "--config", room.settings] + more, environment: ["FORGE_LISTEN": "127.0.0.1:0"])
                return run.output.split(separator: "\n").map(String.init).filter { $0.contains(" model ") && !$0.contains("→") }
            }
            let place = "fine     model gpt-5: openai_responses at \(room.provider.url), with a key"
            #expect(try doctor() == [place] && room.provider.requests.isEmpty)
            let asked = try doctor("--ask-model")
            #expect(asked.first == place && asked.last?.hasPrefix("fine     model answers: gpt-5 after ") == true, "\(asked)")
            #expect(room.provider.requests.count == 1)
            room.provider.fail(.status(401, "invalid_api_key", message: "no such key: \(ModelStandIn.key)"))
            let refused = try doctor("--ask-model").last ?? ""
            #expect(refused.hasPrefix("wrong    model answers: ") && !refused.contains(ModelStandIn.key), "\(refused)")
        }
        try room { room in
            let script = "\(room.folder)/script.yml"
            let settings = "data: \(room.folder)/data\nmodel: {provider: scripted, script: \(script)}\n"
            try Data("schema: 1\nexchanges: [{role: reviewer, reply: {answer: {findings: []}}}]\n".utf8).write(to: URL(filePath: script))
            try Data(settings.utf8).write(to: URL(filePath: room.settings))
            let played = try Program.run(
                ["doctor", "--ask-model", "--config", room.settings], environment: ["FORGE_LISTEN": "127.0.0.1:0"])
            #expect(played.output.contains("fine     model: the transcript \(script) is played"), "\(played.output)")
            #expect(
                played.output.contains("fine     model answers: a transcript is played, so --ask-model asks nobody"), "\(played.output)")
        }
        try room(
            model:
                "{name: claude-sonnet-5, fallbacks: [here], others: {here: {provider: openai, base_url: \"http://127.0.0.1:9\", name: x}}}"
        ) {
            room in
            let run = try Program.run(["doctor", "--config", room.settings])
            #expect(
                run.output.contains("warning  model claude-sonnet-5: anthropic at https://api.anthropic.com, without a key"),
                "\(run.output)")
            #expect(run.output.contains("warning  model here: openai at http://127.0.0.1:9, without a key, and nobody told what it costs"))
        }
    }
}
