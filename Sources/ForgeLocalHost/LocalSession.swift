// Reading from the local code host.

import ForgeCore

struct LocalSession: HostSession {
    let host: LocalHost
    let place: HostPlace

    func key(_ number: Int64) -> LocalPullRequestKey { LocalPullRequestKey(repository: place.repository, number: number) }

    func pullRequest(_ number: Int64) async throws(CodeHostError) -> PullRequest {
        let pull = try await host.discussion(key(number)).pull
        return try await host.shown(pull, at: try await host.ends(of: pull))
    }

    func pullRequests(withHead head: CommitSHA) async throws(CodeHostError) -> [Int64] {
        var numbers: [Int64] = []
        for pull in try await host.openPullRequests(in: place.repository) {
            do throws(CodeHostError) {
                if try await host.ends(of: pull).head == head { numbers.append(pull.key.number) }
            } catch {
                // One without its branch has no head.
                guard error.kind == .notFound else { throw error }
            }
        }
        return numbers.sorted()
    }

    func defaultBranch() async throws(CodeHostError) -> String? {
        try await host.inRepository { () throws(SourceError) in try await host.repositories.defaultBranch(of: place.repository) }
    }

    func openPullRequests(since: Timestamp, limit: Int) async throws(CodeHostError) -> [PullRequest] {
        let open = try await host.openPullRequests(in: place.repository).filter { $0.updatedAt >= since }
        var shown: [PullRequest] = []
        for pull in open.sorted(by: { $0.updatedAt > $1.updatedAt }).prefix(limit) {
            do throws(CodeHostError) {
                shown.append(try await host.shown(pull, at: try await host.ends(of: pull)))
            } catch {
                // One without its branch has no head.
                guard error.kind == .notFound else { throw error }
            }
        }
        return shown
    }

    func gitRemote() async throws(CodeHostError) -> GitRemote {
        GitRemote(path: try await host.inRepository { () throws(SourceError) in try await host.repositories.path(of: place.repository) })
    }

    func comments(on number: Int64) async throws(CodeHostError) -> [HostComment] {
        try await host.discussion(key(number)).remarks.filter { $0.kind == .comment }.map(\.comment)
    }

    func comment(_ id: Int64, _ place: CommentPlace) async throws(CodeHostError) -> HostComment? {
        let key = key(LocalDiscussion.pullRequest(ofRemark: id))
        let found = try await host.stored { () throws(StoreError) in try await host.store.localDiscussion(key)?[id] }
        guard let found, found.place == place else { return nil }
        return found.comment
    }

    func reviews(on number: Int64) async throws(CodeHostError) -> [HostReview] {
        try await host.discussion(key(number)).remarks.compactMap { remark in
            guard case .review(let commit, let event) = remark.kind else { return nil }
            return HostReview(
                id: remark.id, author: remark.author.actor, body: remark.body, commit: commit, asksForChanges: event == .requestChanges)
        }
    }

    func threads(on number: Int64) async throws(CodeHostError) -> [HostThread] {
        try await host.threads(of: try await host.discussion(key(number)))
    }

    func permission(of login: String) async throws(CodeHostError) -> HostPermission {
        login.isEmpty || login.hasSuffix("[bot]") ? .none : .write
    }

    func checkRuns(named name: String, at head: CommitSHA) async throws(CodeHostError) -> [HostCheckRun] {
        let checks = try await host.stored { () throws(StoreError) in
            try await host.store.localChecks(in: place.repository, at: head)
        }
        return checks.filter { $0.content.name == name }.map {
            HostCheckRun(id: $0.id, externalID: $0.content.externalID, isCompleted: $0.isCompleted, isOwn: true)
        }
    }

    /// Only Forge itself makes checks here, and it needs not ask what it said.
    func annotations(ofCheck id: Int64, limit: Int) async throws(CodeHostError) -> [CheckAnnotation] { [] }

    func end() async {}
}

extension LocalHost {
    func shown(_ pull: LocalPullRequest, at ends: PullRequestEnds) async throws(CodeHostError) -> PullRequest {
        let repository = pull.key.repository
        let defaultBranch = try await inRepository { () throws(SourceError) in try await repositories.defaultBranch(of: repository) }
        return PullRequest(
            number: pull.key.number, title: pull.title, body: pull.body, author: Actor(login: pull.author, kind: "User"),
            isOpen: pull.state == .open, isMerged: pull.state == .merged, isDraft: pull.isDraft, head: ends.head,
            headBranch: pull.headBranch, headRepository: repository, base: ends.base, baseBranch: pull.baseBranch,
            defaultBranch: defaultBranch, labels: pull.labels)
    }

    func openPullRequests(in repository: RepositoryName, branch: String? = nil) async throws(CodeHostError) -> [LocalPullRequest] {
        let filter = LocalPullRequestFilter(repository: repository, state: .open, branch: branch)
        var found: [LocalPullRequest] = []
        var page = PageRequest(limit: PageRequest.limitMax)
        repeat {
            let request = page
            let part = try await stored { () throws(StoreError) in try await store.localPullRequests(filter, page: request) }
            found += part.items
            page.before = part.next
        } while page.before != nil
        return found
    }

    /// As they stand at the present head: lines move, and where they changed the thread is outdated.
    func threads(of discussion: LocalDiscussion) async throws(CodeHostError) -> [HostThread] {
        let head = try await ends(of: discussion.pull).head
        var moves: [CommitSHA: LineMoves] = [:]
        var threads: [HostThread] = []
        for remark in discussion.remarks {
            guard case .thread(let thread) = remark.kind else { continue }
            if moves[thread.commit] == nil {
                moves[thread.commit] = try await lineMoves(from: thread.commit, to: head, in: discussion.pull.key.repository)
            }
            let place = moves[thread.commit]?.place(of: thread) ?? ThreadPlace(path: thread.path, line: nil, isOutdated: true)
            let replies = discussion.remarks.filter { $0.kind == .reply(thread: remark.id) }
            threads.append(
                HostThread(
                    id: String(remark.id), path: place.path, line: place.line, isResolved: thread.isResolved,
                    isOutdated: place.isOutdated, comments: [remark.comment] + replies.map(\.comment)))
        }
        return threads
    }

    private func lineMoves(
        from commit: CommitSHA, to head: CommitSHA, in repository: RepositoryName
    ) async throws(CodeHostError) -> LineMoves? {
        guard commit != head else { return LineMoves(Diff()) }
        do throws(CodeHostError) {
            return LineMoves(
                try await inRepository { () throws(SourceError) in
                    try await repositories.diff(from: commit, to: head, in: repository)
                })
        } catch {
            // After a force-push git may have thrown the commit away.
            guard error.kind == .notFound else { throw error }
            return nil
        }
    }
}

extension LocalRemark {
    var comment: HostComment {
        HostComment(id: id, author: author.actor, body: body, createdAt: createdAt, updatedAt: updatedAt)
    }

    /// Nil for a review, which is no comment.
    var place: CommentPlace? {
        switch kind {
        case .comment: .conversation
        case .thread, .reply: .diff
        case .review: nil
        }
    }
}
