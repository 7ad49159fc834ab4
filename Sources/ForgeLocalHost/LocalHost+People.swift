// What people do on the local code host: open, comment, close. Each ends as a delivery, so that it is looked at like what comes from any
// other code host; the delivery is stored last, when what it tells of is so.

package import ForgeCore

extension LocalHost {
    /// Throws `conflict` when the two branches have an open pull request.
    package func open(_ new: NewLocalPullRequest) async throws(CodeHostError) -> LocalPullRequest {
        if let reason = ReviewCheck.refusal(ofText: new.title, called: "the title") { throw CodeHostError(.refused, reason) }
        if let reason = ReviewCheck.refusal(ofText: new.body, called: "the description", mayBeEmpty: true) {
            throw CodeHostError(.refused, reason)
        }
        guard new.headBranch != new.baseBranch else { throw CodeHostError(.refused, "a branch does not go into itself") }
        let head = try await tip(new.headBranch, in: new.repository)
        let base = try await tip(new.baseBranch, in: new.repository)
        let parted = try await inRepository { () throws(SourceError) in
            try await repositories.mergeBase(base, head, in: new.repository)
        }
        guard parted != head else { throw CodeHostError(.refused, "\(new.baseBranch) has all that \(new.headBranch) has") }
        guard parted != nil else { throw CodeHostError(.refused, "\(new.headBranch) and \(new.baseBranch) share no commit") }
        let pull = try await stored { () throws(StoreError) in try await store.openLocalPullRequest(new) }
        // Sets the ref it is fetched by.
        let ends = try await ends(of: pull)
        try await deliver(for: pull.key.repository, by: new.author) { $0.pullRequest("opened", pull, at: ends) }
        return pull
    }

    package func comment(
        _ body: String, by login: String, on key: LocalPullRequestKey, replyTo opening: Int64? = nil
    ) async throws(CodeHostError) -> LocalRemark {
        let remark = try await say(body, by: .person(login), on: key, replyTo: opening)
        let discussion = try await discussion(key)
        let ends = try await ends(of: discussion.pull)
        var thread: LocalThread?
        if let opening, case .thread(let found)? = discussion[opening]?.kind { thread = found }
        let under = thread
        try await deliver(for: key.repository, by: login) { $0.comment(remark, on: discussion.pull, at: ends, thread: under) }
        return remark
    }

    package func close(_ key: LocalPullRequestKey, by login: String) async throws(CodeHostError) {
        let pull = try await discussion(key).pull
        guard pull.state == .open else { throw CodeHostError(.refused, "\(key.repository)#\(key.number) is \(pull.state.rawValue)") }
        let ends = try await ends(of: pull)
        try await finish(pull, as: .closed, at: ends, by: login)
    }

    /// Writes the end of a pull request and tells of it. One that somebody else ended meanwhile is left as it is.
    func finish(
        _ pull: LocalPullRequest, as state: LocalPullRequestState, at ends: PullRequestEnds, mergeCommit: CommitSHA? = nil, by login: String
    ) async throws(CodeHostError) {
        let now = clock.now
        let ended = try await change(pull.key) { discussion -> Result<LocalPullRequest, CodeHostError> in
            guard discussion.pull.state == .open else {
                return .failure(CodeHostError(.conflict, "#\(pull.key.number) is \(discussion.pull.state.rawValue) already"))
            }
            discussion.pull.state = state
            discussion.pull.lastHead = ends.head
            discussion.pull.lastBase = ends.base
            discussion.pull.mergeCommit = mergeCommit
            discussion.pull.updatedAt = now
            return .success(discussion.pull)
        }
        try await deliver(for: pull.key.repository, by: login) { $0.pullRequest("closed", ended, at: ends) }
    }

    func tip(_ branch: String, in repository: RepositoryName) async throws(CodeHostError) -> CommitSHA {
        let found = try await inRepository { () throws(SourceError) in
            try await repositories.commit(of: "refs/heads/\(branch)", in: repository)
        }
        guard let found else { throw CodeHostError(.notFound, "\(repository) has no branch \(branch)") }
        return found
    }

    func deliver(
        for repository: RepositoryName, by login: String, _ make: (LocalEvents) -> NewDelivery
    ) async throws(CodeHostError) {
        let defaultBranch = try await inRepository { () throws(SourceError) in try await repositories.defaultBranch(of: repository) }
        let delivery = make(LocalEvents(repository: repository, defaultBranch: defaultBranch, sender: login, now: clock.now))
        _ = try await stored { () throws(StoreError) in try await store.accept(delivery) }
    }
}
