// What Forge writes on a code host: one review, comments, one check run. Values that a planner makes and an adapter posts as they are.

package enum DiffSide: String, Hashable, Sendable {
    /// The new file: added and unchanged lines.
    case right = "RIGHT"
    /// The old one: removed lines.
    case left = "LEFT"
}

/// Where a review comment hangs. A range has two different ends in one hunk, the first is 1.
package enum ReviewAnchor: Hashable, Sendable {
    case range(DiffSide, ClosedRange<Int>)
    case line(DiffSide, Int)
    case file
}

package struct NewReviewComment: Hashable, Sendable {
    package var path: RepositoryPath
    package var anchor: ReviewAnchor
    package var body: String

    package init(path: RepositoryPath, anchor: ReviewAnchor, body: String) {
        self.path = path
        self.anchor = anchor
        self.body = body
    }
}

package enum ReviewEvent: String, Hashable, Sendable {
    case comment = "COMMENT"
    case requestChanges = "REQUEST_CHANGES"
    case approve = "APPROVE"
}

package struct NewReview: Hashable, Sendable {
    /// What was looked at; hosts refuse another head than the pull request's.
    package var commit: CommitSHA
    package var event: ReviewEvent
    package var body: String
    package var comments: [NewReviewComment]

    package init(commit: CommitSHA, event: ReviewEvent = .comment, body: String, comments: [NewReviewComment]) {
        self.commit = commit
        self.event = event
        self.body = body
        self.comments = comments
    }

    /// It says nothing but what is said of whole files, and goes out without its text.
    package var isOfFilesOnly: Bool { event == .comment && !comments.isEmpty && comments.allSatisfy { $0.anchor == .file } }
}

package enum CheckConclusion: String, Hashable, Sendable {
    case success, neutral, failure, cancelled, skipped
    case timedOut = "timed_out"
    case actionRequired = "action_required"
}

package enum CheckState: Hashable, Sendable {
    case inProgress
    case completed(CheckConclusion)
}

package struct CheckAnnotation: Hashable, Sendable {
    package enum Level: String, Hashable, Sendable { case notice, warning, failure }

    package var path: RepositoryPath
    package var lines: ClosedRange<Int>
    package var level: Level
    package var title: String
    package var message: String

    package init(path: RepositoryPath, lines: ClosedRange<Int>, level: Level, title: String, message: String) {
        self.path = path
        self.lines = lines
        self.level = level
        self.title = title
        self.message = message
    }
}

/// A button under a check. Hosts show three, with short words.
package struct CheckAction: Hashable, Sendable {
    package var identifier: String
    package var label: String
    package var description: String

    package init(identifier: String, label: String, description: String) {
        self.identifier = identifier
        self.label = label
        self.description = description
    }
}

/// The whole of a check run as it is to stand. Adapters split annotations into as many calls as the host needs.
package struct CheckRunContent: Hashable, Sendable {
    package var name: String
    package var head: CommitSHA
    package var state: CheckState
    package var title: String
    package var summary: String
    package var text: String?
    package var annotations: [CheckAnnotation]
    package var actions: [CheckAction]
    /// Ours: what it is found by when an answer got lost.
    package var externalID: String

    package init(
        name: String = "Forge", head: CommitSHA, state: CheckState, title: String, summary: String, text: String? = nil,
        annotations: [CheckAnnotation] = [], actions: [CheckAction] = [], externalID: String
    ) {
        self.name = name
        self.head = head
        self.state = state
        self.title = title
        self.summary = summary
        self.text = text
        self.annotations = annotations
        self.actions = actions
        self.externalID = externalID
    }
}

package struct HostCheckRun: Hashable, Sendable {
    package var id: Int64
    package var externalID: String
    package var isCompleted: Bool
    /// One of ours, by the App that made it.
    package var isOwn: Bool

    package init(id: Int64, externalID: String, isCompleted: Bool, isOwn: Bool) {
        self.id = id
        self.externalID = externalID
        self.isCompleted = isCompleted
        self.isOwn = isOwn
    }
}
