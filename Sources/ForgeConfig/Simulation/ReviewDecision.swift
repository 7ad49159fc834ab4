// Whether a change is reviewed, and each refusal as a sentence that names the key and who set it. It decides; what fits a pattern it asks
// whoever matches patterns everywhere else.

package import ForgeCore

/// What is known of a change when it is decided whether to look at it. What is not known refuses nothing.
package struct ReviewCandidate: Sendable {
    package var author: String?
    package var isBot: Bool
    package var isDraft: Bool
    package var isFork: Bool
    package var title: String?
    package var labels: [String]
    package var headBranch: String?
    package var baseBranch: String?
    package var defaultBranch: String?
    /// Nil when the change is not known yet.
    package var paths: [RepositoryPath]?

    package init(
        author: String? = nil, isBot: Bool = false, isDraft: Bool = false, isFork: Bool = false, title: String? = nil,
        labels: [String] = [], headBranch: String? = nil, baseBranch: String? = nil, defaultBranch: String? = nil,
        paths: [RepositoryPath]? = nil
    ) {
        self.author = author
        self.isBot = isBot
        self.isDraft = isDraft
        self.isFork = isFork
        self.title = title
        self.labels = labels
        self.headBranch = headBranch
        self.baseBranch = baseBranch
        self.defaultBranch = defaultBranch
        self.paths = paths
    }
}

/// How patterns are matched: there is one way for names and one for paths, and neither is here.
package struct PatternMatching: Sendable {
    package var name: @Sendable (_ pattern: String, _ name: String) -> Bool
    package var path: @Sendable (_ pattern: String, _ path: RepositoryPath) -> Bool

    package init(
        name: @escaping @Sendable (_ pattern: String, _ name: String) -> Bool,
        path: @escaping @Sendable (_ pattern: String, _ path: RepositoryPath) -> Bool
    ) {
        self.name = name
        self.path = path
    }
}

extension ReviewConfig {
    /// Why this change is not reviewed; nil when it is.
    package func reasonToSkip(_ change: ReviewCandidate, _ matching: PatternMatching) -> String? {
        if !isEnabled { return "reviews are off: review.enabled is false" }
        if change.isDraft, !includesDrafts { return "it is a draft, and review.drafts is false" }
        if change.isFork, !includesForks { return "it comes from a fork, and review.forks is false" }
        return reasonInPeople(change, matching) ?? reasonInBranches(change, matching)
            ?? change.paths.flatMap { reasonInPaths($0, matching) }
    }

    /// The files of a change that are looked at.
    package func pathsReviewed(_ paths: [RepositoryPath], _ matching: PatternMatching) -> [RepositoryPath] {
        paths.filter { path in
            func fits(_ pattern: ConfigPattern) -> Bool { matching.path(pattern.text, path) }
            if pathsAlways.contains(where: fits) { return true }
            return (self.paths.isEmpty || self.paths.contains(where: fits)) && !pathsIgnored.match(fits)
        }
    }

    private func reasonInPeople(_ change: ReviewCandidate, _ matching: PatternMatching) -> String? {
        if let author = change.author {
            func fits(_ pattern: ConfigPattern) -> Bool { matching.name(pattern.text, author) }
            if change.isBot, !includesBots, !botsIncluded.contains(where: fits) {
                return "it is by the bot \(shortened(author)), and review.bots is false"
            }
            if let pattern = authorsIgnored.firstMatch(fits) { return "review.authors_ignore names its author, in \(pattern.origin.place)" }
        } else if change.isBot, !includesBots {
            return "it is by a bot, and review.bots is false"
        }
        for label in change.labels {
            if let pattern = labelsIgnored.firstMatch({ matching.name($0.text.lowercased(), label.lowercased()) }) {
                return "review.labels_ignore names its label \(shortened(label)), in \(pattern.origin.place)"
            }
        }
        let labels = Set(change.labels.map { $0.lowercased() })
        if !labelsRequired.isEmpty, labels.isDisjoint(with: labelsRequired.map { $0.lowercased() }) {
            return "it has none of the labels of review.labels_require"
        }
        if let title = change.title, let pattern = titlesIgnored.firstMatch({ matching.name($0.text, title) }) {
            return "review.titles_ignore fits its title, in \(pattern.origin.place)"
        }
        return nil
    }

    private func reasonInBranches(_ change: ReviewCandidate, _ matching: PatternMatching) -> String? {
        if let head = change.headBranch, let pattern = headBranchesIgnored.firstMatch({ matching.name($0.text, head) }) {
            return "review.head_branches_ignore names its branch, in \(pattern.origin.place)"
        }
        guard let base = change.baseBranch, let main = change.defaultBranch, base != main,
            !baseBranches.contains(where: { matching.name($0.text, base) })
        else { return nil }
        return "it goes into \(shortened(base)), which review.base_branches does not name"
    }

    private func reasonInPaths(_ paths: [RepositoryPath], _ matching: PatternMatching) -> String? {
        guard !paths.isEmpty, pathsReviewed(paths, matching).isEmpty else { return nil }
        return "review.paths and review.paths_ignore leave none of its files"
    }
}

extension AgreedPatterns {
    /// The last layer's pattern that fits, when every layer has one.
    func firstMatch(_ fits: (ConfigPattern) -> Bool) -> ConfigPattern? { match(fits) ? lists.last?.first(where: fits) : nil }
}

extension RuleOrigin {
    /// `.forge.yml:7`.
    package var place: String { "\(file)\(line.map { ":\($0)" } ?? "")" }
}
