// A pull request as the engine sees it: where its branches are, what can be fetched, where comments are after later pushes.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeLocalHost

struct ReadingTests {
    private let room: HostRoom

    init() throws { room = try HostRoom() }

    @Test func `a pull request is where its branches are, and its head can be fetched by number`() async throws {
        let head = try await room.featureOpened()
        let pull = try await room.session.pullRequest(1)
        let base = try #require(CommitSHA(try room.there("rev-parse", "main")))
        #expect(
            pull
                == PullRequest(
                    number: 1, title: "Add it", body: "why", author: Actor(login: "alice", kind: "User"), head: head,
                    headBranch: "feature", headRepository: room.repository, base: base, baseBranch: "main", defaultBranch: "main"))
        #expect(try room.there("rev-parse", "refs/pull/1/head") == head.description)
        #expect(try await room.session.gitRemote().url == "file://\(room.path)/git/acme/shop.git")
        #expect(try await room.session.gitRemote().password == nil)
    }

    @Test func `a push that nobody told of is seen all the same`() async throws {
        _ = try await room.featureOpened()
        let newer = try room.commit(["b.txt": "newer\n"])
        try room.push("feature")
        #expect(try await room.session.pullRequest(1).head == newer)
        #expect(try room.there("rev-parse", "refs/pull/1/head") == newer.description)
        #expect(try await room.session.pullRequests(withHead: newer) == [1])
        #expect(try await room.session.pullRequests(withHead: try #require(CommitSHA(String(repeating: "e", count: 40)))).isEmpty)
    }

    @Test func `a branch that was deleted leaves its last head`() async throws {
        let head = try await room.featureOpened()
        try room.git("push", "-q", "origin", ":feature")
        #expect(try await room.session.pullRequest(1).head == head)
    }

    @Test func `what is not there is not found`() async throws {
        await expectRefusal(.notFound) { _ = try await room.session.pullRequest(1) }
        let other = try #require(RepositoryName("acme/other"))
        let session = room.host.session(HostPlace(tenant: .local, repository: other), .review, .work)
        await expectRefusal(.notFound) { _ = try await session.gitRemote() }
        #expect(try await room.session.comment(1 << 20 + 1, .conversation) == nil)
    }

    @Test func `every person may write, and no bot`() async throws {
        #expect(try await room.session.permission(of: "alice") == .write)
        #expect(try await room.session.permission(of: "x[bot]") == .none)
        #expect(try await room.session.permission(of: "") == .none)
    }

    @Test func `repositories are those in the folder, of an owner or right in it`() async throws {
        for name in ["solo.git", "acme/tool.git"] {
            try GitProgram(in: room.path).run(["init", "-q", "--bare", "\(room.path)/git/\(name)"])
        }
        try GitProgram(in: room.path).run(["init", "-q", "\(room.path)/git/acme/worktree"])
        #expect(try await room.repositories.names().map(\.description) == ["acme/shop", "acme/tool", "local/solo"])
        let solo = try #require(RepositoryName("local/solo"))
        #expect(try await room.repositories.path(of: solo).hasSuffix("/git/solo.git"))
    }

    @Test func `a comment stays on its line when others move it, and is outdated when its own line changed`() async throws {
        let head = try await room.featureOpened()
        _ = try await room.session.post(
            room.review(head, [("a.txt", .line(.right, 10)), ("a.txt", .line(.right, 30)), ("b.txt", .line(.right, 1))]), on: 1)
        let text = "above\n" + HostRoom.lines(1...9) + "ten\n" + HostRoom.lines(11...29) + "THIRTY\n" + HostRoom.lines(31...40)
        try room.commit(["a.txt": text, "b.txt": nil])
        try room.push("feature")
        let threads = try await room.session.threads(on: 1)
        #expect(threads.map(\.line) == [11, nil, nil])
        #expect(threads.map(\.isOutdated) == [false, true, true])
    }

    @Test(arguments: UInt64(0)..<12)
    func `a line that nobody touched is found again, whatever was done around it`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let before = (1...60).map { "old \($0)" }
        var after: [String] = []
        for line in before {
            switch Int.random(in: 0..<6, using: &random) {
            case 0: continue
            case 1: after += ["new \(Int.random(in: 0..<1_000_000, using: &random))", line]
            default: after.append(line)
            }
        }
        let first = try room.branch("moves", ["m.txt": before.joined(separator: "\n") + "\n"])
        let second = try room.commit(["m.txt": after.joined(separator: "\n") + "\n"])
        try room.push("moves")
        let moves = LineMoves(try await room.repositories.diff(from: first, to: second, in: room.repository))
        for (index, line) in before.enumerated() {
            let thread = LocalThread(review: 1, path: RepositoryPath("m.txt"), anchor: .line(.right, index + 1), commit: first)
            let expected = after.firstIndex(of: line).map { $0 + 1 }
            let place = moves.place(of: thread)
            #expect(place.line == expected && place.isOutdated == (expected == nil), "line \(index + 1)")
        }
    }
}
