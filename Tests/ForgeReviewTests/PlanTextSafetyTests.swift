// Texts from outside in every text that Forge posts: hostile messages, names, paths and reasons, put together by chance, and a reader that
// knows what a code host would make of the result.

import ForgeCore
import ForgeReview
import ForgeTestSupport
import Testing

@Suite struct PlanTextSafetyTests {
    private let checker = MarkdownChecker(linkPrefix: "https://github.com/acme/shop/blob/")

    @Test(arguments: [
        "hello @octocat", "see #12", "![x](y)", "[a](https://evil.example)", "<img src=x>", "</details>", "<details>\n\nopen", "```\nopen",
        "# head", "| a | b |", "&commat;octocat", "https://evil.example", "**bold**", "`a``b @octocat", "1. one",
    ])
    func `the reader finds what is wrong`(text: String) {
        #expect(!checker.problems(in: text).isEmpty)
    }

    @Test(arguments: [
        "hello `@octocat`", "a \\[b\\]", "```\n@octocat\n```", "| a | `b` | c | d |", "<details><summary>x</summary>\n\n</details>",
    ])
    func `and nothing where nothing is`(text: String) {
        #expect(checker.problems(in: text) == [])
    }

    private static let pieces = [
        "@octocat", "![x](http://e.com/i.png)", "</details>", "<details>", "```", "`", "``", "\n", "\r\n", "#12", "o/r#3", "|", "\\|", "\\",
        "\u{202E}",
        "<!-- forge:summary run=1 -->", "<script>", "://", "www.evil.com", "&#64;x", "*", "**", "_", "[a](b)", "- ", "1. ", "===", "---",
        "> ", ":tada:",
        "e\u{301}", "👩‍👩‍👧", "\u{0}", "\u{1B}[31m", " ", "    ", "~~~", "$x$", "$$", "<sub>", "GH-1", "word", "/forge approve", "\u{2028}",
        "\u{FEFF}", "ſ", "]",
        ")", "(", "\"", "'", "https://evil.example/(x)", "-->", "|---|", "!", "![", "[^1]", "\t", "é", "日本", "-rf", "..", "/",
    ]

    private func text(_ random: inout SeededRandom, _ max: Int = 12) -> String {
        (0..<random.below(max) + 1).map { _ in random.element(of: Self.pieces) }.joined()
    }

    private func change(_ random: inout SeededRandom) -> (PlannedChange, PullRequestState) {
        var files: [FileChange] = []
        var found: [Finding] = []
        for _ in 0..<1 + random.below(4) {
            let path = text(&random, 5)
            let lines = (0..<4).map { _ in text(&random).filter { $0 != "\n" && $0 != "\r\n" } }
            files.append(modified(path, "@0", lines.map { "+" + $0 }, kind: .added))
            for line in 1...4 where random.below(2) == 0 { found.append(finding(line, path, lines[line - 1], &random)) }
        }
        var state = PullRequestState(key: pullKey)
        for index in 0..<random.below(4) {
            let states: [LedgerState] = [
                .open, .fixed(in: sha("c")), .dismissed(by: text(&random), why: text(&random), at: Timestamp(milliseconds: 0)),
            ]
            let id = String(repeating: "\(index)", count: 16)
            state.ledger[id] = LedgerEntry(
                id: id, rule: text(&random), family: "x", severity: .high, source: "rules", path: RepositoryPath(text(&random)), line: 1,
                message: text(&random), snippet: "", state: random.element(of: states), place: .thread(comment: 5), firstSeen: sha("c"),
                lastSeen: sha("c"))
        }
        var unread: [UnreadPart] = []
        for _ in 0..<random.below(3) { unread.append(UnreadPart(path: RepositoryPath(text(&random)), reason: text(&random))) }
        let branch = text(&random)
        let model = ModelReading(
            name: text(&random), partial: unread, usage: ModelUsage(inputTokens: 12_345, microUSD: random.below(3) * 4_000))
        let change = plannedChange(files, found, unread: unread) {
            $0.model = model
            $0.pull.defaultBranch = branch
            $0.dismissals = Dictionary(found.map { ($0.rule, 2) }) { first, _ in first }
        }
        return (change, state)
    }

    private func finding(_ line: Int, _ path: String, _ snippet: String, _ random: inout SeededRandom) -> Finding {
        var found = ForgeReviewTests.finding(
            random.below(2) == 0 ? "plain-rule" : text(&random), path, random.below(8) == 0 ? nil : line,
            random.element(of: FindingSeverity.allCases), family: text(&random), snippet: snippet, message: text(&random),
            fix: random.below(2) == 0 ? text(&random) : nil)
        found.source = random.element(of: [.rules, .tool(text(&random)), .role(text(&random))])
        found.evidence = random.element(of: FindingEvidence.allCases)
        found.references = [text(&random), "https://example.com/why"]
        if random.below(2) == 0 { found.suggestion = Suggestion(lines: line...line, text: text(&random)) }
        return found
    }

