// What `forge app status` makes of what GitHub says, finding by finding. Each test changes one thing in an App that is well.

import ForgeCore
import Testing

@testable import ForgeGitHub

@Suite struct AppExaminationTests {
    private static let url = "https://forge.example.com/webhooks/github"

    private func delivery(_ number: Int, _ status: Int, guid: String? = nil) -> JSON {
        [
            "id": .integer(Int64(number)), "guid": .string(guid ?? "guid-\(number)"), "event": "pull_request", "action": "opened",
            "delivered_at": .string("2026-11-20T10:00:0\(number % 10)Z"), "status": .string(status == 200 ? "OK" : "failed"),
            "status_code": .integer(Int64(status)),
        ]
    }

    private var well: AppFacts {
        let permissions = JSON.object(AppPermissions.all.map { .init($0.name, .string($0.level.rawValue)) })
        return AppFacts(
            app: [
                "id": 7, "slug": "forge", "html_url": "https://github.com/apps/forge", "owner": ["login": "acme", "type": "Organization"],
                "permissions": permissions, "events": .array(AppPermissions.events.map { .string($0.name) }),
            ], hook: ["url": .string(Self.url), "content_type": "json", "insecure_ssl": "0", "secret": "********"],
            deliveries: [delivery(2, 200), delivery(1, 200)],
            installations: [
                [
                    "id": 70, "account": ["login": "acme"], "repository_selection": "all", "permissions": permissions,
                    "suspended_at": .null,
                    "html_url": "https://github.com/organizations/acme/settings/installations/70",
                ]
            ], skew: .milliseconds(-120))
    }

    private func findings(
        publicURL: String? = "https://forge.example.com", knowsSecret: Bool = true, _ change: (inout AppFacts) -> Void = { _ in }
    ) -> [AppFinding] {
        var facts = well
        change(&facts)
        return AppExamination(facts, at: GitHubAddresses(), publicURL: publicURL, knowsSecret: knowsSecret).findings
    }

    /// What is not fine, as lines.
    private func complaints(_ findings: [AppFinding]) -> [String] {
        findings.filter { $0.state != .fine }.map { "\($0.state.rawValue) \($0.name): \($0.detail) → \($0.advice ?? "")" }
    }

