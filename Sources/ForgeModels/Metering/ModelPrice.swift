// What a model costs, and how much it holds, by its name. An unknown model has no price: nobody must take that for nothing.

package import ForgeCore

package struct ModelPrice: Hashable, Sendable {
    /// Millionths of a dollar for a million tokens, each.
    package var input: Int
    package var output: Int
    package var cacheRead: Int
    package var cacheWrite: Int

    package init(input: Int, output: Int, cacheRead: Int, cacheWrite: Int) {
        self.input = input
        self.output = output
        self.cacheRead = cacheRead
        self.cacheWrite = cacheWrite
    }

    /// Millionths of a dollar, rounded up.
    package func microUSD(_ usage: ModelUsage) -> Int {
        let fresh = max(0, usage.inputTokens - usage.cachedTokens - usage.cacheWriteTokens)
        let parts = [(fresh, input), (usage.cachedTokens, cacheRead), (usage.cacheWriteTokens, cacheWrite), (usage.outputTokens, output)]
        var sum = 0
        for (tokens, price) in parts {
            let (product, isTooMuch) = tokens.multipliedReportingOverflow(by: price)
            let (next, isTooMuchTogether) = sum.addingReportingOverflow(product)
            if isTooMuch || isTooMuchTogether { return Int.max / 2_000_000 }
            sum = next
        }
        return sum / 1_000_000 + (sum % 1_000_000 == 0 ? 0 : 1)
    }

    /// The most that a call may cost: nothing comes from a cache, all is written to one.
    package func microUSDMax(inputTokens: Int, outputTokens: Int) -> Int {
        let dearest = cacheWrite > input
        return microUSD(
            ModelUsage(inputTokens: inputTokens, outputTokens: outputTokens, cacheWriteTokens: dearest ? inputTokens : 0))
    }
}

package struct ModelFacts: Hashable, Sendable {
    /// The name it is about; dates behind it do not count, and a hyphen at its end makes it a family's.
    package var prefix: String
    package var provider: String
    /// Nil when only the window is known.
    package var price: ModelPrice?
    /// Tokens that a prompt and its answer may have together.
    package var window: Int?

    package init(prefix: String, provider: String, price: ModelPrice?, window: Int?) {
        self.prefix = prefix
        self.provider = provider
        self.price = price
        self.window = window
    }
}

package struct ModelCatalog: Hashable, Sendable {
    package let models: [ModelFacts]

    package static let empty = ModelCatalog([])

    /// Of two with the same prefix the later one counts.
    package init(_ models: [ModelFacts]) {
        var kept: [String: Int] = [:]
        var list: [ModelFacts] = []
        for facts in models {
            if let index = kept[facts.prefix] {
                list[index] = facts
            } else {
                kept[facts.prefix] = list.count
                list.append(facts)
            }
        }
        self.models = list
    }

    package func facts(of model: String) -> ModelFacts? { models.entry(forModel: model, named: \.prefix) }

    package func price(of model: String) -> ModelPrice? { facts(of: model)?.price }

    /// The usage with its price; without, when nobody told one.
    package func priced(_ usage: ModelUsage, model: String, asked: String) -> ModelUsage {
        var usage = usage
        usage.microUSD = (price(of: model) ?? price(of: asked))?.microUSD(usage)
        return usage
    }
}
