// When two findings are the same one: after a rebase, after lines moved, after somebody reformatted; and when they are not.

import ForgeCore
import ForgeReview
import ForgeTestSupport
import Testing

@Suite struct FindingIDTests {
    private func ids(_ findings: Finding...) -> [String] { identified(findings).map(\.id.text) }

    @Test(arguments: [
        ("db.run('a' + name)", "    db.run(\"a\"   +name);"), ("f(x)", "\tf( x ),"), ("a = b", "a=b\r"), ("x\u{3000}= 1", "x = 1"),
    ])
    func `moved and reformatted it stays the same`(before: String, after: String) {
        #expect(ids(finding(snippet: before)) == ids(finding("sql-from-text", "a.py", 900, .low, snippet: after, message: "Other words.")))
    }

    @Test func `another rule, path or line of code is another finding`() {
        let all = ids(
            finding(snippet: "f(x)"), finding("other", snippet: "f(x)"), finding("sql-from-text", "b.py", snippet: "f(x)"),
            finding(snippet: "f(y)"), finding("sql-from-text", nil, nil))
        #expect(Set(all).count == all.count)
        #expect(all.allSatisfy { FindingID(text: $0) != nil })
    }

    /// A rule `ab` on path `c` must not be a rule `a` on path `bc`.
    @Test func `the parts of an id do not run into each other`() {
        #expect(ids(finding("ab", "c")) != ids(finding("a", "bc")))
        #expect(ids(finding("a", "b", snippet: "cd")) != ids(finding("a", "bc", snippet: "d")))
    }

    @Test func `equal lines are told apart from the top, whatever order they come in`() {
        let three = [5, 9, 70].map { finding("r", "a", $0, snippet: "f(x)") }
        let forward = identified(three)
        #expect(Set(forward.map(\.id)).count == 3)
        #expect(identified(three.reversed()) == forward)
        #expect(identified([three[0], three[1]]).map(\.id) == forward.prefix(2).map(\.id))
    }

    @Test func `the same id is written by every version`() {
        #expect(ids(finding("sql-from-text", "src/a.py", 3, snippet: "run('x' + y)")) == ["81be62e7083d165e"])
    }

    @Test(arguments: ["", "12345", "ZZZZZZZZZZZZZZZZ", "0123456789ABCDEF", "0123456789abcdef0"])
    func `what is no id is refused`(text: String) {
        #expect(FindingID(text: text) == nil)
    }

    @Test(arguments: UInt64(0)..<50)
    func `no blank, quote or closing mark put in changes an id`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let line = "cursor.execute(\"select * from t where id = \" + id)"
        var changed = ""
        for character in line {
            for _ in 0..<random.below(3) { changed.append(random.element(of: [" ", "\t", "\u{A0}"])) }
            changed.append(character == "\"" ? random.element(of: ["\"", "'", "`"]) : character)
        }
        changed += random.element(of: ["", ";", ",", ";\r", " ; "])
        #expect(ids(finding(snippet: line)) == ids(finding(snippet: changed)), "seed \(seed)")
    }
}

@Suite struct DeduplicationTests {
    private func kept(_ findings: Finding...) -> [String] {
        deduplicated(identified(findings)).map { ([$0.finding.rule] + $0.alsoFoundBy).joined(separator: "+") }
    }

    @Test func `of one family on one line the gravest stays and names the others`() {
        #expect(
            kept(
                finding("a", "f", 3, .medium, family: "x"), finding("b", "f", 3, .critical, family: "x"),
                finding("c", "f", 3, .low, family: "x")) == ["b+a+c"])
    }

    @Test func `another family, line or file is another finding`() {
        #expect(
            kept(
                finding("a", "f", 3, family: "x"), finding("b", "f", 3, family: "y"), finding("c", "f", 4, family: "x"),
                finding("d", "g", 3, family: "x"), finding("e", "g", nil, family: "x"), finding("f", "g", nil, family: "x")
            ).count == 6)
    }

    @Test func `what is accepted hides nothing that is open`() {
        var findings = identified([finding("a", "f", 3, .critical, family: "x"), finding("b", "f", 3, .low, family: "x")])
        findings[0].state = .baselined(reason: nil)
        #expect(deduplicated(findings).map(\.finding.rule) == ["a", "b"])
    }

    @Test func `a report goes from the whole change through the files from the top`() {
        let shown = report(
            material(
                found: [
                    finding("z", "b", 2), finding("y", "a", 10, .low), finding("x", "a", 10, .critical, family: "other"),
                    finding("w", "a", 9),
                    finding("v", nil, nil), finding("u", "a", nil),
                ])
        ).findings.map(\.finding.rule)
        #expect(shown == ["v", "u", "w", "x", "y", "z"])
    }
}
