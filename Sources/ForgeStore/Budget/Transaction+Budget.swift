// Setting money aside and counting what was spent. The writer carries out one transaction at a time, so whoever finds room has it.

import ForgeCore

extension Transaction {
    func reserve(_ reservation: BudgetReservation, lease: Lease?) throws(StoreError) -> BudgetAnswer {
        try expireReservations()
        var payer = reservation.payer
        if let run = payer.run {
            // The repository may be called otherwise since the run began.
            payer.repository = try writableRun(run, lease, "reserve budget").new.repository
            if let lease { try endReservations(of: run, before: lease) }
        } else if let lease {
            _ = try leasedJob(lease, "reserve budget")
        }
        let accounts = payer.accounts(at: now)
        for account in accounts where reservation.most > 0 {
            let limit = reservation.limits[account.scope]
            let left = try left(in: account, of: limit)
            guard reservation.most <= left else {
                return .refused(BudgetRefusal(scope: account.scope, limit: limit, left: left, asked: reservation.most))
            }
        }
        return .reserved(try insert(reservation, accounts, lease))
    }

    private func left(in account: BudgetAccount, of limit: Int) throws(StoreError) -> Int {
        guard let stored = try connection.budgetAccount(account) else { return limit }
        return try connection.standing(of: stored, at: now).left(of: limit)
    }

    private func insert(
        _ reservation: BudgetReservation, _ accounts: [BudgetAccount], _ lease: Lease?
    ) throws(StoreError) -> ReservationID {
        var ids: [BudgetScope: Int64] = [:]
        for account in accounts { ids[account.scope] = try touch(account) }
        let number = try connection.first(
            """
            INSERT INTO budget_reservations (run, attempt, run_account, repository_account, organization_account, purpose, most, least,
                state, spent, expires_at, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', 0, ?, ?) RETURNING id
            """,
            [
                Value(reservation.payer.run), Value(lease?.attempt), Value(ids[.run]), Value(ids[.repositoryDay]),
                Value(ids[.organizationMonth]), .text(reservation.purpose), Value(reservation.most), Value(reservation.least),
                Value(now + reservation.lifetime), Value(now),
            ]
        ) { row in row.integer() }
        return ReservationID(number ?? 0)
    }

    func touch(_ account: BudgetAccount) throws(StoreError) -> Int64? {
        try connection.first(
            """
            INSERT INTO budget_accounts (scope, tenant, name, period, spent, updated_at) VALUES (?, ?, ?, ?, 0, ?)
            ON CONFLICT (scope, tenant, name, period) DO UPDATE SET updated_at = excluded.updated_at RETURNING id
            """,
            [Value(account.scope), Value(account.tenant), .text(account.name), .text(account.period), Value(now)]
        ) { row in row.integer() }
    }

    func extendReservation(_ id: ReservationID, by lifetime: Duration) throws(StoreError) -> Bool {
        try expireReservations()
        let sql = "UPDATE budget_reservations SET expires_at = ? WHERE id = ? AND state = 'open'"
        try connection.run(sql, [Value(now + lifetime), Value(id)])
        return connection.changes == 1
    }

    func settle(_ settlements: [BudgetSettlement]) throws(StoreError) {
        for settlement in settlements {
            let sql = "\(StoredReservation.columns) WHERE id = ?"
            guard let stored = try connection.first(sql, [Value(settlement.reservation)], StoredReservation.init) else {
                throw .refused("settle budget", "there is no reservation \(settlement.reservation)")
            }
            guard stored.state != "settled" else { continue }
            try end(stored, as: "settled", spent: settlement.spent)
        }
    }

    func expireReservations() throws(StoreError) {
        try expire("\(StoredReservation.columns) WHERE state = 'open' AND expires_at <= ?", [Value(now)])
    }

    /// Whoever had the run before does not carry it on.
    private func endReservations(of run: RunID, before lease: Lease) throws(StoreError) {
        let sql = """
            \(StoredReservation.columns) WHERE state = 'open' AND run = ? AND attempt < ?
            AND run_account = (SELECT id FROM budget_accounts WHERE scope = 'run' AND name = ? AND period = '')
            """
        try expire(sql, [Value(run), Value(lease.attempt), .text(run.description)])
    }

    private func expire(_ which: String, _ values: [Value]) throws(StoreError) {
        for stored in try connection.all(which, values, StoredReservation.init) {
            try end(stored, as: "expired", spent: stored.least)
        }
    }

    /// Corrects what was counted before, if anything was.
    private func end(_ stored: StoredReservation, as state: String, spent: Int) throws(StoreError) {
        try connection.run(
            "UPDATE budget_reservations SET state = ?, spent = ?, ended_at = ? WHERE id = ?",
            [.text(state), Value(spent), Value(now), .integer(stored.id)])
        for account in stored.accounts {
            try connection.run(
                "UPDATE budget_accounts SET spent = spent + ?, updated_at = ? WHERE id = ?",
                [Value(spent - stored.spent), Value(now), .integer(account)])
        }
    }
}

private struct StoredReservation {
    static let columns = """
        SELECT id, state, least, spent, run_account, repository_account, organization_account FROM budget_reservations
        """

    var id: Int64
    var state: String
    var least: Int
    var spent: Int
    var accounts: [Int64]

    init(_ row: inout Row) {
        id = row.integer()
        state = row.text()
        least = row.int()
        spent = row.int()
        accounts = [row.optionalInteger(), row.optionalInteger(), row.optionalInteger()].compactMap(\.self)
    }
}
