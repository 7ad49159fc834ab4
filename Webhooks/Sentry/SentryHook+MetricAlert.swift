// `metric_alert.*`: a number crossed a line. There is no issue behind it and no stack; the ticket is about the alert itself, so that its
// `resolved` finds it again.

import ForgeCore

extension SentryHook {
    func metricAlert() throws(DecodeFailure) -> AlertEvent {
        let alert = try data("metric_alert")
        let data = body["data"]
        var content = TicketContent()
        content.title = data?["description_title"]?.text ?? alert["title"]?.text ?? alert["alert_rule"]?["name"]?.text
        content.body = data?["description_text"]?.text
        content.severity = action == "critical" ? .error : action == "warning" ? .warning : .info
        content.environment = alert["alert_rule"]?["environment"]?.text
        content.url = (data?["web_url"] ?? alert["web_url"])?.text
        content.project = ProjectNames(slug: project(of: alert))
        content.seen = Sightings(
            first: alert[either: "date_started", "dateStarted"]?.moment ?? alert[either: "date_created", "dateCreated"]?.moment,
            last: alert[either: "date_detected", "dateDetected"]?.moment)
        content.subject = alert[either: "id", "identifier"]?.identifier.map { "metric_alert/\($0)" }
        content.senderExtra = [.init("metric_alert", alert)]
        content.ownExtra = organization(in: [data?["web_url"], alert["web_url"]])
        let note = whyNoTicket
        return TicketNormaliser.alert(action: action, content, opensTicket: note == nil, note: note, origin: origin)
    }

    private func project(of alert: JSON) -> String? {
        let projects = alert["projects"] ?? alert["alert_rule"]?["projects"]
        return projects?.array?.lazy.compactMap { $0.identifier ?? $0["slug"]?.identifier }.first
    }

    private var whyNoTicket: String? {
        switch action {
        case "critical", "warning": nil
        case "resolved": "the metric is back within its bounds: only told"
        case "": "the body names no action: only told"
        default: "metric_alert.\(action) is not known to open tickets: only told"
        }
    }
}
