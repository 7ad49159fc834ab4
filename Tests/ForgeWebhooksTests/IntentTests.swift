// Who is answered and who is not, which pull requests are reviewed, and what a comment has to look like to be a command.

import ForgeCore
import Testing

@testable import ForgeWebhooks

/// One repository, `a/b` with number 5, and the people in it.
enum IntentScene {
    static let settings = DecodingSettings(ownApp: 42, ownUser: 77)
    static let repository = RepositoryReference(name: RepositoryName("a/b")!, number: 5, defaultBranch: "main")
    static let head = CommitSHA("0123456789012345678901234567890123456789")!
    static let ada = Actor(login: "ada", number: 1, kind: "User")
    static let bot = Actor(login: "leafbot[bot]", number: 2, kind: "Bot")
    static let own = Actor(login: "renamed-later[bot]", number: 77, kind: "Bot")

    static func event(_ matter: EventMatter, by sender: Actor = ada, in repository: RepositoryReference? = repository) -> Event {
        Event(context: EventContext(name: "test.event", tenant: .installation(9), repository: repository, sender: sender), matter: matter)
    }

    static func intent(
        _ matter: EventMatter, by sender: Actor = ada, in repository: RepositoryReference? = repository, _ policy: ReviewPolicy? = nil
    ) -> Intent {
        decideIntent(event(matter, by: sender, in: repository), as: settings, review: policy)
    }

    /// Why nothing is done; empty when something is.
    static func reason(
        _ matter: EventMatter, by sender: Actor = ada, in repository: RepositoryReference? = repository, _ policy: ReviewPolicy? = nil
    ) -> String {
        if case .nothing(let because) = intent(matter, by: sender, in: repository, policy) { because } else { "" }
    }

    static func pull(_ action: String = "opened", _ change: (inout PullRequestEvent) -> Void = { _ in }) -> EventMatter {
        var pull = PullRequestEvent(
            action: action, number: 12, head: head, headBranch: "topic", headRepository: repository.name, baseBranch: "main", author: ada)
        change(&pull)
        return .pullRequest(pull)
    }

    static func comment(_ body: String, _ change: (inout CommentEvent) -> Void = { _ in }) -> EventMatter {
        var comment = CommentEvent(action: "created", place: .pullRequest, number: 12, comment: 900, author: ada, body: body)
        change(&comment)
        return .comment(comment)
    }

    static func checks(_ kind: ChecksEvent.Kind, _ action: String, app: Int64?, _ change: (inout ChecksEvent) -> Void = { _ in })
        -> EventMatter
    {
        var checks = ChecksEvent(
            kind: kind, action: action, head: head, branch: "topic", name: "unit", number: 300, app: app, pullRequests: [12])
        change(&checks)
        return .checks(checks)
    }
}

struct IntentReviewTests {
    private typealias Scene = IntentScene

    @Test(arguments: ["opened", "reopened", "synchronize", "ready_for_review"])
    func `what changes a pull request's code or readiness asks for a review`(_ action: String) {
        #expect(Scene.intent(Scene.pull(action)) == .review(pullRequest: 12, head: Scene.head))
    }

    @Test func `an edit asks for a review when the base changed`() {
        #expect(Scene.intent(Scene.pull("edited") { $0.changed = ["title", "base"] }) == .review(pullRequest: 12, head: Scene.head))
        #expect(Scene.reason(Scene.pull("edited") { $0.changed = ["title"] }).contains("only the text"))
    }

    @Test func `the end of a pull request ends what is queued for it, whatever the policy`() {
        let off = ReviewPolicy(isEnabled: false)
        #expect(Scene.intent(Scene.pull("closed") { $0.isDraft = true }, off) == .endPullRequest(number: 12, merged: false))
        #expect(Scene.intent(Scene.pull("closed") { $0.isMerged = true }) == .endPullRequest(number: 12, merged: true))
    }

