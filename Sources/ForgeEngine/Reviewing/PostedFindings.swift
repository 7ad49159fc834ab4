// The findings a review is about to comment on, written down before it is posted. A run that was ended between its review and its word in the
// ledger leaves comments that the ledger does not know; whoever comes next takes those that really stand on the host into it, so that no
// finding is commented on twice, and each can be answered.

import ForgeCore
import ForgeReview

struct PostedFindings: StepResult, Hashable {
    static let key = "comments"

    var entries: [LedgerEntry]

    /// What the ledger would say of each finding in the plan's review.
    init(_ plan: ReviewPlan, _ state: PullRequestState) {
        var after = state
        plan.remember(PostedReview(), in: &after)
        entries = (plan.review?.comments ?? []).flatMap(\.findings).compactMap { after.ledger[$0] }
    }

    /// Those that an own thread tells of, and that the ledger does not know.
    func adopt(_ threads: [String: HostThread], into state: inout PullRequestState) {
        for var entry in entries where state.ledger[entry.id] == nil {
            guard let thread = threads[entry.id] else { continue }
            entry.place = .thread(comment: thread.comments.first?.id)
            state.ledger[entry.id] = entry
        }
    }

    var stepJSON: JSON { .array(entries.map(\.stepJSON)) }

    init?(stepJSON: JSON) {
        guard let items = stepJSON.array else { return nil }
        entries = items.compactMap(LedgerEntry.init(stepJSON:))
        guard entries.count == items.count else { return nil }
    }
}

extension LedgerEntry {
    /// Of one that is open; it has a thread.
    fileprivate var stepJSON: JSON {
        JSON.object([
            .init("id", .string(id)), .init("rule", .string(rule)), .init("family", .string(family)),
            .init("severity", .string(severity.rawValue)), .init("source", .string(source)),
            // Paths may be no text at all.
            .init("path", path.map { .array($0.bytes.map { .integer(Int64($0)) }) } ?? .null), .init("line", JSON(line)),
            .init("message", .string(message)), .init("snippet", .string(snippet)), .init("head", .string(lastSeen.description)),
        ]).withoutNulls
    }

    fileprivate init?(stepJSON: JSON) {
        guard let id = stepJSON["id"]?.string, let rule = stepJSON["rule"]?.string, let family = stepJSON["family"]?.string,
            let severity = stepJSON["severity"]?.string.flatMap(FindingSeverity.init(rawValue:)), let source = stepJSON["source"]?.string,
            let message = stepJSON["message"]?.string, let snippet = stepJSON["snippet"]?.string,
            let head = stepJSON["head"]?.string.flatMap({ CommitSHA($0) })
        else { return nil }
        let path = stepJSON["path"]?.array.map { RepositoryPath(bytes: $0.compactMap { $0.integer.flatMap { UInt8(exactly: $0) } }) }
        self.init(
            id: id, rule: rule, family: family, severity: severity, source: source, path: path,
            line: stepJSON["line"]?.integer.flatMap { Int(exactly: $0) }, message: message, snippet: snippet, place: .thread(comment: nil),
            firstSeen: head, lastSeen: head)
    }
}

extension ReviewRun {
    /// Before anything of the plan is posted.
    func noteComments(_ plan: ReviewPlan, _ state: PullRequestState) async throws {
        guard plan.review != nil else { return }
        _ = try await journal.step(PostedFindings.key, .decision) { PostedFindings(plan, state) }
    }

    /// Takes the comments of a run that nobody carries on into the ledger.
    func adopt(_ steps: [Step]) async throws {
        guard let noted = steps.first(where: { $0.key == PostedFindings.key }).flatMap({ PostedFindings(stepJSON: $0.result) }),
            steps.contains(where: { $0.key.hasPrefix("review/") })
        else { return }
        let threads = try await memory.identity(needs.host).findingThreads(try await memory.threads(session, on: pull.number))
        _ = try await needs.store.changePullRequest(key, lease: job.lease) { noted.adopt(threads, into: &$0) }
    }
}
