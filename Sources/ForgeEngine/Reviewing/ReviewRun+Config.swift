// The one comment about a configuration that cannot be used. It is edited as the problems change, says so when they are gone, and never keeps
// a review from happening.

import ForgeConfig
import ForgeCore
import ForgeReview

extension ReviewRun {
    func tellConfigProblems(_ config: EffectiveConfig, _ state: PullRequestState) async throws {
        let problems = config.problems.filter(\.isForTheRepository)
        guard !problems.isEmpty || state.configComment != nil else { return }
        let warnings = config.warnings.filter(\.isForTheRepository)
        let body =
            problems.isEmpty
            ? ConfigProblemComment.mendedBody(branch: pull.baseBranch)
            : ConfigProblemComment.body(problems.map(\.shown), warnings: warnings.map(\.shown), branch: pull.baseBranch)
        do {
            let comment = try await keepConfigComment(state.configComment, body, isMended: problems.isEmpty)
            _ = try await needs.store.changePullRequest(key, lease: job.lease) { $0.configComment = comment }
        } catch let error as CodeHostError where !error.isPassing && error.kind != .unauthorized {
            needs.log.warning("the problems of the configuration could not be told", fields([.init("why", .string(error.message))]))
        }
    }

    /// The comment to remember: none once it says that all is well.
    private func keepConfigComment(_ known: Int64?, _ body: String, isMended: Bool) async throws -> Int64? {
        if let known, let comment = try await session.comment(known, .conversation) {
            if comment.body != body { try await session.editComment(known, to: body) }
            return isMended ? nil : known
        }
        guard !isMended else { return nil }
        return try await journal.write("config", find: { try await ownConfigComment(saying: body) }) {
            if let own = try await ownConfigComment(saying: nil) {
                try await session.editComment(own, to: body)
                return own
            }
            return try await session.postComment(body, on: pull.number).id
        }
    }

    private func ownConfigComment(saying body: String?) async throws -> Int64? {
        let identity = try await memory.identity(needs.host)
        let own = identity.ownComment(.config, in: try await session.comments(on: pull.number))
        return own.flatMap { body == nil || $0.body == body ? $0.id : nil }
    }
}

extension ConfigProblem {
    /// The operator's own files are nobody else's to see.
    fileprivate var isForTheRepository: Bool { (source?.layer ?? .repository) > .operator }

    fileprivate var shown: ShownConfigProblem {
        ShownConfigProblem(
            file: source?.file ?? ".forge.yml", line: line,
            sentence: sentence)
    }
}
