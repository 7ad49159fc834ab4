// What an operator watches of money.

import ForgeCore

struct BudgetMeters: Sendable {
    private let metrics: Metrics

    init(_ metrics: Metrics) { self.metrics = metrics }

    /// `limit` is the scope whose limit stood in the way, `price` when none is known, `error` when the ledger did not answer.
    func refused(_ limit: String) {
        metrics.counter("forge_budget_refused_total", "Calls that were not made for want of money.", [.init("limit", limit)]).add()
    }

    func settled(_ microUSD: Int) {
        metrics.counter("forge_budget_calls_total", "Calls that were paid.").add()
        metrics.counter("forge_budget_spent_micro_usd_total", "Millionths of a dollar that calls came to.").add(microUSD)
    }
}
