// Merging: a real merge commit, only of what was looked at and passed, never over somebody else's push.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeLocalHost

struct MergingTests {
    private let room: HostRoom

    init() throws { room = try HostRoom() }

    private func merge(isForced: Bool = false) async throws -> Result<CommitSHA?, MergeRefusal> {
        try await room.host.merge(room.key(1), by: "bob", isForced: isForced)
    }

    @Test func `what passed is merged by a commit with two parents, and git agrees`() async throws {
        let head = try await room.featureOpened()
        try room.git("checkout", "-q", "main")
        let base = try room.commit(["other.txt": "x\n"])
        try room.push("main")
        _ = try await room.session.createCheckRun(room.check(head, .completed(.success)))
        let commit = try #require(try await merge().get())
        #expect(try room.there("rev-parse", "main") == commit.description)
        #expect(try room.there("log", "-1", "--format=%P", "main") == "\(base) \(head)")
        #expect(try room.there("log", "-1", "--format=%an <%ae> %s", "main") == "bob <bob@localhost> Merge #1 from feature")
        #expect(try room.there("show", "main:b.txt") == "new" && room.there("show", "main:other.txt") == "x")
        #expect(try room.there("fsck", "--strict", "--no-dangling").isEmpty)
        let pull = try await room.session.pullRequest(1)
        #expect(pull.isMerged && pull.head == head && pull.base == base)
        #expect(try await merge() == .failure(.notOpen(.merged)))
    }

    @Test func `an unchecked, a running and a failing head are refused, and a person can say otherwise`() async throws {
        let head = try await room.featureOpened()
        #expect(try await merge() == .failure(.unchecked(head: head)))
        let id = try await room.session.createCheckRun(room.check(head, .inProgress))
        #expect(try await merge() == .failure(.checkRunning("Forge")))
        try await room.session.updateCheckRun(id, room.check(head, .completed(.failure)))
        #expect(try await merge() == .failure(.checkFailed("Forge", .failure)))
        #expect(try await room.session.pullRequest(1).isOpen)
        #expect(try await merge(isForced: true).get() != nil)
    }

    @Test func `the newest check of a name counts`() async throws {
        let head = try await room.featureOpened()
        _ = try await room.session.createCheckRun(room.check(head, .completed(.failure)))
        _ = try await room.session.createCheckRun(room.check(head, .completed(.neutral), external: "run/2"))
        #expect(try await merge().get() != nil)
    }

    @Test func `what both sides changed is a conflict, forced or not, and nothing moves`() async throws {
        _ = try await room.featureOpened()
        try room.git("checkout", "-q", "main")
        let text = HostRoom.lines(1...9) + "zehn\n" + HostRoom.lines(11...40)
        let base = try room.commit(["a.txt": text])
        try room.push("main")
        #expect(try await merge(isForced: true) == .failure(.conflicts([RepositoryPath("a.txt")])))
        #expect(try room.there("rev-parse", "main") == base.description)
        #expect(try await room.session.pullRequest(1).isOpen)
    }

    @Test func `a draft is merged only by force, and what is in the base already needs no commit`() async throws {
        try room.branch("feature", ["b.txt": "b\n"])
        try await room.opened(isDraft: true)
        #expect(try await merge() == .failure(.draft))
        try room.git("push", "-q", "origin", "feature:main")
        #expect(try await merge(isForced: true) == .success(nil))
        #expect(try await room.session.pullRequest(1).isMerged)
    }

    @Test func `a base branch that was pushed to meanwhile is not moved back`() async throws {
        let head = try await room.featureOpened()
        let base = try await room.session.pullRequest(1).base
        try room.git("checkout", "-q", "main")
        let pushed = try room.commit(["other.txt": "x\n"])
        try room.push("main")
        let request = MergeRequest(
            repository: room.repository, baseBranch: "main", base: base, head: head, message: "m", author: "bob", at: room.clock.timestamp)
        do throws(SourceError) {
            _ = try await room.repositories.merge(request)
            Issue.record("it was merged")
        } catch {
            #expect(error.kind == .unavailable)
        }
        #expect(try room.there("rev-parse", "main") == pushed.description)
    }
}
