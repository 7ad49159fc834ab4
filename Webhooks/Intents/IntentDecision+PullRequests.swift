// Which pull request events ask for a review.

import ForgeCore

extension IntentDecision {
    func intent(for pull: PullRequestEvent) -> Intent {
        guard let repository = context.repository else {
            return .nothing(because: "the event names no repository, so there is nothing to work on")
        }
        if pull.action == "closed" { return .endPullRequest(number: pull.number, merged: pull.isMerged) }
        if let reason = reasonForNoReview(pull.action, pull) { return .nothing(because: reason) }
        if isOurs(user: pull.author.number) {
            return .nothing(because: "the pull request is Forge's own, and is judged before it is opened")
        }
        if let reason = reasonRepositoryIsOut() ?? policy.reasonToSkip(pull, in: repository) { return .nothing(because: reason) }
        return .review(pullRequest: pull.number, head: pull.head)
    }

    /// Nil for what changes what a reviewer would read, or whether there is to be a review.
    private func reasonForNoReview(_ action: String, _ pull: PullRequestEvent) -> String? {
        switch action {
        case "opened", "reopened", "synchronize", "ready_for_review": nil
        case "edited":
            pull.changed.contains("base") ? nil : "only the text of the pull request was edited; its head and base are the same"
        case "unlabeled":
            !policy.leavesLabels || pull.label.map(policy.isIgnored(label:)) == true
                ? nil : "the label that was taken off does not decide about a review"
        case "labeled": policy.leavesLabels ? "a label was put on; what is queued already stays queued" : nil
        case "converted_to_draft": "the pull request became a draft; mark it ready for review when it is"
        case "": "the pull request event has no action"
        default: "pull_request.\(action) changes nothing that a review looks at"
        }
    }
}
