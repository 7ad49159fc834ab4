// Two engines, a prefilter and a text finder have to agree: random patterns over random lines, each line judged by the expression engine alone,
// and the pieces that say where to look held against plain loops.

import ForgeCore
import ForgePatterns
import ForgeTestSupport
import Testing

@testable import ForgeSandbox

struct SearchAgreementTests {
    private static let atoms = [
        "a", "b", "ab", "ba", "abc", "foo", ".", "\\w", "\\d", "\\s", "[ab]", "[^a]", "a?", "b*", "a+", "(ab)", "(a|b)", "(foo)?",
        "(a|bc)+", "x{2}",
        "a{1,2}", "\\.", "^", "$", "|", "é", "\\b", "(?:ab)+", "(?=a)", "\\(", "B", "K", "s", "foo|", "|ab", "|xx.",
    ]
    private static let pieces = ["a", "b", "c", "ab", "foo", "x", "xx", " ", ".", "é", "(", "1", "A", "B", "k", "\u{212A}", "ſ", "\r"]

    @Test(arguments: UInt64(0)..<60)
    func `the lines found are those that the expression alone matches`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let lines = (0..<400).map { _ in (0..<random.below(8)).map { _ in random.element(of: Self.pieces) }.joined() }
        try await FilesScene.with(FilesScene.allWays[0], ["f": lines.joined(separator: "\n")]) { scene async throws in
            for _ in 0..<12 {
                let pattern = (0...random.below(5)).map { _ in random.element(of: Self.atoms) }.joined()
                var options: PatternSource.Options = random.below(3) == 0 ? [.unicode, .caseless] : [.unicode]
                // Letters of ASCII alone are matched as bytes, and have no relatives elsewhere.
                if options.contains(.caseless), SearchPlan.isAboutBytes(pattern) { options.remove(.unicode) }
                guard let exact = try? ExactPattern(PatternSource(pattern, options: options)) else { continue }
                var expected: [Int] = []
                for (index, line) in lines.enumerated() where try exact.firstMatch(in: Array(line.utf8)) != nil {
                    expected.append(index + 1)
                }
                // An empty text behind the last line end is no line.
                if lines.last?.isEmpty == true { expected.removeAll { $0 == lines.count } }
                let search = WorkSearch(pattern: pattern, ignoresCase: options.contains(.caseless), matchesMax: 1_000)
                let found = try await scene.found(search).matches.map(\.line)
                #expect(found == expected, "\(pattern) \(options.contains(.caseless) ? "in either case" : "")")
            }
        }
    }

    @Test(
        arguments: [
            ("foo", "foo"), ("foo.*bar_baz", "bar_baz"), ("func (handle|serve)\\w+\\(", "func "), ("colou?r", "colo"), ("ab*c", nil),
            ("a+bc", "bc"),
            ("(foo|bar)", nil), ("foo|bar", "foo bar"), ("foo+x|b.r|ab", nil), ("a.foo|x*bar", "foo bar"), ("foo|", nil),
            ("x\\.yz", "x.yz"), ("[abc]def", "def"), ("(?i)foo", nil), ("foo(?=bar)", "foo"),
            ("\\bword\\b", "word"),
            ("\\Qa.b\\E", nil), ("\\x41bcd", nil), ("abc{2}", "ab"), ("abc{0}d", "ab"), ("a{x}bcd", "x}bcd"), ("(a)\\1bc", nil),
            ("[]x]yz", "yz"),
            ("é?ab", "ab"), ("(?<name>x)yz", "yz"), ("(*UTF)abc", nil), ("ab)", nil), ("[ab", nil), ("a\\", nil), ("ab??cd", "cd"),
            ("ab++cd", "ab"),
        ] as [(String, String?)])
    func `what every match holds is named only when it is sure`(pattern: String, expected: String?) {
        #expect(
            RequiredLiteral.of(pattern, ignoresCase: false, isUnicode: false).map { String(decoding: $0, as: UTF8.self) }.joined(
                separator: " ")
                == expected ?? "")
    }

    @Test func `letters with relatives elsewhere in Unicode are no sure text in either case`() {
        #expect(RequiredLiteral.of("taskbar", ignoresCase: true, isUnicode: true) == [Array("bar".utf8)])
        #expect(RequiredLiteral.of("taskbar", ignoresCase: true, isUnicode: false) == [Array("taskbar".utf8)])
        #expect(RequiredLiteral.of("größer", ignoresCase: true, isUnicode: true) == [Array("gr".utf8)])
    }

    @Test(arguments: UInt64(0)..<40)
    func `a text is found where a plain loop finds it`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let letters = Array("abAB\n ".utf8)
        for _ in 0..<60 {
            let text = (0..<random.below(200)).map { _ in random.element(of: letters) }
            let needle = (0...random.below(5)).map { _ in random.element(of: letters) }
            let ignoresCase = random.below(2) == 0
            let start = random.below(text.count + 1)
            let end = start + random.below(text.count - start + 1)
            let folded = { (bytes: [UInt8]) in ignoresCase ? bytes.map(small) : bytes }
            let expected = (start..<max(start, end - needle.count + 1)).first { at in
                at + needle.count <= end && folded(Array(text[at..<(at + needle.count)])) == folded(needle)
            }
            #expect(LiteralFinder(needle, ignoresCase: ignoresCase).first(in: text.span, from: start, to: end) == expected)
            #expect(text.span.lineFeeds(in: start..<end) == text[start..<end].count { $0 == 10 })
        }
    }

    @Test func `a great many line ends are counted`() {
        for count in [0, 15, 16, 17, 4_080, 4_081, 100_000] {
            let bytes = [UInt8](repeating: 10, count: count)
            #expect(bytes.span.lineFeeds(in: 0..<count) == count)
        }
    }
}
