// What to post next when a host refuses a review: it never says which comment it did not like, and takes all or none. Halves are tried, and
// a comment alone goes down the ladder from its range to its line to its file to the summary. Nothing is posted to find something out: what
// is tried is what people should see. It ends after `attemptsMax` at the latest, and a comment is either posted once or named as unplaced.

package import ForgeCore

package struct ReviewPosting: Hashable, Sendable {
    /// Bounds the waiting of everybody else in the lane.
    package static let attemptsMax = 24

    private let review: PlannedReview

    /// Begins with 1; each has a marker and a step of its own.
    package private(set) var attempt = 1
    package private(set) var posted: [PlannedComment] = []
    package private(set) var unplaced: [PlannedComment] = []

    package init(_ review: PlannedReview) {
        self.review = review
    }

    /// What to post now; nil when it is over.
    package var next: NewReview? { nil }

    /// The marker in the body of `next`: what to look for when its answer got lost.
    package var marker: HiddenMarker { HiddenMarker(.review, ["run": review.run, "part": "\(attempt)"]) }

    package mutating func accept() {}

    package mutating func refuse() {}

    /// Findings that no place would take.
    package var unplacedFindings: Set<String> { Set(unplaced.flatMap(\.findings)) }
}
