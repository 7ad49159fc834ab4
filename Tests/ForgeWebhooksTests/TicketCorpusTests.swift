// Bodies nobody here wrote, where they are at hand: every one is accepted or ignored by name, and a ticket has every field that its body
// has. The expectations are read out of the bodies by Foundation's JSON, on another way than the decoder's.

import ForgeCore
import ForgeCrypto
import ForgeWebhooks
import Foundation
import Testing

private let secret = Array("a secret made up for this test".utf8)

/// The files under a folder of the corpora, where they are at hand.
private func files(_ folder: String) -> [URL] { ExampleFiles.corpus(folder).map { TicketFixtures.files(under: $0) } ?? [] }

private func resources() throws -> [String: String] {
    guard let folder = ExampleFiles.corpus("sentry") else { return [:] }
    let index = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "webhooks-index.json")))
    return (index as? [String: [String: Any]] ?? [:]).compactMapValues { $0["resource"] as? String }
}

@Test func `every captured Sentry hook is let in and decoded`() throws {
    let resources = try resources()
    let verifier = SentryVerifier(tracker: "prod", secrets: [HMACKey(secret)], legacyTokenDigests: [SHA256.digest("token")])
    for file in files("sentry/webhooks") {
        let body = try Array(Data(contentsOf: file))
        let resource = resources["webhooks/\(file.lastPathComponent)"]
        var headers = [HeaderField("sentry-hook-signature", Hex.encode(HMACKey(secret).authenticate(body)))]
        if let resource { headers.append(HeaderField("sentry-hook-resource", resource)) }
        let verified =
            try resource == nil
            ? verifier.verifyLegacy(pathToken: "token", headers: headers, body: body, receivedAt: TicketFixtures.receivedAt)
            : verifier.verify(method: .post, headers: headers, body: body, receivedAt: TicketFixtures.receivedAt)
        let event = try SentryDecoder.event(
            body: verified.body, headers: verified.delivery.headers, tracker: "prod", settings: TicketFixtures.settings,
            receivedAt: TicketFixtures.receivedAt)
        check(event, file: file.lastPathComponent, isLegacy: resource == nil)
    }
}

private func check(_ event: Event, file: String, isLegacy: Bool) {
    switch event.matter {
    case .alerts(let alerts):
        for alert in alerts {
            #expect(alert.draft.title != "(no title)" && alert.draft.trust == (isLegacy ? .hint : .signed), "\(file)")
            #expect(event.context.name.hasPrefix("metric_alert") || alert.draft.issueID != nil, "\(file)")
            #expect(TicketDraft(json: alert.draft.json) == alert.draft, "\(file)")
        }
    case .tracker: #expect(!isLegacy, "\(file)")
    case .unhandled: #expect(file.contains("mock"), "\(file) was ignored")
    default: Issue.record("\(file): \(event.matter)")
    }
}

@Test func `every captured GlitchTip hook is let in and decoded`() throws {
    let verifier = GlitchTipVerifier(tracker: "tip", tokenDigests: [SHA256.digest("token")])
    for file in files("glitchtip/webhooks") {
        let body = try Array(Data(contentsOf: file))
        let verified = try verifier.verify(pathToken: "token", headers: [], body: body, receivedAt: TicketFixtures.receivedAt)
        let event = try GlitchTipDecoder.event(
            body: verified.body, headers: verified.delivery.headers, tracker: "tip", settings: TicketFixtures.settings,
            receivedAt: TicketFixtures.receivedAt)
        let alert = try TicketFixtures.alert(event)
        #expect(alert.opensTicket && alert.draft.issueID != nil && alert.draft.project != nil && alert.draft.environment != nil, "\(file)")
        #expect(alert.draft.trust == .hint)
    }
}

@Test func `every SDK event makes a ticket that lost none of its fields`() throws {
    for file in files("sentry/events") + files("glitchtip/events") {
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        for event in (json as? [[String: Any]] ?? [json as? [String: Any]].compactMap { $0 }) {
            try check(event, file: file.lastPathComponent)
        }
    }
}

