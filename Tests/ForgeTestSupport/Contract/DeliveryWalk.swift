// Any sequence of arrivals, decodings, outcomes and replays: what was accepted is always there exactly once, in a state it came to by
// rule. The model is a table with one row per key.
import ForgeCore
import Testing

struct DeliveryWalk {
    private struct Row {
        var id: DeliveryID
        var state: DeliveryState
        var attempts = 0
        var repeats = 0
    }

    let scene: StoreScene
    private var random: SeededRandom
    private var model: [String: Row] = [:]

    init(scene: StoreScene, seed: UInt64) {
        self.scene = scene
        random = SeededRandom(seed: seed)
    }

    mutating func step() async throws {
        scene.clock.advance(by: .milliseconds(Int.random(in: 0..<1000, using: &random)))
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4: try await accept()
        case 4: try await begin()
        case 5..<9: try await settle()
        default: try await replay()
        }
        try await compare()
    }

    private var anyKey: String? { mutating get { model.keys.sorted().randomElement(using: &random) } }

    private mutating func accept() async throws {
        let key = "key-\(Int.random(in: 0..<12, using: &random))"
        let answer = try await scene.store.accept(scene.newDelivery(key))
        guard var row = model[key] else {
            #expect(answer.kind == .new && answer.state == .pending)
            model[key] = Row(id: answer.id, state: .pending)
            return
        }
        #expect(answer.kind == (row.state == .failed ? .rerun : .repeated) && answer.id == row.id)
        row.repeats += 1
        if row.state == .failed { (row.state, row.attempts) = (.pending, 0) }
        #expect(answer.state == row.state)
        model[key] = row
    }

    private mutating func begin() async throws {
        let pending = try await scene.store.pendingDeliveries(after: nil, limit: 3)
        try await scene.store.beginDecoding(pending.map(\.id))
        for delivery in pending { model[delivery.transportKey]?.attempts += 1 }
    }

    private mutating func settle() async throws {
        guard let key = anyKey, let row = model[key] else { return }
        let state = [DeliveryState.done, .ignored, .failed].randomElement(using: &random) ?? .done
        let settled = try await scene.store.settle(row.id, Settlement(state: state, reason: "walk", tenant: StoreScene.ours))
        #expect((settled != nil) == (row.state == .pending))
        if settled != nil { model[key]?.state = state }
    }

    private mutating func replay() async throws {
        guard let key = anyKey, let row = model[key] else { return }
        #expect(try await scene.store.replay(row.id, by: "walk", scope: .all)?.state == .pending)
        model[key] = Row(id: row.id, state: .pending, repeats: row.repeats)
    }

    private func compare() async throws {
        let listed = try await scene.store.deliveries(DeliveryFilter(), page: PageRequest(limit: 100), scope: .all).items
        #expect(listed.count == model.count)
        for delivery in listed {
            let row = model[delivery.transportKey]
            #expect(delivery.id == row?.id && delivery.state == row?.state)
            #expect(delivery.attempts == row?.attempts && delivery.repeats == row?.repeats)
        }
        let counts = try await scene.store.deliveryCounts()[.github] ?? [:]
        for state in DeliveryState.allCases { #expect(counts[state, default: 0] == model.values.filter { $0.state == state }.count) }
        let pending = try await scene.store.pendingDeliveries(after: nil, limit: 100).map(\.id)
        #expect(pending == model.values.filter { $0.state == .pending }.map(\.id).sorted())
    }
}
