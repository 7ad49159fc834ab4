// Whether a push is reviewed unasked. After so many pushes Forge waits until somebody asks, and says so once.

package import ForgeCore

package enum PauseDecision: Hashable, Sendable {
    case review
    /// Not reviewed; `notice` is a comment to post, the first time only.
    case wait(Unreviewed, notice: String?)
}

extension PullRequestState {
    /// `isAsked` is true when a person wants this review: that ends a pause of Forge's own, and begins the count anew. `number` is the pull
    /// request's.
    package func pauseDecision(pushesMax: Int, isAsked: Bool) -> PauseDecision { .review }

    /// After `wait` was carried out.
    package mutating func rememberPause(wasTold: Bool) {}

    /// After a review was carried out.
    package mutating func countReview(isAsked: Bool) {}
}
