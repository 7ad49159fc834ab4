// Which comments, reviews and issues are for Forge. Only what was just written counts, never what was edited afterwards. That whoever asks
// may write to the repository is checked by the worker when it carries the command out, and so is whether the repository listens to this
// bot: its configuration names the few that it hears. A bot's words without a command are nobody's.

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
        let commands = CommandList(in: comment.body)
        if let reason = reasonNotToListen(to: comment, isCommand: commands != nil) { return .nothing(because: reason) }
        if let commands { return intent(for: commands, in: comment) }
        return intentWithoutCommand(comment)
    }

    /// An App that writes under a person's name is nobody that a repository could name.
    private func reasonNotToListen(to comment: CommentEvent, isCommand: Bool) -> String? {
        if comment.author.isBot {
            guard !isCommand || comment.place == .issue else { return nil }
            return "the bot \(comment.author.login ?? "without a name") wrote it, and only people command"
        }
        if let app = comment.author.viaApp { return "the App \(app) wrote it, and only people command" }
        return context.sender.isBot ? "the bot \(context.sender.login ?? "without a name") sent it, and only people command" : nil
    }

    /// `/forge fix` under an issue makes the issue itself the ticket; everything else is a command on its place.
    private func intent(for commands: CommandList, in comment: CommentEvent) -> Intent {
        if comment.place == .issue, let issue = comment.subject, let fix = commands.commands.first(where: { $0.name == "fix" }) {
            guard issue.isOpen else { return .nothing(because: "issue #\(issue.number) is closed; reopen it to have it worked on") }
            return .tickets([ticket(for: issue, askedBy: comment.author, arguments: fix.arguments, comment: comment.comment)])
        }
        return .command(commands, number: comment.number, comment: comment.comment, isPullRequest: comment.place != .issue)
    }

    private func intentWithoutCommand(_ comment: CommentEvent) -> Intent {
        if comment.place == .diff, let root = comment.root, let number = comment.comment {
            return .reply(number: comment.number, comment: number, root: root)
        }
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
