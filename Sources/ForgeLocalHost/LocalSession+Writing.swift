// Writing to the local code host. What is refused is refused before anything is written, and what is written is one transaction.

import ForgeCore

extension LocalSession {
    func post(_ review: NewReview, on number: Int64) async throws(CodeHostError) -> HostReview {
        let pull = try await host.discussion(key(number)).pull
        let ends = try await host.ends(of: pull)
        guard review.commit == ends.head else {
            throw CodeHostError(.conflict, "the review is of \(review.commit.short), and the head is \(ends.head.short) by now")
        }
        if let reason = ReviewCheck.refusal(of: review, on: try await host.diff(of: ends, in: place.repository)) {
            throw CodeHostError(.refused, reason)
        }
        let now = host.clock.now
        let posted = try await change(number) { discussion -> Result<LocalRemark, CodeHostError> in
            let body = review.isOfFilesOnly ? "" : review.body
            let posted = discussion.add(.review(commit: review.commit, event: review.event), by: .forge, body, at: now)
            for comment in review.comments {
                let thread = LocalThread(review: posted.id, path: comment.path, anchor: comment.anchor, commit: review.commit)
                _ = discussion.add(.thread(thread), by: .forge, comment.body, at: now)
            }
            return .success(posted)
        }
        return HostReview(
            id: posted.id, author: posted.author.actor, body: posted.body, commit: review.commit,
            asksForChanges: review.event == .requestChanges)
    }

    func dismiss(review id: Int64, because message: String, on number: Int64) async throws(CodeHostError) {
        try requireText(message)
        try await change(number) { discussion -> Result<Void, CodeHostError> in
            guard var review = discussion[id], case .review(let commit, let event) = review.kind, review.author == .forge else {
                return .failure(CodeHostError(.notFound, "there is no review \(id) of ours"))
            }
            guard event != .comment else { return .failure(CodeHostError(.refused, "the review \(id) asks for nothing")) }
            review.kind = .review(commit: commit, event: .comment)
            discussion[id] = review
            return .success(())
        }
    }

    func postComment(_ body: String, on number: Int64) async throws(CodeHostError) -> HostComment {
        try await host.say(body, by: .forge, on: key(number), replyTo: nil).comment
    }

    func editComment(_ id: Int64, to body: String) async throws(CodeHostError) {
        try requireText(body)
        let now = host.clock.now
        try await change(LocalDiscussion.pullRequest(ofRemark: id)) { discussion -> Result<Void, CodeHostError> in
            guard var comment = discussion[id], comment.kind == .comment else {
                return .failure(CodeHostError(.notFound, "there is no comment \(id)"))
            }
            guard comment.author == .forge else {
                return .failure(CodeHostError(.forbidden(missing: nil), "the comment \(id) is somebody else's"))
            }
            comment.body = body
            comment.updatedAt = now
            discussion[id] = comment
            return .success(())
        }
    }

    func reply(_ body: String, to comment: Int64, on number: Int64) async throws(CodeHostError) -> HostComment {
        try await host.say(body, by: .forge, on: key(number), replyTo: comment).comment
    }

    func resolve(thread id: String) async throws(CodeHostError) {
        let missing = CodeHostError(.notFound, "there is no thread \(id)")
        guard let id = Int64(id) else { throw missing }
        try await change(LocalDiscussion.pullRequest(ofRemark: id)) { discussion -> Result<Void, CodeHostError> in
            guard var opened = discussion[id], case .thread(var thread) = opened.kind else { return .failure(missing) }
            thread.isResolved = true
            opened.kind = .thread(thread)
            discussion[id] = opened
            return .success(())
        }
    }

    func react(_ reaction: HostReaction, to comment: Int64, _ place: CommentPlace) async throws(CodeHostError) {
        try await change(LocalDiscussion.pullRequest(ofRemark: comment)) { discussion -> Result<Void, CodeHostError> in
            guard var remark = discussion[comment], remark.place == place else {
                return .failure(CodeHostError(.notFound, "there is no comment \(comment)"))
            }
            remark.reactions.insert(reaction)
            discussion[comment] = remark
            return .success(())
        }
    }

