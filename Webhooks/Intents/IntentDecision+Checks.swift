// What is said about commits: requests to our own checks, other systems' results on our own branches, and workflows that fail where
// everybody builds on. A fork's branch may carry any name, so the name alone never decides.

import ForgeCore

extension IntentDecision {
    func intent(for checks: ChecksEvent) -> Intent {
        if let reason = reasonRepositoryIsOut() { return .nothing(because: reason) }
        if checks.isRequest { return intent(forRequest: checks) }
        guard let result = checks.result else {
            return .nothing(because: "\(context.name) is no result yet")
        }
        if isOnOwnBranch(checks) {
            return .iterate(
                head: checks.head, pullRequests: checks.pullRequests, because: "\(checks.label) ended as \(result) on our own branch")
        }
        guard checks.kind == .workflowRun else {
            return .nothing(because: "\(checks.label) ended as \(result) on a branch that is not ours")
        }
        return intent(forWorkflow: checks, result)
    }

    private func intent(forRequest checks: ChecksEvent) -> Intent {
        guard isOurs(app: checks.app) else { return .nothing(because: "the request is for another App's check") }
        if checks.action == "requested" {
            guard policy.isEnabled else {
                return .nothing(because: "reviews are switched off for this repository; set review.enabled: true to have them")
            }
            guard !checks.pullRequests.isEmpty else {
                return .nothing(because: "no pull request of this repository has this head; one that is opened tells by itself")
            }
        }
        guard checks.action == "requested_action" else { return .review(pullRequest: checks.pullRequests.first, head: checks.head) }
        return intent(forButton: checks)
    }

    /// The buttons that Forge puts under its checks, by what they are called there. Only people who may write see them.
    private func intent(forButton checks: ChecksEvent) -> Intent {
        switch checks.requestedAction {
        case "rerun": .review(pullRequest: checks.pullRequests.first, head: checks.head)
        case "explain", "ignore":
            .command(
                CommandList([Command(name: checks.requestedAction ?? "")]), number: checks.pullRequests.first, comment: nil,
                isPullRequest: true)
        case let other: .nothing(because: "the check has no button '\(GitHubText.word(other ?? ""))'")
        }
    }

    /// What waits in a merge queue was reviewed as pull requests; the queue goes on once its commit has the check, too.
    func intent(for group: MergeGroupEvent) -> Intent {
        if let reason = reasonRepositoryIsOut() { return .nothing(because: reason) }
        guard group.action == "checks_requested" else {
            return .nothing(because: "merge group \(group.action.isEmpty ? "without an action" : group.action): nothing to do")
        }
        guard policy.isEnabled else {
            return .nothing(because: "reviews are switched off for this repository; set review.enabled: true to have them")
        }
        guard let head = group.head else { return .nothing(because: "the merge group names no commit to check") }
        return .mergeGroup(head: head)
    }

    private func intent(forWorkflow checks: ChecksEvent, _ result: String) -> Intent {
        guard checks.isFailure else { return .nothing(because: "\(checks.label) ended as \(result)") }
        guard let main = context.repository?.defaultBranch else {
            return .nothing(because: "\(checks.label) failed, and the event does not say which branch is the default one")
        }
        guard checks.branch == main else {
            return .nothing(because: "\(checks.label) failed on '\(GitHubText.word(checks.branch ?? "no branch"))'; only '\(main)' counts")
        }
        guard isInRepository(checks), !isPullRequestTrigger(checks) else {
            return .nothing(because: "\(checks.label) failed on a pull request from a branch that is only called '\(main)'")
        }
        return .tickets([ticket(forFailed: checks, result, on: main)])
    }

    private func isInRepository(_ checks: ChecksEvent) -> Bool {
        checks.headRepository == nil || checks.headRepository == context.repository?.name
    }

    private func isPullRequestTrigger(_ checks: ChecksEvent) -> Bool { checks.trigger?.hasPrefix("pull_request") == true }

    /// A status names branches of this repository only. A check does not say where its head lives, but names no pull request when that
    /// is a fork.
    private func isOnOwnBranch(_ checks: ChecksEvent) -> Bool {
        let isHere = checks.kind == .status || (checks.headRepository == nil && !checks.pullRequests.isEmpty)
        return isOwnBranch(checks.branch, in: isHere ? context.repository?.name : checks.headRepository)
    }
}

extension ChecksEvent {
    /// How it ended; nil while it has not.
    fileprivate var result: String? {
        switch kind {
        case .status: conclusion == "pending" ? nil : conclusion.map(GitHubText.word)
        case .checkRun, .checkSuite, .workflowRun: action == "completed" ? GitHubText.word(conclusion ?? "unknown") : nil
        }
    }

    fileprivate var isFailure: Bool {
        switch conclusion {
        case "failure", "timed_out", "startup_failure": true
        default: false
        }
    }

    /// What it is, in a sentence about it.
    fileprivate var label: String {
        let kind =
            switch kind {
            case .checkRun: "check"
            case .checkSuite: "the checks of"
            case .workflowRun: "workflow"
            case .status: "status"
            }
        return "\(kind) '\(GitHubText.word(name ?? "without a name"))'"
    }
}
