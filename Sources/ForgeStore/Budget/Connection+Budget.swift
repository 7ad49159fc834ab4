// Reading accounts of money. What is set aside in one is a sum over what is open, which is as much as goes on at once.

import ForgeCore

struct StoredBudgetAccount {
    var id: Int64
    var account: BudgetAccount
    var spent: Int
}

extension BudgetScope {
    /// The column of a reservation that names its account of this scope. A word of ours, never one from outside.
    var column: String {
        switch self {
        case .run: "run_account"
        case .repositoryDay: "repository_account"
        case .organizationMonth: "organization_account"
        }
    }
}

extension Connection {
    private static let columns = "SELECT id, scope, tenant, name, period, spent FROM budget_accounts"

    private static func account(_ row: inout Row) throws(StoreError) -> StoredBudgetAccount {
        StoredBudgetAccount(
            id: row.integer(),
            account: BudgetAccount(scope: try row.word(), tenant: try row.tenant(), name: row.text(), period: row.text()), spent: row.int())
    }

    func budgetAccount(_ account: BudgetAccount) throws(StoreError) -> StoredBudgetAccount? {
        try first(
            "\(Self.columns) WHERE scope = ? AND tenant = ? AND name = ? AND period = ?",
            [Value(account.scope), Value(account.tenant), .text(account.name), .text(account.period)], Self.account)
    }

    func budgetAccounts(_ filter: BudgetFilter, page: PageRequest, scope: TenantScope) throws(StoreError) -> Page<StoredBudgetAccount> {
        var listing = Listing(Self.columns, page: page)
        listing.require(scope)
        listing.require("scope = ?", filter.scope.map { Value($0) })
        listing.require("name = ?", filter.name.map(Value.text))
        listing.require("period = ?", filter.period.map(Value.text))
        return try listing.read(on: self, id: \.id, Self.account)
    }

    /// What has run out counts with its least, though nobody has written so yet.
    func standing(of stored: StoredBudgetAccount, at moment: Timestamp) throws(StoreError) -> BudgetStanding {
        let sql = """
            SELECT coalesce(sum(CASE WHEN expires_at > ?2 THEN most ELSE 0 END), 0),
                coalesce(sum(CASE WHEN expires_at > ?2 THEN 0 ELSE least END), 0)
            FROM budget_reservations WHERE state = 'open' AND \(stored.account.scope.column) = ?1
            """
        let (reserved, ended) = try first(sql, [.integer(stored.id), Value(moment)]) { row in (row.int(), row.int()) } ?? (0, 0)
        return BudgetStanding(account: stored.account, spent: stored.spent + ended, reserved: reserved)
    }
}
