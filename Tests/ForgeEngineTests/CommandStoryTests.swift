// Stories of people who ask for something, told by what they see afterwards.

import ForgeCore
import ForgeEngine
import ForgeReview
import ForgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct CommandStoryTests {
    private static let bad = [5: "a BUG here", 12: "a LEAK there"]
    private static let eve = Actor(login: "eve", number: 66, kind: "User")

    private func reviewed(_ scene: ReviewScene = ReviewScene()) async throws -> ReviewScene {
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)])
        try await scene.tell()
        try await scene.work()
        return scene
    }

    private func thread(_ line: Int, _ scene: ReviewScene) throws -> HostThread {
        try #require(scene.shop.threads[7]?.first { $0.line == line })
    }

    private func entry(_ rule: String, _ scene: ReviewScene) async throws -> LedgerEntry {
        try #require(try await scene.state().ledger.values.first { $0.rule == rule })
    }

    // MARK: Findings

    @Test func `a finding that is ignored is answered, resolved, out of the summary, and stays away`() async throws {
        let scene = try await reviewed()
        let finding = try await entry("word-bug", scene)
        let comment = try await scene.ask("/forge ignore \(finding.id) callers check it")
        try await scene.work()
        #expect(scene.answers.count == 1)
        #expect(scene.shop.reactions.map(\.comment) == [comment])
        #expect(try thread(5, scene).isResolved)
        guard case .dismissed("ada", let why, _) = try await entry("word-bug", scene).state else {
            Issue.record("it is not dismissed")
            return
        }
        #expect(why == "callers check it")
        let summary = try #require(scene.shop.ownComments(on: 7).first)
        #expect(summary.body.hasPrefix("### Forge: 1 open finding"))
        #expect(scene.check()?.content.title == "1 finding: 1 critical")
        scene.push(["shop.txt": ReviewScene.lines(1...20, with: Self.bad.merging([18: "more"]) { $1 })])
        try await scene.tell("pull_request.synchronize")
        try await scene.work()
        #expect(scene.shop.threads[7]?.count == 2)
        #expect(scene.check()?.content.title == "1 finding: 1 critical")
    }

    @Test func `in the thread of a finding its id may be left out, and the answer stands there`() async throws {
        let scene = try await reviewed()
        let root = try #require(try thread(5, scene).comments.first?.id)
        try await scene.reply("/forge ignore only in tests", to: root)
        try await scene.work()
        #expect(try thread(5, scene).comments.map(\.author.login) == ["forge[bot]", "ada", "forge[bot]"])
        #expect(scene.answers.isEmpty)
        #expect(try await entry("word-bug", scene).state.isDismissed)
    }

    @Test func `a person's plain words in a thread are an answer, too`() async throws {
        let scene = try await reviewed()
        let root = try #require(try thread(12, scene).comments.first?.id)
        try await scene.reply("False positive.", to: root)
        try await scene.work()
        #expect(try await entry("word-leak", scene).state.isDismissed)
        let other = try #require(try thread(5, scene).comments.first?.id)
        try await scene.reply("Thanks!", to: other)
        try await scene.work()
        #expect(try thread(5, scene).comments.count == 2, "nothing is said to that")
    }

    // MARK: Reviews

    @Test func `a review that is asked for happens, draft and pause or not`() async throws {
        let scene = ReviewScene()
        scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)]) { $0.isDraft = true }
        try await scene.tell()
        try await scene.work()
        #expect(scene.shop.reviews[7] == nil)
        try await scene.ask("/forge review")
        try await scene.work()
        #expect(scene.shop.reviews[7]?.count == 1)
        #expect(scene.shop.reactions.map(\.reaction) == [.eyes])
    }

    @Test func `a pause holds for pushes and ends with resume`() async throws {
        let scene = try await reviewed(ReviewScene(config: "review: {debounce: 0s}\n"))
        try await scene.ask("/forge pause")
        try await scene.work()
        scene.push(["shop.txt": ReviewScene.lines(1...20, with: Self.bad.merging([18: "a SMELL"]) { $1 })])
        try await scene.tell("pull_request.synchronize")
        try await scene.work()
        #expect(scene.check()?.conclusion == .skipped)
        try await scene.ask("/forge resume")
        try await scene.work()
        #expect(scene.shop.threads[7]?.map(\.line).contains(18) == true)
    }

    // MARK: Who is heard

    @Test func `a stranger changes nothing and gets no word`() async throws {
        let scene = try await reviewed()
        let finding = try await entry("word-bug", scene)
        try await scene.ask("/forge ignore \(finding.id) because I say so", by: Self.eve)
        try await scene.work()
        #expect(scene.answers.isEmpty)
        #expect(scene.shop.reactions.map(\.reaction) == [.thumbsDown])
        #expect(try await entry("word-bug", scene).state == .open)
        #expect(scene.host.requests.contains("permission"))
    }

    @Test func `a comment that was edited meanwhile is refused with a sentence, a deleted one is nothing`() async throws {
        let scene = try await reviewed()
        let comment = try await scene.ask("/forge pause")
        scene.host.change(ReviewScene.name) { shop in
            guard let index = shop.conversations[7]?.firstIndex(where: { $0.id == comment }) else { return }
            shop.conversations[7]?[index].body = "/forge help"
        }
        try await scene.work()
        #expect(scene.answers.count == 1 && scene.answers[0].contains("changed after it was written"))
        #expect(try await scene.state().pausedBy == nil)
        let gone = try await scene.ask("/forge pause")
        scene.host.change(ReviewScene.name) { shop in shop.conversations[7]?.removeAll { $0.id == gone } }
        try await scene.work()
        #expect(scene.answers.count == 1)
        #expect(try await scene.state().pausedBy == nil)
    }

    @Test func `a command that the repository switched off is one sentence`() async throws {
        let scene = try await reviewed(ReviewScene(config: "commands: {enabled: [help, review]}\n"))
        try await scene.ask("/forge pause")
        try await scene.work()
        #expect(scene.answers.count == 1 && scene.answers[0].contains("commands.enabled"))
        #expect(try await scene.state().pausedBy == nil)
    }

    @Test func `the settings that hold are told with who decided them`() async throws {
        let scene = try await reviewed(ReviewScene(config: "review: {max_comments: 3}\n"))
        try await scene.ask("/forge config")
        try await scene.work()
        let line = scene.answers.first?.split(separator: "\n").first { $0.hasPrefix("review.max_comments ") }
        #expect(line?.split(separator: " ") == ["review.max_comments", "3", ".forge.yml:1"])
    }

    // MARK: Descriptions

    @Test func `a description goes where the configuration wants it`() async throws {
        let scene = try await reviewed(ReviewScene(config: "output: {description: true, labels: true}\n"))
        scene.host.change(ReviewScene.name) { shop in
            shop.pulls[7]?.body = "My words."
            shop.pulls[7]?.labels = ["size/XL", "mine"]
        }
        try await scene.ask("/forge describe")
        try await scene.work()
        let pull = try #require(scene.shop.pulls[7])
        #expect(pull.body.hasPrefix("My words.\n") && pull.body.contains("This change"))
        #expect(pull.labels.contains("mine") && !pull.labels.contains("size/XL") && pull.labels.contains { $0.hasPrefix("size/") })
        #expect(scene.shop.ownComments(on: 7).first?.body.contains("This change") == true, "the summary says it, too")
    }

    // MARK: A model

    private struct Answerer: QuestionAnswerer {
        var text: String?
        var asked = Metrics().counter("asked", "How often.")

        func answer(
            _ question: ModelQuestion, about change: QuestionedChange, in journal: RunJournal, step key: String
        ) async throws -> String? {
            try await journal.step(key, .model) { () async throws -> String? in
                asked.add()
                guard let text else { return nil }
                #expect(change.snapshot != nil && change.pull?.number == 7)
                return "\(text) \(question.words)"
            }
        }
    }

    @Test func `a question is answered by a model, and by what is known when it cannot`() async throws {
        for text in ["A model says:", nil] {
            let scene = try await reviewed(ReviewScene(answerer: Answerer(text: text)))
            try await scene.ask("/forge ask is this safe?")
            try await scene.work()
            #expect(scene.answers.count == 1)
            if let text { #expect(scene.answers[0].contains("\(text) is this safe?")) }
        }
    }

    @Test func `a question under a fork is for no model where the configuration says so`() async throws {
        let cases: [(head: RepositoryName?, asked: Int)] = [(RepositoryName("eve/shop"), 0), (ReviewScene.name, 1)]
        for (head, asked) in cases {
            let answerer = Answerer(text: "A model says:")
            let scene = ReviewScene(config: "version: 1\nforks: {model: false}\n", answerer: answerer)
            scene.open(["shop.txt": ReviewScene.lines(1...20, with: Self.bad)], change: { $0.headRepository = head })
            try await scene.tell()
            try await scene.work()
            try await scene.ask("/forge ask is this safe?")
            try await scene.work()
            #expect(answerer.asked.value == asked && scene.answers.count == 1)
            #expect(scene.answers.first?.contains("A model says:") == (asked == 1))
        }
    }

    @Test func `an answer that was paid for is paid once, wherever its command is stopped`() async throws {
        for calls in 0..<30 {
            let answerer = Answerer(text: "A model says:")
            let scene = try await reviewed(ReviewScene(answerer: answerer))
            try await scene.ask("/forge ask is this safe?")
            scene.store.die(afterCalls: calls)
            while (try? await scene.workOnce()) == true {}
            try await scene.restart()
            let runs = try await scene.store.runs(RunFilter(kind: .question), page: PageRequest(), scope: .all).items
            var isStored = false
            for run in runs where try await !scene.store.steps(of: run.id, scope: .all).isEmpty { isStored = true }
            let before = answerer.asked.value
            try await scene.work()
            #expect(answerer.asked.value == (isStored ? 1 : before + 1), "killed at call \(calls)")
            #expect(scene.answers.count == 1 && scene.answers[0].contains("is this safe?"), "killed at call \(calls)")
            let ended = try await scene.store.runs(RunFilter(kind: .question), page: PageRequest(), scope: .all).items
            #expect(ended.map(\.state) == [.done] && ended[0].new.subject == "pull/7", "killed at call \(calls)")
        }
    }

    // MARK: Trouble

    @Test func `killed at any call of the store, there is one answer and one effect`() async throws {
        for calls in 0..<30 {
            for afterCommit in [false, true] {
                let scene = try await reviewed()
                let finding = try await entry("word-bug", scene)
                try await scene.ask("/forge ignore \(finding.id) callers check it")
                scene.store.die(afterCalls: calls, afterCommit: afterCommit)
                while (try? await scene.workOnce()) == true {}
                try await scene.restart()
                try await scene.work()
                let moment = "killed at call \(calls)"
                #expect(scene.answers.count == 1, "\(moment)")
                #expect(try thread(5, scene).isResolved, "\(moment)")
                #expect(try await entry("word-bug", scene).state.isDismissed, "\(moment)")
                #expect(scene.shop.ownComments(on: 7).first?.body.hasPrefix("### Forge: 1 open finding") == true, "\(moment)")
                #expect(scene.check()?.content.title == "1 finding: 1 critical", "\(moment)")
            }
        }
    }

    @Test func `an answer whose answer got lost is given once`() async throws {
        for write in 1...12 {
            let scene = try await reviewed()
            let root = try #require(try thread(5, scene).comments.first?.id)
            try await scene.reply("/forge ignore only in tests", to: root)
            let lost = scene.host.writeCount + write
            scene.host.onCall { call in
                call.write == lost ? .after(CodeHostError(.unavailable, "no answer in time", mayBeDone: true)) : nil
            }
            try await scene.work()
            #expect(try thread(5, scene).comments.count == 3, "write \(write)")
            #expect(scene.shop.ownComments(on: 7).count == 1, "write \(write)")
        }
    }

    @Test func `five hundred commands get five hundred answers, and one refresh is enough for many`() async throws {
        let scene = try await reviewed()
        for number in 0..<500 { try await scene.ask(number.isMultiple(of: 2) ? "/forge help" : "/forge nonsense \(number)") }
        let start = scene.host.requests.count
        try await scene.work()
        #expect(scene.answers.count == 500)
        #expect(scene.shop.reactions.count == 500)
        #expect(scene.host.requests.count - start <= 500 * 8)
        let finding = try await entry("word-bug", scene)
        for _ in 0..<50 { try await scene.ask("/forge ignore \(finding.id) again") }
        try await scene.work()
        #expect(scene.answers.count == 550)
    }

    @Test func `a host without time puts an answer off, and it is given`() async throws {
        let scene = try await reviewed()
        try await scene.ask("/forge help")
        let held = Metrics().counter("held", "So far.")
        scene.host.onCall { call in
            guard call.name == "postComment", held.value == 0 else { return nil }
            held.add()
            return .before(CodeHostError(.limited(retryAfter: .seconds(300)), "a secondary limit"))
        }
        try await scene.work()
        #expect(scene.answers.count == 1)
    }

    @Test func `a locked conversation and a repository that is gone end the job`() async throws {
        let scene = try await reviewed()
        try await scene.ask("/forge help")
        scene.host.onCall { $0.write > 0 ? .before(CodeHostError(.forbidden(missing: nil), "the conversation is locked")) : nil }
        try await scene.work()
        #expect(scene.answers.isEmpty)
        scene.host.onCall { _ in nil }
        try await scene.ask("/forge help")
        scene.host.remove(ReviewScene.name)
        try await scene.work()
    }

    // MARK: Merge queues

    @Test func `a merge queue gets its check at once, and once`() async throws {
        let scene = try await reviewed()
        let head = scene.history.commit([:], on: [scene.main])
        for isLost in [false, true] {
            _ = try await scene.store.enqueue(
                NewJob(
                    kind: "merge_group", tenant: ReviewScene.place.tenant, repository: "acme/shop", workKey: "m\(isLost)", attemptsMax: 4,
                    payload: ["head": .string(head.description), "pull": 7]))
            let lost = scene.host.writeCount + 1
            scene.host.onCall { call in
                isLost && call.write == lost ? .after(CodeHostError(.unavailable, "no answer", mayBeDone: true)) : nil
            }
            try await scene.work()
        }
        #expect(scene.shop.checks.count { $0.content.head == head } == 2, "one for each time it was asked for")
        #expect(scene.shop.check(at: head)?.conclusion == .neutral)
    }
}
