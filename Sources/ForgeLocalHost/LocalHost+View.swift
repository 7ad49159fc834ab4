// A pull request as a person looks at it: everything about it at one moment.

package import ForgeCore

package struct LocalPullRequestView: Sendable {
    package var pull: PullRequest
    package var key: LocalPullRequestKey
    package var state: LocalPullRequestState
    /// What it changes, from where its branch left the base.
    package var diff: Diff
    /// The newest of each name at its head.
    package var checks: [LocalCheck]
    package var threads: [HostThread]
    /// Comments and reviews with a text, in order.
    package var conversation: [LocalRemark]
}

extension LocalHost {
    package func view(of key: LocalPullRequestKey) async throws(CodeHostError) -> LocalPullRequestView {
        let discussion = try await discussion(key)
        let ends = try await ends(of: discussion.pull)
        let conversation = discussion.remarks.filter { remark in
            switch remark.kind {
            case .comment: true
            case .review: !remark.body.isEmpty
            case .thread, .reply: false
            }
        }
        return LocalPullRequestView(
            pull: try await shown(discussion.pull, at: ends), key: key, state: discussion.pull.state,
            diff: try await diff(of: ends, in: key.repository), checks: try await latestChecks(at: ends.head, in: key.repository),
            threads: try await threads(of: discussion), conversation: conversation)
    }
}
