// A pull request in a few lines, looked at again and again: the plan is carried out on a host that takes everything, and the next look
// starts from what was remembered.

import ForgeCore
import ForgeReview

func sha(_ digit: Character) -> CommitSHA { commit(String(repeating: digit, count: 40)) }

func commit(_ text: String) -> CommitSHA {
    guard let sha = CommitSHA(text) else { preconditionFailure("no commit: \(text)") }
    return sha
}

/// Of the scenes' pull request.
let pullKey = PullRequestKey(
    place: HostPlace(tenant: .local, repository: RepositoryName("acme/shop") ?? { preconditionFailure("a name") }()), number: 7)

func pullRequest(head: CommitSHA, baseBranch: String = "main") -> PullRequest {
    PullRequest(
        number: 7, title: "A change", head: head, headBranch: "change", headRepository: pullKey.place.repository, base: sha("f"),
        baseBranch: baseBranch, defaultBranch: "main")
}

func plannedChange(
    _ files: [FileChange], _ found: [Finding] = [], head: CommitSHA = sha("a"), mergeBase: CommitSHA = sha("f"),
    unread: [UnreadPart] = [], change: (inout PlannedChange) -> Void = { _ in }
) -> PlannedChange {
    var scene = material(files, found: found)
    scene.coverage.unread = unread
    scene.coverage.rulesUsed = 532
    var planned = PlannedChange(
        key: pullKey, pull: pullRequest(head: head), mergeBase: mergeBase, diff: Diff(files: files), report: report(scene),
        duration: .milliseconds(3_210), run: "12", repositoryURL: "https://github.com/acme/shop")
    change(&planned)
    return planned
}

func settings(_ change: (inout PlanSettings) -> Void = { _ in }) -> PlanSettings {
    var settings = PlanSettings()
    change(&settings)
    return settings
}

/// One pull request over its rounds.
struct PullRequestStory {
    var state = PullRequestState(key: pullKey)
    /// Every comment that was ever posted, in order.
    var comments: [PlannedComment] = []
    private var nextComment: Int64 = 100

    /// Plans, lets the host take all of it, and remembers.
    @discardableResult
    mutating func look(_ change: PlannedChange, _ settings: PlanSettings = PlanSettings()) -> ReviewPlan {
        let plan = planReview(change, state, settings)
        var posted = PostedReview()
        for comment in plan.review?.comments ?? [] {
            for id in comment.findings { posted.threads[id] = nextComment }
            nextComment += 1
        }
        comments += plan.review?.comments ?? []
        posted.answered = Set(plan.answers.map(\.finding))
        if case .create = plan.summary() { posted.summaryComment = 50 }
        plan.remember(posted, in: &state)
        return plan
    }

    mutating func dismiss(_ id: String, by person: String = "ada", why: String = "It is a test.") {
        state.ledger[id]?.state = .dismissed(by: person, why: why, at: Timestamp(milliseconds: 0))
    }
}

/// Where each comment hangs: `a.py RIGHT 3`, `a.py RIGHT 3-5`, `a.py`.
func places(_ review: PlannedReview?) -> [String] {
    (review?.comments ?? []).map { comment in
        switch comment.anchor {
        case .range(let side, let lines): "\(comment.path.shown) \(side.rawValue) \(lines.lowerBound)-\(lines.upperBound)"
        case .line(let side, let line): "\(comment.path.shown) \(side.rawValue) \(line)"
        case .file: comment.path.shown
        }
    }
}
