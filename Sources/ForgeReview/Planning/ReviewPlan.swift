// What is to be written on the code host after a look at a pull request, and what is to be remembered. The same material gives the same
// plan; what the host made of it comes back as `PostedReview`, and only then do the summary, the check run and the ledger have their last form.

package import ForgeCore

/// A comment with the ways it can still go when a host refuses its place.
package struct PlannedComment: Hashable, Sendable {
    /// Ids of what it tells of, the gravest first.
    package var findings: [String]
    package var path: RepositoryPath
    package var anchor: ReviewAnchor
    package var body: String
    /// Without what is bound to the exact lines; the same as `body` when nothing is.
    package var movableBody: String

    package init(findings: [String], path: RepositoryPath, anchor: ReviewAnchor, body: String, movableBody: String? = nil) {
        self.findings = findings
        self.path = path
        self.anchor = anchor
        self.body = body
        self.movableBody = movableBody ?? body
    }
}

package struct PlannedReview: Hashable, Sendable {
    package var commit: CommitSHA
    package var event: ReviewEvent
    package var body: String
    package var comments: [PlannedComment]
    /// The run's number, for the markers of its parts.
    package var run: String

    package init(commit: CommitSHA, event: ReviewEvent, body: String, comments: [PlannedComment], run: String) {
        self.commit = commit
        self.event = event
        self.body = body
        self.comments = comments
        self.run = run
    }
}

/// What a thread is told at its end. It carries a marker, so that a repeated run finds it.
package struct ThreadAnswer: Hashable, Sendable {
    package var finding: String
    /// The comment that opened the thread.
    package var comment: Int64
    package var body: String
    package var resolves: Bool

    package init(finding: String, comment: Int64, body: String, resolves: Bool) {
        self.finding = finding
        self.comment = comment
        self.body = body
        self.resolves = resolves
    }
}

package enum SummaryAction: Hashable, Sendable {
    case nothing
    case create(String)
    /// When the comment is gone, create it.
    case edit(Int64, String)

    package var body: String? {
        switch self {
        case .nothing: nil
        case .create(let body), .edit(_, let body): body
        }
    }
}

/// What the host made of a plan.
package struct PostedReview: Hashable, Sendable {
    /// Comment that opened a thread, by the ids in its marker: `findingMarkers` reads them out of threads.
    package var threads: [String: Int64] = [:]
    /// Findings whose comment no place would take.
    package var unplaced: Set<String> = []
    /// Findings whose thread was told what became of them.
    package var answered: Set<String> = []
    package var summaryComment: Int64?
    package var checkRun: Int64?

    package init() {}
}

package struct ReviewPlan: Sendable {
    /// Nil when nobody needs to be told anything.
    package var review: PlannedReview?
    package var answers: [ThreadAnswer]
    package var conclusion: CheckConclusion
    /// An earlier review asked for changes, and nothing asks for them any more: it is to be dismissed.
    package var withdrawsRequest: Bool
    /// What becomes of the ledger, and everything the texts need.
    let outlook: ReviewOutlook

    /// To be written after the review: what could be placed nowhere is told here.
    package func summary(unplaced: Set<String> = []) -> SummaryAction { outlook.summary(unplaced: unplaced) }

    /// The whole check run; nil when it is switched off.
    package func checkRun(unplaced: Set<String> = []) -> CheckRunContent? { outlook.checkRun(unplaced: unplaced) }

    /// Writes down what stands now. What people did meanwhile stays: a finding dismissed between plan and now stays dismissed. Doing it twice
    /// is doing it once.
    package func remember(_ posted: PostedReview, in state: inout PullRequestState) { outlook.remember(posted, in: &state) }
}
