// GlitchTip's general webhook body, Slack's shape, in all three generations: with `alias`, `sections` and nulls; with `text` and
// `attachments` alone; with null members left out. Required are only an attachment's title and title_link. It is unsigned, so everything in
// it is a hint, and its links' host is never followed: the number is taken, the base URL is the configured one.

package import ForgeCore

package enum GlitchTipDecoder {
    package static func event(
        body: VerifiedBody, headers: [HeaderField], tracker: String?, settings: DecodingSettings, receivedAt: Timestamp
    ) throws(DecodeFailure) -> Event {
        let json = try BodyJSON.object(in: body.bytes)
        let origin = TicketOrigin(source: .glitchtip, tracker: tracker, trust: .hint, settings: settings)
        return GlitchTipBody(json: json, origin: origin, receivedAt: receivedAt).event
    }
}

struct GlitchTipBody {
    let json: JSON
    let origin: TicketOrigin
    let receivedAt: Timestamp

    var event: Event {
        let attachments = attachments
        guard !attachments.isEmpty else { return Event(context: EventContext(name: "unnamed"), matter: .unhandled(why: whyUnhandled)) }
        var alerts: [AlertEvent] = []
        var seen: Set<String> = []
        for (index, attachment) in attachments.prefix(origin.settings.limits.attachmentsMax).enumerated() {
            let alert = GlitchTipAttachment(json: attachment, section: json["sections"]?[index], body: self).alert
            // Two rules on one project tell of the same issue twice.
            if seen.insert(alert.draft.identity).inserted { alerts.append(alert) }
        }
        noteLeftOut(of: attachments.count, in: &alerts)
        return Event(context: EventContext(name: alerts.first?.action ?? "alert"), matter: .alerts(alerts))
    }

    private var attachments: [JSON] {
        guard let value = json["attachments"] else { return [] }
        return (value.array ?? [value]).filter { $0.members != nil }
    }

    /// GlitchTip puts three issues into a body and says in its text how many there were.
    private func noteLeftOut(of inBody: Int, in alerts: inout [AlertEvent]) {
        let read = min(inBody, origin.settings.limits.attachmentsMax)
        let told = max(announced ?? inBody, inBody)
        guard read < told, !alerts.isEmpty else { return }
        let sentence = told > inBody ? "\(inBody) of \(told) in the body" : "\(read) of \(told) read"
        for index in alerts.indices { alerts[index].draft.extra = alerts[index].draft.extra.adding("attachments", .string(sentence)) }
        if alerts[0].note == nil { alerts[0].note = "\(sentence): the rest is only in the API" }
    }

    /// `GlitchTip Alert (7 issues)`
    private var announced: Int? {
        guard let text = json["text"]?.string, text.utf8.count <= 256, let open = text.lastIndex(of: "(") else { return nil }
        let digits = text[open...].dropFirst().prefix { $0.isASCII && $0.isNumber }
        return Int(digits).flatMap { (0...100_000).contains($0) ? $0 : nil }
    }

    var isUptimeAlert: Bool { json["text"]?.string?.hasPrefix("GlitchTip Uptime") == true }

    var isTest: Bool { json["text"]?.string?.hasPrefix("GlitchTip Test") == true }

    private var whyUnhandled: String {
        if json["embeds"] != nil { return "a body in Discord's shape: choose the recipient type General (Slack-compatible) webhook" }
        if json[either: "cardsV2", "cards_v2"] != nil {
            return "a body in Google Chat's shape: choose the recipient type General (Slack-compatible) webhook"
        }
        return "the body has no attachments, so it names no issue"
    }
}

extension JSON {
    /// This object with one more member.
    func adding(_ name: String, _ value: JSON) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members + [Member(name, value)])
    }
}
