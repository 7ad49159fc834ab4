// What a plan is made from: the pull request as it stands, the whole change, what was found in it, and how it was looked at. All of it is
// known before the planner is asked; it must never need to ask anybody.

package import ForgeCore

/// What a model read of the change, file by file. A file that is in none of the lists was left to the rules.
package struct ModelReading: Hashable, Sendable {
    package var name: String
    package var full: Set<RepositoryPath>
    /// Files that it was shown a part of, and why no more.
    package var partial: [UnreadPart]
    /// Files that it should have been shown and was not, and why.
    package var none: [UnreadPart]
    package var usage: ModelUsage
    /// Findings of its answers that could not be placed, such as one on a line that the change does not have.
    package var dropped: Int

    package init(
        name: String, full: Set<RepositoryPath> = [], partial: [UnreadPart] = [], none: [UnreadPart] = [],
        usage: ModelUsage = ModelUsage(), dropped: Int = 0
    ) {
        self.name = name
        self.full = full
        self.partial = partial
        self.none = none
        self.usage = usage
        self.dropped = dropped
    }
}

package struct PlannedChange: Sendable {
    package var key: PullRequestKey
    package var pull: PullRequest
    /// Where the head left the base branch; nil when the two have nothing in common.
    package var mergeBase: CommitSHA?
    /// From the merge base to the head, all of it.
    package var diff: Diff
    /// Of the whole change and of every severity: what is shown where is decided here.
    package var report: ReviewReport
    /// The rules that looked; what is not found any more counts as fixed only when its rule did. Nil when nobody knows: then all did.
    package var rulesRun: Set<String>?
    /// Other programs whose findings came this time.
    package var toolsRun: Set<String>
    /// Files that the configuration leaves out: nobody looked for anything there.
    package var leftOut: Set<RepositoryPath>
    /// Nil when no model was asked, or it failed.
    package var model: ModelReading?
    /// How often people dismissed each rule in this repository.
    package var dismissals: [String: Int]
    /// A person wants this look; else a push or an opening brought it about.
    package var isAsked: Bool
    /// From the beginning of the run to this plan.
    package var duration: Duration
    /// The run's number, for markers.
    package var run: String
    /// Where people see the repository, such as `https://github.com/acme/shop`; nil when there is no such place.
    package var repositoryURL: String?

    package init(
        key: PullRequestKey, pull: PullRequest, mergeBase: CommitSHA?, diff: Diff, report: ReviewReport, rulesRun: Set<String>? = nil,
        toolsRun: Set<String> = [], leftOut: Set<RepositoryPath> = [], model: ModelReading? = nil, dismissals: [String: Int] = [:],
        isAsked: Bool = false, duration: Duration = .zero, run: String,
        repositoryURL: String? = nil
    ) {
        self.key = key
        self.pull = pull
        self.mergeBase = mergeBase
        self.diff = diff
        self.report = report
        self.rulesRun = rulesRun
        self.toolsRun = toolsRun
        self.leftOut = leftOut
        self.model = model
        self.dismissals = dismissals
        self.isAsked = isAsked
        self.duration = duration
        self.run = run
        self.repositoryURL = repositoryURL
    }
}
