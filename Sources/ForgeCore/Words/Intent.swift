// What an event asks for. Decided by a pure function (`ForgeWebhooks`), carried out by the engine as jobs and tickets.

/// `/forge fix tests` in a comment.
package struct Command: Hashable, Sendable {
    package var name: String
    package var arguments: String

    package init(name: String, arguments: String = "") {
        self.name = name
        self.arguments = arguments
    }
}

/// What one comment asks for, in its own order. One answer is given to all of it.
package struct CommandList: Hashable, Sendable {
    package static let countMax = 10

    package var commands: [Command]
    /// How many lines are above the limit: they are told about, and not carried out.
    package var leftOut: Int

    package init(_ commands: [Command], leftOut: Int = 0) {
        self.commands = commands
        self.leftOut = leftOut
    }
}

package enum Intent: Hashable, Sendable {
    /// Without a number when only the head is known, as for a check on a fork's commit: the worker finds the pull request by it.
    case review(pullRequest: Int64?, head: CommitSHA?)
    /// The pull request was closed or merged: what is queued for it ends.
    case endPullRequest(number: Int64, merged: Bool)
    /// Without a number when only the head is known, as for a button of a check on a fork's commit.
    case command(CommandList, number: Int64?, comment: Int64?, isPullRequest: Bool)
    /// A person's words under a line, without a command, in the thread that `root` opened. Whose thread it is the event does not tell.
    case reply(number: Int64, comment: Int64, root: Int64)
    /// A merge queue waits for a check on this commit.
    case mergeGroup(head: CommitSHA)
    /// Open or update these tickets; one delivery may carry several.
    case tickets([TicketDraft])
    /// CI or a reviewer spoke about our own pull request.
    case iterate(head: CommitSHA?, pullRequests: [Int64], because: String)
    case noteRepositories([RepositoryNotice])
    case nothing(because: String)

    /// One word for listings and counts.
    package var name: String {
        switch self {
        case .review: "review"
        case .endPullRequest: "end_pull_request"
        case .command: "command"
        case .reply: "reply"
        case .mergeGroup: "merge_group"
        case .tickets: "ticket"
        case .iterate: "iterate"
        case .noteRepositories: "note_repositories"
        case .nothing: "nothing"
        }
    }
}
