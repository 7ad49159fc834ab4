// The pack of prices: what is read, and what is not taken for a price.

import Testing

@testable import ForgeRules

struct ModelPackTests {
    private func pack(_ models: String) throws -> ModelPack {
        try ModelPack(yaml: Array("version: 1\npack: models\nmodels:\n\(models)".utf8), name: "m.yml")
    }

    private func problem(_ models: String) -> String? {
        do {
            _ = try pack(models)
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static let prices = "input: 2, output: 10, cache_read: 0.2, cache_write: 2.5"
    private static let whole = "\(prices), matches: [a]"

    @Test func `the longest name counts, and a name is also looked up behind its slash`() throws {
        let pack = try pack("  - {name: a-, provider: x, \(Self.whole)}\n  - {name: a-b, provider: y, window: 5, \(Self.whole)}\n")
        #expect(pack.entry(for: "a-b")?.provider == "y" && pack.entry(for: "a-b-20251001")?.window == 5)
        #expect(pack.entry(for: "a-bc")?.provider == "x" && pack.entry(for: "a-b-2")?.cacheRead == 0.2)
        #expect(pack.entry(for: "maker/a-b")?.provider == "y" && pack.entry(for: "b") == nil && pack.entry(for: "a") == nil)
        let report = pack.exampleReport()
        #expect(
            report.ruleCount == 2
                && report.failures.map(\.message) == ["the price of 'a' is that of no entry", "the price of 'a' is that of no entry"])
    }

    @Test func `a name that looks like a model's is shown to be another one's`() throws {
        let wide = try pack("  - {name: o3-, provider: x, \(Self.prices), matches: [o3-mini], ignores: [o3-pro]}\n")
        #expect(wide.exampleReport().failures.map(\.message) == ["it is taken for the price of 'o3-pro', too"])
        let exact = try pack("  - {name: o3, provider: x, \(Self.prices), matches: [o3-2025-04-16], ignores: [o3-pro, o3-mini]}\n")
        #expect(exact.exampleReport().failures.isEmpty && exact.exampleReport().exampleCount == 3)
    }

    @Test func `a model without one of its prices is a mistake, and so is one without a name that it is about`() {
        #expect(
            problem("  - {name: a, provider: x, input: 2, output: 10, cache_read: 1, matches: [a]}\n")?.contains("'cache_write'") == true)
        #expect(
            problem("  - {name: a, provider: x, input: -2, output: 10, cache_read: 1, cache_write: 1, matches: [a]}\n")?.contains("'input'")
                == true)
        #expect(problem("  - {name: a, provider: x, input: 2, output: 10, cache_read: 1, cache_write: 1}\n")?.contains("'matches'") == true)
        #expect(
            problem("  - {name: a, provider: x, \(Self.whole)}\n  - {name: a, provider: x, \(Self.whole)}\n")?.contains("already") == true)
        #expect(problem("  - {name: a, provider: x, window: many, \(Self.whole)}\n") != nil)
    }
}
