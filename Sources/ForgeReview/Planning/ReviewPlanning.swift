// From a change and what is known of it to everything that is to be said. It chooses and writes nothing: no clock, no chance, no host.

package import ForgeCore

package func planReview(_ change: PlannedChange, _ state: PullRequestState, _ settings: PlanSettings) -> ReviewPlan {
    var coverage = CoverageText(change)
    let novelty = ChangeNovelty(
        change.diff, since: state.reviewed.map { LinesSeen(json: $0.linesSeen) },
        unread: Set(change.report.coverage.unread.compactMap(\.path)), readByModel: change.model?.full ?? [])
    let ledger = LedgerReconciliation(change, state, novelty)
    let open = gravestFirst(ledger.open)
    let conclusion = ReviewOutlook.conclusion(open, isPartial: coverage.isPartial, settings)
    var planning = CommentPlanning(change, settings, Permalink(repositoryURL: change.repositoryURL, head: change.pull.head))
    let comments = planning.comments(open)
    let commented = Set(comments.flatMap(\.findings))
    let room = LedgerRoom(state.ledger, open, commented: commented, max: ReviewOutlook.ledgerMax)
    coverage.remark = room.sentence
    let outlook = ReviewOutlook(
        change: change, settings: settings, before: state, open: open,
        told: open.filter { !$0.isOpinion && $0.finding.severity >= settings.severityMin }, ended: ledger.ended,
        dismissed: ledger.dismissed,
        commented: commented, conclusion: conclusion, coverage: coverage, linesSeen: novelty.seen.json, room: room)
    return ReviewPlan(
        review: review(comments, outlook), answers: answers(outlook), conclusion: conclusion,
        withdrawsRequest: settings.requestsChanges && state.reviewed?.conclusion == .failure && conclusion != .failure, outlook: outlook)
}

/// They come in the order of the report, and stay so within a severity.
private func gravestFirst(_ findings: [OpenFinding]) -> [OpenFinding] {
    var bySeverity: [FindingSeverity: [OpenFinding]] = [:]
    for finding in findings { bySeverity[finding.finding.severity, default: []].append(finding) }
    return FindingSeverity.allCases.reversed().flatMap { bySeverity[$0] ?? [] }
}

/// One review or none: what asks for nobody's eyes is no review.
private func review(_ comments: [PlannedComment], _ outlook: ReviewOutlook) -> PlannedReview? {
    let settings = outlook.settings
    guard settings.postsReview else { return nil }
    let last = outlook.before.reviewed?.conclusion
    var event = ReviewEvent.comment
    if settings.requestsChanges, outlook.conclusion == .failure, last != .failure || !comments.isEmpty { event = .requestChanges }
    if settings.approves, outlook.conclusion == .success, last != .success { event = .approve }
    guard !comments.isEmpty || event != .comment else { return nil }
    return PlannedReview(
        commit: outlook.head, event: event, body: ReviewText.body(comments, event, outlook), comments: comments, run: outlook.change.run)
}

/// What threads are told: of what ended now, and of what ended before without anybody having been told.
private func answers(_ outlook: ReviewOutlook) -> [ThreadAnswer] {
    let open = Set(outlook.open.map(\.id))
    var answers: [ThreadAnswer] = []
    for ending in outlook.ended {
        guard let comment = ending.entry.thread else { continue }
        answers.append(AnswerText.answer(ending.entry, ending.ending, comment, at: outlook.head))
    }
    let late = outlook.before.ledger.values.filter { !$0.isAnswered && ($0.isFixed || $0.isOutdated) && !open.contains($0.id) }
    for entry in late.sorted(by: { $0.id < $1.id }) {
        guard let comment = entry.thread else { continue }
        switch entry.state {
        case .fixed(let head): answers.append(AnswerText.answer(entry, .fixed, comment, at: head))
        case .outdated(let head): answers.append(AnswerText.answer(entry, .rewritten, comment, at: head))
        case .open, .dismissed: continue
        }
    }
    return answers
}
