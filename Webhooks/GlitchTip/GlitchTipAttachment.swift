// One attachment of GlitchTip's body: an issue, a monitor, or the test button. Only the first becomes a ticket.

import ForgeCore

struct GlitchTipAttachment {
    let json: JSON
    /// The part of `sections` at the same place, in bodies that have one.
    let section: JSON?
    let body: GlitchTipBody

    private var link: TrackerURL? { json["title_link"]?.string.flatMap(TrackerURL.init) }

    private var title: String? { json["title"]?.text ?? section?["activityTitle"]?.text }

    var alert: AlertEvent {
        if isMonitor { return monitor }
        var content = content
        guard !isTest else {
            content.subject = "test"
            return told("test", content, note: "the test button was pressed: this is no error")
        }
        content.issueID = link?.issueNumber
        guard content.issueID != nil else {
            return told("alert", content, note: "title_link names no issue, so nothing can be read again through the API")
        }
        return TicketNormaliser.alert(action: "alert", content, opensTicket: true, origin: body.origin)
    }

    private func told(_ action: String, _ content: TicketContent, note: String) -> AlertEvent {
        TicketNormaliser.alert(action: action, content, opensTicket: false, note: note, origin: body.origin)
    }

    // MARK: What is no error

    private var isTest: Bool { title?.hasPrefix("GlitchTip Test Notification") == true || (body.isTest && link?.issueNumber == nil) }

    private var isMonitor: Bool { body.isUptimeAlert || link?.segment(after: "uptime-monitors") != nil || isDown || isUp }

    private var isDown: Bool { json["text"]?.string == "The monitored site has gone down." }
    private var isUp: Bool { json["text"]?.string == "The monitored site is back up." }

    private var monitor: AlertEvent {
        var content = content
        let number = link?.segments.last.flatMap { JSON.string(String($0)).identifier }
        content.subject = "monitor/\(number ?? "-")"
        content.severity = isUp ? .info : .error
        content.body = json["text"]?.text
        content.culprit = nil
        return told(isUp ? "uptime_up" : "uptime_down", content, note: "an uptime monitor speaks, not an error in code: only told")
    }

    // MARK: What is one

    private var content: TicketContent {
        var content = TicketContent()
        let fields = fields
        content.title = title
        content.culprit = json["text"]?.text
        content.severity = severity
        content.environment = fields.value("environment")
        content.release = fields.value("release")
        content.project = ProjectNames(displayName: fields.value("project"))
        content.tags = fields.filter { !["project", "environment", "release"].contains($0.name) }
        content.url = url
        // GlitchTip does not say when: the receipt is all there is.
        content.seen = Sightings(last: body.receivedAt)
        content.ownExtra = [.init("time_is_receipt", true)] + organization + otherHost
        content.senderExtra = shortID + (json.members?.filter { !Self.read.contains($0.name) } ?? [])
        if title?.hasSuffix("…") == true { content.cutBySender = ["title, by the sender"] }
        return content
    }

    /// By label. GlitchTip writes a tag's name with a capital, so tags are known by the lower-case one.
    private var fields: [(name: String, value: String)] {
        (json["fields"]?.array ?? []).compactMap { field in
            guard let name = field["title"]?.text, name.utf8.count <= 256, let value = field["value"]?.scalarText else { return nil }
            return (name.lowercased(), value)
        }
    }

    /// The colour is the only sign of severity: one for error and fatal, none for what is below info.
    private var severity: Severity {
        switch json["color"]?.string?.prefix(16).lowercased() {
        case nil: .debug
        case "#4b60b4": .info
        case "#e9b949": .warning
        default: .error
        }
    }

    /// Rebuilt on the configured base: the body's own host is anybody's. As it stands only in a body that an operator looks at without any
    /// tracker: that ticket is shown and not kept, so nothing will ever be fetched from there.
    private var url: String? {
        guard body.origin.tracker != nil else { return link?.withoutValues }
        guard let base = body.origin.profile?.baseURL, let number = link?.issueNumber, let organization = organizationName else {
            return nil
        }
        return "\(TrackerURL.normalisedBase(base))/\(organization)/issues/\(number)"
    }

    /// The path's segment before `issues`.
    private var organizationName: String? {
        guard let segments = link?.segments, let index = segments.firstIndex(of: "issues"), index > 0 else {
            return body.origin.profile?.organization
        }
        return JSON.string(String(segments[index - 1])).identifier
    }

    private var organization: [JSON.Member] { organizationName.map { [.init("organization", .string($0))] } ?? [] }

    /// A link that leads elsewhere than the settings say: a wrong setting, or somebody at play.
    private var otherHost: [JSON.Member] {
        guard let link, let base = body.origin.profile.flatMap({ TrackerURL($0.baseURL) }), link.host.lowercased() != base.host.lowercased()
        else {
            return []
        }
        return [.init("other_host", .string(String(link.host).cut(toBytes: 128)))]
    }

    /// `[View Issue SHOP-12](https://…)`
    private var shortID: [JSON.Member] {
        guard let text = section?["activitySubtitle"]?.string, text.hasPrefix("[View Issue ") else { return [] }
        let name = text.dropFirst("[View Issue ".count).prefix(64).prefix { $0 != "]" }
        return JSON.string(String(name)).identifier.map { [.init("short_id", .string($0))] } ?? []
    }

    private static let read: Set<String> = ["color", "fields", "mrkdown_in", "mrkdwn_in", "text", "title", "title_link"]
}
