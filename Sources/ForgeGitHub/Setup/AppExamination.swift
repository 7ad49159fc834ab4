// What is wrong with an App, from what GitHub says of it: a list of findings, each with what to do. Pure: asking is `AppFacts`.

import ForgeCore

package struct AppFinding: Hashable, Sendable {
    package enum State: String, Hashable, Sendable { case fine, warning, wrong }

    package var name: String
    package var state: State
    package var detail: String
    package var advice: String?

    init(_ name: String, _ state: State, _ detail: String, advice: String? = nil) {
        self.name = name
        self.state = state
        self.detail = detail
        self.advice = advice
    }
}

package struct AppExamination: Sendable {
    /// From here on an App's token may be refused.
    private static let skewWrong: Int64 = 55_000
    private static let skewWarning: Int64 = 5_000

    private let facts: AppFacts
    private let addresses: GitHubAddresses
    /// How the settings say that this service is reached; nil when they do not.
    private let publicURL: String?
    /// Whether this service knows a webhook secret.
    private let knowsSecret: Bool

    package init(_ facts: AppFacts, at addresses: GitHubAddresses, publicURL: String?, knowsSecret: Bool) {
        self.facts = facts
        self.addresses = addresses
        self.publicURL = publicURL
        self.knowsSecret = knowsSecret
    }

    package var findings: [AppFinding] { [app, clock] + permissions + [events] + webhook + [deliveries] + installations }

    // MARK: The App

    private var slug: String { facts.app["slug"]?.string ?? "" }

    private var app: AppFinding {
        let owner = facts.app["owner"]?["login"]?.string.map { " of \($0)" } ?? ""
        return AppFinding("app", .fine, "\(slug) (\(facts.app["id"]?.string ?? "?"))\(owner), \(facts.app["html_url"]?.string ?? "")")
    }

    /// Where the owner changes the App's settings.
    private func settingsPage(_ page: String) -> String {
        let owner = facts.app["owner"]
        let isOrganization = owner?["type"]?.string == "Organization"
        let prefix = isOrganization ? "/organizations/\((owner?["login"]?.string ?? "").percentEncoded)" : ""
        return "\(addresses.web)\(prefix)/settings/apps/\(slug.percentEncoded)\(page)"
    }

    private var clock: AppFinding {
        guard let skew = facts.skew?.milliseconds else {
            return AppFinding("clock", .warning, "GitHub did not say what time it is", advice: "look at a proxy in between")
        }
        let detail = "\(abs(skew)) ms \(skew >= 0 ? "behind" : "ahead of") GitHub's, give or take 500"
        let state: AppFinding.State = abs(skew) > Self.skewWrong ? .wrong : abs(skew) > Self.skewWarning ? .warning : .fine
        let advice = state == .fine ? nil : "set this machine's clock and keep it right: install and start chrony"
        return AppFinding("clock", state, detail, advice: advice)
    }

    // MARK: What it may do and hears

    private var permissions: [AppFinding] {
        let granted = Self.levels(facts.app["permissions"])
        let lacking = AppPermissions.all.compactMap { Self.lack(of: $0, in: granted) }
        let findings = lacking.map { lack in
            AppFinding(
                "permissions", lack.isWrong ? .wrong : .warning, lack.sentence,
                advice: "grant it at \(settingsPage("/permissions")); whoever has installed the App is then asked to accept it")
        }
        let surplus = granted.keys.filter { name in !AppPermissions.all.contains { $0.name == name } }.sorted()
        let more = surplus.isEmpty ? "" : "; more than Forge uses: \(surplus.joined(separator: ", "))"
        let whole = AppFinding("permissions", .fine, "complete: " + AppPermissions.all.map(Self.text).joined(separator: ", ") + more)
        return findings.isEmpty ? [whole] : findings
    }

    private static func text(_ permission: AppPermission) -> String { "\(permission.name) \(permission.level.rawValue)" }

    private static func levels(_ json: JSON?) -> [String: AppPermission.Level] {
        var levels: [String: AppPermission.Level] = [:]
        for member in json?.members ?? [] { levels[member.name] = member.value.string.flatMap { AppPermission.Level(rawValue: $0) } }
        return levels
    }

    /// What is lost, in a sentence; wrong when Forge cannot work like that.
    private static func lack(
        of permission: AppPermission, in granted: [String: AppPermission.Level]
    ) -> (isWrong: Bool, sentence: String)? {
        let level = granted[permission.name]
        if let level, level >= permission.level { return nil }
        let found = "\(permission.name) is \(level?.rawValue ?? "missing") and not \(permission.level.rawValue)"
        if let reduced = permission.reduced, reduced.level == nil || level.map({ $0 >= reduced.level ?? .admin }) == true {
            return (false, "\(found): \(reduced.loss)")
        }
        return (true, "\(found): it \(permission.reason)")
    }

    private var events: AppFinding {
        let heard = Set((facts.app["events"]?.array ?? []).compactMap(\.string))
        let granted = Self.levels(facts.app["permissions"])
        // What needs a permission that is missing is told there.
        let missing = AppPermissions.events.filter { !heard.contains($0.name) && granted[$0.needs] != nil }
        guard missing.isEmpty else {
            let list = missing.map { "\($0.name) (\($0.reason))" }.joined(separator: ", ")
            return AppFinding(
                "events", .wrong, "the App is not told of \(list)", advice: "subscribe to them at \(settingsPage("/permissions"))")
        }
        return AppFinding("events", .fine, "complete: " + AppPermissions.events.map(\.name).filter(heard.contains).joined(separator: ", "))
    }

    // MARK: The webhook

    private var webhook: [AppFinding] {
        guard let url = facts.hook["url"]?.string, !url.isEmpty else {
            return [
                AppFinding(
                    "webhook", .wrong, "the App has no webhook", advice: "set one at \(settingsPage("")): \(expected ?? "public_url")")
            ]
        }
        var findings = [place(url)]
        if facts.hook["secret"] == nil {
            findings.append(
                AppFinding(
                    "webhook", .wrong, "GitHub signs nothing: the App has no webhook secret, and Forge refuses what is not signed",
                    advice: "set one at \(settingsPage("")), and the same in github.webhook_secrets_file"))
        } else if !knowsSecret {
            findings.append(
                AppFinding(
                    "webhook", .wrong, "the settings name no webhook secret, so every delivery is refused",
                    advice: "set github.webhook_secrets_file to a file with the App's webhook secret"))
        }
        if let text = facts.hook["insecure_ssl"]?.string, text != "0" {
            findings.append(
                AppFinding(
                    "webhook", .wrong, "GitHub does not check the certificate of \(url)",
                    advice: "enable SSL verification at \(settingsPage(""))"))
        }
        return findings
    }

    private var expected: String? { publicURL.map(AppManifest.webhookURL) }

    private func place(_ url: String) -> AppFinding {
        guard let expected else {
            return AppFinding(
                "webhook", .warning, "deliveries go to \(url); public_url is not set, so whether that is this service is not known",
                advice: "set public_url to how others reach this service")
        }
        guard url == expected else {
            return AppFinding(
                "webhook", .wrong, "deliveries go to \(url) and not to \(expected)",
                advice: "set the webhook URL at \(settingsPage("")), or public_url in the settings")
        }
        return AppFinding("webhook", .fine, url)
    }

    private var deliveries: AppFinding {
        let log = AppDelivery.latest(facts.deliveries)
        guard let newest = log.first else {
            return AppFinding("deliveries", .fine, "none in GitHub's log, which goes back three days")
        }
        let failed = log.filter { !$0.hasArrived }
        guard let worst = failed.first else {
            return AppFinding("deliveries", .fine, "the last \(log.count) arrived, the newest on \(newest.deliveredAt)")
        }
        let sentence = "\(failed.count) of the last \(log.count) did not arrive, such as \(worst.label): \(worst.outcome)"
        guard newest.hasArrived else { return AppFinding("deliveries", .wrong, sentence, advice: worst.advice) }
        return AppFinding("deliveries", .warning, sentence + "; the newest did", advice: worst.advice)
    }

    // MARK: Installations

    private var installations: [AppFinding] {
        guard !facts.installations.isEmpty else {
            let page = facts.app["html_url"]?.string ?? "\(addresses.web)/apps/\(slug.percentEncoded)"
            return [AppFinding("installations", .wrong, "the App is installed nowhere", advice: "install it at \(page)/installations/new")]
        }
        return facts.installations.map(finding)
    }

    private func finding(for installation: JSON) -> AppFinding {
        let account = installation["account"]?["login"]?.string ?? installation["account"]?["slug"]?.string ?? "?"
        let reach = installation["repository_selection"]?.string == "all" ? "all repositories" : "chosen repositories"
        let place = "\(account) (\(installation["id"]?.string ?? "?"), \(reach))"
        if let since = installation["suspended_at"]?.string {
            return AppFinding(
                "installations", .warning, "\(place) is suspended since \(since)",
                advice: "its owner can resume it; until then Forge does nothing there")
        }
        let granted = Self.levels(installation["permissions"])
        let wanted = Self.levels(facts.app["permissions"])
        // What the App itself lacks is told above.
        let waiting = AppPermissions.all.filter { permission in
            guard let own = wanted[permission.name] else { return false }
            return granted[permission.name].map { $0 < min(own, permission.level) } ?? true
        }
        guard waiting.isEmpty else {
            let page = installation["html_url"]?.string ?? ""
            return AppFinding(
                "installations", .wrong, "\(place) has not accepted \(waiting.map(Self.text).joined(separator: ", "))",
                advice: "its owner has to accept the new permissions\(page.isEmpty ? "" : " at \(page)")")
        }
        return AppFinding("installations", .fine, place)
    }
}
