// `forge pr …`: pull requests of the repositories on this machine, for people without another code host.

import ForgeCore
import ForgeLocalHost

enum PullRequestCommands {
    static let all = [open, list, show, comment, merge, close]

    private static let repository = OptionSpecification("repository", "OWNER/NAME", "which repository (default: the only one there is)")
    private static let person = OptionSpecification("as", "NAME", "who does it (default: $USER)")
    private static let number = PositionalSpecification("NUMBER", "3, or owner/name#3")

    private static let open = CommandSpecification(
        "pr open", "open a pull request for a pushed branch",
        details: """
            Repositories are bare ones in the folder that local_host.repositories names. A running 'forge serve' reviews the pull
            request within seconds, and again at every push once 'forge notify --install' has put its hook there.
            """,
        positionals: [.init("BRANCH", "the branch with the change")],
        options: [
            repository, .init("base", "BRANCH", "what it goes into (default: the repository's default branch)"),
            .init("title", "TEXT", "in a few words (default: the last commit's first line)"), .init("body", "TEXT", "what and why"),
            .init("draft", nil, "not to be reviewed or merged yet"), person, .json, .config,
        ]
    ) { arguments, context in
        try await withLocalDesk(arguments, context) { desk in
            let repository = try await desk.repository(arguments)
            let branch = arguments.positional(0) ?? ""
            guard let base = try await base(arguments, repository, desk) else {
                throw CommandFailure.badInput("--base is missing: \(repository) has no default branch")
            }
            guard let head = try await desk.repositories.commit(of: "refs/heads/\(branch)", in: repository) else {
                throw CommandFailure.refused("\(repository) has no branch \(branch); git push it first")
            }
            let subject = try await desk.repositories.subject(of: head, in: repository)
            let pull = try await desk.host.open(
                NewLocalPullRequest(
                    repository: repository, title: arguments.value("title") ?? (subject.isEmpty ? branch : subject),
                    body: arguments.value("body") ?? "", author: try context.login(arguments), isDraft: arguments.has("draft"),
                    headBranch: branch, baseBranch: base))
            if arguments.has("json") { try context.show(pull.json) } else { try context.print("opened \(repository)#\(pull.key.number)") }
            return .ok
        }
    }

    private static func base(_ arguments: Arguments, _ repository: RepositoryName, _ desk: LocalDesk) async throws -> String? {
        if let named = arguments.value("base") { return named }
        return try await desk.repositories.defaultBranch(of: repository)
    }

    private enum ListedState: String, CaseIterable { case open, closed, merged, all }

    private static let list = CommandSpecification(
        "pr list", "list pull requests, newest first",
        options: [
            .init("repository", "OWNER/NAME", "of one repository"), .init("state", "STATE", "open (default), closed, merged or all"),
            .limit, .before, .json, .config,
        ]
    ) { arguments, context in
        let state = try arguments.choice("state", ListedState.self) ?? .open
        let name = try arguments.value("repository").map { text throws(CommandFailure) in try LocalDesk.repository(named: text) }
        let filter = LocalPullRequestFilter(repository: name, state: LocalPullRequestState(rawValue: state.rawValue))
        let page = try arguments.page()
        return try await withLocalDesk(arguments, context) { desk in
            let found = try await desk.store.localPullRequests(filter, page: page)
            var table = Table(
                ["number", "state", "title", "author", "branch", "into", "updated"], whenEmpty: "None. forge pr open BRANCH.")
            for pull in found.items {
                table.add(
                    [
                        .init("\(pull.key.repository)#\(pull.key.number)"), .init(pull.state.rawValue, pull.state.tone), .init(pull.title),
                        .init(pull.author), .init(pull.headBranch), .init(pull.baseBranch), .init(pull.updatedAt.shortText, .faint),
                    ], pull.json)
            }
            try context.show(table, json: arguments.has("json"))
            if let next = found.next, context.isTerminal { context.note("more: --before \(next)") }
            return .ok
        }
    }

