// What is ours and what is not: our own echo is dropped, other systems' words on our branches are heard, and a fork's names fool nobody.

import ForgeCore
import Testing

@testable import ForgeWebhooks

struct IntentChecksTests {
    private typealias Scene = IntentScene

    @Test func `what our own App did is dropped by number, under whatever login`() {
        for matter in [Scene.pull(), Scene.comment("/forge fix"), .push(PushEvent(ref: "refs/heads/x")), .mergeGroup(.init(action: "x"))] {
            #expect(Scene.reason(matter, by: Scene.own).contains("our own App"))
        }
        var ada = Scene.ada
        ada.viaApp = 42
        #expect(Scene.reason(Scene.comment("/forge fix"), by: ada).contains("our own App"))
        let lookalike = Actor(login: "renamed-later[bot]", number: 78, kind: "User")
        #expect(!Scene.reason(Scene.pull("assigned"), by: lookalike).contains("our own App"))
    }

    @Test func `without knowing who we are nothing is taken for ours`() {
        let event = Scene.event(Scene.pull(), by: Scene.own)
        #expect(decideIntent(event, as: DecodingSettings(), review: nil).name == "review")
    }

    @Test func `a person's push to our own pull request asks for no review of it`() {
        #expect(Scene.reason(Scene.pull("synchronize") { $0.author = Scene.own }, ReviewPolicy(reviewsBots: true)).contains("Forge's own"))
    }

    @Test func `what people ask of our checks is for us`() {
        let review = Intent.review(pullRequest: 12, head: Scene.head)
        #expect(Scene.intent(Scene.checks(.checkRun, "rerequested", app: 42)) == review)
        #expect(Scene.intent(Scene.checks(.checkSuite, "rerequested", app: 42)) == review)
        #expect(Scene.intent(Scene.checks(.checkSuite, "requested", app: 42)) == review)
        #expect(Scene.reason(Scene.checks(.checkRun, "rerequested", app: 43)).contains("another App"))
        #expect(Scene.reason(Scene.checks(.checkRun, "rerequested", app: nil)).contains("another App"))
        #expect(Scene.reason(Scene.checks(.checkRun, "rerequested", app: 42), by: Scene.own).contains("our own App's check"))
    }

    @Test func `each button of a check leads to its own work`() {
        func pressed(_ identifier: String?, _ change: (inout ChecksEvent) -> Void = { _ in }) -> Intent {
            Scene.intent(
                Scene.checks(.checkRun, "requested_action", app: 42) {
                    $0.requestedAction = identifier
                    change(&$0)
                })
        }
        #expect(pressed("rerun") == .review(pullRequest: 12, head: Scene.head))
        for name in ["explain", "ignore"] {
            let list = CommandList([Command(name: name)])
            #expect(pressed(name) == .command(list, number: 12, comment: nil, isPullRequest: true))
            #expect(pressed(name) { $0.pullRequests = [] } == .command(list, number: nil, comment: nil, isPullRequest: true))
        }
        #expect(pressed("approve") == .nothing(because: "the check has no button 'approve'"))
        #expect(pressed(nil).name == "nothing" && pressed("explain") { $0.app = 43 }.name == "nothing")
    }

    @Test func `a merge queue gets its check, where reviews are on`() {
        let group = MergeGroupEvent(action: "checks_requested", head: Scene.head, headBranch: "gh-readonly-queue/main/pr-12-abc")
        #expect(Scene.intent(.mergeGroup(group)) == .mergeGroup(head: Scene.head) && group.pullRequest == 12)
        #expect(Scene.reason(.mergeGroup(group), ReviewPolicy(isEnabled: false)).contains("review.enabled"))
        #expect(Scene.reason(.mergeGroup(MergeGroupEvent(action: "checks_requested"))).contains("names no commit"))
        #expect(Scene.reason(.mergeGroup(MergeGroupEvent(action: "destroyed", head: Scene.head))).contains("nothing to do"))
        for branch in ["main", "gh-readonly-queue/main/pr-x-abc", "gh-readonly-queue/", "pr-12-abc", "gh-readonly-queue/main/pr--3"] {
            #expect(MergeGroupEvent(action: "x", headBranch: branch).pullRequest == nil, "\(branch)")
        }
    }

    @Test func `a button pressed on a fork's check is known by its head`() {
        let matter = Scene.checks(.checkRun, "rerequested", app: 42) { $0.pullRequests = [] }
        #expect(Scene.intent(matter) == .review(pullRequest: nil, head: Scene.head))
    }

    @Test func `a new suite is nobody's wish: it needs a pull request, and reviews switched on`() {
        #expect(Scene.reason(Scene.checks(.checkSuite, "requested", app: 42) { $0.pullRequests = [] }).contains("no pull request"))
        #expect(Scene.reason(Scene.checks(.checkSuite, "requested", app: 42), ReviewPolicy(isEnabled: false)).contains("review.enabled"))
        #expect(Scene.intent(Scene.checks(.checkSuite, "rerequested", app: 42), ReviewPolicy(isEnabled: false)).name == "review")
    }

    @Test func `our own check's progress is our own echo`() {
        #expect(Scene.reason(Scene.checks(.checkRun, "created", app: 42)).contains("our own App's check"))
        #expect(Scene.reason(Scene.checks(.checkSuite, "completed", app: 42) { $0.branch = "forge/t" }).contains("our own App's check"))
    }

