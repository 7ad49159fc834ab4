// How a person's words under a finding are read, and what they do. The table is the contract: a reading that changes shows here.

import ForgeCore
import ForgeReview
import Testing

struct ReplyReadingTests {
    private static let table: [(ReplyMeaning, [String])] = [
        (
            .dismissal,
            [
                "ignore", "Ignore this.", "Please ignore.", "ignore this one, thanks", "Ignore it for now.", "can be ignored",
                "won't fix", "Wontfix", "Won’t fix, the format is given by the bank.", "Will not fix this in this release.",
                "Not fixing this.", "We won't fix this because callers check it.", "not going to fix",
                "False positive.", "false-positive", "This is a false positive.",
                "That's a false positive because the table is a constant.",
                "It's clearly a false positive", "FP", "No, false positive.", "Hey @forge-reviews, false alarm",
                "This is by design.", "by design", "It's intentional.", "Yes, this is intended.", "Thanks, but this is intentional.",
                "Works as designed", "this is on purpose, see the docs", "Marking as false positive.", "We accept this risk.",
                "Acceptable risk here.", "Let's ignore this", "> The query is put together from text.\n\nFalse positive.",
                "dismiss", "Ok, dismiss this", "Nope. By design.",
            ]
        ),
        (
            .question,
            [
                "Why?", "Why is this a problem", "What would you suggest instead?", "Is this a false positive?", "False positive, right?",
                "Ignore this?", "How do I fix this", "can you explain this a bit more", "I don't understand this finding.",
                "By design. Or what did you expect?", "Not sure what you mean here.", "By design (or is it?)", "False positive？", "???",
            ]
        ),
        (
            .dispute,
            [
                "I think this is a false positive.", "Maybe a false positive.", "Looks like a false positive to me", "I disagree.",
                "This can't be nil, init sets it.", "Wrong. The input is checked above.", "This is not a problem, the list is sorted.",
                "False positive. Never mind, it is real.", "Ignore this comment, I was wrong.",
                "This is ignored by git, so it doesn't matter.", "False positive, I think.",
                "By design, but we could change it.", "Sorry, ignore this.", "Intended for internal use only, never reached from outside.",
                "This is only a nit.", "When x is nil we never get here.", "No.", "You hallucinated that, it isn't there.",
                "If it's a false positive then won't fix",
            ]
        ),
        (
            .fix,
            [
                "Done.", "Fixed in 1a2b3c4d", "fixed", "Good catch, fixed!", "On it", "I'll fix it", "Addressed in the last push, thanks",
                "Ignore for now, I will fix it later.", "False positive. Fixed the linter config anyway", "revoked and removed",
            ]
        ),
        (
            .thanks,
            ["Thanks!", "Good catch", "You're right", "Agreed.", "+1", "Thank you, nice find.", "Fair enough.", "No problem!", "👍", "🎉 🎉"]
        ),
        (
            .other,
            [
                "", "   ", "Interesting.", "cc @bo", "> False positive.", "```\nfalse positive\n```", "`ignore`", "<!-- ignore this -->",
                "<!-- ignore", "https://example.org/?why", "This is not a false positive.", "Don't ignore this.", "Please do not dismiss",
                "It can't be ignored", "Das ist Absicht.", "@forge-reviews", "not intended", "Ignore the tests here",
            ]
        ),
    ]

    @Test func `sentences as people write them mean what the table says`() {
        for (meaning, replies) in Self.table {
            for reply in replies { #expect(ReplyReading(reply).meaning == meaning, "\(reply)") }
        }
        #expect(Self.table.reduce(0) { $0 + $1.1.count } >= 60)
    }

    @Test func `a clear dismissal is none once a doubt, a refusal or a question is put to it`() {
        let clear = Self.table[0].1
        for reply in clear {
            for spoiled in ["Maybe \(reply)", "\(reply) But wait.", "\(reply) I think.", "\(reply)\nOr is it?", "If not, \(reply)"] {
                #expect(ReplyReading(spoiled).meaning != .dismissal, "\(spoiled)")
            }
        }
    }

    @Test func `a reply of a million characters is read in no time`() {
        let clock = ContinuousClock()
        for text in ["ignore ", "`", "<!-- ", "> a\n", "?", "\n", "why, ", "é"] {
            let long = String(repeating: text, count: 1_000_000 / text.count)
            #expect(clock.measure { _ = ReplyReading(long) } < .seconds(2), "\(text)")
        }
    }
}

struct ReplyAnswerTests {
    private typealias Stage = CommandStage

    private func replied(
        _ words: String, by asker: Actor = CommandStage.ada, permission: HostPermission = .write, thread: Int64 = 500,
        _ change: (inout CommandScene) -> Void = { _ in }
    ) -> CommandOutcome {
        answer(
            reply: words, Stage.request(by: asker, thread: thread),
            in: Stage.scene([Stage.entry(Stage.first, thread: 500)], permission: permission, change))
    }

    @Test func `a clear dismissal by somebody who may write dismisses, with the person's words as the reason`() {
        let outcome = replied("False positive, the table is a constant.")
        #expect(
            outcome.changes == [
                .dismiss(id: Stage.first, by: "ada", why: "False positive, the table is a constant.", at: Stage.now)
            ])
        #expect(outcome.resolvedThreads == [500] && outcome.reaction == .thumbsUp)
        #expect(outcome.followUps == [.refresh(because: "1 finding dismissed")])
        #expect(outcome.shown.contains("does not come back in this pull request"))
    }