    @Test func `an App that is well has nothing but fine findings`() {
        let all = findings()
        #expect(complaints(all) == [])
        #expect(
            all.map { "\($0.name): \($0.detail)" } == [
                "app: forge (7) of acme, https://github.com/apps/forge", "clock: 120 ms ahead of GitHub's, give or take 500",
                "permissions: complete: metadata read, contents write, pull_requests write, issues write, checks write, merge_queues read",
                "events: complete: pull_request, pull_request_review, pull_request_review_comment, issue_comment, issues, check_run, check_suite, "
                    + "merge_group, repository",
                "webhook: \(Self.url)", "deliveries: the last 2 arrived, the newest on 2026-11-20T10:00:02.000Z",
                "installations: acme (70, all repositories)",
            ])
    }

    private func without(_ name: String, _ json: JSON?, adding: [JSON.Member] = []) -> JSON {
        .object((json?.members ?? []).filter { $0.name != name } + adding)
    }

    @Test func `a permission that is missing is told with what it is for, and where it is granted`() {
        let lines = complaints(
            findings { $0.app = without("permissions", $0.app, adding: [.init("permissions", without("checks", $0.app["permissions"]))]) })
        #expect(
            lines == [
                "wrong permissions: checks is missing and not write: it shows the result of a review as a check run, and has its buttons → grant it "
                    + "at https://github.com/organizations/acme/settings/apps/forge/permissions; whoever has installed the App is then asked to "
                    + "accept it"
            ])
    }

    @Test func `less than the whole is a warning where Forge works on, and says what is lost`() {
        let less = complaints(
            findings {
                let levels = without("contents", without("merge_queues", $0.app["permissions"]), adding: [.init("contents", "read")])
                $0.app = without("permissions", $0.app, adding: [.init("permissions", levels)])
            })
        #expect(less.count == 2)
        #expect(less.allSatisfy { $0.hasPrefix("warning permissions") })
        #expect(less[0].contains("contents is read and not write: threads of fixed findings are answered but stay open"))
        #expect(less[1].contains("merge_queues is missing and not read: a merge queue"))
    }

    @Test func `more than Forge uses is said and nothing to act on`() {
        let all = findings {
            let more = without("", $0.app["permissions"], adding: [.init("actions", "read")])
            $0.app = without("permissions", $0.app, adding: [.init("permissions", more)])
        }
        #expect(complaints(all) == [])
        #expect(all.contains { $0.detail.hasSuffix("more than Forge uses: actions") })
    }

    @Test func `an event that is not subscribed to is wrong`() {
        let lines = complaints(findings { $0.app = without("events", $0.app, adding: [.init("events", ["pull_request", "push"])]) })
        #expect(lines.count == 1)
        #expect(
            lines[0].hasPrefix("wrong events: the App is not told of pull_request_review (commands in what a person says with a review), "))
    }

    @Test(arguments: [(4_000, "fine"), (-5_500, "warning"), (40_000, "warning"), (56_000, "wrong"), (-600_000, "wrong")])
    func `a clock that is off is told in milliseconds`(milliseconds: Int, state: String) {
        let finding = findings { $0.skew = .milliseconds(milliseconds) }.first { $0.name == "clock" }
        #expect(finding?.state.rawValue == state)
        #expect(finding?.detail == "\(abs(milliseconds)) ms \(milliseconds > 0 ? "behind" : "ahead of") GitHub's, give or take 500")
    }

    @Test func `a webhook that goes elsewhere, is unsigned or unchecked is wrong`() {
        let elsewhere = complaints(findings { $0.hook = without("url", $0.hook, adding: [.init("url", "https://old.example/hook")]) })
        #expect(elsewhere.count == 1)
        #expect(elsewhere[0].hasPrefix("wrong webhook: deliveries go to https://old.example/hook and not to \(Self.url) → "))
        #expect(complaints(findings { $0.hook = without("secret", $0.hook) })[0].contains("GitHub signs nothing"))
        #expect(complaints(findings(knowsSecret: false))[0].contains("the settings name no webhook secret"))
        #expect(
            complaints(findings { $0.hook = without("insecure_ssl", $0.hook, adding: [.init("insecure_ssl", 1)]) })[0].contains(
                "does not check"))
        #expect(complaints(findings { $0.hook = .null })[0].hasPrefix("wrong webhook: the App has no webhook → "))
        #expect(complaints(findings(publicURL: nil))[0].hasPrefix("warning webhook: deliveries go to \(Self.url); public_url is not set"))
    }

    @Test func `deliveries count by their last attempt`() {
        #expect(
            complaints(findings { $0.deliveries = [delivery(3, 200, guid: "a"), delivery(2, 500, guid: "a"), delivery(1, 200)] }) == [])
        let late = complaints(findings { $0.deliveries = [delivery(3, 200), delivery(2, 401), delivery(1, 200)] })
        #expect(late.count == 1)
        #expect(late[0].hasPrefix("warning deliveries: 1 of the last 3 did not arrive, such as pull_request.opened of "))
        #expect(late[0].contains("answered 401 (failed); the newest did → the service refuses it"))
        let dead = complaints(findings { $0.deliveries = [delivery(3, 0), delivery(2, 200)] })
        #expect(dead[0].hasPrefix("wrong deliveries: 1 of the last 2"))
        #expect(dead[0].contains("no answer (failed) → GitHub does not reach the address"))
        let refused = JSON.object(
            (delivery(3, 502).members ?? []).filter { $0.name != "status" } + [.init("status", "failed to connect to host")])
        let made = complaints(findings { $0.deliveries = [refused] })
        #expect(made[0].contains("no answer (failed to connect to host) → GitHub does not reach the address"))
        #expect(complaints(findings { $0.deliveries = [] }) == [])
        #expect(complaints(findings { $0.deliveries = ["x", 5, .null, [:]] }) == [])
    }

    @Test func `an App that is installed nowhere, waits for its owner, or is suspended says so`() {
        #expect(
            complaints(findings { $0.installations = [] }) == [
                "wrong installations: the App is installed nowhere → install it at https://github.com/apps/forge/installations/new"
            ])
        let waiting = complaints(
            findings {
                let levels = without("checks", $0.installations[0]["permissions"], adding: [.init("checks", "read")])
                $0.installations[0] = without("permissions", $0.installations[0], adding: [.init("permissions", levels)])
            })
        #expect(
            waiting == [
                "wrong installations: acme (70, all repositories) has not accepted checks write → its owner has to accept the new permissions at "
                    + "https://github.com/organizations/acme/settings/installations/70"
            ])
        let suspended = complaints(
            findings {
                $0.installations[0] = without("suspended_at", $0.installations[0], adding: [.init("suspended_at", "2026-11-01T00:00:00Z")])
            })
        #expect(
            suspended.count == 1
                && suspended[0].hasPrefix("warning installations: acme (70, all repositories) is suspended since 2026-11-01"))
    }

    @Test func `what the App itself lacks is not told once more for each installation`() {
        let lines = complaints(
            findings {
                let less = without("checks", $0.app["permissions"])
                $0.app = without("permissions", $0.app, adding: [.init("permissions", less)])
                $0.installations[0] = without("permissions", $0.installations[0], adding: [.init("permissions", less)])
            })
        #expect(lines.count == 1)
    }

    @Test func `the clock is read from the quickest exchange`() {
        var measure = SkewMeasure()
        func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_000_000 + milliseconds) }
        measure.take(at(0), between: at(0), and: at(9_000))
        measure.take(at(2_000), between: at(10_000), and: at(10_200))
        measure.take(at(9_000), between: at(20_000), and: at(21_000))
        #expect(measure.best == .milliseconds(2_500 - 10_100))
    }
}
