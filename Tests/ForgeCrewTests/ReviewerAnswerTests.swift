// What of a model's answer is believed, and what a second reader takes away.

import ForgeCore
import ForgeCrew
import Testing

@Suite struct ReviewerAnswerTests {
    private static let path = RepositoryPath("src/a.swift")
    private static let texts = ["let a = 1", "if a = 2 {", "}", "let a = 1"]
    private static let diff = Diff(files: [
        FileChange(
            kind: .modified, old: FileSide(path: path), new: FileSide(path: path),
            hunks: [
                Hunk(
                    oldStart: 10, newStart: 10,
                    lines: [DiffLine(.context, old: 10, new: 10, text: Array("before".utf8)[...])]
                        + texts.enumerated().map { DiffLine(.added, old: nil, new: 11 + $0, text: Array($1.utf8)[...]) })
            ])
    ])
    private static let good: JSON = [
        "path": "src/a.swift", "line": 12, "severity": "high", "category": "bug", "title": "Assignment in a condition",
        "why": "It assigns.", "quote": "if a = 2 {",
    ]

    private func read(_ entries: [JSON]) -> ReadAnswer? {
        ReviewerAnswer.read(
            ["findings": .array(entries)], shown: ShownLines(Self.diff, paths: [Self.path]), categories: ["bug", "security"],
            masked: { $0.replacing("hunter2", with: "•••••••") })
    }

    private func changed(_ name: String, _ value: JSON) -> JSON {
        guard case .object(let members) = Self.good else { return .null }
        return .object(members.filter { $0.name != name } + [.init(name, value)])
    }

    @Test func `an entry that fits becomes a finding, and only an opinion yet`() throws {
        let answer = try #require(read([Self.good]))
        let finding = try #require(answer.findings.first)
        #expect(finding.rule == "model-bug" && finding.lines == 12...12 && finding.snippet == "if a = 2 {")
        #expect(finding.evidence == .opinion && finding.source == .role("reviewer"))
        #expect(answer.dropped.isEmpty)
    }

    @Test func `a miscounted line is found again by what it says, the nearest first`() throws {
        #expect(try #require(read([changed("line", 40)])).findings.first?.lines == 12...12)
        guard case .object(let members) = changed("quote", "let a = 1") else { return }
        let entry = JSON.object(members.filter { $0.name != "line" } + [.init("line", 13)])
        #expect(try #require(read([entry])).findings.first?.lines == 14...14)
    }

    @Test(arguments: [
        ("path", JSON.string("../../etc/passwd")), ("path", .string("src/b.swift")), ("line", .integer(0)), ("line", .string("x")),
        ("quote", .string("something else")), ("quote", .string("before")), ("severity", .string("catastrophic")),
        ("category", .string("style")), ("category", .string("@everyone")), ("title", .string("  ")), ("why", .null),
    ]) func `what does not fit is dropped with a reason`(name: String, value: JSON) throws {
        let answer = try #require(read([changed(name, value)]))
        #expect(answer.findings.isEmpty)
        #expect(answer.dropped.count == 1)
    }

    @Test func `a secret that a model repeats is masked, and a suggestion with one is dropped`() throws {
        guard case .object(let members) = changed("why", "the password hunter2 is here") else { return }
        let answer = try #require(read([.object(members + [.init("suggestion", "x = hunter2")])]))
        #expect(answer.findings.first?.message == "Assignment in a condition\n\nthe password ••••••• is here")
        #expect(answer.findings.first?.suggestion == nil)
    }

    @Test func `an answer of another shape is none`() {
        #expect(
            ReviewerAnswer.read("no findings", shown: ShownLines(Self.diff, paths: []), categories: [], masked: { $0 }) == nil)
        #expect(read(Array(repeating: Self.good, count: 100))?.findings.count == ReviewerTask.findingsMax)
    }

    @Test func `the skeptic takes away and never adds`() throws {
        let findings = try #require(read([Self.good, Self.good, Self.good, Self.good])).findings
        func verdict(_ number: Int64, _ word: String) -> JSON { ["number": .integer(number), "verdict": .string(word), "why": "because"] }
        let settled = SkepticTask.settle(
            findings,
            ["verdicts": [verdict(1, "stands"), verdict(2, "refuted"), verdict(2, "stands"), verdict(3, "unclear"), verdict(9, "stands")]])
        #expect(settled.map(\.evidence) == [.derived, .opinion, .opinion])
        #expect(SkepticTask.settle(findings, nil).allSatisfy { $0.evidence == .opinion })
    }
}

@Suite struct ReviewerTaskTests {
    @Test func `nothing from outside stands in the instructions, and all of it is enclosed`() {
        let outside = OutsideText { "<<\($0)>>" }
        let context = ReviewerContext(categories: ["bug"], instructions: ["INSTRUCTION"], files: [("AGENTS.md", "FILE")])
        let request = ReviewerTask.request(
            PackedPart(text: "CHANGE", paths: []), title: "TITLE", context, number: 1, of: 2, outside)
        for text in ["TITLE", "CHANGE", "FILE", "INSTRUCTION"] {
            #expect(request.material.contains("<<\(text)>>"))
            #expect(!request.system.contains(text))
        }
        #expect(request.material.contains("part 1 of 2"))
        #expect(
            SkepticTask.request([], PackedPart(text: "CHANGE", paths: []), outside).system
                == SkepticTask.request([], PackedPart(text: "", paths: []), outside).system)
    }
}
