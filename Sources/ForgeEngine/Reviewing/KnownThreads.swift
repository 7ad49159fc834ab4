// Which comment opened the thread of a finding. Only the host knows the numbers of what was posted in a review; they are learned when they
// are needed.

import ForgeCore
import ForgeReview

extension PullRequestState {
    /// Takes the numbers over from the host's threads: Forge's own, by their markers.
    mutating func learn(_ threads: [HostThread], _ identity: HostIdentity) {
        for (finding, thread) in identity.findingThreads(threads) {
            if let comment = thread.comments.first?.id, ledger[finding]?.place == .thread(comment: nil) {
                ledger[finding]?.place = .thread(comment: comment)
            }
        }
    }

    var hasUnknownThreads: Bool { ledger.values.contains { $0.place == .thread(comment: nil) } }
}
