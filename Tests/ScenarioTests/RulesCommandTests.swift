// `forge rules …` as an operator and a script use it: a folder of packs of one's own, exit codes, JSON lines that go on after a bad one.

import ForgeCore
import Foundation
import Testing

@Suite(.serialized) struct RulesCommandTests {
    private static let rule = """
        version: 1
        pack: acme
        rules:
          - id: acme-key
            title: Acme API key
            severity: critical
            family: acme
            pattern: '\\bacme_live_([0-9a-f]{8})\\b'
            capture: 1
            message: An API key of Acme stands here.
            fix: Revoke it.
            matches: ['k acme_live_{{random:hex:8:1}}']
            ignores: ['acme_live_x']

        """

    /// Runs a command with a folder that holds one pack.
    private func run(
        _ arguments: [String], pack: String = rule, input: String = "", isVariable: Bool = false
    ) throws -> (code: Int32, output: String, errors: String, folder: String) {
        let folder = URL.temporaryDirectory.appending(path: "forge-packs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(pack.utf8).write(to: folder.appending(path: "acme.yml"))
        try Data("no pack".utf8).write(to: folder.appending(path: "notes.txt"))
        let given = isVariable ? arguments : arguments + ["--rules-dir", folder.path]
        let answer = try Program.run(given, input: input, environment: isVariable ? ["FORGE_RULES_DIR": folder.path] : [:])
        return (answer.code, answer.output, answer.errors, folder.path)
    }

    @Test(arguments: ["scan", "classify"]) func `lines and an argument are two commands`(_ name: String) throws {
        let answer = try Program.run(["rules", name, "--jsonl", "more"])
        #expect(answer.code == 2 && answer.output.isEmpty && answer.errors.contains("--jsonl reads"), "\(answer.errors)")
    }

    @Test func `the examples of every pack hold, with a row for each`() throws {
        let answer = try Program.run(["rules", "test"])
        #expect(answer.code == 0, "\(answer.output)\(answer.errors)")
        let rows = answer.output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        #expect(rows.allSatisfy { $0.count == 5 && $0[3] == "0" })
        #expect(Set(rows.map { $0[0] }).isSuperset(of: ["commands", "scope", "secrets"]))
    }

    @Test(arguments: [false, true]) func `an operator's pack is listed, explained and scans`(_ isVariable: Bool) throws {
        let list = try run(["rules", "list", "--pack", "acme"], isVariable: isVariable)
        #expect(list.output == "acme\tacme-key\tcritical\ton\ttext\tAcme API key\n")
        let json = try run(["rules", "list", "--pack", "acme", "--json"], isVariable: isVariable)
        #expect(json.output.hasPrefix(#"{"pack":"acme","rule":"acme-key","title":"Acme API key","severity":"critical""#))
        let explain = try run(["rules", "explain", "acme-key"], isVariable: isVariable)
        #expect(explain.output.contains("An API key of Acme stands here.\nInstead: Revoke it."))
        #expect(explain.output.contains("from        operator, \(explain.folder)/acme.yml:4"))
        let input = """
            {"id":"a","text":"é\\nk acme_live_0123abcd"}
            {"id":"b"
            {"id":"c","text":7}

            {"id":"d","text":"nothing","path":5}
            {"id":"e","text":"nothing","path":"a.py"}
            """
        let scan = try run(["rules", "scan", "--jsonl", "--pack", "acme"], input: input, isVariable: isVariable)
        let lines = scan.output.split(separator: "\n").map(String.init)
        #expect(scan.code == 0 && lines.count == 5)
        #expect(
            lines.first
                == #"{"id":"a","findings":[{"rule":"acme-key","family":"acme","severity":"critical","line":2,"start":15,"end":23,"message":"An API key of Acme stands here."}]}"#
        )
        #expect(lines[1].hasPrefix(#"{"id":null,"error":"the line is no JSON"#))
        #expect(lines[2] == #"{"id":"c","error":"'text' is a text"}"#)
        #expect(lines[3] == #"{"id":"d","error":"'path' is a text"}"#)
        #expect(lines[4] == #"{"id":"e","findings":[]}"#)
        #expect(!scan.output.contains("0123abcd"))
    }

    @Test func `a failing example is shown with its place by the test, and refused by everything else`() throws {
        let pack = Self.rule.replacing("'acme_live_x'", with: "'acme_live_{{random:hex:8:2}}'")
        let test = try run(["rules", "test", "acme"], pack: pack)
        #expect(test.code == 1)
        let place = "\(test.folder)/acme.yml:13: acme-key: the rule finds something in what it should leave alone"
        #expect(test.output == "acme\t1\t2\t1\t\(test.folder)/acme.yml\n\(place)\n")
        let list = try run(["rules", "list"], pack: pack)
        #expect(list.code == 2 && list.output.isEmpty && list.errors.contains("acme.yml:13:1: acme-key: the rule finds something"))
    }

    @Test func `a pack that cannot be read is told with all its problems`() throws {
        let pack = Self.rule.replacing("([0-9a-f]{8})", with: "([0-9a-f]{8}").replacing("fix:", with: "fixx:")
        for command in [["rules", "list"], ["rules", "test"], ["rules", "scan", "--jsonl"], ["rules", "classify", "ls"]] {
            let answer = try run(command, pack: pack)
            #expect(answer.code == 2 && answer.output.isEmpty)
            #expect(answer.errors.contains("acme.yml:11:5: the key 'fixx' is not known here, did you mean 'fix'?"))
        }
        let missing = try Program.run(["rules", "list", "--rules-dir", "/nowhere/at/all"])
        #expect(missing.code == 2 && missing.errors.contains("/nowhere/at/all"))
    }

    @Test func `explain tells a rule, a path and a command apart`() throws {
        #expect(try Program.run(["rules", "explain", "rm -rf /"]).output.hasPrefix("catastrophic (wipe-machine)"))
        #expect(try Program.run(["rules", "explain", ".github/workflows/ci.yml"]).output.hasPrefix("deny (scope-workflows, "))
        #expect(try Program.run(["rules", "explain", "src/main.swift"]).output == "allow: no rule speaks against changing it\n")
        #expect(try Program.run(["rules", "explain", "git-push-force"]).output.hasPrefix("git-push-force: "))
        #expect(try Program.run(["rules", "explain", "scope-workflows"]).output.hasPrefix("scope-workflows: "))
        #expect(try Program.run(["rules", "explain", "ls"]).output.hasPrefix("safe"))
        #expect(try Program.run(["rules", "explain", "Makefile", "--as", "path"]).code == 0)
        let unknown = try Program.run(["rules", "explain", "scope-workflow", "--as", "rule"])
        #expect(unknown.code == 2 && unknown.errors.contains("did you mean 'scope-workflows'?"))
    }

    @Test func `a pack nobody has is told with the nearest`() throws {
        for command in [
            ["rules", "list", "--pack", "secret"], ["rules", "test", "secret"], ["rules", "scan", "--jsonl", "--pack", "secret"],
        ] {
            let answer = try Program.run(command)
            #expect(answer.code == 2 && answer.errors.contains("did you mean 'secrets'?"))
        }
        #expect(try Program.run(["rules", "scan", "--jsonl", "src"]).code == 2)
    }

    @Test func `a service with rules that do not load does not start`() throws {
        let answer = try Program.run(["serve"], environment: ["FORGE_RULES_DIR": "/nowhere/at/all"])
        #expect(answer.code == 2 && answer.errors.contains("the packs of rules cannot be read"))
    }
}
