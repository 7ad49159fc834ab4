// What `forge:ignore` accepts, in the comments of any language, and what is said of one that accepts nothing.

import ForgeCore
import ForgeReview
import Testing

@Suite struct SuppressionCommentTests {
    private func comment(_ text: String) -> SuppressionComment? { SuppressionComment(line: 7, text: ArraySlice(Array(text.utf8))) }

    @Test(arguments: [
        "x = 1  # forge:ignore a because it is so", "// forge:ignore a because it is so", "  /* forge:ignore a because it is so */",
        " * forge:ignore a because it is so", "<!-- forge:ignore a because it is so -->", "-- forge:ignore a because it is so",
        "{{!-- forge:ignore a because it is so --}}", "{# forge:ignore a because it is so #}", "% forge:ignore a because it is so",
        "; forge:ignore a because it is so", "(* forge:ignore a because it is so *)", "//forge:ignore a: because it is so",
        "REM forge:ignore a - because it is so", "#\tforge:ignore\ta\tbecause it is so\r", "! forge:ignore a because it is so",
    ])
    func `it is read in any language's comment`(text: String) {
        let found = comment(text)
        #expect(found?.reason.contains("because it is so") == true, "\(text)")
        #expect(found?.rules == ["a"] || found?.rules == ["a:"], "\(text)")
        #expect(found?.hasReason == true)
    }

    @Test(arguments: [
        "Write `forge:ignore rule reason` above it.", "text = \"# forge:ignore a because it is so\"", "x = \"forge:ignore a because\"",
        "# not forge:ignore a because it is so",
        "# forge:ignored a because", "# forge:ignore-file a because", "# Forge:ignore a b", "# forge: ignore a because",
        "forge:ignore a because",
    ])
    func `prose, code and other words are none`(text: String) {
        #expect(comment(text) == nil, "\(text)")
    }

    @Test(
        arguments: [
            ("# forge:ignore a, b,c reason enough", ["a", "b", "c"], "reason enough"),
            ("# forge:ignore a , b reason", ["a", "b"], "reason"),
            ("# forge:ignore a", ["a"], ""), ("# forge:ignore", [], ""), ("/* forge:ignore*/", [], ""),
            ("# forge:ignore @scope/no-any we need it", ["@scope/no-any"], "we need it"), ("# forge:ignore a -- — reason", ["a"], "reason"),
        ] as [(String, [String], String)])
    func `its rules come first, and the rest is the reason`(text: String, rules: [String], reason: String) {
        #expect(comment(text)?.rules == rules)
        #expect(comment(text)?.reason == reason)
        #expect(comment(text)?.hasReason == !reason.isEmpty)
    }

    @Test(arguments: ["# forge:ignore a .", "# forge:ignore a --", "# forge:ignore a 1", "# forge:ignore a ok"])
    func `a mark or two letters are no reason`(text: String) {
        #expect(comment(text)?.hasReason == false)
    }

    @Test func `alone on its line it is about the line below, and several share that line`() {
        let lines = ["# forge:ignore a first reason", "# forge:ignore b second reason", "code()", "more()  # forge:ignore c third reason"]
        let suppressions = Suppressions(lines.enumerated().map { (number: $0.offset + 1, text: ArraySlice(Array($0.element.utf8))) })
        #expect(suppressions.about(3...3).map { suppressions.comments[$0].rules[0] }.sorted() == ["a", "b"])
        #expect(suppressions.about(4...4).map { suppressions.comments[$0].rules[0] } == ["c"])
        #expect(suppressions.about(1...2).isEmpty)
        #expect(suppressions.about(1...1_000_000).count == 3)
    }

    @Test func `a line of a million characters is read once`() {
        #expect(comment(String(repeating: "forge:", count: 170_000)) == nil)
        #expect(comment(String(repeating: "x", count: 1_000_000) + " // forge:ignore a at the very end")?.rules == ["a"])
    }
}