    /// A result on a branch of ours; the sender is our own bot, since it pushed the commit.
    private func own(_ kind: ChecksEvent.Kind, _ change: (inout ChecksEvent) -> Void = { _ in }) -> EventMatter {
        Scene.checks(kind, kind == .status ? "" : "completed", app: kind == .status ? nil : 15) {
            $0.branch = "forge/ticket-3"
            $0.conclusion = "failure"
            change(&$0)
        }
    }

    @Test(arguments: [ChecksEvent.Kind.checkRun, .checkSuite, .workflowRun])
    func `another system's result on our own branch is heard, though we are its sender`(_ kind: ChecksEvent.Kind) {
        guard case .iterate(Scene.head, [12], let because) = Scene.intent(own(kind), by: Scene.own) else {
            Issue.record("not heard: \(Scene.reason(own(kind), by: Scene.own))")
            return
        }
        #expect(because.contains("'unit' ended as failure on our own branch"))
        #expect(Scene.intent(own(kind) { $0.conclusion = "success" }).name == "iterate", "success is news too")
        #expect(Scene.intent(own(kind) { $0.action = "created" }).name == "nothing", "the beginning is none")
    }

    @Test func `a status is heard on our own branch, and dropped when we set it`() {
        #expect(Scene.intent(own(.status) { $0.pullRequests = [] }).name == "iterate")
        #expect(Scene.intent(own(.status), by: Scene.own).name == "nothing")
        #expect(Scene.reason(own(.status) { $0.conclusion = "pending" }).contains("no result yet"))
    }

    @Test func `a fork's branch of our kind of name is not ours`() {
        let fork = RepositoryName("mallory/b")
        #expect(Scene.intent(own(.checkSuite) { $0.pullRequests = [] }).name == "nothing")
        #expect(Scene.intent(own(.checkRun) { $0.pullRequests = [] }).name == "nothing")
        #expect(Scene.intent(own(.workflowRun) { $0.headRepository = fork }).name == "nothing")
        #expect(
            Scene.intent(
                own(.workflowRun) {
                    $0.headRepository = nil; $0.pullRequests = []
                }
            ).name == "nothing")
        #expect(
            Scene.intent(
                own(.workflowRun) {
                    $0.headRepository = Scene.repository.name; $0.pullRequests = []
                }
            ).name == "iterate")
    }

    /// A failed workflow on the default branch.
    private func workflow(_ change: (inout ChecksEvent) -> Void = { _ in }) -> EventMatter {
        Scene.checks(.workflowRun, "completed", app: nil) {
            ($0.branch, $0.conclusion, $0.trigger, $0.pullRequests) = ("main", "failure", "push", [])
            ($0.workflow, $0.attempt, $0.title, $0.headRepository) = (33, 2, "Round once", Scene.repository.name)
            change(&$0)
        }
    }

    @Test func `a workflow that fails where everybody builds on becomes one ticket, however often it fails`() throws {
        guard case .tickets(let drafts) = Scene.intent(workflow()), let draft = drafts.first else {
            Issue.record("no ticket")
            return
        }
        #expect(draft.identity == "github:github.com:5#workflow/33" && draft.trust == .signed && draft.severity == .error)
        #expect(draft.title == "Workflow 'unit' fails on main" && draft.culprit == "Round once" && draft.release == Scene.head.description)
        #expect(draft.extra["attempt"]?.integer == 2 && draft.extra["run"]?.integer == 300 && draft.eventID == "300")
        guard case .tickets(let again) = Scene.intent(workflow { $0.number = 301 }) else {
            Issue.record("no second ticket")
            return
        }
        #expect(again.first?.identity == draft.identity)
    }

    @Test func `a workflow that fails elsewhere, or on a branch that is only called so, becomes none`() {
        #expect(Scene.reason(workflow { $0.branch = "topic" }).contains("only 'main' counts"))
        #expect(Scene.reason(workflow { $0.conclusion = "success" }).contains("ended as success"))
        #expect(Scene.reason(workflow { $0.conclusion = "cancelled" }).contains("ended as cancelled"))
        #expect(Scene.reason(workflow { $0.headRepository = RepositoryName("mallory/b") }).contains("only called"))
        #expect(
            Scene.reason(
                workflow {
                    $0.headRepository = nil; $0.trigger = "pull_request_target"
                }
            ).contains("only called"))
        #expect(Scene.intent(workflow { $0.conclusion = "startup_failure" }).name == "ticket")
        var unknown = Scene.repository
        unknown.defaultBranch = nil
        #expect(Scene.reason(workflow(), in: unknown).contains("does not say"))
    }

    @Test func `a reviewer who wants changes on our own pull request is heard`() {
        func review(_ change: (inout CommentEvent) -> Void) -> EventMatter {
            Scene.comment("Not there.") {
                ($0.place, $0.action, $0.reviewState, $0.head) = (.review, "submitted", "changes_requested", Scene.head)
                ($0.headBranch, $0.headRepository) = ("forge/ticket-3", Scene.repository.name)
                change(&$0)
            }
        }
        #expect(Scene.intent(review { _ in }) == .iterate(head: Scene.head, pullRequests: [12], because: "ada requested changes"))
        #expect(Scene.intent(review { $0.reviewState = "commented" }).name == "nothing")
        #expect(Scene.intent(review { $0.headBranch = "topic" }).name == "nothing")
        #expect(Scene.intent(review { $0.headRepository = RepositoryName("mallory/b") }).name == "nothing")
        #expect(Scene.intent(review { $0.headRepository = nil }).name == "nothing", "the fork is gone")
        #expect(Scene.intent(review { $0.author = Scene.bot }).name == "nothing")
    }
}
