// A report as a person at a terminal sees it, whatever the diff holds.

import ForgeCore
import ForgeReview
import Testing

@Suite struct TextFormatTests {
    private func text(_ material: ReviewMaterial, _ change: (inout ReviewSettings) -> Void = { _ in }) -> String {
        ReviewFormat.text.render(report(material, change))
    }

    @Test func `grouped by file, with the line and a caret, and a summary at the end`() {
        let line = "    db.run(\"select \" + name)"
        var scene = material(
            [newFile("src/a.py", "import db", line), newFile("b.py", "x = 1")],
            found: [
                finding("sql-from-text", "src/a.py", 2, .critical, columns: 11..<27, snippet: line, fix: "Pass values as parameters."),
                finding("debug-print", "b.py", 1, .low, family: "leftovers", snippet: "x = 1", source: .tool("pylint")),
                finding("big-change", nil, nil, .info, message: "It is large."),
            ])
        scene.coverage.rulesUsed = 61
        #expect(
            text(scene) == """
                The change as a whole
                  info  big-change  bcda9c898f96a7e2
                    It is large.

                b.py
                  1  low  debug-print  07ee74eaa65d4bdf  by pylint
                    Something is wrong.
                    1 | x = 1

                src/a.py
                  2:12  critical  sql-from-text  3609a8dd5e8fe981
                    Something is wrong.
                    2 |     db.run("select " + name)
                      |            ^^^^^^^^^^^^^^^^
                    fix: Pass values as parameters.

                3 findings in 2 files: 1 critical, 1 low, 1 info; looked at 2 changed files with 3 added lines by 61 rules, from \
                main (1a2b3c4d) to HEAD (5e6f7a8b).

                """)
    }

    @Test func `with nothing found it says what was looked at`() {
        var scene = material([newFile("a.py", "x")])
        scene.coverage.filesLeftOut = 2
        scene.coverage.binaryFiles = [RepositoryPath("logo.png")]
        #expect(
            text(scene) == """
                Nothing found; looked at 1 changed file with 1 added line, from main (1a2b3c4d) to HEAD (5e6f7a8b).
                1 binary file looked at by name and size only.
                2 files left out as asked.

                """)
    }

    @Test func `what was not read is said, and never called clean`() {
        var scene = material([newFile("a.py", "x")])
        scene.coverage.unread = [
            UnreadPart(path: RepositoryPath("big\u{202E}.sql"), reason: "too large: 9 MB"), UnreadPart(path: nil, reason: "rule x gave up"),
        ]
        let shown = text(scene)
        #expect(
            shown.hasPrefix(
                "Not read:\n  big\\u{202e}.sql: too large: 9 MB\n  rule x gave up\nNothing found in what was read, but not all was read;"))
    }

    @Test func `what is accepted is counted, and what is not needed any more is named`() {
        var scene = material(
            [newFile("a.py", "run(q)  # forge:ignore sql-from-text it is a constant", "y")],
            found: [finding(), finding("other", "a.py", 2)])
        let other = identified([finding("other", "a.py", 2), finding("gone", "a.py", 2)])
        scene.baseline = Baseline(other.map(BaselineEntry.init))
        let shown = text(scene)
        #expect(shown.contains("1 finding accepted by comments in the source.\n1 finding accepted by the baseline.\n"))
        #expect(
            shown.contains("1 entry of the baseline is not needed any more: \(other.first { $0.finding.rule == "gone" }?.id.text ?? "-")."))
    }

    @Test func `a hostile line, path or message hides and moves nothing`() {
        let line = "a\u{1B}[2J\u{202E}b\u{200B}\u{E0041}c\tx"
        let scene = material(
            [newFile("e\u{1B}vil\n.py", line)],
            found: [finding("r\u{7}", "e\u{1B}vil\n.py", 1, columns: 19..<20, snippet: line, message: "one\ntwo\u{9B}", fix: "\u{2066}f")])
        let shown = ReviewFormat.text.render(report(scene), colours: false)
        #expect(!shown.unicodeScalars.contains { ($0.isHidden && $0 != "\n") || $0.properties.isDefaultIgnorableCodePoint })
        #expect(shown.contains("e\\u{1b}vil\\u{a}.py\n"))
        #expect(shown.contains("1 | a\\u{1b}[2J\\u{202e}b\\u{200b}\\u{e0041}c    x\n"))
        #expect(shown.contains("one two\\u{9b}"))
    }

    @Test func `of a line that is cut around its place the caret stands there all the same`() {
        let line = String(repeating: "ab ", count: 200) + "HERE(secret)" + String(repeating: " z", count: 200)
        for snippet in ["…" + line.suffix(450).prefix(240), "…ab ••• ab HERE(•••) z z"] {
            let scene = material([newFile("a.py", line)], found: [finding(columns: 600..<604, snippet: snippet)])
            let shown = text(scene).split(separator: "\n")
            let source = shown.first { $0.contains("HERE(") } ?? ""
            let marks = shown.first { $0.contains("^") } ?? ""
            #expect(marks.hasSuffix(" ^^^^"))
            #expect(
                source.distance(from: source.startIndex, to: source.firstRange(of: "HERE")?.lowerBound ?? source.startIndex) == marks.count
                    - 4)
        }
    }

    @Test(arguments: [
        ("日本 = x", 9..<10, "日本 = x", "       ^"), ("\tx", 1..<2, "    x", "    ^"), ("e\u{301}x", 3..<4, "e\u{301}x", " ^"),
        ("ab", 2..<2, "ab", "  ^"), ("ab\r", 0..<3, "ab", "^^"), ("a\u{202E}b", 4..<5, "a\\u{202e}b", "         ^"),
    ])
    func `the caret stands under its character`(line: String, columns: Range<Int>, shown: String, marks: String) {
        let scene = material([newFile("a.py", line)], found: [finding(columns: columns, snippet: line)])
        #expect(text(scene).contains("    1 | \(shown)\n      | \(marks)\n"), "\(text(scene))")
    }

    @Test(
        arguments: [
            ("    key = SECRET", 10..<16, "key = •••", "      ^^^"), ("  f(x)  ", 2..<3, "f(x)", "^"),
            ("a = SECRET; b = 1", 16..<17, "a = •••; b = 1", nil),
            ("f(x) and more", 9..<13, "f(x)", nil),
        ] as [(String, Range<Int>, String, String?)])
    func `of a line that is shown trimmed or masked the caret moves along, or is left out`(
        line: String, columns: Range<Int>, snippet: String, marks: String?
    ) {
        let shown = text(material([newFile("a.py", line)], found: [finding(columns: columns, snippet: snippet)]))
        #expect(shown.contains("    1 | \(snippet)\n") && shown.contains("^") == (marks != nil), "\(shown)")
        if let marks { #expect(shown.contains("      | \(marks)\n"), "\(shown)") }
    }

    @Test func `of a line of a million characters the part that matters is shown`() {
        let line = String(repeating: "a", count: 500_000) + "HERE" + String(repeating: "b", count: 500_000)
        let scene = material([newFile("a.js", line)], found: [finding("sql-from-text", "a.js", columns: 500_000..<500_004, snippet: line)])
        let lines = text(scene).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count < 300 })
        let source = lines.first { $0.contains("HERE") } ?? ""
        let marks = lines.first { $0.contains("^^^^") } ?? ""
        #expect(
            source.distance(from: source.startIndex, to: source.firstRange(of: "HERE")?.lowerBound ?? source.startIndex) == marks.count - 4)
    }

    @Test func `colours are there only when asked for`() {
        let scene = report(material([newFile("a.py", "x")], found: [finding(columns: 0..<1, snippet: "x")]))
        #expect(!ReviewFormat.text.render(scene).contains("\u{1B}"))
        let painted = ReviewFormat.text.render(scene, colours: true)
        #expect(painted.contains("\u{1B}[31mhigh\u{1B}[0m"))
        #expect(painted.replacing(/\x{1B}\[[0-9]+m/, with: "") == ReviewFormat.text.render(scene))
    }
}
