// `error.*` and `event_alert.*`: a whole event, frames and all. Its project is a number; the slug stands only inside its URL.

import ForgeCore

extension SentryHook {
    func error() throws(DecodeFailure) -> AlertEvent {
        let json = try data("error")
        let note = SentryCategory.whyNoTicket(json) ?? whyNot(opening: "created", of: "error")
        return TicketNormaliser.alert(action: action, content(of: json), opensTicket: note == nil, note: note, origin: origin)
    }

    func eventAlert() throws(DecodeFailure) -> AlertEvent {
        let json = try data("event")
        var content = content(of: json)
        if let rule = body["data"]?["triggered_rule"] { content.senderExtra.append(.init("triggered_rule", rule)) }
        if let alert = body["data"]?["issue_alert"] { content.senderExtra.append(.init("issue_alert", alert)) }
        let note = SentryCategory.whyNoTicket(json) ?? whyNot(opening: "triggered", of: "event_alert")
        return TicketNormaliser.alert(action: action, content, opensTicket: note == nil, note: note, origin: origin)
    }

    private func whyNot(opening known: String, of resource: String) -> String? {
        if action == known { return nil }
        return action.isEmpty ? "the body names no action: only told" : "\(resource).\(action) is not known to open tickets: only told"
    }

    /// From a raw event, whichever hook brought it.
    func content(of json: JSON) -> TicketContent {
        let event = TrackerEvent(json: json)
        var content = TicketContent(event: event)
        content.tags = event.tags
        content.title = event.title
        content.body = event.message == event.title ? nil : event.message
        content.culprit = event.culprit
        content.severity = event.severity(content.tags)
        content.environment = event.environment(content.tags)
        content.release = event.release(content.tags)
        content.url = json[either: "web_url", "permalink"]?.text
        content.issueID = event.issueID
        content.eventID = event.eventID
        content.project = project(of: json)
        content.seen = Sightings(last: event.happenedAt)
        content.senderExtra = Self.unread(json)
        content.ownExtra = organization(in: [json["url"], json["web_url"], json["issue_url"]])
        return content
    }

    private func project(of json: JSON) -> ProjectNames {
        let slug = json["url"]?.string.flatMap(TrackerURL.init).flatMap(SentryURL.project)
        let project = json[either: "project", "projectID"]
        let isNumber = project?.integer != nil
        return ProjectNames(
            slug: slug ?? project?["slug"]?.identifier ?? json["project_slug"]?.identifier ?? (isNumber ? nil : project?.identifier),
            id: isNumber ? project?.identifier : project?["id"]?.identifier, displayName: json["project_name"]?.text)
    }

    /// What no field of a ticket holds, the long list of packages last so that it is what the budget cuts.
    private static func unread(_ json: JSON) -> [JSON.Member] {
        let members = json.members?.filter { !readOfEvent.contains($0.name) && !$0.name.hasPrefix("sentry.interfaces.") } ?? []
        return members.filter { !isLong($0.name) } + members.filter { isLong($0.name) }
    }

    private static func isLong(_ name: String) -> Bool { name == "modules" || name == "packages" }

    private static let readOfEvent: Set<String> = [
        "_meta", "_metrics", "_ref", "_ref_version", "breadcrumbs", "culprit", "dateCreated", "dateReceived", "datetime", "entries",
        "environment",
        "errors", "eventID", "event_id", "exception", "groupID", "grouping_config", "id", "issue_id", "issue_url", "key_id", "level",
        "logentry",
        "message", "nextEventID", "permalink", "previousEventID", "received", "release", "request", "sdkUpdates", "size", "stacktrace",
        "tags",
        "threads", "timestamp", "title", "url", "user", "version", "web_url",
    ]
}
