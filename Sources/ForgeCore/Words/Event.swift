// A delivery decoded into a typed value: what happened, in Forge's words, with only what a decision needs.
// The sender's own payload types end in ForgeWebhooks.

package struct Actor: Hashable, Sendable {
    package var login: String?
    package var number: Int64?
    /// `User`, `Bot`, `Organization`, as the code host says.
    package var kind: String?
    /// The App that acted for this person, if any.
    package var viaApp: Int64?

    package init(login: String? = nil, number: Int64? = nil, kind: String? = nil, viaApp: Int64? = nil) {
        self.login = login
        self.number = number
        self.kind = kind
        self.viaApp = viaApp
    }

    package var isBot: Bool { kind == "Bot" || login?.hasSuffix("[bot]") == true }
}

/// A repository as an event names it.
package struct RepositoryReference: Hashable, Sendable {
    package var name: RepositoryName
    package var number: Int64
    package var defaultBranch: String?
    package var isPrivate: Bool?
    package var isArchived: Bool?

    package init(
        name: RepositoryName, number: Int64, defaultBranch: String? = nil, isPrivate: Bool? = nil, isArchived: Bool? = nil
    ) {
        self.name = name
        self.number = number
        self.defaultBranch = defaultBranch
        self.isPrivate = isPrivate
        self.isArchived = isArchived
    }
}

/// What every code host event carries beside its own matter.
package struct EventContext: Hashable, Sendable {
    /// The event's name with its action: `pull_request.opened`, `push`.
    package var name: String
    package var tenant: Tenant?
    package var repository: RepositoryReference?
    package var sender: Actor

    package init(name: String, tenant: Tenant? = nil, repository: RepositoryReference? = nil, sender: Actor = .init()) {
        self.name = name
        self.tenant = tenant
        self.repository = repository
        self.sender = sender
    }
}

package struct PullRequestEvent: Hashable, Sendable {
    package var action: String
    package var number: Int64
    package var title: String
    package var head: CommitSHA?
    package var headBranch: String?
    /// Nil when the fork was deleted.
    package var headRepository: RepositoryName?
    package var base: CommitSHA?
    package var baseBranch: String?
    package var author: Actor
    package var isDraft: Bool
    package var isOpen: Bool
    package var isMerged: Bool
    package var labels: [String]
    /// The label of a `labeled` or `unlabeled` action.
    package var label: String?
    /// What an `edited` action changed, such as `base` or `title`.
    package var changed: [String]
    /// The files it touches, where the event tells; GitHub's never does, and the worker asks again once it has the diff.
    package var paths: [String]?
    package var updatedAt: Timestamp?

    package init(
        action: String, number: Int64, title: String = "", head: CommitSHA? = nil, headBranch: String? = nil,
        headRepository: RepositoryName? = nil, base: CommitSHA? = nil, baseBranch: String? = nil, author: Actor = .init(),
        isDraft: Bool = false, isOpen: Bool = true, isMerged: Bool = false, labels: [String] = [], label: String? = nil,
        changed: [String] = [], paths: [String]? = nil, updatedAt: Timestamp? = nil
    ) {
        self.action = action
        self.number = number
        self.title = title
        self.head = head
        self.headBranch = headBranch
        self.headRepository = headRepository
        self.base = base
        self.baseBranch = baseBranch
        self.author = author
        self.isDraft = isDraft
        self.isOpen = isOpen
        self.isMerged = isMerged
        self.labels = labels
        self.label = label
        self.changed = changed
        self.paths = paths
        self.updatedAt = updatedAt
    }

    package func isFork(of repository: RepositoryName) -> Bool { headRepository != repository }
}