    private static let show = CommandSpecification(
        "pr show", "show a pull request: its check, the review under the lines it is about, the conversation",
        positionals: [number], options: [repository, .json, .config]
    ) { arguments, context in
        try await withLocalDesk(arguments, context) { desk in
            let key = try await desk.pullRequest(arguments)
            let view = try await desk.host.view(of: key)
            let place = HostPlace(tenant: .local, repository: key.repository)
            let state = try await desk.store.pullRequestState(PullRequestKey(place: place, number: key.number))
            let page = PullRequestPage(view: view, state: state, identity: try await desk.host.identity())
            if arguments.has("json") {
                try context.show(page.json)
            } else {
                try context.write(page.text(colours: context.colours))
            }
            return .ok
        }
    }

    private static let comment = CommandSpecification(
        "pr comment", "comment on a pull request; a line that begins with /forge is a command",
        details: "Commands: /forge help tells which there are. 'forge pr show' shows the numbers of comments for --reply-to.",
        positionals: [number, .init("TEXT", "what to say")],
        options: [repository, .init("reply-to", "COMMENT", "answer in the thread that this comment opened"), person, .json, .config]
    ) { arguments, context in
        let opening = try arguments.value("reply-to").map { text throws(CommandFailure) in
            guard let id = Identifier<LocalRemark>(text: text) else {
                throw .badInput("--reply-to takes a comment's number, not '\(text)'")
            }
            return id.number
        }
        return try await withLocalDesk(arguments, context) { desk in
            let key = try await desk.pullRequest(arguments)
            let said = try await desk.host.comment(
                arguments.positional(1) ?? "", by: try context.login(arguments), on: key, replyTo: opening)
            let done = "comment \(said.id) on \(key.repository)#\(key.number)"
            if arguments.has("json") { try context.show(["schema": 1, "comment": JSON(said.id)]) } else { try context.print(done) }
            return .ok
        }
    }

    private static let merge = CommandSpecification(
        "pr merge", "merge a pull request with a merge commit of its own",
        details: """
            Refuses when both sides changed the same lines, and without --force a draft, a head that was not checked yet, and one whose
            check failed. Exit codes: 0 merged, 1 refused.
            """,
        positionals: [number], options: [repository, .init("force", nil, "whatever the check says"), person, .json, .config]
    ) { arguments, context in
        try await withLocalDesk(arguments, context) { desk in
            let key = try await desk.pullRequest(arguments)
            let name = "\(key.repository)#\(key.number)"
            switch try await desk.host.merge(key, by: try context.login(arguments), isForced: arguments.has("force")) {
            case .failure(let refusal): throw CommandFailure.refused("\(name) is not merged: \(refusal)")
            case .success(let commit):
                let json = JSON.object([.init("schema", 1), .init("merged", true), .init("commit", JSON(commit?.description))])
                if arguments.has("json") {
                    try context.show(json.withoutNulls)
                } else {
                    try context.print(commit.map { "merged \(name) as \($0.short)" } ?? "\(name) was in its base branch already")
                }
                return .ok
            }
        }
    }

    private static let close = CommandSpecification(
        "pr close", "close a pull request without merging it", positionals: [number], options: [repository, person, .config]
    ) { arguments, context in
        try await withLocalDesk(arguments, context) { desk in
            let key = try await desk.pullRequest(arguments)
            try await desk.host.close(key, by: try context.login(arguments))
            try context.print("closed \(key.repository)#\(key.number)")
            return .ok
        }
    }
}

extension LocalPullRequestState {
    var tone: Table.Tone {
        switch self {
        case .open: .good
        case .closed: .faint
        case .merged: .plain
        }
    }
}

extension LocalPullRequest {
    var json: JSON {
        JSON.object([
            .init("schema", 1), .init("repository", .string(key.repository.description)), .init("number", JSON(key.number)),
            .init("title", .string(title)), .init("body", .string(body)), .init("author", .string(author)),
            .init("state", .string(state.rawValue)), .init("draft", .bool(isDraft)), .init("head_branch", .string(headBranch)),
            .init("base_branch", .string(baseBranch)), .init("labels", .array(labels.map(JSON.string))),
            .init("merge_commit", JSON(mergeCommit?.description)), .init("created_at", JSON(createdAt)),
            .init("updated_at", JSON(updatedAt)),
        ]).withoutNulls
    }
}
