// Pull requests, issues, and what people write on them. It only reads; who wrote it and whether that counts is decided later.

import ForgeCore

extension GitHubPayload {
    func pullRequestEvent() throws(DecodeFailure) -> PullRequestEvent {
        let pull = try required("pull_request")
        let number = try pullRequestNumber(pull)
        return PullRequestEvent(
            action: action ?? "", number: number, title: pull["title"]?.string ?? "", head: pull["head"]?["sha"]?.commit,
            headBranch: pull["head"]?["ref"]?.string, headRepository: RepositoryName(github: pull["head"]?["repo"]),
            base: pull["base"]?["sha"]?.commit, baseBranch: pull["base"]?["ref"]?.string, author: Actor(github: pull["user"]),
            isDraft: pull["draft"]?.bool ?? false, isOpen: pull["state"]?.string != "closed",
            isMerged: pull["merged"]?.bool ?? (pull["merged_at"] != nil), labels: pull["labels"]?.labelNames ?? [],
            label: root["label"]?["name"]?.string, changed: (root["changes"]?.members ?? []).filter { $0.value != .null }.map(\.name),
            updatedAt: pull["updated_at"]?.moment)
    }

    func issueEvent() throws(DecodeFailure) -> IssueEvent {
        var event = try issue(action: action ?? "")
        event.label = root["label"]?["name"]?.string
        return event
    }

    func issueCommentEvent() throws(DecodeFailure) -> CommentEvent {
        let comment = try required("comment")
        let subject = try issue(action: "")
        let updated = comment["updated_at"]?.moment
        let created = comment["created_at"]?.moment
        let wasEdited = action == "edited" || (created != nil && updated != nil && created != updated)
        return CommentEvent(
            action: action ?? "", place: subject.isPullRequest ? .pullRequest : .issue, number: subject.number,
            comment: comment["id"]?.positive, author: author(of: comment), body: comment["body"]?.string ?? "", wasEdited: wasEdited,
            subject: subject, createdAt: created, updatedAt: updated)
    }

    /// Its two moments differ without an edit when it waited in a pending review, so only the action tells of one.
    func diffCommentEvent() throws(DecodeFailure) -> CommentEvent {
        let comment = try required("comment")
        var event = try onPullRequest(.diff, comment)
        event.path = comment["path"]?.string
        event.line = comment[either: "line", "original_line"]?.positive.flatMap { Int(exactly: $0) }
        event.root = comment["in_reply_to_id"]?.positive
        event.createdAt = comment["created_at"]?.moment
        event.updatedAt = comment["updated_at"]?.moment
        return event
    }

    func reviewEvent() throws(DecodeFailure) -> CommentEvent {
        let review = try required("review")
        var event = try onPullRequest(.review, review)
        event.reviewState = review["state"]?.string.map { GitHubText.word($0).lowercased() }
        event.createdAt = review["submitted_at"]?.moment
        event.updatedAt = event.createdAt
        return event
    }

    func threadEvent() throws(DecodeFailure) -> CommentEvent {
        let thread = try required("thread")
        let first = thread["comments"]?[0] ?? .object([])
        var event = try onPullRequest(.thread, first)
        event.body = ""
        event.path = first["path"]?.string
        return event
    }

    private func onPullRequest(_ place: CommentEvent.Place, _ comment: JSON) throws(DecodeFailure) -> CommentEvent {
        let pull = try required("pull_request")
        return CommentEvent(
            action: action ?? "", place: place, number: try pullRequestNumber(pull), comment: comment["id"]?.positive,
            author: author(of: comment), body: comment["body"]?.string ?? "", wasEdited: action == "edited",
            head: comment["commit_id"]?.commit, headBranch: pull["head"]?["ref"]?.string,
            headRepository: RepositoryName(github: pull["head"]?["repo"]))
    }

    private func pullRequestNumber(_ pull: JSON) throws(DecodeFailure) -> Int64 {
        if let number = root["number"]?.positive { return number }
        return try requiredNumber("number", in: pull, called: "pull_request")
    }

    private func author(of comment: JSON) -> Actor {
        var author = Actor(github: comment["user"])
        author.viaApp = comment["performed_via_github_app"]?["id"]?.positive
        return author
    }

    private func issue(action: String) throws(DecodeFailure) -> IssueEvent {
        let issue = try required("issue")
        return IssueEvent(
            action: action, number: try requiredNumber("number", in: issue, called: "issue"), title: issue["title"]?.string ?? "",
            body: issue["body"]?.string, labels: issue["labels"]?.labelNames ?? [], isOpen: issue["state"]?.string != "closed",
            isPullRequest: issue["pull_request"] != nil, author: author(of: issue), url: issue["html_url"]?.string)
    }
}
