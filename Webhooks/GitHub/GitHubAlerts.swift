// The three kinds of security alert as tickets. What a scanner found goes into the ticket; a leaked secret's own text never does.

import ForgeCore
import ForgeCrypto

extension GitHubPayload {
    func codeScanningAlert() throws(DecodeFailure) -> AlertEvent {
        let alert = try required("alert")
        let rule = alert["rule"]
        let instance = alert["most_recent_instance"] ?? alert["instances"]?[0]
        let identifier = rule?["id"]?.string ?? "code scanning"
        var draft = try draft(of: alert, kind: .codeScanning, title: rule?[either: "description", "name"]?.string ?? identifier)
        draft.severity = Self.severity(rule?["security_severity_level"]?.string ?? rule?["severity"]?.string)
        draft.culprit = instance?["location"]?["path"]?.string.map(clip)
        draft.tags["rule"] = clip(identifier)
        draft.tags["tool"] = alert["tool"]?["name"]?.string.map(clip)
        draft.evidence = Self.evidence(rule: clip(identifier), instance: instance, clip: clip)
        draft.body = (rule?["full_description"]?.string ?? instance?["message"]?["text"]?.string).map(clip)
        let ref = root["ref"]?.string ?? instance?["ref"]?.string
        return alertEvent(draft, opensOn: ["created", "reopened", "reopened_by_user", "appeared_in_branch"], note: elsewhere(ref))
    }

    func dependabotAlert() throws(DecodeFailure) -> AlertEvent {
        let alert = try required("alert")
        let advisory = alert["security_advisory"]
        let vulnerability = alert["security_vulnerability"]
        let package = (alert["dependency"]?["package"] ?? vulnerability?["package"])?["name"]?.string ?? "a dependency"
        let summary = advisory?["summary"]?.string ?? "a known vulnerability"
        var draft = try draft(of: alert, kind: .dependabot, title: "\(package): \(summary)")
        draft.severity = Self.severity(vulnerability?["severity"]?.string ?? advisory?["severity"]?.string)
        draft.culprit = alert["dependency"]?["manifest_path"]?.string.map(clip)
        draft.body = advisory?["description"]?.string.map(clip)
        draft.tags["package"] = clip(package)
        draft.tags["advisory"] = advisory?[either: "ghsa_id", "cve_id"]?.string.map(clip)
        draft.tags["vulnerable"] = vulnerability?["vulnerable_version_range"]?.string.map(clip)
        draft.tags["patched"] = vulnerability?["first_patched_version"]?["identifier"]?.string.map(clip)
        return alertEvent(draft, opensOn: ["created", "reopened", "reintroduced", "auto_reopened"], note: nil)
    }

    /// The alert may hold the secret itself; it is not read.
    func secretScanningAlert() throws(DecodeFailure) -> AlertEvent {
        let alert = try required("alert")
        let type = alert[either: "secret_type_display_name", "secret_type"]?.string ?? "a secret"
        var draft = try draft(of: alert, kind: .secretScanning, title: "Leaked credential: \(type)")
        let isLive = alert["validity"]?.string == "active" || alert["publicly_leaked"]?.bool == true || action == "publicly_leaked"
        draft.severity = isLive ? .fatal : .error
        draft.tags["secret_type"] = alert["secret_type"]?.string.map(clip)
        draft.tags["validity"] = alert["validity"]?.string.map(clip)
        return alertEvent(draft, opensOn: ["created", "reopened", "publicly_leaked"], note: nil)
    }

    private enum AlertKind: String {
        case codeScanning = "code-scanning"
        case dependabot
        case secretScanning = "secret-scanning"
    }

    private func draft(of alert: JSON, kind: AlertKind, title: String) throws(DecodeFailure) -> TicketDraft {
        let number = try requiredNumber("number", in: alert, called: "alert")
        let repository = RepositoryReference(github: root["repository"])
        let identity = GitHubIdentity(settings: settings, repository: repository).subject("\(kind.rawValue)/\(number)")
        return TicketDraft(
            source: .github, repository: repository?.name.description,
            title: GitHubText.clip(title, to: settings.limits.titleBytesMax), url: alert["html_url"]?.string.map(clip),
            issueID: String(number), identity: identity, fingerprint: GitHubIdentity.fingerprint(of: identity), trust: .signed,
            seen: Sightings(first: alert["created_at"]?.moment, last: alert["updated_at"]?.moment), tags: ["alert": kind.rawValue])
    }

    private func alertEvent(_ draft: TicketDraft, opensOn actions: [String], note: String?) -> AlertEvent {
        let action = action ?? ""
        var note = note
        if draft.repository == nil {
            note = "the alert names no repository"
        } else if !actions.contains(action) {
            note = "'\(action)' tells of a change to an alert, and opens nothing"
        }
        return AlertEvent(action: action, draft: draft, opensTicket: note == nil, note: note)
    }

    /// Why an alert on this ref is nobody's work yet: it is on a branch under review, not on the default one.
    private func elsewhere(_ ref: String?) -> String? {
        guard let ref, let main = root["repository"]?["default_branch"]?.string, ref != "refs/heads/\(main)", ref != main else {
            return nil
        }
        return "the alert is on '\(GitHubText.word(ref))', and only the default branch '\(GitHubText.word(main))' counts"
    }

    private static func evidence(rule: String, instance: JSON?, clip: (String) -> String) -> Evidence {
        guard let location = instance?["location"], let path = location["path"]?.string else { return Evidence() }
        let frame = Frame(
            path: clip(path), line: location["start_line"]?.positive.flatMap { Int(exactly: $0) },
            column: location["start_column"]?.positive.flatMap { Int(exactly: $0) }, isInApp: true)
        return Evidence(exceptions: [ExceptionEvidence(type: rule, value: instance?["message"]?["text"]?.string.map(clip), frames: [frame])]
        )
    }

    private static func severity(_ word: String?) -> Severity {
        switch word?.lowercased() {
        case "critical": .fatal
        case "high", "error": .error
        case "medium", "moderate", "warning": .warning
        case "low", "note": .info
        case "none": .debug
        default: .error
        }
    }

    private func clip(_ text: String) -> String { GitHubText.clip(text, to: settings.limits.textBytesMax) }
}
