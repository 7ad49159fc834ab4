// The check run of a head: under way, concluded, left alone, or failed, each with its reason. There is one for each run, found by its
// external id; a host that was asked twice shows one.

import ForgeConfig
import ForgeCore
import ForgeReview

extension ReviewRun {
    static let startedKey = "check.started"

    /// Before a model is asked, since that takes a while; never for rules alone.
    func showProgress(_ config: RepositoryConfig) async throws {
        guard config.output.makesCheckRun else { return }
        _ = try await journal.write(Self.startedKey, find: { try await ownCheck { _ in true } }) { () -> Int64? in
            try await create(ForgeCheck.inProgress(head: pull.head, pull: pull.number, run: name))
        }
    }

    /// The number of the check run; nil when there is none to be.
    func conclude(_ content: CheckRunContent?) async throws -> Int64? {
        guard let content else { return nil }
        return try await journal.write("check", find: { try await ownCheck(where: \.isCompleted) }) { () -> Int64? in
            guard let begun = try await begunCheck() else { return try await create(content) }
            try await session.updateCheckRun(begun, content)
            return begun
        }
    }

    /// The check run that this run began and has not concluded.
    private func begunCheck() async throws -> Int64? {
        if let known = try journal.known(Self.startedKey, as: Int64?.self) { return known }
        // Begun by a try whose answer got lost.
        guard journal.isRepeated("check") else { return nil }
        return try await ownCheck { !$0.isCompleted } ?? nil
    }

    private func ownCheck(where isMeant: (HostCheckRun) -> Bool) async throws -> Int64?? {
        let id = ForgeCheck.externalID(pull: pull.number, run: name)
        let runs = try await session.checkRuns(named: ForgeCheck.name, at: pull.head)
        guard let own = runs.first(where: { $0.isOwn && $0.externalID == id && isMeant($0) }) else { return nil }
        return .some(own.id)
    }

    /// Nil when the installation may not write checks: the review stands without.
    private func create(_ content: CheckRunContent) async throws -> Int64? {
        do {
            return try await session.createCheckRun(content)
        } catch {
            guard case .forbidden = error.kind else { throw error }
            needs.log.warning("no check run could be made", fields([.init("why", .string(error.message))]))
            return nil
        }
    }

    // MARK: Heads that are not reviewed

    /// Says why in a check run, and once in a comment when Forge stops by itself.
    func leave(_ decision: PauseDecision, _ config: RepositoryConfig, _ state: PullRequestState) async throws -> ReviewEnding {
        guard case .wait(let outcome, let notice) = decision else { return ReviewEnding(.skipped) }
        try await advance(to: .publishing)
        if let notice { try await post(notice: notice) }
        if case .paused(nil, _) = outcome {
            _ = try await needs.store.changePullRequest(key, lease: job.lease) { $0.rememberPause() }
        }
        if config.output.makesCheckRun { try await show(outcome, config) }
        return ReviewEnding(.skipped, outcome.sentence)
    }

    private func post(notice: String) async throws {
        _ = try await journal.write("notice", find: { try await ownComment(endingLike: notice) }) {
            try await unlessGone { _ = try await session.postComment(notice, on: pull.number) }
            return Done()
        }
    }

    private func ownComment(endingLike body: String) async throws -> Done? {
        guard let marker = HiddenMarker(endOf: body) else { return nil }
        let identity = try await memory.identity(needs.host)
        return identity.ownComment(marker, in: try await session.comments(on: pull.number)).map { _ in Done() }
    }

    /// The check run that a superseded run began and nobody concluded.
    func concludeCheck(of old: Run, _ steps: [Step]) async throws {
        guard let begun = steps.first(where: { $0.key == Self.startedKey }).flatMap({ Int64?(stepJSON: $0.result) }) ?? nil,
            !steps.contains(where: { $0.key == "check" }), let head = old.new.subject.split(separator: "@").last.flatMap({ CommitSHA($0) })
        else { return }
        let content = ForgeCheck.content(
            .superseded(by: pull.head), head: head, pull: pull.number, run: old.id.description, isGate: false)
        try await unlessGone { try await session.updateCheckRun(begun, content) }
    }

    /// While a model was asked, a check run stands as begun.
    func concludeAsSuperseded(by head: CommitSHA) async throws {
        if journal.has(Self.startedKey) { try await show(.superseded(by: head), nil) }
    }

    func show(_ outcome: Unreviewed, _ config: RepositoryConfig?) async throws {
        let isGate = config.map { $0.output.failsOn != .nothing } ?? false
        _ = try await conclude(ForgeCheck.content(outcome, head: pull.head, pull: pull.number, run: name, isGate: isGate))
    }
}

extension Unreviewed {
    /// For the run's row.
    var sentence: String {
        switch self {
        case .skipped(let reason), .blocked(let reason), .failed(let reason, _): reason
        case .enough(let reviews, _): "\(reviews) reviews within a day (budgets.reviews_per_day)"
        case .paused(let person, let pushes): "paused by \(person ?? "Forge") after \(pushes) pushes"
        case .superseded(let head): "superseded by \(head.short)"
        case .cancelled(let person): "cancelled by \(person)"
        case .timedOut(let limit): "not done within \(limit)"
        }
    }
}
