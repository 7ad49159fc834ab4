// The commands as a person or a script uses them: what is asked wrongly is answered with the nearest right thing, what a program reads is
// JSON, and exit codes mean what `forge help` says.

import ForgeCore
import ForgeStore
import ForgeSystem
import Foundation
import Testing

@Suite(.serialized) struct CommandLineTests {
    /// The contract of other tools: `forge help` lists each, and each has its `--help`.
    static let commands = [
        "serve", "intake", "deliveries list", "deliveries show", "deliveries replay", "tickets list", "tickets show", "runs list",
        "runs show", "budget", "audit verify", "token create", "token list", "token revoke", "check", "doctor", "demo", "bench intake",
        "sandbox run", "sandbox check", "bench sandbox", "schema", "version", "tests detect", "tests run",
        "tools list", "tools call",
    ]

    @Test func `help lists every command, and every command has help of its own`() throws {
        let overview = try Program.run(["help"])
        #expect(overview.code == 0)
        for command in Self.commands {
            #expect(overview.output.contains("\n  \(command) "), "\(command) is not in forge help")
            let words = command.split(separator: " ").map(String.init)
            let help = try Program.run(words + ["--help"])
            #expect(help.code == 0 && help.output.contains("usage: forge \(command)"), "\(help.output)\(help.errors)")
            #expect(try Program.run(["help"] + words).output == help.output)
        }
    }

