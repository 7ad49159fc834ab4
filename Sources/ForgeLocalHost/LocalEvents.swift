// What happens on the local code host as deliveries, in the form that GitHub gives to the same events: from the store on they take the same
// way. Their source is a person at this machine, and their tenant is local, whatever stands in them.

package import ForgeCore
import ForgeCrypto

struct LocalEvents {
    let repository: RepositoryName
    let defaultBranch: String?
    let sender: String
    let now: Timestamp

    func pullRequest(_ action: String, _ pull: LocalPullRequest, at ends: PullRequestEnds) -> NewDelivery {
        let body: JSON = [
            "action": .string(action), "number": JSON(pull.key.number), "repository": described, "sender": .person(sender),
            "pull_request": described(pull, at: ends),
        ]
        // Opened once; pushed to, drafted or closed at a moment.
        let moment = action == "opened" ? "" : "@\(now.milliseconds)"
        return delivery("pull_request", key: "#\(pull.key.number):\(action):\(ends.head)\(moment)", body)
    }

    func comment(_ remark: LocalRemark, on pull: LocalPullRequest, at ends: PullRequestEnds, thread: LocalThread?) -> NewDelivery {
        var comment: [JSON.Member] = [
            .init("id", JSON(remark.id)), .init("body", .string(remark.body)), .init("user", .person(remark.author.login)),
            .init("created_at", JSON(remark.createdAt)), .init("updated_at", JSON(remark.updatedAt)),
        ]
        var members: [JSON.Member] = [.init("action", "created"), .init("repository", described), .init("sender", .person(sender))]
        if let thread, case .reply(let opening) = remark.kind {
            comment += [
                .init("path", .string(thread.path.text)), .init("commit_id", .string(ends.head.description)),
                .init("in_reply_to_id", JSON(opening)),
            ]
            members.append(.init("pull_request", described(pull, at: ends)))
        } else {
            members.append(
                .init(
                    "issue",
                    [
                        "number": JSON(pull.key.number), "title": .string(pull.title), "user": .person(pull.author),
                        "state": .string(pull.state == .open ? "open" : "closed"), "pull_request": ["merged": .bool(pull.state == .merged)],
                    ]))
        }
        members.append(.init("comment", .object(comment)))
        let name = thread == nil ? "issue_comment" : "pull_request_review_comment"
        return delivery(name, key: "#\(pull.key.number):comment:\(remark.id)", .object(members))
    }

    func push(_ change: RefChange) -> NewDelivery {
        let zeros = String(repeating: "0", count: 40)
        let body: JSON = [
            "ref": .string(change.ref), "before": .string(change.before?.description ?? zeros),
            "after": .string(change.after?.description ?? zeros), "repository": described, "sender": .person(sender),
        ]
        let ends = "\(change.before?.short ?? "none")..\(change.after?.short ?? "none")"
        return delivery("push", key: ":push:\(change.ref):\(ends)@\(now.milliseconds)", body)
    }

    private func delivery(_ name: String, key: String, _ body: JSON) -> NewDelivery {
        NewDelivery(
            source: .person, transportKey: "person:\(repository)\(key)", eventName: name,
            headers: [HeaderField("x-github-event", name), HeaderField("content-type", "application/json")], body: Array(body.text.utf8),
            receivedAt: now)
    }

    // MARK: Parts

    private var described: JSON {
        JSON.object([
            .init("id", JSON(Self.number(of: repository))), .init("full_name", .string(repository.description)),
            .init("default_branch", JSON(defaultBranch)),
        ]).withoutNulls
    }

    /// Work keys need a number; a repository of this machine has only its name.
    static func number(of repository: RepositoryName) -> Int64 {
        let digest = SHA256.digest(repository.description)
        return digest.prefix(6).reduce(0) { $0 << 8 | Int64($1) } | 1
    }

    private func described(_ pull: LocalPullRequest, at ends: PullRequestEnds) -> JSON {
        [
            "number": JSON(pull.key.number), "title": .string(pull.title), "body": .string(pull.body),
            "state": .string(pull.state == .open ? "open" : "closed"), "merged": .bool(pull.state == .merged),
            "draft": .bool(pull.isDraft), "user": .person(pull.author),
            "labels": .array(pull.labels.map { ["name": .string($0)] }),
            "head": ["ref": .string(pull.headBranch), "sha": .string(ends.head.description), "repo": described],
            "base": ["ref": .string(pull.baseBranch), "sha": .string(ends.base.description), "repo": described],
            "updated_at": JSON(pull.updatedAt),
        ]
    }
}

/// One line of what git tells a hook.
package struct RefChange: Hashable, Sendable {
    package var ref: String
    /// Nil when the ref was made.
    package var before: CommitSHA?
    /// Nil when it was deleted.
    package var after: CommitSHA?

    package init(ref: String, before: CommitSHA?, after: CommitSHA?) {
        self.ref = ref
        self.before = before
        self.after = after
    }

    /// `old new ref`; nil for what is none.
    package init?(line: some StringProtocol) {
        let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3, words[2].hasPrefix("refs/"), [40, 64].contains(words[0].utf8.count),
            words[0].utf8.count == words[1].utf8.count
        else { return nil }
        // All zeros is no commit: made, or deleted.
        self.init(ref: String(words[2]), before: CommitSHA(words[0]), after: CommitSHA(words[1]))
        guard before != nil || after != nil else { return nil }
    }

    package var branch: String? { ref.hasPrefix("refs/heads/") ? String(ref.dropFirst("refs/heads/".count)) : nil }
}

extension JSON {
    fileprivate static func person(_ login: String) -> JSON { ["login": .string(login), "type": "User"] }
}
