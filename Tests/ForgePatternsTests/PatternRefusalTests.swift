// Which patterns are refused, and that the refusal names the pattern and comes before the cost.

import ForgePatterns
import Testing

@Suite struct PatternRefusalTests {
    @Test(arguments: [
        ("a(", PatternError.Reason.refused), ("[b-a]", .refused), ("a*", .refused), ("\\", .refused), ("(?<=a+)b\\C\\2", .refused),
        ("a\u{0}b", .refused), ("((a{500}){500}){500}", .tooExpensive), (String(repeating: "a", count: 20_000), .tooExpensive),
        ("(?x) a b", .refused), ("a(?i-x: b)", .refused),
    ])
    func `a pattern that cannot be used is named by its place`(expression: String, reason: PatternError.Reason) throws {
        let error = #expect(throws: PatternError.self) {
            try PatternDatabase.compile([PatternSource("fine"), PatternSource(expression), PatternSource("also fine")])
        }
        #expect(error?.pattern == 1)
        #expect(error?.reason == reason)
        #expect(error?.message.isEmpty == false)
    }

    @Test func `the message of a bad pattern is the library's, of the pattern as it was written`() throws {
        let error = #expect(throws: PatternError.self) { try PatternDatabase.compile([PatternSource("a(")]) }
        #expect(error?.description == "pattern 0: Missing close parenthesis for group started at index 1.")
        let everywhere = #expect(throws: PatternError.self) { try PatternDatabase.compile([PatternSource("a*")]) }
        #expect(everywhere?.message == "it fits an empty text, and so everywhere")
        let exact = #expect(throws: PatternError.self) { try ExactPattern(PatternSource("ab)")) }
        #expect(exact?.description == "unmatched closing parenthesis (at byte 2)")
    }

    /// The least limit that lets the expression pass.
    @Test(arguments: [
        ("abc", 3), ("a{10}", 10), ("a{2,10}", 10), ("a{3,}", 4), ("(ab){5}c", 11), ("((a{10}){10}){10}", 1000), ("[a-z]{4}", 4),
        ("[]a{9}]{2}", 2), ("[[:alpha:]{7}]", 1), ("\\x{41}\\d{3}", 4), ("a{,3}", 5), ("a{b}", 4), ("(?:a|b){3}", 6), ("a\\{9}", 4),
        ("x{0}y", 2), ("(a{2}){3}", 6), ("\\Q[(\\E(a{5}){5}]", 28), ("[\\Q]\\E[](a{5}){5}", 26),
        ("(?#[)(a{5}){5}", 25), ("(?i-s:ab){3}", 6), ("(*ANYCRLF)a{3}", 3),
    ])
    func `repetitions count as often as they may happen`(expression: String, places: Int) throws {
        var limits = PatternLimits.trusted
        limits.placesMax = places
        #expect(throws: Never.self) { try ExactPattern(PatternSource(expression), limits: limits) }
        limits.placesMax = places - 1
        #expect(throws: PatternError.self) { try ExactPattern(PatternSource(expression), limits: limits) }
    }

    @Test(arguments: [
        "(a{50}){50}", String(repeating: "(", count: 40) + "a" + String(repeating: ")", count: 40), String(repeating: "ab?", count: 500),
    ])
    func `what an operator may write, a repository may not`(expression: String) throws {
        #expect(throws: Never.self) { try ExactPattern(PatternSource(expression), limits: .trusted) }
        #expect(throws: PatternError.self) { try ExactPattern(PatternSource(expression), limits: .untrusted) }
    }

    @Test func `many patterns that are each cheap enough can be too many`() throws {
        var limits = PatternLimits.untrusted
        limits.patternsMax = 3
        let sources = [PatternSource](repeating: PatternSource("abcd"), count: 4)
        #expect(throws: PatternError.self) { try PatternDatabase.compile(sources, limits: limits) }
        limits.patternsMax = 4
        limits.placesInAllMax = 15
        let error = #expect(throws: PatternError.self) { try PatternDatabase.compile(sources, limits: limits) }
        #expect(error?.pattern == 3)
        limits.placesInAllMax = 16
        #expect(throws: Never.self) { try PatternDatabase.compile(sources, limits: limits) }
    }

    @Test func `a pattern cannot switch the limits or the encoding off from within`() throws {
        #expect(throws: PatternError.self) { try ExactPattern(PatternSource("(*UTF)a")) }
        #expect(throws: PatternError.self) { try ExactPattern(PatternSource("a\\Cb")) }
        let loosened = try ExactPattern(PatternSource("(*LIMIT_MATCH=4000000000)(a+)+$"), limits: .untrusted)
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 5000) + [UInt8(ascii: "b")]
        #expect(throws: PatternLimitReached.self) { try loosened.firstMatch(in: text) }
    }
}
