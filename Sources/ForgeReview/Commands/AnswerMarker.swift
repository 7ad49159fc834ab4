// What an answer is found by after a crash between posting it and noting that it was posted. Hidden in the text, and believed only in
// comments of our own account: anybody may write one.

package import ForgeCore

extension CommandRequest {
    /// `<!-- forge:answer comment=900 -->`
    package var marker: String {
        switch place {
        case .issue, .pullRequest: "<!-- forge:answer comment=\(comment ?? 0) -->"
        case .diff, .review: "<!-- forge:answer \(place.rawValue)=\(comment ?? 0) -->"
        case .check: "<!-- forge:answer check=\(check ?? 0) action=\(commands.first.map { visible($0.name, charactersMax: 32) } ?? "") -->"
        }
    }

    /// The answer that stands there already.
    package func answer(in comments: [HostComment], by identity: HostIdentity) -> HostComment? {
        comments.first { identity.isAuthor($0.author) && $0.body.contains(marker) }
    }
}
