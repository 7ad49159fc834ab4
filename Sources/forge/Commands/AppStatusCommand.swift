// `forge app status`: does GitHub see the App as this service needs it? Only reads, with the App's own token.

import ForgeConfig
import ForgeCore
import ForgeGitHub
import ForgeRules
import ForgeSystem

enum AppStatusCommand {
    static let all = [status]

    private static let status = CommandSpecification(
        "app status", "ask GitHub about the App: permissions, webhook, last deliveries, clock, installations",
        details: """
            Signs as the App (github.app_id, github.private_key_file) and only reads. Each line says what was found, and what to do where a person
            has to act. Exit codes: 0 nothing is wrong (warnings aside), 1 something is, 2 the settings cannot be used, 3 GitHub was not reached.
            """,
        options: [.json, .config]
    ) { arguments, context in
        let settings = try loadSettings(arguments, context)
        let redactor = Redactor(settings.secrets)
        let http = try OutgoingHTTP(settings, context, redact: redactor.redact)
        defer { http.finish() }
        let app = try statusApp(settings, http, context)
        let facts: AppFacts
        do throws(CodeHostError) {
            facts = try await AppFacts.ask(app, wall: context.clock)
        } catch {
            guard error.kind == .unauthorized else { throw CommandFailure.failed(error.message) }
            let app = settings.github.clientID ?? settings.github.appID.map(String.init) ?? ""
            let advice = "is it the key of App \(app), was it revoked, and is the clock right?"
            throw CommandFailure.refused("\(error.message) (\(advice))")
        }
        let report = AppStatusReport(facts, app.client.settings.addresses, settings)
        if arguments.has("json") { try context.show(report.json) } else { try context.write(report.text(colours: context.colours)) }
        return report.needsSomebody ? .refused : .ok
    }

    private static func statusApp(
        _ settings: ServerSettings, _ http: OutgoingHTTP, _ context: CommandContext
    ) throws(CommandFailure) -> GitHubApp {
        guard let issuer = settings.github.clientID ?? settings.github.appID.map(String.init), let text = settings.github.privateKey else {
            throw .badInput("github.app_id and github.private_key_file are needed; without an App yet, begin with forge app manifest")
        }
        let key: AppKey
        do throws(AppKeyError) {
            key = try AppKey(text)
        } catch {
            throw .badInput("github.private_key_file: \(error.message)")
        }
        let addresses = GitHubAddresses(api: settings.github.apiURL.text, web: settings.github.webURL.text)
        let client = GitHubClient(
            GitHubClientSettings(addresses: addresses, userAgent: "forge/\(forgeVersion)", patience: .seconds(5)),
            GitHubClientDependencies(
                http: http.client, lanes: NoLanes(), clock: ContinuousClock(), wall: context.clock, jitter: .system, log: .silent))
        return GitHubApp(client: client, identity: AppIdentity(issuer: issuer, key: key, wall: context.clock))
    }
}

/// For whoever only reads, once.
private struct NoLanes: LaneStore {
    func takeTurn(in lane: String, limits: LaneLimits) async throws(StoreError) -> LaneTurn { .granted }
    func lane(_ lane: String) async throws(StoreError) -> LaneState { LaneState() }
    func noteLimits(of lane: String, _ state: LaneState) async throws(StoreError) {}
}

struct AppStatusReport {
    private static let deliveriesShown = 5

    private let facts: AppFacts
    private let findings: [AppFinding]
    private let expected: String?

    init(_ facts: AppFacts, _ addresses: GitHubAddresses, _ settings: ServerSettings) {
        self.facts = facts
        let publicURL = settings.publicURL?.text
        expected = publicURL.map { AppManifest.webhookURL(of: $0) }
        findings = AppExamination(facts, at: addresses, publicURL: publicURL, knowsSecret: !settings.github.webhookSecrets.isEmpty).findings
    }

    var needsSomebody: Bool { findings.contains { $0.state == .wrong } }

    private var deliveries: [AppDelivery] { facts.deliveries.compactMap { AppDelivery($0) } }

    func text(colours: Bool) -> String {
        let lines = findings.map { finding in
            let state: DoctorFinding.State =
                switch finding.state {
                case .fine: .fine
                case .warning: .warning
                case .wrong: .wrong
                }
            return DoctorFinding(
                name: finding.name, state: state, detail: Table.flat(finding.detail), advice: finding.advice.map(Table.flat)
            ).text(colours: colours)
        }
        return lines.joined() + latest
    }

    private var latest: String {
        let rows = deliveries.prefix(Self.deliveriesShown).map {
            "         \($0.deliveredAt)  \(Table.flat($0.label.prefix { $0 != " " } + "  " + $0.outcome))\n"
        }
        return rows.isEmpty ? "" : "last deliveries\n" + rows.joined()
    }

    var json: JSON {
        let app = ["id", "slug", "name", "html_url"].compactMap { name in facts.app[name].map { JSON.Member(name, $0) } }
        let owner = facts.app["owner"]?["login"] ?? .null
        let places = facts.installations.map { installation in
            JSON.object([
                .init("id", installation["id"] ?? .null), .init("account", installation["account"]?["login"] ?? .null),
                .init("repositories", installation["repository_selection"] ?? .null),
                .init("suspended_at", installation["suspended_at"] ?? .null),
            ]).withoutNulls
        }
        return .object([
            .init("schema", 1), .init("app", JSON.object(app + [.init("owner", owner)]).withoutNulls),
            .init("clock_skew_ms", JSON(facts.skew?.milliseconds)),
            .init("webhook", JSON.object([.init("url", facts.hook["url"] ?? .null), .init("expected", JSON(expected))]).withoutNulls),
            .init("deliveries", .array(deliveries.map(\.json))), .init("installations", .array(places)),
            .init("findings", .array(findings.map(\.json))),
        ])
    }
}

extension AppFinding {
    fileprivate var json: JSON {
        JSON.object([
            .init("name", .string(name)), .init("state", .string(state.rawValue)), .init("detail", .string(detail)),
            .init("advice", JSON(advice)),
        ]).withoutNulls
    }
}
