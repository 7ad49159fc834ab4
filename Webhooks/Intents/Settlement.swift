// An event and its intent as what the store writes in one transaction: the outcome that everybody sees, and the jobs that follow from it.
//
// A job's work key is the work itself, not the delivery: two hooks that report one push queue one review. Its subject is what it is
// about: a newer head of the same pull request ends the queued job of the older one.

package import ForgeCore

package func settlement(for event: Event, intent: Intent, settings: DecodingSettings) -> Settlement {
    let plan = JobPlan(event: event, attemptsMax: settings.jobAttemptsMax)
    var settlement = Settlement(
        state: .done, reason: GitHubText.clip(plan.sentence(for: intent), to: 500), event: event.context.name, intent: intent.name,
        tenant: event.context.tenant, repository: event.context.repository?.name.description,
        notices: repositoryNotices(for: event, settings: settings))
    switch intent {
    case .nothing: settlement.state = .ignored
    case .review(let number, let head): settlement.jobs = plan.reviews(of: number, head: head)
    case .command(let commands, let number, let comment, let isPullRequest):
        settlement.jobs = plan.command(commands, number: number, comment: comment, isPullRequest: isPullRequest)
    case .reply(let number, let comment, let root): settlement.jobs = plan.reply(number: number, comment: comment, root: root)
    case .mergeGroup(let head): settlement.jobs = plan.mergeGroup(head: head)
    case .iterate(let head, let numbers, let because): settlement.jobs = plan.iterate(head: head, numbers: numbers, because: because)
    case .endPullRequest(let number, _): settlement.endedSubjects = plan.subjects(of: number)
    case .tickets(let drafts):
        settlement.tickets = drafts.map(plan.work(on:))
        settlement.repository = settlement.repository ?? drafts.first?.repository
    case .noteRepositories: settlement.jobs = plan.catchUp()
    }
    return settlement
}
