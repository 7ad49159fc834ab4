// Whether a push is reviewed unasked. After so many pushes Forge waits until somebody asks, and says so once, in a comment of its own, since
// an edited one reaches nobody.

package import ForgeCore

package enum PauseDecision: Hashable, Sendable {
    case review
    /// Not reviewed; `notice` is a comment to post, the first time only.
    case wait(Unreviewed, notice: String?)
}

extension PullRequestState {
    /// Who paused it when nobody did.
    package static let pausedByForge = "forge"

    /// `isAsked` is true when a person wants this review. `head` is what is to be reviewed: one that was reviewed already is no push.
    package func pauseDecision(head: CommitSHA, pushesMax: Int, isAsked: Bool) -> PauseDecision {
        if isAsked { return .review }
        if let pausedBy, pausedBy != Self.pausedByForge { return .wait(.paused(by: pausedBy, pushes: unaskedPushes), notice: nil) }
        guard let reviewed, reviewed.head != head, pausedBy != nil || unaskedPushes >= pushesMax else { return .review }
        return .wait(.paused(by: nil, pushes: unaskedPushes), notice: wasPauseTold ? nil : Self.notice(unaskedPushes))
    }

    private static func notice(_ pushes: Int) -> String {
        "Forge reviewed \(counted(pushes, "push")) here and waits now, so that it does not disturb. `/forge review` asks for one look, "
            + "`/forge resume` for one after every push.\n\n" + HiddenMarker(.notice, ["about": "pause"]).text
    }

    /// After `wait` was carried out.
    package mutating func rememberPause() {
        if pausedBy == nil { pausedBy = Self.pausedByForge }
        if pausedBy == Self.pausedByForge { wasPauseTold = true }
    }

    /// Somebody asked for a look: what Forge paused by itself goes on, and the count begins anew.
    package mutating func endOwnPause() {
        unaskedPushes = 0
        guard pausedBy == nil || pausedBy == Self.pausedByForge else { return }
        pausedBy = nil
        wasPauseTold = false
    }
}
