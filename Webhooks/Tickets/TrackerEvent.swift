// One error event as Sentry or GlitchTip tells of it: the raw event of a webhook (snake_case) and the API's one (`entries`, camelCase) read
// as the same thing. Only finds things; caps and privacy are the normaliser's. Every look-up passes a list at most once.

import ForgeCore

struct TrackerEvent {
    let json: JSON

    // MARK: What kind of thing, when, where

    /// The sender's own, or else what was raised or logged, as far as its first line.
    var title: String? { json["title"]?.text ?? metadata?["title"]?.text ?? exceptionTitle?.firstLine ?? message?.firstLine }

    private var metadata: JSON? { json["metadata"] }

    private var exceptionTitle: String? {
        let last = exceptions.last
        let type = metadata?["type"]?.text ?? last?["type"]?.text
        let value = metadata?["value"]?.text ?? last?["value"]?.text
        guard let type else { return value }
        return value.map { "\(type): \($0)" } ?? type
    }

    /// What was logged, with its parameters filled in where the sender did so.
    var message: String? {
        let entry = section("logentry", legacy: "sentry.interfaces.Message") ?? section("message", legacy: "message")
        if let entry, let text = entry["formatted"]?.text ?? entry["message"]?.text ?? entry.text { return text }
        return json["message"]?.text
    }

    /// "" for messages; then the transaction says where.
    var culprit: String? { json["culprit"]?.text ?? json["transaction"]?.text ?? json["location"]?.text }

    /// Text, or an object with a version, or a tag.
    func release(_ tags: [(name: String, value: String)]) -> String? {
        json["release"]?.text ?? json["release"]?["version"]?.text ?? tags.value("sentry:release") ?? tags.value("release")
    }

    func environment(_ tags: [(name: String, value: String)]) -> String? { json["environment"]?.text ?? tags.value("environment") }

    func severity(_ tags: [(name: String, value: String)]) -> Severity {
        Severity(trackerLevel: json["level"]?.string) ?? Severity(trackerLevel: tags.value("level")) ?? .error
    }

    var eventID: String? { json[either: "event_id", "eventID", "id"]?.identifier }

    /// The issue's number; captures of 2020 have it only inside a URL.
    var issueID: String? {
        json[either: "issue_id", "groupID"]?.identifier ?? json["issue_url"]?.string.flatMap(TrackerURL.init)?.issueNumber
            ?? json["web_url"]?.string.flatMap(TrackerURL.init)?.issueNumber
    }

    var happenedAt: Timestamp? {
        json["datetime"]?.moment ?? json["timestamp"]?.moment ?? json["dateCreated"]?.moment ?? json["received"]?.moment
            ?? json["dateReceived"]?.moment
    }

    // MARK: Tags

    /// As pairs, as `{key, value}`, or as an object.
    var tags: [(name: String, value: String)] { Self.tags(json["tags"]) }

    static func tags(_ json: JSON?) -> [(name: String, value: String)] {
        if let members = json?.members { return members.compactMap { tag($0.name, $0.value) } }
        return (json?.array ?? []).compactMap { item in
            if let pair = item.array { return pair.count == 2 ? tag(pair[0].string, pair[1]) : nil }
            return tag(item["key"]?.string, item["value"] ?? .null)
        }
    }

    private static func tag(_ name: String?, _ value: JSON) -> (name: String, value: String)? {
        guard let name = name?.unlessBlank, let value = value.scalarText else { return nil }
        return (name, value)
    }

    // MARK: Evidence

    /// Outermost last, as sent; the nulls that filtering leaves behind are skipped.
    var exceptions: [JSON] { Self.list(section("exception", legacy: "sentry.interfaces.Exception")) }

    /// The thread that crashed, or else the current one, or else the first that has a stack.
    var mainThread: JSON? {
        let threads = Self.list(section("threads", legacy: "threads")).filter { !Self.frames(of: $0).isEmpty }
        return threads.first { $0["crashed"]?.bool == true } ?? threads.first { $0["current"]?.bool == true } ?? threads.first
    }

    /// A stack trace that hangs on no exception: messages of older SDKs.
    var looseFrames: [JSON] {
        (section("stacktrace", legacy: "sentry.interfaces.Stacktrace")?["frames"]?.array ?? []).filter { $0.members != nil }
    }

    var breadcrumbs: [JSON] { Self.list(section("breadcrumbs", legacy: "sentry.interfaces.Breadcrumbs")) }

    var request: JSON? { section("request", legacy: "sentry.interfaces.Http") }

    var user: JSON? { json["user"] ?? json["sentry.interfaces.User"] }

    static func frames(of exception: JSON) -> [JSON] {
        let trace = exception["stacktrace"] ?? exception["rawStacktrace"] ?? exception["raw_stacktrace"]
        return (trace?["frames"]?.array ?? []).filter { $0.members != nil }
    }

    private func section(_ name: String, legacy: String) -> JSON? {
        json[name] ?? json[legacy] ?? json["entries"]?.array?.first { $0["type"]?.string == name }?["data"]
    }

    /// `{values: […]}`, a bare list, or a single one.
    private static func list(_ json: JSON?) -> [JSON] {
        guard let json else { return [] }
        let items = json.array ?? json["values"]?.array
        if let items { return items.filter { $0.members != nil } }
        return json["type"] != nil || json["stacktrace"] != nil ? [json] : []
    }
}

extension [(name: String, value: String)] {
    func value(_ name: String) -> String? { first { $0.name == name }?.value }
}

extension Severity {
    /// Nil for a word no tracker uses.
    init?(trackerLevel level: String?) {
        guard let level, level.utf8.count <= 16 else { return nil }
        switch level.lowercased() {
        case "fatal", "critical": self = .fatal
        case "error": self = .error
        case "warning", "warn": self = .warning
        case "info", "log", "sample": self = .info
        case "debug": self = .debug
        default: return nil
        }
    }
}
