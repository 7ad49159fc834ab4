// What an answer is found by after a crash between posting it and noting that it was posted. Hidden at the end of the text, and believed
// only in comments of our own account: anybody may write one.

package import ForgeCore

extension CommandRequest {
    /// `<!-- forge:answer comment=900 -->`
    package var marker: HiddenMarker {
        switch place {
        case .issue, .pullRequest: HiddenMarker(.answer, ["comment": "\(comment ?? 0)"])
        case .diff, .review: HiddenMarker(.answer, [place.rawValue: "\(comment ?? 0)"])
        case .check: HiddenMarker(.answer, ["check": "\(check ?? 0)", "action": commands.first?.name ?? ""])
        }
    }

    /// The answer that stands there already.
    package func answer(in comments: [HostComment], by identity: HostIdentity) -> HostComment? {
        identity.ownComment(marker, in: comments)
    }
}
