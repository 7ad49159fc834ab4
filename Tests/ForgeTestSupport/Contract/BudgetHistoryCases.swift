// Random histories of money: reservations, settlements on time and late, processes that are killed, days that pass. The sums are kept beside
// the store and compared after every step.
import ForgeCore
import Testing

extension StoreContract {
    static let budgetHistoryCases: [Case] = (UInt64(0)..<24).map { seed in
        Case("no history of money passes a limit or loses a cost, seed \(seed)") { scene in
            var history = BudgetHistory(scene: scene, seed: seed)
            for _ in 0..<120 { try await history.step() }
        }
    }
}

private struct BudgetHistory {
    private struct Open {
        var id: ReservationID
        var repository: Int
        var most: Int
        var least: Int
        var expiresAt: Timestamp
        /// What it counts with now; nil while it is open.
        var counted: Int?
    }

    private let scene: StoreScene
    private var random: SeededRandom
    private var calls: [Open] = []
    /// What came after the end, or above what was set aside: only that may stand above a limit.
    private var excess = 0
    private static let (day, month) = (500, 900)

    init(scene: StoreScene, seed: UInt64) {
        self.scene = scene
        random = SeededRandom(seed: seed)
    }

    mutating func step() async throws {
        switch Int.random(in: 0..<10, using: &random) {
        case 0...4: try await reserve()
        case 5...7: try await settle()
        case 8: scene.clock.advance(by: .seconds(Int.random(in: 1...40, using: &random)))
        default: try await extend()
        }
        expire()
        try await compare()
    }

    private mutating func reserve() async throws {
        let repository = Int.random(in: 0..<2, using: &random)
        let most = Int.random(in: 0...200, using: &random)
        let least = Int.random(in: 0...most, using: &random)
        let asked = scene.reservation(
            most, least: least, repository: "acme/\(repository)", day: Self.day, month: Self.month, lifetime: .seconds(60))
        let fits =
            most == 0
            || (most <= Self.day - used(in: repository) && most <= Self.month - used(in: 0) - used(in: 1))
        switch try await scene.store.reserve(asked, lease: nil) {
        case .reserved(let id):
            #expect(fits, "more was given than is there")
            calls.append(Open(id: id, repository: repository, most: most, least: least, expiresAt: scene.now + .seconds(60)))
        case .refused: #expect(!fits, "there was room for \(most)")
        }
    }

    /// On time, late, twice, above what was set aside; or never, as when the process was killed.
    private mutating func settle() async throws {
        guard let index = calls.indices.randomElement(using: &random) else { return }
        let call = calls[index]
        let spent = Int.random(in: 0...(call.most + call.most / 8), using: &random)
        try await scene.store.settle([BudgetSettlement(call.id, spent: spent)])
        let isLate = call.counted != nil
        let isSettled = call.expiresAt == .distantPast
        guard !isSettled else { return }
        excess += isLate ? max(0, spent - (call.counted ?? 0)) : max(0, spent - call.most)
        calls[index].counted = spent
        calls[index].expiresAt = .distantPast
    }

    private mutating func extend() async throws {
        guard let index = calls.indices.randomElement(using: &random) else { return }
        let isOpen = calls[index].counted == nil
        #expect(try await scene.store.extendReservation(calls[index].id, by: .seconds(60)) == isOpen)
        if isOpen { calls[index].expiresAt = scene.now + .seconds(60) }
    }

    private mutating func expire() {
        for index in calls.indices where calls[index].counted == nil && calls[index].expiresAt <= scene.now {
            calls[index].counted = calls[index].least
        }
    }

    private func used(in repository: Int) -> Int {
        calls.filter { $0.repository == repository }.map { $0.counted ?? $0.most }.reduce(0, +)
    }

    private func compare() async throws {
        var all = [0, 0]
        for repository in 0..<2 {
            let own = calls.filter { $0.repository == repository }
            let expected = [own.compactMap(\.counted).reduce(0, +), own.filter { $0.counted == nil }.map(\.most).reduce(0, +)]
            #expect(try await scene.money(repository: "acme/\(repository)")[0] == expected)
            all = [all[0] + expected[0], all[1] + expected[1]]
            #expect(expected[0] + expected[1] <= Self.day + excess)
        }
        #expect(try await scene.money(repository: "acme/0")[1] == all)
        #expect(all[0] + all[1] <= Self.month + excess)
    }
}

extension Timestamp {
    fileprivate static let distantPast = Timestamp(milliseconds: .min / 2)
}
