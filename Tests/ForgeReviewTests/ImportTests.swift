// Other tools' reports: what they mean, where they point, and what of them is refused.

import ForgeCore
import ForgeReview
import ForgeTestSupport
import Testing

private func context(_ tool: String? = nil, changed: [String] = []) -> ToolReportContext {
    ToolReportContext(file: "in", tool: tool, paths: ImportedPaths(root: "/repo", changed: changed.map { RepositoryPath($0) }))
}

@Suite struct ImportedPathTests {
    private let paths = ImportedPaths(
        root: "/repo/", changed: ["src/a.py", "lib/a.py", "src/b.py", "deep/src/b.py"].map { RepositoryPath($0) })

    @Test(
        arguments: [
            ("src/a.py", "src/a.py"), ("./src//a.py", "src/a.py"), ("src/x/../a.py", "src/a.py"), ("/repo/src/a.py", "src/a.py"),
            ("/repo/../repo/src/a.py", "src/a.py"), ("/builds/7/src/a.py", "src/a.py"), ("/builds/deep/src/b.py", nil),
            ("/etc/passwd", nil),
            ("../out.py", nil), ("src/../../out.py", nil), ("src\\a.py", "src/a.py"), ("", nil), ("/repo", nil), (".", nil),
            ("C:/w/src/a.py", "src/a.py"),
            ("C:\\w\\lib\\a.py", "lib/a.py"), ("a\0b", nil), ("src/a b.py", "src/a b.py"),
        ] as [(String, String?)])
    func `a path of a file system`(path: String, expected: String?) {
        #expect(paths.repositoryPath(file: path.utf8) == expected.map { RepositoryPath($0) })
    }

    @Test(
        arguments: [
            ("src/a.py", "src/a.py"), ("src/a%20b.py", "src/a b.py"), ("file:///repo/src/a.py", "src/a.py"),
            ("file:/repo/src/a.py", "src/a.py"),
            ("file://host/repo/src/a.py", "src/a.py"), ("FILE:///repo/a%2Fb.py", "a/b.py"), ("file:///C:/w/src/a.py", "src/a.py"),
            ("https://example.com/src/a.py", nil), ("src/%zz.py", "src/%zz.py"), ("src/a.py#L3", "src/a.py"), ("%2e%2e/x", nil),
            ("a%00b", nil),
        ] as [(String, String?)])
    func `an address`(address: String, expected: String?) {
        #expect(paths.repositoryPath(address: address) == expected.map { RepositoryPath($0) })
    }
}

@Suite struct SARIFReaderTests {
    private func read(_ runs: String, tool: String? = nil) throws -> ToolReport {
        try SARIFReader.read(Array("{\"version\": \"2.1.0\", \"runs\": [\(runs)]}".utf8), context(tool))
    }

    private func place(_ uri: String, _ region: String = "{\"startLine\": 3}") -> String {
        "[{\"physicalLocation\": {\"artifactLocation\": {\"uri\": \"\(uri)\"}, \"region\": \(region)}}]"
    }

    @Test func `rule, level, message, place and fix are taken from where they are`() throws {
        let found = try read(
            """
            {"tool": {"driver": {"name": "lint", "rules": [
               {"id": "r0", "defaultConfiguration": {"level": "error"}, "messageStrings": {"m": {"text": "{0} is not {1}{{x}}"}}, "helpUri": "https://e.com"},
               {"id": "r1", "properties": {"security-severity": "9.8"}}]}},
             "artifacts": [{"location": {"uri": "c.py"}}],
             "originalUriBaseIds": {"ROOT": {"uri": "file:///repo/"}, "SUB": {"uri": "sub", "uriBaseId": "ROOT"}},
             "results": [
               {"ruleIndex": 0, "message": {"id": "m", "arguments": ["one", "two"]}, "locations": \(place("a.py", "{\"startLine\": 3, \"startColumn\": 5, \"endColumn\": 9}"))},
               {"ruleId": "r1", "level": "note", "message": {"text": "t"}, "locations": [{"physicalLocation": {"artifactLocation": {"index": 0}}}]},
               {"ruleId": "none here", "level": "note", "message": {"text": "t"}, "fixes": [{"description": {"text": "Mend it."}}],
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": "d.py", "uriBaseId": "SUB"}, "region": {"startLine": 2, "endLine": 7}}}]},
               {"message": {"text": "no place"}}]}
            """)
        #expect(found.findings.map(\.rule) == ["r0", "r1", "none-here", "lint"])
        #expect(found.findings.map(\.severity) == [.high, .critical, .low, .medium])
        #expect(found.findings.map(\.message) == ["one is not two{x}", "t", "t", "no place"])
        #expect(found.findings.map { $0.path?.text } == ["a.py", "c.py", "sub/d.py", nil])
        #expect(found.findings.map(\.lines) == [3...3, nil, 2...7, nil])
        #expect(found.findings.map(\.columns) == [4..<8, nil, nil, nil])
        #expect(found.findings[2].fix == "Mend it." && found.findings[0].references == ["https://e.com"])
        #expect(found.findings.allSatisfy { $0.source == .tool("lint") })
    }

