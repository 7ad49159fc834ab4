// What a draft adds to the ticket it joins. A pure function: the same two drafts always make the same one.

import ForgeCore

extension TicketDraft {
    /// This draft, with what `later` knows more. What is there stays; trust becomes the lower of the two, since it holds text of both.
    func joined(by later: TicketDraft) -> TicketDraft {
        var draft = self
        draft.fill(\.tracker, from: later)
        draft.fill(\.repository, from: later)
        draft.fill(\.project, from: later)
        draft.fill(\.body, from: later)
        draft.fill(\.culprit, from: later)
        draft.fill(\.environment, from: later)
        draft.fill(\.release, from: later)
        draft.fill(\.url, from: later)
        draft.fill(\.issueID, from: later)
        draft.fill(\.eventID, from: later)
        draft.severity = max(severity, later.severity)
        draft.trust = trust.rank <= later.trust.rank ? later.trust : trust
        draft.seen = seen.joined(by: later.seen)
        draft.tags.merge(later.tags) { own, _ in own }
        draft.evidence = evidence.joined(by: later.evidence)
        draft.extra = extra.joined(by: later.extra)
        return draft
    }

    private mutating func fill(_ path: WritableKeyPath<TicketDraft, String?>, from later: TicketDraft) {
        if self[keyPath: path] == nil { self[keyPath: path] = later[keyPath: path] }
    }
}

extension Trust {
    /// The higher, the less it is worth.
    fileprivate var rank: Int {
        switch self {
        case .writer: 0
        case .signed: 1
        case .hint: 2
        case .public: 3
        }
    }
}

extension Sightings {
    fileprivate func joined(by later: Sightings) -> Sightings {
        Sightings(
            count: either(count, later.count, max), users: either(users, later.users, max), first: either(first, later.first, min),
            last: either(last, later.last, max))
    }

    private func either<Item>(_ left: Item?, _ right: Item?, _ choose: (Item, Item) -> Item) -> Item? {
        guard let left, let right else { return left ?? right }
        return choose(left, right)
    }
}

extension Evidence {
    fileprivate func joined(by later: Evidence) -> Evidence { isEmpty ? later : self }
}

extension JSON {
    /// An object with the members it did not have.
    fileprivate func joined(by later: JSON) -> JSON {
        guard case .object(let own) = self, case .object(let more) = later else { return self }
        let names = Set(own.map(\.name))
        return .object(own + more.filter { !names.contains($0.name) })
    }
}
