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
        let less = finding("todo-left", "shop/orders.py", 1, .low, family: "style", snippet: "# TODO", message: "Something is left to do.")
        return [statement, token, less]
    }

    private let files = [newFile("shop/orders.py", "# TODO", "run(f\"… {text}\")", "end"), newFile("shop/settings.py", "TOKEN = \"ghp\"")]

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

    @Test func `the summary, the check run, and the same a round later`() throws {
        var story = PullRequestStory()
        let first = story.look(plannedChange(files, rules()), settings { $0.failsOn = .critical })
        #expect(first.summary().body == "")
        #expect(first.checkRun() == nil)
        story.dismiss(story.comments[1].findings[0], why: "The value is a constant.")
        let fixed = [newFile("shop/orders.py", "# TODO", "run(f\"… {text}\")", "end"), newFile("shop/settings.py", "TOKEN = ask()")]
        let second = story.look(
            plannedChange(fixed, [rules()[0], rules()[2]], head: sha("b")) {
                $0.dismissals = ["sql-string-python": 2]
                $0.model = ModelReading(
                    name: "claude-sonnet-5", full: [RepositoryPath("shop/orders.py")],
                    none: [UnreadPart(path: RepositoryPath("shop/settings.py"), reason: "the budget was spent")],
                    usage: ModelUsage(inputTokens: 12_000, outputTokens: 345, microUSD: 41_000))
            }, settings { $0.failsOn = .critical })
        #expect(second.summary().body == "")
    }
}
