// The forms for programs: each member where a reader expects it, and nothing from outside that could be taken for mark-up or a command.

import ForgeCore
import ForgeReview
import ForgeTestSupport
import Testing

@Suite struct JSONFormatTests {
    private func json(_ material: ReviewMaterial, _ change: (inout ReviewSettings) -> Void = { _ in }) throws -> JSON {
        try JSONParser.parse(ReviewFormat.json.render(report(material, change)))
    }

    @Test func `a finding with everything`() throws {
        var found = finding("sql-from-text", "ä.py", 1, .critical, columns: 4..<6, snippet: "ä = run", fix: "Do not.")
        found.suggestion = Suggestion(lines: 1...1, text: "x")
        found.references = ["https://example.com/a"]
        let value = try json(material([newFile("ä.py", "ä = run")], found: [found]))
        #expect(value["schema"] == 1)
        #expect(value["outcome"] == "findings")
        #expect(value["fails"] == true)
        #expect(value["counts"]?["critical"] == 1)
        #expect(
            value["findings"]?[0] == [
                "id": "3cc193ceeb9dd337", "rule": "sql-from-text", "family": "injection", "severity": "critical",
                "source": ["kind": "rules"],
                "path": "ä.py", "line": 1, "end_line": 1, "column": 4, "end_column": 6, "message": "Something is wrong.", "fix": "Do not.",
                "suggestion": ["line": 1, "end_line": 1, "text": "x"], "references": ["https://example.com/a"], "snippet": "ä = run",
                "state": "open",
            ])
    }

    @Test func `a path that is no UTF-8 comes as bytes, too`() throws {
        var found = finding()
        found.path = RepositoryPath(bytes: [0x61, 0xFF])
        let value = try json(material(found: [found]))
        #expect(value["findings"]?[0]?["path"] == "a\u{FFFD}")
        #expect(value["findings"]?[0]?["path_base64"] == "Yf8=")
    }

    @Test func `partial is neither clean nor silent`() throws {
        var scene = material([newFile("a", "x")])
        scene.coverage.unread = [UnreadPart(path: RepositoryPath("b"), reason: "too large")]
        let value = try json(scene)
        #expect(value["outcome"] == "partial")
        #expect(value["not_read"] == [["path": "b", "reason": "too large"]])
    }

    @Test(arguments: [(FindingSeverity.low, FindingSeverity.medium, false), (.medium, .medium, true), (.critical, .high, true)])
    func `it fails from the asked-for severity on`(severity: FindingSeverity, failOn: FindingSeverity, fails: Bool) throws {
        let value = try json(material(found: [finding("r", "a", 1, severity)])) { $0.failOn = failOn }
        #expect(value["fails"] == .bool(fails))
        #expect(value["outcome"] == "findings")
    }
}

@Suite struct SARIFFormatTests {
    private func sarif(_ material: ReviewMaterial, _ change: (inout ReviewSettings) -> Void = { _ in }) throws -> JSON {
        try JSONParser.parse(ReviewFormat.sarif.render(report(material, change)))
    }

    @Test func `each result names its rule, place and fingerprint`() throws {
        let scene = material(
            [newFile("a b/ä.py", "ä = run")], found: [finding("sql-from-text", "a b/ä.py", columns: 4..<8, snippet: "ä = run")])
        let run = try #require(try sarif(scene)["runs"]?[0])
        let result = try #require(run["results"]?[0])
        #expect(run["columnKind"] == "unicodeCodePoints")
        #expect(run["tool"]?["driver"]?["rules"]?[0]?["id"] == "sql-from-text")
        #expect(run["tool"]?["driver"]?["rules"]?[0]?["properties"]?["security-severity"] == "8.0")
        #expect(result["ruleId"] == "sql-from-text" && result["ruleIndex"] == 0 && result["level"] == "error")
        let place = try #require(result["locations"]?[0]?["physicalLocation"])
        #expect(place["artifactLocation"] == ["uri": "a%20b/%C3%A4.py", "uriBaseId": "%SRCROOT%"])
        #expect(place["region"] == ["startLine": 1, "endLine": 1, "startColumn": 4, "endColumn": 8, "snippet": ["text": "ä = run"]])
        #expect(result["suppressions"] == [])
        #expect(result["partialFingerprints"]?["forgeFindingId/v1"]?.string?.count == 16)
    }

