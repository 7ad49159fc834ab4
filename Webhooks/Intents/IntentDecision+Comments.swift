// Which comments, reviews and issues are for Forge. Only what was just written counts, never what was edited afterwards, and never a
// bot's word. That the person may write to the repository is checked by the worker when it carries the command out.

import ForgeCore

extension IntentDecision {
    func intent(for comment: CommentEvent) -> Intent {
        if let reason = reasonRepositoryIsOut() { return .nothing(because: reason) }
        if comment.place == .thread { return .nothing(because: "a review thread was \(comment.action): nothing to do") }
        if comment.action == "edited" || comment.wasEdited {
            return .nothing(
                because: "an edited \(comment.noun) commands nothing, since others may have read something else; write a new one")
        }
        guard comment.action == (comment.place == .review ? "submitted" : "created") else {
            return .nothing(
                because: "a \(comment.noun) \(comment.action.isEmpty ? "came without an action" : "was \(comment.action)"): nothing to do")
        }
        if let app = comment.author.viaApp {
            return .nothing(because: "the App \(app) wrote it, and only people command")
        }
        if comment.author.isBot || context.sender.isBot {
            return .nothing(because: "the bot \(comment.author.login ?? "without a name") wrote it, and only people command")
        }
        if let command = Command(in: comment.body) { return intent(for: command, in: comment) }
        return intentWithoutCommand(comment)
    }

    /// `/forge fix` under an issue makes the issue itself the ticket; everything else is a command on its place.
    private func intent(for command: Command, in comment: CommentEvent) -> Intent {
        if command.name == "fix", comment.place == .issue, let issue = comment.subject {
            guard issue.isOpen else { return .nothing(because: "issue #\(issue.number) is closed; reopen it to have it worked on") }
            return .tickets([ticket(for: issue, askedBy: comment.author, arguments: command.arguments, comment: comment.comment)])
        }
        return .command(command, number: comment.number, comment: comment.comment, isPullRequest: comment.place != .issue)
    }

    private func intentWithoutCommand(_ comment: CommentEvent) -> Intent {
        let wantsChanges = comment.place == .review && comment.reviewState == "changes_requested"
        guard wantsChanges, isOwnBranch(comment.headBranch, in: comment.headRepository) else {
            return .nothing(because: "no line of the \(comment.noun) begins with /forge")
        }
        let reviewer = comment.author.login ?? "a reviewer"
        return .iterate(head: comment.head, pullRequests: [comment.number], because: "\(reviewer) requested changes")
    }

    func intent(for issue: IssueEvent) -> Intent {
        if let reason = reasonRepositoryIsOut() { return .nothing(because: reason) }
        if issue.isPullRequest { return .nothing(because: "this issue is a pull request, which has events of its own") }
        let label = settings.ticketLabel
        switch issue.action {
        case "opened", "reopened", "labeled": break
        case "": return .nothing(because: "the issue event has no action")
        default: return .nothing(because: "issues.\(issue.action) asks for nothing; the label '\(label)' or '/forge fix' would")
        }
        guard issue.isOpen else { return .nothing(because: "the issue is closed; reopen it to have it worked on") }
        guard !context.sender.isBot else {
            return .nothing(because: "the bot \(context.sender.login ?? "without a name") did it, and only people command")
        }
        if issue.action == "labeled" {
            guard let put = issue.label, isTicketLabel(put) else {
                return .nothing(because: "the label put on is not '\(label)', which would make the issue a ticket")
            }
            return .tickets([ticket(for: issue, askedBy: context.sender)])
        }
        if issue.labels.contains(where: isTicketLabel) { return .tickets([ticket(for: issue, askedBy: context.sender)]) }
        if issue.action == "opened", issue.author.viaApp == nil, let command = issue.body.flatMap(Command.init(in:)),
            command.name == "fix"
        {
            return .tickets([ticket(for: issue, askedBy: issue.author, arguments: command.arguments)])
        }
        return .nothing(because: "the issue has neither the label '\(label)' nor a line that begins with '/forge fix'")
    }

    private func isTicketLabel(_ label: String) -> Bool { label.lowercased() == settings.ticketLabel.lowercased() }
}

extension CommentEvent {
    fileprivate var noun: String { place == .review ? "review" : "comment" }
}
