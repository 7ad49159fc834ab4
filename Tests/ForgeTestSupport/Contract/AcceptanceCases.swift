// Promises of `accept`, `pendingDeliveries`, `beginDecoding` and `replay`: nothing that came is lost, and nothing is taken twice.
import ForgeCore
import Testing

extension StoreContract {
    static let acceptanceCases: [Case] = [
        Case("a delivery is new once and is kept byte for byte") { scene in
            let body = "{\"a\":\u{00}\"\u{1F528}\"}"
            var new = scene.newDelivery("key-1", source: .sentry, tracker: "prod", body: body)
            new.secretIndex = 1
            new.isHealed = true
            let answer = try await scene.store.accept(new)
            #expect(answer == Acceptance(id: answer.id, kind: .new, state: .pending))
            let stored = try await scene.delivery(answer.id)
            #expect(stored.body == Array(body.utf8) && stored.bodyBytes == body.utf8.count)
            #expect(stored.source == .sentry && stored.tracker == "prod" && stored.transportKey == "key-1")
            #expect(stored.eventName == "push" && stored.headers == new.headers && stored.receivedAt == scene.now)
            #expect(stored.state == .pending && stored.reason == nil && stored.attempts == 0 && stored.repeats == 0)
            #expect(stored.secretIndex == 1 && stored.isHealed)
        },
        Case("a body that is no text, and an empty one, come back as they went in") { scene in
            for body in [[UInt8](0...255), []] {
                var new = scene.newDelivery("key-\(body.count)")
                new.body = body
                let id = try await scene.store.accept(new).id
                #expect(try await scene.delivery(id).body == body)
            }
        },
        Case("a pending delivery that comes again is a repeat and is counted") { scene in
            let id = try await scene.accepted("key")
            let again = try await scene.store.accept(scene.newDelivery("key", body: "other"))
            #expect(again == Acceptance(id: id, kind: .repeated, state: .pending))
            let stored = try await scene.delivery(id)
            #expect(stored.repeats == 1 && stored.body == Array("{}".utf8), "the first body stays")
            #expect(try await scene.store.pendingDeliveries(after: nil, limit: 10).count == 1)
        },
        Case("a finished delivery that comes again answers with its ticket and job") { scene in
            let work = TicketWork(scene.draft("issue-1"), job: scene.newJob("fix/", kind: "remediate"))
            let id = try await scene.settled("key", tickets: [work])
            let stored = try await scene.delivery(id)
            let again = try await scene.store.accept(scene.newDelivery("key"))
            #expect(again == Acceptance(id: id, kind: .repeated, state: .done, ticket: stored.ticket, job: stored.job))
            #expect(again.ticket != nil && again.job != nil)
        },
        Case("an ignored delivery that comes again is not run again") { scene in
            let id = try await scene.settled("key", .ignored)
            let again = try await scene.store.accept(scene.newDelivery("key"))
            #expect(again.kind == .repeated && again.state == .ignored && again.id == id)
            #expect(try await scene.store.pendingDeliveries(after: nil, limit: 10).isEmpty)
        },
        Case("a failed delivery that comes again is pending again with its attempts back to 0") { scene in
            let id = try await scene.accepted("key")
            try await scene.store.beginDecoding([id])
            _ = try await scene.store.settle(id, Settlement(state: .failed, reason: "broken", tenant: Self.tenant))
            let again = try await scene.store.accept(scene.newDelivery("key"))
            #expect(again.id == id && again.kind == .rerun && again.state == .pending)
            let stored = try await scene.delivery(id)
            #expect(stored.state == .pending && stored.attempts == 0 && stored.repeats == 1 && stored.reason == nil)
            #expect(try await scene.store.pendingDeliveries(after: nil, limit: 10).map(\.id) == [id])
            let third = try await scene.store.accept(scene.newDelivery("key"))
            #expect(third.kind == .repeated, "it is pending by now")
        },
        Case("of 64 acceptances of one key at once exactly one is new") { scene in
            let answers = try await atOnce(64) { _ in try await scene.store.accept(scene.newDelivery("key")) }
            #expect(answers.filter { $0.kind == .new }.count == 1)
            #expect(answers.filter { $0.kind == .repeated }.count == 63)
            #expect(Set(answers.map(\.id)).count == 1)
            #expect(try await scene.delivery(answers[0].id).repeats == 63)
        },
        Case("of 64 acceptances of a failed key at once exactly one runs it again") { scene in
            try await scene.settled("key", .failed)
            let answers = try await atOnce(64) { _ in try await scene.store.accept(scene.newDelivery("key")) }
            #expect(answers.filter { $0.kind == .rerun }.count == 1)
            #expect(answers.filter { $0.kind == .repeated }.count == 63)
        },
        Case("64 acceptances of different keys at once are 64 deliveries, none lost") { scene in
            let answers = try await atOnce(64) { try await scene.store.accept(scene.newDelivery("key-\($0)", body: "\($0)")) }
            #expect(answers.allSatisfy { $0.kind == .new } && Set(answers.map(\.id)).count == 64)
            let pending = try await scene.store.pendingDeliveries(after: nil, limit: 100)
            #expect(Set(pending.map(\.transportKey)).count == 64)
            #expect(pending.allSatisfy { $0.body == Array($0.transportKey.dropFirst(4).utf8) })
        },
        Case("pending deliveries come oldest first, with bodies, above a mark and up to a limit") { scene in
            var ids: [DeliveryID] = []
            for index in 0..<5 { ids.append(try await scene.accepted("key-\(index)", body: "\(index)")) }
            _ = try await scene.store.settle(ids[2], Settlement(state: .done, reason: "ok", tenant: Self.tenant))
            let first = try await scene.store.pendingDeliveries(after: nil, limit: 3)
            #expect(first.map(\.id) == [ids[0], ids[1], ids[3]])
            #expect(first.map(\.body) == ["0", "1", "3"].map { Array($0.utf8) })
            let rest = try await scene.store.pendingDeliveries(after: ids[3], limit: 3)
            #expect(rest.map(\.id) == [ids[4]])
        },
        Case("beginning to decode counts one more attempt on each, and only on those") { scene in
            let ids = [try await scene.accepted("a"), try await scene.accepted("b"), try await scene.accepted("c")]
            try await scene.store.beginDecoding([ids[0], ids[1]])
            try await scene.store.beginDecoding([ids[1]])
            try await scene.store.beginDecoding([])
            var attempts: [Int] = []
            for id in ids { attempts.append(try await scene.delivery(id).attempts) }
            #expect(attempts == [1, 2, 0])
            #expect(try await scene.store.pendingDeliveries(after: nil, limit: 10).map(\.attempts) == [1, 2, 0])
        },
        Case("a replay makes any delivery pending again and says in the journal who asked") { scene in
            for state in [DeliveryState.done, .ignored, .failed] {
                let id = try await scene.settled("key-\(state)", state)
                try await scene.store.beginDecoding([id])
                let replayed = try #require(try await scene.store.replay(id, by: "alice", scope: .all))
                #expect(replayed.id == id && replayed.state == .pending && replayed.attempts == 0 && replayed.reason == nil)
                #expect(try await scene.delivery(id).state == .pending)
            }
            let audit = try await scene.journal("audit").filter { $0.new.kind == "delivery.replayed" }
            #expect(audit.count == 3 && audit.allSatisfy { $0.new.payload.text.contains("alice") })
            #expect(try await scene.store.pendingDeliveries(after: nil, limit: 10).count == 3)
        },
        Case("there is nothing to replay where there is no delivery or no body") { scene in
            #expect(try await scene.store.replay(DeliveryID(999), by: "alice", scope: .all) == nil)
            let id = try await scene.settled("key")
            scene.clock.advance(by: .seconds(31 * 86_400))
            _ = try await scene.store.sweep(Retention(), limit: 100)
            await expectRefusal(.refused, "a replay without a body") {
                _ = try await scene.store.replay(id, by: "alice", scope: .all)
            }
            #expect(try await scene.delivery(id).state == .done)
        },
        Case("a failed delivery whose body was dropped gets it back when it comes again") { scene in
            let id = try await scene.settled("key", .failed)
            scene.clock.advance(by: .seconds(31 * 86_400))
            _ = try await scene.store.sweep(Retention(), limit: 100)
            #expect(try await scene.delivery(id).body == nil)
            #expect(try await scene.store.accept(scene.newDelivery("key", body: "again")).kind == .rerun)
            #expect(try await scene.delivery(id).body == Array("again".utf8))
            #expect(try await scene.store.pendingDeliveries(after: nil, limit: 10).first?.body == Array("again".utf8))
        },
    ]

    static let tenant = StoreScene.ours
}
