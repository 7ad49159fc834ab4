// What work may cost and where that is counted. An amount is a whole number of millionths of a dollar and never below zero: fractions of
// cents that are added up a million times must come out the same on every machine.

/// Whose money it is, from the narrowest to the widest.
package enum BudgetScope: String, Hashable, Sendable, CaseIterable {
    case run
    case repositoryDay = "repository_day"
    case organizationMonth = "organization_month"

    /// Of the server's settings.
    package var settingsKey: String { "budget.\(rawValue)_usd" }

    package var title: String {
        switch self {
        case .run: "this run"
        case .repositoryDay: "this repository today"
        case .organizationMonth: "this organisation this month"
        }
    }
}

/// One place where money is counted. Days and months are those of UTC.
package struct BudgetAccount: Hashable, Sendable {
    package var scope: BudgetScope
    package var tenant: Tenant
    /// The run's number, the repository, or the repository's owner.
    package var name: String
    /// `2026-11-20`, `2026-11`, or nothing for a run.
    package var period: String

    package init(scope: BudgetScope, tenant: Tenant, name: String, period: String) {
        self.scope = scope
        self.tenant = tenant
        self.name = name
        self.period = period
    }
}

/// For whom something is paid.
package struct BudgetPayer: Hashable, Sendable {
    package var tenant: Tenant
    package var repository: String
    /// Nil for what belongs to no run.
    package var run: RunID?

    package init(tenant: Tenant, repository: String, run: RunID? = nil) {
        self.tenant = tenant
        self.repository = repository
        self.run = run
    }

    /// What is paid at this moment is counted in all of them, the narrowest first.
    package func accounts(at moment: Timestamp) -> [BudgetAccount] {
        let date = moment.description
        let own = run.map { BudgetAccount(scope: .run, tenant: tenant, name: $0.description, period: "") }
        return [own].compactMap(\.self) + [
            BudgetAccount(scope: .repositoryDay, tenant: tenant, name: repository, period: String(date.prefix(10))),
            month(at: moment),
        ]
    }

    /// The owner's.
    package func month(at moment: Timestamp) -> BudgetAccount {
        let owner = String(repository.prefix { $0 != "/" })
        return BudgetAccount(scope: .organizationMonth, tenant: tenant, name: owner, period: String(moment.description.prefix(7)))
    }
}

/// In millionths of a dollar.
package struct BudgetLimits: Hashable, Sendable {
    package var run: Int
    package var repositoryDay: Int
    package var organizationMonth: Int

    package init(run: Int, repositoryDay: Int, organizationMonth: Int) {
        self.run = run
        self.repositoryDay = repositoryDay
        self.organizationMonth = organizationMonth
    }

    package subscript(scope: BudgetScope) -> Int {
        switch scope {
        case .run: run
        case .repositoryDay: repositoryDay
        case .organizationMonth: organizationMonth
        }
    }
}

package struct BudgetReservation: Hashable, Sendable {
    /// Above it an amount is a mistake; nine thousand of them still add up without running over.
    package static let amountMax = 1_000_000_000_000_000

    package var payer: BudgetPayer
    package var limits: BudgetLimits
    /// What it may cost at worst: this much is set aside.
    package let most: Int
    /// What it costs when nobody ever says: the question was probably sent.
    package let least: Int
    /// For people, such as `reviewer: claude-sonnet-5`.
    package var purpose: String
    /// It ends by itself unless it is extended.
    package var lifetime: Duration

    package init(payer: BudgetPayer, limits: BudgetLimits, most: Int, least: Int = 0, purpose: String, lifetime: Duration) {
        self.payer = payer
        self.limits = limits
        self.least = min(max(0, least), Self.amountMax)
        self.most = min(max(self.least, most), Self.amountMax)
        self.purpose = purpose
        self.lifetime = lifetime
    }
}

package typealias ReservationID = Identifier<BudgetReservation>

package enum BudgetAnswer: Hashable, Sendable {
    case reserved(ReservationID)
    case refused(BudgetRefusal)
}

/// Which limit stands in the way: the narrowest of them.
package struct BudgetRefusal: Hashable, Sendable, CustomStringConvertible {
    package var scope: BudgetScope
    package var limit: Int
    package var left: Int
    package var asked: Int

    package init(scope: BudgetScope, limit: Int, left: Int, asked: Int) {
        self.scope = scope
        self.limit = limit
        self.left = left
        self.asked = asked
    }

    package var description: String {
        let (left, limit, asked) = (Dollars.text(max(0, left)), Dollars.text(limit), Dollars.text(asked))
        return "the budget of \(scope.title) has \(left) left of \(limit) (\(scope.settingsKey)), and the next call may cost \(asked)"
    }
}

/// What a reserved call came to.
package struct BudgetSettlement: Hashable, Sendable {
    package var reservation: ReservationID
    package let spent: Int

    package init(_ reservation: ReservationID, spent: Int) {
        self.reservation = reservation
        self.spent = min(max(0, spent), BudgetReservation.amountMax)
    }
}

/// How an account stands.
package struct BudgetStanding: Hashable, Sendable {
    package var account: BudgetAccount
    package var spent: Int
    /// Set aside for calls that go on.
    package var reserved: Int

    package init(account: BudgetAccount, spent: Int, reserved: Int) {
        self.account = account
        self.spent = spent
        self.reserved = reserved
    }

    package func left(of limit: Int) -> Int { limit - spent - reserved }

    package func state(within limit: Int) -> BudgetState {
        let left = left(of: limit)
        if spent + reserved == 0 { return .open }
        return left <= 0 ? .spent : left <= limit / 10 ? .landing : .open
    }
}

package enum BudgetState: String, Hashable, Sendable, Comparable, CaseIterable {
    case open
    /// Nine tenths are used: what there is has to be landed.
    case landing
    case spent

    package static func < (left: Self, right: Self) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}

/// Which accounts are listed.
package struct BudgetFilter: Hashable, Sendable {
    package var scope: BudgetScope?
    package var name: String?
    package var period: String?

    package init(scope: BudgetScope? = nil, name: String? = nil, period: String? = nil) {
        self.scope = scope
        self.name = name
        self.period = period
    }
}

/// What tokens cost, in millionths of a dollar for a million of them.
package struct TokenPrice: Hashable, Sendable {
    package var input: Int
    package var output: Int

    package init(input: Int, output: Int) {
        self.input = input
        self.output = output
    }

    /// Rounded up, and never more than a reservation can be.
    package func cost(inputTokens: Int, outputTokens: Int) -> Int {
        let cost = Self.product(input, inputTokens) + Self.product(output, outputTokens)
        return min((cost + 999_999) / 1_000_000, BudgetReservation.amountMax)
    }

    private static func product(_ price: Int, _ tokens: Int) -> Int {
        let (product, isOver) = max(0, price).multipliedReportingOverflow(by: max(0, tokens))
        return isOver ? .max / 4 : min(product, .max / 4)
    }
}

package enum Dollars {
    /// `$1.50`, and as many more digits as it takes to tell it from nothing.
    package static func text(_ microUSD: Int) -> String {
        let sign = microUSD < 0 ? "-" : ""
        let (whole, rest) = microUSD.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        var digits = String(rest)
        digits = String(repeating: "0", count: 6 - digits.count) + digits
        while digits.count > 2, digits.last == "0" { digits.removeLast() }
        return "\(sign)$\(whole).\(digits)"
    }
}
