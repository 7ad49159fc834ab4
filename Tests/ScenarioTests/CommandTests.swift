// Commands as a person or a script runs them: what goes in, what comes out, and which settings end them before they begin.

import ForgeCore
import Foundation
import Testing

@Suite struct CommandTests {
    private func answers(to lines: [String]) throws -> [JSON] {
        let run = try Program.run(["intake", "--jsonl"], input: lines.joined(separator: "\n") + "\n")
        #expect(run.code == 0, "\(run.errors)")
        return try run.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { try JSONParser.parse(String($0)) }
    }

    @Test func `intake answers each line with a line, in order, whatever is in it`() throws {
        func ping(_ id: String) -> String { #"{"id":"\#(id)","source":"github","headers":{"X-GitHub-Event":"ping"},"body":{"zen":"x"}}"# }
        let tooLong = #"{"id":"c","body":""# + String(repeating: "x", count: (64 << 20) + 1) + #""}"#
        let answers = try answers(to: [ping("a"), "", "no JSON", "  ", ping("b"), tooLong, ping("d"), "[]", "{\"id\":7}"])
        #expect(answers.map { $0["id"]?.text ?? "-" } == [#""a""#, "-", "-", "-", #""b""#, "-", #""d""#, "-", "7"])
        #expect(
            answers.map { $0["verdict"]?.string } == [
                "ignored", "rejected", "rejected", "rejected", "ignored", "rejected", "ignored", "rejected", "rejected",
            ])
        #expect(answers.allSatisfy { $0["reason"]?.string?.isEmpty == false })
    }

    @Test(
        arguments: [
            ("https://errors.example.org/acme/issues/7", "https://errors.example.org/acme/issues/7"),
            ("https://me:secret@errors.example.org/acme/issues/7?token=x", "https://errors.example.org/acme/issues/7?token="),
            ("javascript:alert(1)//issues/7", nil),
        ] as [(String, String?)])
    func `an alert that is looked at without a tracker keeps its link`(_ link: String, _ expected: String?) throws {
        let attachment: JSON = .object([.init("title", "E"), .init("title_link", .string(link))])
        let body = JSON.object([.init("text", "GlitchTip Alert"), .init("attachments", .array([attachment]))])
        let answer = try #require(
            try answers(to: [JSON.object([.init("id", 1), .init("source", "glitchtip"), .init("body", body)]).text]).first)
        #expect(answer["verdict"]?.string == (expected == nil ? "ignored" : "accepted"), "\(answer.text)")
        #expect(answer["ticket"]?["url"]?.string == expected)
    }

    @Test func `intake refuses a body that the service would not take`() throws {
        let body = #"{"text":"\#(String(repeating: "x", count: 2 << 20))"}"#
        let line = JSON.object([.init("id", 1), .init("source", "glitchtip"), .init("body", .string(body))]).text
        let answer = try #require(try answers(to: [line]).first)
        #expect(answer["verdict"]?.string == "rejected")
        #expect(answer["reason"]?.string?.hasPrefix("too_large: ") == true)
    }

    @Test(arguments: [["doctor"], ["serve"], ["tickets", "list"]])
    func `a store that is not there is refused before anything is written elsewhere`(_ command: [String]) throws {
        let folder = URL.temporaryDirectory.appending(path: "forge-postgres-\(UUID().uuidString)").path
        let run = try Program.run(
            command, environment: ["FORGE_STORE": "postgres://user@host/db", "FORGE_DATA": folder, "FORGE_LISTEN": "127.0.0.1:0"])
        #expect(run.code == 2)
        #expect(run.errors.contains("there is no PostgreSQL store yet"))
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test func `a FORGE_CONFIG without a value is not set`() throws {
        let run = try Program.run(["intake", "--source", "github"], input: "{}", environment: ["FORGE_CONFIG": ""])
        #expect(run.code == 1 && run.errors.isEmpty, "\(run.errors)")
    }

    @Test func `a service without a limit on requests answers more than the default allows`() throws {
        let service = try ServiceUnderTest(moreSettings: "http: {requests_per_address_minute: 0}")
        try service.start()
        for _ in 0..<700 { #expect(try service.send("GET", "/healthz").status == 200) }
        #expect(service.end(with: SIGTERM) == 0)
    }

    @Test func `on a terminal a stranger's text moves and hides nothing, and without colours the columns stay`() throws {
        let service = try ServiceUnderTest()
        try service.start()
        let evil = #"{"action":"a\u001b[31m\u009b31m\u202e"}"#
        #expect(try service.github("watch", evil).status == 202)
        #expect(service.end(with: SIGTERM) == 0)
        for command in ["list", "show 1"] {
            let run = try Program.runOnTerminal("deliveries \(command) --config \(service.settingsPath)", environment: ["NO_COLOR": "1"])
            #expect(run.contains("watch"))
            #expect(!run.unicodeScalars.contains { $0.isHidden && $0 != "\r" && $0 != "\n" }, "\(run.debugDescription)")
            #expect(command != "list" || run.contains("  SOURCE  "), "\(run)")
        }
        let colourful = try Program.runOnTerminal("deliveries list --config \(service.settingsPath)", environment: ["NO_COLOR": ""])
        #expect(colourful.contains("\u{1B}["), "NO_COLOR without a value asks for nothing")
    }

    @Test(
        arguments: [
            (["deliveries", "list", "--limit", "--json"], 2, "--limit needs N"), (["deliveries", "--help"], 0, ""),
            (["serv"], 2, "unknown command 'serv'; did you mean 'serve'? See 'forge help'"),
            (["version", "-1"], 2, "unknown option '-1'. See 'forge version --help'"),
            (["audit", "verify", "--stream", "nope"], 1, "there is no stream 'nope'"),
        ] as [([String], Int32, String)])
    func `a slip on the command line is told as what it is`(_ words: [String], _ code: Int32, _ message: String) throws {
        let folder = try ServiceUnderTest()
        let run = try Program.run(words, environment: ["FORGE_CONFIG": folder.settingsPath])
        #expect(run.code == code)
        #expect(run.errors == (message.isEmpty ? "" : "forge: \(message)\n"))
        #expect(code != 0 || run.output.contains("deliveries replay"))
    }

    @Test func `a service whose log nobody reads stops all the same`() throws {
        let service = try ServiceUnderTest()
        let log = Pipe()
        try service.start(logTo: log.fileHandleForWriting)
        for _ in 0..<500 { #expect(try service.send("GET", "/healthz").status == 200) }
        #expect(service.end(with: SIGTERM) == 0)
        withExtendedLifetime(log) {}
    }
}
