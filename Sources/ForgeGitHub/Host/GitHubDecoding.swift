// GitHub's JSON to Forge's words. What is not there or not as described is nil here; whoever asked decides whether that is an error.

import ForgeCore

extension Actor {
    /// Of something that has a `user` and perhaps the App that acted for it.
    init(author json: JSON) {
        let user = json["user"]
        self.init(
            login: user?["login"]?.string, number: user?["id"]?.integer, kind: user?["type"]?.string,
            viaApp: json["performed_via_github_app"]?["id"]?.integer)
    }

    /// Of a GraphQL `Actor`, which lacks the ending that tells a bot's name from a person's.
    init(graph json: JSON?) {
        let kind = json?["__typename"]?.string
        let login = json?["login"]?.string
        let isBare = kind == "Bot" && login?.hasSuffix("[bot]") == false
        self.init(login: isBare ? login.map { $0 + "[bot]" } : login, number: json?["databaseId"]?.integer, kind: kind)
    }
}

extension PullRequest {
    init?(_ json: JSON) {
        guard let number = json["number"]?.integer, let head = json["head"], let headSHA = CommitSHA(head["sha"]?.string ?? ""),
            let base = json["base"], let baseSHA = CommitSHA(base["sha"]?.string ?? "")
        else { return nil }
        self.init(
            number: number, title: json["title"]?.string ?? "", body: json["body"]?.string ?? "", author: Actor(author: json),
            isOpen: json["state"]?.string == "open", isMerged: json["merged"]?.bool ?? (json["merged_at"] != nil),
            isDraft: json["draft"]?.bool ?? false, head: headSHA, headBranch: head["ref"]?.string ?? "",
            headRepository: RepositoryName(head["repo"]?["full_name"]?.string ?? ""), base: baseSHA, baseBranch: base["ref"]?.string ?? "",
            defaultBranch: base["repo"]?["default_branch"]?.string, labels: (json["labels"]?.array ?? []).compactMap { $0["name"]?.string },
            url: json["html_url"]?.string ?? "")
    }
}

extension HostComment {
    init?(_ json: JSON) {
        guard let id = json["id"]?.integer, let created = json["created_at"]?.string.flatMap({ Timestamp(text: $0) }) else { return nil }
        self.init(
            id: id, author: Actor(author: json), body: json["body"]?.string ?? "", createdAt: created,
            updatedAt: json["updated_at"]?.string.flatMap { Timestamp(text: $0) } ?? created, url: json["html_url"]?.string ?? "")
    }

    init?(graph json: JSON) {
        guard let id = json["fullDatabaseId"]?.integer ?? json["databaseId"]?.integer,
            let created = json["createdAt"]?.string.flatMap({ Timestamp(text: $0) })
        else { return nil }
        self.init(
            id: id, author: Actor(graph: json["author"]), body: json["body"]?.string ?? "", createdAt: created,
            updatedAt: json["updatedAt"]?.string.flatMap { Timestamp(text: $0) } ?? created, url: json["url"]?.string ?? "")
    }
}

extension HostReview {
    init?(_ json: JSON) {
        guard let id = json["id"]?.integer else { return nil }
        self.init(
            id: id, author: Actor(author: json), body: json["body"]?.string ?? "", commit: CommitSHA(json["commit_id"]?.string ?? ""),
            url: json["html_url"]?.string ?? "", asksForChanges: json["state"]?.string == "CHANGES_REQUESTED")
    }

    /// The review without a text that GitHub makes for a comment that came alone.
    init?(around comment: JSON) {
        guard let id = comment["pull_request_review_id"]?.integer ?? comment["id"]?.integer else { return nil }
        self.init(
            id: id, author: Actor(author: comment), body: "", commit: CommitSHA(comment["commit_id"]?.string ?? ""),
            url: comment["html_url"]?.string ?? "")
    }
}

extension HostCheckRun {
    init?(_ json: JSON, app: Int64?) {
        guard let id = json["id"]?.integer else { return nil }
        self.init(
            id: id, externalID: json["external_id"]?.string ?? "", isCompleted: json["status"]?.string == "completed",
            isOwn: app != nil && json["app"]?["id"]?.integer == app)
    }
}

extension CheckAnnotation {
    init?(_ json: JSON) {
        guard let path = json["path"]?.string, let message = json["message"]?.string else { return nil }
        let first = max(1, Int(clamping: json["start_line"]?.integer ?? 1))
        let last = max(first, Int(clamping: json["end_line"]?.integer ?? 1))
        self.init(
            path: RepositoryPath(path), lines: first...last,
            level: Level(rawValue: json["annotation_level"]?.string ?? "") ?? .warning, title: json["title"]?.string ?? "",
            message: message)
    }
}

extension HostPermission {
    /// GitHub's old word is the floor that counts; the role says more where it fits. A role that an organisation made up has any name it
    /// likes, such as `admin of nothing`, and gives no more than the old word.
    init(_ json: JSON) {
        let old = json["permission"]?.string ?? "none"
        switch (old, json["role_name"]?.string) {
        case ("admin", _): self = .admin
        case ("write", "maintain"): self = .maintain
        case ("write", _): self = .write
        case ("read", "triage"): self = .triage
        case ("read", _): self = .read
        // GitHub Enterprise of the future may say the role there, too.
        case ("maintain", _): self = .maintain
        case ("triage", _): self = .triage
        default: self = .none
        }
    }
}
