// A pull request with findings and the people around it, for tests of what they say and hear.

import ForgeCore
import ForgeReview

enum CommandStage {
    static let head = CommitSHA(String(repeating: "a", count: 40))!
    static let now = Timestamp(milliseconds: 1_772_000_000_000)
    static let forge = HostIdentity(app: 42, user: 77, login: "forge-reviews[bot]")
    static let ada = Actor(login: "ada", number: 1, kind: "User")
    static let bo = Actor(login: "bo", number: 2, kind: "User")
    static let bot = Actor(login: "leafbot[bot]", number: 3, kind: "Bot")
    static let own = Actor(login: "forge-reviews[bot]", number: 77, kind: "Bot")
    static let key = PullRequestKey(
        place: HostPlace(tenant: .installation(9), repository: RepositoryName("a/b")!), number: 12)
    static let sql = ReportedRule(
        id: "sql-from-text", title: "SQL put together from text", family: "injection", severity: .high,
        fix: "Pass the values as parameters.", references: ["https://example.org/sql"])

    static let first = "1111111111111111"
    static let second = "1111112222222222"
    static let third = "abcdef0123456789"

    static func entry(
        _ id: String, _ severity: FindingSeverity = .high, rule: String = "sql-from-text", thread: Int64? = nil, line: Int = 3,
        state: LedgerState = .open, message: String = "The query is put together from text.", source: String = "rules"
    ) -> LedgerEntry {
        LedgerEntry(
            id: id, rule: rule, family: "injection", severity: severity, source: source, path: RepositoryPath("a.py"), line: line,
            message: message,
            snippet: "run(sql)", state: state, place: thread.map { .thread(comment: $0) } ?? .summary, firstSeen: head, lastSeen: head)
    }

    static func state(_ entries: [LedgerEntry], _ change: (inout PullRequestState) -> Void = { _ in }) -> PullRequestState {
        var state = PullRequestState(key: key)
        for entry in entries { state.ledger[entry.id] = entry }
        change(&state)
        return state
    }

    static func scene(
        _ entries: [LedgerEntry] = [entry(first, thread: 500)], permission: HostPermission = .write,
        _ change: (inout CommandScene) -> Void = { _ in }
    ) -> CommandScene {
        var scene = CommandScene(
            state: state(entries),
            pullRequest: PullRequest(
                number: 12, title: "Pears", author: bo, head: head, headBranch: "pears", headRepository: key.place.repository, base: head,
                baseBranch: "main"),
            permission: permission, identity: forge, rules: ["sql-from-text": sql], now: now)
        change(&scene)
        return scene
    }

    static func request(
        _ lines: String..., by asker: Actor = ada, thread: Int64? = nil, _ change: (inout CommandRequest) -> Void = { _ in }
    ) -> CommandRequest {
        let commands = lines.map { line in
            let words = line.split(separator: " ", maxSplits: 1)
            return Command(name: String(words[0]), arguments: words.count > 1 ? String(words[1]) : "")
        }
        var request = CommandRequest(
            commands: commands, number: 12, place: thread == nil ? .pullRequest : .diff, comment: 900, root: thread, asker: asker)
        change(&request)
        return request
    }
}

extension CommandOutcome {
    /// What a person reads, without the hidden marks.
    var shown: String {
        parts.map { part in
            switch part.content {
            case .text(let text): text
            case .question(let question): "? \(question.kind.rawValue): \(question.words)"
            }
        }.joined(separator: "\n---\n").split(separator: "\n\n<!--").first.map(String.init) ?? ""
    }
}
