// What a model costs, and how much it holds, by the beginning of its name. An unknown model has no price: nobody must take that for nothing.

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
    /// The beginning of the names it is about.
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

    /// The longest prefix counts. A router's names (`maker/model`) are looked up with and without what stands before the slash.
    package func facts(of model: String) -> ModelFacts? {
        let whole = longest(model)
        guard whole == nil, let slash = model.lastIndex(of: "/") else { return whole }
        return longest(String(model[model.index(after: slash)...]))
    }

    package func price(of model: String) -> ModelPrice? { facts(of: model)?.price }

    /// The usage with its price; without, when nobody told one.
    package func priced(_ usage: ModelUsage, model: String, asked: String) -> ModelUsage {
        var usage = usage
        usage.microUSD = (price(of: model) ?? price(of: asked))?.microUSD(usage)
        return usage
    }

    private func longest(_ name: String) -> ModelFacts? {
        models.filter { Self.is(name, of: $0.prefix) }.max { $0.prefix.utf8.count < $1.prefix.utf8.count }
    }

    /// The name itself, or with a version or a date: what else is appended names another model, which may be dearer by far.
    private static func `is`(_ name: String, of prefix: String) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        let rest = name.dropFirst(prefix.count)
        // Written so, it means all of a family.
        if prefix.hasSuffix("-") { return true }
        return rest.isEmpty || rest == "-latest" || rest.first == "-" && rest.dropFirst().first?.isNumber == true
    }
}
