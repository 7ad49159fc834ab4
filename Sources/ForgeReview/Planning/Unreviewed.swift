// Why a head was not reviewed, or not to the end, and the check run that says so. None of these is ever a success.

package import ForgeCore

package enum Unreviewed: Hashable, Sendable {
    /// A rule of `.forge.yml` or of the server left it alone; a sentence without its end.
    case skipped(because: String)
    /// After so many pushes, or since a person said so; nil for Forge itself.
    case paused(by: String?, pushes: Int)
    /// So many reviews of one pull request within a day are what its repository wants; `next` is when a push is reviewed again, nil for never.
    case enough(reviews: Int, next: Timestamp?)
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

    /// The buttons under a check. Their identifiers come back in an event.
    package static let rerun = CheckAction(identifier: "rerun", label: "Re-run", description: "Look at this commit again")
    package static let explain = CheckAction(identifier: "explain", label: "Explain", description: "Explain the gravest findings")
    package static let ignore = CheckAction(identifier: "ignore", label: "Ignore", description: "Dismiss what this check found")

    /// While it is looked at.
    package static func inProgress(head: CommitSHA, pull: Int64, run: String) -> CheckRunContent {
        CheckRunContent(
            name: name, head: head, state: .inProgress, title: "Looking at \(head.short)", summary: "Forge is reading the change.",
            externalID: externalID(pull: pull, run: run))
    }

    /// `isGate` when `output.check_fails_on` is set: then nothing passes that nobody looked at, and nobody chose to leave alone.
    package static func content(
        _ outcome: Unreviewed, head: CommitSHA, pull: Int64, run: String, isGate: Bool
    ) -> CheckRunContent {
        CheckRunContent(
            name: name, head: head, state: .completed(outcome.conclusion(isGate: isGate)), title: outcome.title,
            summary: outcome.summary, actions: [rerun], externalID: externalID(pull: pull, run: run))
    }

    /// What the check of a run is found by, and what an event about it is told apart by: `pull/7/run/12`.
    package static func externalID(pull: Int64, run: String) -> String { "pull/\(pull)/run/\(run)" }

    /// The pull request's number in an external id; nil when it is not one of ours.
    package static func pullRequest(of externalID: String) -> Int64? {
        let parts = externalID.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "pull", parts[2] == "run" else { return nil }
        return Identifier<PullRequest>(text: parts[1])?.number
    }
}

extension Unreviewed {
    fileprivate func conclusion(isGate: Bool) -> CheckConclusion {
        switch self {
        case .skipped: .skipped
        case .paused, .enough: isGate ? .actionRequired : .skipped
        case .superseded, .cancelled: .cancelled
        case .blocked: .actionRequired
        case .timedOut: .timedOut
        case .failed: .failure
        }
    }

    fileprivate var title: String {
        switch self {
        case .skipped: "Not reviewed"
        case .paused: "Not reviewed: paused"
        case .enough: "Not reviewed: enough for a day"
        case .superseded(let head): "Not reviewed: \(head.short) is newer"
        case .cancelled: "Cancelled"
        case .blocked: "Not reviewed: somebody has to help"
        case .timedOut: "Not finished in time"
        case .failed: "The review failed"
        }
    }

    fileprivate var summary: String {
        switch self {
        case .skipped(let reason):
            return "Forge did not look at this change: \(Self.sentence(reason)). `/forge review` in a comment asks for it all the same."
        case .paused(nil, let pushes):
            return "Forge reviewed \(counted(pushes, "push")) here and waits now. `/forge review` asks for one look, "
                + "`/forge resume` for one after every push."
        case .paused(let person?, _):
            return "\(Self.name(person)) paused Forge here. `/forge review` asks for one look, `/forge resume` for one after every push."
        case .enough(let reviews, let next):
            let when = next.map { "A push after \(Self.minute($0)) is reviewed again; until then `/forge review`" } ?? "`/forge review`"
            return "Forge reviews a pull request \(counted(reviews, "time")) within a day here, which is what `budgets.reviews_per_day` "
                + "says. \(when) in a comment asks for a look."
        case .superseded(let head): return "\(head) was pushed meanwhile, and is looked at instead."
        case .cancelled(let person): return "\(Self.name(person)) cancelled it. `/forge review` in a comment begins anew."
        case .blocked(let reason):
            return "Forge could not look at this change: \(Self.sentence(reason)). Then press Re-run, or write `/forge review`."
        case .timedOut(let duration):
            return "It took longer than \(timeText(duration)), so this says nothing about the change. Re-run tries again."
        case .failed(let reason, let willRetry):
            return "Something went wrong, so this says nothing about the change: \(Self.sentence(reason)). "
                + (willRetry ? "Forge tries again by itself." : "Re-run, or `/forge review` in a comment, tries again.")
        }
    }

    /// Reasons may quote a title, a label or a host's own message.
    private static func sentence(_ reason: String) -> String {
        var text = reason
        while text.last == "." { text.removeLast() }
        return FindingText.sentence(text, charactersMax: 1_000)
    }

    /// `2026-11-20 14:05 UTC`, at the end of the minute.
    private static func minute(_ moment: Timestamp) -> String {
        String((moment + .seconds(59)).description.prefix(16)).replacing("T", with: " ") + " UTC"
    }

    private static func name(_ person: String) -> String { MarkdownFormat.code(shortened(person, charactersMax: 60)) }
}