    @Test(arguments: [
        "\"kind\": \"pass\"", "\"kind\": \"notApplicable\"", "\"baselineState\": \"absent\"",
        "\"suppressions\": [{\"kind\": \"inSource\"}]",
        "\"suppressions\": [{\"kind\": \"external\", \"status\": \"accepted\"}]",
    ])
    func `what the tool itself does not hold against anyone is left out`(member: String) throws {
        #expect(try read("{\"results\": [{\(member), \"message\": {\"text\": \"t\"}}]}").findings == [])
    }

    @Test(arguments: [
        "\"kind\": \"fail\"", "\"baselineState\": \"new\"", "\"suppressions\": []",
        "\"suppressions\": [{\"kind\": \"external\", \"status\": \"rejected\"}]",
    ])
    func `what it does hold counts`(member: String) throws {
        #expect(try read("{\"results\": [{\(member), \"message\": {\"text\": \"t\"}}]}").findings.count == 1)
    }

    @Test func `files outside of the repository are counted`() throws {
        let found = try read("{\"results\": [{\"message\": {\"text\": \"t\"}, \"locations\": \(place("file:///usr/include/x.h"))}]}")
        #expect(found.findings == [] && found.outsideCount == 1)
    }

    @Test(arguments: [
        ("", "in:1:1: there is no JSON"), ("{\n  \"version\": oops", "in:2:14: no JSON value begins like this"),
        ("[]", "in: this is no SARIF"),
        ("{\"version\": \"1.0.0\", \"runs\": []}", "in: SARIF 1.0.0 is not read"),
        ("{\"version\": \"2.1.0\", \"runs\": [{\"results\": [7]}]}", "in: runs[0].results[0] is no object"),
        ("{\"a\":" + String(repeating: "[", count: 100_000), "in:1:69: deeper than 64 levels"),
    ])
    func `what cannot be read is refused with file and place`(text: String, says: String) {
        let error = #expect(throws: ToolReportError.self) { try SARIFReader.read(Array(text.utf8), context()) }
        #expect(error?.description.hasPrefix(says) == true, "\(String(describing: error))")
    }

    @Test func `bytes that are no UTF-8, other encodings and huge files are named`() {
        func message(_ bytes: [UInt8]) -> String? {
            #expect(throws: ToolReportError.self) { try SARIFReader.read(bytes, context()) }?.description
        }
        #expect(message(Array("{\n \"".utf8) + [0xFF]) == "in:2:3: a byte that is no UTF-8")
        #expect(message([0xFF, 0xFE, 0x7B, 0]) == "in: this is UTF-16; write the report as UTF-8")
        #expect(message([UInt8](repeating: 0x20, count: (64 << 20) + 1)) == "in: larger than 64 MiB")
    }

    @Test(arguments: UInt64(0)..<300)
    func `a report changed at random is read or refused`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var bytes = Array(
            """
            {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x", "rules": [{"id": "r"}]}}, "results": [{"ruleId": "r", "message":
            {"text": "{0}", "arguments": ["a"]}, "locations": \(place("file:///repo/a%20b", "{\"startLine\": 1, \"startColumn\": 1, \"endColumn\": 2}"))}]}]}
            """.utf8)
        for _ in 0..<(1 + random.below(6)) {
            let at = random.below(bytes.count)
            switch random.below(3) {
            case 0: bytes[at] = UInt8(random.below(256))
            case 1: bytes.remove(at: at)
            default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + random.below(20))], at: random.below(bytes.count))
            }
        }
        do {
            let found = try SARIFReader.read(bytes, context()).findings
            #expect(found.allSatisfy { $0.path?.bytes.first != UInt8(ascii: "/") })
        } catch {
            #expect(error.description.hasPrefix("in:"))
        }
    }
}

