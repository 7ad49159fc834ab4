// The file of what is accepted: written so that it diffs well, read strictly, and cleaned only of what is gone for certain.

import ForgeCore
import ForgeReview
import Testing

@Suite struct BaselineTests {
    private func entry(_ digit: String, _ path: String, _ rule: String = "r", reason: String? = nil) throws -> BaselineEntry {
        BaselineEntry(id: try #require(FindingID(text: String(repeating: digit, count: 16))), rule: rule, path: path, reason: reason)
    }

    @Test func `one entry a line, sorted, and read back as it was`() throws {
        let baseline = Baseline([try entry("b", "z"), try entry("c", "a", "s", reason: "old \"code\""), try entry("a", "a", "r")])
        #expect(
            baseline.text == """
                {"schema": 1, "findings": [
                {"path":"a","rule":"r","id":"aaaaaaaaaaaaaaaa"},
                {"path":"a","rule":"s","id":"cccccccccccccccc","reason":"old \\"code\\""},
                {"path":"z","rule":"r","id":"bbbbbbbbbbbbbbbb"}
                ]}

                """)
        #expect(try Baseline(json: Array(baseline.text.utf8)) == baseline)
        #expect(try Baseline(json: Array(Baseline().text.utf8)) == Baseline())
    }

    @Test(
        arguments: [
            ("", nil, "there is no JSON"), ("{\n\n!", 3, "a member's name is expected"), ("[]", nil, "schema"),
            ("{\"schema\": 2, \"findings\": []}", nil, "schema"),
            ("{\"schema\": 1}", nil, "'findings' is a list"),
            ("{\"schema\": 1, \"findings\": [{\"id\": \"x\"}]}", nil, "finding 1: 'id' is 16"),
            ("{\"schema\": 1, \"findings\": [\(String(repeating: "[", count: 100))", 1, "deeper"),
        ] as [(String, Int?, String)])
    func `what is no baseline is refused with its place`(text: String, line: Int?, says: String) {
        let error = #expect(throws: BaselineError.self) { try Baseline(json: Array(text.utf8)) }
        #expect(error?.message.contains(says) == true, "\(String(describing: error))")
        if let line { #expect(error?.line == line) }
    }

    @Test func `what is in it is accepted, by id alone`() throws {
        let first = material([newFile("a.py", "run(q)", "run(r)")], found: [finding(snippet: "run(q)"), finding("other", "a.py", 2)])
        let accepted = Baseline().accepting(report(first).open, forgetting: [])
        var second = material([newFile("a.py", "", "", "  run( q );", "new()")])
        second.found = [finding("sql-from-text", "a.py", 3, snippet: "  run( q );"), finding("third", "a.py", 4, snippet: "new()")]
        second.baseline = accepted
        let settled = report(second)
        #expect(settled.open.map(\.finding.rule) == ["third"])
        #expect(settled.outcome == .findings)
        #expect(settled.removable.map(\.rule) == ["other"])
        #expect(Baseline().accepting(settled.open, forgetting: []).entries.map(\.rule) == ["third"])
    }

    @Test func `an entry is removable only when its file is gone or was read whole`() throws {
        let entries = [
            try entry("1", "new"), try entry("2", "part"), try entry("3", "gone"), try entry("4", "elsewhere"), try entry("5", "old"),
        ]
        let changed = ChangedLines(
            Diff(files: [
                newFile("new", "x"), modified("part", "@1", ["+y"]), modified("gone", "@1", ["-z"], kind: .deleted),
                modified("name", "@1", ["+z"], kind: .renamed, from: "old"),
            ]))
        #expect(Baseline(entries).removable(found: [], in: changed).map(\.path) == ["gone", "new", "old"])
        #expect(Baseline(entries).removable(found: [entries[0].id], in: changed).map(\.path) == ["gone", "old"])
    }

    @Test func `writing keeps reasons and forgets what is gone`() throws {
        let kept = try entry("1", "a", reason: "known")
        let gone = try entry("2", "b")
        let again = ReviewedFinding(id: kept.id, finding: finding("r", "a"))
        #expect(Baseline([kept, gone]).accepting([again], forgetting: [gone]).entries == [kept])
    }
}
