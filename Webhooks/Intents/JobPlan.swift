// The jobs of each intent. Every kind's payload is written here and nowhere else.

import ForgeCore

struct JobPlan {
    let event: Event
    let attemptsMax: Int

    private var context: EventContext { event.context }
    /// Without an installation the store looks the tenant up by the repository's name.
    private var tenant: Tenant { context.tenant ?? .local }

    /// One for each pull request that has this head; a fork's check names none, and is found by its head.
    func reviews(of number: Int64?, head: CommitSHA?) -> [NewJob] {
        guard let repository = context.repository else { return [] }
        var numbers: [Int64?] = [number]
        if case .checks(let checks) = event.matter, !checks.pullRequests.isEmpty { numbers = checks.pullRequests }
        let revision = head?.description ?? "latest"
        return numbers.map { number in
            let subject = number.map { "pull/\($0)" } ?? "head/\(revision)"
            let about = number.map(String.init) ?? "head"
            return job(
                "review", key: "review:\(repository.number):\(about)@\(revision)", subject: subject,
                payload: [.init("pull", JSON(number)), .init("head", JSON(head?.description))] + reviewDetails)
        }
    }

    private var reviewDetails: [JSON.Member] {
        switch event.matter {
        case .pullRequest(let pull):
            [
                .init("base", JSON(pull.base?.description)), .init("base_branch", JSON(pull.baseBranch)),
                .init("head_branch", JSON(pull.headBranch)), .init("head_repository", JSON(pull.headRepository?.description)),
                .init("author", pull.author.json),
            ]
        case .checks(let checks):
            // Somebody pressed a button: reviewed even where it would not be by itself. A new suite is nobody's wish.
            [
                .init("asked", JSON(checks.action != "requested")), .init("check", JSON(checks.number)),
                .init("check_kind", .string(checks.kind.rawValue)), .init("requested_action", JSON(checks.requestedAction)),
                .init("external_id", JSON(checks.externalID)),
            ]
        default: []
        }
    }

    /// It has no subject: a second command on the same place must not end the first.
    func command(_ command: Command, number: Int64, comment: Int64?, isPullRequest: Bool) -> [NewJob] {
        guard let repository = context.repository, case .comment(let text) = event.matter else { return [] }
        let about = comment.map { "\(text.place.rawValue)/\($0)" } ?? "number/\(number)/\(command.name)"
        return [
            job(
                "command", key: "command:\(repository.number):\(about)", subject: nil, priority: 10,
                payload: [
                    .init("command", .string(command.name)), .init("arguments", .string(command.arguments)), .init("number", JSON(number)),
                    .init("comment", JSON(comment)), .init("place", .string(text.place.rawValue)),
                    .init("is_pull_request", .bool(isPullRequest)), .init("head", JSON(text.head?.description)),
                    .init("path", JSON(text.path)), .init("line", JSON(text.line)), .init("asked_by", text.author.json),
                ])
        ]
    }

    /// It reads how the pull request stands when it runs, so a later one of the same pull request covers an earlier one.
    func iterate(head: CommitSHA?, numbers: [Int64], because: String) -> [NewJob] {
        guard let repository = context.repository else { return [] }
        let branch = ownBranch ?? "-"
        let revision = head?.description ?? "latest"
        let subject = numbers.first.map { "pull/\($0)" } ?? "branch/\(branch)"
        return [
            job(
                "iterate", key: "iterate:\(repository.number):\(subject)@\(revision)\(reviewKey)", subject: subject,
                payload: [
                    .init("pulls", .array(numbers.map { JSON($0) })), .init("branch", .string(branch)),
                    .init("head", JSON(head?.description)),
                    .init("because", .string(GitHubText.clip(because, to: 300))), .init("asked_by", asker),
                ])
        ]
    }

    private var ownBranch: String? {
        switch event.matter {
        case .checks(let checks): checks.branch.map { GitHubText.clip($0, to: 255) }
        case .comment(let comment): comment.headBranch.map { GitHubText.clip($0, to: 255) }
        default: nil
        }
    }

