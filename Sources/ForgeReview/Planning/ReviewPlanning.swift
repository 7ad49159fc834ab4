// From a change and what is known of it to everything that is to be said. It chooses and writes nothing: no clock, no chance, no host.

package import ForgeCore

package func planReview(_ change: PlannedChange, _ state: PullRequestState, _ settings: PlanSettings) -> ReviewPlan {
    ReviewPlan(review: nil, answers: [], conclusion: .neutral, outlook: ReviewOutlook())
}
