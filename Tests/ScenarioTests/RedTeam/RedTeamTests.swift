// All attacks, in the ordinary tests; `make redteam` shows the table.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

struct RedTeamTests {
    @Test func `every attack gets the answer it must get`() async throws {
        try await TemporaryFolder.with { folder in
            let results = RedTeam.results(in: try RedTeamRoom(folder: folder.path))
            print(RedTeam.table(results))
            for result in results {
                if let complaint = result.complaint { Issue.record("\(result.attack.layer), \(result.attack.name): \(complaint)") }
            }
            let leasts = ["scope": 110, "commands": 70, "config": 60, "scrub": 30, "redaction": 25, "secrets": 35]
            for (layer, least) in leasts { #expect(results.count { $0.attack.layer == layer } >= least, "\(layer)") }
        }
    }

    @Test func `no two attacks have one name`() {
        let names = RedTeam.attacks.map { "\($0.layer), \($0.name)" }
        #expect(Set(names).count == names.count)
    }

    @Test func `a result that is not the expected one fails, and is counted`() {
        let attack = Attack("scope", "a", "deny") { _ in "deny" }
        let table = RedTeam.table([AttackResult(attack: attack, answer: "deny"), AttackResult(attack: attack, answer: "allow")])
        #expect(table.contains("FAIL   allow, expected deny"))
        #expect(table.hasSuffix("all    1 of 2 held"))
    }

    @Test func `a known gap is shown and counted apart, and must go from the list when it is closed`() {
        let attack = Attack("scope", "a", "deny", knownGap: "nobody can know") { _ in "deny" }
        let open = AttackResult(attack: attack, answer: "allow")
        #expect(open.complaint == nil)
        let table = RedTeam.table([open])
        #expect(table.contains("known  allow: nobody can know"))
        #expect(table.hasSuffix("all    0 of 1 held, 1 known gaps"))
        #expect(AttackResult(attack: attack, answer: "deny").complaint == "deny, and is still listed as a known gap")
    }

    @Test func `the program says what the rules say about a patch and a config`() async throws {
        try await TemporaryFolder.with { folder in
            let config = folder.path(of: ".forge.yml")
            try Data("version: 1\nscope:\n  allow: ['src/**']\n  deny: [src/gen/]\n  max_lines: 1\n".utf8).write(to: URL(filePath: config))
            func answer(_ patch: String) throws -> (Int32, String, [String]) {
                let run = try Program.run(["rules", "scope", "--config", config, "--diff", "-"], input: patch)
                let json = try JSONParser.parse(Array(run.output.utf8)).value
                guard case .array(let rules)? = json["rules"] else { throw TestFailure(description: run.output) }
                return (run.code, json["verdict"]?.string ?? "", rules.compactMap(\.string))
            }
            let head = { (path: String) in "diff --git a/\(path) b/\(path)\nindex 1..2 100644\n--- a/\(path)\n+++ b/\(path)\n@@ -1 +1 @@\n"
            }
            #expect(try answer(head("src/a").replacing("@@ -1 +1 @@", with: "@@ -0,0 +1 @@") + "+b\n") == (0, "allow", []))
            #expect(try answer(head("src/a") + "-a\n+b\n") == (1, "deny", ["scope-too-many-lines"]))
            #expect(try answer(head("src/gen/a").replacing("@@ -1 +1 @@", with: "@@ -0,0 +1 @@") + "+b\n") == (1, "deny", ["scope-deny"]))
            #expect(try answer("diff --git a/docs/x b/docs/x\nnew file mode 100644\n") == (1, "deny", ["scope-allow"]))
            let spoiled = try Program.run(["rules", "scope", "--diff", "-"], input: head("src/a") + "-a\n")
            #expect(spoiled.code == 2 && spoiled.output.isEmpty)
            #expect(spoiled.errors.contains("standard input: line 7: the patch ends within a hunk"), "\(spoiled.errors)")
        }
    }
}
