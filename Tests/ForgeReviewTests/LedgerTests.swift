// What becomes of findings from one look to the next: new, open, fixed, back again, dismissed, gone; and what each thread is told.

import ForgeCore
import ForgeReview
import Testing

@Suite struct LedgerTests {
    private let bad = "db.run('x' + y)"
    private let secret = "token = abc"

    private func found(_ line: Int, _ snippet: String, rule: String = "sql-from-text", path: String = "a.py") -> Finding {
        finding(rule, path, line, snippet: snippet)
    }

    private func states(_ story: PullRequestStory) -> [String] {
        story.state.ledger.values.sorted { ($0.path?.text ?? "", $0.rule) < ($1.path?.text ?? "", $1.rule) }.map { entry in
            let state =
                switch entry.state {
                case .open: "open"
                case .fixed(let head): "fixed in \(head.short.prefix(1))"
                case .outdated(let head): "outdated at \(head.short.prefix(1))"
                case .dismissed(let person, _, _): "dismissed by \(person)"
                }
            return "\(entry.rule) \(entry.path?.text ?? "-"):\(entry.line ?? 0) \(state)"
        }
    }

    /// One finding on the second line of a new file, and its review.
    private func story() -> PullRequestStory {
        var story = PullRequestStory()
        story.look(plannedChange([newFile("a.py", "one", bad)], [found(2, bad)]))
        return story
    }

    @Test func `what is found first is commented on and remembered`() {
        let story = story()
        #expect(states(story) == ["sql-from-text a.py:2 open"])
        #expect(story.comments.count == 1)
        #expect(story.state.ledger.values.first?.place == .thread(comment: 100))
        #expect(story.state.reviewed?.round == 1)
        #expect(story.state.summaryComment == 50)
    }

    @Test func `moved and indented it is the same, and nothing is said again`() {
        var story = story()
        let plan = story.look(plannedChange([newFile("a.py", "new", "one", "  " + bad)], [found(3, "  " + bad)], head: sha("b")))
        #expect(plan.review == nil)
        #expect(plan.answers.isEmpty)
        #expect(states(story) == ["sql-from-text a.py:3 open"])
        #expect(story.state.reviewed?.round == 2)
    }

