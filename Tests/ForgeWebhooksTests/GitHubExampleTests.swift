// Every example of GitHub's events, decoded and decided: what it is, what it asks for, and the sentence a person reads about it.

import ForgeCore
import Testing

@testable import ForgeWebhooks

struct GitHubExampleTests {
    static let settings = DecodingSettings(ownApp: 4242, ownUser: 7777)
    static let policy = ReviewPolicy(ignoredLabels: ["skip-review"])

    static func outcome(of file: ExampleFiles.File) throws -> (event: Event, settlement: Settlement) {
        let headers = [HeaderField("x-github-event", file.kind), HeaderField("content-type", "application/json")]
        let event = try GitHubDecoder.event(body: VerifiedBody(fromOperator: file.bytes), headers: headers, settings: settings)
        let intent = decideIntent(event, as: settings, review: policy)
        return (event, settlement(for: event, intent: intent, settings: settings))
    }

    /// File: event, matter, intent; below it the reason.
    private static let table = #"""
        check_run.completed: check_run.completed, check_run, nothing
          check 'unit tests' ended as failure on a branch that is not ours
        check_run.completed.own: check_run.completed, check_run, nothing
          our own App's check caused this (check_run.completed), and it does not answer itself
        check_run.completed.own-branch: check_run.completed, check_run, iterate
          check 'unit tests' ended as failure on our own branch
        check_run.created: check_run.created, check_run, nothing
          check_run.created is no result yet
        check_run.requested_action: check_run.requested_action, check_run, review
          review of alderfield/orchard#12 at 9f1c2ab8
        check_run.requested_action.ignore: check_run.requested_action, check_run, command
          /forge ignore on alderfield/orchard#12
        check_run.rerequested: check_run.rerequested, check_run, review
          review of alderfield/orchard#12 at 9f1c2ab8
        check_run.rerequested.fork: check_run.rerequested, check_run, review
          review of alderfield/orchard at 9f1c2ab8
        check_run.rerequested.other-app: check_run.rerequested, check_run, nothing
          the request is for another App's check
        check_suite.completed: check_suite.completed, check_suite, nothing
          the checks of 'Orchard CI' ended as success on a branch that is not ours
        check_suite.completed.own-branch: check_suite.completed, check_suite, iterate
          the checks of 'Orchard CI' ended as success on our own branch
        check_suite.requested: check_suite.requested, check_suite, review
          review of alderfield/orchard#12 at 9f1c2ab8
        check_suite.requested.no-pull-request: check_suite.requested, check_suite, nothing
          no pull request of this repository has this head; one that is opened tells by itself
        check_suite.rerequested: check_suite.rerequested, check_suite, review
          review of alderfield/orchard#12 at 9f1c2ab8
        code_scanning_alert.appeared_in_branch: code_scanning_alert.appeared_in_branch, alert, nothing
          the alert is on 'refs/heads/pear-cents', and only the default branch 'main' counts
        code_scanning_alert.created: code_scanning_alert.created, alert, ticket
          ticket: Query built from a visitor's text
        code_scanning_alert.fixed: code_scanning_alert.fixed, alert, nothing
          'fixed' tells of a change to an alert, and opens nothing
        dependabot_alert.created: dependabot_alert.created, alert, ticket
          ticket: treelib: Reading a crafted tree never ends
        dependabot_alert.dismissed: dependabot_alert.dismissed, alert, nothing
          'dismissed' tells of a change to an alert, and opens nothing
        installation.created: installation.created, installation, note_repositories
          installation/5150 is active; repository 4711 is alderfield/orchard; repository 4712 is alderfield/press
        installation.deleted: installation.deleted, installation, note_repositories
          installation/5150 was removed
        installation.new_permissions_accepted: installation.new_permissions_accepted, installation, note_repositories
          installation/5150 is active; repository 4711 is alderfield/orchard; repository 4712 is alderfield/press
        installation.suspend: installation.suspend, installation, note_repositories
          installation/5150 was suspended
        installation.unsuspend: installation.unsuspend, installation, note_repositories
          installation/5150 is active; repository 4711 is alderfield/orchard; repository 4712 is alderfield/press
        installation_repositories.added: installation_repositories.added, installation, note_repositories
          repository 4712 is alderfield/press
        installation_repositories.removed: installation_repositories.removed, installation, note_repositories
          repository 4712 is out of reach
        issue_comment.created: issue_comment.created, comment on issue, nothing
          no line of the comment begins with /forge
        issue_comment.created.bot: issue_comment.created, comment on issue, nothing
          the bot leafbot[bot] wrote it, and only people command
        issue_comment.created.command: issue_comment.created, comment on pullRequest, command
          /forge review on alderfield/orchard#12
        issue_comment.created.fix: issue_comment.created, comment on issue, ticket
          ticket: Basket total is a cent short
        issue_comment.created.own: issue_comment.created, comment on pullRequest, nothing
          our own App caused this (issue_comment.created), and it does not answer itself
        issue_comment.created.quoted: issue_comment.created, comment on issue, nothing
          no line of the comment begins with /forge
        issue_comment.deleted: issue_comment.deleted, comment on issue, nothing
          a comment was deleted: nothing to do
        issue_comment.edited: issue_comment.edited, comment on issue, nothing
          an edited comment commands nothing, since others may have read something else; write a new one
        issues.closed: issues.closed, issue, nothing
          issues.closed asks for nothing; the label 'forge' or '/forge fix' would
        issues.labeled: issues.labeled, issue, ticket
          ticket: Basket total is a cent short
        issues.labeled.closed: issues.labeled, issue, nothing
          the issue is closed; reopen it to have it worked on
        issues.labeled.other: issues.labeled, issue, nothing
          the label put on is not 'forge', which would make the issue a ticket
        issues.opened: issues.opened, issue, nothing
          the issue has neither the label 'forge' nor a line that begins with '/forge fix'
        issues.opened.command: issues.opened, issue, ticket
          ticket: Basket total is a cent short
        issues.opened.labelled: issues.opened, issue, ticket
          ticket: Basket total is a cent short
        marketplace_purchase.purchased: marketplace_purchase.purchased, unhandled, nothing
          marketplace_purchase is ignored: Forge is hosted by its users and sells nothing
        merge_group.checks_requested: merge_group.checks_requested, merge group, merge_group
          a check for the merge queue of alderfield/orchard at 41d0c6b7
        merge_group.destroyed: merge_group.destroyed, merge group, nothing
          merge group destroyed: nothing to do
        ping: ping, ping, nothing
          ping: the hook works
        pull_request.assigned: pull_request.assigned, pull request, nothing
          pull_request.assigned changes nothing that a review looks at
        pull_request.closed: pull_request.closed, pull request, end_pull_request
          alderfield/orchard#12 was closed; what was queued for it ends
        pull_request.closed.merged: pull_request.closed, pull request, end_pull_request
          alderfield/orchard#12 was merged; what was queued for it ends
        pull_request.converted_to_draft: pull_request.converted_to_draft, pull request, nothing
          the pull request became a draft; mark it ready for review when it is
        pull_request.edited.base: pull_request.edited, pull request, review
          review of alderfield/orchard#12 at 9f1c2ab8
        pull_request.edited.title: pull_request.edited, pull request, nothing
          only the text of the pull request was edited; its head and base are the same
        pull_request.labeled: pull_request.labeled, pull request, nothing
          a label was put on; what is queued already stays queued
        pull_request.opened: pull_request.opened, pull request, review
          review of alderfield/orchard#12 at 9f1c2ab8
        pull_request.opened.bot: pull_request.opened, pull request, nothing
          the pull request is by the bot leafbot[bot]; set review.bots: true to review those too
        pull_request.opened.deleted-fork: pull_request.opened, pull request, review
          review of alderfield/orchard#12 at 9f1c2ab8
        pull_request.opened.draft: pull_request.opened, pull request, nothing
          the pull request is a draft; mark it ready for review or set review.drafts: true
        pull_request.opened.fork: pull_request.opened, pull request, review
          review of alderfield/orchard#12 at 9f1c2ab8
        pull_request.opened.other-base: pull_request.opened, pull request, nothing
          the pull request goes into 'harvest-2025', and only the default branch 'main' is reviewed; add it to review.base_branches
        pull_request.opened.repository-hook: pull_request.opened, pull request, review
          review of alderfield/orchard#12 at 9f1c2ab8
        pull_request.ready_for_review: pull_request.ready_for_review, pull request, review
          review of alderfield/orchard#12 at 9f1c2ab8
        pull_request.reopened: pull_request.reopened, pull request, review
          review of alderfield/orchard#12 at 9f1c2ab8
        pull_request.synchronize: pull_request.synchronize, pull request, review
          review of alderfield/orchard#12 at 41d0c6b7
        pull_request.synchronize.own: pull_request.synchronize, pull request, nothing
          our own App caused this (pull_request.synchronize), and it does not answer itself
        pull_request.unlabeled: pull_request.unlabeled, pull request, review
          review of alderfield/orchard#12 at 9f1c2ab8
        pull_request_review.dismissed: pull_request_review.dismissed, comment on review, nothing
          a review was dismissed: nothing to do
        pull_request_review.edited: pull_request_review.edited, comment on review, nothing
          an edited review commands nothing, since others may have read something else; write a new one
        pull_request_review.submitted: pull_request_review.submitted, comment on review, nothing
          no line of the review begins with /forge
        pull_request_review.submitted.command: pull_request_review.submitted, comment on review, command
          /forge review on alderfield/orchard#12
        pull_request_review.submitted.own-branch: pull_request_review.submitted, comment on review, iterate
          bo-hazel requested changes
        pull_request_review_comment.created: pull_request_review_comment.created, comment on diff, nothing
          no line of the comment begins with /forge
        pull_request_review_comment.created.command: pull_request_review_comment.created, comment on diff, command
          /forge explain on alderfield/orchard#12
        pull_request_review_comment.created.reply: pull_request_review_comment.created, comment on diff, reply
          a reply in the thread of comment 82001 on alderfield/orchard#12
        pull_request_review_comment.edited: pull_request_review_comment.edited, comment on diff, nothing
          an edited comment commands nothing, since others may have read something else; write a new one
        pull_request_review_thread.resolved: pull_request_review_thread.resolved, comment on thread, nothing
          a review thread was resolved: nothing to do
        pull_request_review_thread.unresolved: pull_request_review_thread.unresolved, comment on thread, nothing
          a review thread was unresolved: nothing to do
        push: push, push, nothing
          a push to 'pear-cents': what is open for it tells of the new head in an event of its own
        push.deleted: push, push, nothing
          'refs/heads/pear-cents' was deleted
        push.tag: push, push, nothing
          'refs/tags/v2.4.0' is no branch
        repository.archived: repository.archived, repository, nothing
          repository archived: nothing to do
        repository.deleted: repository.deleted, repository, note_repositories
          repository 4711 is out of reach
        repository.edited: repository.edited, repository, nothing
          repository edited: nothing to do
        repository.renamed: repository.renamed, repository, note_repositories
          repository 4711 is called alderfield/orchard now; repository 4711 is alderfield/orchard
        repository.transferred: repository.transferred, repository, note_repositories
          repository 4711 is called alderfield/orchard now; repository 4711 is alderfield/orchard
        secret_scanning_alert.created: secret_scanning_alert.created, alert, ticket
          ticket: Leaked credential: Press API token
        secret_scanning_alert.resolved: secret_scanning_alert.resolved, alert, nothing
          'resolved' tells of a change to an alert, and opens nothing
        star.created: star.created, unhandled, nothing
          Forge does nothing with 'star' events
        status.failure: status, status, nothing
          status 'ci/press' ended as failure on a branch that is not ours
        status.pending: status, status, nothing
          status is no result yet
        status.success.own-branch: status, status, iterate
          status 'ci/press' ended as success on our own branch
        workflow_run.completed.branch: workflow_run.completed, workflow_run, nothing
          workflow 'nightly' failed on 'pear-cents'; only 'main' counts
        workflow_run.completed.failure: workflow_run.completed, workflow_run, ticket
          ticket: Workflow 'nightly' fails on main
        workflow_run.completed.fork: workflow_run.completed, workflow_run, nothing
          workflow 'nightly' failed on a pull request from a branch that is only called 'main'
        workflow_run.completed.fork-own-name: workflow_run.completed, workflow_run, nothing
          workflow 'nightly' failed on 'forge/ticket-31'; only 'main' counts
        workflow_run.completed.own-branch: workflow_run.completed, workflow_run, iterate
          workflow 'nightly' ended as failure on our own branch
        workflow_run.completed.success: workflow_run.completed, workflow_run, nothing
          workflow 'nightly' ended as success
        workflow_run.requested: workflow_run.requested, workflow_run, nothing
          workflow_run.requested is no result yet
        """#

    @Test func `every example leads where the table says`() throws {
        var lines: [String] = []
        for file in ExampleFiles.examples(of: "GitHub") {
            let (event, settlement) = try Self.outcome(of: file)
            lines.append("\(file.name): \(event.context.name), \(event.matter.word), \(settlement.intent ?? "-")")
            lines.append("  \(settlement.reason)")
        }
        let expected = Self.table.split(separator: "\n").map(String.init)
        #expect(lines.count == expected.count)
        for (line, wanted) in zip(lines, expected) { #expect(line == wanted) }
    }

    /// What the issue names has to have an example, so that nobody drops one with its row.
    private static let promised = [
        "ping", "pull_request", "pull_request_review", "pull_request_review_comment", "pull_request_review_thread", "issue_comment",
        "issues", "push", "check_run", "check_suite", "workflow_run", "status", "installation", "installation_repositories",
        "repository.renamed", "repository.transferred", "merge_group", "code_scanning_alert", "dependabot_alert", "secret_scanning_alert",
        "marketplace_purchase",
    ]

    @Test(arguments: promised)
    func `every event that Forge promises to understand has an example`(_ event: String) {
        #expect(ExampleFiles.examples(of: "GitHub").contains { $0.name == event || $0.name.hasPrefix("\(event).") })
    }
}

extension EventMatter {
    /// What it is, in a table.
    var word: String {
        switch self {
        case .ping: "ping"
        case .pullRequest: "pull request"
        case .comment(let comment): "comment on \(comment.place.rawValue)"
        case .issue: "issue"
        case .push: "push"
        case .checks(let checks): checks.kind.rawValue
        case .installation: "installation"
        case .repository: "repository"
        case .mergeGroup: "merge group"
        case .alerts: "alert"
        case .tracker: "tracker"
        case .unhandled: "unhandled"
        }
    }
}
