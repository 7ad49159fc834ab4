// Issues and failed workflows as tickets. An issue's text is anybody's, so its trust is `public` until the worker has checked who asked.

import ForgeCore

extension IntentDecision {
    /// `asker` is who put the label on or wrote the command.
    func ticket(for issue: IssueEvent, askedBy asker: Actor, arguments: String = "", comment: Int64? = nil) -> TicketDraft {
        let identity = GitHubIdentity(settings: settings, repository: context.repository).subject("issue/\(issue.number)")
        let title = issue.title.isEmpty ? "Issue #\(issue.number)" : issue.title
        let extra = JSON.object([
            .init("kind", "issue"), .init("asked_by", asker.json), .init("author", issue.author.json), .init("comment", JSON(comment)),
            .init("arguments", arguments.isEmpty ? .null : .string(arguments)),
            .init("labels", .array(issue.labels.prefix(settings.limits.tagsMax).map { .string(GitHubText.word($0)) })),
        ]).withoutNulls
        return TicketDraft(
            source: .github, repository: context.repository?.name.description,
            title: GitHubText.clip(title, to: settings.limits.titleBytesMax), body: issue.body.map(clip), severity: .warning,
            url: issue.url.map(clip), issueID: String(issue.number), identity: identity,
            fingerprint: GitHubIdentity.fingerprint(of: identity), trust: .public, extra: extra)
    }

    /// One ticket for a workflow however often it fails; the run that failed last is in it.
    func ticket(forFailed checks: ChecksEvent, _ result: String, on branch: String) -> TicketDraft {
        let name = checks.name.flatMap { $0.isEmpty ? nil : $0 } ?? "without a name"
        let subject = checks.workflow.map { "workflow/\($0)" } ?? "workflow/\(GitHubText.clip(name, to: 200))"
        let identity = GitHubIdentity(settings: settings, repository: context.repository).subject(subject)
        let extra = JSON.object([
            .init("kind", "workflow_run"), .init("workflow", JSON(checks.workflow)), .init("run", JSON(checks.number)),
            .init("attempt", JSON(checks.attempt)), .init("conclusion", .string(result)), .init("branch", .string(clip(branch))),
            .init("head", JSON(checks.head?.description)), .init("trigger", JSON(checks.trigger.map(clip))),
            .init("run_title", JSON(checks.title.map(clip))),
        ]).withoutNulls
        return TicketDraft(
            source: .github, repository: context.repository?.name.description,
            title: GitHubText.clip("Workflow '\(name)' fails on \(branch)", to: settings.limits.titleBytesMax),
            culprit: checks.title.map(clip), severity: .error, release: checks.head?.description, url: checks.url.map(clip),
            issueID: checks.workflow.map(String.init), eventID: checks.number.map(String.init), identity: identity,
            fingerprint: GitHubIdentity.fingerprint(of: identity), trust: .signed, extra: extra)
    }

    private func clip(_ text: String) -> String { GitHubText.clip(text, to: settings.limits.textBytesMax) }
}

extension Actor {
    /// Who it was, for a payload; null when nobody is named.
    var json: JSON {
        let json = JSON.object([.init("login", JSON(login)), .init("id", JSON(number)), .init("kind", JSON(kind))]).withoutNulls
        return json == .object([]) ? .null : json
    }
}
