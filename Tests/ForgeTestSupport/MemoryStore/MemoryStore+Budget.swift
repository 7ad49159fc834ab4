// Money in memory. It keeps every reservation and adds them all up each time: nothing of it is clever, so it is a second opinion on the store
// that keeps totals.
package import ForgeCore

struct MemoryReservation: Sendable {
    enum State { case open, settled, expired }

    var id: ReservationID
    var reservation: BudgetReservation
    var accounts: [BudgetAccount]
    var attempt: Int?
    var expiresAt: Timestamp
    var state = State.open
    var spent = 0
    var endedAt: Timestamp?
}

struct MemoryBudgetAccount: Sendable {
    var number: Int64
    var account: BudgetAccount
    var usedAt: Timestamp
    /// Of reservations that retention has dropped.
    var droppedSpent = 0
}

extension MemoryStore {
    package func reserve(_ reservation: BudgetReservation, lease: Lease?) async throws(StoreError) -> BudgetAnswer {
        try transact { (state) throws(StoreError) in try state.reserve(reservation, lease) }
    }

    package func extendReservation(_ id: ReservationID, by lifetime: Duration) async throws(StoreError) -> Bool {
        try transact { state in
            state.expireReservations()
            guard let index = state.reservations.firstIndex(where: { $0.id == id && $0.state == .open }) else { return false }
            state.reservations[index].expiresAt = state.now + lifetime
            return true
        }
    }

    package func settle(_ settlements: [BudgetSettlement]) async throws(StoreError) {
        guard !settlements.isEmpty else { return }
        try transact { (state) throws(StoreError) in try state.settle(settlements) }
    }

    package func standings(of accounts: [BudgetAccount], at moment: Timestamp) async throws(StoreError) -> [BudgetStanding] {
        try transact { state in accounts.map { state.standing(of: $0, at: moment) } }
    }

    package func standings(
        _ filter: BudgetFilter, page: PageRequest, at moment: Timestamp, scope: TenantScope
    ) async throws(StoreError) -> Page<BudgetStanding> {
        try transact { state in
            let found = state.budgetAccounts.page(page) { row in
                scope.allows(row.account.tenant) && filter.scope ?? row.account.scope == row.account.scope
                    && filter.name ?? row.account.name == row.account.name && filter.period ?? row.account.period == row.account.period
            }
            return Page(items: found.items.map { state.standing(of: $0.account, at: moment) }, next: found.next)
        }
    }
}

extension MemoryState {
    fileprivate mutating func reserve(_ reservation: BudgetReservation, _ lease: Lease?) throws(StoreError) -> BudgetAnswer {
        expireReservations()
        var payer = reservation.payer
        if let run = payer.run {
            payer.repository = try writable(run, lease).new.repository
            if let lease {
                expireReservations { $0.reservation.payer.run == run && $0.attempt ?? .max < lease.attempt }
            }
        } else if let lease {
            _ = try held(lease)
        }
        let accounts = payer.accounts(at: now)
        if reservation.most > 0 {
            for account in accounts {
                let limit = reservation.limits[account.scope]
                let left = standing(of: account, at: now).left(of: limit)
                if reservation.most > left {
                    return .refused(BudgetRefusal(scope: account.scope, limit: limit, left: left, asked: reservation.most))
                }
            }
        }
        for account in accounts { use(account) }
        let id = ReservationID((reservations.map(\.id.number).max() ?? 0) + 1)
        reservations.append(
            MemoryReservation(
                id: id, reservation: reservation, accounts: accounts, attempt: lease?.attempt, expiresAt: now + reservation.lifetime))
        return .reserved(id)
    }

    private mutating func use(_ account: BudgetAccount) {
        if let known = budgetAccounts.rows.first(where: { $0.account == account }) {
            budgetAccounts[known.number]?.usedAt = now
        } else {
            budgetAccounts.insert { MemoryBudgetAccount(number: $0, account: account, usedAt: now) }
        }
    }

