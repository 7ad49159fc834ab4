// A ledger that is full: what goes, what stays, and that it is said.

import ForgeCore
import ForgeReview
import Testing

@Suite struct LedgerRoomTests {
    /// Each on a line of its own, the first `grave` of them critical.
    private func look(_ lines: Range<Int>, grave: Int = 0, head: CommitSHA = sha("a")) -> PlannedChange {
        let texts = lines.map { "line \($0)" }
        let found = texts.enumerated().map { index, text in
            finding("r", "a.py", index + 1, lines.lowerBound + index < grave ? .critical : .high, snippet: text)
        }
        return plannedChange([modified("a.py", "@0", texts.map { "+\($0)" }, kind: .added)], found, head: head)
    }

    @Test func `of more findings than are remembered the gravest are, and the rest is counted`() {
        var story = PullRequestStory()
        let plan = story.look(look(0..<2_150, grave: 7))
        #expect(story.state.ledger.count == 2_000)
        #expect(story.state.ledger.values.count { $0.severity == .critical } == 7)
        let told = "Of one pull request 2000 findings are remembered: 150 findings are told and not followed."
        #expect(plan.summary().body?.contains(told) == true)
        #expect(plan.checkRun()?.summary.contains(told) == true)
    }

    @Test func `what ended and was told goes first, and what a person dismissed never does`() throws {
        var story = PullRequestStory()
        story.look(look(0..<1_900))
        let dismissed = try #require(story.state.ledger.keys.min())
        story.dismiss(dismissed)
        story.look(look(10_000..<10_001, head: sha("b")))
        #expect(story.state.ledger.values.count { $0.state != .open } == 1_900)
        let plan = story.look(look(10_000..<11_200, head: sha("c")))
        #expect(story.state.ledger.values.count { $0.state == .open } == 1_200 && story.state.ledger.count == 2_000)
        #expect(story.state.ledger[dismissed] != nil)
        #expect(plan.summary().body?.contains("are remembered: 1100 endings are forgotten.") == true, "\(plan.summary().body ?? "")")
    }

    @Test func `a ledger with room says nothing of it`() {
        var story = PullRequestStory()
        #expect(story.look(look(0..<2_000)).summary().body?.contains("remembered") == false)
    }
}
