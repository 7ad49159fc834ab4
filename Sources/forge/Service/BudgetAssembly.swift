// The ledger of money as the settings limit it, and what a call may cost at worst: the dearest of all models that may come to answer it.

import ForgeConfig
import ForgeCore
import ForgeEngine
import ForgeModels

extension ServerSettings {
    func budgets(_ ledger: any BudgetLedger, _ catalog: ModelCatalog, _ surroundings: Surroundings, _ metrics: Metrics) -> BudgetBook {
        BudgetBook(
            ledger: ledger, settings: budget, price: { [model] role in model.worstPrice(of: role, catalog) }, wall: surroundings.wall,
            clock: surroundings.clock, metrics: metrics)
    }
}

extension ModelSettings {
    /// Nil when nobody told the price of one of them.
    func worstPrice(of role: String, _ catalog: ModelCatalog) -> TokenPrice? {
        var worst = TokenPrice(input: 0, output: 0)
        // A transcript is played from a file, which costs nothing.
        guard provider != .scripted else { return worst }
        for name in roles[role].map({ [$0.name] + $0.fallbacks }) ?? [name] + fallbacks {
            guard let price = catalog.worstPrice(of: others[name]?.name ?? name) else { return nil }
            worst = TokenPrice(input: max(worst.input, price.input), output: max(worst.output, price.output))
        }
        return worst
    }
}

extension ModelCatalog {
    /// What a call of this model may cost at worst: nothing from a cache, all written to one.
    func worstPrice(of model: String) -> TokenPrice? {
        price(of: model).map { TokenPrice(input: max($0.input, $0.cacheWrite), output: $0.output) }
    }
}
