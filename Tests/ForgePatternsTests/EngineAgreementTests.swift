// The two engines say the same of random patterns and texts: a match that the scan misses would never be confirmed by the other.

import ForgePatterns
import ForgeTestSupport
import Testing

@Suite struct EngineAgreementTests {
    @Test(arguments: UInt64(0)..<60)
    func `a scan ends where, and only where, an exact match can end`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let options: PatternSource.Options = random.below(2) == 0 ? [] : [.caseless, .dotAll]
        let expressions = (0..<12).map { _ in expression(depth: 3, &random) }.filter { !$0.isEmpty }
        let sources = expressions.map { PatternSource($0, options: options.union(.allowsEmpty)) }
        // Behind the match nothing may stand, so a match has to end at the end of the range.
        let ending = try sources.map { try ExactPattern(PatternSource("(?:\($0.expression))(?![\\s\\S])", options: options)) }
        let scratch = PatternScratch(try PatternDatabase.compile(sources))
        var hits = PatternHits()
        for _ in 0..<6 {
            let text = text(&random)
            #expect(scratch.scan(text, into: &hits) == .complete)
            let found = ends(hits.all, patternCount: sources.count)
            for (index, pattern) in ending.enumerated() {
                guard let expected = try exactEnds(pattern, in: text) else { continue }
                #expect(found[index] == expected, "\(expressions[index]) in \(text)")
            }
        }
    }

    /// Nil when the exact engine gave up, so that it cannot tell.
    private func exactEnds(_ pattern: ExactPattern, in text: [UInt8]) throws -> [Int]? {
        let scratch = MatchScratch()
        do {
            return try (0...text.count).filter { try pattern.firstMatch(in: text, range: 0..<$0, using: scratch) != nil }
        } catch is PatternLimitReached {
            return nil
        }
    }

    @Test func `what a Unicode pattern matches exactly the scan finds too, in bytes that are no UTF-8`() throws {
        let expressions = ["k.y", "[éü]{2}", "\\w+é", "[^a]b", "é.*b", "a.{0,3}b"]
        let sources = expressions.map { PatternSource($0, options: [.unicode, .caseless]) }
        let exact = try sources.map { try ExactPattern($0) }
        let scratch = PatternScratch(try PatternDatabase.compile(sources))
        var hits = PatternHits()
        for seed in UInt64(0)..<2000 {
            let text = brokenText(seed)
            #expect(scratch.scan(text, into: &hits) == .complete)
            let found = ends(hits.all, patternCount: sources.count)
            for (index, pattern) in exact.enumerated() {
                let missed = try pattern.matches(in: text).filter { !found[index].contains($0.range.upperBound) }
                #expect(missed.isEmpty, "\(expressions[index]), seed \(seed)")
            }
        }
    }

    private func brokenText(_ seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        let pieces: [[UInt8]] = ["a", "b", "é", "ü", "key", "kÉy", "日"].map { Array($0.utf8) } + [[0xFF], [0xC3], [0x80], [0xE6, 0x97]]
        return (0..<random.below(20)).flatMap { _ in random.element(of: pieces) }
    }

    private func text(_ random: inout SeededRandom) -> [UInt8] {
        (0..<random.below(24)).map { _ in random.element(of: Array("aabbcABX0 \n\u{FF}".utf8)) }
    }

    private func expression(depth: Int, _ random: inout SeededRandom) -> String {
        let atoms = ["a", "b", "c", "X", ".", "[ab]", "[^a]", "\\d", "\\s", "\\w", "0", " "]
        guard depth > 0 else { return random.element(of: atoms) }
        func inner() -> String { expression(depth: depth - 1, &random) }
        switch random.below(6) {
        case 0: return inner() + inner()
        case 1: return "(\(inner())|\(inner()))"
        case 2: return "(?:\(inner()))" + random.element(of: ["*", "+", "?", "{2}", "{1,3}"])
        case 3: return inner() + random.element(of: atoms)
        case 4: return "(\(inner()))"
        default: return random.element(of: atoms) + inner()
        }
    }
}