/// Decodes a raw event as an issue alert's, and compares.
private func check(_ event: [String: Any], file: String) throws {
    let body = try JSONSerialization.data(withJSONObject: ["action": "triggered", "data": ["event": event]])
    var settings = TicketFixtures.settings
    settings.keepsPersonalData = true
    let draft = try TicketFixtures.alert(TicketFixtures.sentry(Array(body), resource: "event_alert", settings: settings)).draft
    #expect(TicketDraft(json: draft.json) == draft, "\(file)")
    checkFields(event, draft, file)
    checkExceptions(event, draft, file)
    checkTrail(event, draft, file)
    for name in ["contexts", "sdk", "extra", "modules", "packages", "fingerprint", "hashes", "platform", "server_name"] {
        guard let value = event[name], !(value is NSNull), !isEmpty(value) else { continue }
        let isCut = draft.extra["truncated"]?.array?.contains("extra") == true
        #expect(draft.extra[name] != nil || isCut, "\(file): \(name)")
    }
    let plain = try TicketFixtures.alert(TicketFixtures.sentry(Array(body), resource: "event_alert")).draft
    #expect(plain.extra["personal"] == nil && plain.evidence.exceptions == draft.evidence.exceptions, "\(file)")
}

private func isEmpty(_ value: Any) -> Bool {
    (value as? [String: Any])?.isEmpty == true || (value as? [Any])?.isEmpty == true || (value as? String)?.isEmpty == true
}

/// A section of either shape: `event[name]`, or the entry of that type.
private func section(_ event: [String: Any], _ name: String) -> Any? {
    if let direct = event[name], !(direct is NSNull) { return direct }
    return (event["entries"] as? [[String: Any]])?.first { $0["type"] as? String == name }?["data"]
}

private func values(_ section: Any?) -> [[String: Any]] {
    let list = section as? [Any] ?? (section as? [String: Any])?["values"] as? [Any] ?? []
    return list.compactMap { $0 as? [String: Any] }
}

private func text(_ value: Any?) -> String? { (value as? String).flatMap { $0.isEmpty ? nil : $0 } }

private func tags(_ event: [String: Any]) -> [String: String] {
    var tags: [String: String] = [:]
    for pair in event["tags"] as? [[Any]] ?? [] where pair.count == 2 { tags[pair[0] as? String ?? ""] = pair[1] as? String }
    for tag in event["tags"] as? [[String: Any]] ?? [] { if let name = tag["key"] as? String { tags[name] = tag["value"] as? String } }
    for (name, value) in event["tags"] as? [String: Any] ?? [:] {
        tags[name] = value as? String ?? (value as? Bool).map { $0 ? "true" : "false" }
    }
    return tags
}

