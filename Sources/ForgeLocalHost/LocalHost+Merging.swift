// Merging a pull request: only what was looked at and passed, unless a person says otherwise, and always as a commit of its own.

package import ForgeCore

/// Why a merge did not happen, each for a person to act on.
package enum MergeRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case notOpen(LocalPullRequestState)
    case draft
    /// No check at this head yet.
    case unchecked(head: CommitSHA)
    case checkRunning(String)
    case checkFailed(String, CheckConclusion)
    case conflicts([RepositoryPath])

    package var description: String {
        switch self {
        case .notOpen(let state): "it is \(state.rawValue)"
        case .draft: "it is a draft; --force merges it all the same"
        case .unchecked(let head): "nothing was checked at \(head.short) yet; wait for it, or use --force"
        case .checkRunning(let name): "the check \(name) has not ended; wait for it, or use --force"
        case .checkFailed(let name, let conclusion):
            "the check \(name) ended as \(conclusion.rawValue); mend or dismiss what it found, or use --force"
        case .conflicts(let paths):
            "both sides changed \(paths.prefix(5).map(\.shown).joined(separator: ", "))\(paths.count > 5 ? ", …" : ""): "
                + "merge the base branch into the pull request's and push that"
        }
    }

    /// Whether a person may say otherwise.
    var isOverridable: Bool {
        switch self {
        case .draft, .unchecked, .checkRunning, .checkFailed: true
        case .notOpen, .conflicts: false
        }
    }
}

extension LocalHost {
    /// The merge commit; nil when the base branch had it all.
    package func merge(
        _ key: LocalPullRequestKey, by login: String, isForced: Bool
    ) async throws(CodeHostError) -> Result<CommitSHA?, MergeRefusal> {
        let pull = try await discussion(key).pull
        let ends = try await ends(of: pull)
        if let refusal = try await refusal(of: pull, at: ends), !(isForced && refusal.isOverridable) { return .failure(refusal) }
        let request = MergeRequest(
            repository: key.repository, baseBranch: pull.baseBranch, base: ends.base, head: ends.head,
            message: "Merge #\(key.number) from \(pull.headBranch)\n\n\(pull.title)\n", author: login, at: clock.now)
        let outcome = try await inRepository { () throws(SourceError) in try await repositories.merge(request) }
        switch outcome {
        case .conflicts(let paths): return .failure(.conflicts(paths))
        case .alreadyMerged:
            try await finish(pull, as: .merged, at: ends, by: login)
            return .success(nil)
        case .merged(let commit):
            try await finish(pull, as: .merged, at: ends, mergeCommit: commit, by: login)
            return .success(commit)
        }
    }

    private func refusal(of pull: LocalPullRequest, at ends: PullRequestEnds) async throws(CodeHostError) -> MergeRefusal? {
        if pull.state != .open { return .notOpen(pull.state) }
        if pull.isDraft { return .draft }
        let checks = try await latestChecks(at: ends.head, in: pull.key.repository)
        if checks.isEmpty { return .unchecked(head: ends.head) }
        for check in checks {
            guard let conclusion = check.content.conclusion else { return .checkRunning(check.content.name) }
            guard [.success, .neutral, .skipped].contains(conclusion) else { return .checkFailed(check.content.name, conclusion) }
        }
        return nil
    }

    /// The newest of each name.
    package func latestChecks(at head: CommitSHA, in repository: RepositoryName) async throws(CodeHostError) -> [LocalCheck] {
        let checks = try await stored { () throws(StoreError) in try await store.localChecks(in: repository, at: head) }
        var names: Set<String> = []
        return checks.filter { names.insert($0.content.name).inserted }
    }
}
