// What people do here: each step is a delivery that decodes into the event another code host would have sent, and leads to the same intent.

import ForgeCore
import ForgeTestSupport
import ForgeWebhooks
import Testing

@testable import ForgeLocalHost

struct PeopleTests {
    private let room: HostRoom

    init() throws { room = try HostRoom() }

    /// What each delivery so far leads to.
    private func intents() async throws -> [String] {
        try await room.deliveries().map { delivery in
            let body = try #require(VerifiedBody(stored: delivery))
            let event = try decodeEvent(delivery, body: body, settings: DecodingSettings())
            #expect(event.context.tenant == .local && delivery.source == .person)
            let intent = decideIntent(event, as: DecodingSettings(), review: nil)
            let settled = settlement(for: event, intent: intent, settings: DecodingSettings())
            #expect(settled.tenant == .local && settled.repository == "acme/shop" && settled.notices.isEmpty)
            return "\(event.context.name): \(settled.reason)"
        }
    }

    @Test func `opening, commenting and closing lead where they would on another host`() async throws {
        let head = try await room.featureOpened()
        let comment = try await room.host.comment("/forge review full", by: "bob", on: room.key(1))
        _ = try await room.session.post(room.review(head, [("b.txt", .file)]), on: 1)
        let opening = try #require(try await room.session.threads(on: 1).first?.comments.first?.id)
        _ = try await room.host.comment("/forge ignore a1 a test", by: "bob", on: room.key(1), replyTo: opening)
        _ = try await room.host.comment("hm", by: "bob", on: room.key(1))
        try await room.host.close(room.key(1), by: "alice")
        #expect(
            try await intents() == [
                "pull_request.opened: review of acme/shop#1 at \(head.short)",
                "issue_comment.created: /forge review on acme/shop#1",
                "pull_request_review_comment.created: /forge ignore on acme/shop#1",
                "issue_comment.created: no line of the comment begins with /forge",
                "pull_request.closed: acme/shop#1 was closed; what was queued for it ends",
            ])
        #expect(try await room.session.comment(comment.id, .conversation)?.author == Actor(login: "bob", kind: "User"))
        await expectRefusal(.refused) { try await room.host.close(room.key(1), by: "alice") }
    }

    @Test func `a job of a comment carries who asked, where, and the comment's number`() async throws {
        _ = try await room.featureOpened()
        let comment = try await room.host.comment("/forge ask why", by: "bob", on: room.key(1))
        let delivery = try #require(try await room.deliveries().last)
        let event = try decodeEvent(delivery, body: #require(VerifiedBody(stored: delivery)), settings: DecodingSettings())
        let intent = decideIntent(event, as: DecodingSettings(), review: nil)
        #expect(
            intent == .command(CommandList([Command(name: "ask", arguments: "why")]), number: 1, comment: comment.id, isPullRequest: true))
        let job = try #require(settlement(for: event, intent: intent, settings: DecodingSettings()).jobs.first)
        #expect(job.tenant == .local && job.payload["asked_by"]?["login"]?.string == "bob")
    }

    @Test func `a draft waits, and what has nothing new or no common past cannot be opened`() async throws {
        try room.branch("feature", ["b.txt": "b\n"])
        try await room.opened(isDraft: true)
        #expect(try await intents().last?.contains("is a draft") == true)
        await expectRefusal(.conflict, saying: "#1 is open") { try await room.opened() }
        try room.git("push", "-q", "origin", "main:same")
        await expectRefusal(.refused, saying: "main has all that same has") { try await room.opened("same") }
        await expectRefusal(.notFound, saying: "no branch nowhere") { try await room.opened("nowhere") }
        await expectRefusal(.refused, saying: "into itself") { try await room.opened("main") }
        try room.git("checkout", "-q", "--orphan", "orphan")
        try room.commit(["c.txt": "c\n"])
        try room.push("orphan")
        await expectRefusal(.refused, saying: "share no commit") { try await room.opened("orphan") }
        #expect(try await room.deliveries().count == 1)
    }

    @Test func `a push tells each pull request of its branch, and the person of what to do for one that has none`() async throws {
        let head = try await room.featureOpened()
        let newer = try room.commit(["b.txt": "newer\n"])
        try room.push("feature")
        let notes = try await room.host.pushed(
            [
                RefChange(ref: "refs/heads/feature", before: head, after: newer),
                RefChange(ref: "refs/tags/v1", before: nil, after: newer), RefChange(ref: "refs/heads/other", before: nil, after: newer),
            ], in: room.repository, by: "alice")
        #expect(notes == [.pushed(room.key(1), head: newer), .unclaimed(branch: "other")])
        let said = try await intents()
        #expect(said.count == 4 && said[1].hasPrefix("push: a push to 'feature'"))
        #expect(said[2] == "pull_request.synchronize: review of acme/shop#1 at \(newer.short)")
    }

    @Test func `a branch that is deleted closes its pull request, and one that was merged by hand is merged`() async throws {
        _ = try await room.featureOpened()
        try room.git("push", "-q", "origin", ":feature")
        let head = try #require(CommitSHA(try room.git("rev-parse", "feature")))
        var notes = try await room.host.pushed(
            [RefChange(ref: "refs/heads/feature", before: head, after: nil)], in: room.repository, by: "alice")
        #expect(notes == [.closed(room.key(1))])
        #expect(try await room.session.pullRequest(1).isOpen == false)
        let second = try room.branch("second", ["c.txt": "c\n"])
        try await room.opened("second")
        let before = try #require(CommitSHA(try room.git("rev-parse", "main")))
        try room.git("checkout", "-q", "main")
        try room.git("merge", "-q", "--no-ff", "-m", "by hand", "second")
        try room.push("main")
        let after = try #require(CommitSHA(try room.git("rev-parse", "main")))
        notes = try await room.host.pushed(
            [RefChange(ref: "refs/heads/main", before: before, after: after)], in: room.repository, by: "alice")
        #expect(notes == [.merged(room.key(2))])
        let pull = try await room.session.pullRequest(2)
        #expect(pull.isMerged && !pull.isOpen && pull.head == second)
        #expect(try await intents().last == "pull_request.closed: acme/shop#2 was merged; what was queued for it ends")
    }

    @Test func `thousands of refs at once tell of pull requests only`() async throws {
        let head = try await room.featureOpened()
        let changes = (0..<2_000).map { RefChange(ref: "refs/heads/b\($0)", before: nil, after: head) }
        let notes = try await room.host.pushed(
            changes + [RefChange(ref: "refs/heads/feature", before: nil, after: head)], in: room.repository, by: "alice")
        #expect(notes == [.pushed(room.key(1), head: head)])
        #expect(try await room.deliveries().count == 2)
    }

    @Test(arguments: [
        ("0000000000000000000000000000000000000000 1111111111111111111111111111111111111111 refs/heads/a b", true),
        ("1111111111111111111111111111111111111111 0000000000000000000000000000000000000000 refs/heads/a", true),
        ("1111111111111111111111111111111111111111 2222222222222222222222222222222222222222 main", false),
        ("0000000000000000000000000000000000000000 0000000000000000000000000000000000000000 refs/heads/a", false),
        ("zz 11 refs/heads/a", false), ("", false), ("1 2", false),
    ])
    func `a line of a push is read as git writes it`(_ line: String, _ isRead: Bool) {
        #expect((RefChange(line: line) != nil) == isRead)
    }
}
