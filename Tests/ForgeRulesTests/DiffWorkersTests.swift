// A change judged by several workers: the same findings in the same order as by one.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeRules

@Suite struct DiffWorkersTests {
    private static let pack = """
        version: 1
        pack: review
        rules:
          - {id: sleeps, title: T, severity: low, family: f, pattern: 'sleep\\(', where: [code], message: M, matches: ['sleep('], ignores: ['x']}
          - {id: gone, title: T, severity: low, family: f, on: removed, pattern: 'check\\(', message: M, matches: [{removed: 'check('}], ignores: [{removed: 'x'}]}
          - {id: named, title: T, severity: low, family: f, on: path, pattern: 'new[0-9]+', message: M, matches: [{path: new1}], ignores: [{path: a}]}
          - {id: turns, title: T, severity: low, family: f, on: change, check: bidi-control, message: M, matches: [{text: "\\u202E"}], ignores: [x]}
          - {id: untested, title: T, severity: low, family: f, on: change, check: missing-tests, message: M, matches: [x], ignores: [x]}
          - {id: slow, title: T, severity: low, family: f, pattern: '(x+x+)+(?<!y)z', message: M, matches: [xxz], ignores: [x]}
        """
    private static let secrets = """
        version: 1
        pack: secrets
        rules:
          - {id: key, title: T, severity: high, family: f, pattern: 'key_[a-z]{8}', message: M, matches: ['key_{{}}abcdefgh'], ignores: ['x']}
        """

    private static func rules(_ text: String) throws -> RuleSet {
        try RuleSet(try PatternPack(yaml: Array(text.utf8), file: "p", layer: .builtIn).rules)
    }

    private static func patch(files: Int, seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        let lines = [
            "+sleep(1)", "-check(b)", "+key_abcdefgh", "+# sleep(2)", "+a = \"\u{202E}\"", " context", "-gone", "+def f(): pass",
            "+" + String(repeating: "x", count: 64),
        ]
        var patch = ""
        for file in 0..<files {
            let name = "src/\(file % 3 == 0 ? "new" : "old")\(file).py"
            let shown = (0..<Int.random(in: 1...9, using: &random)).map { _ in lines.randomElement(using: &random) ?? " x" }
            let (added, removed) = (shown.count { $0.first == "+" }, shown.count { $0.first == "-" })
            let context = shown.count - added - removed
            let isNew = file % 3 == 0 && removed + context == 0
            patch +=
                "diff --git a/\(name) b/\(name)\n" + (isNew ? "new file mode 100644\n--- /dev/null\n" : "--- a/\(name)\n")
                + "+++ b/\(name)\n"
            patch += "@@ -\(isNew ? 0 : 1),\(removed + context) +1,\(added + context) @@\n" + shown.map { $0 + "\n" }.joined()
        }
        return Array(patch.utf8)
    }

    @Test(arguments: UInt64(0)..<12)
    func `any number of workers finds what one judge finds`(seed: UInt64) async throws {
        let (rules, texts) = (try Self.rules(Self.pack), try Self.rules(Self.secrets))
        let diff = try PatchText.parse(Self.patch(files: [3, 31, 32, 100][Int(seed % 4)], seed: seed))
        let expected = DiffJudge(rules, texts: SecretScanner(texts)).judgement(of: diff)
        for workers in [1, 2, 5] {
            let found = await DiffJudge.judgement(of: diff, rules, texts: texts, workers: workers)
            #expect(found.findings == expected.findings)
            #expect(found.problems == expected.problems)
        }
        guard diff.files.count > 30 else { return }
        #expect(Set(expected.findings.map(\.rule)).isSuperset(of: ["sleeps", "gone", "turns", "key"]))
    }
}
