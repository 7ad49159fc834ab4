// What an exact match says, and that it ends whatever the pattern and the text.

import ForgePatterns
import Testing

@Suite struct ExactPatternTests {
    @Test func `groups are ranges of the whole text, those that took no part are nil`() throws {
        let pattern = try ExactPattern(PatternSource("(k)(x)?=([0-9]+)(y)?"))
        #expect(pattern.groupCount == 4)
        let match = try pattern.firstMatch(in: Array("a k=12 b".utf8))
        #expect(match == PatternMatch(range: 2..<6, groups: [2..<6, 2..<3, nil, 4..<6, nil]))
    }

    @Test func `a range is searched as part of its text: what stands before it is seen, what stands after it is not`() throws {
        let text = Array("abcabc".utf8)
        #expect(try ExactPattern(PatternSource("(?<=c)a")).firstMatch(in: text, range: 3..<6)?.range == 3..<4)
        #expect(try ExactPattern(PatternSource("^a")).firstMatch(in: text, range: 3..<6) == nil)
        #expect(try ExactPattern(PatternSource("b$")).firstMatch(in: text, range: 0..<2)?.range == 1..<2)
        #expect(try ExactPattern(PatternSource("c")).firstMatch(in: text, range: 0..<2) == nil)
        #expect(try ExactPattern(PatternSource("b*")).firstMatch(in: text, range: 6..<6)?.range == 6..<6)
    }

    @Test func `matches do not overlap, and empty ones move on`() throws {
        #expect(try ranges("aa", in: "aaaaa") == [0..<2, 2..<4])
        #expect(try ranges("b*", in: "abba") == [0..<0, 1..<3, 3..<3, 4..<4])
        #expect(try ranges("x", in: "") == [])
        #expect(try ranges("x?", in: "") == [0..<0])
        #expect(try ranges("a\\Kb", in: "abab") == [1..<2, 3..<4])
    }

    @Test func `more matches than asked for are an error, not a shorter list`() throws {
        let pattern = try ExactPattern(PatternSource("a"))
        #expect(try pattern.matches(in: Array("aaa".utf8), countMax: 3).count == 3)
        #expect(throws: PatternLimitReached.matches) { try pattern.matches(in: Array("aaa".utf8), countMax: 2) }
    }

    @Test func `bytes that are no UTF-8 match nothing of a Unicode pattern and do not stop it`() throws {
        let pattern = try ExactPattern(PatternSource("k.y", options: [.unicode, .caseless]))
        let text = Array("k".utf8) + [0xFF] + Array("y k".utf8) + [0xC3] + Array("y kéy".utf8) + [0x80, 0xED, 0xA0, 0x80]
        #expect(try pattern.matches(in: text).map(\.range) == [8..<12])
        for start in 0...text.count { #expect(try pattern.matches(in: text, range: start..<text.count).count == (start <= 8 ? 1 : 0)) }
    }

    @Test func `a byte pattern takes any bytes`() throws {
        let text: [UInt8] = [0x6B, 0xFF, 0x79, 0x00, 0xC3]
        #expect(try ExactPattern(PatternSource("k.y\\x00")).firstMatch(in: text)?.range == 0..<4)
    }

    @Test(arguments: ["(a+)+$", "(a|aa)+$", "(a*)*[bc]", "(?:a?){30}a{30}$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(?R)?a+b|(a(?1)?)+c"])
    func `a pattern that would take years ends at its limit, soon`(expression: String) throws {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 100_000) + [UInt8(ascii: "!")]
        for limits in [PatternLimits.trusted, .untrusted] {
            let pattern = try ExactPattern(PatternSource(expression), limits: limits)
            let took = ContinuousClock().measure { #expect(throws: PatternLimitReached.self) { try pattern.firstMatch(in: text) } }
            #expect(took < .seconds(10), "a limit of steps, even on a busy machine with a sanitizer")
        }
    }

    @Test func `one scratch serves patterns of any number of groups`() throws {
        let scratch = MatchScratch()
        let many = try ExactPattern(PatternSource(String(repeating: "(a)", count: 90)))
        let few = try ExactPattern(PatternSource("(a)"))
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 90)
        for _ in 0..<2 {
            #expect(try few.firstMatch(in: text, using: scratch)?.groups == [0..<1, 0..<1])
            #expect(try many.firstMatch(in: text, using: scratch)?.groups.last == 89..<90)
        }
    }

    @Test func `eight workers match with one pattern, each as if it were alone`() async throws {
        let pattern = try ExactPattern(PatternSource("id=([0-9]+)"))
        let right = await withTaskGroup(of: Int.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    let scratch = MatchScratch()
                    return (0..<500).count { round in
                        let digits = String(worker * 1000 + round)
                        // No limit is near on such a text; a nil would fail the count.
                        let match = try? pattern.firstMatch(in: Array("x id=\(digits);".utf8), using: scratch)
                        return match?.groups.last == 5..<5 + digits.utf8.count
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(right == 4000)
    }

    @Test func `machine code is used where the system allows it`() throws {
        #expect(try ExactPattern(PatternSource("a+b")).isMachineCode)
    }

    private func ranges(_ expression: String, in text: String) throws -> [Range<Int>] {
        try ExactPattern(PatternSource(expression)).matches(in: Array(text.utf8)).map(\.range)
    }
}
