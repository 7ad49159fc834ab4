// What each command says and does, and who hears nothing.

import ForgeCore
import ForgeReview
import Testing

struct CommandRequestTests {
    private typealias Stage = CommandStage

    @Test func `a job's payload says what was asked, where, by whom, and what the words were`() throws {
        let payload: JSON = [
            "schema": 1, "commands": [["command": "ignore", "arguments": "1a2b3c tests"], ["command": "help", "arguments": ""]],
            "left_out": 2,
            "number": 12, "comment": 900, "is_pull_request": true, "place": "diff", "root": 500, "path": "a.py", "line": 3,
            "asked_by": ["login": "ada", "id": 1, "kind": "User"], "created_at": "2026-02-25T06:13:20Z",
            "updated_at": "2026-02-25T06:13:20Z", "text_sha256": "00",
        ]
        let request = try #require(CommandRequest(payload: payload))
        #expect(request.commands == [Command(name: "ignore", arguments: "1a2b3c tests"), Command(name: "help")])
        #expect(request.leftOut == 2 && request.number == 12 && request.thread == 500 && request.asker == Stage.ada)
        #expect(request.createdAt == Stage.now && request.reactionPlace == .diff && request.marker.text == "<!-- forge:answer diff=900 -->")
        #expect(CommandRequest(payload: ["place": "nowhere", "number": 1]) == nil && CommandRequest(payload: ["place": "diff"]) == nil)
        let button = try #require(CommandRequest(payload: ["place": "check", "head": .string(Stage.head.description), "check": 4]))
        #expect(CommandRequest(payload: ["place": "check", "head": "x", "external_id": "pull/7/run/12"])?.number == 7)
        #expect(button.number == nil && button.head == Stage.head && button.reactionPlace == nil && button.thread == nil)
    }

    @Test func `words that were changed after the event are told by their text, else by their moment`() {
        var request = Stage.request("help") { $0.updatedAt = Stage.now }
        #expect(!request.wasChanged(nowReading: "x", updatedAt: Stage.now))
        #expect(request.wasChanged(nowReading: "x", updatedAt: Stage.now + .seconds(1)))
        #expect(!request.wasChanged(nowReading: "x", updatedAt: nil))
        // The digest of "abc" that FIPS 180-2 prints.
        request.textDigest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(!request.wasChanged(nowReading: "abc", updatedAt: Stage.now + .seconds(60)))
        #expect(request.wasChanged(nowReading: "abd", updatedAt: Stage.now), "an edit within the same second")
    }

    @Test func `an answer is found again by its mark and its author`() {
        func comment(_ id: Int64, _ author: Actor, _ body: String) -> HostComment {
            HostComment(id: id, author: author, body: body, createdAt: Stage.now, updatedAt: Stage.now)
        }
        let request = Stage.request("help")
        let marked = "x\n\n<!-- forge:answer comment=900 -->"
        #expect(request.answer(in: [comment(1, Stage.ada, marked), comment(2, Stage.own, marked)], by: Stage.forge)?.id == 2)
        #expect(request.answer(in: [comment(1, Stage.own, "<!-- forge:answer comment=9000 -->")], by: Stage.forge) == nil)
    }
}

struct CommandPermissionTests {
    private typealias Stage = CommandStage

    @Test(arguments: [HostPermission.none, .read, .triage])
    func `a stranger gets a thumb and not a word`(_ permission: HostPermission) {
        for name in CommandName.allCases.map(\.rawValue) + ["reveiw"] {
            let outcome = answer(Stage.request("\(name) \(Stage.first) x"), in: Stage.scene(permission: permission))
            #expect(outcome == CommandOutcome(reaction: .thumbsDown, note: "ada may not write to the repository (\(permission.rawValue))"))
        }
    }

    @Test func `bots are heard when they are listed and may write, Forge itself never`() {
        let request = Stage.request("pause", by: Stage.bot)
        #expect(answer(request, in: Stage.scene()) == CommandOutcome(note: "the bot leafbot[bot] is not in commands.bots_allow"))
        #expect(answer(request, in: Stage.scene { $0.policy.isBotAllowed = true }).changes == [.pause(by: "leafbot[bot]")])
        #expect(answer(request, in: Stage.scene(permission: .read) { $0.policy.isBotAllowed = true }).changes.isEmpty)
        let own = answer(Stage.request("pause", by: Stage.own), in: Stage.scene(permission: .admin) { $0.policy.isBotAllowed = true })
        #expect(own == CommandOutcome(note: "Forge does not answer itself"))
    }

    @Test func `who is on the list of those not listened to is not, whatever they may do`() {
        let outcome = answer(Stage.request("help"), in: Stage.scene(permission: .admin) { $0.policy.isAskerDenied = true })
        #expect(outcome == CommandOutcome(reaction: .thumbsDown, note: "ada is in commands.users_deny"))
    }

