// What a Sentry hook can be about: the words of `Sentry-Hook-Resource`. The header is not signed, so it must never raise trust by itself.

import ForgeCore

enum SentryResource: String, Hashable, Sendable, CaseIterable {
    case issue, error
    case eventAlert = "event_alert"
    case metricAlert = "metric_alert"
    case installation, comment, seer
    /// Known and not used.
    case preprodArtifact = "preprod_artifact"
    case activityAlert = "activity_alert"

    /// The header's word in a transport key. Everything unknown is one word: who replays a signed body under invented words gains nothing.
    static func keyPart(_ header: String?) -> String {
        header.flatMap(Self.init(rawValue:))?.rawValue ?? "other"
    }

    /// What a body without the header is about, by its shape. Such a body is a hint, whatever it says.
    init?(shape body: JSON) {
        guard let data = body["data"] else { return nil }
        if data["event"] != nil {
            self = .eventAlert
        } else if data["issue"] != nil {
            self = .issue
        } else if data["error"] != nil {
            self = .error
        } else if data["metric_alert"] != nil {
            self = .metricAlert
        } else if data["installation"] != nil {
            self = .installation
        } else if data["comment_id"] != nil {
            self = .comment
        } else if data["run_id"] != nil {
            self = .seer
        } else {
            return nil
        }
    }
}
