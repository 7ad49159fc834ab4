// What is written for each intent: the state, the jobs with their keys and payloads, the notices, what ends.

import ForgeCore
import ForgeCrypto
import Testing

@testable import ForgeWebhooks

struct IntentSettlementTests {
    private typealias Scene = IntentScene

    private func settled(_ matter: EventMatter, in repository: RepositoryReference? = Scene.repository) -> Settlement {
        let event = Scene.event(matter, in: repository)
        return settlement(for: event, intent: decideIntent(event, as: Scene.settings, review: nil), settings: Scene.settings)
    }

    /// The settlement of an example.
    private func settled(example name: String) throws -> Settlement {
        let file = try #require(ExampleFiles.examples(of: "GitHub").first { $0.name == name })
        return try GitHubExampleTests.outcome(of: file).settlement
    }

    @Test func `a review is queued once per head, and a newer head ends the older`() throws {
        let settlement = settled(Scene.pull { $0.base = Scene.head })
        #expect(settlement.state == .done && settlement.intent == "review" && settlement.event == "test.event")
        #expect(settlement.tenant == .installation(9) && settlement.repository == "a/b")
        #expect(settlement.reason == "review of a/b#12 at 01234567")
        let job = try #require(settlement.jobs.first)
        #expect(job.kind == "review" && job.tenant == .installation(9) && job.repository == "a/b" && job.priority == 0)
        #expect(job.workKey == "review:5:12@\(Scene.head)" && job.subject == "pull/12")
        #expect(
            job.payload.text
                == #"{"schema":1,"event":"test.event","repository_id":5,"pull":12,"head":"\#(Scene.head)","base":"\#(Scene.head)","base_branch":"#
                + #""main","head_branch":"topic","head_repository":"a/b","author":{"login":"ada","id":1,"kind":"User"}}"#)
    }

    @Test func `a job is tried as often as the settings say, whatever asked for it`() throws {
        var settings = Scene.settings
        settings.jobAttemptsMax = 3
        let failed = Scene.checks(.workflowRun, "completed", app: 1) { checks in
            checks.status = "completed"
            checks.conclusion = "failure"
            checks.branch = "main"
            checks.headRepository = Scene.repository.name
        }
        for matter in [Scene.pull(), Scene.comment("/forge fix"), failed] {
            let event = Scene.event(matter)
            let outcome = settlement(for: event, intent: decideIntent(event, as: settings, review: nil), settings: settings)
            let jobs = outcome.jobs + outcome.tickets.compactMap(\.job)
            #expect(jobs.map(\.attemptsMax) == [3], "\(outcome.reason)")
        }
    }

    @Test func `the same head reported twice is the same work, another head is not`() {
        let other = CommitSHA(String(repeating: "a", count: 40))
        let keys = [Scene.pull("opened"), Scene.pull("synchronize"), Scene.pull("synchronize") { $0.head = other }].map {
            settled($0).jobs[0].workKey
        }
        #expect(keys[0] == keys[1] && keys[1] != keys[2])
        let subjects = Set([Scene.pull("opened"), Scene.pull("synchronize") { $0.head = other }].map { settled($0).jobs[0].subject })
        #expect(subjects == ["pull/12"])
    }

    @Test func `what a person asks for is work of its own, and goes first`() throws {
        let asked = settled(Scene.checks(.checkRun, "rerequested", app: 42)).jobs[0]
        #expect(asked.workKey == "review:5:12@\(Scene.head):asked" && asked.priority == 10 && asked.subject == "pull/12")
        #expect(asked.payload["asked"] == true && asked.payload["asked_by"]?["login"]?.string == "ada")
        let suite = settled(Scene.checks(.checkSuite, "requested", app: 42)).jobs[0]
        #expect(suite.workKey == settled(Scene.pull()).jobs[0].workKey && suite.priority == 0 && suite.payload["asked_by"] == nil)
    }

    @Test func `another base is other work on the same head`() {
        var anywhere = Scene.repository
        anywhere.defaultBranch = nil
        func key(_ base: String) -> String {
            let edited = Scene.pull("edited") { ($0.changed, $0.baseBranch) = (["base"], base) }
            return settled(edited, in: anywhere).jobs[0].workKey
        }
        #expect(key("main") == "review:5:12@\(Scene.head):base/main" && key("main") != settled(Scene.pull()).jobs[0].workKey)
        #expect(key(String(repeating: "x", count: 10_000)).utf8.count < 512)
    }

