// What a scan of many patterns finds, and what compiling refuses.

import ForgePatterns
import Testing

@Suite struct PatternDatabaseTests {
    @Test func `every pattern is found in one pass, each with the byte after its match`() throws {
        let found = try hits(["ab", "b+c", "^x"], in: "xabbc")
        #expect(found == [PatternHit(pattern: 2, end: 1), PatternHit(pattern: 0, end: 3), PatternHit(pattern: 1, end: 5)])
    }
}

func hits(_ expressions: [String], in text: String) throws -> [PatternHit] {
    let database = try PatternDatabase.compile(expressions.map { PatternSource($0) })
    var hits = PatternHits()
    #expect(PatternScratch(database).scan(Array(text.utf8), into: &hits) == .complete)
    return hits.all
}