@Suite struct SuppressionReportTests {
    private func states(_ report: ReviewReport) -> [String] {
        report.findings.map { finding in
            switch finding.state {
            case .open: "\(finding.finding.rule) open"
            case .baselined: "\(finding.finding.rule) baselined"
            case .suppressed(let reason, let line): "\(finding.finding.rule) accepted at \(line): \(reason)"
            }
        }
    }

    private func check(_ lines: [String], _ findings: [Finding], _ expected: [String], _ change: (inout ReviewSettings) -> Void = { _ in })
    {
        let found = states(report(material([modified("a.py", "@1", lines)], found: findings), change))
        #expect(found == expected)
    }

    @Test func `on the line or above it, with a reason, it accepts`() {
        check(["+run(q)  # forge:ignore sql-from-text it is a constant"], [finding()], ["sql-from-text accepted at 1: it is a constant"])
        check(
            ["+# forge:ignore sql-from-text it is a constant", "+run(q)"], [finding("sql-from-text", "a.py", 2)],
            ["sql-from-text accepted at 1: it is a constant"])
    }

    @Test func `one that was there before accepts, too, and nobody asks whether it is needed`() {
        check(
            [" # forge:ignore sql-from-text it is a constant", "+run(q)"], [finding("sql-from-text", "a.py", 2)],
            ["sql-from-text accepted at 1: it is a constant"])
        check([" # forge:ignore sql-from-text it is a constant", "+run(q)"], [], [])
    }

    @Test func `without a reason it accepts nothing and is itself found`() {
        check(["+run(q)  # forge:ignore sql-from-text"], [finding()], ["sql-from-text open", "suppression-without-reason open"])
        check(["+run(q)  # forge:ignore"], [finding()], ["sql-from-text open", "suppression-without-reason open"])
    }

    @Test func `one that accepts nothing is found, when the line it is about was looked at`() {
        check(["+run(q)  # forge:ignore sql-from-text it is a constant"], [], ["suppression-unused open"])
        check(["+# forge:ignore sql-from-text it is a constant", " run(q)"], [], [])
        check(
            ["+# forge:ignore sql-from-text it is a constant", "+run(q)"], [finding("other", "a.py", 2)],
            ["suppression-unused open", "other open"])
    }

    @Test func `a slip in a rule's name is told, another tool's name is left alone`() {
        let settled = report(
            material([newFile("a.py", "run(q)  # forge:ignore sql-from-txt it is a constant", "x  # forge:ignore E501 long address")]))
        #expect(settled.findings.count == 1)
        #expect(settled.findings.first?.finding.message.contains("did you mean sql-from-text?") == true)
    }

    @Test func `a text or data that quotes comments is not told what is wrong with them`() {
        let settled = report(
            material([newFile("README.md", "x  # forge:ignore"), newFile("a.json", "x // forge:ignore sql-from-text some reason")]))
        #expect(settled.findings == [])
    }

    @Test func `a problem with a comment shows its line, masked, with the caret under the mark`() {
        var scene = material([newFile("a.py", "k = SECRET  # forge:ignore")])
        scene.masked = { $0.replacing("SECRET", with: "••••••") }
        let text = ReviewFormat.text.render(report(scene))
        #expect(text.contains("    1 | k = ••••••  # forge:ignore\n      |               ^^^^^^^^^^^^\n"), "\(text)")
    }

    @Test func `a required rule is accepted by no comment`() {
        check(
            ["+run(q)  # forge:ignore sql-from-text it is a constant"], [finding()], ["sql-from-text open", "suppression-refused open"]
        ) { $0.required = ["sql-from-text"] }
    }

    @Test func `of several ids each is judged for itself`() {
        check(
            ["+run(q)  # forge:ignore sql-from-text, other both are so"], [finding(), finding("third", "a.py", 1, family: "x")],
            ["sql-from-text accepted at 1: both are so", "third open"])
    }

    @Test func `it accepts what lies below the asked-for severity, and is not called unused for it`() {
        check(["+run(q)  # forge:ignore sql-from-text it is a constant"], [finding("sql-from-text", "a.py", 1, .low)], []) {
            $0.severityMin = .high
        }
    }
}
