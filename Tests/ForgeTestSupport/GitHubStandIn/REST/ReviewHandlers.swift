// Reviews and the comments on lines: all of a review or nothing of it, as GitHub has it, judged against the real diff.

import ForgeCore

extension GitHubState {
    func listReviews(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let repository = try repository(visit.repository)
        let pull = try pull(visit.number("number"), in: visit.repository)
        return .list(pull.reviews.map { json(review: $0, on: pull, in: repository) })
    }

    mutating func createReview(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let number = visit.number("number")
        let pull = try pull(number, in: visit.repository)
        do throws(GitHubRefusal) {
            let (review, anchors) = try judgedReview(visit, pull)
            try add(review, anchors, to: number, visit)
            return .value(
                200, json(review: review, on: try self.pull(number, in: visit.repository), in: try repository(visit.repository)))
        } catch {
            if options.refusedReviewStays, error.status == 422 {
                var orphan = StandInReview(
                    id: newID(), author: actor(visit), state: "COMMENTED", body: visit.body["body"]?.string ?? "", commit: pull.head,
                    submittedAt: now)
                orphan.isOrphan = true
                change(number, in: visit.repository) { $0.reviews.append(orphan) }
            }
            throw error
        }
    }

    mutating func dismissReview(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let number = visit.number("number")
        guard let before = try pull(number, in: visit.repository).reviews.first(where: { $0.id == visit.number("id") }) else {
            throw .notFound
        }
        guard before.state == "CHANGES_REQUESTED" || before.state == "APPROVED" else {
            throw .unprocessable("Can not dismiss a \(before.state.lowercased()) pull request review")
        }
        change(number, in: visit.repository) { pull in
            for index in pull.reviews.indices where pull.reviews[index].id == before.id { pull.reviews[index].state = "DISMISSED" }
        }
        let after = try pull(number, in: visit.repository)
        guard let review = after.reviews.first(where: { $0.id == before.id }) else { throw .notFound }
        emitReview("dismissed", review, on: after, visit.repository, by: actor(visit))
        return .value(200, json(review: review, on: after, in: try repository(visit.repository)))
    }

    private mutating func judgedReview(
        _ visit: Visit, _ pull: StandInPull
    ) throws(GitHubRefusal) -> (StandInReview, [(anchor: StandInAnchor, body: String)]) {
        let repository = try repository(visit.repository)
        let commit = visit.body["commit_id"]?.string ?? pull.head
        guard commit == pull.head || git(repository).commits(of: pull).contains(commit) else {
            throw .unprocessable("The commitOID is not part of the pull request")
        }
        let body = visit.body["body"]?.string ?? ""
        let comments = visit.body["comments"]?.array ?? []
        guard body.unicodeScalars.count <= 65_536 else { throw .unprocessable("Body is too long (maximum is 65536 characters)") }
        guard let event = visit.body["event"]?.string else {
            note(violation: "a review without an event would stay pending, where nobody sees it")
            throw .unprocessable("User can only have one pending review per pull request")
        }
        if event != "COMMENT", pull.author == actor(visit) {
            throw .unprocessable("Can not \(event == "APPROVE" ? "approve" : "request changes on") your own pull request")
        }
        if body.isEmpty, event == "REQUEST_CHANGES" {
            throw .unprocessable("You need to leave a comment indicating the requested changes.")
        }
        if body.isEmpty, comments.isEmpty { throw .unprocessable("Could not comment pull request review.") }
        let placed = try placed(comments, on: pull, at: commit, in: repository)
        if options.reviewsToRefuse > 0, !comments.isEmpty {
            options.reviewsToRefuse -= 1
            note(refusal: "told to refuse")
            throw .unprocessable(options.lineRefusal)
        }
        let state = ["APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED"][event] ?? "COMMENTED"
        let review = StandInReview(id: newID(), author: actor(visit), state: state, body: body, commit: commit, submittedAt: now)
        return (review, placed)
    }

    /// Each where the diff has it, or a refusal of all.
    private mutating func placed(
        _ comments: [JSON], on pull: StandInPull, at commit: String, in repository: StandInRepository
    ) throws(GitHubRefusal) -> [(anchor: StandInAnchor, body: String)] {
        guard !comments.isEmpty else { return [] }
        let diff = git(repository).changes(of: pull, at: commit)
        var placed: [(anchor: StandInAnchor, body: String)] = []
        for comment in comments {
            try checkFields(comment, .reviewComment, "comments[].")
            let body = comment["body"]?.string ?? ""
            if body.isEmpty { throw .unprocessable("Review comment body can't be blank") }
            if body.unicodeScalars.count > 65_536 { throw .unprocessable("Body is too long (maximum is 65536 characters)") }
            switch diff.anchor(for: comment) {
            case .success(let anchor): placed.append((anchor, body))
            case .failure(let fault):
                note(refusal: "\(comment["path"]?.string ?? "-"):\(comment["line"]?.text ?? "-"): \(fault.sentence)")
                throw .unprocessable(fault == .line ? options.lineRefusal : fault.sentence)
            }
        }
        return placed
    }

    /// A request that does not fit the description is ours to mend.
    mutating func checkFields(_ json: JSON, _ fields: [BodyField], _ place: String = "") throws(GitHubRefusal) {
        let problems = BodyField.problems(in: json, fields, at: place)
        guard !problems.isEmpty else { return }
        for problem in problems { note(violation: problem) }
        throw GitHubRefusal(422, "Invalid request.\n\n\(problems.joined(separator: "\n")).")
    }

