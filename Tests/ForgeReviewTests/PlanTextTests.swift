// What people read, as they read it.

import ForgeCore
import ForgeReview
import Testing

@Suite struct PlanTextTests {
    private func rules() -> [Finding] {
        var statement = finding(
            "sql-string-python", "shop/orders.py", 2, .high, snippet: "run(f\"… {text}\")",
            message: "A value is written into the text of a statement. Whoever chooses the value chooses the statement.",
            fix: "Use placeholders and pass the values beside the statement.")
        statement.references = ["https://cwe.mitre.org/data/definitions/89.html"]
        let token = finding(
            "github-personal-token", "shop/settings.py", 1, .critical, family: "secrets", snippet: "TOKEN = \"•••\"",
            message: "A GitHub personal access token stands in plain text here.")
        let less = finding("todo-left", "shop/orders.py", 1, .low, family: "style", snippet: "# later", message: "Something is left to do.")
        return [statement, token, less]
    }

    private let files = [newFile("shop/orders.py", "# later", "run(f\"… {text}\")", "end"), newFile("shop/settings.py", "TOKEN = \"ghp\"")]

    @Test func `a comment`() throws {
        let plan = planReview(plannedChange(files, rules()), PullRequestState(key: pullKey), PlanSettings())
        #expect(plan.review?.body == "Forge found 2 things: 1 critical, 1 high.")
        #expect(places(plan.review) == ["shop/settings.py RIGHT 1", "shop/orders.py RIGHT 2"])
        let comment = try #require(plan.review?.comments.last)
        #expect(
            comment.body == """
                **High:** A value is written into the text of a statement. Whoever chooses the value chooses the statement.

                **Fix:** Use placeholders and pass the values beside the statement.

                <sub>`sql-string-python` · found by a rule · [more](https://cwe.mitre.org/data/definitions/89.html) · right as it is? \
                `/forge ignore 86c6f03012dbf471 reason`</sub>

                <!-- forge:finding id=86c6f03012dbf471 -->
                """)
    }

    @Test func `the summary and the check run`() throws {
        var story = PullRequestStory()
        let first = story.look(plannedChange(files, rules()), settings { $0.failsOn = .critical })
        let blob = "https://github.com/acme/shop/blob/\(sha("a"))/shop"
        #expect(
            first.summary().body == """
                ### Forge: 2 open findings

                1 critical, 1 high. The check fails from critical on. Read: 2 files, all of it.

                | | what | where | state |
                |---|---|---|---|
                | critical | A GitHub personal access token stands in plain text here. `d7a5ab80465549b3` | \
                [`shop/settings.py:1`](\(blob)/settings.py#L1) | new |
                | high | A value is written into the text of a statement. Whoever chooses the value chooses the statement. \
                `86c6f03012dbf471` | [`shop/orders.py:2`](\(blob)/orders.py#L2) | new |

                1 finding below medium is in the check run only.

                <sub>Round 1 at `aaaaaaaa` · 532 rules · 3.2 s · \
                `/forge explain ID`, `/forge ignore ID reason`, `/forge review`, `/forge help`</sub>

                <!-- forge:summary head=\(sha("a")) run=12 -->
                """)
        let check = try #require(first.checkRun())
        #expect(check.state == .completed(.failure))
        #expect(check.title == "2 findings: 1 critical, 1 high")
        #expect(
            check.summary == """
                **1 finding at or above critical**, from which on this check fails. Read: 2 files, all of it.

                Round 1, 3.2 s, by 532 rules.

                """)
        #expect(
            check.text?.split(separator: "\n").map { $0.prefix(12) } == [
                "| | what | w", "|---|---|---", "| critical |", "| high | A v", "| low | Some",
            ])
        #expect(
            check.annotations.map { "\($0.path.text):\($0.lines.lowerBound) \($0.level.rawValue)" } == [
                "shop/settings.py:1 failure", "shop/orders.py:2 failure", "shop/orders.py:1 notice",
            ])
        #expect(
            check.annotations[1].message == """
                A value is written into the text of a statement. Whoever chooses the value chooses the statement.
                Fix: Use placeholders and pass the values beside the statement.
                [86c6f03012dbf471]
                """)
        #expect(check.externalID == "pull/7/run/12" && ForgeCheck.pullRequest(of: check.externalID) == 7)
    }

    @Test func `both a round later`() throws {
        var story = PullRequestStory()
        _ = story.look(plannedChange(files, rules()), settings { $0.failsOn = .critical })
        story.dismiss("86c6f03012dbf471", why: "The value is a constant.")
        let second = story.look(
            plannedChange(
                [files[0], newFile("shop/settings.py", "TOKEN = ask()")], [rules()[0], rules()[2]], head: sha("b"),
                change: { change in
                    change.dismissals = ["sql-string-python": 2]
                    change.model = ModelReading(
                        name: "claude-sonnet-5", full: [RepositoryPath("shop/orders.py")],
                        none: [UnreadPart(path: RepositoryPath("shop/settings.py"), reason: "the budget was spent")],
                        usage: ModelUsage(inputTokens: 12_000, outputTokens: 345, cachedTokens: 9_000, microUSD: 41_000))
                }), settings { $0.failsOn = .critical })
        #expect(second.review == nil && second.answers.map(\.finding) == ["d7a5ab80465549b3"])
        #expect(
            second.summary()
                == .edit(
                    50,
                    """
                    ### Forge did not read everything

                    Nothing is open in what was read. 1 fixed since the last look. Read: 1 of 2 files; 1 not.

                    1 finding below medium is in the check run only.

                    <details><summary>2 findings dealt with</summary>

                    | | what | where | state |
                    |---|---|---|---|
                    | critical | A GitHub personal access token stands in plain text here. `d7a5ab80465549b3` | `shop/settings.py` | \
                    fixed in `bbbbbbbb` |
                    | high | A value is written into the text of a statement. Whoever chooses the value chooses the statement. \
                    `86c6f03012dbf471` | `shop/orders.py` | dismissed by `ada`: The value is a constant. |

                    </details>

                    <details><summary>What was not read, and why</summary>

                    - `shop/settings.py`: the budget was spent

                    </details>

                    `sql-string-python` was dismissed here more than once. If it is of no use in this repository, this in `.forge.yml` \
                    on `main` switches it off:

                    ```yaml
                    rules:
                      disable: [sql-string-python]
                    ```

                    <sub>Round 2 at `bbbbbbbb` · 532 rules and `claude-sonnet-5` · 3.2 s · 12,345 tokens (9,000 from a cache), $0.04 · \
                    `/forge explain ID`, `/forge ignore ID reason`, `/forge review`, `/forge help`</sub>

                    <!-- forge:summary head=\(sha("b")) run=12 -->
                    """))
        #expect(second.checkRun()?.state == .completed(.neutral))
        #expect(second.checkRun()?.summary.contains("1 finding dismissed before not told again.") == true)
    }

    // MARK: How it ends

    private func plan(
        _ found: [Finding], unread: [UnreadPart] = [], state: PullRequestState? = nil, _ change: (inout PlanSettings) -> Void = { _ in }
    ) -> ReviewPlan {
        planReview(plannedChange(files, found, unread: unread), state ?? PullRequestState(key: pullKey), settings(change))
    }

    @Test func `clean, there is the check run and nothing else`() {
        let clean = plan([])
        #expect(clean.review == nil && clean.summary() == .nothing && clean.answers.isEmpty)
        #expect(clean.checkRun()?.state == .completed(.success))
        #expect(clean.checkRun()?.title == "Nothing found")
        #expect(clean.checkRun()?.text == nil)
        #expect(clean.checkRun()?.actions.map(\.identifier) == ["rerun"])
        #expect(plan([]) { $0.commentsWhenClean = true }.summary().body?.hasPrefix("### Forge found nothing\n") == true)
        #expect(plan([]) { $0.makesCheckRun = false }.checkRun() == nil)
    }

    @Test(arguments: [
        (FindingSeverity.low, FindingSeverity?.none, CheckConclusion.success), (.medium, nil, .neutral), (.critical, nil, .neutral),
        (.medium, .high, .neutral), (.high, .high, .failure), (.low, .low, .failure),
    ])
    func `the check ends by the gate and by what people are told`(
        severity: FindingSeverity, failsOn: FindingSeverity?, wanted: CheckConclusion
    ) {
        #expect(plan([finding("r", "shop/orders.py", 1, severity)]) { $0.failsOn = failsOn }.conclusion == wanted)
    }

    @Test func `not all read is never a success, and an opinion never fails a check`() {
        let unread = [UnreadPart(path: RepositoryPath("x"), reason: "too large")]
        #expect(plan([], unread: unread).conclusion == .neutral)
        #expect(plan([], unread: unread).checkRun()?.title == "Nothing found in what was read, but not all was read")
        #expect(plan([], unread: unread).summary().body?.hasPrefix("### Forge did not read everything\n") == true)
        var opinion = finding("r", "shop/orders.py", 1, .critical)
        opinion.evidence = .opinion
        #expect(plan([opinion]) { $0.failsOn = .info }.conclusion == .success)
    }

    @Test func `it asks for changes once, approves only what is clean, and takes its request back`() {
        let bad = [finding("r", "shop/orders.py", 1, .critical)]
        func gate(_ settings: inout PlanSettings) { (settings.failsOn, settings.requestsChanges, settings.approves) = (.high, true, true) }
        let first = plan(bad, gate)
        #expect(first.review?.event == .requestChanges)
        var state = PullRequestState(key: pullKey)
        first.remember(PostedReview(), in: &state)
        #expect(plan(bad, state: state, gate).review == nil)
        let clean = plan([], state: state, gate)
        #expect(clean.review?.event == .approve && clean.withdrawsRequest)
        #expect(clean.review?.body == "Forge read all of this and found nothing.")
        #expect(plan([], unread: [UnreadPart(path: nil, reason: "no model answered")], state: state, gate).review == nil)
        #expect(plan([]).review == nil)
    }

    @Test func `what of a model's answer fitted nowhere is counted`() {
        let change = plannedChange([newFile("a.py", "one")]) {
            $0.model = ModelReading(name: "m", full: [RepositoryPath("a.py")], dropped: 3)
        }
        let text = planReview(change, PullRequestState(key: pullKey), PlanSettings()).checkRun()?.summary ?? ""
        #expect(
            text.contains("Read: 1 file, all of it. 3 remarks of the model fitted no line of the change, and were left out."), "\(text)")
    }

    @Test func `a summary for each round comes only with news`() {
        var state = PullRequestState(key: pullKey)
        let bad = [finding("r", "shop/orders.py", 1)]
        let first = plan(bad) { $0.summary = .new }
        guard case .create = first.summary() else { return #expect(Bool(false), "no summary") }
        first.remember(PostedReview(), in: &state)
        state.summaryComment = 50
        #expect(plan(bad, state: state) { $0.summary = .new }.summary() == .nothing)
        #expect(plan(bad) { $0.summary = .nothing }.summary() == .nothing)
    }

    @Test func `what could be placed nowhere is told in the summary`() throws {
        let plan = plan([finding("r", "shop/orders.py", 1)])
        let id = try #require(plan.review?.comments[0].findings[0])
        #expect(plan.summary(unplaced: [id]).body?.contains("| new, could not be put on its line |") == true)
        var state = PullRequestState(key: pullKey)
        var posted = PostedReview()
        posted.unplaced = [id]
        plan.remember(posted, in: &state)
        #expect(state.ledger[id]?.place == .summary)
    }

    // MARK: What was not reviewed

    @Test(arguments: [
        (Unreviewed.skipped(because: "it is a draft, and review.drafts is false"), false, CheckConclusion.skipped, "Not reviewed"),
        (.paused(by: nil, pushes: 5), false, .skipped, "Not reviewed: paused"),
        (.paused(by: "ada", pushes: 5), true, .actionRequired, "Not reviewed: paused"),
        (.enough(reviews: 3, next: Timestamp(milliseconds: 0)), false, .skipped, "Not reviewed: enough for a day"),
        (.enough(reviews: 0, next: nil), true, .actionRequired, "Not reviewed: enough for a day"),
        (.superseded(by: sha("b")), false, .cancelled, "Not reviewed: bbbbbbbb is newer"),
        (.cancelled(by: "ada"), true, .cancelled, "Cancelled"),
        (.blocked(because: "the App may not read the code"), false, .actionRequired, "Not reviewed: somebody has to help"),
        (.timedOut(after: .seconds(600)), false, .timedOut, "Not finished in time"),
        (.failed(because: "git said no.", willRetry: true), false, .failure, "The review failed"),
    ])
    func `why it was not reviewed is in its check run, and never a success`(
        outcome: Unreviewed, isGate: Bool, conclusion: CheckConclusion, title: String
    ) {
        let check = ForgeCheck.content(outcome, head: sha("a"), pull: 7, run: "12", isGate: isGate)
        #expect(check.state == .completed(conclusion))
        #expect(check.title == title)
        #expect(check.actions == [ForgeCheck.rerun])
    }

    @Test func `what a person reads then`() {
        func summary(_ outcome: Unreviewed) -> String {
            ForgeCheck.content(outcome, head: sha("a"), pull: 7, run: "12", isGate: false).summary
        }
        #expect(
            summary(.skipped(because: "it is a draft, and review.drafts is false"))
                == "Forge did not look at this change: it is a draft, and review.drafts is false. `/forge review` in a comment asks for it all the same."
        )
        #expect(
            summary(.enough(reviews: 1, next: Timestamp(milliseconds: 1_000)))
                == "Forge reviews a pull request 1 time within a day here, which is what `budgets.reviews_per_day` says. A push after "
                + "1970-01-01 00:01 UTC is reviewed again; until then `/forge review` in a comment asks for a look.")
        #expect(
            summary(.failed(because: "git said no.", willRetry: true))
                == "Something went wrong, so this says nothing about the change: git said no. Forge tries again by itself.")
        #expect(
            summary(.timedOut(after: .seconds(600)))
                == "It took longer than 10 min 0 s, so this says nothing about the change. Re-run tries again.")
    }

    @Test func `buttons are as short as hosts want them`() {
        for action in [ForgeCheck.rerun, ForgeCheck.explain, ForgeCheck.ignore] {
            #expect(action.identifier.count <= 20 && action.label.count <= 20 && action.description.count <= 40)
        }
        for foreign in ["", "pull/x/run/1", "pull/1/run", "run/1/pull/2", "pull/-1/run/1"] {
            #expect(ForgeCheck.pullRequest(of: foreign) == nil)
        }
    }

    // MARK: The pause

    @Test func `after so many pushes it waits, and says so once`() {
        var story = PullRequestStory()
        let heads = "bcdef".map(sha)
        story.look(plannedChange(files))
        for head in heads.prefix(2) {
            #expect(story.state.pauseDecision(head: head, pushesMax: 2, isAsked: false) == .review)
            story.look(plannedChange(files, head: head))
        }
        #expect(story.state.unaskedPushes == 2)
        #expect(story.state.pauseDecision(head: heads[1], pushesMax: 2, isAsked: false) == .review, "the same head again is no push")
        guard case .wait(.paused(by: nil, pushes: 2), let notice?) = story.state.pauseDecision(head: heads[2], pushesMax: 2, isAsked: false)
        else {
            return #expect(Bool(false), "no pause")
        }
        #expect(
            notice == """
                Forge reviewed 2 pushes here and waits now, so that it does not disturb. `/forge review` asks for one look, `/forge resume` for \
                one after every push.

                <!-- forge:notice about=pause -->
                """)
        story.state.rememberPause()
        #expect(story.state.pauseDecision(head: heads[3], pushesMax: 2, isAsked: false) == .wait(.paused(by: nil, pushes: 2), notice: nil))
        #expect(story.state.pauseDecision(head: heads[3], pushesMax: 2, isAsked: true) == .review)
        story.look(plannedChange(files, head: heads[3]) { $0.isAsked = true })
        #expect(story.state.pausedBy == nil && story.state.unaskedPushes == 0 && !story.state.wasPauseTold)
        #expect(story.state.pauseDecision(head: heads[4], pushesMax: 2, isAsked: false) == .review)
    }

    @Test func `a person's pause lasts until a person ends it`() {
        var state = PullRequestState(key: pullKey, pausedBy: "ada")
        #expect(state.pauseDecision(head: sha("a"), pushesMax: 5, isAsked: false) == .wait(.paused(by: "ada", pushes: 0), notice: nil))
        #expect(state.pauseDecision(head: sha("a"), pushesMax: 5, isAsked: true) == .review)
        state.endOwnPause()
        #expect(state.pausedBy == "ada")
    }

    // MARK: The configuration

    @Test func `a problem in the configuration is one comment, with its lines`() {
        #expect(
            ConfigProblemComment.body(
                [
                    ShownConfigProblem(line: 7, sentence: "review.max_comments is out of range: give one from 0 to 50"),
                    ShownConfigProblem(line: nil, sentence: "version is missing: begin the file with version: 1"),
                ], branch: "main") == """
                    ### Forge cannot read its configuration

                    2 problems in the configuration on `main`. Until that is mended there, Forge goes by its defaults; this blocks nothing.

                    - `.forge.yml:7`: review.max\\_comments is out of range: give one from 0 to 50
                    - `.forge.yml`: version is missing: begin the file with version: 1

                    <sub>`forge check` in a clone says the same, with the lines. This comment changes once that is mended.</sub>

                    <!-- forge:config -->
                    """)
        #expect(ConfigProblemComment.mendedBody(branch: "main") == "The configuration on `main` is in order now.\n\n<!-- forge:config -->")
    }

    // MARK: Rules of no use

    @Test func `a rule is proposed only when people dismissed it twice, it is of ours, and it is met here`() {
        let line = "disable: ["
        func text(_ dismissals: [String: Int], _ found: Finding, _ change: (inout PlannedChange) -> Void = { _ in }) -> String {
            planReview(
                plannedChange(files, [found]) {
                    $0.dismissals = dismissals
                    change(&$0)
                }, PullRequestState(key: pullKey), PlanSettings()
            ).summary().body ?? ""
        }
        let rule = finding("weak-hash", "shop/orders.py", 1)
        #expect(text(["weak-hash": 2], rule).contains("rules:\n  disable: [weak-hash]\n"))
        #expect(!text(["weak-hash": 1], rule).contains(line))
        #expect(!text(["other": 5], rule).contains(line))
        #expect(!text(["weak-hash": 2], finding("weak-hash", "shop/orders.py", 1, source: .tool("lint"))).contains(line))
        #expect(!text(["weak-hash": 2], rule) { $0.rulesRun = [] }.contains(line), "it is off already")
    }
}
