// What work may cost: the port `BudgetLedger`.

package import ForgeCore

extension SQLiteStore: BudgetLedger {
    package func reserve(_ reservation: BudgetReservation, lease: Lease?) async throws(StoreError) -> BudgetAnswer {
        try await writer.write("reserve budget") { transaction throws(StoreError) in
            try transaction.reserve(reservation, lease: lease)
        }
    }

    package func extendReservation(_ id: ReservationID, by lifetime: Duration) async throws(StoreError) -> Bool {
        try await writer.write("extend reservation") { transaction throws(StoreError) in
            try transaction.extendReservation(id, by: lifetime)
        }
    }

    package func settle(_ settlements: [BudgetSettlement]) async throws(StoreError) {
        guard !settlements.isEmpty else { return }
        try await writer.write("settle budget") { transaction throws(StoreError) in try transaction.settle(settlements) }
    }

    package func standings(of accounts: [BudgetAccount], at moment: Timestamp) async throws(StoreError) -> [BudgetStanding] {
        try await readers.read("read budget") { connection throws(StoreError) in
            var standings: [BudgetStanding] = []
            for account in accounts {
                let none = BudgetStanding(account: account, spent: 0, reserved: 0)
                guard let stored = try connection.budgetAccount(account) else {
                    standings.append(none)
                    continue
                }
                standings.append(try connection.standing(of: stored, at: moment))
            }
            return standings
        }
    }

    package func standings(
        _ filter: BudgetFilter, page: PageRequest, at moment: Timestamp, scope: TenantScope
    ) async throws(StoreError) -> Page<BudgetStanding> {
        try await readers.read("list budgets") { connection throws(StoreError) in
            let found = try connection.budgetAccounts(filter, page: page, scope: scope)
            var standings: [BudgetStanding] = []
            for account in found.items { standings.append(try connection.standing(of: account, at: moment)) }
            return Page(items: standings, next: found.next)
        }
    }
}
