// A pull request that Forge keeps itself, for repositories that live on this machine: what stands in the store beside the bare repository.
// Commits are never kept here while it is open: its branch says where it is.

package struct LocalPullRequestKey: Hashable, Sendable {
    package var repository: RepositoryName
    package var number: Int64

    package init(repository: RepositoryName, number: Int64) {
        self.repository = repository
        self.number = number
    }
}

package enum LocalPullRequestState: String, Hashable, Sendable, CaseIterable { case open, closed, merged }

/// Who wrote something: a person, by login name, or Forge itself. A person who is called `forge` is still a person.
package enum LocalAuthor: Hashable, Sendable {
    case forge
    case person(String)
}

package struct LocalPullRequest: Hashable, Sendable {
    package var key: LocalPullRequestKey
    package var title: String
    package var body: String
    package var author: String
    package var state: LocalPullRequestState
    package var isDraft: Bool
    package var headBranch: String
    package var baseBranch: String
    package var labels: [String]
    /// Where it ended, once it is not open any more.
    package var lastHead: CommitSHA?
    package var lastBase: CommitSHA?
    package var mergeCommit: CommitSHA?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        key: LocalPullRequestKey, title: String, body: String = "", author: String, state: LocalPullRequestState = .open,
        isDraft: Bool = false, headBranch: String, baseBranch: String, labels: [String] = [], lastHead: CommitSHA? = nil,
        lastBase: CommitSHA? = nil, mergeCommit: CommitSHA? = nil, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.key = key
        self.title = title
        self.body = body
        self.author = author
        self.state = state
        self.isDraft = isDraft
        self.headBranch = headBranch
        self.baseBranch = baseBranch
        self.labels = labels
        self.lastHead = lastHead
        self.lastBase = lastBase
        self.mergeCommit = mergeCommit
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// Something said under a pull request.
package struct LocalRemark: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case comment
        case review(commit: CommitSHA, event: ReviewEvent)
        /// Opens a thread under a line or a file of the diff, as part of a review.
        case thread(LocalThread)
        /// Stands in a thread, which has the number of the remark that opened it.
        case reply(thread: Int64)
    }

    /// Unique in its repository: the pull request's number and its place within, so that it tells where to look.
    package var id: Int64
    package var kind: Kind
    package var author: LocalAuthor
    package var body: String
    package var reactions: Set<HostReaction>
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: Int64, kind: Kind, author: LocalAuthor, body: String, reactions: Set<HostReaction> = [], createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.kind = kind
        self.author = author
        self.body = body
        self.reactions = reactions
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

package struct LocalThread: Hashable, Sendable {
    package var review: Int64
    package var path: RepositoryPath
    package var anchor: ReviewAnchor
    /// What was looked at: the anchor counts the lines of its diff.
    package var commit: CommitSHA
    package var isResolved: Bool

    package init(review: Int64, path: RepositoryPath, anchor: ReviewAnchor, commit: CommitSHA, isResolved: Bool = false) {
        self.review = review
        self.path = path
        self.anchor = anchor
        self.commit = commit
        self.isResolved = isResolved
    }
}

/// A pull request and everything said under it.
package struct LocalDiscussion: Hashable, Sendable {
    package var pull: LocalPullRequest
    /// In the order they were made.
    package private(set) var remarks: [LocalRemark]

    package init(pull: LocalPullRequest, remarks: [LocalRemark] = []) {
        self.pull = pull
        self.remarks = remarks
    }

    private static let placeBits: Int64 = 20

    /// The pull request whose remark has this number.
    package static func pullRequest(ofRemark id: Int64) -> Int64 { id >> placeBits }

    package mutating func add(_ kind: LocalRemark.Kind, by author: LocalAuthor, _ body: String, at now: Timestamp) -> LocalRemark {
        let id = remarks.last.map { $0.id + 1 } ?? (pull.key.number << Self.placeBits + 1)
        let remark = LocalRemark(id: id, kind: kind, author: author, body: body, createdAt: now, updatedAt: now)
        remarks.append(remark)
        pull.updatedAt = now
        return remark
    }

    /// Setting one that is not there changes nothing; none is ever removed.
    package subscript(id: Int64) -> LocalRemark? {
        get { remarks.first { $0.id == id } }
        set {
            guard let newValue, newValue.id == id, let index = remarks.firstIndex(where: { $0.id == id }) else { return }
            remarks[index] = newValue
        }
    }
}

/// A check run, which belongs to a commit and to no pull request.
package struct LocalCheck: Hashable, Sendable {
    package var id: Int64
    package var content: CheckRunContent
    package var updatedAt: Timestamp

    package init(id: Int64, content: CheckRunContent, updatedAt: Timestamp) {
        self.id = id
        self.content = content
        self.updatedAt = updatedAt
    }

    package var isCompleted: Bool {
        if case .completed = content.state { true } else { false }
    }
}