    @Test func `what is switched off or takes more says so in a sentence, and does nothing`() {
        func check(_ expected: String, _ line: String, _ change: (inout CommandScene) -> Void) {
            let outcome = answer(Stage.request(line), in: Stage.scene([Stage.entry(Stage.first, thread: 500)], change))
            #expect(outcome.shown == expected)
            #expect(outcome.reaction == .confused && outcome.changes.isEmpty && outcome.followUps.isEmpty)
        }
        check("`/forge pause` is switched off in this repository: `commands.enabled` in `.forge.yml` does not list it.", "pause") {
            $0.policy.permissions[.pause] = nil
        }
        check("`/forge pause` takes `maintain` access to this repository.", "pause") { $0.policy.permissions[.pause] = .maintain }
        check("`/forge fix` is not in this repository yet: Forge reviews here, and changes no code.", "fix it") { _ in }
    }

    @Test func `words that were edited after they were sent do nothing, and say so to whoever is heard`() {
        let outcome = answer(Stage.request("pause", "review"), in: Stage.scene { $0.wasChanged = true })
        #expect(outcome.shown == "This comment was edited after it was sent, so nothing of it was carried out; please write a new one.")
        #expect(outcome.changes.isEmpty && outcome.followUps.isEmpty && outcome.reaction == .confused)
        #expect(answer(Stage.request("pause"), in: Stage.scene(permission: .read) { $0.wasChanged = true }).parts.isEmpty)
    }

    @Test func `under an issue there is nothing to review`() {
        let outcome = answer(
            Stage.request("review") { ($0.place, $0.isPullRequest) = (.issue, false) }, in: Stage.scene { $0.pullRequest = nil })
        #expect(outcome.shown == "`/forge review` is for pull requests; this is an issue." && outcome.followUps.isEmpty)
    }
}

struct CommandAnswerTests {
    private typealias Stage = CommandStage

    /// What is said to one command in the conversation.
    private func said(_ line: String, _ scene: CommandScene = CommandStage.scene()) -> String {
        answer(Stage.request(line), in: scene).shown
    }

    @Test func `a word that nobody knows is answered with the nearest that holds here`() {
        #expect(said("reveiw") == "There is no `/forge reveiw`. Did you mean `/forge review`? `/forge help` lists what there is.")
        #expect(said("reveiw", Stage.scene { $0.policy.permissions[.review] = nil }).contains("There is no `/forge reveiw`. `/forge help`"))
        #expect(said("make-coffee") == "There is no `/forge make-coffee`. `/forge help` lists what there is.")
    }