    @Test(arguments: UInt64(0)..<80)
    func `text from outside stays text, everywhere`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let (change, state) = change(&random)
        var settings = settings { $0.severityMin = .info }
        settings.makesCheckRun = random.below(4) > 0
        let plan = planReview(change, state, settings)
        var texts = (plan.review?.comments ?? []).flatMap { [$0.body, $0.movableBody] } + plan.answers.map(\.body)
        texts += [plan.summary().body, plan.review?.body, plan.checkRun()?.summary, plan.checkRun()?.text].compactMap { $0 }
        let problem = ShownConfigProblem(file: text(&random), line: 3, sentence: text(&random))
        texts += [ConfigProblemComment.body([problem], branch: text(&random)), ConfigProblemComment.mendedBody(branch: text(&random))]
        let because = text(&random)
        for outcome: Unreviewed in [
            .skipped(because: because), .failed(because: because, willRetry: true), .cancelled(by: because),
            .paused(by: because, pushes: 2),
        ] {
            texts.append(ForgeCheck.content(outcome, head: sha("a"), pull: 7, run: "12", isGate: true).summary)
        }
        for text in texts {
            #expect(checker.problems(in: text) == [], "seed \(seed)")
            #expect(text.utf8.count <= 65_000)
            #expect(
                !text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" || (0x2028...0x202E).contains($0.value) },
                "seed \(seed)")
        }
        if let summary = plan.summary().body { #expect(HiddenMarker(endOf: summary)?["head"] == change.pull.head.description) }
        for comment in plan.review?.comments ?? [] { #expect(HiddenMarker(endOf: comment.body)?.findings == comment.findings) }
        for annotation in plan.checkRun()?.annotations ?? [] {
            #expect(annotation.title.count <= 255 && annotation.message.utf8.count <= 65_535)
        }
    }

    /// Everything as long and as odd as it can be.
    @Test func `nothing grows beyond what a host takes, and nothing is cut open`() throws {
        for text in [
            String(repeating: "\u{202E}", count: 5_000), String(repeating: "日", count: 5_000), String(repeating: "`", count: 5_000),
            String(repeating: "e\u{301}", count: 5_000), String(repeating: "👩‍👩‍👧", count: 2_000),
        ] {
            var found: [Finding] = []
            for line in 1...120 {
                for family in ["x", "y", "z", "u", "v", "w"] {
                    var one = ForgeReviewTests.finding(
                        "r-\(family)", "a.py", line, .high, family: family, snippet: "\(line)", message: text, fix: text)
                    one.suggestion = Suggestion(lines: line...line, text: String(repeating: "x`", count: 4_900))
                    found.append(one)
                }
            }
            let file = modified("a.py", "@0", (1...120).map { "+\($0)" }, kind: .added)
            let plan = planReview(
                plannedChange([file], found, unread: [UnreadPart(path: RepositoryPath(text), reason: text)]),
                PullRequestState(key: pullKey), settings { $0.commentsMax = 50 })
            let summary = try #require(plan.summary().body)
            let check = try #require(plan.checkRun())
            for body in [summary, check.summary, check.text ?? ""]
                + (plan.review?.comments.prefix(4) ?? []).flatMap({ [$0.body, $0.movableBody] })
            {
                #expect(body.utf8.count <= 65_000)
                #expect(checker.problems(in: body) == [])
            }
            #expect(HiddenMarker(endOf: summary)?.kind == .summary)
            #expect(summary.contains("not shown here: the text would be too long.**"))
            #expect(plan.review?.comments.count == 50)
        }
    }

    @Test func `a look-alike of the summary is not taken for it`() {
        let own = HostIdentity(app: 9, user: 4, login: "forge[bot]")
        func comment(_ id: Int64, _ author: Actor, _ body: String) -> HostComment {
            HostComment(id: id, author: author, body: body, createdAt: Timestamp(milliseconds: 0), updatedAt: Timestamp(milliseconds: 0))
        }
        let marker = HiddenMarker(.summary, ["run": "1"]).text
        let comments = [
            comment(1, Actor(number: 4), "Hello\n\n" + marker), comment(2, Actor(login: "forge[bot]", number: 5), "Hello\n\n" + marker),
            comment(3, Actor(number: 4), "I said: \(marker) before"), comment(4, Actor(number: 4), "x\n\n" + HiddenMarker(.config).text),
        ]
        #expect(own.ownComment(.summary, in: comments)?.id == 1)
        #expect(own.ownComment(.config, in: comments)?.id == 4)
        #expect(own.ownComment(HiddenMarker(.summary, ["run": "2"]), in: comments) == nil)
    }

    @Test(arguments: UInt64(0)..<100)
    func `a marker reads back as it was written, whatever is put into it`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let marker = HiddenMarker(random.element(of: HiddenMarker.Kind.allCases), ["run": text(&random), "id": text(&random)])
        #expect(HiddenMarker(endOf: text(&random) + "\n\n" + marker.text + random.element(of: ["", "\n", "\r\n", "  \n"])) == marker)
        #expect(marker.text.split(separator: "-->", omittingEmptySubsequences: false).count == 2)
    }
}
