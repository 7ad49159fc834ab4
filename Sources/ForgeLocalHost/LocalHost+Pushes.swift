// What a push means: the pull requests of a branch have a new head, or have ended with it, or are in their base by now.

package import ForgeCore

/// What a push led to, for the person who pushed.
package enum PushNote: Hashable, Sendable {
    case pushed(LocalPullRequestKey, head: CommitSHA)
    case merged(LocalPullRequestKey)
    case closed(LocalPullRequestKey)
    /// A branch that no pull request is for, and that is not the default one.
    case unclaimed(branch: String)
}

extension LocalHost {
    /// Pushes that are told of one by one; more at once are a mirror being filled, of which only pull requests are looked at.
    private static let pushesTold = 20

    package func pushed(
        _ changes: [RefChange], in repository: RepositoryName, by login: String
    ) async throws(CodeHostError) -> [PushNote] {
        let defaultBranch = try await inRepository { () throws(SourceError) in try await repositories.defaultBranch(of: repository) }
        var notes: [PushNote] = []
        for change in changes {
            guard let branch = change.branch else { continue }
            if changes.count <= Self.pushesTold { try await deliver(for: repository, by: login) { $0.push(change) } }
            let pulls = try await openPullRequests(in: repository, branch: branch)
            for pull in pulls {
                if let note = try await note(pull, change, branch: branch, by: login) { notes.append(note) }
            }
            let isClaimed = pulls.contains { $0.headBranch == branch } || branch == defaultBranch
            if !isClaimed, change.after != nil, changes.count <= Self.pushesTold { notes.append(.unclaimed(branch: branch)) }
        }
        return notes
    }

    private func note(
        _ pull: LocalPullRequest, _ change: RefChange, branch: String, by login: String
    ) async throws(CodeHostError) -> PushNote? {
        do throws(CodeHostError) {
            let ends = try await ends(of: pull)
            if pull.baseBranch == branch {
                guard try await isMerged(ends, in: pull.key.repository) else { return nil }
                try await finish(pull, as: .merged, at: ends, by: login)
                return .merged(pull.key)
            }
            guard change.after != nil else {
                try await finish(pull, as: .closed, at: ends, by: login)
                return .closed(pull.key)
            }
            try await deliver(for: pull.key.repository, by: login) { $0.pullRequest("synchronize", pull, at: ends) }
            return .pushed(pull.key, head: ends.head)
        } catch {
            // One whose branches are gone for good, or that somebody else ended meanwhile, has no news for anybody.
            guard error.kind == .notFound || error.kind == .conflict else { throw error }
            return nil
        }
    }

    private func isMerged(_ ends: PullRequestEnds, in repository: RepositoryName) async throws(CodeHostError) -> Bool {
        try await inRepository { () throws(SourceError) in
            try await repositories.mergeBase(ends.head, ends.base, in: repository) == ends.head
        }
    }
}