    @Test func `what is accepted stays in it, marked with by whom`() throws {
        let accepted = finding("other", "a.py", 2)
        var scene = material(
            [newFile("a.py", "run(q)  # forge:ignore sql-from-text it is a constant", "y")], found: [finding(), accepted])
        scene.baseline = Baseline(identified([accepted]).map(BaselineEntry.init))
        let results = try #require(try sarif(scene)["runs"]?[0]?["results"]?.array)
        #expect(
            results.map { $0["suppressions"] } == [[["kind": "inSource", "justification": "it is a constant"]], [["kind": "external"]]])
        #expect(results[0]["relatedLocations"]?[0]?["physicalLocation"]?["region"]?["startLine"] == 1)
    }

    @Test func `a run that did not read everything was no success`() throws {
        var scene = material()
        scene.coverage.unread = [UnreadPart(path: RepositoryPath("b"), reason: "too large")]
        let invocation = try #require(try sarif(scene)["runs"]?[0]?["invocations"]?[0])
        #expect(invocation["executionSuccessful"] == false)
        #expect(invocation["toolExecutionNotifications"]?[0]?["message"]?["text"] == "too large")
    }

    /// What the standard asks of every result, whatever was found.
    @Test(arguments: UInt64(0)..<40)
    func `its indices, regions and addresses hold together`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let line = "a\u{1F600}ä\t\u{202E}\u{0}x y z"
        let paths = ["a b.py", "ä/%20.c", "x:y", "q?r#s", "new\nline"]
        let found = (0..<20).map { _ in
            let start = random.below(12)
            return finding(
                "rule\(random.below(4))", random.element(of: paths), 1, random.element(of: FindingSeverity.allCases),
                family: "f\(random.below(9))", columns: start..<start + random.below(6), snippet: line)
        }
        let run = try #require(try sarif(material(paths.map { newFile($0, line) }, found: found))["runs"]?[0])
        let rules = try #require(run["tool"]?["driver"]?["rules"]?.array).map { $0["id"] }
        #expect(Set(rules.map { $0?.text }).count == rules.count)
        let results = try #require(run["results"]?.array)
        #expect(!results.isEmpty)
        for result in results {
            #expect(rules[Int(result["ruleIndex"]?.integer ?? -1)] == result["ruleId"])
            #expect(["error", "warning", "note"].contains(result["level"]?.string))
            let place = try #require(result["locations"]?[0]?["physicalLocation"])
            let region = try #require(place["region"])
            #expect(region["startColumn"]?.integer ?? 0 >= 1)
            #expect(region["endColumn"]?.integer ?? 0 > region["startColumn"]?.integer ?? 0)
            let address = try #require(place["artifactLocation"]?["uri"]?.string)
            #expect(address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && !address.contains(/[:?#]/))
        }
    }

    @Test func `a fix replaces whole lines`() throws {
        var found = finding("sql-from-text", "a.py", 3)
        found.suggestion = Suggestion(lines: 3...4, text: "x = 1")
        let change = try sarif(material(found: [found]))["runs"]?[0]?["results"]?[0]?["fixes"]?[0]?["artifactChanges"]?[0]
        #expect(
            change?["replacements"]?[0] == [
                "deletedRegion": ["startLine": 3, "startColumn": 1, "endLine": 5, "endColumn": 1], "insertedContent": ["text": "x = 1\n"],
            ])
    }

    /// Our own reader takes what our own writer makes, which holds the two to one understanding of the standard.
    @Test func `what it writes it reads`() throws {
        let line = "db.run(\"select \" + name)"
        let scene = material([newFile("src/a b.py", line)], found: [finding("sql-from-text", "src/a b.py", columns: 7..<23, snippet: line)])
        let context = ToolReportContext(file: "x.sarif", paths: ImportedPaths(root: "/r", changed: []))
        let back = try SARIFReader.read(Array(ReviewFormat.sarif.render(report(scene)).utf8), context).findings
        #expect(back.map(\.path) == [RepositoryPath("src/a b.py")])
        #expect(back.map(\.lines) == [1...1] && back.map(\.columns) == [7..<23] && back.map(\.severity) == [.high])
        #expect(back.map(\.rule) == ["sql-from-text"] && back.map(\.source) == [.tool("forge")])
    }
}

