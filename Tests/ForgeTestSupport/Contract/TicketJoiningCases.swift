// Promises of `openTicket`: what is one and the same, what stays apart, and what a joined draft adds.
import ForgeCore
import Testing

extension StoreContract {
    static let ticketJoiningCases: [Case] = [
        Case("a draft joins the unfinished ticket of its identity and is counted") { scene in
            let first = try await scene.opened(scene.draft("a"))
            scene.clock.advance(by: .seconds(1))
            let again = try await scene.opened(scene.draft("a", repository: "acme/moved", fingerprint: "other"))
            #expect(again == OpenedTicket(id: first.id, isNew: false))
            let ticket = try await scene.ticket(first.id)
            #expect(ticket.joined == 2 && ticket.updatedAt == scene.now && ticket.createdAt == scene.now - .seconds(1))
            #expect(ticket.draft.repository == "acme/shop" && ticket.draft.fingerprint == "print", "what is there stays")
            _ = try await scene.store.setTicketState(first.id, .working, by: "alice", scope: .all)
            #expect(try await scene.opened(scene.draft("a")).id == first.id, "also while it is worked on")
            #expect(try await scene.journalKinds("ticket/\(first.id)").filter { $0 == "ticket.joined" }.count == 2)
        },
        Case("a finished ticket is joined no more") { scene in
            for state in [TicketState.resolved, .closed] {
                let first = try await scene.opened(scene.draft("a", joins: true))
                #expect(first.isNew)
                _ = try await scene.store.setTicketState(first.id, state, by: "alice", scope: .all)
            }
            let last = try await scene.opened(scene.draft("a", joins: true))
            #expect(last.isNew)
        },
        Case("of 64 drafts of one identity at once exactly one opens a ticket") { scene in
            let answers = try await atOnce(64) { _ in try await scene.opened(scene.draft("a")) }
            #expect(answers.filter(\.isNew).count == 1 && Set(answers.map(\.id)).count == 1)
            #expect(try await scene.ticket(answers[0].id).joined == 64)
        },
        Case("an identity belongs to its tenant") { scene in
            let ours = try await scene.opened(scene.draft("a", joins: true))
            let theirs = try await scene.opened(scene.draft("a", joins: true), tenant: StoreScene.theirs)
            #expect(theirs.isNew && theirs.id != ours.id)
            #expect(try await scene.ticket(ours.id).joined == 1)
        },
        Case("a draft of another identity joins by repository and fingerprint when it allows that") { scene in
            let first = try await scene.opened(scene.draft("a"))
            #expect(try await scene.opened(scene.draft("b", joins: true)) == OpenedTicket(id: first.id, isNew: false))
            #expect(try await scene.ticket(first.id).draft.identity == "a")
            let apart = try await scene.opened(scene.draft("c"))
            #expect(apart.isNew, "it does not allow it")
            #expect(try await scene.opened(scene.draft("d", joins: true)).id == first.id, "the oldest of several")
        },
        Case("identity goes before fingerprint") { scene in
            let older = try await scene.opened(scene.draft("a"))
            let named = try await scene.opened(scene.draft("b"))
            let joined = try await scene.opened(scene.draft("b", joins: true))
            #expect(joined.id == named.id && joined.id != older.id)
        },
        Case("a fingerprint joins nothing across repositories, tenants or states, and nothing without a repository") { scene in
            _ = try await scene.opened(scene.draft("a"))
            let nowhere = try await scene.opened(scene.draft("b", repository: nil, joins: true))
            let alsoNowhere = try await scene.opened(scene.draft("c", repository: nil, joins: true))
            let elsewhere = try await scene.opened(scene.draft("d", repository: "acme/other", joins: true))
            let theirs = try await scene.opened(scene.draft("e", joins: true), tenant: StoreScene.theirs)
            let different = try await scene.opened(scene.draft("f", fingerprint: "else", joins: true))
            for opened in [nowhere, alsoNowhere, elsewhere, theirs, different] { #expect(opened.isNew) }
            _ = try await scene.store.setTicketState(different.id, .closed, by: "alice", scope: .all)
            let afterwards = try await scene.opened(scene.draft("g", fingerprint: "else", joins: true))
            #expect(afterwards.isNew)
        },
        Case("joining takes over the greater counts and the wider span of sightings") { (scene) async throws in
            let at = { TestClock.epoch + .seconds($0) }
            let joined = { (sightings: [Sightings]) -> Sightings in
                var id: TicketID?
                let identity = "\(sightings)"
                for seen in sightings {
                    var draft = scene.draft(identity)
                    draft.seen = seen
                    id = try await scene.opened(draft).id
                }
                return try await scene.ticket(try #require(id)).draft.seen
            }
            let old = Sightings(count: 5, users: 2, first: at(10), last: at(20))
            let new = Sightings(count: 9, users: 3, first: at(10), last: at(30))
            #expect(try await joined([old, new]) == new)
            #expect(try await joined([new, old]) == new, "one that comes late takes nothing back")
            #expect(try await joined([old, Sightings()]) == old)
            #expect(try await joined([Sightings(), old]) == old)
            #expect(try await joined([old, Sightings(first: at(5))]) == Sightings(count: 5, users: 2, first: at(5), last: at(20)))
        },
        Case("joining raises the severity and never lowers it") { scene in
            let id = try await scene.opened(scene.draft("a", severity: .warning)).id
            _ = try await scene.opened(scene.draft("a", severity: .fatal))
            #expect(try await scene.ticket(id).draft.severity == .fatal)
            _ = try await scene.opened(scene.draft("a", severity: .info))
            #expect(try await scene.ticket(id).draft.severity == .fatal)
        },
        Case("joining fills in what was missing") { scene in
            var bare = TicketDraft(
                source: .sentry, title: "KeyError", severity: .fatal, identity: "prod/1", fingerprint: "print", trust: .signed)
            bare.joinsByFingerprint = true
            let id = try await scene.opened(bare).id
            _ = try await scene.opened(full)
            #expect(try await scene.ticket(id).draft == full)
        },
        Case("joining replaces nothing that was there") { scene in
            let id = try await scene.opened(full).id
            var other = full
            other.title = "other"
            let texts: [WritableKeyPath<TicketDraft, String?>] = [
                \.body, \.culprit, \.environment, \.release, \.url, \.issueID, \.eventID, \.project, \.tracker,
            ]
            for text in texts { other[keyPath: text] = "other" }
            other.tags = ["a": "other", "c": "3"]
            other.evidence = Evidence(breadcrumbs: [Breadcrumb(message: "other")])
            other.extra = ["unknown": "other", "more": 1]
            _ = try await scene.opened(other)
            var expected = full
            expected.tags["c"] = "3"
            expected.extra = ["unknown": [1, "two", nil], "more": 1]
            #expect(try await scene.ticket(id).draft == expected)
        },
        Case("joining never raises trust, and lowers it to that of the text it brings") { scene in
            let order: [Trust] = [.writer, .signed, .hint, .public]
            for (high, trust) in order.enumerated() {
                for (low, other) in order.enumerated() where low > high {
                    for (index, pair) in [(trust, other), (other, trust)].enumerated() {
                        let identity = "\(high)-\(low)-\(index)"
                        let id = try await scene.opened(scene.draft(identity, trust: pair.0)).id
                        _ = try await scene.opened(scene.draft(identity, trust: pair.1))
                        #expect(try await scene.ticket(id).draft.trust == other)
                    }
                }
            }
        },
    ]
}
