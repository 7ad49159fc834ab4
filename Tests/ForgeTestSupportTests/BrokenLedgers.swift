// Stores that each break one promise about money.
import ForgeCore
import ForgeTestSupport

/// Looks how much is left, and reserves without limits then.
struct LookingBeforeReserving: ForwardingStore {
    let inner: any Store

    func reserve(_ reservation: BudgetReservation, lease: Lease?) async throws(StoreError) -> BudgetAnswer {
        let now = try await inner.append(NewJournalEvent(stream: "clock", tenant: nil, kind: "look", payload: .object([]))).at
        for standing in try await inner.standings(of: reservation.payer.accounts(at: now), at: now) {
            let limit = reservation.limits[standing.account.scope]
            let left = standing.left(of: limit)
            if reservation.most > left {
                return .refused(BudgetRefusal(scope: standing.account.scope, limit: limit, left: left, asked: reservation.most))
            }
        }
        await Task.yield()
        var free = reservation
        free.limits = BudgetLimits(run: .max / 2, repositoryDay: .max / 2, organizationMonth: .max / 2)
        return try await inner.reserve(free, lease: lease)
    }
}

/// Settles apart from the step, and first.
struct SettlingApart: ForwardingStore {
    let inner: any Store

    func recordStep(_ step: Step, settling: [BudgetSettlement], lease: Lease?) async throws(StoreError) -> Step {
        try await inner.settle(settling)
        return try await inner.recordStep(step, settling: [], lease: lease)
    }
}

/// Counts what was set aside and not what it came to.
struct CountingEstimates: ForwardingStore {
    let inner: any Store

    func settle(_ settlements: [BudgetSettlement]) async throws(StoreError) {
        try await inner.settle(settlements.map { BudgetSettlement($0.reservation, spent: 1) })
    }
}

/// Counts money for all tenants together.
struct OnePurse: ForwardingStore {
    let inner: any Store

    func reserve(_ reservation: BudgetReservation, lease: Lease?) async throws(StoreError) -> BudgetAnswer {
        var shared = reservation
        shared.payer.tenant = .local
        return try await inner.reserve(shared, lease: lease)
    }
}