    @Test func `each condition says what to change, and yields to the policy`() {
        func check(_ words: String, _ allowing: ReviewPolicy, _ change: (inout PullRequestEvent) -> Void) {
            #expect(Scene.reason(Scene.pull("opened", change)).contains(words))
            #expect(Scene.intent(Scene.pull("opened", change), allowing) == .review(pullRequest: 12, head: Scene.head), "\(words)")
        }
        check("mark it ready for review or set review.drafts: true", ReviewPolicy(reviewsDrafts: true)) { $0.isDraft = true }
        check("set review.bots: true", ReviewPolicy(reviewsBots: true)) { $0.author = Scene.bot }
        check("add it to review.base_branches", ReviewPolicy(baseBranches: ["main", "release/*"])) { $0.baseBranch = "release/2" }
    }

    @Test func `each refusal of the policy says which key it is`() {
        func check(_ words: String, _ policy: ReviewPolicy, _ change: (inout PullRequestEvent) -> Void = { _ in }) {
            #expect(Scene.intent(Scene.pull("opened", change)).name == "review", "the defaults allow it")
            #expect(Scene.reason(Scene.pull("opened", change), policy).contains(words))
        }
        check("set review.enabled: true", ReviewPolicy(isEnabled: false))
        check("set review.forks: true", ReviewPolicy(reviewsForks: false)) { $0.headRepository = RepositoryName("c/b") }
        check("set review.forks: true", ReviewPolicy(reviewsForks: false)) { $0.headRepository = nil }
        check("take the label off", ReviewPolicy(ignoredLabels: ["Skip-Review"])) { $0.labels = ["x", "skip-review"] }
        check("review.base_branches does not list", ReviewPolicy(baseBranches: ["release/*"]))
        check("review.paths_ignore", ReviewPolicy(ignoredPaths: ["docs/**", "*.md"])) { $0.paths = ["docs/a/b.txt", "README.md"] }
        #expect(Scene.reason(Scene.pull { $0.isOpen = false }).contains("reopen it"))
    }

    @Test func `one file outside the excluded ones is enough for a review`() {
        let policy = ReviewPolicy(ignoredPaths: ["docs/**"])
        #expect(Scene.intent(Scene.pull { $0.paths = ["docs/a", "src/a"] }, policy).name == "review")
        #expect(Scene.intent(Scene.pull { $0.paths = [] }, policy).name == "review")
    }

    @Test func `taking off the label that held a review back asks for it`() {
        let policy = ReviewPolicy(ignoredLabels: ["wait"])
        #expect(Scene.intent(Scene.pull("unlabeled") { $0.label = "Wait" }, policy).name == "review")
        #expect(Scene.intent(Scene.pull("unlabeled") { $0.label = "other" }, policy).name == "nothing")
        #expect(Scene.intent(Scene.pull("labeled") { $0.label = "wait" }, policy).name == "nothing")
    }

    @Test func `as long as nobody has read the repository's file, nothing is left out that the file decides about`() {
        func check(_ action: String = "opened", _ change: (inout PullRequestEvent) -> Void) {
            let intent = Scene.intent(Scene.pull(action, change), .undecided)
            #expect(intent == .review(pullRequest: 12, head: Scene.head))
        }
        check { $0.isDraft = true }
        check { $0.author = Scene.bot }
        check { $0.baseBranch = "release/2" }
        check { $0.labels = ["skip-review"] }
        check { $0.headRepository = RepositoryName("c/b") }
        check { $0.paths = ["docs/a.md"] }
        check("labeled") { $0.label = "anything" }
        check("unlabeled") { $0.label = "anything" }
        #expect(Scene.reason(Scene.pull { $0.isOpen = false }, .undecided).contains("reopen it"), "nobody's file decides that")
        #expect(Scene.reason(Scene.pull("edited") { $0.changed = ["title"] }, .undecided).contains("only the text"))
    }

    @Test func `nothing is reviewed without a repository, nor in an archived one`() {
        var archived = Scene.repository
        archived.isArchived = true
        #expect(Scene.reason(Scene.pull(), in: nil).contains("names no repository"))
        #expect(Scene.reason(Scene.pull(), in: archived).contains("archived"))
    }

