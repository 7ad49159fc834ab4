// The legacy WebHooks plugin: a flat body, never signed, so never more than a hint. The issue stands at the top, the event below; the
// oldest form has neither an event id nor a slug.

import ForgeCore

enum SentryLegacyBody {
    static func isOne(_ body: JSON) -> Bool {
        guard case .object? = body["event"], body["data"] == nil else { return false }
        return body["project"] != nil || body["project_name"] != nil || body["project_slug"] != nil || body["triggering_rules"] != nil
    }
}

extension SentryHook {
    func legacy() -> Event {
        let json = body["event"] ?? .object([])
        var content = content(of: json)
        content.title = content.title ?? body["message"]?.text
        content.body = content.body ?? body["message"]?.text.flatMap { $0 == content.title ? nil : $0 }
        content.culprit = body["culprit"]?.text ?? content.culprit
        content.severity = Severity(trackerLevel: body["level"]?.string) ?? content.severity
        content.url = body["url"]?.text ?? content.url
        content.issueID = body["id"]?.identifier ?? content.url.flatMap(TrackerURL.init)?.issueNumber ?? content.issueID
        content.project = ProjectNames(
            slug: body[either: "project_slug", "project"]?.identifier ?? content.project.slug, id: content.project.id,
            displayName: body["project_name"]?.text)
        for name in ["logger", "triggering_rules"] {
            if let value = body[name] { content.senderExtra.append(.init(name, value)) }
        }
        content.ownExtra = organization(in: [body["url"]])
        let alert = TicketNormaliser.alert(action: "triggered", content, opensTicket: true, origin: origin)
        return Event(context: EventContext(name: "legacy.triggered"), matter: .alerts([alert]))
    }
}
