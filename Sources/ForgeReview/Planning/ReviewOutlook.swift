// Everything a plan still needs once the host has answered: what is open and what ended, who was told where, how the check ends, and what the
// ledger becomes. Writing it down twice is writing it down once, and it never overrules what a person said meanwhile.

import ForgeCore

struct ReviewOutlook: Sendable {
    /// Findings of one pull request that are kept in its ledger at most; what was commented on is always kept.
    static let ledgerMax = 2_000

    let change: PlannedChange
    let settings: PlanSettings
    /// What was known when the plan was made.
    let before: PullRequestState
    /// The gravest first.
    let open: [OpenFinding]
    /// Of these, what people are told of: grave enough, and no opinions.
    let told: [OpenFinding]
    let ended: [EndedFinding]
    /// Found again, and dismissed by a person before.
    let dismissed: [OpenFinding]
    /// Findings that get a comment now.
    let commented: Set<String>
    let conclusion: CheckConclusion
    let coverage: CoverageText
    let linesSeen: JSON
    let room: LedgerRoom

    var head: CommitSHA { change.pull.head }
    var round: Int { (before.reviewed?.round ?? 0) + 1 }
    var link: Permalink { Permalink(repositoryURL: change.repositoryURL, head: head) }

    static func conclusion(_ open: [OpenFinding], isPartial: Bool, _ settings: PlanSettings) -> CheckConclusion {
        let counted = open.lazy.filter { !$0.isOpinion }
        if let failsOn = settings.failsOn, counted.contains(where: { $0.finding.severity >= failsOn }) { return .failure }
        return isPartial || counted.contains { $0.finding.severity >= settings.severityMin } ? .neutral : .success
    }

    // MARK: What is shown

    func summary(unplaced: Set<String>) -> SummaryAction {
        let isQuiet = !before.isDescribed && told.isEmpty && ended.isEmpty && !coverage.isPartial && !settings.commentsWhenClean
        switch settings.summary {
        case .nothing: return .nothing
        case .one:
            if let comment = before.summaryComment { return .edit(comment, SummaryText(self, unplaced: unplaced).text) }
            return isQuiet ? .nothing : .create(SummaryText(self, unplaced: unplaced).text)
        case .new:
            let hasNews = !commented.isEmpty || !ended.isEmpty || before.reviewed?.conclusion != conclusion || change.isAsked
            return isQuiet || !hasNews ? .nothing : .create(SummaryText(self, unplaced: unplaced).text)
        }
    }

    func checkRun(unplaced: Set<String>) -> CheckRunContent? {
        settings.makesCheckRun ? CheckText(self).content : nil
    }

    // MARK: What is remembered

    func remember(_ posted: PostedReview, in state: inout PullRequestState) {
        remember(open, posted, in: &state)
        for ending in ended { remember(ending, posted, in: &state) }
        for id in room.forgotten {
            // What somebody did about it meanwhile counts more.
            if state.ledger[id] == before.ledger[id] { state.ledger[id] = nil }
        }
        for found in dismissed {
            guard var entry = state.ledger[found.id] else { continue }
            update(&entry, found, isTold: false, nil)
            state.ledger[found.id] = entry
        }
        for (id, entry) in state.ledger where posted.answered.contains(id) && entry.state != .open { state.ledger[id]?.isAnswered = true }
        state.reviewed = ReviewedHead(
            head: head, mergeBase: change.mergeBase, baseBranch: change.pull.baseBranch, round: round, linesSeen: linesSeen,
            conclusion: conclusion)
        if let comment = posted.summaryComment { state.summaryComment = comment }
        if let check = posted.checkRun { state.checkRun = check }
        if change.isAsked {
            state.endOwnPause()
        } else if let reviewed = before.reviewed, reviewed.head != head {
            state.unaskedPushes = before.unaskedPushes + 1
        }
    }

    private func remember(_ findings: [OpenFinding], _ posted: PostedReview, in state: inout PullRequestState) {
        for found in findings where room.keeps(found) {
            let isTold = commented.contains(found.id) && !posted.unplaced.contains(found.id)
            let thread = posted.threads[found.id]
            if var entry = state.ledger[found.id] {
                update(&entry, found, isTold: isTold, thread)
                state.ledger[found.id] = entry
            } else {
                let place: LedgerPlace = isTold ? .thread(comment: thread) : .summary
                state.ledger[found.id] = LedgerEntry(found, place: place, head: head)
            }
        }
    }

    private func update(_ entry: inout LedgerEntry, _ found: OpenFinding, isTold: Bool, _ thread: Int64?) {
        if found.novelty != .unseen {
            let fresh = LedgerEntry(found, place: entry.place, head: head)
            entry.severity = fresh.severity
            entry.message = fresh.message
            entry.snippet = fresh.snippet
            entry.lastSeen = head
        }
        entry.path = found.finding.path
        entry.line = found.finding.lines?.lowerBound
        if isTold {
            entry.place = .thread(comment: thread ?? (found.novelty == .regressed ? nil : entry.thread))
        } else if let thread, case .thread = entry.place {
            entry.place = .thread(comment: thread)
        }
        if found.novelty == .regressed, !entry.isDismissed {
            entry.state = .open
            entry.isAnswered = false
            // Its old thread was told that it is over; one of its own is for the next look.
            if !settings.postsReview { entry.place = .summary }
        }
    }

    private func remember(_ ending: EndedFinding, _ posted: PostedReview, in state: inout PullRequestState) {
        guard var entry = state.ledger[ending.entry.id], entry.state == .open else { return }
        entry.state = ending.state(at: head)
        // Where nobody was told of it, there is nothing to answer.
        entry.isAnswered = entry.place == .summary
        state.ledger[entry.id] = entry
    }
}