    /// A review asks for work of its own, whatever the checks of the same head say.
    private var reviewKey: String {
        guard case .comment(let comment) = event.matter, let number = comment.comment else { return "" }
        return ":review/\(number)"
    }

    /// The reviewer, whose write access the worker checks; a check has none.
    private var asker: JSON {
        if case .comment(let comment) = event.matter { comment.author.json } else { .null }
    }

    func subjects(of number: Int64) -> [JobSubject] {
        guard let repository = context.repository else { return [] }
        return [JobSubject(tenant: tenant, repository: repository.name.description, subject: "pull/\(number)")]
    }

    /// A ticket without a repository waits for a person to say where it belongs.
    func work(on draft: TicketDraft) -> TicketWork {
        guard let repository = draft.repository else { return TicketWork(draft) }
        var members: [JSON.Member] = [
            .init("schema", 1), .init("event", .string(context.name)), .init("trust", .string(draft.trust.rawValue)),
        ]
        // Only our own decoder's word on who asked; a tracker's extras are the sender's.
        if draft.source == .github, case .object(let extra) = draft.extra {
            members += extra.filter { $0.name == "asked_by" || $0.name == "comment" }
        }
        let job = NewJob(
            kind: "triage", tenant: tenant, repository: repository, workKey: "triage:", attemptsMax: attemptsMax, payload: .object(members))
        return TicketWork(draft, job: job)
    }

    private func job(_ kind: String, key: String, subject: String?, priority: Int = 0, payload: [JSON.Member]) -> NewJob {
        let common: [JSON.Member] = [
            .init("schema", 1), .init("event", .string(context.name)), .init("repository_id", JSON(context.repository?.number)),
        ]
        return NewJob(
            kind: kind, tenant: tenant, repository: context.repository?.name.description ?? "-", workKey: key, subject: subject,
            priority: priority, attemptsMax: attemptsMax, payload: JSON.object((common + payload).map(Self.bounded)).withoutNulls)
    }

    /// Names of branches and files are text from outside, of any length.
    private static func bounded(_ member: JSON.Member) -> JSON.Member {
        guard case .string(let text) = member.value else { return member }
        return .init(member.name, .string(GitHubText.clip(text, to: 1024)))
    }
}

extension JobPlan {
    /// The outcome as a listing shows it.
    func sentence(for intent: Intent) -> String {
        let repository = context.repository?.name.description ?? ""
        switch intent {
        case .nothing(let because): return because
        case .review(let number, let head):
            let place = number.map { "\(repository)#\($0)" } ?? repository
            return "review of \(place) at \(head?.short ?? "its latest head")"
        case .endPullRequest(let number, let merged):
            return "\(repository)#\(number) was \(merged ? "merged" : "closed"); what was queued for it ends"
        case .command(let command, let number, _, _): return "/forge \(command.name) on \(repository)#\(number)"
        case .tickets(let drafts): return drafts.count == 1 ? "ticket: \(drafts[0].title)" : "\(drafts.count) tickets"
        case .iterate(_, _, let because): return because
        case .noteRepositories(let notices):
            let shown = notices.prefix(3).map(\.sentence).joined(separator: "; ")
            return notices.count > 3 ? "\(shown); and \(notices.count - 3) more" : shown
        }
    }
}

extension RepositoryNotice {
    fileprivate var sentence: String {
        switch self {
        case .seen(_, let number, let name, _): "repository \(number) is \(name)"
        case .renamed(_, let number, let name): "repository \(number) is called \(name) now"
        case .removed(_, let number): "repository \(number) is out of reach"
        case .installationRemoved(let tenant): "\(tenant) was removed"
        case .installationSuspended(let tenant): "\(tenant) was suspended"
        case .installationActive(let tenant): "\(tenant) is active"
        }
    }
}
