// What the local code host takes and what it refuses: the same as others do, so that the way through the engine is the same.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeLocalHost

struct WritingTests {
    private let room: HostRoom

    init() throws { room = try HostRoom() }

    @Test func `a review is posted whole, with a thread for each comment`() async throws {
        let head = try await room.featureOpened()
        let anchors: [(String, ReviewAnchor)] = [
            ("a.txt", .line(.right, 10)), ("a.txt", .line(.left, 30)), ("a.txt", .range(.right, 29...31)), ("b.txt", .file),
            ("a.txt", .line(.right, 13)),
        ]
        let posted = try await room.session.post(room.review(head, anchors), on: 1)
        #expect(posted.commit == head && posted.body == "Look.")
        let identity = try await room.host.identity()
        #expect(identity.isAuthor(posted.author))
        #expect(try await room.session.reviews(on: 1) == [posted])
        let threads = try await room.session.threads(on: 1)
        #expect(threads.map(\.line) == [10, 30, 31, nil, 13] && threads.allSatisfy { !$0.isResolved && !$0.isOutdated })
        #expect(threads.map(\.path.text) == anchors.map(\.0))
        #expect(try await room.session.comments(on: 1).isEmpty, "none of it is in the conversation")
        #expect(try await room.deliveries().count == 1, "Forge's own words are told to nobody")
    }

    @Test(arguments: [
        (ReviewAnchor.line(.right, 14), "line 14 is not in the diff"), (.line(.right, 20), "line 20 is not in the diff"),
        (.line(.left, 0), "line 0 is not in the diff"), (.range(.right, 10...30), "not in one hunk"),
        (.range(.right, 10...10), "two different ends"), (.range(.right, 5...10), "line 5 is not in the diff"),
    ])
    func `a comment beside the diff refuses the whole review`(_ anchor: ReviewAnchor, _ reason: String) async throws {
        let head = try await room.featureOpened()
        await expectRefusal(.refused, saying: reason) {
            _ = try await room.session.post(room.review(head, [("a.txt", .line(.right, 10)), ("a.txt", anchor)]), on: 1)
        }
        #expect(try await room.session.reviews(on: 1).isEmpty)
        #expect(try await room.session.threads(on: 1).isEmpty)
    }

    @Test func `a comment on another file, an empty text and a text without end are refused`() async throws {
        let head = try await room.featureOpened()
        await expectRefusal(.refused, saying: "no file of the diff") {
            _ = try await room.session.post(room.review(head, [("c.txt", .file)]), on: 1)
        }
        await expectRefusal(.refused, saying: "says nothing") { _ = try await room.session.post(room.review(head, [], body: ""), on: 1) }
        await expectRefusal(.refused, saying: "is empty") { _ = try await room.session.postComment(" \n", on: 1) }
        let long = String(repeating: "x", count: 65_537)
        await expectRefusal(.refused, saying: "longer than") { _ = try await room.session.postComment(long, on: 1) }
        await expectRefusal(.notFound) { _ = try await room.session.postComment("x", on: 9) }
    }

    @Test func `a review of another head than the pull request's is a conflict`() async throws {
        let head = try await room.featureOpened()
        try room.commit(["b.txt": "newer\n"])
        try room.push("feature")
        await expectRefusal(.conflict) { _ = try await room.session.post(room.review(head, [("b.txt", .file)]), on: 1) }
    }

    @Test func `a reply stands in its thread, and only under the comment that opened one`() async throws {
        let head = try await room.featureOpened()
        _ = try await room.session.post(room.review(head, [("b.txt", .line(.right, 1))]), on: 1)
        let thread = try #require(try await room.session.threads(on: 1).first)
        let opening = try #require(thread.comments.first)
        let reply = try await room.session.reply("Fixed.", to: opening.id, on: 1)
        try await room.session.resolve(thread: thread.id)
        let after = try #require(try await room.session.threads(on: 1).first)
        #expect(after.isResolved && after.comments.map(\.body) == [opening.body, "Fixed."])
        await expectRefusal(.refused) { _ = try await room.session.reply("x", to: reply.id, on: 1) }
        await expectRefusal(.notFound) { try await room.session.resolve(thread: "999") }
        #expect(try await room.session.comment(reply.id, .diff) == reply)
        #expect(try await room.session.comment(reply.id, .conversation) == nil, "the two kinds are told apart")
    }

