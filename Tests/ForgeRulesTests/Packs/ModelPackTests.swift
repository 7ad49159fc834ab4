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

    private static let whole = "input: 2, output: 10, cache_read: 0.2, cache_write: 2.5, matches: [a]"

    @Test func `the longest beginning counts, and a name is also looked up behind its slash`() throws {
        let pack = try pack("  - {name: a, provider: x, \(Self.whole)}\n  - {name: ab, provider: y, window: 5, \(Self.whole)}\n")
        #expect(pack.entry(for: "abc")?.provider == "y" && pack.entry(for: "abc")?.window == 5)
        #expect(pack.entry(for: "ac")?.cacheRead == 0.2)
        #expect(pack.entry(for: "maker/ab")?.provider == "y" && pack.entry(for: "b") == nil)
        let report = pack.exampleReport()
        #expect(report.ruleCount == 2 && report.failures.map(\.message) == ["the price of 'a' is that of a"])
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