    func createCheckRun(_ content: CheckRunContent) async throws(CodeHostError) -> Int64 {
        if let reason = ReviewCheck.refusal(of: content) { throw CodeHostError(.refused, reason) }
        _ = try await host.inRepository { () throws(SourceError) in
            try await host.repositories.subject(of: content.head, in: place.repository)
        }
        return try await host.stored { () throws(StoreError) in try await host.store.addLocalCheck(content, in: place.repository).id }
    }

    func updateCheckRun(_ id: Int64, _ content: CheckRunContent) async throws(CodeHostError) {
        if let reason = ReviewCheck.refusal(of: content) { throw CodeHostError(.refused, reason) }
        let answer = try await host.stored { () throws(StoreError) in
            try await host.store.changeLocalCheck(id, in: place.repository) { stored -> CodeHostError? in
                guard stored.externalID == content.externalID, stored.head == content.head else {
                    return CodeHostError(.refused, "the check \(id) is another one, of \(stored.head.short)")
                }
                if stored.conclusion != nil, content.conclusion == nil {
                    return CodeHostError(.refused, "the check \(id) has ended, and is not opened again")
                }
                stored = content
                return nil
            }
        }
        guard let answer else { throw CodeHostError(.notFound, "there is no check \(id)") }
        if let answer { throw answer }
    }

    func changeLabels(on number: Int64, adding: [String], removing: [String]) async throws(CodeHostError) {
        for label in adding where label.isEmpty || label.count > 50 {
            throw CodeHostError(.refused, "a label has 1 to 50 characters")
        }
        try await change(number) { discussion -> Result<Void, CodeHostError> in
            let kept = discussion.pull.labels.filter { !removing.contains($0) }
            discussion.pull.labels = kept + adding.filter { !kept.contains($0) }
            return .success(())
        }
    }

    func setDescription(of number: Int64, to body: String) async throws(CodeHostError) {
        if let reason = ReviewCheck.refusal(ofText: body, called: "the description", mayBeEmpty: true) {
            throw CodeHostError(.refused, reason)
        }
        try await change(number) { discussion -> Result<Void, CodeHostError> in
            discussion.pull.body = body
            return .success(())
        }
    }

    private func requireText(_ body: String) throws(CodeHostError) {
        if let reason = ReviewCheck.refusal(ofText: body, called: "the comment") { throw CodeHostError(.refused, reason) }
    }

    private func change<Answer: Sendable>(
        _ number: Int64, _ change: @escaping @Sendable (inout LocalDiscussion) -> Result<Answer, CodeHostError>
    ) async throws(CodeHostError) -> Answer {
        try await host.change(key(number), change)
    }
}

extension LocalHost {
    func change<Answer: Sendable>(
        _ key: LocalPullRequestKey, _ change: @escaping @Sendable (inout LocalDiscussion) -> Result<Answer, CodeHostError>
    ) async throws(CodeHostError) -> Answer {
        let answer = try await stored { () throws(StoreError) in try await store.changeLocalDiscussion(key, change) }
        guard let answer else { throw CodeHostError(.notFound, "there is no pull request \(key.repository)#\(key.number)") }
        return try answer.get()
    }

    /// A comment in the conversation, or under the one that opened a thread.
    func say(
        _ body: String, by author: LocalAuthor, on key: LocalPullRequestKey, replyTo opening: Int64?
    ) async throws(CodeHostError) -> LocalRemark {
        if let reason = ReviewCheck.refusal(ofText: body, called: "the comment") { throw CodeHostError(.refused, reason) }
        let now = clock.now
        return try await change(key) { discussion -> Result<LocalRemark, CodeHostError> in
            guard let opening else { return .success(discussion.add(.comment, by: author, body, at: now)) }
            guard case .thread? = discussion[opening]?.kind else {
                return .failure(CodeHostError(.refused, "the comment \(opening) opened no thread of #\(key.number)"))
            }
            return .success(discussion.add(.reply(thread: opening), by: author, body, at: now))
        }
    }
}
