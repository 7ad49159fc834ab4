// `issue.*`: what Sentry says of an issue as a whole. There are no frames in it, whatever the action: the type, the message and the place
// come from `metadata`, the rest is read through the API later.

import ForgeCore

extension SentryHook {
    func issue() throws(DecodeFailure) -> AlertEvent {
        let issue = try data("issue")
        var content = TicketContent()
        content.title = issue["title"]?.text ?? issue["metadata"]?["title"]?.text
        content.body = issue["metadata"]?["message"]?.text
        content.culprit = issue["culprit"]?.text
        content.severity = Severity(trackerLevel: issue["level"]?.string) ?? .error
        content.url = (issue["web_url"] ?? issue["permalink"])?.text
        content.issueID = issue["id"]?.identifier ?? content.url.flatMap(TrackerURL.init)?.issueNumber
        content.project = project(of: issue)
        content.seen = Sightings(
            count: issue["count"]?.integer, users: issue[either: "userCount", "user_count"]?.integer,
            first: issue[either: "firstSeen", "first_seen"]?.moment, last: issue[either: "lastSeen", "last_seen"]?.moment)
        content.exception = exception(in: issue["metadata"])
        content.senderExtra = issue.members?.filter { !Self.readOfIssue.contains($0.name) } ?? []
        content.ownExtra = organization(in: [issue["web_url"], issue["url"], issue["project_url"], issue["permalink"]])
        let verdict = verdict(onIssue: issue)
        return TicketNormaliser.alert(
            action: action == "archived" ? "ignored" : action, content, opensTicket: verdict == nil, note: verdict, origin: origin)
    }

    /// Why this word about an issue opens no ticket; nil when it does.
    private func verdict(onIssue issue: JSON) -> String? {
        if let reason = SentryCategory.whyNoTicket(issue) { return reason }
        switch action {
        case "created", "unresolved": return nil
        case "resolved", "assigned", "ignored", "archived": return "the issue was \(action) in Sentry: only told"
        case "": return "the body names no action: only told"
        default: return "issue.\(action) is not known to open tickets: only told"
        }
    }

    private func project(of issue: JSON) -> ProjectNames {
        let project = issue["project"]
        let fromURL = issue["project_url"]?.string.flatMap(TrackerURL.init).flatMap(SentryURL.project)
        let slug = project?["slug"]?.identifier ?? project?.identifier ?? fromURL
        return ProjectNames(slug: slug, id: project?["id"]?.identifier, displayName: project?["name"]?.text)
    }

    private func exception(in metadata: JSON?) -> ExceptionEvidence? {
        guard let type = metadata?["type"]?.text else { return nil }
        let path = metadata?["filename"]?.text
        let function = metadata?["function"]?.text
        let frames = path == nil && function == nil ? [] : [Frame(path: path, function: function)]
        return ExceptionEvidence(type: type, value: metadata?["value"]?.text, frames: frames)
    }

    private static let readOfIssue: Set<String> = [
        "assignedTo", "count", "culprit", "firstSeen", "first_seen", "hasSeen", "id", "isBookmarked", "isSubscribed", "lastSeen",
        "last_seen",
        "level", "metadata", "permalink", "project", "project_url", "title", "url", "userCount", "user_count", "web_url",
    ]
}

/// What an issue is a case of. Only errors, and what else points at code, become tickets.
enum SentryCategory {
    static func whyNoTicket(_ json: JSON) -> String? {
        guard let category = json[either: "issueCategory", "issue_category"]?.string else { return nil }
        switch category {
        case "outage", "uptime", "cron": return "the issue is an outage of something watched, not an error in code: only told"
        case "feedback": return "the issue is what a user wrote, not an error in code: only told"
        case "test_notification": return "the issue is Sentry's test of a notification: only told"
        default: return nil
        }
    }
}