@Suite struct CheckstyleReaderTests {
    private func read(_ text: String) throws -> ToolReport { try CheckstyleReader.read(Array(text.utf8), context()) }

    @Test func `errors of files, with entities and numbers`() throws {
        let found = try read(
            """
            <?xml version="1.0" encoding="utf-8"?>
            <!-- made by a tool -->
            <checkstyle version="8.0"><file name='/repo/src/a &amp; b.py'>
              <error line="3" column="5" severity="error" message="&lt;x&gt; &quot;is&#x20;bad&#33;&quot;" source="eslint.rules.no-var"/>
              <error line="0" severity="info" message="m" source="com.puppycrawl.tools.checkstyle.checks.naming.MemberNameCheck"></error>
              <error severity="warning"><![CDATA[ <x> ]]></error>
            </file><file name="/usr/include/x.h"><error line="1" message="m"/></file><file name="empty"/></checkstyle>
            """)
        #expect(found.findings.map(\.rule) == ["no-var", "MemberNameCheck", "checkstyle"])
        #expect(found.findings.map(\.message) == ["<x> \"is bad!\"", "m", "checkstyle"])
        #expect(found.findings.map(\.severity) == [.high, .low, .medium])
        #expect(found.findings.map(\.lines) == [3...3, nil, nil] && found.findings[0].columns == 4..<5)
        #expect(found.findings.allSatisfy { $0.path?.text == "src/a & b.py" })
        #expect(found.outsideCount == 1)
    }

    @Test(arguments: [
        ("", "in:1:1: there is no XML"), ("<html/>", "in:1:1: this is no checkstyle report"),
        ("<checkstyle>\n<file name='a'", "in:2:15: the file ends inside <file>"),
        ("<checkstyle><file name='a'></checkstyle>", "in:1:40: </checkstyle> closes nothing"),
        ("<checkstyle><error/></checkstyle>", "in:1:21: <error> stands outside"),
        ("<checkstyle><file/></checkstyle>", "in:1:20: <file> has no name"),
        ("<checkstyle a='1' a='2'/>", "in:1:24: the attribute a is given twice"),
        ("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><checkstyle/>", "in:1:1: a document type is refused"),
        ("<checkstyle><file name='&b;'/></checkstyle>", "in:1:25: the entity &b; is not known"),
        ("<checkstyle><file name='&#0;'/></checkstyle>", "in:1:25: the entity &#0;"),
        ("<checkstyle/><checkstyle/>", "in:1:14: a second root"), ("<checkstyle/>x", "in:1:14: text outside"),
        ("<checkstyle><!-- x", "in:1:13: '-->' is missing"),
        (String(repeating: "<checkstyle>", count: 20_000), "in:1:193: deeper than 16 elements"),
        ("<checkstyle a='<'/>", "in:1:16: '<' in an attribute"),
    ])
    func `what cannot be read is refused with file and place`(text: String, says: String) {
        let error = #expect(throws: ToolReportError.self) { try read(text) }
        #expect(error?.description.hasPrefix(says) == true, "\(String(describing: error))")
    }
}

@Suite struct LineReportTests {
    private func read(_ text: String, tool: String? = "cc", match: LineReportReader.Match? = nil) throws -> ToolReport {
        try LineReportReader.read(Array(text.utf8), context(tool, changed: ["src/a.c"]), match: match)
    }

    @Test(
        arguments: [
            (
                "src/a.c:3:5: warning: unused variable 'x' [-Wunused]", "src/a.c", 3, 5, "-Wunused", "unused variable 'x'",
                FindingSeverity.medium
            ),
            ("src/a.c:3: error: bad", "src/a.c", 3, nil, "cc", "bad", .high),
            ("/repo/src/a.c:7:1: E501 line too long\r", "src/a.c", 7, 1, "cc", "E501 line too long", .medium),
            ("C:\\w\\src\\a.c:3:5: note: see", "src/a.c", 3, 5, "cc", "see", .low),
            ("src/a.c:3:", "src/a.c", 3, nil, "cc", "something was reported here", .medium),
            ("a:b.c:4:2: m", "a:b.c", 4, 2, "cc", "m", .medium),
        ] as [(String, String, Int, Int?, String, String, FindingSeverity)])
    func `the usual shape`(line: String, path: String, number: Int, column: Int?, rule: String, message: String, severity: FindingSeverity)
        throws
    {
        let found = try #require(try read(line).findings.first)
        #expect(found.path?.text == path && found.lines == number...number && found.columns?.lowerBound == column.map { $0 - 1 })
        #expect(found.rule == rule && found.message == message && found.severity == severity)
    }