    @Test(arguments: [
        (["serv"], "did you mean 'serve'?"),
        (["deliveries"], "followed by one of: list, show, replay"),
        (["deliveries", "lst"], "did you mean 'list'?"),
        (["serve", "--confg", "x"], "unknown option '--confg', did you mean '--config'?"),
        (["version", "--zzzzzzzz"], "unknown option '--zzzzzzzz'. See 'forge version --help'"),
        (["serve", "--config"], "--config needs FILE"),
        (["version", "--json=yes"], "--json takes no value"),
        (["tickets", "show"], "ID is missing"),
        (["tickets", "show", "1", "2"], "'2' is one argument too many"),
        (["tickets", "show", "zero"], "'zero' is no id"),
        (["tickets", "list", "--state", "opne"], "did you mean 'open'?"),
        (["deliveries", "list", "--limit", "0"], "--limit takes a whole number from 1 to 200"),
        (["deliveries", "list", "--refused", "--state", "done"], "--refused lists every refusal"),
        (["token", "create", "--role", "admin"], "--name is missing"),
        (["token", "create", "--name", "n"], "--role is missing"),
        (["serve", "--config", "/nowhere/server.yml"], "/nowhere/server.yml"),
    ])
    func `what is asked wrongly ends with exit code 2 and says what was meant`(words: [String], sentence: String) throws {
        let result = try Program.run(words)
        #expect(result.code == 2)
        #expect(result.errors.hasPrefix("forge: ") && result.errors.contains(sentence), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test func `a store that this version does not have is refused instead of another one being used`() throws {
        let service = try ServiceUnderTest(moreSettings: "store: postgres://forge:hunter2@db.example.com/forge")
        for command in ["serve", "doctor"] {
            let result = try service.run(command)
            #expect(result.code == 2 && result.errors.contains("write sqlite"), "\(result.errors)")
            #expect(!result.errors.contains("hunter2"))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: service.dataPath).isEmpty)
    }

    @Test func `listings are JSON lines when asked, and plain columns in a pipe`() async throws {
        let service = try ServiceUnderTest()
        try service.start()
        #expect(try service.github("pull_request", LifeTests.pullRequest()).status == 202)
        #expect(try service.github("pull_request", "{}", secret: "another").status == 401)
        let alert = #"{"text":"GlitchTip Alert","attachments":[{"title":"E","title_link":"https://g.example.com/a/issues/3"}]}"#
        let path = "/webhooks/glitchtip/front/\(ServiceUnderTest.pathToken)"
        #expect(try service.send("POST", path, headers: ["content-type": "application/json"], body: Array(alert.utf8)).status == 202)
        try await service.settle()
        #expect(service.end(with: SIGTERM) == 0)
        #expect(try service.run("token", "create", "--name", "t", "--role", "observer").code == 0)
        for words in [["deliveries", "list"], ["deliveries", "list", "--refused"], ["tickets", "list"], ["token", "list"]] {
            let plain = try Program.run(words + ["--config", service.settingsPath])
            #expect(plain.code == 0 && plain.output.contains("\t") && !plain.output.contains("\u{1B}"), "\(words): \(plain.output)")
            let lines = try Program.run(words + ["--config", service.settingsPath, "--json"]).output.split(separator: "\n")
            #expect(lines.count == plain.output.split(separator: "\n").count)
            for line in lines { #expect(try JSONParser.parse(String(line))["schema"]?.integer == 1, "\(words): \(line)") }
        }
        for words in [["deliveries", "show", "1"], ["tickets", "show", "1"]] {
            let shown = try Program.run(words + ["--config", service.settingsPath, "--json"])
            #expect(try JSONParser.parse(shown.output)["id"]?.string == "1", "\(shown.output)\(shown.errors)")
        }
        #expect(try service.run("runs", "list", "--json").output.isEmpty)
    }

    @Test(arguments: [
        ["deliveries", "show", "9"], ["deliveries", "replay", "9"], ["tickets", "show", "9"], ["runs", "show", "9"],
        ["token", "revoke", "9"],
    ])
    func `what is not there is refused with exit code 1`(words: [String]) throws {
        let service = try ServiceUnderTest()
        let result = try Program.run(words + ["--config", service.settingsPath])
        #expect(result.code == 1 && result.errors.contains("there is no"), "\(result.errors)")
    }

    @Test func `a replayed delivery is decoded once more`() async throws {
        let service = try ServiceUnderTest()
        try service.start()
        #expect(try service.github("push", "no JSON").status == 202)
        try await service.settle()
        #expect(try service.run("deliveries", "replay", "1").output == "delivery 1 is pending again\n")
        try await service.settle()
        let shown = try JSONParser.parse(try service.run("deliveries", "show", "1").output)
        #expect(shown["state"]?.string == "failed" && shown["attempts"]?.integer == 1)
        #expect(service.end(with: SIGTERM) == 0)
    }

    @Test func `a job is tried as often as queue attempts says`() async throws {
        let service = try ServiceUnderTest(moreSettings: "queue: {attempts: 3}")
        try service.start()
        #expect(try service.github("pull_request", LifeTests.pullRequest()).status == 202)
        try await service.settle()
        let jobs = try await service.withStore { try await $0.jobs(JobFilter(), page: PageRequest(), scope: .all).items }
        #expect(jobs.map(\.new.attemptsMax) == [3])
        #expect(service.end(with: SIGTERM) == 0)
    }

    @Test func `a link of the journal that was changed is named, with exit code 1`() throws {
        let service = try ServiceUnderTest()
        #expect(try service.run("token", "create", "--name", "honest-name", "--role", "observer").code == 0)
        let whole = try service.run("audit", "verify", "--json")
        #expect(whole.code == 0)
        let report = try JSONParser.parse(whole.output)
        #expect(report["whole"] == true && report["audit_head"]?.string?.count == 64)
        let file = URL(filePath: service.dataPath).appending(path: "forge.db")
        var bytes = try Data(contentsOf: file)
        while let place = bytes.range(of: Data("honest-name".utf8)) { bytes.replaceSubrange(place, with: Data("forged-name".utf8)) }
        try bytes.write(to: file)
        let broken = try service.run("audit", "verify")
        #expect(broken.code == 1)
        #expect(broken.output.hasPrefix("broken: stream audit, link 1: "), "\(broken.output)")
    }

    @Test func `the doctor finds nothing wrong, and says what to do where something is`() throws {
        let service = try ServiceUnderTest()
        let fine = try service.run("doctor", "--json")
        #expect(fine.code == 0, "\(fine.output)\(fine.errors)")
        let names = try fine.output.split(separator: "\n").map { try JSONParser.parse(String($0))["name"]?.string }
        #expect(
            names.filter { $0?.hasPrefix("sandbox ") == false && $0?.hasPrefix("wall ") == false } == [
                "libraries", "clock", "data folder", "disk", "database", "address", "github", "tracker errors", "tracker front",
                "model",
            ])
        #expect(names.contains("wall network"))
        let sick = try Program.run(["doctor"], environment: ["FORGE_DATA": "/proc/nowhere/data"])
        #expect(sick.code == 1)
        #expect(sick.output.contains("wrong    data folder: /proc/nowhere/data is not there and cannot be made\n         → make it"))
        #expect(sick.output.contains("warning  github: no webhook secret\n         → set github.webhook_secrets_file"))
    }

    @Test func `a body is judged without a service, one by one or a line each`() throws {
        let one = try Program.run(["intake", "--source", "github", "--event", "pull_request"], input: LifeTests.pullRequest())
        #expect(one.code == 0, "\(one.errors)")
        #expect(try JSONParser.parse(one.output)["intent"]?.string == "review")
        let lines = """
            {"id":"a","source":"github","headers":{"X-GitHub-Event":"ping"},"body":"{}"}

            {"id":2,"source":"github","headers":{"x-github-event":"push"},"body_base64":"bm8gSlNPTg=="}
            {"id":"c","source":"mail","headers":{},"body":"{}"}
            no JSON
            {"id":"e","source":"glitchtip","headers":{},"body":{"text":"t","attachments":[{"title":"E","title_link":"https://g/a/issues/3"}]}}
            """
        let many = try Program.run(["intake", "--jsonl"], input: lines)
        let answers = try many.output.split(separator: "\n").map { try JSONParser.parse(String($0)) }
        #expect(many.code == 0 && answers.count == 6, "\(many.output)\(many.errors)")
        #expect(answers.map { $0["id"] } == ["a", nil, 2, "c", nil, "e"])
        #expect(answers.map { $0["verdict"]?.string } == ["ignored", "rejected", "rejected", "rejected", "rejected", "accepted"])
        #expect(answers.allSatisfy { $0["reason"]?.string?.isEmpty == false })
        #expect(answers.last?["ticket"]?["source"]?.string == "glitchtip")
    }

    @Test func `the schemas are JSON, and the version is told`() throws {
        for which in ["server", "repository"] {
            let schema = try JSONParser.parse(try Program.run(["schema", which]).output)
            #expect(schema["$schema"] != nil && schema["properties"]?.members?.isEmpty == false)
        }
        #expect(try Program.run(["--version"]).output == Program.run(["version"]).output)
        #expect(try JSONParser.parse(try Program.run(["version", "--json"]).output)["name"]?.string == "forge")
    }

    @Test(.timeLimit(.minutes(2))) func `the bench of intake measures both sides and says which bar was missed`() throws {
        let words = ["bench", "intake", "--seconds", "1", "--rounds", "1", "--connections", "8", "--body", "2048"]
        let bench = try Program.run(words, environment: ["TMPDIR": URL.temporaryDirectory.path])
        // A debug build under test may miss the bars: that is exit code 1 with its reason, and still a measurement.
        #expect(bench.code == 0 || bench.code == 1, "\(bench.errors)")
        for word in ["a: bare loop", "b: forge serve", "ratio"] { #expect(bench.output.contains(word), "\(bench.output)") }
    }

    @Test func `the demonstration shows three deliveries become three outcomes, and a review before and after its mistakes are mended`()
        throws
    {
        let demo = try Program.run(["demo"], environment: ["TMPDIR": URL.temporaryDirectory.path])
        #expect(demo.code == 0, "\(demo.output)\(demo.errors)")
        #expect(demo.output.components(separatedBy: "← 202 ").count == 4)
        #expect(demo.output.contains("← 200 ") && demo.output.contains("← 401 "))
        let outcomes = demo.output.split(separator: "\n").filter { $0.contains("\tdone\t") }
        #expect(outcomes.count == 3, "\(demo.output)")
        #expect(demo.output.contains("Journal (forge audit verify): whole"))
        let shows = demo.output.components(separatedBy: "$ forge pr show 1\n")
        try #require(shows.count == 3, "\(demo.output)")
        #expect(shows[1].contains("Forge: failure, 2 findings: 2 high"), "\(demo.output)")
        #expect(shows[2].contains("Forge: success") && shows[2].contains("fixed in"), "\(demo.output)")
    }
}

@Suite(.serialized) struct SignalTests {
    @Test(.timeLimit(.minutes(5))) func `a second signal ends the service at once, whatever is under way`() async throws {
        let service = try ServiceUnderTest(moreSettings: "shutdown_timeout: 600s\nhttp: {body_timeout: 300s}")
        try service.start()
        let unfinished = "POST /webhooks/github HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc"
        let port = service.port
        DispatchQueue.global().async {
            // It ends with the service, whatever comes back.
            _ = try? LocalSocket.exchange(host: "127.0.0.1", port: port, request: Array(unfinished.utf8))
        }
        while try !service.send("GET", "/metrics").body.contains("forge_http_connections 2") { await Task.yield() }
        let process = try #require(service.process?.processIdentifier)
        kill(process, SIGTERM)
        while !service.log.contains(#""message":"stopping""#) { await Task.yield() }
        #expect(service.process?.isRunning == true)
        #expect(service.end(with: SIGTERM) == 128 + SIGTERM)
    }
}