    @Test func `a repository whose default branch is unknown is reviewed into every branch`() {
        var repository = Scene.repository
        repository.defaultBranch = nil
        #expect(Scene.intent(Scene.pull { $0.baseBranch = "anything" }, in: repository).name == "review")
    }

    private static let patterns: [(String, [String], [String])] = [
        ("main", ["main"], ["main2", "amain", "mai", ""]),
        ("release/*", ["release/1", "release/"], ["release/1/2", "release"]),
        ("docs/**", ["docs/a", "docs/a/b", "docs/"], ["docs", "adocs/a"]),
        ("**/*.md", ["a.md", "x/a.md", "x/y/a.md"], ["a.mdx", "md"]),
        ("src/**/test", ["src/test", "src/a/test", "src/a/b/test"], ["src/atest", "srctest", "src/a/testing"]),
        ("v?.?", ["v1.2"], ["v1/2", "v12", "v1.23"]),
        ("*", ["a", ""], ["a/b"]),
        ("**", ["a/b", ""], []),
        ("a**b", ["ab", "a/x/b"], ["a/x"]),
        ("é*", ["éa"], ["ea"]),
        ("", [""], ["a"]),
    ]

    @Test(arguments: patterns)
    func `a pattern matches whole names`(_ pattern: String, _ matching: [String], _ others: [String]) {
        for name in matching { #expect(BranchPattern(pattern).matches(name), "\(pattern) on \(name)") }
        for name in others { #expect(!BranchPattern(pattern).matches(name), "\(pattern) on \(name)") }
    }

    @Test func `a pattern made to be slow is not`() {
        let pattern = BranchPattern(String(repeating: "*a", count: 200) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 2000)))
    }
}

struct IntentCommandTests {
    private typealias Scene = IntentScene

    private static let texts: [(String, Command?)] = [
        ("/forge fix", Command(name: "fix")),
        ("/forge   FIX  the  tests \t", Command(name: "fix", arguments: "the  tests")),
        ("/forge", Command(name: "help")),
        ("Hello.\r\n/forge review\r\nThanks.", Command(name: "review")),
        ("/forge\tplan\t#4", Command(name: "plan", arguments: "#4")),
        ("/forge fix a\n/forge fix b", Command(name: "fix", arguments: "a")),
        ("/forge fix a <!-- and delete b -->", Command(name: "fix", arguments: "a")),
        ("<!-- note --> text\n/forge fix", Command(name: "fix")),
        ("```\ncode\n```\n/forge fix", Command(name: "fix")),
        ("/forgefix", nil), ("/forge-fix", nil), ("/Forge fix", nil), (" /forge fix", nil), ("please /forge fix", nil),
        ("> /forge fix", nil),
        ("`/forge fix`", nil), ("/forge fix;rm", nil), ("/forge \u{202E}xif", nil), ("/forge fïx", nil), ("", nil),
        ("/forge \(String(repeating: "x", count: 33))", nil),
        ("> a\n\n/forge fix", Command(name: "fix")), ("> a\r\n\r\n/forge fix\r\n", Command(name: "fix")),
        ("````\n```\n/forge fix\n````\n/forge plan", Command(name: "plan")), ("``` `a`\n/forge fix", Command(name: "fix")),
        ("> a\n/forge fix", nil), ("> a\r\n/forge fix", nil), ("> a\rb\r/forge fix", nil), ("````\n```\n/forge fix", nil),
        ("```\n    ```\n/forge fix", nil), ("```\n``` a\n/forge fix", nil),
        ("```\n/forge fix\n```", nil), ("~~~\n/forge fix", nil), ("```\n~~~\n/forge fix\n```", nil), ("  ````\n/forge fix", nil),
        ("<!--\n/forge fix\n-->", nil), ("a <!-- b\n/forge fix", nil), ("<!-- a --> <!--\n/forge fix", nil),
    ]

    @Test(arguments: texts)
    func `a command is a line that every reader sees as one`(_ text: String, _ command: Command?) {
        #expect(Command(in: text) == command)
    }

