// The money that calls of one payer are made with: what the worst case of a call is, setting that much aside, and what it came to. Where the
// price is not known or the ledger does not answer, no call is made.

package import ForgeConfig
package import ForgeCore

package struct CallBudget: Sendable {
    /// How long a reservation outlives a process that was killed. While the call goes on it is extended.
    package static let lifetime = Duration.seconds(300)

    let ledger: any BudgetLedger
    package let payer: BudgetPayer
    package let limits: BudgetLimits
    private let lease: Lease?
    private let book: BudgetBook

    init(_ payer: BudgetPayer, _ limits: BudgetLimits, lease: Lease?, _ book: BudgetBook) {
        self.payer = payer
        self.limits = limits
        self.lease = lease
        self.book = book
        ledger = book.ledger
    }

    /// A call for which money is set aside.
    package struct Call: Hashable, Sendable {
        var reservation: ReservationID
        var price: TokenPrice
        /// What was set aside, in millionths of a dollar.
        package var most: Int
        var least: Int
    }

    func reserve(for request: ModelRequest, asking model: String) async throws(ModelError) -> Call {
        try await reserve(
            inputTokens: request.inputTokensMax, answerTokens: request.answerTokensMax, asking: model, at: book.price(request.role),
            purpose: "\(request.role): \(model)")
    }

    private static let unpricedKey = "budget.unpriced_million_usd"

    /// - Parameter known: nil when nobody told the price.
    /// - Parameter lifetime: of the reservation, unless it is extended.
    package func reserve(
        inputTokens: Int, answerTokens: Int, asking model: String, at known: TokenPrice?, purpose: String, lifetime: Duration = lifetime
    ) async throws(ModelError) -> Call {
        guard let price = known ?? book.unpriced else {
            book.meters.refused("price")
            throw ModelError(
                .spent,
                "nobody told what \(model), or one that may answer for it, costs: name its price in a models.yml of rules_dir, or set \(Self.unpricedKey)"
            )
        }
        let least = price.cost(inputTokens: inputTokens, outputTokens: 0)
        let most = price.cost(inputTokens: inputTokens, outputTokens: answerTokens)
        let asked = BudgetReservation(
            payer: payer, limits: limits, most: most, least: least, purpose: purpose, lifetime: lifetime)
        let answer: BudgetAnswer
        do throws(StoreError) {
            answer = try await ledger.reserve(asked, lease: lease)
        } catch {
            book.meters.refused("error")
            throw Self.noLedger(error)
        }
        switch answer {
        case .reserved(let id): return Call(reservation: id, price: price, most: most, least: least)
        case .refused(let refusal):
            book.meters.refused(refusal.scope.rawValue)
            throw ModelError(.spent, refusal.description)
        }
    }

    /// Extends the reservation for as long as `work` takes.
    func keeping<Answer>(_ call: Call, _ work: () async -> Answer) async -> Answer {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await extend(call) }
            let answer = await work()
            group.cancelAll()
            return answer
        }
    }

    private func extend(_ call: Call) async {
        while !Task.isCancelled {
            do {
                try await book.clock.sleep(for: Self.lifetime / 3)
                guard try await ledger.extendReservation(call.reservation, by: Self.lifetime) else { return }
            } catch is StoreError {
                // There are two more tries before it runs out, and what it comes to is counted also then.
                continue
            } catch {
                return
            }
        }
    }

    /// - Parameter usage: nil when nobody counted.
    /// - Parameter isWhole: false when the answer was cut.
    /// - Parameter lost: what tries cost that began to answer and were asked again, where `usage` does not have it.
    func settlement(of call: Call, _ usage: ModelUsage?, isWhole: Bool, lost: Int = 0) -> BudgetSettlement {
        let cost = Self.cost(of: call, usage ?? (isWhole ? ModelUsage() : nil))
        return BudgetSettlement(call.reservation, spent: (isWhole ? cost : max(cost, call.least)) + lost)
    }

    /// Settles a call by itself, and says what it came to. A ledger that does not answer now counts it at its least, later.
    @discardableResult package func settle(_ call: Call, _ usage: ModelUsage?, isWhole: Bool) async -> Int {
        let settlement = settlement(of: call, usage, isWhole: isWhole)
        await settleAnyway([settlement])
        return settlement.spent
    }

    /// Nothing was sent for it.
    package func release(_ call: Call) async { await settleAnyway([BudgetSettlement(call.reservation, spent: 0)]) }

    private static func cost(of call: Call, _ usage: ModelUsage?) -> Int {
        guard let usage else { return call.least }
        if let told = usage.microUSD { return told }
        // Whoever counts no tokens may have used all of them.
        guard usage.inputTokens > 0 || usage.outputTokens > 0 else { return call.most }
        return call.price.cost(inputTokens: usage.inputTokens, outputTokens: usage.outputTokens)
    }

    func settle(_ settlements: [BudgetSettlement]) async throws(ModelError) {
        do throws(StoreError) {
            try await ledger.settle(settlements)
        } catch {
            throw Self.noLedger(error)
        }
        settled(settlements)
    }

    /// After an error, which is what the caller has to know of. Unsettled, a reservation ends by itself and counts at its least.
    func settleAnyway(_ settlements: [BudgetSettlement]) async {
        do throws(ModelError) { try await settle(settlements) } catch { book.meters.refused("error") }
    }

    func settled(_ settlements: [BudgetSettlement]) {
        for settlement in settlements { book.meters.settled(settlement.spent) }
    }

    private static func noLedger(_ error: StoreError) -> ModelError {
        error.code == .leaseLost
            ? ModelError(.cancelled, error.message)
            : ModelError(.unavailable, "the budget could not be read or written (\(error.code.rawValue))")
    }

    // MARK: What is left

    package func standings() async throws(StoreError) -> [BudgetStanding] {
        let now = book.wall.now
        return try await ledger.standings(of: payer.accounts(at: now), at: now)
    }

    /// As the account that has least left says. At `landing` what there is has to be landed.
    package func state() async throws(StoreError) -> BudgetState {
        try await standings().map { $0.state(within: limits[$0.account.scope]) }.max() ?? .open
    }
}

