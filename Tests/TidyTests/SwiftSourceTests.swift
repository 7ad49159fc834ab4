// That the reader of Swift text tells code from comments and strings; every other rule stands on it.

import Testing

private func words(_ text: String) -> [String] {
    SwiftSource(text).tokens.map { $0.kind == .string ? "'\($0.text)'" : $0.text }
}

@Test(arguments: [
    ("let a = b", ["let", "a", "=", "b"]),
    ("try? f()", ["try", "?", "f", "(", ")"]),
    ("a // try!\nb", ["a", "b"]),
    ("a /* try! /* as! */ still */ b", ["a", "b"]),
    ("a /* never closed", ["a"]),
    (#""as! // not a comment" b"#, ["'as! // not a comment'", "b"]),
    (#""say \"try!\"" b"#, [#"'say \"try!\"'"#, "b"]),
    (##"#"a "quoted" word"# b"##, [#"'a "quoted" word'"#, "b"]),
    (#""x \(try! f("y")) z" b"#, [#"'x \(try! f("y")) z'"#, "try", "!", "f", "(", "'y'", ")", "b"]),
    ("\"\"\"\n\"as!\"\n\"\"\" b", ["'\n\"as!\"\n'", "b"]),
    ("func `a try! b`() {}", ["func", "a try! b", "(", ")", "{", "}"]),
    ("#/a\"b/# c", ["c"]),
    ("#if DEBUG", ["#", "if", "DEBUG"]),
    ("\"never closed\nb", ["'never closed'", "b"]),
    ("\"ends in \\", ["'ends in \\'"]),
])
func `code is told from comments and strings`(text: String, expected: [String]) {
    #expect(words(text) == expected)
}

@Test func `lines are counted through comments and strings of many lines`() {
    let source = SwiftSource("/* one\ntwo */ a\n\"\"\"\nfour \\(\nb)\n\"\"\"\nc // seven\n")
    #expect(source.tokens.filter { $0.kind == .word }.map(\.line) == [2, 5, 7])
    #expect(source.comments.keys.sorted() == [1, 2, 7])
    #expect(source.lineCount == 7)
}

@Test(arguments: UInt64(0)..<50)
func `any text is read to its end`(seed: UInt64) {
    let pieces = ["\"", "\"\"\"", "#", "\\", "(", ")", "/*", "*/", "//", "`", "\n", "a", "\\(", "#/", "é"]
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    var text = ""
    for _ in 0..<200 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(state >> 33) % pieces.count]
    }
    #expect(
        SwiftSource(text).lineCount == text.split(separator: "\n", omittingEmptySubsequences: false).count - (text.hasSuffix("\n") ? 1 : 0))
}

@Test(arguments: [
    ("Sources/ForgeCore/Ports/Store.swift", "ForgeCore"),
    ("Webhooks/GitHub/Decode.swift", "ForgeWebhooks"),
    ("Tests/TidyTests/Problems.swift", "TidyTests"),
    ("Package.swift", nil),
])
func `a path names its module`(path: String, module: String?) {
    #expect(SwiftSource(path: path, "").module == module)
}
