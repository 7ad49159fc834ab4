// The jobs that answer people: commands, replies in threads, and buttons of checks; and the one that answers a merge queue. Each carries
// what tells whether the words were changed after the event: the worker reads them again before it acts.

import ForgeCore
import ForgeCrypto

extension JobPlan {
    /// It has no subject: a second command on the same place must not end the first. One comment is one job with one answer.
    func command(_ list: CommandList, number: Int64?, comment: Int64?, isPullRequest: Bool) -> [NewJob] {
        guard let repository = event.context.repository, !list.commands.isEmpty else { return [] }
        let payload: [JSON.Member] = [
            .init(
                "commands",
                .array(list.commands.map { ["command": .string($0.name), "arguments": .string($0.arguments)] })),
            .init("left_out", list.leftOut == 0 ? .null : JSON(list.leftOut)), .init("number", JSON(number)),
            .init("comment", JSON(comment)), .init("is_pull_request", .bool(isPullRequest)),
        ]
        switch event.matter {
        case .comment(let text):
            let about = comment.map { "\(text.place.rawValue)/\($0)" } ?? "number/\(text.number)/\(list.commands[0].name)"
            let priority = text.author.isBot ? 0 : 10
            return [
                job(
                    "command", key: "command:\(repository.number):\(about)", subject: nil, priority: priority,
                    payload: payload + place(text))
            ]
        case .checks(let checks):
            let about = "check/\(checks.number ?? 0)@\(checks.head?.description ?? "latest")/\(list.commands[0].name)"
            let button: [JSON.Member] = [
                .init("place", "check"), .init("head", JSON(checks.head?.description)), .init("check", JSON(checks.number)),
                .init("external_id", JSON(checks.externalID)), .init("asked_by", event.context.sender.json),
            ]
            return [job("command", key: "command:\(repository.number):\(about)", subject: nil, priority: 10, payload: payload + button)]
        default: return []
        }
    }

    func reply(number: Int64, comment: Int64, root: Int64) -> [NewJob] {
        guard let repository = event.context.repository, case .comment(let text) = event.matter else { return [] }
        let payload: [JSON.Member] = [.init("number", JSON(number)), .init("comment", JSON(comment)), .init("is_pull_request", true)]
        return [job("reply", key: "reply:\(repository.number):\(comment)", subject: nil, priority: 10, payload: payload + place(text))]
    }

    /// Where the words stand, whose they are, and what they were.
    private func place(_ text: CommentEvent) -> [JSON.Member] {
        [
            .init("place", .string(text.place.rawValue)), .init("head", JSON(text.head?.description)), .init("path", JSON(text.path)),
            .init("line", JSON(text.line)), .init("root", JSON(text.root)), .init("asked_by", text.author.json),
            .init("created_at", JSON(text.createdAt)), .init("updated_at", JSON(text.updatedAt)),
            .init("text_sha256", .string(Hex.encode(SHA256.digest(text.body)))),
        ]
    }

    /// A newer commit of the same queue does not replace an older one: each is asked for by itself.
    func mergeGroup(head: CommitSHA) -> [NewJob] {
        guard let repository = event.context.repository, case .mergeGroup(let group) = event.matter else { return [] }
        return [
            job(
                "merge_group", key: "merge_group:\(repository.number)@\(head)", subject: nil, priority: 10,
                payload: [
                    .init("head", .string(head.description)), .init("head_branch", JSON(group.headBranch)),
                    .init("base", JSON(group.base?.description)), .init("base_branch", JSON(group.baseBranch)),
                    .init("pull", JSON(group.pullRequest)),
                ])
        ]
    }
}