/// What all budgets of the service share.
package struct BudgetBook: Sendable {
    let ledger: any BudgetLedger
    private let settings: BudgetSettings
    /// The dearest of the models that may answer for a role; nil when one of them has no price.
    let price: @Sendable (_ role: String) -> TokenPrice?
    let unpriced: TokenPrice?
    let wall: WallClock
    let clock: any Clock<Duration>
    let meters: BudgetMeters

    package init(
        ledger: any BudgetLedger, settings: BudgetSettings, price: @escaping @Sendable (_ role: String) -> TokenPrice?, wall: WallClock,
        clock: any Clock<Duration>, metrics: Metrics
    ) {
        self.ledger = ledger
        self.settings = settings
        self.price = price
        self.wall = wall
        self.clock = clock
        unpriced = settings.unpriced
        meters = BudgetMeters(metrics)
    }

    /// - Parameter own: what the repository asks for: only ever less than the server allows.
    package func budget(for payer: BudgetPayer, _ own: BudgetsConfig? = nil, lease: Lease? = nil) -> CallBudget {
        CallBudget(payer, (own?.limited(by: settings) ?? settings).limits, lease: lease, self)
    }
}

extension BudgetSettings {
    package var limits: BudgetLimits {
        BudgetLimits(
            run: Self.micro(runUSD), repositoryDay: Self.micro(repositoryDayUSD), organizationMonth: Self.micro(organizationMonthUSD))
    }

    /// What tokens of a model without a price count as; nil when such a model is not asked.
    package var unpriced: TokenPrice? {
        unpricedMillionUSD.map { TokenPrice(input: Self.micro($0), output: Self.micro($0)) }
    }

    private static func micro(_ dollars: Double) -> Int { Int((dollars * 1_000_000).rounded(.down)) }
}

extension ModelRequest {
    /// No text of people or programs has more tokens than half its bytes, but what is made for that purpose: then one call may cost more than
    /// was set aside, and that is counted.
    package var inputTokensMax: Int { (bytes + 1) / 2 + 16 * messages.count + 500 }

    private var bytes: Int {
        let own = system.utf8.count + tools.map { $0.name.utf8.count + $0.summary.utf8.count + $0.schema.text.utf8.count }.reduce(0, +)
        return messages.map(Self.bytes).reduce(own, +)
    }

    private static func bytes(_ message: ModelMessage) -> Int {
        switch message {
        case .material(let text): text.utf8.count
        case .results(let results): results.map { $0.id.utf8.count + $0.text.utf8.count }.reduce(0, +)
        case .turn(let parts): parts.map(bytes).reduce(0, +)
        }
    }

    private static func bytes(_ part: ModelPart) -> Int {
        switch part {
        case .text(let text): text.utf8.count
        case .thinking(let thinking): thinking.block.text.utf8.count
        case .call(let call): call.id.utf8.count + call.name.utf8.count + call.argumentsText.utf8.count
        }
    }
}
