// Comments in a pull request's conversation, and reactions to comments of both kinds.

import ForgeCore

extension GitHubState {
    func listComments(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let repository = try repository(visit.repository)
        let pull = try pull(visit.number("number"), in: visit.repository)
        return .list(pull.comments.map { json(comment: $0, on: pull, in: repository) })
    }

    mutating func createComment(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let number = visit.number("number")
        let body = try checkedBody(visit.body["body"]?.string, "IssueComment")
        let comment = try addComment(body, on: number, in: visit.repository, by: actor(visit))
        return .value(201, json(comment: comment, on: try pull(number, in: visit.repository), in: try repository(visit.repository)))
    }

    func checkedBody(_ body: String?, _ resource: String) throws(GitHubRefusal) -> String {
        guard let body, !body.allSatisfy(\.isWhitespace) else { throw .invalid(resource, "body", "missing_field") }
        guard body.unicodeScalars.count <= 65_536 else {
            throw .invalid(resource, "body", "custom", "body is too long (maximum is 65536 characters)")
        }
        return body
    }

    mutating func addComment(
        _ body: String, on number: Int64, in repository: String, by author: String
    ) throws(GitHubRefusal) -> StandInComment {
        account(author)
        _ = try pull(number, in: repository)
        let comment = StandInComment(id: newID(), author: author, body: body, createdAt: now, updatedAt: now)
        change(number, in: repository) { $0.comments.append(comment) }
        emitComment("created", comment, on: try pull(number, in: repository), repository, by: author)
        return comment
    }

    /// The pull request that a comment stands under.
    func place(ofComment id: Int64, in repository: String) throws(GitHubRefusal) -> (pull: StandInPull, comment: StandInComment) {
        for pull in try self.repository(repository).pulls.values {
            if let comment = pull.comments.first(where: { $0.id == id }) { return (pull, comment) }
        }
        throw .notFound
    }

    func showComment(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let (pull, comment) = try place(ofComment: visit.number("id"), in: visit.repository)
        return .value(200, json(comment: comment, on: pull, in: try repository(visit.repository)))
    }

    mutating func editComment(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let (_, comment) = try place(ofComment: visit.number("id"), in: visit.repository)
        let body = try checkedBody(visit.body["body"]?.string, "IssueComment")
        if comment.author != actor(visit) { note(violation: "the App edited a comment of \(comment.author)") }
        try changeComment(comment.id, to: body, in: visit.repository, by: actor(visit))
        return try showComment(visit)
    }

    mutating func changeComment(_ id: Int64, to body: String, in repository: String, by editor: String) throws(GitHubRefusal) {
        let (pull, old) = try place(ofComment: id, in: repository)
        let moment = now
        change(pull.number, in: repository) { pull in
            guard let index = pull.comments.firstIndex(where: { $0.id == id }) else { return }
            pull.comments[index].body = body
            // At least a second later, or nobody could tell from the outside.
            pull.comments[index].updatedAt = max(moment, old.createdAt + .seconds(1))
        }
        let (after, comment) = try place(ofComment: id, in: repository)
        let changes: JSON = .members(("body", .members(("from", .string(old.body)))))
        emitComment("edited", comment, on: after, repository, by: editor, ("changes", changes))
    }

    mutating func deleteComment(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        try removeComment(visit.number("id"), in: visit.repository, by: actor(visit))
        return .nothing(204)
    }

    mutating func removeComment(_ id: Int64, in repository: String, by person: String) throws(GitHubRefusal) {
        let (pull, comment) = try place(ofComment: id, in: repository)
        change(pull.number, in: repository) { $0.comments.removeAll { $0.id == id } }
        emitComment("deleted", comment, on: pull, repository, by: person)
    }

    // MARK: - Reactions

    func listReactions(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        .list(try place(ofComment: visit.number("id"), in: visit.repository).comment.reactions.map { json(reaction: $0) })
    }

    private func json(reaction: StandInReaction) -> JSON {
        .members(("id", JSON(reaction.id)), ("user", json(user: reaction.author)), ("content", .string(reaction.content)))
    }

    /// 201 for a new one, 200 for one that is there.
    mutating func react(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let id = visit.number("id")
        let isReview = visit.request.path.dropLast(2).last == "comments" && visit.request.path.dropLast(3).last == "pulls"
        let pull =
            isReview ? try place(ofReviewComment: id, in: visit.repository).pull : try place(ofComment: id, in: visit.repository).pull
        let reaction = StandInReaction(id: newID(), author: actor(visit), content: visit.body["content"]?.string ?? "")
        var before: StandInReaction?
        change(pull.number, in: visit.repository) { pull in
            pull.eachComment { comment in
                guard comment.id == id else { return }
                before = comment.reactions.first { $0.author == reaction.author && $0.content == reaction.content }
                if before == nil { comment.reactions.append(reaction) }
            }
        }
        return .value(before == nil ? 201 : 200, json(reaction: before ?? reaction))
    }
}

extension StandInPull {
    /// Of the conversation and of all threads.
    mutating func eachComment(_ work: (inout StandInComment) -> Void) {
        for index in comments.indices { work(&comments[index]) }
        for thread in threads.indices {
            for index in threads[thread].comments.indices { work(&threads[thread].comments[index].comment) }
        }
    }
}