private func checkFields(_ event: [String: Any], _ draft: TicketDraft, _ file: String) {
    let tags = tags(event)
    if let title = text(event["title"]) { #expect(draft.title == title, "\(file)") }
    let raised = values(section(event, "exception")).contains { text($0["type"]) != nil || text($0["value"]) != nil }
    let said = ["message", "logentry", "title", "culprit", "transaction"].contains { event[$0].map { !isEmpty($0) } == true }
    #expect((raised || said) == (draft.title != "(no title)"), "\(file): \(draft.title)")
    if let culprit = text(event["culprit"]) ?? text(event["transaction"]) { #expect(draft.culprit == culprit, "\(file)") }
    if let level = text(event["level"]) ?? tags["level"] { #expect(draft.severity.rawValue == level, "\(file)") }
    #expect(draft.environment == text(event["environment"]) ?? tags["environment"], "\(file)")
    #expect(draft.release == text(event["release"]) ?? tags["sentry:release"] ?? tags["release"], "\(file)")
    if let id = text(event["event_id"]) ?? text(event["eventID"]) { #expect(draft.eventID == id, "\(file)") }
    if let group = text(event["groupID"]) { #expect(draft.issueID == group, "\(file)") }
    #expect(draft.tags == tags, "\(file)")
    let hasTime = ["datetime", "timestamp", "dateCreated", "received"].contains { event[$0] != nil }
    #expect(hasTime == (draft.seen.last != nil), "\(file)")
    if let user = event["user"] as? [String: Any], !user.isEmpty { #expect(draft.extra["personal"]?["user"] != nil, "\(file)") }
    if let project = event["project"] as? Int ?? event["projectID"] as? Int { #expect(draft.project == "\(project)", "\(file)") }
}

private func frames(_ exception: [String: Any]) -> [[String: Any]] {
    ((exception["stacktrace"] as? [String: Any])?["frames"] as? [Any] ?? []).compactMap { $0 as? [String: Any] }
}

private func checkExceptions(_ event: [String: Any], _ draft: TicketDraft, _ file: String) {
    let exceptions = values(section(event, "exception"))
    let threads = values(section(event, "threads"))
    var expected = exceptions.map(frames)
    if expected.allSatisfy(\.isEmpty), let stack = threads.map(frames).first(where: { !$0.isEmpty }) {
        expected = expected.dropLast() + [stack]
    }
    #expect(draft.evidence.exceptions.count == expected.count, "\(file)")
    for (exception, found) in zip(exceptions, draft.evidence.exceptions) {
        #expect(found.type == text(exception["type"]), "\(file)")
        #expect(
            found.value.map { text(exception["value"])?.hasPrefix($0.hasSuffix("…") ? String($0.dropLast()) : $0) == true } ?? true,
            "\(file)")
        #expect((found.value != nil) == (text(exception["value"]) != nil), "\(file)")
    }
    let total = expected.reduce(0) { $0 + $1.count }
    #expect(draft.evidence.exceptions.reduce(0) { $0 + $1.frames.count } == min(total, 100), "\(file)")
    for (raw, found) in zip(expected, draft.evidence.exceptions) where total <= 100 {
        for (raw, found) in zip(raw, found.frames) { checkFrame(raw, found, file) }
    }
}

private func checkFrame(_ raw: [String: Any], _ frame: Frame, _ file: String) {
    func either(_ snake: String, _ camel: String) -> Any? { raw[snake] ?? raw[camel] }
    let path = text(raw["filename"]) ?? text(either("abs_path", "absPath"))
    #expect(
        frame.path == path?.split(separator: "?", omittingEmptySubsequences: false).first.map(String.init) || frame.path == path, "\(file)")
    #expect((frame.module != nil) == (text(raw["module"]) != nil || text(raw["package"]) != nil), "\(file)")
    #expect(frame.function == text(raw["function"]), "\(file)")
    #expect(frame.line == either("lineno", "lineNo") as? Int, "\(file)")
    #expect(frame.column == either("colno", "colNo") as? Int, "\(file)")
    #expect(frame.isInApp == (either("in_app", "inApp") as? Bool ?? false), "\(file)")
    if let line = raw["context_line"] as? String { #expect(frame.contextLine?.prefix(100) == line.prefix(100), "\(file)") }
    if let context = raw["context"] as? [[Any]], !context.isEmpty {
        #expect(frame.before.count + frame.after.count + (frame.contextLine == nil ? 0 : 1) == context.count, "\(file)")
    }
    if let before = raw["pre_context"] as? [Any] { #expect(frame.before.count == min(before.count, 5), "\(file)") }
    if let after = raw["post_context"] as? [Any] { #expect(frame.after.count == min(after.count, 5), "\(file)") }
}

private func checkTrail(_ event: [String: Any], _ draft: TicketDraft, _ file: String) {
    let breadcrumbs = values(section(event, "breadcrumbs")).suffix(50)
    #expect(draft.evidence.breadcrumbs.count == breadcrumbs.count, "\(file)")
    for (raw, found) in zip(breadcrumbs, draft.evidence.breadcrumbs) {
        #expect(found.category == text(raw["category"]) && found.level == text(raw["level"]), "\(file)")
        #expect((found.message != nil) == (text(raw["message"])?.contains { !$0.isWhitespace } == true), "\(file)")
        #expect((found.time != nil) == (raw["timestamp"] != nil && !(raw["timestamp"] is NSNull)), "\(file)")
    }
    guard let request = section(event, "request") as? [String: Any] else { return }
    #expect(draft.evidence.request?.url == text(request["url"]) && draft.evidence.request?.method == text(request["method"]), "\(file)")
    if let headers = request["headers"], !isEmpty(headers) { #expect(draft.extra["personal"]?["request"]?["headers"] != nil, "\(file)") }
}
