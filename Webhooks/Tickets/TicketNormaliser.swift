// A tracker's words to a ticket, whichever tracker: caps, privacy, identity, fingerprint, repository. Pure, and linear in the body: every
// list is cut before its items are read, and every text is read once.

import ForgeCore

struct TicketNormaliser {
    let origin: TicketOrigin
    let limits: TicketLimits
    private var cuts: [String] = []
    private var dropped: [String] = []

    /// Of one ticket's `extra`, in bytes.
    static let extraBytesMax = 32 * 1024
    /// Names in `extra` that are ours: a sender's member of the same name is left out.
    private static let ownNames: Set<String> = [
        "attachments", "dropped", "environment_unknown", "organization", "other_host", "personal", "time_is_receipt", "truncated",
    ]

    private init(_ origin: TicketOrigin) {
        self.origin = origin
        self.limits = origin.settings.limits
    }

    /// A draft and whether it opens a ticket. `note` says why a sender's word opens none; settings may say so too.
    static func alert(action: String, _ content: TicketContent, opensTicket: Bool, note: String? = nil, origin: TicketOrigin) -> AlertEvent
    {
        var normaliser = TicketNormaliser(origin)
        return normaliser.alert(action: action, content, opensTicket: opensTicket, note: note)
    }

    private mutating func alert(action: String, _ content: TicketContent, opensTicket: Bool, note: String?) -> AlertEvent {
        var draft = draft(content)
        var alert = AlertEvent(action: action, draft: draft, opensTicket: opensTicket, note: note)
        var own = content.ownExtra
        switch origin.mapping(project: content.project, environment: content.environment) {
        case .mapped(let repository): draft.repository = repository.description
        case .mappedWithoutEnvironment(let repository):
            draft.repository = repository.description
            own.append(.init("environment_unknown", true))
        case .filteredOut(let repository, let environments):
            draft.repository = repository.description
            let wanted = environments.joined(separator: ", ")
            alert.opensTicket = false
            alert.note = note ?? "environment \(draft.environment ?? "?") of \(draft.project ?? "the project") is not among \(wanted)"
        case .notListed: break
        }
        draft.extra = extra(content, own: own)
        alert.draft = draft
        return alert
    }

    private mutating func draft(_ content: TicketContent) -> TicketDraft {
        let evidence = evidence(content)
        let title = cut(content.title ?? content.culprit ?? "(no title)", toBytes: limits.titleBytesMax, "title")
        let culprit = content.culprit.map { cut($0, toBytes: limits.titleBytesMax, "culprit") }
        let fingerprint = TicketFingerprint(evidence: evidence, title: title, culprit: culprit)
        let subject = content.subject ?? content.issueID ?? content.eventID.map { "event/\($0)" } ?? "text/\(fingerprint.text)"
        cuts += content.cutBySender
        return TicketDraft(
            source: origin.source, tracker: origin.tracker, project: content.project.shown.map { name($0, "project") }, title: title,
            body: content.body.map { cut($0, toBytes: limits.textBytesMax, "body") }, culprit: culprit, severity: content.severity,
            environment: content.environment.map { name($0, "environment") }, release: content.release.map { name($0, "release") },
            url: content.url.flatMap { webURL($0) }, issueID: content.issueID, eventID: content.eventID,
            identity: origin.identity(of: subject, url: content.url), fingerprint: fingerprint.text, joinsByFingerprint: fingerprint.joins,
            trust: origin.trust, seen: content.seen, tags: tags(content.tags), evidence: evidence)
    }

    // MARK: Caps

    /// Cuts a text and remembers that it did.
    mutating func cut(_ text: String, toBytes bytesMax: Int, _ field: String) -> String {
        let short = text.cut(toBytes: bytesMax)
        if short.utf8.count < text.utf8.count { noteCut(field) }
        return short
    }

    /// A short text: a path, a function, a label.
    mutating func name(_ text: String, _ field: String) -> String { cut(text, toBytes: limits.titleBytesMax, field) }

    mutating func noteCut(_ field: String) {
        if !cuts.contains(field) { cuts.append(field) }
    }

    mutating func noteDropped(_ kind: String) {
        if !dropped.contains(kind) { dropped.append(kind) }
    }

    var keepsPersonalData: Bool { origin.settings.keepsPersonalData }

    /// Only what a browser would open, and only whole: a cut URL leads somewhere else.
    private mutating func webURL(_ text: String) -> String? {
        guard let url = TrackerURL(text), url.isWeb else { return nil }
        guard text.utf8.count <= limits.titleBytesMax * 4 else {
            noteCut("url")
            return nil
        }
        return text
    }

    private mutating func tags(_ pairs: [(name: String, value: String)]) -> [String: String] {
        var tags: [String: String] = [:]
        for (index, pair) in pairs.enumerated() {
            guard tags.count < limits.tagsMax else {
                noteCut("tags: \(limits.tagsMax) kept, \(pairs.count - index) left out")
                break
            }
            guard keepsPersonalData || !PersonalData.isTag(pair.name, pair.value) else {
                noteDropped("tags about the user")
                continue
            }
            let value = keepsPersonalData ? pair.value : PersonalData.cleaned(pair.value) ?? ""
            tags[name(pair.name, "tags")] = name(value, "tags")
        }
        return tags
    }

    // MARK: Extra

    private mutating func extra(_ content: TicketContent, own: [JSON.Member]) -> JSON {
        var copier = BoundedJSON(bytesMax: Self.extraBytesMax, textBytesMax: limits.titleBytesMax, keepsPersonalData: keepsPersonalData)
        var members = own
        for member in content.senderExtra where !Self.ownNames.contains(member.name) {
            if let copy = copier.copy(member) { members.append(copy) }
        }
        if keepsPersonalData, let personal = content.event.flatMap(personalData) {
            if let copy = copier.copy(JSON.Member("personal", personal)) { members.append(copy) }
        }
        if copier.isCut { noteCut("extra") }
        if copier.hasDropped { noteDropped("personal fields") }
        if !cuts.isEmpty { members.append(.init("truncated", .array(cuts.map(JSON.string)))) }
        if !dropped.isEmpty { members.append(.init("dropped", .array(dropped.map(JSON.string)))) }
        return .object(members)
    }

    /// What is kept only where the operator wants it.
    private func personalData(of event: TrackerEvent) -> JSON? {
        let variables = event.exceptions.flatMap(TrackerEvent.frames(of:)).compactMap { frame in
            frame["vars"].map { JSON.object([.init("function", frame["function"] ?? .null), .init("vars", $0)]) }
        }
        let members: [JSON.Member] = [
            .init("user", event.user ?? .null), .init("request", event.request ?? .null),
            .init("variables", variables.isEmpty ? .null : .array(variables)),
            .init("breadcrumbs", .array(event.breadcrumbs.suffix(limits.breadcrumbsMax).compactMap { $0["data"] })),
        ]
        return JSON.object(members).withoutNulls
    }
}
