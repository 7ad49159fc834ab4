// What a merge queue is told about its own commit. What is in the queue was reviewed as pull requests, and that stands: nothing is looked at
// again, and a queue must never hang because nobody answered. Whoever wants a failed review to stop a merge requires the check of the pull
// request; what comes into the queue has passed it.

package import ForgeCore

package enum MergeGroupCheck {
    /// `pull` is the pull request that the queue's branch is named for, when that is known, and `state` what is known of it.
    package static func content(head: CommitSHA, pull: Int64?, state: PullRequestState?) -> CheckRunContent {
        let conclusion: CheckConclusion = state?.reviewed?.conclusion == .success ? .success : .neutral
        return CheckRunContent(
            name: ForgeCheck.name, head: head, state: .completed(conclusion), title: "Reviewed as pull requests",
            summary: summary(pull, state), externalID: "merge-group/\(head)")
    }

    private static func summary(_ pull: Int64?, _ state: PullRequestState?) -> String {
        let beginning = "What is in the merge queue was reviewed as pull requests; those reviews stand."
        guard let pull else { return beginning }
        guard let reviewed = state?.reviewed else { return "\(beginning) #\(pull), the last one in this group, was not reviewed by Forge." }
        let open = state?.ledger.values.count { $0.state == .open } ?? 0
        let findings = open == 0 ? "nothing was open" : "\(counted(open, "finding")) \(open == 1 ? "was" : "were") open"
        return "\(beginning) #\(pull), the last one in this group, was reviewed at \(reviewed.head.short): \(findings)."
    }
}
