// A pull request and what is said under it, as a code host shows them. Texts are from outside: they are data, whoever wrote them.

/// Where on a code host something happens, and under which installation.
package struct HostPlace: Hashable, Sendable {
    package var tenant: Tenant
    package var repository: RepositoryName

    package init(tenant: Tenant, repository: RepositoryName) {
        self.tenant = tenant
        self.repository = repository
    }
}

package struct PullRequest: Hashable, Sendable {
    package var number: Int64
    package var title: String
    package var body: String
    package var author: Actor
    package var isOpen: Bool
    package var isMerged: Bool
    package var isDraft: Bool
    package var head: CommitSHA
    package var headBranch: String
    /// Nil when the fork was deleted.
    package var headRepository: RepositoryName?
    /// The tip of the base branch when somebody last looked: never where the two parted.
    package var base: CommitSHA
    package var baseBranch: String
    package var defaultBranch: String?
    package var labels: [String]
    package var url: String

    package init(
        number: Int64, title: String, body: String = "", author: Actor = .init(), isOpen: Bool = true, isMerged: Bool = false,
        isDraft: Bool = false, head: CommitSHA, headBranch: String, headRepository: RepositoryName?, base: CommitSHA, baseBranch: String,
        defaultBranch: String? = nil, labels: [String] = [], url: String = ""
    ) {
        self.number = number
        self.title = title
        self.body = body
        self.author = author
        self.isOpen = isOpen
        self.isMerged = isMerged
        self.isDraft = isDraft
        self.head = head
        self.headBranch = headBranch
        self.headRepository = headRepository
        self.base = base
        self.baseBranch = baseBranch
        self.defaultBranch = defaultBranch
        self.labels = labels
        self.url = url
    }

    /// Also when the fork was deleted: then nobody knows any more where it came from.
    package func isFork(of repository: RepositoryName) -> Bool { headRepository != repository }
}

/// A comment in the conversation of a pull request, or one under a line of it.
package struct HostComment: Hashable, Sendable {
    package var id: Int64
    package var author: Actor
    package var body: String
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var url: String

    package init(id: Int64, author: Actor, body: String, createdAt: Timestamp, updatedAt: Timestamp, url: String = "") {
        self.id = id
        self.author = author
        self.body = body
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.url = url
    }
}

package struct HostReview: Hashable, Sendable {
    package var id: Int64
    package var author: Actor
    package var body: String
    package var commit: CommitSHA?
    package var url: String
    /// It stands between the pull request and its merge, until its author approves or somebody takes it back.
    package var asksForChanges: Bool

    package init(id: Int64, author: Actor, body: String, commit: CommitSHA?, url: String = "", asksForChanges: Bool = false) {
        self.id = id
        self.author = author
        self.body = body
        self.commit = commit
        self.url = url
        self.asksForChanges = asksForChanges
    }
}

/// A conversation under a line or a file.
package struct HostThread: Hashable, Sendable {
    /// The host's own name for it, such as `PRRT_…`.
    package var id: String
    package var path: RepositoryPath
    package var line: Int?
    package var isResolved: Bool
    /// The host no longer shows it on a line of the change.
    package var isOutdated: Bool
    /// The first is the one that opened it.
    package var comments: [HostComment]

    package init(id: String, path: RepositoryPath, line: Int?, isResolved: Bool, isOutdated: Bool = false, comments: [HostComment]) {
        self.id = id
        self.path = path
        self.line = line
        self.isResolved = isResolved
        self.isOutdated = isOutdated
        self.comments = comments
    }
}

/// What somebody may do in a repository, the least first.
package enum HostPermission: String, Hashable, Sendable, CaseIterable, Comparable {
    case none, read, triage, write, maintain, admin

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

package enum HostReaction: String, Hashable, Sendable {
    case eyes, thumbsUp = "+1", thumbsDown = "-1", confused, rocket
}

/// Where a comment stands: hosts number the two kinds apart.
package enum CommentPlace: String, Hashable, Sendable {
    case conversation, diff
}
