// The commands about findings: which one is meant, what is said of it, what becomes of it.

import ForgeCore
import ForgeReview
import Testing

struct CommandFindingTests {
    private typealias Stage = CommandStage

    private func said(_ line: String, _ scene: CommandScene = CommandStage.scene(), thread: Int64? = nil) -> String {
        answer(Stage.request(line, thread: thread), in: scene).shown
    }

    @Test func `explain says what is known without a model`() {
        #expect(
            said("explain 111111") == """
                **high** `1111111111111111` (`sql-from-text`, `a.py` line 3). SQL put together from text.

                The query is put together from text.

                **Why it matters:** Somebody who sends the right text decides what is run, with all rights of this program.

                **What to do:** Pass the values as parameters.

                **Read on:** <https://example.org/sql>

                **To be rid of it:**

                - only here: `/forge ignore 1111111111111111 <reason>`
                - on this line, for good: a comment with `forge:ignore sql-from-text <reason>`
                - in the whole repository: `rules: {disable: [sql-from-text]}` in `.forge.yml` of the base branch
                """)
    }

    @Test func `what another tool found is explained with its name, and no rule of ours to switch off`() {
        let scene = Stage.scene([Stage.entry(Stage.first, rule: "B608", source: "tool bandit")])
        let text = said("explain 111111", scene)
        #expect(text.hasPrefix("**high** `1111111111111111` (`B608`, `a.py` line 3) by `tool bandit`."))
        #expect(!text.contains("disable") && text.contains("`/forge ignore 1111111111111111 <reason>`"))
    }

    @Test func `explain says what became of a finding`() {
        let fixed = Stage.scene([Stage.entry(Stage.first, state: .fixed(in: Stage.head))])
        #expect(said("explain 111111", fixed).contains("It was fixed in aaaaaaaa.") && !said("explain 111111", fixed).contains("rid of it"))
        let dismissed = Stage.scene([Stage.entry(Stage.first, state: .dismissed(by: "bo", why: "@all *tests*", at: Stage.now))])
        #expect(said("explain 111111", dismissed).contains("It was dismissed by `bo`: `@all` \\*tests\\*"))
    }

    @Test func `explain without an id explains a few, and lists many`() {
        #expect(said("explain", Stage.scene([])) == "Nothing is open here that could be explained.")
        #expect(said("explain").hasPrefix("**high** `1111111111111111`"))
        let many = (0..<30).map { Stage.entry("abcdef00000000\($0 + 10)", $0 == 5 ? .critical : .low, line: $0 + 1) }
        let list = said("explain", Stage.scene(many))
        #expect(
            list.hasPrefix(
                """
                Which one? `/forge explain` with the first six characters of its id.

                - `abcdef0000000015` (`sql-from-text`, `a.py` line 6): The query is put together from text.
                - `abcdef0000000010` (
                """))
        #expect(list.hasSuffix("- and 10 more"))
    }

    @Test func `a finding is meant by the beginning of its id, however it was copied`() {
        for word in ["111111", "1111111111111111", "`111111`", "#111111", "111111:", "(111111)", "**111111**"] {
            #expect(said("explain \(word)").hasPrefix("**high** `1111111111111111`"), "\(word)")
        }
        let upper = Stage.scene([Stage.entry(Stage.third)])
        #expect(said("explain ABCDEF", upper).hasPrefix("**high** `abcdef0123456789`"))
        for word in ["11111", "11111111111111111", "1111zz"] {
            #expect(!said("ignore \(word) because", Stage.scene([Stage.entry(Stage.first)])).contains("Dismissed"), "\(word)")
        }
    }

    @Test func `an id that several begin with, and one that none does, list what there is`() {
        let scene = Stage.scene([Stage.entry(Stage.first), Stage.entry(Stage.second, line: 9)])
        #expect(
            said("ignore 111111 tests", scene) == """
                2 findings begin with `111111`:

                - `1111111111111111` (`sql-from-text`, `a.py` line 3): The query is put together from text.
                - `1111112222222222` (`sql-from-text`, `a.py` line 9): The query is put together from text.
                """)
        #expect(
            said("ignore ffffff tests", scene).hasPrefix(
                "No finding of this pull request begins with `ffffff`. Open here:\n\n- `1111111111111111`"))
        #expect(
            said("ignore ffffff tests", Stage.scene([])) == "No finding of this pull request begins with `ffffff`. Nothing is open here.")
        #expect(said("ignore tests", scene).hasPrefix("Which one? `/forge ignore <id> <reason>`\n\n- `1111111111111111`"))
    }

    @Test func `ignore needs a reason and asks for it, dismiss does not`() {
        #expect(
            said("ignore 111111") == "Please say why, in a few words: `/forge ignore 1111111111111111 <reason>`. "
                + "The reason is kept with the finding, for whoever wonders later. (`/forge dismiss` takes none.)")
        #expect(said("ignore", thread: 500).hasPrefix("Please say why, in a few words: `/forge ignore <reason>`."))
        let dismissed = answer(Stage.request("dismiss", thread: 500), in: Stage.scene())
        #expect(dismissed.changes == [.dismiss(id: Stage.first, by: "ada", why: "no reason given", at: Stage.now)])
    }

    @Test func `in its thread a finding needs no id, and a word like one is part of the reason`() {
        for words in ["facade only", "decade old", "202611 is its ticket", "tests"] {
            let outcome = answer(Stage.request("ignore \(words)", thread: 500), in: Stage.scene())
            #expect(outcome.changes == [.dismiss(id: Stage.first, by: "ada", why: words, at: Stage.now)], "\(words)")
            #expect(outcome.shown == "Dismissed by `ada`. It does not come back in this pull request. Reason: \(words)")
        }
        for mistyped in ["abcdef0000000099", "111112", "11111a"] {
            let outcome = answer(Stage.request("ignore \(mistyped) a test", thread: 500), in: Stage.scene())
            let isWord = mistyped == "111112"
            #expect(outcome.changes.isEmpty != isWord, "\(mistyped): an id that is not known is nobody's, not the thread's")
            if !isWord { #expect(outcome.shown.contains(mistyped), "\(outcome.shown)") }
        }
        let other = Stage.scene([Stage.entry(Stage.first, thread: 500), Stage.entry(Stage.third)])
        let named = answer(Stage.request("ignore abcdef tests", thread: 500), in: other)
        #expect(named.changes == [.dismiss(id: Stage.third, by: "ada", why: "tests", at: Stage.now)] && named.resolvedThreads.isEmpty)
        #expect(said("ignore tests", thread: 700).hasPrefix("Which one?"), "a thread that a person opened")
    }

    @Test func `a dismissal is carried out once, whatever is done twice`() {
        let outcome = answer(Stage.request("ignore 111111 tests"), in: Stage.scene())
        var state = Stage.scene().state
        state.apply(outcome.changes)
        let once = state
        state.apply(outcome.changes)
        #expect(state == once && state.ledger[Stage.first]?.state == .dismissed(by: "ada", why: "tests", at: Stage.now))
        #expect(outcome.followUps == [.refresh(because: "1 finding dismissed")] && outcome.resolvedThreads == [500])
        #expect(said("ignore 111111 x", Stage.scene { $0.state = once }).contains("was dismissed already, by `ada`: tests"))
    }

    @Test func `what is fixed or gone cannot be dismissed`() {
        let fixed = Stage.scene([Stage.entry(Stage.first, state: .fixed(in: Stage.head))])
        #expect(said("ignore 111111 x", fixed).contains("was fixed in aaaaaaaa; there is nothing to dismiss."))
        let gone = Stage.scene([Stage.entry(Stage.first, state: .outdated(at: Stage.head))])
        let outcome = answer(Stage.request("ignore 111111 x"), in: gone)
        #expect(outcome.shown.contains("is about code that is gone") && outcome.changes.isEmpty && outcome.followUps.isEmpty)
    }

    @Test func `the second dismissal of a rule proposes to switch it off`() {
        let text = said("ignore 111111 x", Stage.scene { $0.dismissals = ["sql-from-text": 1] })
        #expect(
            text.contains("That makes 2 dismissals of this rule in this repository; `rules: {disable: [sql-from-text]}` in `.forge.yml`"))
        #expect(!said("ignore 111111 x").contains("dismissals of this rule"))
    }

    @Test func `a thread about two findings is closed with the last of them`() {
        let entries = [Stage.entry(Stage.first, thread: 500), Stage.entry(Stage.third, thread: 500)]
        #expect(answer(Stage.request("ignore 111111 x"), in: Stage.scene(entries)).resolvedThreads.isEmpty)
        #expect(answer(Stage.request("ignore 111111 x", "ignore abcdef y"), in: Stage.scene(entries)).resolvedThreads == [500])
    }

    @Test func `resolving closes threads and dismisses nothing`() {
        let entries = [
            Stage.entry(Stage.first, thread: 500), Stage.entry(Stage.third, thread: 501, state: .fixed(in: Stage.head)),
            Stage.entry(Stage.second),
        ]
        let all = answer(Stage.request("resolve"), in: Stage.scene(entries))
        #expect(Set(all.resolvedThreads) == [500, 501] && all.changes.isEmpty)
        #expect(
            all.shown == "Closed. The finding still counts in the check until the code changes; `/forge ignore` with a reason takes it out."
        )
        #expect(answer(Stage.request("resolve", thread: 501), in: Stage.scene(entries)).resolvedThreads == [501])
        #expect(said("resolve", Stage.scene([])) == "There is no thread of Forge's to close.")
    }

    @Test func `the buttons of a check explain and dismiss what is open`() {
        func pressed(_ name: String) -> CommandOutcome {
            let entries = [
                Stage.entry(Stage.first, thread: 500), Stage.entry(Stage.third), Stage.entry(Stage.second, state: .fixed(in: Stage.head)),
            ]
            return answer(Stage.request(name) { ($0.place, $0.comment, $0.check) = (.check, nil, 4) }, in: Stage.scene(entries))
        }
        #expect(pressed("explain").parts.count == 2)
        let ignored = pressed("ignore")
        #expect(
            ignored.changes.sorted { "\($0)" < "\($1)" }
                == [Stage.first, Stage.third].map {
                    .dismiss(id: $0, by: "ada", why: "with the button of the check", at: Stage.now)
                })
        #expect(Stage.request("ignore") { ($0.place, $0.check) = (.check, 4) }.marker.text == "<!-- forge:answer action=ignore check=4 -->")
    }

    @Test func `a ledger as large as they get is answered at once, and in few words`() {
        let entries = (0..<2_000).map { index in
            let digits = String(index + 0x10000, radix: 16)
            return Stage.entry(
                String(repeating: digits, count: 4).prefix(16) + "", thread: index % 2 == 0 ? Int64(index) : nil, line: index + 1)
        }
        let scene = Stage.scene(entries)
        let clock = ContinuousClock()
        let button = Stage.request("ignore") { ($0.place, $0.comment, $0.check) = (.check, nil, 4) }
        var outcome = CommandOutcome()
        #expect(clock.measure { outcome = answer(button, in: scene) } < .seconds(5))
        #expect(outcome.changes.count == scene.state.ledger.count && outcome.shown.hasSuffix("`.forge.yml` switches it off."))
        #expect(outcome.shown.utf8.count < 10_000 && outcome.shown.contains("And \(scene.state.ledger.count - 20) more."))
        #expect(clock.measure { outcome = answer(Stage.request("resolve", thread: 4), in: scene) } < .seconds(5))
        #expect(outcome.resolvedThreads == [4])
    }
}