@Suite struct GitHubFormatTests {
    @Test func `a finding is one annotation, with everything escaped`() {
        let line = "ä: run"
        let scene = material(
            [newFile("a,b:c%.py", line)],
            found: [
                finding("sql-from-text", "a,b:c%.py", columns: 4..<7, snippet: line, message: "100%: one\n::error::two", fix: "Do\u{1B}so.")
            ])
        #expect(
            ReviewFormat.github.render(report(scene)) == """
                ::error file=a%2Cb%3Ac%25.py,line=1,endLine=1,col=4,endColumn=6,title=high%3A sql-from-text::100%25: one ::error::two%0AFix: \
                Do\\u{1b}so.%0A[13c127e5a549f16a]
                forge: 1 finding in 1 file: 1 high; looked at 1 changed file with 1 added line, from main (1a2b3c4d) to HEAD (5e6f7a8b).

                """)
    }

    @Test func `the gravest come first, a path cannot begin a command, and a long list says so`() {
        let many =
            (1...12).map { (line: Int) in finding("r\(line)", "x\n::error::y", line, .medium) } + [finding("worst", "b", 1, .critical)]
        let lines = ReviewFormat.github.render(report(material(found: many))).split(separator: "\n")
        #expect(lines[0].hasPrefix("::error file=b,"))
        #expect(lines.count { $0.hasPrefix("::") } == 13)
        #expect(lines.count { $0.hasPrefix("::error") } == 1)
        #expect(lines.contains { $0.hasPrefix("forge: GitHub shows 10 annotations") })
    }
}

@Suite struct MarkdownFormatTests {
    private func markdown(_ found: Finding..., change: (inout ReviewMaterial) -> Void = { _ in }) -> String {
        var scene = material([newFile("a.py", "x")], found: found)
        change(&scene)
        return ReviewFormat.markdown.render(report(scene))
    }

    @Test func `a finding reads like a comment`() {
        #expect(
            markdown(finding(columns: 0..<1, snippet: "x", fix: "Pass values as parameters.")) == """
                ### Forge: 1 finding

                1 finding in 1 file: 1 high; looked at 1 changed file with 1 added line, from main (1a2b3c4d) to HEAD (5e6f7a8b).

                #### high: `a.py` line 1

                Something is wrong.

                ```
                x
                ^
                ```

                Fix: Pass values as parameters.

                Rule `sql-from-text`, finding `714e37c1be8362b6`

                """)
    }

    @Test(arguments: [
        ("ask @octocat now", "ask `@octocat` now"), ("see #12 and o/r#3", "see `#12` and `o/r#3`"), ("GH-12", "`GH-12`"),
        ("at !7", "at `!7`"),
        ("![x](http://e.com/i.png)", "`![x](http://e.com/i.png)`"), ("[a](b) <img src=x>", "\\[a\\](b) \\<img src=x\\>"),
        ("www.example.com", "`www.example.com`"), (":tada: so", "`:tada:` so"), ("**bold** _it_", "\\*\\*bold\\*\\* \\_it\\_"),
        ("a\n# head", "a `#` head"), ("- item", "\\- item"), ("1. one", "1\\. one"), ("a `b` c", "a `b` c"),
        ("(`a`, `b|c`.)", "(`a`, `b|c`.)"), ("a `b c", "a `` `b `` c"),
        ("@x`b` c", "`` @x`b` `` c"),
        ("&lt; $x$", "\\&lt; \\$x\\$"),
    ])
    func `text from outside stays text`(message: String, shown: String) {
        #expect(markdown(finding(message: message)).contains("\n\n\(shown)\n\n"), "\(markdown(finding(message: message)))")
    }

    @Test func `no fence is closed from inside`() {
        let text = markdown(finding("r```", "a`b.py", 1, snippet: "``` ````` @octocat"))
        #expect(text.contains("\n``````\n``` ````` @octocat\n``````\n"))
        #expect(text.contains("`` a`b.py ``"))
        #expect(text.contains("```` r``` ````"))
    }

    @Test func `what does not fit is counted, the gravest stays`() {
        var many = (0..<2000).map { finding("r\($0)", "f\($0)", 1, .medium, snippet: "```") }
        many.append(finding("worst", "z", 1, .critical))
        let text = ReviewFormat.markdown.render(report(material(found: many)))
        #expect(text.unicodeScalars.count <= 64_000)
        #expect(text.firstRange(of: "#### critical: `z`") != nil)
        let shown = text.split(separator: "\n").count { $0.hasPrefix("#### ") }
        #expect(text.hasSuffix("**\(2001 - shown) more findings not shown here: the text would be too long.**\n"))
        #expect(text.split(separator: "\n").count { $0 == "````" } == 2 * (shown - 1))
    }

    @Test func `a partial report says so in its heading`() {
        let text = markdown { $0.coverage.unread = [UnreadPart(path: RepositoryPath("a@b"), reason: "too large")] }
        #expect(text.hasPrefix("### Forge did not read everything\n"))
        #expect(text.contains("**Not read:**\n\n- `a@b:` too large\n"))
    }

    @Test func `a clean one says what was looked at`() {
        #expect(markdown().hasPrefix("### Forge found nothing\n\nNothing found; looked at 1 changed file"))
    }
}
