// What `review` and `output` of `.forge.yml` say about showing a review, as values: the planner knows no configuration.

package import ForgeCore

package struct PlanSettings: Hashable, Sendable {
    package enum Summary: Hashable, Sendable {
        /// One comment, edited in place.
        case one
        /// A new one for each review.
        case new
        case nothing
    }

    /// What a later round comments on.
    package enum Scope: Hashable, Sendable {
        /// Lines that are new since the last look, and what came back.
        case incremental
        /// Everything that has no comment yet: a person asked for it.
        case full
    }

    /// The least that is commented on.
    package var severityMin: FindingSeverity = .medium
    /// Comments in one review, the gravest first.
    package var commentsMax = 10
    /// Of these, comments on files as a whole: a host takes each of them alone.
    package var fileCommentsMax = 3
    /// The least that fails the check; nil when nothing does.
    package var failsOn: FindingSeverity?
    package var showsInline = true
    /// False for a look that nobody is to be notified of: what it would have commented on is left to the next one.
    package var postsReview = true
    package var summary = Summary.one
    package var makesCheckRun = true
    package var commentsWhenClean = false
    package var requestsChanges = false
    package var approves = false
    package var suggestsChanges = true
    package var scope = Scope.incremental

    package init() {}
}
