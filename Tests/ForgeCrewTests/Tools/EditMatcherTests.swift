// Edits found layer by layer: awkward inputs one by one, then properties over generated files.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeCrew

/// What becomes of a file: its new text, or the beginning of what is said against it.
private func check(
    _ file: String, _ old: String, _ new: String, everywhere: Bool = false, _ layer: EditLayer = .exact, becomes expected: String,
    _ place: SourceLocation = #_sourceLocation
) {
    do throws(ToolProblem) {
        let result = try EditMatcher.apply(TextEdit(old: old, new: new, isEverywhere: everywhere), to: Array(file.utf8))
        #expect(String(decoding: result.bytes, as: UTF8.self).debugDescription == expected.debugDescription, sourceLocation: place)
        #expect(result.layer == layer, sourceLocation: place)
    } catch {
        Issue.record("\(error)", sourceLocation: place)
    }
}

private func checkRefused(
    _ file: String, _ old: String, _ new: String, says parts: String..., at place: SourceLocation = #_sourceLocation
) {
    do throws(ToolProblem) {
        let result = try EditMatcher.apply(TextEdit(old: old, new: new), to: Array(file.utf8))
        Issue.record("it was done, by \(result.layer)", sourceLocation: place)
    } catch {
        for part in parts { #expect(error.message.contains(part), "\(error.message)", sourceLocation: place) }
    }
}

struct EditMatcherTests {
    @Test func `what stands there once is replaced, also within a line`() {
        check("a\nb\nc\n", "b\n", "B\n", becomes: "a\nB\nc\n")
        check("let total = 1 + 2\n", "1 + 2", "3", becomes: "let total = 3\n")
        check("a\nb\nc\n", "b\n", "", becomes: "a\nc\n")
        check("a\nb", "b", "B\nC", becomes: "a\nB\nC")
        check("grüße 👩‍👧\n", "👩‍👧", "👋", becomes: "grüße 👋\n")
    }

    @Test func `what is asked for everywhere is replaced everywhere`() {
        check("x y x\n", "x", "zz", everywhere: true, becomes: "zz y zz\n")
        check("aaaa\n", "aa", "b", everywhere: true, becomes: "bb\n")
        check("f()  \ng()\nf() \n", "f()\n", "h()\n", everywhere: true, .trailingSpace, becomes: "h()\ng()\nh()\n")
    }

    @Test func `a file of CRLF keeps its line ends, and a model need not write them`() {
        check("a\r\nb\r\nc\r\n", "a\nb\n", "a\nB\nX\n", becomes: "a\r\nB\r\nX\r\nc\r\n")
        check("a\r\nbee\r\n", "bee", "b\nc", becomes: "a\r\nb\r\nc\r\n")
        // Whoever writes carriage returns means them.
        check("a\r\nb\r\n", "a\r\n", "a\n", becomes: "a\nb\r\n")
        check("one\r\ntwo  \r\n", "one\ntwo\n", "one\n2\n", .trailingSpace, becomes: "one\r\n2\r\n")
        // Mixed ones stay mixed.
        check("a\nb\r\nc\n", "c\n", "C\n", becomes: "a\nb\r\nC\n")
    }

    @Test func `blanks at line ends are forgiven, and stay where a line stays`() {
        check("if x:  \n    y\t\n    z\n", "if x:\n    y\n", "if x:\n    Y\n", .trailingSpace, becomes: "if x:  \n    Y\n    z\n")
        check("a\nb  \nc\n", "a\nb\nc\n", "a\nnew\nb\nc\n", .trailingSpace, becomes: "a\nnew\nb  \nc\n")
        check("a \nb", "a\nb\n", "a\nB\n", .trailingSpace, becomes: "a \nB")
    }

    @Test func `a file without a last line end stays without one`() {
        check("a\nb", "a\nb\n", "a\nc\n", .trailingSpace, becomes: "a\nc")
        check("a\nb", "b\n", "b\nc\n", .trailingSpace, becomes: "a\nb\nc")
    }

    @Test func `another indentation is forgiven, and the new text is indented like the file`() {
        check(
            "class A:\n    def f(self):\n        return 0\n", "def f(self):\n    return 0\n",
            "def f(self):\n    if x:\n        return 1\n    return 2\n",
            .indentation, becomes: "class A:\n    def f(self):\n        if x:\n            return 1\n        return 2\n")
        check(
            "\tif x {\n\t\ty()\n\t}\n", "    if x {\n        y()\n    }\n", "    if x {\n        z()\n            w()\n    }\n",
            .indentation, becomes: "\tif x {\n\t\tz()\n\t\t\tw()\n\t}\n")
        check("    a()\n    b()\n", "\ta()\n\tb()\n", "\tif c:\n\t\ta()\n", .indentation, becomes: "    if c:\n        a()\n")
        check(
            "        a {\n            b\n        }\n", "    a {\n        b\n    }\n", "    a {\n        c\n    }\n}\n", .indentation,
            becomes: "        a {\n            c\n        }\n    }\n")
        check("\tx = 1\n", "x = 1\n", "if y:\n    x = 2\n", .indentation, becomes: "\tif y:\n\t\tx = 2\n")
        // The other lines have the indentation of the file already.
        check("    x = 1\n", "x = 1\n", "x = 2\n    y = 3\n", becomes: "    x = 2\n    y = 3\n")
    }

    @Test func `lines whose indentation follows no one rule are not the passage`() {
        checkRefused("a\n    b\nc\n", "a\nb\n  c\n", "x\n", says: "not in the file", "nearest passage is lines 1-3")
    }

    @Test func `a passage is found by its first and last line when what is between is alike`() {
        check(
            "def total(self):\n    result = sum(p.price for p in self.items)\n    return result\n",
            "def total(self):\n    result = sum(item.price for item in self.items)\n    return result\n",
            "def total(self):\n    return 7\n    return result\n", .anchor, becomes: "def total(self):\n    return 7\n    return result\n")
        // What is between has nothing of it.
        checkRefused("begin\nalpha beta\nend\n", "begin\nsomething else entirely\nend\n", "x\n", says: "not in the file")
        // A line that was miscopied and left as it was keeps what the file has.
        check(
            "start()\n  value = compute(first)\n  other()\nstop()\n", "start()\n  value = compute(frist)\n  other()\nstop()\n",
            "start()\n  value = compute(frist)\n  changed()\nstop()\n", .anchor,
            becomes: "start()\n  value = compute(first)\n  changed()\nstop()\n")
    }

    @Test func `what stands there several times is refused with the lines of each`() {
        checkRefused("a\nb\na\nb\n", "a\nb\n", "x\n", says: "found 2 times", "lines 1-2, lines 3-4", "Nothing was changed", "replace_all")
        checkRefused("x=1;x=1\n", "x=1", "y", says: "found 2 times", "line 1, line 1")
        checkRefused("\tf()\n    f()\n", "f()  \n", "g()\n", says: "found 2 times", "line 1, line 2")
    }

    @Test func `what is nowhere is refused with what is nearest`() {
        checkRefused("one\ntwo three\nfour\n", "two thre\n", "x", says: "not in the file", "line 2", "two three")
        checkRefused("alpha()\nbeta()\ngamma()\n", "alpha()\nbeta(1)\ngamma()\ndelta()\n", "x", says: "differs first in line 2")
        checkRefused("", "a", "b", says: "The file is empty")
        checkRefused("return sum(prices)\n", "return 0\n", "return sum(prices)\n", says: "stands there already (line 1)")
        checkRefused("a\nb\n", "     1\ta\n     2\tb\n", "x", says: "leave the numbers and the tab out")
        checkRefused("a\n", "", "x", says: "\"old_text\" is empty", "create_file")
        checkRefused("a\n", "a", "a", says: "are the same")
        checkRefused("a\n\n\nb\n", " \n \n", "x\n", says: "not in the file")
    }

    @Test func `a byte order mark and bytes that are no text stay as they are`() throws {
        let bytes: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("first \nsecond\n".utf8) + [0xFF, 0xFE, 0x0A, 0xC3, 0x28]
        let result = try EditMatcher.apply(TextEdit(old: "first\nsecond\n", new: "first\n2nd\n"), to: bytes)
        #expect(result.bytes == [0xEF, 0xBB, 0xBF] + Array("first \n2nd\n".utf8) + [0xFF, 0xFE, 0x0A, 0xC3, 0x28])
        #expect(result.oldLines == [1...2] && result.newLines == 1...2)
    }

    @Test func `an anchor never takes lines that are no text`() {
        let bytes = Array("begin\nabcdefgh ".utf8) + [0xFF] + Array("\nend\n".utf8)
        #expect(throws: ToolProblem.self) { try EditMatcher.apply(TextEdit(old: "begin\nabcdefgh x\nend\n", new: "y\n"), to: bytes) }
    }
}

// MARK: - Properties

struct EditPropertyTests {
    private static let words = ["a", "b()", "if x {", "}", "return 0", "", "é = 👋", "x  ", "\ty", "  y"]

    private static func file(_ random: inout SeededRandom) -> [String] {
        (0..<(1 + random.below(40))).map { _ in
            String(repeating: random.below(2) == 0 ? "    " : "\t", count: random.below(3)) + random.element(of: words)
        }
    }

    @Test(arguments: UInt64(0)..<200) func `an edit changes nothing but the lines it says it found`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let lines = Self.file(&random)
        let lineEnd = random.below(3) == 0 ? "\r\n" : "\n"
        let text = lines.joined(separator: lineEnd) + (random.below(2) == 0 ? lineEnd : "")
        let start = random.below(lines.count)
        let count = 1 + random.below(min(6, lines.count - start))
        var old = Array(lines[start..<(start + count)])
        // Written as a model would: shifted, or without blanks at the ends.
        let shape = random.below(3)
        if shape == 1 { old = old.map { $0.isEmpty ? $0 : "  " + $0 } }
        if shape == 2 { old = old.map { String($0.reversed().drop { $0 == " " }.reversed()) } }
        let new = ["new \(seed)", "end"]
        let edit = TextEdit(old: old.joined(separator: "\n") + "\n", new: new.joined(separator: "\n") + "\n")
        let bytes = Array(text.utf8)
        guard let result = try? EditMatcher.apply(edit, to: bytes) else { return }
        let range = try #require(result.oldLines.first)
        #expect(result.oldLines.count == 1)
        let (before, after) = (LineText(bytes), LineText(result.bytes))
        let head = before.start(range.lowerBound - 1)
        #expect(result.bytes.prefix(head).elementsEqual(bytes.prefix(head)))
        let tail = bytes.count - before.start(range.upperBound)
        #expect(result.bytes.suffix(tail).elementsEqual(bytes.suffix(tail)))
        #expect(after.lines.count == before.lines.count - range.count + new.count)
        #expect(String(decoding: result.bytes, as: UTF8.self).contains("new \(seed)"))
    }

    @Test(arguments: UInt64(0)..<100) func `text that stands there once, and is given as it is, is always found and can be put back`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        let text = Self.file(&random).joined(separator: "\n")
        let bytes = Array(text.utf8)
        let scalars = Array(text.unicodeScalars)
        guard !scalars.isEmpty else { return }
        let start = random.below(scalars.count)
        let part = scalars[start..<(start + 1 + random.below(scalars.count - start))]
        var piece = String.UnicodeScalarView()
        piece.append(contentsOf: part)
        let old = String(piece)
        let isOnce = Occurrences(of: Array(old.utf8), in: bytes).count == 1
        let marker = "<\(seed) marker \(seed)>"
        do throws(ToolProblem) {
            let there = try EditMatcher.apply(TextEdit(old: old, new: marker), to: bytes)
            #expect(isOnce && there.layer == .exact)
            // Several lines without indentation in the place of one that has some are indented.
            guard !old.contains("\n") else { return }
            #expect(try EditMatcher.apply(TextEdit(old: marker, new: old), to: there.bytes).bytes == bytes)
        } catch {
            #expect(!isOnce, "\(error)")
        }
    }

    @Test(.timeLimit(.minutes(1))) func `repetition and length cost no more than reading`() {
        let long = String(repeating: "ab", count: 500_000)
        checkRefused(long + "\n", String(repeating: "ab", count: 1_000) + "c", "x", says: "not in the file")
        let many = String(repeating: "x\n", count: 5_000)
        checkRefused(many, String(repeating: "  x\n", count: 2_500) + "y\n", "z\n", says: "not in the file")
        checkRefused(many, String(repeating: "  x\n", count: 2_500), "z\n", says: "found at least 40 times")
        let wide = (0..<5_000).map { "line \($0) " + String(repeating: "w", count: 150) }.joined(separator: "\n")
        checkRefused(wide, "line nowhere " + String(repeating: "v", count: 150), "x", says: "not in the file")
        let spread = (0..<5_000).map { $0 % 2 == 0 ? "begin" : "end" }.joined(separator: "\n")
        checkRefused(spread, "begin\nq\nend\nq\nend\n", "x\n", says: "not in the file")
    }
}
