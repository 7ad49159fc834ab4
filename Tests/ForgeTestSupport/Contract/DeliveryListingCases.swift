// Promises of the delivery store's other reads: listings, counts, refusals, and what silence is measured by.
import ForgeCore
import Testing

extension StoreContract {
    static let deliveryListingCases: [Case] = [
        Case("a listing of deliveries has no bodies, and filters by source, state and repository") { scene in
            let done = try await scene.settled("a", .done, repository: "acme/shop")
            let failed = try await scene.settled("b", .failed, repository: "acme/other")
            let sentry = try await scene.accepted("c", source: .sentry, tracker: "prod")
            let list = { (filter: DeliveryFilter) in
                try await scene.store.deliveries(filter, page: PageRequest(), scope: .all).items
            }
            let all = try await list(DeliveryFilter())
            #expect(all.map(\.id) == [sentry, failed, done] && all.allSatisfy { $0.body == nil && $0.bodyBytes == 2 })
            #expect(try await list(DeliveryFilter(source: .sentry)).map(\.id) == [sentry])
            #expect(try await list(DeliveryFilter(source: .glitchtip)).isEmpty)
            #expect(try await list(DeliveryFilter(state: .failed)).map(\.id) == [failed])
            #expect(try await list(DeliveryFilter(repository: "acme/shop")).map(\.id) == [done])
            #expect(try await list(DeliveryFilter(source: .github, state: .done, repository: "acme/shop")).map(\.id) == [done])
            #expect(try await list(DeliveryFilter(source: .sentry, state: .done)).isEmpty)
        },
        Case("what a listing shows of a delivery is what the delivery itself shows, but for the body") { scene in
            let id = try await scene.settled("a", .done, jobs: [scene.newJob("j")])
            var whole = try await scene.delivery(id)
            whole.body = nil
            let listed = try #require(try await scene.store.deliveries(DeliveryFilter(), page: PageRequest(), scope: .all).items.first)
            #expect("\(listed)" == "\(whole)")
        },
        Case("deliveries are counted by source and state") { scene in
            try await scene.settled("a", .done)
            try await scene.settled("b", .done)
            try await scene.settled("c", .failed)
            try await scene.accepted("d", source: .sentry, tracker: "prod")
            let counts = try await scene.store.deliveryCounts()
            let flat = Source.allCases.flatMap { source in DeliveryState.allCases.map { counts[source]?[$0] ?? 0 } }
            // github, sentry, glitchtip, person: pending, done, ignored, failed each
            #expect(flat == [0, 2, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        },
        Case("the backlog is what waits, since when, and what failed") { scene in
            #expect(try await scene.store.backlog() == DeliveryBacklog())
            try await scene.settled("a", .done)
            let oldest = scene.now
            try await scene.accepted("b")
            scene.clock.advance(by: .seconds(5))
            try await scene.accepted("c", source: .sentry, tracker: "prod")
            try await scene.settled("d", .failed)
            #expect(try await scene.store.backlog() == DeliveryBacklog(pending: 2, oldestPending: oldest, failed: 1))
        },
        Case("pending deliveries stop at so many bytes, but never before the first") { scene in
            for (key, bytes) in [("a", 40), ("b", 40), ("c", 500), ("d", 1)] {
                try await scene.accepted(key, body: String(repeating: "x", count: bytes))
            }
            let keys = { (after: DeliveryID?, limit: Int, bytesMax: Int) in
                try await scene.store.pendingDeliveries(after: after, limit: limit, bytesMax: bytesMax).map(\.transportKey)
            }
            #expect(try await keys(nil, 10, 80) == ["a", "b"])
            #expect(try await keys(nil, 10, 79) == ["a"])
            #expect(try await keys(nil, 10, 0) == ["a"])
            let second = try await scene.store.pendingDeliveries(after: nil, limit: 2).last?.id
            #expect(try await keys(second, 10, 100) == ["c"])
            #expect(try await keys(second, 1, 1000) == ["c"])
            #expect(try await keys(nil, 10, .max) == ["a", "b", "c", "d"])
        },
        Case("refusals are kept whole, newest first, and only the newest of them") { scene in
            let refusals = (0..<5).map { index in
                Refusal(
                    source: .github, tracker: index == 0 ? nil : "t", code: "sha1_only", reason: "number \(index)",
                    remoteAddress: "127.0.0.1", eventName: "push", deliveryName: "guid", bodyBytes: index, at: scene.now)
            }
            let list = { try await scene.store.refusals(page: PageRequest(), scope: .all).items }
            try await scene.store.recordRefusals(Array(refusals[0...2]), keep: 4)
            #expect(try await list() == refusals[0...2].reversed())
            try await scene.store.recordRefusals(Array(refusals[3...4]), keep: 4)
            #expect(try await list() == refusals[1...4].reversed())
            try await scene.store.recordRefusals([], keep: 4)
            #expect(try await list().count == 4)
        },
        Case("live hours are those in which something came from a source and tracker, each once, in order") { scene in
            let first = scene.now.milliseconds / 3_600_000
            for (hours, source, tracker) in [
                (0, Source.sentry, "prod"), (0, .sentry, "prod"), (3, .sentry, "prod"), (0, .sentry, "other"), (1, .github, nil),
                (1, .sentry, "prod"),
            ] as [(Int, Source, String?)] {
                scene.clock.advance(by: .seconds(hours * 3600))
                try await scene.accepted(
                    "\(scene.now)-\(source)-\(tracker ?? "")-\(try await scene.count())", source: source, tracker: tracker)
            }
            let start = TestClock.epoch
            let hours = { (source: Source, tracker: String?, since: Timestamp) in
                try await scene.store.liveHours(source: source, tracker: tracker, since: since)
            }
            #expect(try await hours(.sentry, "prod", start) == [first, first + 3, first + 5])
            #expect(try await hours(.sentry, "prod", start + .seconds(3600)) == [first + 3, first + 5])
            #expect(try await hours(.sentry, "other", start) == [first + 3])
            #expect(try await hours(.github, nil, start) == [first + 4])
            #expect(try await hours(.glitchtip, "prod", start).isEmpty)
        },
        Case("the last delivery is the newest of its source and tracker") { scene in
            #expect(try await scene.store.lastDelivery(source: .sentry, tracker: "prod") == nil)
            try await scene.accepted("a", source: .sentry, tracker: "prod")
            let first = scene.now
            scene.clock.advance(by: .seconds(10))
            try await scene.accepted("b", source: .sentry, tracker: "other")
            #expect(try await scene.store.lastDelivery(source: .sentry, tracker: "prod") == first)
            #expect(try await scene.store.lastDelivery(source: .sentry, tracker: "other") == scene.now)
            #expect(try await scene.store.lastDelivery(source: .github, tracker: nil) == nil)
            try await scene.accepted("c", source: .sentry, tracker: "prod")
            #expect(try await scene.store.lastDelivery(source: .sentry, tracker: "prod") == scene.now)
        },
    ]
}

extension StoreScene {
    fileprivate func count() async throws -> Int {
        try await store.deliveries(DeliveryFilter(), page: PageRequest(), scope: .all).items.count
    }
}
