// What the tests of both trackers share: where bodies lie, the settings they are decoded under, and a way to say what came out in a line.

import Foundation

@testable import ForgeCore
@testable import ForgeWebhooks

enum TicketFixtures {
    static let receivedAt = Timestamp(milliseconds: 1_772_600_000_000)

    static let settings = DecodingSettings(trackers: [
        TrackerProfile(
            name: "prod", baseURL: "https://Sentry.Example.com/", organization: "acme",
            projects: [
                .init(project: "checkout", repository: repository("acme/checkout"), environments: ["production"]),
                .init(project: "4503", repository: repository("acme/player")),
            ]),
        TrackerProfile(
            name: "tip", baseURL: "https://glitchtip.example.com", organization: "acme",
            projects: [
                .init(project: "My Shop", repository: repository("acme/shop")),
                .init(project: "front", repository: repository("acme/front"), environments: ["production"]),
            ]),
    ])

    static func repository(_ text: String) -> RepositoryName {
        guard let name = RepositoryName(text) else { preconditionFailure("\(text) is no repository") }
        return name
    }

    static func example(_ sender: String, _ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: ExampleFiles.root.appending(path: "Webhooks/\(sender)/Examples/\(name).json")))
    }

    /// The names of a sender's examples, without `.json`.
    static func examples(_ sender: String) throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(
            atPath: ExampleFiles.root.appending(path: "Webhooks/\(sender)/Examples").path)
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }

    static func sentry(
        _ body: some Sequence<UInt8>, resource: String?, tracker: String? = "prod", settings: DecodingSettings = settings
    ) throws -> Event {
        let headers = resource.map { [HeaderField("sentry-hook-resource", $0)] } ?? []
        return try SentryDecoder.event(
            body: VerifiedBody(fromOperator: Array(body)), headers: headers, tracker: tracker, settings: settings, receivedAt: receivedAt)
    }

    static func glitchTip(
        _ body: some Sequence<UInt8>, tracker: String? = "tip", settings: DecodingSettings = settings
    ) throws -> Event {
        try GlitchTipDecoder.event(
            body: VerifiedBody(fromOperator: Array(body)), headers: [], tracker: tracker, settings: settings, receivedAt: receivedAt)
    }

    /// The one alert of an event that carries one.
    static func alert(_ event: Event) throws -> AlertEvent {
        guard case .alerts(let alerts) = event.matter, alerts.count == 1, let alert = alerts.first else {
            throw NoAlert(event: "\(event)")
        }
        return alert
    }

    struct NoAlert: Error { let event: String }

    /// An event in a few lines: its name, then per alert whether it opens a ticket, and the draft's short fields.
    static func told(_ event: Event) -> String {
        switch event.matter {
        case .alerts(let alerts): ([event.context.name] + alerts.map(told)).joined(separator: "\n")
        case .tracker(let kind, let action): "\(event.context.name)\ntracker \(kind) \(action)"
        case .unhandled(let why): "\(event.context.name)\nunhandled: \(why)"
        default: "\(event.context.name)\n\(event.matter)"
        }
    }

    private static func told(_ alert: AlertEvent) -> String {
        let draft = alert.draft
        let fields: [(String, String?)] = [
            ("repository", draft.repository), ("project", draft.project), ("environment", draft.environment), ("release", draft.release),
            ("culprit", draft.culprit), ("issue", draft.issueID), ("event", draft.eventID), ("note", alert.note),
        ]
        let shown = fields.compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: " ")
        let verb = alert.opensTicket ? "opens" : "tells"
        return "\(alert.action) \(verb) \(draft.trust.rawValue) \(draft.severity.rawValue) '\(draft.title)' \(draft.identity)\n  \(shown)"
    }

    static func files(under folder: URL) -> [URL] {
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        return all.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
    }
}
