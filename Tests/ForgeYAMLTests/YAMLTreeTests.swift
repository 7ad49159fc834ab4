// Texts and the trees they become. One `check` compares a tree in a short notation, `line:column` before each value.

import ForgeYAML
import Testing

private func check(_ text: String, _ expected: String) throws {
    #expect(shown(try parseYAML(text)) == expected)
}

/// `1:1{a@1:1=1:4 5}`: a mapping at 1:1 whose key `a` at 1:1 holds the plain scalar 5 at 1:4. Quoted text is in quotes.
private func shown(_ node: YAMLNode) -> String {
    let place = "\(node.position.line):\(node.position.column)"
    switch node.content {
    case .scalar(let scalar): return place + " " + (scalar.style == .plain ? scalar.text : "'\(scalar.text)'")
    case .sequence(let elements): return place + "[" + elements.map(shown).joined(separator: ", ") + "]"
    case .mapping(let entries):
        let parts = entries.map { "\($0.key)@\($0.position.line):\($0.position.column)=\(shown($0.value))" }
        return place + "{" + parts.joined(separator: ", ") + "}"
    }
}

@Test func `a mapping keeps its order and every place`() throws {
    try check("b: 1\na:\n  c: x\n  d: [1, 'two']\n", "1:1{b@1:1=1:4 1, a@2:1=3:3{c@3:3=3:6 x, d@4:3=4:6[4:7 1, 4:10 'two']}}")
}

@Test func `lists in blocks, lists of mappings, comments and document markers`() throws {
    try check(
        "# first\n---\n- name: a\n  kind: b\n- 2\n...\n", "3:1[3:3{name@3:3=3:9 a, kind@4:3=4:9 b}, 5:3 2]")
}

@Test func `an empty text, a comment and an empty document are null`() throws {
    try check("", "1:1 ")
    try check("# nothing\n", "1:1 ")
    try check("---\n", "2:1 ")
}

@Test func `block text, escapes and folded lines are quoted text`() throws {
    try check("|\n  a\n  b\n", "1:1 'a\nb\n'")
    try check("'it''s'", "1:1 'it's'")
    try check(#""a\tb\u00fc\0c""#, "1:1 'a\tbü\0c'")
    try check(">-\n  a\n  b\n", "1:1 'a b'")
}

@Test func `columns count characters, not bytes`() throws {
    try check("ü: [é, x]", "1:1{ü@1:1=1:4[1:5 é, 1:8 x]}")
}

@Test func `an alias stands for its anchor's value, with the place of the alias`() throws {
    try check("a: &x [1]\nb: *x\n", "1:1{a@1:1=1:4[1:8 1], b@2:1=2:4[1:8 1]}")
    try check("a: &x 1\nb: &x 2\nc: *x\n", "1:1{a@1:1=1:4 1, b@2:1=2:4 2, c@3:1=3:4 2}")
}

@Test func `a text tag makes text of anything`() throws {
    try check("[!!str 5, ! 6, 7]", "1:1[1:2 '5', 1:11 '6', 1:16 7]")
}

@Test func `tabs between values are only space`() throws {
    try check("a:\t1\t# one\n", "1:1{a@1:1=1:4 1}")
}

@Test func `line ends of Windows are line ends`() throws {
    try check("a: 1\r\nb: 2\r\n", "1:1{a@1:1=1:4 1, b@2:1=2:4 2}")
}
