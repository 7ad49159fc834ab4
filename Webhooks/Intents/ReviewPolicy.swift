// What a repository's configuration says about which pull requests are reviewed, and each refusal as a sentence that names the key to
// change. It decides; it never reads the configuration itself.

package import ForgeCore

package struct ReviewPolicy: Hashable, Sendable {
    package var isEnabled: Bool
    package var reviewsDrafts: Bool
    package var reviewsBots: Bool
    package var reviewsForks: Bool
    /// A pull request that touches nothing else is left alone.
    package var ignoredPaths: [String]
    package var ignoredLabels: [String]
    /// Patterns of base branches; none means the default branch only.
    package var baseBranches: [String]
    /// A label that comes or goes decides nothing, but for those in `ignoredLabels`.
    var leavesLabels = true

    package init(
        isEnabled: Bool = true, reviewsDrafts: Bool = false, reviewsBots: Bool = false, reviewsForks: Bool = true,
        ignoredPaths: [String] = [], ignoredLabels: [String] = [], baseBranches: [String] = []
    ) {
        self.isEnabled = isEnabled
        self.reviewsDrafts = reviewsDrafts
        self.reviewsBots = reviewsBots
        self.reviewsForks = reviewsForks
        self.ignoredPaths = ignoredPaths
        self.ignoredLabels = ignoredLabels
        self.baseBranches = baseBranches
    }

    /// Where the repository's own file decides later, with the pull request at hand: nothing is left out before that, so that whoever wonders
    /// why there is no review finds the reason in the check run.
    package static let undecided: ReviewPolicy = {
        var policy = ReviewPolicy(reviewsDrafts: true, reviewsBots: true, baseBranches: ["**"])
        policy.leavesLabels = false
        return policy
    }()

    /// Why this pull request is not reviewed; nil when it is.
    package func reasonToSkip(_ pull: PullRequestEvent, in repository: RepositoryReference) -> String? {
        if !isEnabled { return "reviews are switched off for this repository; set review.enabled: true to have them" }
        if !pull.isOpen { return "the pull request is closed; reopen it to have it reviewed" }
        if pull.isDraft, !reviewsDrafts { return "the pull request is a draft; mark it ready for review or set review.drafts: true" }
        if pull.author.isBot, !reviewsBots {
            return "the pull request is by the bot \(pull.author.login ?? "without a name"); set review.bots: true to review those too"
        }
        if pull.isFork(of: repository.name), !reviewsForks {
            return "the pull request comes from a fork; set review.forks: true to review those too"
        }
        return reasonToSkip(labels: pull.labels) ?? reasonToSkip(base: pull.baseBranch, defaultBranch: repository.defaultBranch)
            ?? pull.paths.flatMap(reasonToSkip(paths:))
    }

    package func isIgnored(label: String) -> Bool { ignoredLabels.contains { $0.lowercased() == label.lowercased() } }

    /// The worker asks this one again once it knows the diff.
    package func reasonToSkip(paths: [String]) -> String? {
        guard !paths.isEmpty, !ignoredPaths.isEmpty else { return nil }
        let patterns = ignoredPaths.map(BranchPattern.init)
        guard paths.allSatisfy({ path in patterns.contains { $0.matches(path) } }) else { return nil }
        return "every file it touches is excluded by review.paths_ignore"
    }

    private func reasonToSkip(labels: [String]) -> String? {
        guard let label = labels.first(where: isIgnored(label:)) else { return nil }
        return "the pull request has the label '\(GitHubText.word(label))', which review.labels_ignore names; take the label off"
    }

    private func reasonToSkip(base: String?, defaultBranch: String?) -> String? {
        guard let base else { return nil }
        if baseBranches.isEmpty {
            guard let defaultBranch, base != defaultBranch else { return nil }
            return "the pull request goes into '\(GitHubText.word(base))', and only the default branch '\(GitHubText.word(defaultBranch))' "
                + "is reviewed; add it to review.base_branches"
        }
        guard !baseBranches.contains(where: { BranchPattern($0).matches(base) }) else { return nil }
        return "the pull request goes into '\(GitHubText.word(base))', which review.base_branches does not list"
    }
}
