// What is refused, with the place and the sentence a person gets; and that no text of bounded size costs unbounded work.

import ForgeYAML
import Testing

private func check(_ text: String, limits: YAMLLimits = YAMLLimits(), _ expected: String) {
    check(Array(text.utf8), limits: limits, expected)
}

private func check(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits(), _ expected: String) {
    do {
        let node = try parseYAML(bytes, limits: limits)
        Issue.record("accepted as \(node)")
    } catch {
        #expect("\(error)" == expected)
    }
}

private func limits(_ change: (inout YAMLLimits) -> Void) -> YAMLLimits {
    var limits = YAMLLimits()
    change(&limits)
    return limits
}

@Test func `bytes that are not UTF-8 are named by their place`() {
    check([0x61, 0x3a, 0x20, 0xc3, 0xbc, 0x0a, 0x62, 0xff], "line 2, column 2: bytes that are not UTF-8: save the file as UTF-8")
    check([0xff], "line 1, column 1: bytes that are not UTF-8: save the file as UTF-8")
    check([0x61, 0xe2, 0x82], "line 1, column 2: bytes that are not UTF-8: save the file as UTF-8")
}

@Test func `byte order marks are refused with what to do`() {
    check([0xef, 0xbb, 0xbf, 0x61], "line 1, column 1: a byte order mark (BOM) stands before the text: save the file as UTF-8 without one")
    check([0xff, 0xfe, 0x61, 0x00], "line 1, column 1: this is UTF-16: save the file as UTF-8")
    check([0xfe, 0xff, 0x00, 0x61], "line 1, column 1: this is UTF-16: save the file as UTF-8")
}

@Test func `a tab that indents is named as such`() {
    check("a:\n\tb: 1\n", "line 2, column 1: a tab cannot indent YAML: use spaces")
    check("ü: 1\na:\n\tb: 1\n", "line 3, column 1: a tab cannot indent YAML: use spaces")
    check("- a\n\t- b\n", "line 2, column 1: a tab cannot indent YAML: use spaces")
    check("a:\n  b: 1\n\tc: 2\n", "line 3, column 1: a tab cannot indent YAML: use spaces")
}

@Test func `mistakes that people make get a sentence each`() {
    check("a: b: c", "line 1, column 5: a ':' does not fit here: quote a value that contains ': ', and check the indentation")
    check("a: @x", "line 1, column 4: a value cannot begin with this character: put it in quotes")
    check("a: 1\nb\nc: 2\n", "line 3, column 1: a key without ':' after it")
    check("a: [1, 2\nb: 3\n", "line 2, column 2: did not find expected ',' or ']'")
    check("a: \"x\n", "line 2, column 1: found unexpected end of stream")
    check("a: 1\n  b: 2\n", "line 2, column 4: a ':' does not fit here: quote a value that contains ': ', and check the indentation")
    check(
        "a: 'x' y\n",
        "line 1, column 8: a key does not stand where the others do: check the indentation, and any quotes or brackets before it")
    check("- a\nb: 1\n", "line 2, column 1: a list goes on here without '- '")
    check("a: \u{1}\n", "line 1, column 4: a control character, which YAML does not allow")
}

@Test func `a second document is refused where it begins`() {
    check("a: 1\n---\nb: 2\n", "line 2, column 1: a second document begins here: there may be only one")
}

@Test func `every key written twice is reported, with both lines`() {
    check(
        "a: 1\nb:\n  c: 1\n  'c': 2\na: 3\na: 4\n",
        """
        line 4, column 3: this key is already on line 3
        line 5, column 1: this key is already on line 1
        line 6, column 1: this key is already on line 1
        """)
}

@Test func `keys that are not text, and tags, are refused`() {
    check("? [a]\n: 1\n", "line 1, column 3: a key is text, not a list or a mapping")
    check("a: !!python/object x\n", "line 1, column 4: a tag, which is not supported here: write the value without it")
    check("a: !!set {x}\n", "line 1, column 4: a tag, which is not supported here: write the value without it")
    check("a: !!int 5\n", "line 1, column 4: a tag, which is not supported here: write the value without it")
}

@Test func `an alias needs a finished anchor`() {
    check("a: *x", "line 1, column 4: no anchor of this alias's name comes before it")
    check("a: &x [1, *x]", "line 1, column 11: this alias stands inside the value it stands for")
}

@Test func `each limit holds exactly`() throws {
    _ = try parseYAML("[[1]]", limits: limits { $0.depthMax = 2 })
    check("[[[1]]]", limits: limits { $0.depthMax = 2 }, "line 1, column 4: more than 2 levels deep")
    _ = try parseYAML("{a: 1}", limits: limits { $0.nodesMax = 3 })
    check("{a: 1}", limits: limits { $0.nodesMax = 2 }, "line 1, column 5: more than 2 values")
    _ = try parseYAML("[&a 1, *a]", limits: limits { $0.aliasesMax = 1 })
    check("[&a 1, *a, *a]", limits: limits { $0.aliasesMax = 1 }, "line 1, column 12: more than 1 aliases")
    _ = try parseYAML("abc", limits: limits { $0.bytesMax = 3 })
    check("abcd", limits: limits { $0.bytesMax = 3 }, "line 1, column 1: 4 bytes are more than the 3 allowed")
}

@Test func `an alias counts as all it stands for`() throws {
    // Six values before the alias, and three more that it stands for.
    _ = try parseYAML("{a: &x [1, 2], b: *x}", limits: limits { $0.nodesMax = 9 })
    check("{a: &x [1, 2], b: *x}", limits: limits { $0.nodesMax = 8 }, "line 1, column 19: more than 8 values")
    check("[&x [1], [*x]]", limits: limits { $0.depthMax = 2 }, "line 1, column 11: more than 2 levels deep")
}

@Test func `ten lines that would become a milliard values are refused`() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<10 {
        let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
        text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    check(text, "line 5, column 45: more than 100000 values")
}

@Test(.timeLimit(.minutes(5)), arguments: ["[", "{a: ", "- ", "? ", "&a ", "*a ", "\"", "!!a ", "a: [", "-\n", "|\n"])
func `a megabyte of the same opening ends at once`(opening: String) {
    let text = String(repeating: opening, count: (1 << 20) / opening.utf8.count)
    _ = try? parseYAML(text)  // Refused or read: what counts is that it comes back.
}
