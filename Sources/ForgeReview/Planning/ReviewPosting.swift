// What to post next when a host refuses a review: it never says which comment it did not like, and takes all or none. Halves are tried, and
// a comment alone goes down the ladder from its range to its line to its file to the summary. Nothing is posted to find something out: what
// is tried is what people should see. It ends after `attemptsMax` at the latest, and a comment is either posted once or named as unplaced.
//
// A comment on a file as a whole always comes alone: GitHub takes none of them within a review.

package import ForgeCore

package struct ReviewPosting: Hashable, Sendable {
    /// Bounds the waiting of everybody else in the lane.
    package static let attemptsMax = 24

    private let review: PlannedReview
    /// What is still to be tried, the next one last. The first is posted even without comments.
    private var pending: [[PlannedComment]]
    private var event: ReviewEvent
    /// The event was left out, since it may have been what was refused: it is tried once more at the end.
    private var owesEvent = false
    private var wasRefused = false
    /// A review with the body is out.
    private var isBodyOut = false

    /// Begins with 1; each has a marker and a step of its own.
    package private(set) var attempt = 1
    package private(set) var posted: [PlannedComment] = []
    package private(set) var unplaced: [PlannedComment] = []

    package init(_ review: PlannedReview) {
        self.review = review
        event = review.event
        let lines = review.comments.filter { $0.anchor != .file }
        let files = review.comments.filter { $0.anchor == .file }
        pending = files.reversed().map { [$0] }
        if !lines.isEmpty || review.event != .comment || files.isEmpty { pending.append(lines) }
    }

    /// What to post now; nil when it is over.
    package var next: NewReview? {
        guard let comments = pending.last else { return nil }
        let body = isBodyOut && event == .comment ? "More of the same review." : review.body
        return NewReview(
            commit: review.commit, event: event, body: body + "\n\n" + marker.text,
            comments: comments.map { NewReviewComment(path: $0.path, anchor: $0.anchor, body: $0.body) })
    }

    /// The marker in the body of `next`: what to look for when its answer got lost. A comment on a file has no body around it; there it is
    /// found by its own marker.
    package var marker: HiddenMarker { HiddenMarker(.review, ["run": review.run, "part": "\(attempt)"]) }

    /// `next` is out.
    package mutating func accept() {
        guard let comments = pending.popLast() else { return }
        attempt += 1
        posted += comments
        if comments.first?.anchor != .file {
            isBodyOut = true
            event = .comment
        }
        if attempt > Self.attemptsMax { giveUp([]) }
        payEvent()
    }

    /// The host would not take `next`.
    package mutating func refuse() {
        guard let comments = pending.popLast() else { return }
        attempt += 1
        if attempt > Self.attemptsMax {
            giveUp(comments)
        } else if !wasRefused, event != .comment, !comments.isEmpty {
            // The event may be what it does not like: nobody may approve his own change.
            event = .comment
            owesEvent = true
            pending.append(comments)
        } else if comments.count > 1 {
            pending.append(Array(comments[(comments.count / 2)...]))
            pending.append(Array(comments[..<(comments.count / 2)]))
        } else if let comment = comments.first {
            degrade(comment)
        }
        wasRefused = true
        payEvent()
    }

    private mutating func payEvent() {
        guard owesEvent, pending.isEmpty, attempt <= Self.attemptsMax + 1 else { return }
        owesEvent = false
        event = review.event
        pending = [[]]
    }

    private mutating func giveUp(_ comments: [PlannedComment]) {
        unplaced += comments + pending.reversed().joined()
        pending = []
    }

    private mutating func degrade(_ comment: PlannedComment) {
        var lower = comment
        lower.body = comment.movableBody
        switch comment.anchor {
        case .range(let side, let lines): lower.anchor = .line(side, lines.upperBound)
        case .line: lower.anchor = .file
        case .file: return unplaced.append(comment)
        }
        // Files come after all that fits into a review.
        if lower.anchor == .file { pending.insert([lower], at: 0) } else { pending.append([lower]) }
    }

    /// Findings that no place would take.
    package var unplacedFindings: Set<String> { Set(unplaced.flatMap(\.findings)) }
}
