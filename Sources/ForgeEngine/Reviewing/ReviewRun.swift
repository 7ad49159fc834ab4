// One review of one pull request at one head, from its code to what stands on the code host. `carryOut` is the whole of it, to be read from
// the top; each line is a step or asks a pure function. A run that was stopped anywhere is called again from the top.
//
// It must never post for a head that is not the newest, never say that all is well when something was not read, and never tell anybody
// about a limit or a failure that passes.

import ForgeConfig
import ForgeCore
import ForgeReview

/// Thrown when the pull request has another head than the one that is being reviewed.
struct HeadMoved: Error {
    let head: CommitSHA
}

/// Asked of the host once and kept for the run.
actor HostMemory {
    private var known: HostIdentity?
    private var threads: [HostThread]?

    func identity(_ host: any CodeHost) async throws -> HostIdentity {
        if let known { return known }
        let identity = try await host.identity()
        known = identity
        return identity
    }

    func threads(_ session: any HostSession, on number: Int64) async throws -> [HostThread] {
        if let threads { return threads }
        let all = try await session.threads(on: number)
        threads = all
        return all
    }
}

struct ReviewRun: Sendable {
    let needs: ReviewDependencies
    let patience: PushPatience
    let request: ReviewRequest
    let job: Job
    let session: any HostSession
    let pull: PullRequest
    let journal: RunJournal
    let memory = HostMemory()
    let startedAt: Timestamp

    var place: HostPlace { request.place }
    var key: PullRequestKey { PullRequestKey(place: request.place, number: pull.number) }
    /// As it stands in markers and in the external ids of checks.
    var name: String { journal.run.description }

    func carryOut(_ snapshot: any SourceSnapshot, _ start: ReviewStart) async throws -> ReviewEnding {
        let state = try await needs.store.pullRequestState(key)
        if let ending = reviewedAlready(state, start) { return ending }
        let config = try await readConfig(snapshot, at: start.base)
        try await tellConfigProblems(config, state)
        if let outcome = reasonToLeave(config.config, state) { return try await leave(outcome, config.config, state) }
        if let outcome = try await reasonInQuota(config.config, state) { return try await leave(outcome, config.config, state) }
        try waitForTheNextPush(config.config)
        try await advance(to: .planning)
        let change = try await readChange(snapshot, start, config.config)
        if let outcome = reasonInPaths(change, config.config) { return try await leave(outcome, config.config, state) }
        let share = try await share(of: change, after: state.reviewed)
        var judgement = try await needs.judge.judge(change, config)
        try await judgeConfig(of: change, into: &judgement)
        let tools = try await readTools(config.config, share, into: &judgement)
        let (material, reading) = try await askModel(change, judgement, config, share)
        let report = settle(material, reportSettings(judgement))
        let known = try await withThreadsKnown(state, report)
        let planned = try await planned(change, report, judgement, reading, tools)
        let plan = planReview(planned, known, PlanSettings(config.config, isFull: request.isFull, share))
        // What is known of the pull request was read under this name.
        try await needs.requireSameName(job)
        try await noteComments(plan, known)
        try await advance(to: .publishing)
        let posted = try await publish(plan, config.config, share)
        if share == .whole { try await describe(change, config.config.output) }
        try await needs.store.saveFindings(recorded(report), lease: job.lease)
        let now = try await remember(plan, posted)
        return ReviewEnding(plan.conclusion, unread: unreadCount(report, reading), open: now.openCount)
    }

    func advance(to state: RunState, because reason: String? = nil) async throws {
        try await needs.store.advanceRun(journal.run, to: state, reason: reason, lease: job.lease)
    }

    // MARK: What there is to do

    /// The same head into the same branch: a redelivery, a reopening, or a run that was stopped just before its end.
    private func reviewedAlready(_ state: PullRequestState, _ start: ReviewStart) -> ReviewEnding? {
        if request.isRefresh {
            let isKnown = state.reviewed?.head == pull.head && state.reviewed?.baseBranch == pull.baseBranch
            return isKnown ? nil : ReviewEnding(.unneeded, "this head was not reviewed yet, and its review says what holds")
        }
        guard !request.isAsked, let reviewed = state.reviewed, reviewed.head == pull.head, reviewed.baseBranch == pull.baseBranch else {
            return nil
        }
        // Its own work: what it found is what it ended with.
        if reviewed.round > start.round { return ReviewEnding(reviewed.conclusion, unread: 0, open: state.openCount) }
        return ReviewEnding(.unneeded, "this head was reviewed already")
    }

    /// A burst of pushes is one review: each waits for the next, and queueing that one ends this.
    private func waitForTheNextPush(_ config: RepositoryConfig) throws {
        patience.remember(config.review.debounce, of: place)
        if let pause = patience.pause(of: request, queuedAt: job.createdAt, now: needs.now.now) { throw PushPatience.deferral(pause) }
    }

    private func share(of change: JudgedChange, after reviewed: ReviewedHead?) async throws -> ReviewShare {
        if request.isRefresh { return .summary }
        guard !request.isAsked, let reviewed, let base = reviewed.mergeBase else { return .whole }
        // What was thrown away after a force-push cannot be compared.
        guard try await change.snapshot.contains(base), try await change.snapshot.contains(reviewed.head) else { return .whole }
        let before = try await change.snapshot.diff(from: base, to: reviewed.head)
        return change.input.diff.hasSameContent(as: before) ? .check : .whole
    }

    // MARK: Judging

    /// Every severity: what is shown where is the plan's choice.
    private func reportSettings(_ judgement: ChangeJudgement) -> ReviewSettings {
        var settings = ReviewSettings()
        settings.required = judgement.required
        settings.version = judgement.version
        return settings
    }

    private func planned(
        _ change: JudgedChange, _ report: ReviewReport, _ judgement: ChangeJudgement, _ reading: ModelReading?, _ tools: Set<String>
    ) async throws -> PlannedChange {
        PlannedChange(
            key: key, pull: pull, mergeBase: change.mergeBase, diff: change.input.diff, report: report,
            rulesRun: Set(judgement.material.rules.map(\.id)), toolsRun: tools, leftOut: judgement.leftOut.union(change.generated),
            model: reading,
            dismissals: try await needs.store.dismissals(in: place), isAsked: request.isAsked, duration: needs.now.now - startedAt,
            run: name, repositoryURL: needs.repositoryURL(place.repository))
    }

    /// As the check has it: what nobody read, and what the model did not read, or only in part.
    private func unreadCount(_ report: ReviewReport, _ reading: ModelReading?) -> Int {
        report.coverage.unread.count + (reading?.none.count ?? 0) + (reading?.partial.count ?? 0)
    }

    private func recorded(_ report: ReviewReport) -> [RecordedFinding] {
        report.open.map { found in
            RecordedFinding(
                run: journal.run, stableID: found.id.text, rule: found.finding.rule, severity: found.finding.severity.recorded,
                category: found.finding.family, path: found.finding.path?.shown ?? "", line: found.finding.lines?.lowerBound,
                message: found.finding.message)
        }
    }
}

extension PullRequestState {
    fileprivate var openCount: Int { ledger.values.count { $0.state == .open } }
}

extension FindingSeverity {
    /// As tickets and listings count.
    fileprivate var recorded: Severity {
        switch self {
        case .info, .low: .info
        case .medium: .warning
        case .high: .error
        case .critical: .fatal
        }
    }
}
