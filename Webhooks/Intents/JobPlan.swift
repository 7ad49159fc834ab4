// The jobs of each intent. Every kind's payload is written here and nowhere else.

import ForgeCore

struct JobPlan {
    let event: Event
    let attemptsMax: Int

    var context: EventContext { event.context }
    /// Without an installation the store looks the tenant up by the repository's name.
    private var tenant: Tenant { context.tenant ?? .local }

    /// One for each pull request that has this head; a fork's check names none, and is found by its head. What a person asks for is work of
    /// its own: an unasked review of the same head may be waiting, or be about to say that it does not review drafts.
    func reviews(of number: Int64?, head: CommitSHA?) -> [NewJob] {
        guard let repository = context.repository else { return [] }
        var numbers: [Int64?] = [number]
        if case .checks(let checks) = event.matter, !checks.pullRequests.isEmpty { numbers = checks.pullRequests }
        let revision = head?.description ?? "latest"
        return numbers.map { number in
            let subject = number.map { "pull/\($0)" } ?? "head/\(revision)"
            let about = number.map(String.init) ?? "head"
            return job(
                "review", key: "review:\(repository.number):\(about)@\(revision)\(wishKey)", subject: subject, priority: isAsked ? 10 : 0,
                payload: [.init("pull", JSON(number)), .init("head", JSON(head?.description))] + reviewDetails)
        }
    }

    /// Somebody pressed a button. A new suite is nobody's wish.
    private var isAsked: Bool {
        if case .checks(let checks) = event.matter { checks.action != "requested" } else { false }
    }

    /// A change of the base leaves the head as it was: a review of that head which runs already has looked at the other base.
    private var wishKey: String {
        switch event.matter {
        case .pullRequest(let pull) where pull.action == "edited": ":base/\(GitHubText.clip(pull.baseBranch ?? "-", to: 255))"
        case .checks where isAsked: ":asked"
        default: ""
        }
    }

    private var reviewDetails: [JSON.Member] {
        switch event.matter {
        case .pullRequest(let pull):
            [
                .init("base", JSON(pull.base?.description)), .init("base_branch", JSON(pull.baseBranch)),
                .init("head_branch", JSON(pull.headBranch)), .init("head_repository", JSON(pull.headRepository?.description)),
                .init("author", pull.author.json), .init("updated_at", JSON(pull.updatedAt)),
            ]
        case .checks(let checks):
            // Reviewed even where it would not be by itself, when somebody asks.
            [
                .init("asked", JSON(isAsked)), .init("asked_by", isAsked ? context.sender.json : .null),
                .init("check", JSON(checks.number)),
                .init("check_kind", .string(checks.kind.rawValue)), .init("requested_action", JSON(checks.requestedAction)),
                .init("external_id", JSON(checks.externalID)),
            ]
        default: []
        }
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

    func job(_ kind: String, key: String, subject: String?, priority: Int = 0, payload: [JSON.Member]) -> NewJob {
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
        case .command(let list, let number, _, _):
            let names = list.commands.map { "/forge \($0.name)" }.joined(separator: ", ")
            return "\(names) on \(number.map { "\(repository)#\($0)" } ?? repository)"
        case .reply(let number, _, let root): return "a reply in the thread of comment \(root) on \(repository)#\(number)"
        case .mergeGroup(let head): return "a check for the merge queue of \(repository) at \(head.short)"
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
