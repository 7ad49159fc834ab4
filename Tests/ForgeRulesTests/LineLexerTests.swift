// That code, comments and strings are told apart, line after line: each test shows its text with what is code kept and everything else masked.

import ForgeCore
import Testing

@testable import ForgeRules

@Suite struct LineLexerTests {
    /// Code as it is, `c` for a byte of a comment, `s` for one of a string; blanks stay.
    private func masked(_ text: String, _ language: Language) -> String {
        var lexer = LineLexer(language)
        let lines = Array(text.utf8).split(separator: Byte.newline, omittingEmptySubsequences: false)
        return lines.map { line in
            var classes: [LexicalClass] = []
            lexer.classify(line, into: &classes)
            #expect(classes.count == line.count)
            let shown = zip(line, classes).map { byte, kind in
                Byte.isSpace(byte) ? byte : kind == .code ? byte : UInt8(ascii: kind == .comment ? "c" : "s")
            }
            return String(decoding: shown, as: UTF8.self)
        }.joined(separator: "\n")
    }

    @Test(arguments: [
        (Language.swift, "let a = \"x\" // y", "let a = sss cc c"),
        (.swift, "let a = \"x \\(f(\"y\")) z\" + b", "let a = ss ssf(sss)s ss + b"),
        (.swift, "let a = #\"a\"b\"# + c", "let a = sssssss + c"),
        (.swift, "let a = \"\"\"\n  x // y\n  \"\"\"; b", "let a = sss\n  s ss s\n  sss; b"),
        (.swift, "a /* b /* c */ d */ e", "a cc c cc c cc c cc e"),
        (.swift, "let `it's` = 1 // a", "let `it's` = 1 cc c"),
        (.python, "a = 'x' # y", "a = sss c c"),
        (.python, "a = \"\"\"x\ny # z\n\"\"\" + b", "a = ssss\ns s s\nsss + b"),
        (.python, "a = 'it\\'s' + b", "a = sssssss + b"),
        (.javascript, "a = `x ${b + `y`} z` + c", "a = ss ssb + ssss ss + c"),
        (.javascript, "a = b / c / d // e", "a = b / c / d cc c"),
        (.javascript, "a = /[/'\"]/.test(b) // c", "a = sssssss.test(b) cc c"),
        (.javascript, "return /'/.test(a)", "return sss.test(a)"),
        (.typescript, "const a = 'x' /* y", "const a = sss cc c"),
        (.go, "a := `x\n\"y\n` + b // c", "a := ss\nss\ns + b cc c"),
        (.rust, "fn f<'a>(x: &'a str) { 'x'; b'\\''; }", "fn f<'a>(x: &'a str) { sss; bssss; }"),
        (.rust, "let a = r#\"x\"y\"# + b", "let a = ssssssss + b"),
        (.cpp, "a = R\"x(b)\" )x\" + 1'000 + 'c'", "a = sssssss sss + 1'000 + sss"),
        (.ruby, "a = \"x #{b} y\" # z", "a = ss ssbs ss c c"),
        (.ruby, "a = <<~TEXT\n  # x\nTEXT\nb", "a = sssssss\n  s s\nssss\nb"),
        (.shell, "echo a#b '#' # c", "echo a#b sss c c"),
        (.yaml, "a: don't # b\nc: '# d'", "a: don't c c\nc: ss ss"),
        (.dockerfile, "# a\nRUN echo # b", "c c\nRUN echo # b"),
        (.sql, "SELECT 'it''s' -- x", "SELECT sssssss cc c"),
        (.terraform, "a = \"x${b}\" # c", "a = ssssbss c c"),
        (.html, "<a> <!-- b\n--> c", "<a> cccc c\nccc c"),
        (.prose, "let a = 1", "ccc c c c"),
        (.other, "let a = \"1\" # b", "let a = \"1\" # b"),
    ])
    func `code, comments and strings are told apart`(language: Language, text: String, expected: String) {
        #expect(masked(text, language) == expected, "\(language)")
    }

    @Test func `a string that is not closed ends with its line`() {
        #expect(masked("a = \"x\nb = 1", .java) == "a = ss\nb = 1")
    }

    private func classes(_ lines: [String], _ language: Language) -> [LexicalClass?] {
        let hunk = Hunk(
            oldStart: 10, newStart: 10,
            lines: lines.enumerated().map { DiffLine(.added, old: nil, new: 10 + $0, text: Array($1.utf8)[...]) })
        let text = ChangedText([hunk], side: .added, language: language)
        return text.lines.map { line in
            line.bytes.first { !Byte.isSpace(text.bytes[$0]) }.map { text.classes[$0] }
        }
    }

    @Test func `a hunk that begins inside a comment is a comment up to its end`() {
        #expect(classes([" * sleeps", " */", "sleep()"], .java) == [.comment, .comment, .code])
        #expect(classes(["a * b", "\"*/\""], .java) == [.code, .string])
    }

    @Test func `a hunk that begins inside a docstring is a string up to its end`() {
        #expect(classes(["eval is not used.", "\"\"\"", "eval(a)"], .python) == [.string, .string, .code])
        #expect(classes(["def f():", "    \"\"\"Says x.\"\"\"", "eval(a)"], .python) == [.code, .string, .code])
    }

    @Test func `what one hunk leaves open does not reach the next`() {
        let first = Hunk(oldStart: 1, newStart: 1, lines: [DiffLine(.added, old: nil, new: 1, text: Array("a = '''x".utf8)[...])])
        let second = Hunk(oldStart: 9, newStart: 9, lines: [DiffLine(.added, old: nil, new: 9, text: Array("b".utf8)[...])])
        let text = ChangedText([first, second], side: .added, language: .python)
        #expect(text.classes(of: 1).first == .code)
    }

    /// Doubling the text may double the work, no more: openings that never close are the worst there is.
    @Test(arguments: ["\"", "\"\\(", "`${", "/*", "'''", "<<A", "R\"(", "#{\"", "/[", "r#", "#", "<", "' "])
    func `a hostile line takes time in its length`(part: String) {
        for language in [Language.swift, .javascript, .python, .rust, .cpp, .ruby] {
            let short = time(part, 2_000, language)
            let long = time(part, 16_000, language)
            // Quadratic work would take 64 times as long, and minutes; a busy machine may be slow for a moment.
            #expect(long < max(short * 30, .seconds(3)), "\(language)")
        }
    }

    private func time(_ part: String, _ count: Int, _ language: Language) -> Duration {
        let line = Array(repeatElement(part, count: count).joined().utf8)[...]
        return ContinuousClock().measure {
            var lexer = LineLexer(language)
            var classes: [LexicalClass] = []
            lexer.classify(line, into: &classes)
            #expect(classes.count == line.count)
        }
    }
}