/// A comment on an issue, a pull request, a diff line, or a review's own text.
package struct CommentEvent: Hashable, Sendable {
    package enum Place: String, Hashable, Sendable { case issue, pullRequest, diff, review, thread }

    package var action: String
    package var place: Place
    /// The issue's or pull request's number.
    package var number: Int64
    package var comment: Int64?
    package var author: Actor
    package var body: String
    package var wasEdited: Bool
    /// The head the comment was made on, where the event says.
    package var head: CommitSHA?
    /// The pull request's branch and where it lives, where the event says.
    package var headBranch: String?
    package var headRepository: RepositoryName?
    /// The issue or pull request that a conversation comment stands under.
    package var subject: IssueEvent?
    package var path: String?
    package var line: Int?
    /// For a review: `approved`, `changes_requested`, `commented`, `dismissed`.
    package var reviewState: String?
    /// The comment that opened the thread this one stands in; nil for that one itself.
    package var root: Int64?
    package var createdAt: Timestamp?
    package var updatedAt: Timestamp?

    package init(
        action: String, place: Place, number: Int64, comment: Int64? = nil, author: Actor = .init(), body: String = "",
        wasEdited: Bool = false, head: CommitSHA? = nil, headBranch: String? = nil, headRepository: RepositoryName? = nil,
        subject: IssueEvent? = nil, path: String? = nil, line: Int? = nil, reviewState: String? = nil, root: Int64? = nil,
        createdAt: Timestamp? = nil, updatedAt: Timestamp? = nil
    ) {
        self.action = action
        self.place = place
        self.number = number
        self.comment = comment
        self.author = author
        self.body = body
        self.wasEdited = wasEdited
        self.head = head
        self.headBranch = headBranch
        self.headRepository = headRepository
        self.subject = subject
        self.path = path
        self.line = line
        self.reviewState = reviewState
        self.root = root
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

package struct IssueEvent: Hashable, Sendable {
    package var action: String
    package var number: Int64
    package var title: String
    package var body: String?
    package var labels: [String]
    package var label: String?
    package var isOpen: Bool
    package var isPullRequest: Bool
    package var author: Actor
    package var url: String?

    package init(
        action: String, number: Int64, title: String, body: String? = nil, labels: [String] = [], label: String? = nil,
        isOpen: Bool = true, isPullRequest: Bool = false, author: Actor = .init(), url: String? = nil
    ) {
        self.action = action
        self.number = number
        self.title = title
        self.body = body
        self.labels = labels
        self.label = label
        self.isOpen = isOpen
        self.isPullRequest = isPullRequest
        self.author = author
        self.url = url
    }
}

package struct PushEvent: Hashable, Sendable {
    package var ref: String
    package var before: CommitSHA?
    /// Nil when the branch or tag was deleted.
    package var after: CommitSHA?
    package var isForced: Bool

    package init(ref: String, before: CommitSHA? = nil, after: CommitSHA? = nil, isForced: Bool = false) {
        self.ref = ref
        self.before = before
        self.after = after
        self.isForced = isForced
    }

    package var branch: String? { ref.hasPrefix("refs/heads/") ? String(ref.dropFirst("refs/heads/".count)) : nil }
}

/// A check run, check suite, workflow run or commit status: what other systems say of a commit, or what a person asks of ours.
package struct ChecksEvent: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case checkRun = "check_run"
        case checkSuite = "check_suite"
        case workflowRun = "workflow_run"
        case status
    }

    package var kind: Kind
    package var action: String
    package var head: CommitSHA?
    package var branch: String?
    package var name: String?
    package var number: Int64?
    package var status: String?
    package var conclusion: String?
    package var url: String?
    /// The App that owns the check.
    package var app: Int64?
    /// Empty for pull requests from forks: map by head then.
    package var pullRequests: [Int64]
    /// Of a `requested_action`: which button.
    package var requestedAction: String?
    package var externalID: String?
    /// Where the head lives, where the event says: a fork's branch may be called `main` or `forge/…` too.
    package var headRepository: RepositoryName?
    /// What it ran on, in the sender's words: a workflow run's display title, a status' description.
    package var title: String?
    /// The workflow's own number, the same for all its runs.
    package var workflow: Int64?
    /// Which try of the same run.
    package var attempt: Int64?
    /// What set a workflow run off: `push`, `pull_request`, `schedule`, …
    package var trigger: String?

    package init(
        kind: Kind, action: String, head: CommitSHA? = nil, branch: String? = nil, name: String? = nil, number: Int64? = nil,
        status: String? = nil, conclusion: String? = nil, url: String? = nil, app: Int64? = nil, pullRequests: [Int64] = [],
        requestedAction: String? = nil, externalID: String? = nil, headRepository: RepositoryName? = nil, title: String? = nil,
        workflow: Int64? = nil, attempt: Int64? = nil, trigger: String? = nil
    ) {
        self.kind = kind
        self.action = action
        self.head = head
        self.branch = branch
        self.name = name
        self.number = number
        self.status = status
        self.conclusion = conclusion
        self.url = url
        self.app = app
        self.pullRequests = pullRequests
        self.requestedAction = requestedAction
        self.externalID = externalID
        self.headRepository = headRepository
        self.title = title
        self.workflow = workflow
        self.attempt = attempt
        self.trigger = trigger
    }
}

