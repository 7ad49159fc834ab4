// Promises of `Page` and `PageRequest`: every listing can be walked to its end, newest first, each row once.
import ForgeCore
import Testing

extension StoreContract {
    static let pagingCases: [Case] = [
        Case("deliveries are listed in pages, newest first") { scene in
            let ids = try await scene.interleaved { key, tenant in try await scene.settled(key, tenant: tenant) }
            try await expectPages(ids.all) { try await scene.store.deliveries(DeliveryFilter(), page: $0, scope: .all).mapped(\.id) }
            try await expectPages(ids.ours) {
                try await scene.store.deliveries(DeliveryFilter(state: .done), page: $0, scope: .only(tenant)).mapped(\.id)
            }
        },
        Case("tickets are listed in pages, newest first") { scene in
            let ids = try await scene.interleaved { key, tenant in try await scene.opened(scene.draft(key), tenant: tenant).id }
            try await expectPages(ids.all) { try await scene.store.tickets(TicketFilter(), page: $0, scope: .all).mapped(\.id) }
            try await expectPages(ids.ours) {
                try await scene.store.tickets(TicketFilter(state: .open), page: $0, scope: .only(tenant)).mapped(\.id)
            }
        },
        Case("jobs are listed in pages, newest first") { scene in
            let ids = try await scene.interleaved { key, tenant in try await scene.queued(scene.newJob(key, tenant: tenant)) }
            try await expectPages(ids.all) { try await scene.store.jobs(JobFilter(), page: $0, scope: .all).mapped(\.id) }
            try await expectPages(ids.ours) {
                try await scene.store.jobs(JobFilter(kind: "review"), page: $0, scope: .only(tenant)).mapped(\.id)
            }
        },
        Case("runs are listed in pages, newest first") { scene in
            let ids = try await scene.interleaved { key, tenant in try await scene.created(scene.newRun(key, tenant: tenant)) }
            try await expectPages(ids.all) { try await scene.store.runs(RunFilter(), page: $0, scope: .all).mapped(\.id) }
            try await expectPages(ids.ours) {
                try await scene.store.runs(RunFilter(kind: .review), page: $0, scope: .only(tenant)).mapped(\.id)
            }
        },
        Case("refusals are listed in pages, newest first") { scene in
            let refusals = (0..<6).map {
                Refusal(source: .github, code: "code", reason: "\($0)", remoteAddress: "127.0.0.1", bodyBytes: 0, at: scene.now)
            }
            try await scene.store.recordRefusals(refusals, keep: 100)
            try await expectPages(["5", "4", "3", "2", "1", "0"]) {
                try await scene.store.refusals(page: $0, scope: .all).mapped(\.reason)
            }
        },
        Case("what is added while somebody turns the pages does not disturb them") { scene in
            let ids = try await scene.interleaved { key, tenant in try await scene.queued(scene.newJob(key, tenant: tenant)) }
            let first = try await scene.store.jobs(JobFilter(), page: PageRequest(limit: 4), scope: .all)
            _ = try await scene.queued(scene.newJob("late"))
            let rest = try await scene.store.jobs(JobFilter(), page: PageRequest(before: first.next, limit: 100), scope: .all)
            #expect((first.items + rest.items).map(\.id) == ids.all)
        },
        Case("an empty listing is one page without a next") { scene in
            let page = try await scene.store.tickets(TicketFilter(), page: PageRequest(), scope: .all)
            #expect(page.items.isEmpty && page.next == nil)
        },
    ]
}

extension Page {
    fileprivate func mapped<Other>(_ field: (Item) -> Other) -> Page<Other> { Page<Other>(items: items.map(field), next: next) }
}

extension StoreScene {
    /// Six rows of ours with six of theirs between them; ids newest first.
    fileprivate func interleaved<ID>(_ make: (String, Tenant) async throws -> ID) async throws -> (all: [ID], ours: [ID]) {
        var all: [ID] = []
        var ours: [ID] = []
        for index in 0..<12 {
            let tenant = index % 2 == 0 ? Self.ours : Self.theirs
            let id = try await make("key-\(index)", tenant)
            all.insert(id, at: 0)
            if tenant == Self.ours { ours.insert(id, at: 0) }
        }
        return (all, ours)
    }
}

/// Walks a listing in pages of every size, and finds each row once, in order, with no page after the end.
private func expectPages<ID: Equatable & Sendable>(
    _ expected: [ID], sourceLocation: SourceLocation = #_sourceLocation, _ fetch: (PageRequest) async throws -> Page<ID>
) async throws {
    for limit in [1, 2, 3, 5, expected.count, expected.count + 1, PageRequest.limitMax] {
        var seen: [ID] = []
        var request = PageRequest(limit: limit)
        while true {
            let page = try await fetch(request)
            seen += page.items
            let isFull = page.items.count == min(limit, expected.count - seen.count + page.items.count)
            #expect(isFull, "a page of \(limit) holds \(page.items.count)", sourceLocation: sourceLocation)
            guard let next = page.next, seen.count <= expected.count else { break }
            #expect(seen.count < expected.count, "there is no page after the last row", sourceLocation: sourceLocation)
            request.before = next
        }
        #expect(seen == expected, "in pages of \(limit)", sourceLocation: sourceLocation)
    }
}
