// Everything a plan still needs once the host has answered: what is shown in the summary and in the check run, and what the ledger becomes.

import ForgeCore

struct ReviewOutlook: Sendable {
    func summary(unplaced: Set<String>) -> SummaryAction { .nothing }
    func checkRun(unplaced: Set<String>) -> CheckRunContent? { nil }
    func remember(_ posted: PostedReview, in state: inout PullRequestState) {}
}