    @Test func `help lists what holds here, and what takes more than writing`() {
        let text = said("help", Stage.scene { $0.policy.permissions = [.help: .write, .review: .write, .ignore: .maintain, .fix: .admin] })
        #expect(
            text == """
                | write | for |
                |---|---|
                | `/forge help` | this list |
                | `/forge review [full]` | look at what is new, or at everything again |
                | `/forge ignore <id> <reason>` | dismiss a finding for good; it does not come back in this pull request (takes `maintain` access) |

                A line of a comment, a review or a thread that begins with `/forge` is a command. In the thread of a finding its id may be left out; elsewhere the first six characters of it are enough.
                """)
    }

    @Test func `config shows the settings as they were printed, in a fence that they cannot close`() {
        let settings = "review.enabled  true  built-in\nrules.enable  ```` x  repository\n"
        #expect(
            said("config", Stage.scene { $0.configText = settings }) == """
                What holds here, and who decided it. `.forge.yml` is read from the branch that a pull request goes into.

                <details><summary>every setting</summary>

                `````
                review.enabled  true  built-in
                rules.enable  ```` x  repository
                `````

                </details>
                """)
        let long = String(repeating: "key  value\n", count: 100_000)
        #expect(said("config", Stage.scene { $0.configText = long }).unicodeScalars.count < 41_000)
    }

    @Test func `a review is its own answer`() {
        let outcome = answer(Stage.request("review"), in: Stage.scene())
        #expect(outcome.parts.isEmpty && outcome.reaction == .eyes && outcome.changes == [.noteWish])
        #expect(outcome.followUps == [.review(isFull: false, because: "asked by ada")])
        for line in ["review full", "review FULL", "review fulll please"] {
            #expect(answer(Stage.request(line), in: Stage.scene()).followUps == [.review(isFull: true, because: "asked by ada")], "\(line)")
        }
        #expect(
            said("review", Stage.scene { $0.pullRequest?.isOpen = false }) == "This pull request is closed; reopen it to have it reviewed.")
        #expect(said("review", Stage.scene { $0.state.pausedBy = "bo" }).contains("since `bo` paused reviews here"))
        #expect(said("review", Stage.scene { $0.state.pausedBy = "forge" }).isEmpty, "a review ends Forge's own pause")
    }

    @Test func `pausing and going on`() {
        let paused = answer(Stage.request("pause"), in: Stage.scene())
        #expect(paused.changes == [.pause(by: "ada")] && paused.followUps.isEmpty)
        var state = Stage.scene().state
        state.unaskedPushes = 4
        state.apply(paused.changes)
        #expect(state.pausedBy == "ada" && state.wasPauseTold)
        #expect(said("pause", Stage.scene { $0.state = state }).contains("paused here already, by `ada`"))
        let resumed = answer(Stage.request("resume"), in: Stage.scene { $0.state = state })
        #expect(resumed.followUps == [.review(isFull: false, because: "resumed by ada")])
        state.apply(resumed.changes)
        #expect(state.pausedBy == nil && !state.wasPauseTold && state.unaskedPushes == 0)
        #expect(said("resume") == "Nothing is paused here: new pushes are reviewed.")
    }

    @Test func `describing goes into the summary, or is the answer where there is none`() {
        let description = ChangeDescription(summary: "**A change.**", labels: ["size/S"])
        let fresh = answer(Stage.request("describe"), in: Stage.scene { $0.description = description })
        #expect(fresh.shown.isEmpty && fresh.followUps == [.describe(description), .refresh(because: "described")])
        var state = Stage.scene().state
        state.apply(fresh.changes)
        #expect(state.isDescribed)
        let silent = Stage.scene {
            $0.description = description
            $0.hasSummary = false
        }
        #expect(said("describe", silent) == "**A change.**")
        #expect(said("describe") == "There is no change to describe: the pull request has no files.")
    }

    @Test func `ask says that there is no model, and what is known instead`() {
        #expect(
            said("ask is this safe") == "There is no model set up here, so nobody can answer questions. "
                + "`/forge explain <id>` tells what is known about a finding.")
        let thread = answer(Stage.request("ask why", thread: 500), in: Stage.scene())
        #expect(thread.shown.contains("What is known about this finding:\n\n**high** `\(Stage.first)`"))
        let asked = answer(Stage.request("ask is this safe?"), in: Stage.scene { $0.hasModel = true })
        #expect(asked.questions.map(\.words) == ["is this safe?"] && asked.reaction == .eyes)
        #expect(said("ask", Stage.scene { $0.hasModel = true }) == "Ask what? For example: `/forge ask is this safe with two workers?`")
    }

    @Test func `several commands are answered once, each under its own words, each after the one before`() throws {
        let request = Stage.request("ignore 111111 tests only", "ignore 111111 tests only too", "resolve 111111") { $0.leftOut = 3 }
        let outcome = answer(request, in: Stage.scene())
        #expect(outcome.changes.count == 1 && outcome.resolvedThreads == [500] && outcome.reaction == .confused)
        #expect(
            try #require(answerText(outcome, for: request)) == """
                > `ada`: `/forge ignore 111111 tests only`

                Dismissed: `1111111111111111` (`sql-from-text`, `a.py` line 3). It does not come back in this pull request. Reason: tests only

                > `ada`: `/forge ignore 111111 tests only too`

                `1111111111111111` (`sql-from-text`, `a.py` line 3) was dismissed already, by `ada`: tests only

                One comment carries out 10 commands at most; 3 more lines of it did nothing.

                <!-- forge:answer comment=900 -->
                """)
    }

    @Test func `the same request in the same scene has the same outcome`() {
        let request = Stage.request("explain", "ignore 111111 x", "help")
        #expect(answer(request, in: Stage.scene()) == answer(request, in: Stage.scene()))
    }

    @Test func `an answer never grows beyond what a host takes, and says what is left out`() throws {
        let parts = (0..<100).map { _ in AnswerPart(.text(String(repeating: "x", count: 2_000))) }
        let text = try #require(answerText(CommandOutcome(parts: parts), for: Stage.request("help")))
        #expect(text.unicodeScalars.count <= 64_000 && text.contains("69 more answers would not fit here; ask for them alone."))
        #expect(text.hasSuffix("<!-- forge:answer comment=900 -->"))
        #expect(answerText(CommandOutcome(), for: Stage.request("help")) == nil)
    }

    @Test func `a model's answer stands where the question was, and what is known where it failed`() throws {
        let request = Stage.request("explain 111111", "explain abcdef", thread: 500)
        let scene = Stage.scene([Stage.entry(Stage.first, thread: 500), Stage.entry(Stage.third)]) { $0.hasModel = true }
        let outcome = answer(request, in: scene)
        let text = try #require(answerText(outcome, answers: ["From the model.", nil], for: request))
        #expect(text.hasPrefix("From the model.\n\n**high** `abcdef0123456789`"))
    }
}
