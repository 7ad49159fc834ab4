// What is told to the App's webhook, and by whom it was done. Each is a delivery that the App can list, whether it got there or not.

import ForgeCore
import ForgeCrypto

extension GitHubState {
    /// `repository` by its full name; nil for what is about an installation.
    mutating func emit(_ event: String, _ action: String?, _ members: [(String, JSON)], _ repository: String?, by person: String) {
        let found = repository.flatMap { repositories[$0.lowercased()] }
        let installation = found.flatMap { self.installation(of: $0) }
        if found != nil, installation == nil { return }
        if !options.echo, person == app.botLogin { return }
        var payload = JSON.object([])
        if let action { payload = payload.adding(("action", .string(action))) }
        for (name, value) in members { payload = payload.adding((name, value)) }
        if let found { payload = payload.adding(("repository", json(repository: found))) }
        payload = payload.adding(("sender", json(user: person)))
        if let installation { payload = payload.adding(("installation", .members(("id", JSON(installation.id)), ("node_id", "I_1")))) }
        queue(event, action, payload, installation?.id, found?.id)
    }

    private mutating func queue(_ event: String, _ action: String?, _ payload: JSON, _ installation: Int64?, _ repository: Int64?) {
        // Above 2^53: a client that reads numbers as doubles shows itself.
        let id = newID() << 24
        let name = Hex.encode(SHA256.digest("delivery \(id)"))
        let guid = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { name.slice($0) }.joined(separator: "-")
        deliveries.append(
            StandInDelivery(
                id: id, guid: guid, event: event, action: action, payload: payload, deliveredAt: now, installation: installation,
                repository: repository))
        outbox.append(id)
    }

    mutating func emitPull(_ action: String, _ pull: StandInPull, _ repository: String, by person: String, _ more: (String, JSON)...) {
        guard let found = repositories[repository.lowercased()] else { return }
        let members: [(String, JSON)] = [("number", JSON(pull.number)), ("pull_request", json(pull: pull, in: found))]
        emit("pull_request", action, members + more, repository, by: person)
    }

    mutating func emitComment(
        _ action: String, _ comment: StandInComment, on pull: StandInPull, _ repository: String, by person: String,
        _ more: (String, JSON)...
    ) {
        guard let found = repositories[repository.lowercased()] else { return }
        let members: [(String, JSON)] = [
            ("issue", json(issueOf: pull, in: found)), ("comment", json(comment: comment, on: pull, in: found)),
        ]
        emit("issue_comment", action, members + more, repository, by: person)
    }

    mutating func emitReview(_ action: String, _ review: StandInReview, on pull: StandInPull, _ repository: String, by person: String) {
        guard let found = repositories[repository.lowercased()] else { return }
        let members: [(String, JSON)] = [
            ("review", json(review: review, on: pull, in: found, isWebhook: true)), ("pull_request", json(pull: pull, in: found)),
        ]
        emit("pull_request_review", action, members, repository, by: person)
    }

    mutating func emitReviewComment(
        _ action: String, _ thread: StandInThread, _ comment: StandInReviewComment, on pull: StandInPull, _ repository: String,
        by person: String
    ) {
        guard let found = repositories[repository.lowercased()] else { return }
        let members: [(String, JSON)] = [
            ("comment", json(reviewComment: comment, thread, on: pull, in: found)), ("pull_request", json(pull: pull, in: found)),
        ]
        emit("pull_request_review_comment", action, members, repository, by: person)
    }

    mutating func emitThread(_ action: String, _ thread: StandInThread, _ number: Int64, _ repository: String, by person: String) {
        guard let found = repositories[repository.lowercased()], let pull = found.pulls[number] else { return }
        let comments = thread.comments.map { json(reviewComment: $0, thread, on: pull, in: found) }
        let members: [(String, JSON)] = [
            ("thread", .members(("node_id", .string(thread.id)), ("comments", .array(comments)))),
            ("pull_request", json(pull: pull, in: found)),
        ]
        emit("pull_request_review_thread", action, members, repository, by: person)
    }

    mutating func emitCheck(_ actions: [String], _ run: StandInCheckRun, _ repository: String) {
        guard let found = repositories[repository.lowercased()] else { return }
        for action in actions { emit("check_run", action, [("check_run", json(check: run, in: found))], repository, by: app.botLogin) }
    }
}

extension String {
    fileprivate func slice(_ range: Range<Int>) -> String { String(dropFirst(range.lowerBound).prefix(range.count)) }
}