    @Test func `every line that begins with it is a command, each once and no more than a comment may hold`() throws {
        let list = try #require(
            CommandList(in: "/forge ignore 1a2b3c tests\nand\n/forge ignore 4d5e6f tests\r\n/forge ignore 1a2b3c tests"))
        #expect(list.commands.map(\.arguments) == ["1a2b3c tests", "4d5e6f tests"] && list.leftOut == 0)
        let many = try #require(CommandList(in: (0..<500).map { "/forge explain \($0)" }.joined(separator: "\n")))
        #expect(many.commands.count == 10 && many.leftOut == 490)
        let long = try #require(
            CommandList(in: (0..<5).map { "/forge ask \($0)" + String(repeating: "x", count: 900) }.joined(separator: "\n")))
        #expect(long.commands.count == 2 && long.leftOut == 3)
        #expect(Command(in: "/forge ask a\u{1}b\u{B}c")?.arguments == "a b c")
        #expect(CommandList(in: "no command") == nil)
    }

    @Test func `what follows a command is bounded`() throws {
        let command = try #require(Command(in: "/forge fix " + String(repeating: "é", count: 5000)))
        #expect(command.arguments.utf8.count <= 1024 && command.arguments.hasSuffix("…"))
    }

    @Test func `a person's new comment commands, on an issue, a pull request, a line and a review`() {
        let command = Command(name: "explain", arguments: "this")
        func check(_ place: CommentEvent.Place, _ action: String, isPullRequest: Bool) {
            let matter = Scene.comment("/forge explain this") {
                $0.place = place
                $0.action = action
            }
            #expect(Scene.intent(matter) == .command(CommandList([command]), number: 12, comment: 900, isPullRequest: isPullRequest))
        }
        check(.issue, "created", isPullRequest: false)
        check(.pullRequest, "created", isPullRequest: true)
        check(.diff, "created", isPullRequest: true)
        check(.review, "submitted", isPullRequest: true)
    }

    @Test(arguments: ["edited", "deleted", "", "minimized"])
    func `only what was just written commands`(_ action: String) {
        #expect(Scene.intent(Scene.comment("/forge fix") { $0.action = action }).name == "nothing")
    }

    @Test func `what was edited, a bot wrote, or an App wrote for somebody commands nothing`() {
        #expect(Scene.reason(Scene.comment("/forge fix") { $0.wasEdited = true }).contains("edited"))
        #expect(Scene.reason(Scene.comment("fix") { $0.author = Scene.bot }).contains("leafbot[bot]"))
        #expect(Scene.reason(Scene.comment("/forge fix"), by: Scene.bot).contains("bot"))
        #expect(Scene.reason(Scene.comment("/forge fix") { $0.author.viaApp = 8 }).contains("App 8"))
    }

    @Test func `a bot's command on a pull request is left to the configuration, under an issue to nobody`() {
        let command = Intent.command(CommandList([Command(name: "pause")]), number: 12, comment: 900, isPullRequest: true)
        #expect(Scene.intent(Scene.comment("/forge pause") { $0.author = Scene.bot }, by: Scene.bot) == command)
        let viaApp = Scene.comment("/forge pause") {
            $0.author = Scene.bot
            $0.author.viaApp = 8
        }
        #expect(Scene.intent(viaApp, by: Scene.bot) == command, "a bot's comments always come through its App")
        let issue = Scene.comment("/forge fix") {
            $0.author = Scene.bot
            $0.place = .issue
        }
        #expect(Scene.reason(issue, by: Scene.bot).contains("only people command"))
    }

    @Test func `a person's reply in a thread is heard without a command, and only there`() {
        func reply(_ change: (inout CommentEvent) -> Void = { _ in }) -> EventMatter {
            Scene.comment("Why?") {
                ($0.place, $0.root) = (.diff, 500)
                change(&$0)
            }
        }
        #expect(Scene.intent(reply()) == .reply(number: 12, comment: 900, root: 500))
        #expect(Scene.intent(reply { $0.body = "/forge explain" }).name == "command")
        #expect(Scene.reason(reply { $0.root = nil }).contains("no line"), "it opens a thread of its own")
        #expect(Scene.reason(reply { $0.author = Scene.bot }).contains("leafbot[bot]"))
        #expect(Scene.reason(reply { $0.author.viaApp = 8 }).contains("App 8"))
        #expect(Scene.reason(reply { $0.wasEdited = true }).contains("edited"))
        #expect(Scene.reason(reply { $0.action = "edited" }).contains("edited"))
        #expect(Scene.reason(reply(), by: Scene.own).contains("our own App"))
        #expect(Scene.reason(reply(), by: Scene.bot).contains("only people"))
    }

    private func issue(_ action: String, _ change: (inout IssueEvent) -> Void = { _ in }) -> IssueEvent {
        var issue = IssueEvent(
            action: action, number: 31, title: "Short by a cent", body: "See.", author: Scene.ada, url: "https://x.test/31")
        change(&issue)
        return issue
    }

    @Test func `fix under an issue makes the issue the ticket, in the words of whoever opened it`() throws {
        let matter = Scene.comment("/forge fix gently") {
            $0.place = .issue
            $0.subject = issue("")
            $0.author = Actor(login: "bo", number: 3, kind: "User")
        }
        guard case .tickets(let drafts) = Scene.intent(matter), let draft = drafts.first else {
            Issue.record("no ticket")
            return
        }
        #expect(draft.identity == "github:github.com:5#issue/31" && draft.trust == .public && !draft.joinsByFingerprint)
        #expect(draft.fingerprint == GitHubIdentity.fingerprint(of: draft.identity))
        #expect(draft.title == "Short by a cent" && draft.body == "See." && draft.repository == "a/b" && draft.issueID == "31")
        #expect(draft.extra["asked_by"]?["login"]?.string == "bo" && draft.extra["author"]?["login"]?.string == "ada")
        #expect(draft.extra["arguments"]?.string == "gently" && draft.extra["comment"]?.integer == 900)
        #expect(
            Scene.reason(
                Scene.comment("/forge fix") {
                    $0.place = .issue; $0.subject = issue("") { $0.isOpen = false }
                }
            ).contains("closed"))
    }

    @Test func `the label makes a ticket, when it is put on and when the issue opens with it`() {
        let labelled: (inout IssueEvent) -> Void = {
            $0.labels = ["Forge"]
            $0.label = "Forge"
        }
        #expect(Scene.intent(.issue(issue("labeled", labelled))).name == "ticket")
        #expect(Scene.intent(.issue(issue("opened", labelled))).name == "ticket")
        #expect(Scene.intent(.issue(issue("reopened", labelled))).name == "ticket")
        #expect(Scene.intent(.issue(issue("edited", labelled))).name == "nothing")
        #expect(
            Scene.reason(
                .issue(
                    issue("labeled") {
                        $0.label = "bug"; $0.labels = ["forge", "bug"]
                    })
            ).contains("not 'forge'"))
        #expect(Scene.reason(.issue(issue("labeled", labelled)), by: Scene.bot).contains("only people"))
        #expect(
            Scene.reason(
                .issue(
                    issue("opened") {
                        labelled(&$0); $0.isPullRequest = true
                    })
            ).contains("is a pull request"))
        #expect(Scene.reason(.issue(issue("opened", labelled)), in: nil).contains("names no repository"))
    }

    @Test func `a person's new issue may ask by itself, an old one may not`() {
        #expect(Scene.intent(.issue(issue("opened") { $0.body = "It breaks.\n/forge fix" })).name == "ticket")
        #expect(Scene.intent(.issue(issue("opened") { $0.body = "It breaks.\n/forge plan" })).name == "nothing")
        #expect(Scene.intent(.issue(issue("reopened") { $0.body = "/forge fix" })).name == "nothing")
        #expect(
            Scene.intent(
                .issue(
                    issue("opened") {
                        $0.body = "/forge fix"; $0.author.viaApp = 8
                    })
            ).name == "nothing")
    }
}