    @Test func `gone while its rule looked, it is fixed, and its thread is told and closed`() {
        var story = story()
        let plan = story.look(plannedChange([newFile("a.py", "one", "safe(y)")], head: sha("b")))
        #expect(
            plan.answers == [
                ThreadAnswer(
                    finding: "b9a33af413c79f31", comment: 100,
                    body: """
                        Fixed in \(sha("b")). Thank you.

                        <!-- forge:answer finding=b9a33af413c79f31 head=\(sha("b")) -->
                        """, resolves: true)
            ])
        #expect(states(story) == ["sql-from-text a.py:2 fixed in b"])
        #expect(story.look(plannedChange([newFile("a.py", "one", "safe(y)")], head: sha("c"))).answers.isEmpty)
    }

    @Test func `an answer that did not get out is given later`() {
        var story = story()
        let change = plannedChange([newFile("a.py", "one")], head: sha("b"))
        let plan = planReview(change, story.state, PlanSettings())
        plan.remember(PostedReview(), in: &story.state)
        #expect(planReview(plannedChange([newFile("a.py", "one")], head: sha("c")), story.state, PlanSettings()).answers == plan.answers)
    }

    @Test func `fixed and there again, it is commented on again`() {
        var story = story()
        story.look(plannedChange([newFile("a.py", "one")], head: sha("b")))
        let plan = story.look(plannedChange([newFile("a.py", "one", bad)], [found(2, bad)], head: sha("c")))
        #expect(places(plan.review) == ["a.py RIGHT 2"])
        #expect(plan.review?.comments[0].body.hasPrefix("**High, and back again:** Something is wrong.\n") == true)
        #expect(states(story) == ["sql-from-text a.py:2 open"])
        #expect(story.state.ledger.values.first?.place == .thread(comment: 101))
        #expect(story.look(plannedChange([newFile("a.py", "one")], head: sha("d"))).answers.map(\.comment) == [101])
    }

    @Test func `dismissed, it never comes back: not after a rebase, not under another name`() {
        var story = story()
        let id = story.comments[0].findings[0]
        story.dismiss(id)
        for (head, line) in [(sha("b"), 2), (sha("c"), 3)] {
            let lines = (0..<line - 1).map { "+line \($0)" } + ["+" + bad]
            let plan = story.look(
                plannedChange([modified("a.py", "@0", lines, kind: .added)], [found(line, bad)], head: head, mergeBase: sha("e")))
            #expect(plan.review == nil)
            #expect(plan.conclusion == .success)
        }
        let moved = modified("b.py", "@0", ["+line 0", "+line 1", "+" + bad, "+more"], kind: .added)
        let plan = story.look(plannedChange([moved], [found(3, bad, path: "b.py")], head: sha("d")))
        #expect(plan.review == nil)
        #expect(plan.answers.isEmpty)
        #expect(states(story) == ["sql-from-text b.py:3 dismissed by ada"])
    }

    @Test func `a renamed file keeps its findings`() {
        var story = story()
        let moved = modified("b.py", "@0", ["+one", "+" + bad], kind: .added)
        for head in [sha("b"), sha("c")] {
            let plan = story.look(plannedChange([moved], [found(2, bad, path: "b.py")], head: head))
            #expect(plan.review == nil && plan.answers.isEmpty)
            #expect(states(story) == ["sql-from-text b.py:2 open"])
        }
        #expect(story.look(plannedChange([newFile("b.py", "one")], head: sha("d"))).answers.count == 1)
    }

    @Test func `a person's word between plan and memory stands`() {
        var story = PullRequestStory()
        let change = plannedChange([newFile("a.py", bad)], [found(1, bad)])
        story.look(change)
        let id = story.comments[0].findings[0]
        let plan = planReview(plannedChange([newFile("a.py", "safe()")], head: sha("b")), story.state, PlanSettings())
        story.dismiss(id)
        plan.remember(PostedReview(), in: &story.state)
        #expect(states(story) == ["sql-from-text a.py:1 dismissed by ada"])
    }

    @Test func `to remember twice is to remember once`() {
        let story = story()
        let plan = planReview(plannedChange([newFile("a.py", "safe()")], head: sha("b")), story.state, PlanSettings())
        var once = story.state
        plan.remember(PostedReview(), in: &once)
        var twice = once
        plan.remember(PostedReview(), in: &twice)
        #expect(once == twice)
    }

    // MARK: Nothing is fixed because nobody looked

    @Test func `a file that could not be read keeps its findings open`() {
        var story = story()
        let unread = UnreadPart(path: RepositoryPath("a.py"), reason: "too large")
        let plan = story.look(plannedChange([newFile("a.py", "one")], head: sha("b"), unread: [unread]))
        #expect(states(story) == ["sql-from-text a.py:2 open"])
        #expect(plan.conclusion == .neutral)
        #expect(plan.summary().body?.contains("open, not looked at again") == true)
        // What was not read is as new at the next look as it was.
        #expect(
            places(story.look(plannedChange([newFile("a.py", "eval(z)")], [found(1, "eval(z)", rule: "eval")], head: sha("c"))).review)
                .count == 1)
    }

    @Test func `a rule that is switched off says so, and fixes nothing`() {
        var story = story()
        let plan = story.look(plannedChange([newFile("a.py", "one", bad)], head: sha("b")) { $0.rulesRun = ["other"] })
        #expect(plan.answers.map { $0.body.prefix { $0 != "," } } == ["This is not looked for here any more"])
        #expect(states(story) == ["sql-from-text a.py:2 outdated at b"])
    }

    @Test func `what came with the base branch is not fixed, and no longer of this change`() {
        var story = story()
        let merged = modified("a.py", "@1", [" one", " " + bad, "+three"])
        let plan = story.look(plannedChange([merged], head: sha("b"), mergeBase: sha("e")))
        #expect(plan.answers.map { $0.body.hasPrefix("As of \(sha("b")) this is no longer part of the change.") } == [true])
        #expect(states(story) == ["sql-from-text a.py:2 outdated at b"])
    }

    @Test func `accepted by a comment in the source, its thread is told why`() {
        var story = story()
        let line = bad + "  # forge:ignore sql-from-text it is a constant"
        let plan = story.look(plannedChange([newFile("a.py", "one", line)], [found(2, bad)], head: sha("b")))
        #expect(plan.answers.map { $0.body.prefix { $0 != "\n" } } == ["Accepted in the source as of \(sha("b")): it is a constant"])
    }

    @Test func `a finding that another one stands for is still there`() {
        var story = story()
        let other = finding("worse", "a.py", 2, .critical, snippet: bad)
        let plan = story.look(plannedChange([newFile("a.py", "one", bad)], [found(2, bad), other], head: sha("b")))
        #expect(plan.answers.isEmpty)
        #expect(states(story) == ["sql-from-text a.py:2 open", "worse a.py:2 open"])
        #expect(plan.review == nil, "its line was looked at before")
    }

    private func modelFinding(_ line: Int, _ snippet: String) -> Finding {
        finding("bug", "a.py", line, family: "bug", snippet: snippet, source: .role("reviewer"))
    }

    private let reading = ModelReading(name: "m", full: [RepositoryPath("a.py")])

    @Test func `what a model said is fixed only when its line is gone`() {
        var story = PullRequestStory()
        let lines = ["one", "total = a + b"]
        story.look(plannedChange([newFile("a.py", lines[0], lines[1])], [modelFinding(2, lines[1])]) { $0.model = reading })
        // The model does not say it again: the line is there, so it stays, where it is now.
        let kept = story.look(plannedChange([newFile("a.py", "new", lines[0], lines[1])], head: sha("b")) { $0.model = reading })
        #expect(kept.answers.isEmpty)
        #expect(states(story) == ["bug a.py:3 open"])
        // Gone, and nobody looked again.
        let gone = plannedChange([newFile("a.py", "new", lines[0])], head: sha("c"))
        #expect(planReview(gone, story.state, PlanSettings()).answers.map { $0.body.hasPrefix("The line is another one") } == [true])
        let fixed = plannedChange([newFile("a.py", "new", lines[0])], head: sha("c")) { $0.model = reading }
        #expect(planReview(fixed, story.state, PlanSettings()).answers.map { $0.body.hasPrefix("Fixed in") } == [true])
    }

    @Test func `a masked line is known by what stands around the mask`() {
        var story = PullRequestStory()
        story.look(plannedChange([newFile("a.py", "token = 'abc' # x")], [modelFinding(1, "token = '•••' # x")]) { $0.model = reading })
        story.look(plannedChange([newFile("a.py", "one", "token = 'abc' # x")], head: sha("b")) { $0.model = reading })
        #expect(states(story) == ["bug a.py:2 open"])
        story.look(plannedChange([newFile("a.py", "one", "token = ask()")], head: sha("c")) { $0.model = reading })
        #expect(states(story) == ["bug a.py:2 fixed in c"])
    }

    @Test func `another tool's finding waits until that tool has spoken again`() {
        var story = PullRequestStory()
        let line = "let x = y"
        story.look(plannedChange([newFile("a.py", line)], [finding("no-let", "a.py", 1, snippet: line, source: .tool("lint"))]))
        story.look(plannedChange([newFile("a.py", line)], head: sha("b")))
        #expect(states(story) == ["no-let a.py:1 open"])
        story.look(plannedChange([newFile("a.py", line)], head: sha("c")) { $0.toolsRun = ["lint"] })
        #expect(states(story) == ["no-let a.py:1 fixed in c"])
    }
}
