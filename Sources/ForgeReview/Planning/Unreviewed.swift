// Why a head was not reviewed, or not to the end, and the check run that says so. None of these is ever a success.

package import ForgeCore

package enum Unreviewed: Hashable, Sendable {
    /// A rule of `.forge.yml` or of the server left it alone; a sentence without its end.
    case skipped(because: String)
    /// Since so many pushes, or since a person said so.
    case paused(by: String, pushes: Int)
    case superseded(by: CommitSHA)
    case cancelled(by: String)
    /// A person has to do something: a permission, a key, a setting.
    case blocked(because: String)
    case timedOut(after: Duration)
    /// Something went wrong here; `willRetry` when it is tried again without anybody's help.
    case failed(because: String, willRetry: Bool)
}

package enum ForgeCheck {
    package static let name = "Forge"

    /// While it is looked at.
    package static func inProgress(head: CommitSHA, pull: Int64, run: String) -> CheckRunContent {
        CheckRunContent(head: head, state: .inProgress, title: "", summary: "", externalID: externalID(pull: pull, run: run))
    }

    /// `isGate` when `output.check_fails_on` is set: then nothing may pass unseen.
    package static func content(
        _ outcome: Unreviewed, head: CommitSHA, pull: Int64, run: String, isGate: Bool
    ) -> CheckRunContent {
        inProgress(head: head, pull: pull, run: run)
    }

    /// What the check of a run is found by, and what an event about it is told apart by: `pull/7/run/12`.
    package static func externalID(pull: Int64, run: String) -> String { "pull/\(pull)/run/\(run)" }

    /// The pull request's number in an external id; nil when it is not one of ours.
    package static func pullRequest(of externalID: String) -> Int64? { nil }
}