    @Test func `Forge edits its own comments and nobody else's`() async throws {
        _ = try await room.featureOpened()
        let own = try await room.session.postComment("first", on: 1)
        let theirs = try await room.host.comment("mine", by: "forge", on: room.key(1))
        room.clock.advance(by: .seconds(1))
        try await room.session.editComment(own.id, to: "second")
        await expectRefusal(.forbidden(missing: nil)) { try await room.session.editComment(theirs.id, to: "x") }
        await expectRefusal(.notFound) { try await room.session.editComment(own.id + 100, to: "x") }
        let comments = try await room.session.comments(on: 1)
        #expect(comments.map(\.body) == ["second", "mine"] && comments[0].updatedAt > comments[0].createdAt)
        let identity = try await room.host.identity()
        #expect(comments.map { identity.isAuthor($0.author) } == [true, false], "whatever a person calls himself")
    }

    @Test func `reactions and labels are there once, however often they are given`() async throws {
        _ = try await room.featureOpened()
        let comment = try await room.session.postComment("x", on: 1)
        for _ in 0..<2 {
            try await room.session.react(.eyes, to: comment.id, .conversation)
            try await room.session.changeLabels(on: 1, adding: ["size/small", "risk"], removing: ["gone"])
        }
        try await room.session.changeLabels(on: 1, adding: [], removing: ["risk"])
        #expect(try await room.session.pullRequest(1).labels == ["size/small"])
        #expect(try await room.store.localDiscussion(room.key(1))?[comment.id]?.reactions == [.eyes])
        await expectRefusal(.notFound) { try await room.session.react(.eyes, to: comment.id, .diff) }
        try await room.session.setDescription(of: 1, to: "new")
        #expect(try await room.session.pullRequest(1).body == "new")
    }

    @Test func `a check is one of its external id, and stays ended`() async throws {
        let head = try await room.featureOpened()
        let id = try await room.session.createCheckRun(room.check(head, .inProgress))
        await expectRefusal(.conflict) { _ = try await room.session.createCheckRun(room.check(head, .inProgress)) }
        try await room.session.updateCheckRun(id, room.check(head, .completed(.failure)))
        await expectRefusal(.refused, saying: "has ended") { try await room.session.updateCheckRun(id, room.check(head, .inProgress)) }
        await expectRefusal(.refused) {
            try await room.session.updateCheckRun(id, room.check(head, .completed(.success), external: "other"))
        }
        await expectRefusal(.notFound) { try await room.session.updateCheckRun(id + 1, room.check(head, .inProgress)) }
        let second = try await room.session.createCheckRun(room.check(head, .inProgress, external: "run/2"))
        let runs = try await room.session.checkRuns(named: "Forge", at: head)
        #expect(runs.map(\.id) == [second, id] && runs.map(\.isCompleted) == [false, true] && runs.allSatisfy(\.isOwn))
        #expect(try await room.session.checkRuns(named: "Other", at: head).isEmpty)
        let nowhere = try #require(CommitSHA(String(repeating: "e", count: 40)))
        await expectRefusal(.notFound) { _ = try await room.session.createCheckRun(room.check(nowhere, .inProgress, external: "run/3")) }
        var buttons = room.check(head, .inProgress, external: "run/4")
        buttons.actions = [CheckAction(identifier: "i", label: String(repeating: "l", count: 21), description: "d")]
        await expectRefusal(.refused, saying: "20 characters") { _ = try await room.session.createCheckRun(buttons) }
    }
}