    @Test func `a check on the head of several pull requests reviews each, and on a fork's the head`() {
        let several = settled(Scene.checks(.checkSuite, "rerequested", app: 42) { $0.pullRequests = [12, 13] })
        #expect(several.jobs.map(\.subject) == ["pull/12", "pull/13"])
        let fork = settled(Scene.checks(.checkRun, "rerequested", app: 42) { $0.pullRequests = [] })
        #expect(fork.jobs.map(\.workKey) == ["review:5:head@\(Scene.head):asked"] && fork.jobs[0].subject == "head/\(Scene.head)")
        #expect(fork.jobs[0].payload["pull"] == nil && fork.jobs[0].payload["asked"] == true)
    }

    @Test func `a new suite's review says that nobody asked, so that the worker looks for drafts`() {
        #expect(settled(Scene.checks(.checkSuite, "requested", app: 42)).jobs[0].payload["asked"] == false)
    }

    @Test func `a command goes first, and a second one does not end it`() throws {
        let job = try #require(
            settled(
                Scene.comment("/forge explain this") {
                    ($0.place, $0.path, $0.line, $0.root) = (.diff, "a.py", 3, 500)
                    $0.createdAt = Timestamp(milliseconds: 1_772_000_000_000)
                    $0.updatedAt = $0.createdAt
                }
            ).jobs.first)
        #expect(job.kind == "command" && job.priority == 10 && job.subject == nil && job.workKey == "command:5:diff/900")
        #expect(job.payload["commands"] == [["command": "explain", "arguments": "this"]] && job.payload["left_out"] == nil)
        #expect(job.payload["created_at"]?.string == "2026-02-25T06:13:20.000Z" && job.payload["updated_at"] == job.payload["created_at"])
        #expect(
            job.payload["root"]?.integer == 500 && job.payload["text_sha256"]?.string == Hex.encode(SHA256.digest("/forge explain this")))
        #expect(job.payload["asked_by"]?["id"]?.integer == 1 && job.payload["path"]?.string == "a.py" && job.payload["line"]?.integer == 3)
        #expect(job.payload["is_pull_request"] == true && job.payload["number"]?.integer == 12)
        #expect(
            settled(
                Scene.comment("/forge explain this") {
                    $0.place = .review; $0.action = "submitted"
                }
            ).jobs[0].workKey == "command:5:review/900")
    }

    @Test func `all commands of a comment are one job with one answer`() {
        let text = (0..<12).map { "/forge explain \($0)" }.joined(separator: "\n")
        let jobs = settled(Scene.comment(text)).jobs
        #expect(jobs.count == 1 && jobs[0].workKey == "command:5:pullRequest/900")
        #expect(jobs[0].payload["commands"]?.array?.count == 10 && jobs[0].payload["left_out"]?.integer == 2)
        let bot = settled(Scene.comment("/forge pause") { $0.author = Scene.bot }).jobs
        #expect(bot.map(\.priority) == [0] && bot[0].payload["asked_by"]?["kind"]?.string == "Bot")
    }

    @Test func `a reply says where it stands and what it was`() throws {
        let settlement = settled(
            Scene.comment("Why?") { ($0.place, $0.root, $0.path, $0.line, $0.head) = (.diff, 500, "a.py", 3, Scene.head) })
        #expect(settlement.reason == "a reply in the thread of comment 500 on a/b#12" && settlement.intent == "reply")
        let job = try #require(settlement.jobs.first)
        #expect(job.kind == "reply" && job.workKey == "reply:5:900" && job.priority == 10 && job.subject == nil)
        #expect(
            job.payload.text == #"{"schema":1,"event":"test.event","repository_id":5,"number":12,"comment":900,"is_pull_request":true,"#
                + #""place":"diff","head":"\#(Scene.head)","path":"a.py","line":3,"root":500,"asked_by":{"login":"ada","id":1,"kind":"User"},"#
                + #""text_sha256":"\#(Hex.encode(SHA256.digest("Why?")))"}"#)
    }

    @Test func `a button is a command of its check, once for each commit`() {
        let settlement = settled(Scene.checks(.checkRun, "requested_action", app: 42) { $0.requestedAction = "ignore" })
        let job = settlement.jobs[0]
        #expect(job.kind == "command" && job.workKey == "command:5:check/300@\(Scene.head)/ignore" && job.priority == 10)
        #expect(job.payload["place"]?.string == "check" && job.payload["check"]?.integer == 300 && job.payload["number"]?.integer == 12)
        #expect(job.payload["asked_by"]?["login"]?.string == "ada" && settlement.reason == "/forge ignore on a/b#12")
    }

    @Test func `a merge queue's commit is one job that knows the last pull request in it`() {
        let group = MergeGroupEvent(
            action: "checks_requested", head: Scene.head, headBranch: "gh-readonly-queue/main/pr-12-abc", base: Scene.head,
            baseBranch: "main")
        let settlement = settled(.mergeGroup(group))
        #expect(settlement.reason == "a check for the merge queue of a/b at 01234567" && settlement.state == .done)
        let job = settlement.jobs[0]
        #expect(job.kind == "merge_group" && job.workKey == "merge_group:5@\(Scene.head)" && job.payload["pull"]?.integer == 12)
        #expect(job.payload["head"]?.string == Scene.head.description && job.payload["base_branch"]?.string == "main")
    }

    @Test func `news about our own pull request is one job until it runs`() throws {
        let failed = try settled(example: "check_run.completed.own-branch").jobs[0]
        let suite = try settled(example: "check_suite.completed.own-branch").jobs[0]
        #expect(failed.kind == "iterate" && failed.workKey == suite.workKey && failed.subject == "pull/14")
        #expect(failed.payload["branch"]?.string == "forge/ticket-31" && failed.payload["asked_by"] == nil)
        let review = try settled(example: "pull_request_review.submitted.own-branch").jobs[0]
        #expect(review.workKey != failed.workKey && review.subject == "pull/14", "it covers the earlier one, and is not lost in it")
        #expect(review.payload["asked_by"]?["login"]?.string == "bo-hazel")
        #expect(try settled(example: "status.success.own-branch").jobs[0].subject == "branch/forge/ticket-31")
    }

    @Test func `the end of a pull request ends its subject and queues nothing`() {
        let settlement = settled(Scene.pull("closed"))
        #expect(settlement.state == .done && settlement.jobs.isEmpty)
        #expect(settlement.endedSubjects == [JobSubject(tenant: .installation(9), repository: "a/b", subject: "pull/12")])
    }

    @Test func `a ticket of a repository is due for triage, and knows who asked`() throws {
        let settlement = try settled(example: "issue_comment.created.fix")
        let work = try #require(settlement.tickets.first)
        #expect(settlement.tickets.count == 1 && settlement.jobs.isEmpty)
        #expect(work.job?.kind == "triage" && work.job?.repository == "alderfield/orchard" && work.job?.tenant == .installation(5150))
        #expect(work.job?.payload["asked_by"]?["login"]?.string == "bo-hazel" && work.job?.payload["trust"]?.string == "public")
    }

    @Test func `a tracker's ticket without a repository waits, and its extras say nothing about who asked`() {
        func draft(_ repository: String?) -> TicketDraft {
            TicketDraft(
                source: .sentry, repository: repository, title: "t", identity: "i", fingerprint: "f", trust: .signed,
                extra: ["asked_by": ["login": "ada"]])
        }
        let alerts = [nil, "a/b"].map { AlertEvent(action: "created", draft: draft($0), opensTicket: true) }
        let settlement = settled(.alerts(alerts + [AlertEvent(action: "resolved", draft: draft(nil), opensTicket: false)]), in: nil)
        #expect(settlement.tickets.map { $0.job?.repository } == [nil, "a/b"] && settlement.reason == "2 tickets")
        #expect(settlement.tickets[1].job?.payload["asked_by"] == nil)
    }

    @Test func `alerts that open nothing say why, each reason once`() {
        let draft = TicketDraft(source: .sentry, title: "t", identity: "i", fingerprint: "f", trust: .signed)
        let alerts = ["a", "b", "a"].map { AlertEvent(action: "x", draft: draft, opensTicket: false, note: $0) }
        let settlement = settled(.alerts(alerts))
        #expect(settlement.state == .ignored && settlement.reason == "a; b" && settlement.tickets.isEmpty)
        #expect(settled(.alerts([])).reason == "nothing in it opens a ticket")
    }

    @Test func `a reason is never longer than a row`() {
        let settlement = settled(.unhandled(why: String(repeating: "why ", count: 1000)))
        #expect(settlement.reason.utf8.count <= 500 && settlement.state == .ignored && settlement.intent == "nothing")
    }

    @Test func `names from outside are bounded in a job`() {
        let job = settled(Scene.pull { $0.headBranch = String(repeating: "x", count: 100_000) }).jobs[0]
        #expect(job.payload.utf8.count < 4096)
    }

    @Test func `every event of an installation is news of its repository, even one that is dropped`() {
        let seen = RepositoryNotice.seen(host: "github.com", number: 5, name: Scene.repository.name, tenant: .installation(9))
        #expect(settled(.ping).notices == [seen])
        #expect(settled(.ping, in: nil).notices.isEmpty)
        var hook = Scene.event(.ping)
        hook.context.tenant = nil
        #expect(repositoryNotices(for: hook, settings: Scene.settings).isEmpty, "a repository's own hook names no installation")
    }

    @Test func `an installation that came, came back or may do more is caught up with, one job for each repository`() throws {
        for (example, hours) in [("installation.created", 24 as Int64?), ("installation.unsuspend", 336), ("installation.suspend", nil)] {
            let jobs = try settled(example: example).jobs
            #expect(jobs.map(\.repository) == (hours == nil ? [] : ["alderfield/orchard", "alderfield/press"]), "\(example)")
            for job in jobs {
                #expect(job.kind == "catch_up" && job.tenant == .installation(5150) && job.payload["hours"]?.integer == hours)
                #expect(job.priority < 0, "what people wait for goes first")
            }
        }
        #expect(try settled(example: "installation_repositories.added").jobs.isEmpty)
    }

    @Test func `installations and moves are noted by number`() throws {
        let orchard = RepositoryName("alderfield/orchard")!
        let press = RepositoryName("alderfield/press")!
        let tenant = Tenant.installation(5150)
        func seen(_ number: Int64, _ name: RepositoryName) -> RepositoryNotice {
            .seen(host: "github.com", number: number, name: name, tenant: tenant)
        }
        let expected: [(String, [RepositoryNotice])] = [
            ("installation.created", [.installationActive(tenant), seen(4711, orchard), seen(4712, press)]),
            ("installation.deleted", [.installationRemoved(tenant)]),
            ("installation.suspend", [.installationSuspended(tenant)]),
            ("installation.unsuspend", [.installationActive(tenant), seen(4711, orchard), seen(4712, press)]),
            ("installation_repositories.added", [seen(4712, press)]),
            ("installation_repositories.removed", [.removed(host: "github.com", number: 4712)]),
            ("repository.renamed", [.renamed(host: "github.com", number: 4711, name: orchard), seen(4711, orchard)]),
            ("repository.transferred", [.renamed(host: "github.com", number: 4711, name: orchard), seen(4711, orchard)]),
            ("repository.deleted", [.removed(host: "github.com", number: 4711)]),
            ("pull_request.opened.repository-hook", []),
        ]
        for (example, notices) in expected {
            let settlement = try settled(example: example)
            #expect(settlement.notices == notices, "\(example)")
            #expect(settlement.state == .done && settlement.tenant == (notices.isEmpty ? nil : tenant), "\(example)")
        }
        #expect(settled(.repository(action: "renamed"), in: nil).state == .ignored)
    }

    @Test(arguments: [
        ("https://github.com", "github.com"), ("https://github.com/", "github.com"),
        ("http://GHE.example.net:8443/x?y", "ghe.example.net:8443"),
        ("ghe.example.net", "ghe.example.net"), ("", ""),
    ])
    func `a code host is known by its name and port`(_ url: String, _ host: String) {
        #expect(GitHubIdentity.host(of: url) == host)
    }
}
