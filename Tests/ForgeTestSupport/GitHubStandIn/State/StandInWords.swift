// What the stand-in knows, as plain values: a copy of the whole is what a stale read is answered from.

package import ForgeCore

package struct StandInAccount: Hashable, Sendable {
    package var id: Int64
    package var login: String
    /// `User`, `Bot` or `Organization`.
    package var kind: String
    /// Through which App it acts, for a bot.
    package var app: Int64?
}

package struct StandInComment: Hashable, Sendable {
    package var id: Int64
    package var author: String
    package var body: String
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    /// Author and content.
    package var reactions: [StandInReaction] = []
    package var isMinimized = false
}

package struct StandInReaction: Hashable, Sendable {
    package var id: Int64
    package var author: String
    package var content: String
}

/// Where a review comment hangs.
package struct StandInAnchor: Hashable, Sendable {
    package var path: String
    /// Nil for a comment on the file, and for one whose line is gone.
    package var line: Int?
    package var startLine: Int?
    package var side = "RIGHT"
    package var startSide: String?
    package var isFile = false
}

package struct StandInReviewComment: Hashable, Sendable {
    package var comment: StandInComment
    package var review: Int64
    package var inReplyTo: Int64?
    package var original: StandInAnchor
    package var commit: String
}

package struct StandInThread: Hashable, Sendable {
    package var id: String
    package var anchor: StandInAnchor
    package var isOutdated = false
    package var resolvedBy: String?
    package var comments: [StandInReviewComment]
}

package struct StandInReview: Hashable, Sendable {
    package var id: Int64
    package var author: String
    /// `COMMENTED`, `APPROVED`, `CHANGES_REQUESTED`.
    package var state: String
    package var body: String
    package var commit: String
    package var submittedAt: Timestamp
    /// Left behind by a request that was refused.
    package var isOrphan = false
}

package struct StandInCheckRun: Hashable, Sendable {
    package var id: Int64
    package var name: String
    package var head: String
    package var externalID: String
    package var status: String
    package var conclusion: String?
    package var title = ""
    package var summary = ""
    package var text = ""
    package var detailsURL: String?
    package var annotations: [JSON] = []
    package var actions: [JSON] = []
    package var startedAt: Timestamp
    package var completedAt: Timestamp?
    package var app: Int64
}

package struct StandInPull: Hashable, Sendable {
    package var id: Int64
    package var number: Int64
    package var title: String
    package var body: String
    package var author: String
    package var isOpen = true
    package var isMerged = false
    package var isDraft = false
    package var headBranch: String
    /// Nil when the fork was deleted.
    package var headRepository: String?
    package var head: String
    package var baseBranch: String
    package var base: String
    package var labels: [String] = []
    package var comments: [StandInComment] = []
    package var reviews: [StandInReview] = []
    package var threads: [StandInThread] = []
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
}

package struct StandInRepository: Hashable, Sendable {
    package var id: Int64
    package var owner: String
    package var name: String
    package var defaultBranch = "main"
    package var isPrivate = true
    /// The full name of what it was forked from.
    package var parent: String?
    /// By login in lower case: `read`, `triage`, `write`, `maintain`, `admin`.
    package var roles: [String: String] = [:]
    package var labels: Set<String> = []
    package var pulls: [Int64: StandInPull] = [:]
    package var checks: [StandInCheckRun] = []
    package var lastNumber: Int64 = 0

    package var fullName: String { "\(owner)/\(name)" }
}

package struct StandInInstallation: Hashable, Sendable {
    package var id: Int64
    package var account: String
    package var permissions: [String: String]
    package var isSuspended = false
    package var isDeleted = false
}

package struct StandInToken: Hashable, Sendable {
    package var text: String
    package var installation: Int64
    /// Ids; nil for all of the installation's.
    package var repositories: Set<Int64>?
    package var permissions: [String: String]
    package var expiresAt: Timestamp
    package var isRevoked = false
}

/// One webhook that was sent, or should have been.
package struct StandInDelivery: Hashable, Sendable {
    package var id: Int64
    package var guid: String
    package var event: String
    package var action: String?
    package var payload: JSON
    package var deliveredAt: Timestamp
    package var isRedelivery = false
    /// Zero when nobody answered.
    package var statusCode = 0
    package var status = "pending"
    package var installation: Int64?
    package var repository: Int64?
}

/// One request that somebody made.
package struct StandInRequest: Hashable, Sendable {
    package var method: String
    package var target: String
    /// Of an answer; zero when there was none.
    package var status: Int
    package var isWrite: Bool
    package var note: String
    package var at: Timestamp
}