    @Test func `the author of a fork's change may not dismiss, and is told once who can`() {
        let outcome = replied("False positive.", by: Stage.bo, permission: .read)
        #expect(outcome.changes == [.dispute(id: Stage.first, by: "bo")] && outcome.resolvedThreads.isEmpty)
        #expect(outcome.shown.contains("Somebody with write access can dismiss it with `/forge ignore <reason>`."))
        let again = replied("False positive!", by: Stage.bo, permission: .read) {
            $0.state.apply(outcome.changes)
            $0.thread = Stage.thread([answerText(outcome, for: Stage.request(thread: 500))!])
        }
        #expect(again.changes.isEmpty && again.parts.isEmpty && again.reaction == .eyes)
    }

    @Test func `where dismissing takes more than writing, a plain sentence takes as much`() {
        let outcome = replied("won't fix") { $0.policy.permissions[.ignore] = .maintain }
        #expect(outcome.changes == [.dispute(id: Stage.first, by: "ada")])
        let off = replied("won't fix", permission: .admin) { $0.policy.permissions[.ignore] = nil }
        #expect(off.changes == [.dispute(id: Stage.first, by: "ada")])
    }

    @Test func `a question gets what is known, once; with a model it goes there`() {
        let outcome = replied("Why is that?")
        #expect(outcome.shown.contains("**Why it matters:** Somebody who sends the right text decides what is run"))
        let again = replied("But why?") { $0.thread = Stage.thread([answerText(outcome, for: Stage.request(thread: 500))!]) }
        #expect(again.parts.isEmpty && again.reaction == .confused)
        let asked = replied("Why is that?") { $0.hasModel = true }
        #expect(asked.questions.map(\.words) == ["Why is that?"] && asked.reaction == .eyes)
        #expect(asked.questions[0].fallback == CommandStage.text(of: outcome))
    }

    @Test func `a model's time is for those who may command it`() {
        let outcome = replied("Why is that?", by: Stage.bo, permission: .read) { $0.hasModel = true }
        #expect(outcome.questions.isEmpty && outcome.shown.contains("Why it matters"))
    }

    @Test func `somebody else's mark does not silence Forge`() {
        let mark = "<!-- forge:explains finding=\(Stage.first) --> <!-- forge:disputed -->"
        #expect(!replied("Why?") { $0.thread = Stage.thread([mark], by: Stage.bo) }.parts.isEmpty)
        #expect(!replied("Wrong.") { $0.thread = Stage.thread([mark], by: Stage.bo) }.parts.isEmpty)
    }

    @Test func `thanks are not answered, news of a fix gets a thumb, and nothing of it changes anything`() {
        #expect(replied("Thanks!") == CommandOutcome(note: "read as thanks"))
        #expect(replied("Fixed in 1a2b3c4d") == CommandOutcome(reaction: .thumbsUp, note: "read as fix"))
        #expect(replied("Interesting.") == CommandOutcome(reaction: .eyes, note: "read as other"))
    }

    @Test func `strangers, bots, Forge itself and other people's threads are none of it`() {
        let stranger = Actor(login: "mallory", number: 9, kind: "User")
        let silent = [
            replied("Why?", by: stranger, permission: .read), replied("won't fix", by: stranger, permission: .none),
            replied("won't fix", by: Stage.bot), replied("won't fix", by: Stage.own), replied("won't fix", thread: 501),
            replied("won't fix") { $0.policy.isAskerDenied = true }, replied("won't fix") { $0.wasChanged = true },
        ]
        for outcome in silent { #expect(outcome == CommandOutcome(note: outcome.note) && !outcome.note.isEmpty) }
    }

    @Test func `a thread that the ledger does not know yet is known by the mark in it, if it is ours`() {
        func outcome(_ author: Actor) -> CommandOutcome {
            var entry = Stage.entry(Stage.first)
            entry.place = .thread(comment: nil)
            let opening = "Look.\n\n<!-- forge:finding id=\(Stage.first),\(Stage.third) -->"
            return answer(
                reply: "by design", Stage.request(thread: 500),
                in: Stage.scene([entry, Stage.entry(Stage.third)]) { $0.thread = Stage.thread([opening], by: author) })
        }
        #expect(outcome(Stage.own).changes.count == 1 && outcome(Stage.own).resolvedThreads == [500])
        #expect(outcome(Stage.bo) == CommandOutcome(note: "the thread is not about a finding"))
    }

    @Test func `a dismissal in a thread about two findings dismisses both`() {
        let entries = [Stage.entry(Stage.first, thread: 500), Stage.entry(Stage.third, .low, thread: 500)]
        let outcome = answer(reply: "by design", Stage.request(thread: 500), in: Stage.scene(entries))
        #expect(outcome.changes.count == 2 && outcome.resolvedThreads == [500])
    }
}

extension CommandStage {
    static func thread(_ bodies: [String], by author: Actor = own) -> HostThread {
        let comments = bodies.enumerated().map { index, body in
            HostComment(id: 500 + Int64(index), author: author, body: body, createdAt: now, updatedAt: now)
        }
        return HostThread(id: "PRRT_1", path: RepositoryPath("a.py"), line: 3, isResolved: false, comments: comments)
    }

    static func text(of outcome: CommandOutcome) -> String {
        if case .text(let text)? = outcome.parts.first?.content { text } else { "" }
    }
}