/// An installation of the App, or the set of repositories under it.
package struct InstallationEvent: Hashable, Sendable {
    package var action: String
    package var installation: Int64
    package var account: String?
    package var added: [RepositoryReference]
    package var removed: [RepositoryReference]

    package init(
        action: String, installation: Int64, account: String? = nil, added: [RepositoryReference] = [], removed: [RepositoryReference] = []
    ) {
        self.action = action
        self.installation = installation
        self.account = account
        self.added = added
        self.removed = removed
    }
}

/// An error, a security alert or another signal that may become a ticket. The draft has no repository yet when it comes from a tracker.
package struct AlertEvent: Hashable, Sendable {
    package var action: String
    package var draft: TicketDraft
    /// False for what only tells of a change, such as `resolved`; the draft then names the ticket it is about.
    package var opensTicket: Bool
    /// Why not, in a sentence, when it does not.
    package var note: String?

    package init(action: String, draft: TicketDraft, opensTicket: Bool, note: String? = nil) {
        self.action = action
        self.draft = draft
        self.opensTicket = opensTicket
        self.note = note
    }
}

package struct MergeGroupEvent: Hashable, Sendable {
    package var action: String
    package var head: CommitSHA?
    /// The queue's own branch, such as `gh-readonly-queue/main/pr-12-…`.
    package var headBranch: String?
    package var base: CommitSHA?
    package var baseBranch: String?

    package init(
        action: String, head: CommitSHA? = nil, headBranch: String? = nil, base: CommitSHA? = nil, baseBranch: String? = nil
    ) {
        self.action = action
        self.head = head
        self.headBranch = headBranch
        self.base = base
        self.baseBranch = baseBranch
    }

    /// The pull request that the queue's branch is named for: the last of the group. The name is the code host's own.
    package var pullRequest: Int64? {
        guard let branch = headBranch, branch.hasPrefix("gh-readonly-queue/") else { return nil }
        let parts = branch.split(separator: "/").last?.split(separator: "-", omittingEmptySubsequences: false) ?? []
        guard parts.count >= 2, parts[0] == "pr", let number = Int64(parts[1]), number > 0 else { return nil }
        return number
    }
}

package enum EventMatter: Hashable, Sendable {
    case ping
    case pullRequest(PullRequestEvent)
    case comment(CommentEvent)
    case issue(IssueEvent)
    case push(PushEvent)
    case checks(ChecksEvent)
    case installation(InstallationEvent)
    /// `renamed`, `transferred`, `archived`, `deleted`, …
    case repository(action: String)
    case mergeGroup(MergeGroupEvent)
    /// One body may tell of several errors (GlitchTip).
    case alerts([AlertEvent])
    /// A tracker's word about the integration itself, or about a comment made there.
    case tracker(kind: String, action: String)
    /// An event Forge knows by name and does nothing with, or does not know.
    case unhandled(why: String)
}

package struct Event: Hashable, Sendable {
    package var context: EventContext
    package var matter: EventMatter

    package init(context: EventContext, matter: EventMatter) {
        self.context = context
        self.matter = matter
    }
}
