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

package enum Intent: Hashable, Sendable {
    /// Without a number when only the head is known, as for a check on a fork's commit: the worker finds the pull request by it.
    case review(pullRequest: Int64?, head: CommitSHA?)
    /// The pull request was closed or merged: what is queued for it ends.
    case endPullRequest(number: Int64, merged: Bool)
    case command(Command, number: Int64, comment: Int64?, isPullRequest: Bool)
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
        case .tickets: "ticket"
        case .iterate: "iterate"
        case .noteRepositories: "note_repositories"
        case .nothing: "nothing"
        }
    }
}
