// What a pack may say, and how each mistake in one is told.

import ForgeCore
import Testing

@testable import ForgeRules

struct PatternPackTests {
    @Test func `a small pack loads`() { #expect(PackTexts.problems(PackTexts.rule) == "") }

    @Test(arguments: [
        ("version: 1", "version: 2", "p.yml:1:1: 'version' is 1"),
        ("pack: p", "pack: P P", "a pack's name is words of small letters"),
        ("pack: p", "pack: p\npack: p", "p.yml:3:1: this key is already on line 2"),
        ("id: a-rule", "id: A_Rule", "an id is words of small letters and digits with '-' between them, not 'A_Rule'"),
        ("id: a-rule", "x: y", "p.yml:4:5: 'id' is missing"),
        ("title: t", "titel: t", "p.yml:5:5: the key 'titel' is not known here, did you mean 'title'?"),
        ("title: t", "titel: t", "p.yml:4:5: 'title' is missing"),
        ("severity: high", "severity: hihg", "'severity' is one of critical, high, info, low, medium, not 'hihg'"),
        ("severity: high", "", "'severity' is missing"),
        ("family: f", "", "'family' is missing"),
        ("message: m", "", "'message' is missing"),
        ("message: m", "message: [m]", "'message' is a text"),
        ("pattern: 'key=([a-z0-9]+)'", "on: text", "a rule has a 'pattern'"),
        ("pattern: 'key=([a-z0-9]+)'", "pattern: ''", "a pattern is not empty"),
        ("message: m", "patterns: [b]\n    message: m", "a rule has 'pattern' or 'patterns', not both"),
        ("([a-z0-9]+)", "([a-z0-9]+", "p.yml:8:14: the pattern is refused: missing closing parenthesis at byte 14"),
        ("([a-z0-9]+)", "*?+", "the pattern is refused"),
        ("([a-z0-9]+)", #"\A"#, #"'\A' is about the whole text"#),
        ("key=([a-z0-9]+)", "(key=)?", "the pattern is refused"),
        ("message: m", "capture: 2\n    message: m", "the pattern has 1 groups, 'capture' asks for 2"),
        ("message: m", "capture: -1\n    message: m", "'capture' is the number of a group"),
        ("message: m", "on: nowhere\n    message: m", "'on' is one of added, change, path, removed, text, not 'nowhere'"),
        ("message: m", "check: no-such-check\n    message: m", "there is no check 'no-such-check'"),
        ("message: m", "on: change\n    message: m", "a rule 'on: change' has a 'check'"),
        ("message: m", "length: {min: 5, max: 4}\n    message: m", "'length' has 'min' and 'max', the first not above the second"),
        ("message: m", "length: {least: 5}\n    message: m", "the key 'least' is not known here"),
        ("message: m", "entropy: lots\n    message: m", "'entropy' is a number"),
        ("message: m", "entropy: 9\n    message: m", "'entropy' is in bits per byte, from 0 to 8"),
        ("message: m", "keywords: ['']\n    message: m", "a keyword is not empty"),
        ("message: m", "allow: {words: ['']}\n    message: m", "a word is not empty"),
        ("message: m", "allow: {captures: ['(']}\n    message: m", "the pattern is refused"),
        ("message: m", "allow: {lines: 5, line: x}\n    message: m", "the key 'line' is not known here, did you mean 'lines'?"),
        ("message: m", "across_lines: perhaps\n    message: m", "'across_lines' is true or false"),
        ("message: m", "confidence: some\n    message: m", "'confidence' is one of high, low, medium"),
        ("matches: ['key=abc1']", "matches: []", "a rule shows an example under 'matches'"),
        ("matches: ['key=abc1']", "matches: key=abc1", "'matches' is a list"),
        ("matches: ['key=abc1']", "matches: [[x]]", "an example is a text, or has 'path', 'text', 'removed' or 'diff'"),
        ("matches: ['key=abc1']", "matches: [{text: x, diff: y}]", "an example with a 'diff' has nothing else"),
        ("matches: ['key=abc1']", "matches: [{txt: x}]", "the key 'txt' is not known here, did you mean 'text'?"),
        ("matches: ['key=abc1']", "matches: ['key={{randm:hex:3:1}}']", "p.yml:10:15: '{{randm:' is not known here"),
        ("matches: ['key=abc1']", "matches: ['key={{random:hex:3}}']", "has arguments that do not fit"),
        ("matches: ['key=abc1']", "matches: ['key={{a*99999999999}}']", "an example has at most 2097152 bytes"),
        ("ignores: ['door=abc1']", "", "a rule shows under 'ignores' what it leaves alone"),
        ("matches: ['key=abc1']", "matches: ['key=abc1', 'door=1']", "p.yml:10:1: a-rule: the rule finds nothing in this example"),
        ("ignores: ['door=abc1']", "ignores: [a, key=1]", "p.yml:11:1: a-rule: the rule finds something in what it should leave alone"),
        ("  - id", "\t- id", "a tab cannot indent YAML"),
    ])
    func `a mistake is told with its place`(_ before: String, _ after: String, _ message: String) {
        #expect(PackTexts.rule.contains(before))
        let found = PackTexts.problems(PackTexts.rule.replacing(before, with: after))
        #expect(found.contains(message), "\(found)")
        #expect(found.hasPrefix("p.yml:"))
    }

    @Test func `all mistakes are told at once, in the order of keys`() {
        let text = PackTexts.rule.replacing("title: t", with: "x: 1").replacing("severity: high", with: "severity: no")
            .replacing("family: f", with: "entropy: -1")
        #expect(PackTexts.problems(text).split(separator: "\n").count == 5)
    }

    @Test func `a rule twice in a pack is refused`() {
        let rule = PackTexts.rule.split(separator: "\n").dropFirst(3).joined(separator: "\n")
        #expect(PackTexts.problems(PackTexts.rule + rule).contains("p.yml:12:5: there is already a rule 'a-rule' on line 4"))
    }

    @Test func `a pack that is too much is refused, the sooner the farther it comes from`() {
        let big = PackTexts.rule + "#" + String(repeating: "x", count: 70_000)
        #expect(PackTexts.problems(big, layer: .operator) == "")
        #expect(PackTexts.problems(big, layer: .repository).contains("are more than the 65536 allowed"))
        let huge = PackTexts.rule + "#" + String(repeating: "x", count: 10 << 20)
        #expect(PackTexts.problems(huge).contains("are more than the 1048576 allowed"))
        let long = PackTexts.rule.replacing("[a-z0-9]+", with: String(repeating: "a", count: 600))
        #expect(PackTexts.problems(long, layer: .repository).contains("a pattern has at most 512 bytes"))
        let large = PackTexts.rule.replacing("door=abc1']", with: "door={{a*99999}}']")
        #expect(PackTexts.problems(large, layer: .operator) == "")
        #expect(PackTexts.problems(large, layer: .repository).contains("an example has at most 65536 bytes"))
        let many = PackTexts.pack((0...50).map { "id: r\($0)\npattern: x" })
        #expect(PackTexts.problems(many, layer: .repository).contains("a pack of this kind has at most 50 rules"))
        #expect(PackTexts.problems(many, layer: .organisation) == "")
    }

    @Test func `a repository's pattern that needs too much is refused before anything runs it`() {
        let nested = PackTexts.rule.replacing("[a-z0-9]+", with: "(([a-z]{60}){60}){60}")
        #expect(PackTexts.problems(nested, layer: .repository).contains("the pattern is refused: its repetitions, written out"))
    }

    @Test func `aliases that multiply are refused`() {
        let bomb = """
            a: &a [x, x, x, x, x, x, x, x, x, x]
            b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
            c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
            d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
            e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
            """
        #expect(PackTexts.problems(bomb).contains("p.yml:5:"))
        #expect(PackTexts.problems(bomb).contains("more than 100000 values"))
    }

    @Test func `bytes that are no text are refused`() {
        #expect(PackTexts.problems(Array(PackTexts.rule.utf8) + [0xFF]).contains("bytes that are not UTF-8"))
        #expect(PackTexts.problems([0xEF, 0xBB, 0xBF] + Array(PackTexts.rule.utf8)).contains("a byte order mark"))
        #expect(PackTexts.problems("") != "")
        #expect(PackTexts.problems("[]") != "")
    }

    @Test func `defaults depend on the pack, and a rule may differ`() throws {
        func subjects(_ text: String) throws -> [RuleSubject] {
            try PatternPack(yaml: Array(text.utf8), file: "p", layer: .builtIn).rules.map(\.subject)
        }
        #expect(try subjects(PackTexts.pack(["id: a\npattern: x"], name: "secrets")) == [.text])
        #expect(try subjects(PackTexts.pack(["id: a\npattern: x", "id: b\npattern: x\non: path"], name: "review")) == [.added, .path])
        #expect(try subjects(PackTexts.pack(["id: a\npattern: x"]).replacing("pack: p", with: "pack: p\non: removed")) == [.removed])
    }

    @Test func `what a rule says is all there`() throws {
        let text = PackTexts.rule.replacing(
            "message: m",
            with: """
                message: m
                    fix: do
                    references: [https://example.org]
                    keywords: [KEY]
                    length: {min: 3}
                    entropy: 1
                    capture: 1
                    allow: {captures: ['^zz'], lines: [lint], words: [Dummy], paths: ['*.md']}
                    paths: ['src/**']
                    paths_ignore: ['src/old/**']
                    confidence: low
                    generic: true
                    required: true
                    across_lines: true
                """)
        let rule = try #require(try PatternPack(yaml: Array(text.utf8), file: "p.yml", layer: .operator).rules.first)
        #expect(rule.fix == "do" && rule.references == ["https://example.org"])
        #expect(rule.keywords == [Array("key".utf8)] && rule.length == 3...Int.max && rule.entropy == 1 && rule.capture == 1)
        #expect(rule.allow.words == [Array("dummy".utf8)] && rule.allow.captures.count == 1 && rule.allow.paths == ["*.md"])
        #expect(rule.paths == ["src/**"] && rule.pathsIgnore == ["src/old/**"])
        #expect(rule.confidence == .low && rule.isGeneric && rule.isRequired && rule.acrossLines && !rule.isOnByDefault)
        #expect(rule.origin == RuleOrigin(layer: .operator, file: "p.yml", line: 4))
    }
}
