// A text in chunks gives what the text as a whole gives, wherever it is cut.

import ForgePatterns
import ForgeTestSupport
import Testing

@Suite struct PatternStreamTests {
    private static let sources = [
        PatternSource("BEGIN [A-Z]+ KEY.{1,40}END", options: .dotAll), PatternSource("[a-z]{3,5}\\b"),
        PatternSource("^x", options: .multiline),
        PatternSource("end$"), PatternSource("(a|b)\\1"), PatternSource("."),
    ]

    @Test(arguments: ["", "x", "aab BEGIN RSA KEY\nabc\nEND x\nxaa end", "abcabcabc end\n", "xx\nx\n\nend"])
    func `it does not matter where a text is cut`(text: String) throws {
        let whole = try ends(Self.sources, in: Array(text.utf8))
        let scratch = PatternScratch(try PatternDatabase.compile(Self.sources, mode: .stream))
        for first in 0...text.utf8.count {
            for second in first...text.utf8.count {
                #expect(scan(Array(text.utf8), cuts: [first, second], scratch) == whole, "cut at \(first) and \(second)")
            }
        }
    }

    @Test func `one byte at a time is a way to cut it`() throws {
        let text = Array("aab BEGIN RSA KEY\nabc\nEND x".utf8)
        let scratch = PatternScratch(try PatternDatabase.compile(Self.sources, mode: .stream))
        #expect(scan(text, cuts: Array(0..<text.count), scratch) == (try ends(Self.sources, in: text)))
    }

    @Test func `a finished stream begins a new text`() throws {
        let scratch = PatternScratch(try PatternDatabase.compile([PatternSource("^ab$")], mode: .stream))
        var stream = PatternStream(scratch)
        var hits = PatternHits()
        for _ in 0..<3 {
            #expect(stream.scan(Array("a".utf8).span, into: &hits) == .complete && hits.all.isEmpty)
            #expect(stream.scan(Array("b".utf8).span, into: &hits) == .complete)
            var found = hits.all
            #expect(stream.finish(into: &hits) == .complete)
            found += hits.all
            #expect(found == [.init(pattern: 0, end: 2)])
        }
    }

    @Test func `a stream that had too many hits says so to its end`() throws {
        let scratch = PatternScratch(try PatternDatabase.compile([PatternSource("a.")], mode: .stream))
        var stream = PatternStream(scratch)
        var hits = PatternHits(countMax: 1)
        let text = Array("ab ab ".utf8)
        #expect(stream.scan(text.span, into: &hits) == .tooManyHits)
        #expect(stream.scan(text.span, into: &hits) == .tooManyHits && hits.all.isEmpty)
        #expect(stream.finish(into: &hits) == .tooManyHits)
        #expect(stream.scan(Array("ab".utf8).span, into: &hits) == .complete && hits.all == [.init(pattern: 0, end: 2)])
    }

    @Test func `no patterns find nothing in a stream`() throws {
        var stream = PatternStream(PatternScratch(try PatternDatabase.compile([], mode: .stream)))
        var hits = PatternHits()
        #expect(stream.scan([1, 2].span, into: &hits) == .complete && hits.all.isEmpty)
        #expect(stream.finish(into: &hits) == .complete && hits.all.isEmpty)
    }

    private func scan(_ text: [UInt8], cuts: [Int], _ scratch: PatternScratch) -> [[Int]] {
        var stream = PatternStream(scratch)
        var hits = PatternHits()
        var found: [PatternHit] = []
        for (start, end) in zip([0] + cuts, cuts + [text.count]) {
            #expect(stream.scan(text.span.extracting(start..<end), into: &hits) == .complete)
            found += hits.all
        }
        #expect(stream.finish(into: &hits) == .complete)
        return ends(found + hits.all, patternCount: Self.sources.count)
    }
}
