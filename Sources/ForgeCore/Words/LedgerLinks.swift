// What a change of a pull request's state tells the journal: who dismissed what and why, what was found, fixed, or came back, what was
// reviewed. One function for every store, so that two of them cannot tell it differently.

extension PullRequestKey {
    /// The stream of the journal that tells of it.
    package var stream: String { "pull/\(place.repository)/\(number)" }
}

extension PullRequestState {
    /// The links for `pull/<repository>/<number>`, in order: `pull.found`, `pull.reopened`, `pull.fixed`, `pull.outdated` with the ids of
    /// their findings; `pull.dismissed`, one for each finding; `pull.reviewed`; `pull.paused`, `pull.resumed`.
    package func links(since before: PullRequestState) -> [NewJournalEvent] {
        var events: [(kind: String, payload: JSON)] = []
        let changed = ledger.values.filter { before.ledger[$0.id]?.state != $0.state }.sorted { $0.id < $1.id }
        for kind in ["pull.found", "pull.reopened", "pull.fixed", "pull.outdated"] {
            let ids = changed.filter { $0.kind(since: before.ledger[$0.id]) == kind }.map { JSON.string($0.id) }
            if !ids.isEmpty { events.append((kind, ["findings": .array(ids)])) }
        }
        for entry in changed {
            guard case .dismissed(let person, let why, _) = entry.state else { continue }
            let payload: JSON = [
                "finding": .string(entry.id), "rule": .string(entry.rule), "by": .string(person), "because": .string(why),
            ]
            events.append(("pull.dismissed", payload))
        }
        if let reviewed, reviewed != before.reviewed { events.append(("pull.reviewed", reviewed.told)) }
        if let pausedBy, pausedBy != before.pausedBy { events.append(("pull.paused", ["by": .string(pausedBy)])) }
        if pausedBy == nil, before.pausedBy != nil { events.append(("pull.resumed", .object([]))) }
        return events.map { NewJournalEvent(stream: key.stream, tenant: key.place.tenant, kind: $0.kind, payload: $0.payload) }
    }

    /// How many more findings of each rule are dismissed than before; fewer is below zero. Rules without a difference are left out.
    package func dismissals(since before: PullRequestState) -> [String: Int] {
        var counts: [String: Int] = [:]
        for entry in ledger.values where entry.state.isDismissed { counts[entry.rule, default: 0] += 1 }
        for entry in before.ledger.values where entry.state.isDismissed { counts[entry.rule, default: 0] -= 1 }
        return counts.filter { $0.value != 0 }
    }
}

extension LedgerState {
    package var isDismissed: Bool {
        if case .dismissed = self { true } else { false }
    }
}

extension LedgerEntry {
    fileprivate func kind(since before: LedgerEntry?) -> String {
        switch state {
        case .open: before == nil ? "pull.found" : "pull.reopened"
        case .fixed: "pull.fixed"
        case .outdated: "pull.outdated"
        case .dismissed: "pull.dismissed"
        }
    }
}

extension ReviewedHead {
    fileprivate var told: JSON {
        ["head": .string(head.description), "round": JSON(round), "conclusion": .string(conclusion.rawValue)]
    }
}
