// What a sender's decoder found, before caps, privacy and settings: the one shape in which Sentry's and GlitchTip's words meet.

import ForgeCore

struct TicketContent {
    var title: String?
    var body: String?
    var culprit: String?
    var severity: Severity = .error
    var environment: String?
    var release: String?
    var url: String?
    var issueID: String?
    var eventID: String?
    var project = ProjectNames()
    var seen = Sightings()
    var tags: [(name: String, value: String)] = []
    /// Where frames, breadcrumbs and the request are read from.
    var event: TrackerEvent?
    /// Used when `event` has none: an issue's `metadata` says what was raised, and where.
    var exception: ExceptionEvidence?
    /// What it is about when that is no issue: `metric_alert/789`.
    var subject: String?
    /// What this sender says and no other does, under its own names.
    var senderExtra: [JSON.Member] = []
    /// What we say about it, under ours.
    var ownExtra: [JSON.Member] = []
    /// What the sender itself cut.
    var cutBySender: [String] = []
}
