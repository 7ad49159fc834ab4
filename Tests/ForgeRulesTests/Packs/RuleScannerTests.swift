// What rules find in texts: the conditions one by one, places, overlaps, limits, long lines.

import ForgeCore
import Testing

@testable import ForgeRules

struct RuleScannerTests {
    /// What one rule with these keys finds.
    private func check(
        _ rule: String, _ text: String, _ expected: [String], path: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let scanner = try PackTexts.scanner(["id: r\n" + rule])
        let scan = scanner.scan(Array(text.utf8), path: path.map { RepositoryPath($0) })
        #expect(scan.found(in: text) == expected.map { "r@\($0)" }, sourceLocation: sourceLocation)
        #expect(scan.problems.isEmpty, sourceLocation: sourceLocation)
    }

    @Test func `a pattern is found wherever it stands`() throws {
        try check("pattern: 'k[0-9]+'", "k1 k22\nxk3\n\nk4", ["k1", "k22", "k3", "k4"])
        try check("pattern: 'k[0-9]+'", "", [])
        try check("patterns: ['a[0-9]', 'b[0-9]']", "b1 a2", ["b1", "a2"])
        try check("pattern: '(?i)KEY'", "key Key", ["key", "Key"])
        try check("pattern: '^k$'", "k\nxk\nk", ["k", "k"])
        try check(#"pattern: '\bk\b'"#, "k\nxk k.", ["k", "k"])
        try check(#"pattern: '(?<!x)k(?=1)'"#, "k1 xk1 k2", ["k"])
    }

    @Test func `the capture is what is reported`() throws {
        try check("pattern: 'k=([0-9]+)'\ncapture: 1", "k=12 k=x", ["12"])
        try check("pattern: 'k=(?:a([0-9])|b([0-9]))'\ncapture: 2", "k=a1 k=b2", ["2"])
    }

    @Test func `a match does not run over a line's end unless the rule says so`() throws {
        try check(#"pattern: 'a\s+b'"#, "a b\na\nb", ["a b"])
        try check("pattern: 'a\\s+b'\nacross_lines: true", "a b\na\nb", ["a b", "a\nb"])
        try check("pattern: 'BEGIN[^B]+END'\nacross_lines: true", "BEGIN\n1\n2\nEND BEGIN 3 END", ["BEGIN\n1\n2\nEND", "BEGIN 3 END"])
    }

    @Test func `each condition leaves out what does not fit it`() throws {
        let pattern = "pattern: 'k=([^ ]*)'\ncapture: 1\n"
        try check(pattern + "keywords: [aws, gcp]", "AWS k=1\nk=2\nmy-gcp-thing k=3", ["1", "3"])
        try check(pattern + "length: {min: 2, max: 3}", "k=1 k=12 k=123 k=1234", ["12", "123"])
        try check(pattern + "entropy: 2", "k=aaaaaaaa k=abcdabcd k=abababab", ["abcdabcd"])
        try check(pattern + "allow: {words: [Example]}", "k=1 k=myEXAMPLEkey", ["1"])
        try check(pattern + "allow: {captures: ['^x+$']}", "k=xxx k=xxy", ["xxy"])
        try check(pattern + "allow: {lines: ['nolint$']}", "k=1 nolint\nk=2", ["2"])
    }

    @Test func `paths decide which files a rule is about`() throws {
        let pattern = "pattern: 'k=([^ ]*)'\ncapture: 1\n"
        try check(pattern + "paths: ['*.py', 'src/**']", "k=1", ["1"], path: "a/b.py")
        try check(pattern + "paths: ['*.py', 'src/**']", "k=1", ["1"], path: "src/x")
        try check(pattern + "paths: ['*.py', 'src/**']", "k=1", [], path: "a/b.rb")
        try check(pattern + "paths: ['*.py']", "k=1", [])
        try check(pattern + "paths_ignore: ['docs/**']", "k=1", [], path: "docs/a")
        try check(pattern + "allow: {paths: ['docs/']}", "k=1", [], path: "docs/a")
        try check(pattern + "paths_ignore: ['docs/**']", "k=1", ["1"])
    }

    @Test func `one scanner keeps nothing from one text to the next`() throws {
        let scanner = try PackTexts.scanner(["id: r\npattern: 'k[0-9]'\npaths: ['*.py']"])
        for _ in 0..<3 {
            #expect(scanner.scan(Array("k1".utf8), path: RepositoryPath("a.py")).hits.count == 1)
            #expect(scanner.scan(Array("k1".utf8), path: RepositoryPath("a.rb")).hits.isEmpty)
            #expect(scanner.scan(Array("k1".utf8)).hits.isEmpty)
        }
    }

    @Test func `a rule is about what it says`() throws {
        let scanner = try PackTexts.scanner(
            RuleSubject.allCases.filter { $0 != .change }.map { "id: \($0.rawValue)-rule\npattern: k\non: \($0.rawValue)" })
        func found(_ subjects: RuleSubjects) -> [String] { scanner.scan([0x6B], as: subjects).hits.map(\.rule.id) }
        #expect(found(.text) == ["text-rule"])
        #expect(found([.text, .added]) == ["text-rule", "added-rule"])
        #expect(found(.removed) == ["removed-rule"])
        #expect(found(.path) == ["path-rule"])
    }

    @Test func `places are bytes and lines, counted from the start`() throws {
        let scanner = try PackTexts.scanner(["id: r\npattern: 'B([^E]*)E'\ncapture: 1\nacross_lines: true"])
        let text = Array("é\nxB1\n2\n3E\nBE B4E".utf8)
        let hits = scanner.scan(text).hits
        #expect(hits.map(\.capture) == [5..<10, 13..<13, 16..<17])
        #expect(hits.map(\.match) == [4..<11, 12..<14, 15..<18])
        #expect(hits.map(\.lines) == [2...4, 5...5, 5...5])
        #expect(hits.map(\.column) == [2, 1, 4])
        let part = scanner.scan(text, in: 11..<text.count, firstLine: 40).hits
        #expect(part.map(\.capture) == [13..<13, 16..<17])
        #expect(part.map(\.lines) == [41...41, 41...41])
    }

    @Test func `of rules on the same characters the more specific one stays`() throws {
        let generic = "id: generic\npattern: 'pass=([^ ]+)'\ncapture: 1\ngeneric: true"
        let unsure = "id: unsure\npattern: 'tok_[a-z]+'\nconfidence: medium"
        let sure = "id: sure\npattern: 'tok_ab[a-z]*'"
        let scanner = try PackTexts.scanner([generic, unsure, sure])
        func found(_ text: String) -> [String] { scanner.scan(Array(text.utf8)).found(in: text) }
        #expect(found("pass=tok_abc") == ["sure@tok_abc"])
        #expect(found("pass=tok_xyz") == ["unsure@tok_xyz"])
        #expect(found("pass=other tok_abc") == ["generic@other", "sure@tok_abc"])
        let twins = try PackTexts.scanner(["id: one\npattern: 'k[0-9]'", "id: two\npattern: '[k-l]1'", "id: far\npattern: 'k1'\nfamily: g"])
        #expect(twins.scan(Array("k1".utf8)).hits.map(\.rule.id) == ["one", "far"])
    }

    @Test func `a pattern that reaches its limits is told and the others go on`() throws {
        let scanner = try PackTexts.scanner([
            "id: costly\npattern: '(?:a+)+b(?=q)'", "id: cheap\npattern: 'k[0-9]'",
        ])
        let text = "k1 " + String(repeating: "a", count: 60) + "b\nk2"
        let scan = scanner.scan(Array(text.utf8))
        #expect(scan.hits.map(\.rule.id) == ["cheap", "cheap"])
        #expect(scan.problems.map(\.rule) == ["costly"])
        #expect(scan.problems.first?.origin.file == "p.yml")
        guard case .tooExpensive? = scan.problems.first?.reason else {
            Issue.record("\(scan.problems)")
            return
        }
        #expect(scanner.scan(Array("k3 aab".utf8)).problems.isEmpty)
    }

    @Test func `a very long line is looked through`() throws {
        let scanner = try PackTexts.scanner(["id: r\npattern: 'k[0-9]{2,40}e'", "id: open\npattern: 'begin[a-z]*stop'"])
        var text: [UInt8] = []
        var places: [Int] = []
        for index in 0..<2_000 {
            text += Array(repeating: UInt8(ascii: "."), count: 37 + index % 91)
            places.append(text.count)
            text += Array((index.isMultiple(of: 2) ? "k\(100_000 + index)e" : "beginabcstop").utf8)
        }
        #expect(text.count > 150_000)
        let hits = scanner.scan(text).hits
        #expect(hits.map(\.match.lowerBound) == places)
        #expect(hits.allSatisfy { $0.lines == 1...1 && $0.column == $0.capture.lowerBound })
    }

    @Test func `a match that fills a very long line is found where it begins`() throws {
        let scanner = try PackTexts.scanner(["id: open\npattern: 'key=([a-z]+)'\ncapture: 1"])
        for lead in [0, 4_090, 4_096, 5_000, 8_191, 70_000] {
            let text = Array(repeating: UInt8(ascii: "."), count: lead) + Array(("key=" + String(repeating: "x", count: 100_000)).utf8)
            let scan = scanner.scan(text)
            #expect(scan.hits.map(\.capture.lowerBound) == [lead + 4], "behind \(lead) bytes")
            #expect(scan.problems.isEmpty)
        }
        let two = "key=" + String(repeating: "x", count: 30_000) + " key=" + String(repeating: "y", count: 30_000)
        #expect(scanner.scan(Array(two.utf8)).hits.map(\.match.lowerBound) == [0, 30_005])
    }

    @Test func `where a window ends no line ends`() throws {
        let scanner = try PackTexts.scanner(["id: end\npattern: '[a-z]+;$'", "id: word\npattern: 'ab+\\b;?'"])
        for count in 8_180...8_200 {
            let line = String(repeating: " ", count: count) + "ab;" + String(repeating: "c;", count: 5_000) + " "
            #expect(scanner.scan(Array(line.utf8)).found(in: line) == ["word@ab;"], "behind \(count) blanks")
        }
    }

    @Test func `a match longer than is looked at together is told`() throws {
        let scanner = try PackTexts.scanner(["id: open\npattern: 'key=[a-z]+;'", "id: cheap\npattern: 'k[0-9];'"])
        let line = "key=" + String(repeating: "x", count: 100_000) + ";"
        let scan = scanner.scan(Array("k1;\n\(line)\nkey=a;".utf8))
        #expect(scan.hits.map(\.rule.id) == ["cheap", "open"])
        #expect(scan.problems.map(\.rule) == ["open"])
        #expect(scan.problems.first?.reason == .lineTooLong(2))
        // What follows a match on a long line and might have been its end is nothing that was missed.
        let many = "key=a;" + String(repeating: " ;", count: 50_000)
        #expect(scanner.scan(Array(many.utf8)).problems.isEmpty)
        let lazy = try PackTexts.scanner(["id: lazy\npattern: 'key=.*?;'\ngeneric: true"])
        #expect(lazy.scan(Array(many.utf8)).problems.isEmpty)
    }

    @Test func `a text in which everything matches everywhere is looked through to its end`() throws {
        let scanner = try PackTexts.scanner((0..<40).map { "id: r\($0)\npattern: '[ab]{\($0 + 2)}c'" })
        var text = Array(repeatElement(Array("ab".utf8) + [UInt8(ascii: "c")], count: 60_000).joined())
        text += Array("\nlast abababababababababababababababababababababc".utf8)
        let scan = scanner.scan(text)
        #expect(scan.problems.isEmpty)
        #expect(scan.hits.contains { $0.lines == 2...2 })
        #expect(scan.hits.count { $0.index == 0 } == 60_001)
    }
}
