// Money of a repository that has another name now: a new name brings no new budget. Its days go with it whole. Its part of the month is counted
// for the new owner too, when that is another one, and stays with the old one, who has spent it.

import ForgeCore

extension Transaction {
    func moveBudgets(_ old: String, to new: String, of tenant: Tenant) throws(StoreError) {
        try shareMonth(old, with: new, of: tenant)
        let days = try connection.all(
            "SELECT id, period FROM budget_accounts WHERE scope = ? AND tenant = ? AND name = ?",
            [Value(BudgetScope.repositoryDay), Value(tenant), .text(old)]
        ) { row in (id: row.integer(), period: row.text()) }
        for day in days {
            let account = BudgetAccount(scope: .repositoryDay, tenant: tenant, name: new, period: day.period)
            if let there = try connection.budgetAccount(account) {
                try merge(day.id, into: there.id)
            } else {
                try connection.run("UPDATE budget_accounts SET name = ? WHERE id = ?", [.text(new), .integer(day.id)])
            }
        }
    }

    /// Something was paid under the new name already.
    private func merge(_ old: Int64, into new: Int64) throws(StoreError) {
        try connection.run(
            "UPDATE budget_accounts SET spent = spent + (SELECT spent FROM budget_accounts WHERE id = ?), updated_at = ? WHERE id = ?",
            [.integer(old), Value(now), .integer(new)])
        // Those that ended too: what they came to may still be told.
        try connection.run(
            "UPDATE budget_reservations SET repository_account = ? WHERE repository_account = ?", [.integer(new), .integer(old)])
        try connection.run("DELETE FROM budget_accounts WHERE id = ?", [.integer(old)])
    }

    /// What goes on is counted where it ends.
    private func shareMonth(_ old: String, with new: String, of tenant: Tenant) throws(StoreError) {
        let month = BudgetPayer(tenant: tenant, repository: new).month(at: now)
        guard month != BudgetPayer(tenant: tenant, repository: old).month(at: now) else { return }
        let days = """
            FROM budget_accounts WHERE scope = 'repository_day' AND tenant = ?1 AND name = ?2 AND substr(period, 1, length(?3)) = ?3
            """
        let own: [Value] = [Value(tenant), .text(old), .text(month.period)]
        let found = try connection.first("SELECT count(*), coalesce(sum(spent), 0) \(days)", own) { row in
            (count: row.int(), spent: row.int())
        }
        guard let found, found.count > 0, let account = try touch(month) else { return }
        try connection.run("UPDATE budget_accounts SET spent = spent + ? WHERE id = ?", [Value(found.spent), .integer(account)])
        try connection.run(
            "UPDATE budget_reservations SET organization_account = ?4 WHERE state = 'open' AND repository_account IN (SELECT id \(days))",
            own + [.integer(account)])
    }
}
