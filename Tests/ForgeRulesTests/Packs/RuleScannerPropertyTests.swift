// Whatever the text: a line alone and the line in its text give the same, and so does a text in pieces.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeRules

struct RuleScannerPropertyTests {
    private static let rules = [
        "id: word\npattern: 'k[a-c]{2,5}'", #"id: edge"# + "\n" + #"pattern: '\bab+\b'"#, "id: start\npattern: '^b[a-c]*'",
        "id: end\npattern: '[a-c]+;$'", #"id: space"# + "\n" + #"pattern: 'a\s+c'"#, "id: open\npattern: 'a.*b'\ngeneric: true",
        "id: not\npattern: 'c[^k]c'\nallow: {words: [cbc]}", "id: key\npattern: 'b=([a-c]+)'\ncapture: 1\nkeywords: [ka]",
    ]

    private struct Found: Hashable, Comparable {
        let rule: String
        let start: Int
        let end: Int
        let line: Int
        let column: Int

        init(_ hit: RuleHit, offset: Int = 0, line: Int? = nil) {
            rule = hit.rule.id
            start = hit.capture.lowerBound + offset
            end = hit.capture.upperBound + offset
            self.line = line ?? hit.lines.lowerBound
            column = hit.column
        }

        static func < (left: Self, right: Self) -> Bool { (left.start, left.end, left.rule) < (right.start, right.end, right.rule) }
    }

    private func text(_ random: inout SeededRandom, lineLengthMax: Int, lines: Int) -> [UInt8] {
        let letters = Array("aabbcck =;.\t".utf8)
        var text: [UInt8] = []
        for _ in 0..<lines {
            for _ in 0..<Int.random(in: 0...lineLengthMax, using: &random) { text.append(letters.randomElement(using: &random)!) }
            text.append(0x0A)
        }
        if Bool.random(using: &random) { text.removeLast() }
        return text
    }

    @Test(arguments: UInt64(0)..<60)
    func `a text as a whole and its lines one by one give the same`(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let scanner = try PackTexts.scanner(Self.rules)
        // Every fifth text has lines longer than a window.
        let text = seed.isMultiple(of: 5) ? text(&random, lineLengthMax: 30_000, lines: 4) : text(&random, lineLengthMax: 40, lines: 60)
        let whole = scanner.scan(text).hits.map { Found($0) }
        var single: [Found] = []
        var start = 0
        for (number, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            single += scanner.scan(Array(line)).hits.map { Found($0, offset: start, line: number + 1) }
            start += line.count + 1
        }
        #expect(whole.sorted() == single.sorted())
    }

    @Test(arguments: UInt64(0)..<8)
    func `a text as a whole and in pieces give the same`(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let scanner = try PackTexts.scanner(Self.rules + ["id: block\npattern: 'kk[^k]{3,400}kk'\nacross_lines: true\nfamily: g"])
        let text = text(&random, lineLengthMax: 400, lines: 5_000)
        let whole = scanner.scan(text).hits.filter { $0.rule.id != "block" }.map { Found($0) }
        var pieces = PieceScan(scanner)
        var found: [Found] = []
        var at = 0
        while at < text.count {
            let end = min(text.count, at + Int.random(in: 1...200_000, using: &random))
            for hit in pieces.add(text[at..<end]).hits {
                #expect(pieces.text(hit.match).map(Array.init) == Array(text[hit.match]))
                found.append(Found(hit))
            }
            at = end
        }
        found += pieces.finish().hits.map { Found($0) }
        #expect(found.filter { $0.rule != "block" }.sorted() == whole.sorted())
        #expect(found.contains { $0.rule == "block" })
    }

    @Test func `a block over the seam of two pieces is found once`() throws {
        let scanner = try PackTexts.scanner(["id: block\npattern: 'BEGIN[^-]{1,9000}END'\nacross_lines: true"])
        let filler = Array(repeatElement(Array("some line of text\n".utf8), count: 14_500).joined())
        let block = Array("BEGIN\n".utf8) + Array(repeatElement(Array("abc\n".utf8), count: 1_000).joined()) + Array("END\n".utf8)
        let text = filler + block + filler + block
        for cut in [filler.count + 10, filler.count + 2_000, filler.count + block.count - 2] {
            var pieces = PieceScan(scanner)
            var hits = pieces.add(text[..<cut]).hits + pieces.add(text[cut...]).hits
            hits += pieces.finish().hits
            #expect(hits.map(\.match.lowerBound) == [filler.count, 2 * filler.count + block.count])
            #expect(hits.map(\.lines.lowerBound) == [14_501, 30_003])
        }
    }
}
