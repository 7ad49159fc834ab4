// What a scan of many patterns finds, and that it says when it has not said all.

import ForgePatterns
import ForgeTestSupport
import Testing

@Suite struct PatternDatabaseTests {
    @Test func `every pattern is found in one pass, each with the byte after its match`() throws {
        #expect(try ends(["ab", "b+c", "^x"], in: "xabbc") == [[3], [5], [1]])
    }

    @Test func `neighbouring ends of one pattern are one hit that still names each of them`() throws {
        let database = try PatternDatabase.compile([PatternSource("[a-z]{3,}"), PatternSource("c")])
        var hits = PatternHits()
        #expect(PatternScratch(database).scan(Array("abcdef-xyz".utf8), into: &hits) == .complete)
        #expect(hits.all.filter { $0.pattern == 0 } == [.init(pattern: 0, firstEnd: 3, end: 6), .init(pattern: 0, end: 10)])
        #expect(hits.all.filter { $0.pattern == 1 } == [.init(pattern: 1, end: 3)])
    }

    private static let optionCases: [(String, PatternSource.Options, String, [Int])] = [
        ("ab", PatternSource.Options.caseless, "AB ab", [2, 5]),
        ("ab", [], "AB ab", [5]),
        ("^a", .multiline, "a\na", [1, 3]),
        ("^a", [], "a\na", [1]),
        ("a.b", .dotAll, "a\nb", [3]),
        ("a.b", [], "a\nb", []),
        ("a", .once, "aXaXa", [1]),
        ("a?", .allowsEmpty, "b", [0, 1]),
        ("^.$", .unicode, "é", [2]),
        ("^.$", [], "é", []),
    ]

    @Test(arguments: optionCases)
    func `an option means the same to the scan and to the exact match`(
        expression: String, options: PatternSource.Options, text: String, expected: [Int]
    ) throws {
        let source = PatternSource(expression, options: options)
        #expect(try ends([source], in: Array(text.utf8)) == [expected])
        let exact = try ExactPattern(source).matches(in: Array(text.utf8)).map(\.range.upperBound)
        #expect(exact.first == expected.first)
    }

    @Test func `what an automaton cannot do becomes a candidate that misses nothing`() throws {
        let sources = ["(['\"])key\\1", "pass(?!word)", "(?<=id=)[0-9]+", "plain"].map { PatternSource($0) }
        let database = try PatternDatabase.compile(sources)
        #expect(database.patterns.map(\.isCandidateOnly) == [true, true, true, false])
        let text = Array("'key' passage id=42 plain password \"key'".utf8)
        let found = try ends(sources, in: text)
        for (index, source) in sources.enumerated() {
            for match in try ExactPattern(source).matches(in: text) { #expect(found[index].contains(match.range.upperBound)) }
        }
        #expect(found[1].count > 1, "the candidate also stands where `password` is")
    }

    @Test func `a pattern knows how long its matches are`() throws {
        let database = try PatternDatabase.compile([PatternSource("ab{2,4}c"), PatternSource("a+")])
        #expect(database.patterns.map(\.width) == [PatternWidth(min: 4, max: 6), PatternWidth(min: 1, max: nil)])
    }

    @Test func `more hits than there is room for are told, and those found are right`() throws {
        let database = try PatternDatabase.compile([PatternSource("a.")])
        let scratch = PatternScratch(database)
        var few = PatternHits(countMax: 2)
        #expect(scratch.scan(Array("ab ab ab".utf8), into: &few) == .tooManyHits)
        #expect(few.all == [.init(pattern: 0, end: 2), .init(pattern: 0, end: 5)])
        #expect(scratch.scan(Array("ab ab".utf8), into: &few) == .complete, "the next text has the room again")
        #expect(few.all.count == 2)
    }

    @Test func `a part of a text is a text of its own`() throws {
        let database = try PatternDatabase.compile([PatternSource("^b")])
        var hits = PatternHits()
        #expect(PatternScratch(database).scan(Array("ab".utf8), in: 1..<2, into: &hits) == .complete)
        #expect(hits.all == [.init(pattern: 0, end: 1)])
    }

    @Test func `no text and no patterns are nothing to find`() throws {
        #expect(try ends([PatternSource("a")], in: []) == [[]])
        #expect(try ends([PatternSource("^$", options: .allowsEmpty)], in: []) == [[0]])
        let nothing = try PatternDatabase.compile([])
        var hits = PatternHits()
        #expect(PatternScratch(nothing).scan(Array("abc".utf8), into: &hits) == .complete)
        #expect(hits.all.isEmpty && PatternScratch(nothing).countHits([97].span) == 0)
    }

    @Test func `bytes that are no UTF-8 are bytes like others`() throws {
        #expect(
            try ends(
                [PatternSource("key=[^ ]+ x"), PatternSource("\\xff\\x00")], in: Array("key=".utf8) + [0xFF, 0x00, 0xC3] + Array(" x".utf8))
                == [[9], [6]])
    }

    @Test func `counting sees every end`() throws {
        let scratch = PatternScratch(try PatternDatabase.compile([PatternSource("[a-z]{3,}"), PatternSource("d")]))
        #expect(scratch.countHits(Array("abcdef".utf8).span) == 5)
    }

    @Test func `a line of a million characters takes time in proportion, and one hit`() throws {
        let scratch = PatternScratch(try PatternDatabase.compile([PatternSource("[A-Za-z0-9]{20,}"), PatternSource("(a|aa)+$")]))
        var hits = PatternHits(countMax: 4)
        #expect(scratch.scan([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000), into: &hits) == .complete)
        #expect(hits.all == [.init(pattern: 0, firstEnd: 20, end: 1_000_000), .init(pattern: 1, end: 1_000_000)])
    }

    @Test func `eight workers scan with one database, each as if it were alone`() async throws {
        let database = try PatternDatabase.compile((0..<50).map { PatternSource("word\($0)[a-z]{2,9}") })
        let counts = await withTaskGroup(of: [Int].self) { group in
            for worker in 0..<8 {
                group.addTask {
                    let scratch = PatternScratch(copying: PatternScratch(database))
                    var hits = PatternHits()
                    return (0..<200).map { round in
                        let text = Array("x word\((worker + round) % 50)abc word7xyz".utf8)
                        return scratch.scan(text, into: &hits) == .complete ? hits.all.count : -1
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(counts == [Int](repeating: 2, count: 1600))
    }
}

/// The ends of each pattern, every one of them.
func ends(_ sources: [PatternSource], in text: [UInt8]) throws -> [[Int]] {
    var hits = PatternHits()
    #expect(PatternScratch(try PatternDatabase.compile(sources)).scan(text, into: &hits) == .complete)
    return ends(hits.all, patternCount: sources.count)
}

func ends(_ expressions: [String], in text: String) throws -> [[Int]] {
    try ends(expressions.map { PatternSource($0) }, in: Array(text.utf8))
}

func ends(_ hits: [PatternHit], patternCount: Int) -> [[Int]] {
    (0..<patternCount).map { pattern in
        Set(hits.filter { $0.pattern == pattern }.flatMap { $0.firstEnd...$0.end }).sorted()
    }
}
