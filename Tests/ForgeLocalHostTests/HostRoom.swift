// A folder with one bare repository, made by the real git, a clone to push from, the real store, and the local code host over them.

import ForgeCore
import ForgeGit
import ForgeStore
import ForgeTestSupport
import Foundation
import Testing

@testable import ForgeLocalHost

final class HostRoom: Sendable {
    let path: String
    let clock = TestClock()
    let store: any Store
    let host: LocalHost
    let repositories: any LocalRepositories
    let repository: RepositoryName

    /// `main` has `a.txt` with forty lines, each its own.
    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("forge-host-\(UUID().uuidString)").path
        repository = try #require(RepositoryName("acme/shop"))
        for folder in ["git/acme/shop.git", "data", "clone"] {
            try FileManager.default.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
        }
        try GitProgram(in: "\(path)/git/acme/shop.git").run(["init", "-q", "--bare", "-b", "main"])
        try GitProgram(in: "\(path)/clone").run(["init", "-q", "-b", "main"])
        try GitProgram(in: "\(path)/clone").run(["remote", "add", "origin", "\(path)/git/acme/shop.git"])
        store = try SQLiteStore.open(folder: "\(path)/data", clock: clock.wallClock, metrics: Metrics(), log: .silent)
        repositories = HostedRepositories(folder: "\(path)/git", runtime: try GitRuntime())
        host = LocalHost(store: store, repositories: repositories, clock: clock.wallClock)
        try commit(["a.txt": Self.lines(1...40)], "Begin")
        try push("main")
    }

    deinit {
        // What cannot be removed is left to the machine's own cleaning.
        try? FileManager.default.removeItem(atPath: path)
    }

    static func lines(_ numbers: ClosedRange<Int>) -> String { numbers.map { "line \($0)\n" }.joined() }

    // MARK: Git

    @discardableResult
    func git(_ arguments: String...) throws -> String { try GitProgram(in: "\(path)/clone").text(arguments) }

    @discardableResult
    func commit(_ files: [String: String?], _ message: String = "Change") throws -> CommitSHA {
        for (name, text) in files {
            if let text {
                try Data(text.utf8).write(to: URL(filePath: "\(path)/clone/\(name)"))
            } else {
                try FileManager.default.removeItem(atPath: "\(path)/clone/\(name)")
            }
        }
        try git("add", "-A")
        try git("commit", "-q", "--allow-empty", "-m", message)
        return try #require(CommitSHA(try git("rev-parse", "HEAD")))
    }

    func push(_ branch: String) throws { try git("push", "-q", "-f", "origin", branch) }

    /// A branch off `main` whose change is pushed.
    @discardableResult
    func branch(_ name: String, _ files: [String: String?], _ message: String = "Change") throws -> CommitSHA {
        try git("checkout", "-q", "-b", name, "main")
        let head = try commit(files, message)
        try push(name)
        return head
    }

    /// What is in the bare repository.
    func there(_ arguments: String...) throws -> String { try GitProgram(in: "\(path)/git/acme/shop.git").text(arguments) }

    // MARK: The host

    var session: any HostSession {
        host.session(HostPlace(tenant: .local, repository: repository), .review, .work)
    }

    func key(_ number: Int64) -> LocalPullRequestKey { LocalPullRequestKey(repository: repository, number: number) }

    @discardableResult
    func opened(_ branch: String = "feature", isDraft: Bool = false) async throws -> LocalPullRequest {
        try await host.open(
            NewLocalPullRequest(
                repository: repository, title: "Add it", body: "why", author: "alice", isDraft: isDraft, headBranch: branch,
                baseBranch: "main"))
    }

    /// `feature` changes lines 10 and 30 of `a.txt` and adds `b.txt`; its head.
    func featureOpened() async throws -> CommitSHA {
        let text = Self.lines(1...9) + "ten\n" + Self.lines(11...29) + "thirty\n" + Self.lines(31...40)
        let head = try branch("feature", ["a.txt": text, "b.txt": "new\n"])
        try await opened()
        return head
    }

    func review(_ head: CommitSHA, _ comments: [(String, ReviewAnchor)], body: String = "Look.") -> NewReview {
        NewReview(
            commit: head, body: body,
            comments: comments.map { NewReviewComment(path: RepositoryPath($0.0), anchor: $0.1, body: "at \($0.1)") })
    }

    func check(_ head: CommitSHA, _ state: CheckState, external: String = "run/1") -> CheckRunContent {
        CheckRunContent(head: head, state: state, title: "Looked", summary: "s", externalID: external)
    }

    func deliveries() async throws -> [Delivery] {
        try await store.pendingDeliveries(after: nil, limit: 100)
    }
}

/// Holds when the work throws a `CodeHostError` of this kind, and nothing else.
func expectRefusal(
    _ kind: CodeHostError.Kind, saying part: String = "", sourceLocation: SourceLocation = #_sourceLocation,
    by work: () async throws -> Void
) async {
    do {
        try await work()
        Issue.record("it was done, where \(kind) was due", sourceLocation: sourceLocation)
    } catch let error as CodeHostError {
        #expect(error.kind == kind, "\(error.message)", sourceLocation: sourceLocation)
        #expect(part.isEmpty || error.message.contains(part), "\(error.message)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("threw \(error)", sourceLocation: sourceLocation)
    }
}
