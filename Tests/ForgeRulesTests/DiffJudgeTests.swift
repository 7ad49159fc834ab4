// Where findings are placed and what they say: only on what a change adds, on lines of the new file, and without secrets.

import ForgeCore
import Testing

@testable import ForgeRules

@Suite struct DiffJudgeTests {
    private static let pack = """
        version: 1
        pack: review
        rules:
          - {id: sleeps, title: T, severity: low, family: f, pattern: 'sleep\\(', where: [code], message: M, matches: ['sleep('], ignores: ['x']}
          - {id: loads, title: T, severity: low, family: f, pattern: 'yaml\\.(load)\\(', capture: 1, suggest: safe_load, message: M, matches: ['yaml.load('], ignores: ['x']}
          - {id: gone, title: T, severity: low, family: f, on: removed, pattern: 'check\\(', message: M, matches: [{removed: 'check('}], ignores: [{removed: 'x'}]}
          - {id: named, title: T, severity: low, family: f, on: path, pattern: '\\.bak$', message: M, matches: [{path: a.bak}], ignores: [{path: a}]}
          - {id: empty, title: T, severity: low, family: f, pattern: 'catch \\{\\s*\\}', across_lines: true, message: M, matches: ["catch {\\n}"], ignores: ['x']}
        """
    private static let secrets = """
        version: 1
        pack: secrets
        rules:
          - {id: key, title: T, severity: high, family: f, pattern: 'key_[a-z]{8}', message: M, matches: ['key_{{}}abcdefgh'], ignores: ['x']}
        """

    private func findings(_ patch: String, withSecrets: Bool = false) throws -> [Finding] {
        let rules = try PatternPack(yaml: Array(Self.pack.utf8), file: "review", layer: .builtIn).rules
        let secrets = try PatternPack(yaml: Array(Self.secrets.utf8), file: "secrets", layer: .builtIn).rules
        let texts = withSecrets ? SecretScanner(try RuleSet(secrets)) : nil
        return DiffJudge(try RuleSet(rules), texts: texts).findings(of: try PatchText.parse(Array(patch.utf8)))
    }

    private func check(_ patch: String, _ expected: [String]) throws {
        let found = try findings(patch).map {
            "\($0.path?.text ?? "-"):\($0.lines.map { "\($0.lowerBound)-\($0.upperBound)" } ?? "-") \($0.rule)"
        }
        #expect(found == expected)
    }

    private static let head = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n"

    @Test func `only added lines are reported, on lines of the new file`() throws {
        try check(Self.head + "@@ -10,3 +20,3 @@\n sleep(1)\n-sleep(2)\n+sleep(3)\n sleep(4)\n", ["a.py:21-21 sleeps"])
    }

    @Test func `of a long line the snippet shows what was found`() throws {
        let short = try findings(Self.head + "@@ -1,1 +1,2 @@\n a\n+  é = sleep(1)\n")
        #expect(short.map(\.snippet) == ["é = sleep(1)"])
        for count in [60, 120, 121, 5_000] {
            let line = String(repeating: "é", count: count) + "key_abcdefgh sleep(1)" + String(repeating: "ü", count: 400)
            let found = try findings(Self.head + "@@ -1,1 +1,2 @@\n a\n+\(line)\n", withSecrets: true)
            #expect(found.map(\.rule) == ["key", "sleeps"])
            for snippet in found.map(\.snippet) {
                #expect(snippet.contains("é••• sleep(1)ü") && snippet.utf8.count <= 243 && !snippet.contains("\u{FFFD}"), "\(snippet)")
                #expect(snippet.hasPrefix("…") == (count > 60))
            }
        }
    }

    @Test func `what is removed is told beside its place`() throws {
        try check(Self.head + "@@ -10,3 +20,2 @@\n a\n-check(b)\n c\n", ["a.py:21-21 gone"])
        try check(
            "diff --git a/a.py b/a.py\ndeleted file mode 100644\n--- a/a.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-check(b)\n", ["a.py:- gone"])
    }