    /// A repository has another name now.
    mutating func moveBudgets(_ old: String, to new: String, of tenant: Tenant) {
        func isOld(_ account: BudgetAccount) -> Bool {
            account.scope == .repositoryDay && account.tenant == tenant && account.name == old
        }
        let month = BudgetPayer(tenant: tenant, repository: new).month(at: now)
        let before = BudgetPayer(tenant: tenant, repository: old).month(at: now)
        if month != before { share(before, with: month, where: isOld) }
        for index in reservations.indices {
            reservations[index].accounts = reservations[index].accounts.map { account in
                var account = account
                if isOld(account) { account.name = new }
                return account
            }
        }
        for row in budgetAccounts.rows where isOld(row.account) {
            var moved = row.account
            moved.name = new
            if let known = budgetAccounts.rows.first(where: { $0.account == moved }) {
                budgetAccounts[known.number]?.droppedSpent += row.droppedSpent
                _ = budgetAccounts.remove(1) { $0.number == row.number }
            } else {
                budgetAccounts[row.number]?.account = moved
            }
        }
    }

    private mutating func share(_ before: BudgetAccount, with month: BudgetAccount, where isOld: (BudgetAccount) -> Bool) {
        let days = budgetAccounts.rows.filter { isOld($0.account) && $0.account.period.hasPrefix(month.period) }
        guard !days.isEmpty else { return }
        use(month)
        var spent = days.map(\.droppedSpent).reduce(0, +)
        for index in reservations.indices {
            let entry = reservations[index]
            guard entry.accounts.contains(where: { account in days.contains { $0.account == account } }) else { continue }
            if entry.state == .open {
                reservations[index].accounts = entry.accounts.map { $0 == before ? month : $0 }
            } else {
                spent += entry.spent
            }
        }
        if let known = budgetAccounts.rows.first(where: { $0.account == month }) {
            budgetAccounts[known.number]?.droppedSpent += spent
        }
    }

    mutating func settle(_ settlements: [BudgetSettlement]) throws(StoreError) {
        for settlement in settlements {
            guard let index = reservations.firstIndex(where: { $0.id == settlement.reservation }) else {
                throw refused("there is no reservation \(settlement.reservation)")
            }
            if reservations[index].state != .settled { end(index, .settled, settlement.spent) }
        }
    }

    private mutating func end(_ index: Int, _ state: MemoryReservation.State, _ spent: Int) {
        reservations[index].state = state
        reservations[index].spent = spent
        reservations[index].endedAt = now
        for account in reservations[index].accounts { use(account) }
    }

    fileprivate mutating func expireReservations(_ alsoWhere: (MemoryReservation) -> Bool = { _ in false }) {
        for index in reservations.indices where reservations[index].state == .open {
            let entry = reservations[index]
            if entry.expiresAt <= now || alsoWhere(entry) { end(index, .expired, entry.reservation.least) }
        }
    }

    fileprivate func standing(of account: BudgetAccount, at moment: Timestamp) -> BudgetStanding {
        let dropped = budgetAccounts.rows.first { $0.account == account }?.droppedSpent ?? 0
        var standing = BudgetStanding(account: account, spent: dropped, reserved: 0)
        for entry in reservations where entry.accounts.contains(account) {
            if entry.state != .open {
                standing.spent += entry.spent
            } else if entry.expiresAt > moment {
                standing.reserved += entry.reservation.most
            } else {
                standing.spent += entry.reservation.least
            }
        }
        return standing
    }

    mutating func sweepBudgets(olderThan moment: Timestamp, limit: Int, _ swept: inout Swept) {
        expireReservations()
        let old = reservations.filter { $0.state != .open && $0.endedAt ?? now < moment }
        for entry in old.prefix(limit) {
            for account in entry.accounts {
                guard let known = budgetAccounts.rows.first(where: { $0.account == account }) else { continue }
                budgetAccounts[known.number]?.droppedSpent += entry.spent
            }
            reservations.removeAll { $0.id == entry.id }
        }
        let (today, runs, open) = (now.description, runs, reservations.filter { $0.state == .open }.flatMap(\.accounts))
        let (gone, more) = budgetAccounts.remove(limit) { row in
            let account = row.account
            let isOver =
                account.scope == .run
                ? Int64(account.name).flatMap { runs[$0] } == nil : account.period < String(today.prefix(account.period.count))
            return row.usedAt < moment && isOver && !open.contains(account)
        }
        swept.budgets = gone.count
        swept.isUnfinished = swept.isUnfinished || more || old.count > limit
    }
}