    private mutating func add(
        _ review: StandInReview, _ comments: [(anchor: StandInAnchor, body: String)], to number: Int64, _ visit: Visit
    ) throws(GitHubRefusal) {
        change(number, in: visit.repository) { $0.reviews.append(review) }
        var threads: [StandInThread] = []
        for (anchor, body) in comments {
            let comment = StandInComment(id: newID(), author: review.author, body: body, createdAt: now, updatedAt: now)
            let entry = StandInReviewComment(comment: comment, review: review.id, inReplyTo: nil, original: anchor, commit: review.commit)
            threads.append(StandInThread(id: "PRRT_kwDO\(newID())", anchor: anchor, comments: [entry]))
        }
        change(number, in: visit.repository) { $0.threads += threads }
        let pull = try pull(number, in: visit.repository)
        emitReview("submitted", review, on: pull, visit.repository, by: review.author)
        for thread in threads { emitReviewComment("created", thread, thread.comments[0], on: pull, visit.repository, by: review.author) }
    }

    // MARK: - Comments on lines

    func listReviewComments(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let pull = try pull(visit.number("number"), in: visit.repository)
        return .list(try shown(pull, visit) { _ in true })
    }

    func listCommentsOfReview(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let pull = try pull(visit.number("number"), in: visit.repository)
        guard pull.reviews.contains(where: { $0.id == visit.number("id") }) else { throw .notFound }
        return .list(try shown(pull, visit) { $0.review == visit.number("id") })
    }

    private func shown(_ pull: StandInPull, _ visit: Visit, _ isWanted: (StandInReviewComment) -> Bool) throws(GitHubRefusal) -> [JSON] {
        let repository = try repository(visit.repository)
        let all = pull.threads.flatMap { thread in thread.comments.filter(isWanted).map { (thread, $0) } }
        return all.sorted { $0.1.comment.id < $1.1.comment.id }.map { json(reviewComment: $0.1, $0.0, on: pull, in: repository) }
    }

    func place(
        ofReviewComment id: Int64, in repository: String
    ) throws(GitHubRefusal) -> (pull: StandInPull, thread: StandInThread, comment: StandInReviewComment) {
        for pull in try self.repository(repository).pulls.values {
            for thread in pull.threads {
                if let comment = thread.comments.first(where: { $0.comment.id == id }) { return (pull, thread, comment) }
            }
        }
        throw .notFound
    }

    func showReviewComment(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let (pull, thread, comment) = try place(ofReviewComment: visit.number("id"), in: visit.repository)
        return .value(200, json(reviewComment: comment, thread, on: pull, in: try repository(visit.repository)))
    }

    /// One comment by itself: a review of its own to everybody who is told of it.
    mutating func createReviewComment(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let number = visit.number("number")
        let pull = try pull(number, in: visit.repository)
        let repository = try repository(visit.repository)
        let body = try checkedBody(visit.body["body"]?.string, "PullRequestReviewComment")
        let commit = visit.body["commit_id"]?.string ?? ""
        guard commit == pull.head || git(repository).commits(of: pull).contains(commit) else {
            throw .invalid("PullRequestReviewComment", "commit_id", "custom", "commit_id is not part of the pull request")
        }
        switch git(repository).changes(of: pull, at: commit).anchor(for: visit.body) {
        case .success(let anchor):
            let review = StandInReview(id: newID(), author: actor(visit), state: "COMMENTED", body: "", commit: commit, submittedAt: now)
            try add(review, [(anchor, body)], to: number, visit)
            let after = try self.pull(number, in: visit.repository)
            guard let thread = after.threads.last else { throw .notFound }
            return .value(201, json(reviewComment: thread.comments[0], thread, on: after, in: repository))
        case .failure(let fault):
            let field = "pull_request_review_thread.\(fault.field)"
            note(refusal: "\(visit.body["path"]?.string ?? "-"):\(visit.body["line"]?.text ?? "-"): \(fault.sentence)")
            throw .invalid("PullRequestReviewComment", field, "custom", "\(field) \(fault.ending)")
        }
    }

    mutating func reply(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let number = visit.number("number")
        let (pull, _, parent) = try place(ofReviewComment: visit.number("id"), in: visit.repository)
        guard pull.number == number, parent.inReplyTo == nil else { throw .notFound }
        let body = try checkedBody(visit.body["body"]?.string, "PullRequestReviewComment")
        let id = try addReply(body, to: parent.comment.id, in: visit.repository, by: actor(visit))
        let (after, thread, made) = try place(ofReviewComment: id, in: visit.repository)
        return .value(201, json(reviewComment: made, thread, on: after, in: try repository(visit.repository)))
    }

    @discardableResult
    mutating func addReply(_ body: String, to parent: Int64, in repository: String, by author: String) throws(GitHubRefusal) -> Int64 {
        account(author)
        let (pull, thread, first) = try place(ofReviewComment: parent, in: repository)
        let review = StandInReview(id: newID(), author: author, state: "COMMENTED", body: "", commit: pull.head, submittedAt: now)
        let comment = StandInComment(id: newID(), author: author, body: body, createdAt: now, updatedAt: now)
        let entry = StandInReviewComment(
            comment: comment, review: review.id, inReplyTo: thread.comments.first?.comment.id, original: first.original, commit: pull.head)
        change(pull.number, in: repository) { pull in
            pull.reviews.append(review)
            if let index = pull.threads.firstIndex(where: { $0.id == thread.id }) { pull.threads[index].comments.append(entry) }
        }
        let (after, grown, made) = try place(ofReviewComment: comment.id, in: repository)
        emitReview("submitted", review, on: after, repository, by: author)
        emitReviewComment("created", grown, made, on: after, repository, by: author)
        return comment.id
    }
}