    @Test func `other lines are counted, and so are files elsewhere`() throws {
        let found = try read("Checking 3 files\n\nsrc/a.c:1:1: m\n/usr/x.h:1:1: m\nsrc/a.c:0: m\nFound 1 error.\n")
        #expect(found.findings.count == 1 && found.skippedCount == 3 && found.outsideCount == 1)
    }

    @Test func `another shape is matched by whoever calls`() throws {
        let found = try read("HIGH|src/a.c|9|why") { line in
            let parts = line.split(separator: UInt8(ascii: "|"))
            return LineEntry(groups: ["severity": parts[0], "file": parts[1], "line": parts[2], "message": parts[3], "rule": parts[0]])
        }
        #expect(found.findings.first?.lines == 9...9 && found.findings.first?.severity == .high && found.findings.first?.rule == "HIGH")
    }

    @Test func `a line without end is refused by its number`() {
        let error = #expect(throws: ToolReportError.self) { try read("ok\n" + String(repeating: ":1", count: 500_000)) }
        #expect(error?.description == "in:2:1: a line longer than 65536 bytes")
    }
}

@Suite struct ImportedFindingTests {
    private let tool = FindingSource.tool("lint")

    @Test func `only what is on lines of the change counts, unless all is asked for`() {
        let files = [modified("a.py", "@10", [" old", "+new", " old"])]
        let imported = [
            finding("on", "a.py", 11, source: tool), finding("context", "a.py", 10, source: tool), finding("far", "a.py", 90, source: tool),
            finding("other", "b.py", 1, source: tool), finding("file", "a.py", nil, source: tool),
            finding("elsewhere", "b.py", nil, source: tool),
            finding("on", "a.py", 11, source: tool),
        ]
        let settled = report(material(files, imported: imported))
        #expect(settled.findings.map(\.finding.rule) == ["file", "on"])
        #expect(settled.coverage.importedElsewhere == 4)
        #expect(report(material(files, imported: imported)) { $0.keepsAll = true }.findings.count == 6)
    }

    @Test func `a range counts when one of its lines is new`() {
        var wide = finding("wide", "a.py", 1, source: tool)
        wide.lines = 1...11
        #expect(report(material([modified("a.py", "@10", [" old", "+new"])], imported: [wide])).findings.count == 1)
    }

    @Test func `its line is shown with secrets masked, as rules found them or as the mask says`() {
        var scene = material(
            [newFile("a.py", "key = SECRET", "pass = SECRET")],
            found: [finding("secret", "a.py", 1, family: "secrets", snippet: "key = ••••")],
            imported: [finding("x", "a.py", 1, source: tool), finding("y", "a.py", 2, message: "found SECRET", source: tool)])
        scene.masked = { $0.replacing("SECRET", with: "[masked]") }
        let settled = report(scene)
        #expect(settled.findings.map(\.finding.snippet) == ["key = ••••", "key = ••••", "pass = [masked]"])
        #expect(settled.findings.map(\.finding.message).last == "found [masked]")
    }

    @Test func `a line that the diff does not show is read as it was before, comments included`() {
        var scene = material(
            [modified("new.py", "@2", [" two", "-three", "+3", "+3b", "+3c", " four"], kind: .renamed, from: "old.py")],
            imported: [finding("below", "new.py", 8, source: tool), finding("above", "new.py", 1, source: tool)])
        var settings = ReviewSettings()
        settings.keepsAll = true
        #expect(scene.oldFilesWanted(settings) == [RepositoryPath("old.py")])
        scene.oldFiles = [RepositoryPath("old.py"): Array("one  # forge:ignore above it was always so\ntwo\nthree\nfour\nfive\nsix\n".utf8)]
        let settled = settle(scene, settings)
        #expect(settled.findings.map(\.finding.snippet) == ["one  # forge:ignore above it was always so", "six"])
        #expect(settled.findings.map(\.state.isOpen) == [false, true])
    }
}
