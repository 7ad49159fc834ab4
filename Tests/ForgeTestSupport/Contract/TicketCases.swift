// Promises of the ticket store's reads and of a ticket's states.
import ForgeCore
import Testing

extension StoreContract {
    static let ticketCases: [Case] = [
        Case("an opened ticket is kept whole and stamped by the store's clock") { scene in
            scene.clock.advance(by: .seconds(5))
            let draft = full
            let opened = try await scene.opened(draft)
            #expect(opened.isNew)
            let expected = Ticket(
                id: opened.id, tenant: tenant, state: .open, joined: 1, createdAt: scene.now, updatedAt: scene.now, draft: draft)
            #expect(try await scene.ticket(opened.id) == expected)
            let event = try #require(try await scene.journal("ticket/\(opened.id)").first)
            #expect(event.new.kind == "ticket.opened" && event.new.tenant == tenant)
        },
        Case("a ticket that is not there is not seen") { (scene) async throws in
            #expect(try await scene.store.ticket(TicketID(999), scope: .all) == nil)
            #expect(try await scene.store.setTicketState(TicketID(999), .closed, by: "alice", scope: .all) == nil)
        },
        Case("a listing of tickets filters by state, repository and source") { scene in
            let first = try await scene.opened(scene.draft("a")).id
            let second = try await scene.opened(scene.draft("b", repository: "acme/other")).id
            var github = scene.draft("c")
            github.source = .github
            let third = try await scene.opened(github).id
            _ = try await scene.store.setTicketState(first, .resolved, by: "alice", scope: .all)
            let list = { (filter: TicketFilter) in try await scene.store.tickets(filter, page: PageRequest(), scope: .all).items.map(\.id) }
            #expect(try await list(TicketFilter()) == [third, second, first])
            #expect(try await list(TicketFilter(state: .open)) == [third, second])
            #expect(try await list(TicketFilter(state: .resolved)) == [first])
            #expect(try await list(TicketFilter(repository: "acme/shop")) == [third, first])
            #expect(try await list(TicketFilter(source: .github)) == [third])
            #expect(try await list(TicketFilter(state: .open, repository: "acme/shop", source: .sentry)).isEmpty)
        },
        Case("a ticket's state is changed by somebody, and the journal says by whom") { scene in
            let id = try await scene.opened(scene.draft("a")).id
            for state in [TicketState.working, .resolved, .closed, .open] {
                scene.clock.advance(by: .seconds(1))
                let changed = try #require(try await scene.store.setTicketState(id, state, by: "alice", scope: .all))
                #expect(changed.id == id && changed.state == state && changed.updatedAt == scene.now)
                #expect(try await scene.ticket(id) == changed)
            }
            let events = try await scene.journal("ticket/\(id)").dropFirst()
            #expect(events.map(\.new.kind) == ["ticket.working", "ticket.resolved", "ticket.closed", "ticket.open"])
            #expect(events.allSatisfy { $0.new.payload.text.contains("alice") })
        },
        Case("a finished ticket is not reopened beside an unfinished one of the same identity") { scene in
            let first = try await scene.opened(scene.draft("a")).id
            _ = try await scene.store.setTicketState(first, .closed, by: "alice", scope: .all)
            let second = try await scene.opened(scene.draft("a")).id
            await expectRefusal(.refused, "reopening the first") {
                _ = try await scene.store.setTicketState(first, .open, by: "alice", scope: .all)
            }
            #expect(try await scene.ticket(first).state == .closed)
            #expect(try await scene.store.setTicketState(first, .resolved, by: "alice", scope: .all)?.state == .resolved)
            _ = try await scene.store.setTicketState(second, .closed, by: "alice", scope: .all)
            #expect(try await scene.store.setTicketState(first, .open, by: "alice", scope: .all)?.state == .open)
        },
    ]

    /// A draft with something in every field.
    static var full: TicketDraft {
        let frame = Frame(
            path: "a.py", module: "a", function: "f", line: 3, column: 4, isInApp: true, before: ["x"], contextLine: "y", after: ["z"])
        let request = RequestEvidence(method: "GET", url: "https://example.com/\u{1F528}")
        let exception = ExceptionEvidence(type: "KeyError", value: "'a'\u{0}", frames: [frame, Frame()])
        let breadcrumb = Breadcrumb(time: TestClock.epoch, category: "http", level: "info", message: "m")
        return TicketDraft(
            source: .sentry, tracker: "prod", repository: "acme/shop", project: "checkout", title: "KeyError", body: "b", culprit: "c",
            severity: .fatal, environment: "production", release: "1.2", url: "https://sentry.example/1", issueID: "1", eventID: "e",
            identity: "prod/1", fingerprint: "print", joinsByFingerprint: true, trust: .signed,
            seen: Sightings(count: 9_007_199_254_740_993, users: 2, first: TestClock.epoch, last: TestClock.epoch + .seconds(1)),
            tags: ["b": "2", "a": "1"],
            evidence: Evidence(exceptions: [exception, ExceptionEvidence()], breadcrumbs: [breadcrumb], request: request),
            extra: ["unknown": [1, "two", nil]])
    }
}
