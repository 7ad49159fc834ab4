// What `.forge.yml` says about showing a review, in the planner's words.

import ForgeConfig
import ForgeCore
import ForgeReview

extension PlanSettings {
    init(_ config: RepositoryConfig, isFull: Bool, _ share: ReviewShare) {
        self.init()
        severityMin = config.review.severityMin
        commentsMax = config.review.commentsMax
        failsOn = FindingSeverity(rawValue: config.output.failsOn.rawValue)
        showsInline = config.output.showsInline
        summary = Summary(config.output.summary)
        makesCheckRun = config.output.makesCheckRun
        commentsWhenClean = config.output.whenClean == .comment
        requestsChanges = config.output.requestsChanges
        approves = config.output.approves
        suggestsChanges = config.review.suggestsChanges
        postsReview = share == .whole
        scope = isFull || config.review.onPush == .full ? .full : .incremental
    }
}

extension PlanSettings.Summary {
    fileprivate init(_ summary: OutputConfig.Summary) {
        switch summary {
        case .one: self = .one
        case .new: self = .new
        case .nothing: self = .nothing
        }
    }
}

extension RepositoryConfig {
    /// Whether a model may be shown this pull request; nil stands for an issue, which has no code.
    func asksModel(about pull: PullRequest?, in repository: RepositoryName) -> Bool {
        review.asksModel && (forks.asksModel || pull.map { $0.isFork(of: repository) } != true)
    }
}

extension ReviewCandidate {
    init(_ pull: PullRequest, in repository: RepositoryName, paths: [RepositoryPath]? = nil) {
        self.init(
            author: pull.author.login, isBot: pull.author.isBot, isDraft: pull.isDraft, isFork: pull.isFork(of: repository),
            title: pull.title, labels: pull.labels, headBranch: pull.headBranch, baseBranch: pull.baseBranch,
            defaultBranch: pull.defaultBranch, paths: paths)
    }
}