    @Test func `a match over lines counts when one of them is added`() throws {
        let head = "diff --git a/a.js b/a.js\n--- a/a.js\n+++ b/a.js\n"
        try check(head + "@@ -1,3 +1,2 @@\n } catch {\n-  log()\n }\n", [])
        try check(head + "@@ -1,1 +1,3 @@\n a\n+} catch {\n+}\n", ["a.js:2-3 empty"])
    }

    @Test func `hunks are apart`() throws {
        let head = "diff --git a/a.js b/a.js\n--- a/a.js\n+++ b/a.js\n"
        try check(head + "@@ -1,1 +1,2 @@\n a\n+} catch {\n@@ -50,1 +51,2 @@\n+x\n b\n", [])
    }

    @Test func `comments and strings are left alone where a rule says so`() throws {
        try check(Self.head + "@@ -1,1 +1,3 @@\n a\n+# sleep(1)\n+b = 'sleep('\n", [])
    }

    @Test func `a new name is looked at, and an old one is not`() throws {
        try check("diff --git a/x.bak b/x.bak\nnew file mode 100644\n--- /dev/null\n+++ b/x.bak\n@@ -0,0 +1 @@\n+a\n", ["x.bak:- named"])
        try check("diff --git a/x.bak b/x.bak\n--- a/x.bak\n+++ b/x.bak\n@@ -1 +1 @@\n-a\n+b\n", [])
        try check("diff --git a/x b/x.bak\nsimilarity index 100%\nrename from x\nrename to x.bak\n", ["x.bak:- named"])
    }

    @Test func `generated and vendored files are left alone`() throws {
        for path in ["vendor/a.py", "a/node_modules/b.py", "api_pb2.py"] {
            try check("diff --git a/\(path) b/\(path)\n--- a/\(path)\n+++ b/\(path)\n@@ -1 +1,2 @@\n a\n+sleep(1)\n", [])
        }
        try check(Self.head + "@@ -1,2 +1,3 @@\n # Code generated by x. DO NOT EDIT.\n a\n+sleep(1)\n", [])
    }

    @Test func `the target of a symlink is no code`() throws {
        try check(
            "diff --git a/a.py b/a.py\nnew file mode 120000\n--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+sleep(1)\n\\ No newline at end of file\n",
            [])
    }

    @Test func `an exact fix is suggested for the whole line`() throws {
        let found = try findings(Self.head + "@@ -1 +1,2 @@\n a\n+  b = yaml.load(c)\r\n")
        #expect(found.map(\.suggestion) == [Suggestion(lines: 2...2, text: "  b = yaml.safe_load(c)")])
        #expect(found.map(\.columns) == [11..<15])
        #expect(found.map(\.snippet) == ["b = yaml.load(c)"])
    }

    @Test func `no finding repeats a secret`() throws {
        let secret = ["key", "abcdefgh"].joined(separator: "_")
        let found = try findings(Self.head + "@@ -1 +1,2 @@\n a\n+b = yaml.load('\(secret)'); sleep(1)\n", withSecrets: true)
        #expect(found.map(\.rule).sorted() == ["key", "loads", "sleeps"])
        for finding in found {
            #expect(!"\(finding)".contains("abcdefgh"))
            #expect(finding.snippet == "b = yaml.load('•••'); sleep(1)")
            #expect(finding.suggestion == nil)
        }
    }

    @Test func `a line has one finding of a rule`() throws {
        try check(Self.head + "@@ -1 +1,2 @@\n a\n+sleep(1); sleep(2)\n", ["a.py:2-2 sleeps"])
    }

    @Test func `bytes that are no text, and a line of a million characters, are looked at like any other`() throws {
        let long = String(repeating: "x", count: 1_000_000)
        try check(Self.head + "@@ -1 +1,3 @@\n a\n+\(long) = sleep(1)\n+sleep(2)\n", ["a.py:2-2 sleeps", "a.py:3-3 sleeps"])
        var patch = Array((Self.head + "@@ -1 +1,2 @@\n a\n+sleep('").utf8)
        patch += [0xFF, 0xC0, 0x27, 0x0A]
        let rules = try PatternPack(yaml: Array(Self.pack.utf8), file: "review", layer: .builtIn).rules
        #expect(DiffJudge(try RuleSet(rules)).findings(of: try PatchText.parse(patch)).map(\.rule) == ["sleeps"])
    }
}
