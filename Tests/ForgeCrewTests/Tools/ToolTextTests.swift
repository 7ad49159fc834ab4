// What a model is shown: bounded, numbered, nothing hidden, no secret, and never a number of another line.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeCrew

struct ToolTextTests {
    private let plain = ToolText { $0 }

    @Test func `what a terminal would obey or nobody would see is written in letters`() {
        #expect(ShownText.text(Array("a\u{1B}[31mred\u{7}\tb\r\nc\rd\n".utf8)) == "a\\u{1b}[31mred\\u{7}\tb\nc\\u{d}d\n")
        #expect(ShownText.line("x\u{202E}y\u{200B}z\u{FEFF}\u{E0041}") == "x\\u{202e}y\\u{200b}z\\u{feff}\\u{e0041}")
        #expect(ShownText.line([0x61, 0xFF, 0xC3, 0x28, 0xE2, 0x82, 0x62][...]) == "a\\xff\\xc3(\\xe2\\x82b")
        #expect(ShownText.line("👩‍👧 ❤️ grüße 日本 e\u{301}") == "👩‍👧 ❤️ grüße 日本 e\u{301}")
        // A message in a row of selectors is no picture.
        #expect(ShownText.line("a\u{FE0F}👍\u{FE0F}\u{FE0E}\u{FE0E}") == "a\\u{fe0f}👍\u{FE0F}\\u{fe0e}\\u{fe0e}")
        #expect(ShownText.line("a\nb\u{A0}c\u{2028}") == "a\\u{a}b\\u{a0}c\\u{2028}")
    }

    @Test(arguments: UInt64(0)..<200) func `no bytes whatever leave anything hidden in the text`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bytes = (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let shown = ShownText.text(bytes)
        #expect(!shown.unicodeScalars.contains { $0.isHidden && $0 != "\n" && $0 != "\t" })
        let ascii = bytes.filter { $0 < 0x80 }
        #expect(ascii != bytes || shown.utf8.count >= bytes.count - bytes.count { $0 == 0x0D })
    }

    @Test func `a long text keeps its head and its tail, and says what is between`() {
        let lines = (1...3_000).map { "line \($0)\n" }.joined()
        let cut = Clipping().clip(lines, hint: "look elsewhere")
        #expect(cut.hasPrefix("line 1\nline 2\n") && cut.hasSuffix("line 3000\n"))
        #expect(cut.unicodeScalars.count <= 10_200)
        let note = cut.split(separator: "\n").filter { $0.hasPrefix("[…") }
        #expect(note.count == 1 && note[0].contains("lines) are left out here; look elsewhere"))
        let kept = cut.split(separator: "\n").filter { $0.hasPrefix("line ") }
        #expect(kept.allSatisfy { Int($0.dropFirst(5)) != nil })
        #expect(Clipping().clip("short", hint: "") == "short")
        let wide = String(repeating: "ü", count: 9_999)
        #expect(Clipping().clip(wide, hint: "") == wide)
        let one = Clipping().clip(String(repeating: "x", count: 1_000_000), hint: "h")
        #expect(one.contains("990000 characters are left out") && one.unicodeScalars.count < 10_200)
    }

    @Test func `a file is shown with the numbers of its lines, and what is odd about it`() throws {
        let path = RepositoryPath("src/a.py")
        #expect(try plain.file(path, Array("one\n\ttwo\n".utf8)) == "src/a.py: 2 lines\n     1\tone\n     2\t\ttwo\n")
        #expect(try plain.file(path, Array("a\nb\nc\n".utf8), from: 2, to: 9) == "src/a.py: lines 2-3 of 3\n     2\tb\n     3\tc\n")
        #expect(
            try plain.file(path, [0xEF, 0xBB, 0xBF] + Array("a\r\nb".utf8))
                == "src/a.py: 2 lines; its lines end in CRLF; it begins with a byte order mark; its last line has no line end\n     1\ta\n     2\tb\n"
        )
        #expect(try plain.file(path, Array("a\r\nb\n".utf8)).contains("1 of its lines end in CRLF"))
        #expect(try plain.file(path, []) == "src/a.py is empty.\n")
        #expect(throws: ToolProblem("'src/a.py' has 1 lines; there is none with the number 2.")) { try plain.file(path, [0x61], from: 2) }
        #expect(throws: ToolProblem("'src/a.py' is a binary file of 3 bytes; it cannot be shown as text.")) {
            try plain.file(path, [1, 0, 2])
        }
    }

    @Test func `a long file shows whole lines of both ends, and which lines are missing`() throws {
        let bytes = Array((1...5_000).map { "text of line \($0)\n" }.joined().utf8)
        let shown = try plain.file(RepositoryPath("a"), bytes)
        #expect(shown.unicodeScalars.count <= 10_300)
        var numbers: [Int] = []
        for line in shown.split(separator: "\n").dropFirst() where !line.hasPrefix("[…") {
            let parts = line.split(separator: "\t")
            let number = try #require(Int(parts[0].drop { $0 == " " }))
            #expect(parts[1] == "text of line \(number)")
            numbers.append(number)
        }
        let gap = try #require(zip(numbers, numbers.dropFirst()).first { $1 != $0 + 1 })
        #expect(shown.contains("[… lines \(gap.0 + 1)-\(gap.1 - 1) are left out here; read them with from_line and to_line …]"))
        #expect(numbers.first == 1 && numbers.last == 5_000)
    }

    @Test(.timeLimit(.minutes(1))) func `a line of a million characters is cut`() throws {
        let bytes = Array(repeating: UInt8(ascii: "x"), count: 1_000_000) + Array("\nend\n".utf8)
        let shown = try plain.file(RepositoryPath("a"), bytes)
        #expect(shown.utf8.count < 10_500 && shown.contains("more characters in this line]") && shown.hasSuffix("     2\tend\n"))
        let match = WorkMatches(matches: [WorkMatch(path: RepositoryPath("a"), line: 1, text: bytes)], isCut: false, filesSearched: 1)
        #expect(plain.matches(match).utf8.count < 1_000)
        #expect(plain.text(bytes, hint: "h").utf8.count < 10_500)
    }

    @Test func `secrets are taken out before anything is cut`() throws {
        let secret = "hunter2"
        let text = ToolText(clipping: Clipping(charactersMax: 200, lineCharactersMax: 20)) { bytes in
            Array(String(decoding: bytes, as: UTF8.self).replacing(secret, with: "[redacted:x]").utf8)
        }
        let shown = text.text(Array((String(repeating: "y", count: 16) + secret + "\n").utf8), hint: "h")
        #expect(!shown.contains("hunt"))
        #expect(try text.file(RepositoryPath("a"), Array("key \(secret)\n".utf8)).contains("key [redacted:x]"))
        #expect(!text.redacted("the nearest passage is \(secret)").contains(secret))
    }

    @Test func `matches stand under their files, and a listing says what each thing is`() {
        func match(_ path: String, _ line: Int, _ text: String) -> WorkMatch {
            WorkMatch(path: RepositoryPath(path), line: line, text: Array(text.utf8))
        }
        let found = WorkMatches(
            matches: [match("a.py", 1, "x = 1"), match("a.py", 9, "\u{1B}x"), match("b.py", 2, "x")], isCut: true, filesSearched: 12)
        #expect(
            plain.matches(found) == """
                3 lines in 2 of 12 files, and there are more: narrow the pattern, the path or the globs.

                a.py
                     1\tx = 1
                     9\t\\u{1b}x

                b.py
                     2\tx

                """)
        var unread = WorkMatches(matches: [], isCut: false, filesSearched: 3, filesUnread: 1)
        #expect(plain.matches(WorkMatches(matches: [], isCut: false, filesSearched: 1)) == "Nothing matches in 1 file.\n")
        #expect(
            plain.matches(WorkMatches(matches: [], isCut: false, filesSearched: 0)).hasPrefix("No file was searched: none is there that"))
        #expect(plain.matches(unread) == "Nothing matches in 3 files. 1 file could not be read, and may hold more.\n")
        unread.matches = [match("a.py", 1, "x")]
        unread.filesUnread = 2
        #expect(plain.matches(unread).hasPrefix("1 line in 1 of 3 files. 2 files could not be read, and may hold more.\n\n"))
        let entries = [
            WorkEntry(path: RepositoryPath("src"), kind: .folder, size: 0),
            WorkEntry(path: RepositoryPath("src/run"), kind: .executable, size: 12),
            WorkEntry(path: RepositoryPath("src/l\u{1B}"), kind: .symlink, size: 0),
            WorkEntry(path: RepositoryPath("z"), kind: .file, size: 123_456),
        ]
        #expect(plain.list(entries, isCut: false) == "src/\nsrc/run  12 bytes, executable\nsrc/l\\u{1b} (symlink)\nz  123 kB\n")
    }

    @Test func `lines of ctags become symbols, and what is none is left out`() {
        let output = """
            ctags: Notice: No options will be read from files or environment
            {"_type": "tag", "name": "P", "path": "./a.py", "line": 1, "kind": "class", "end": 3}
            {"_type": "tag", "name": "m", "path": "./a.py", "line": 2, "kind": "member", "signature": "(self, a)", "scope": "P", "scopeKind": "class", "end": 3}
            {"_type": "tag", "name": "evil", "path": "/etc/passwd", "line": 1, "kind": "class"}
            {"_type": "ptag", "name": "JSON_OUTPUT_VERSION", "path": "0.0"}
            {"_type": "tag", "name": "noline", "path": "./a.py"}
            {"_type": "tag", "name": "cut
            """
        let symbols = SymbolReader.read(Array(output.utf8), of: [RepositoryPath("a.py")])
        #expect(symbols.map(\.name) == ["P", "m"])
        #expect(
            plain.outline(RepositoryPath("a.py"), symbols) == "a.py\n     1\tclass P (to line 3)\n     2\t  member m(self, a) (to line 3)\n"
        )
        #expect(plain.symbols("m", symbols.filter { $0.name == "m" }) == "a.py:2  member m(self, a) (to line 3), in P\n")
        #expect(SymbolReader.input([RepositoryPath("-x"), RepositoryPath("a\nb"), RepositoryPath("c d")]) == Array("./-x\n./c d\n".utf8))
    }

    @Test func `a diff is shown for what was asked alone`() {
        func change(_ path: String) -> FileChange {
            FileChange(
                kind: .added, old: nil, new: FileSide(path: RepositoryPath(path)),
                hunks: [Hunk(oldStart: 0, newStart: 1, lines: [DiffLine(.added, old: nil, new: 1, text: Array("x".utf8)[...])])])
        }
        let diff = Diff(files: [change("src/a"), change("srcb")])
        let shown = plain.diff(diff, beneath: RepositoryPath("src"))
        #expect(shown.hasPrefix("1 file changed, 1 lines added, 0 removed.\n\ndiff --git a/src/a b/src/a\n") && !shown.contains("srcb"))
        #expect(plain.diff(Diff(), beneath: nil) == "Nothing was changed.\n")
    }
}
