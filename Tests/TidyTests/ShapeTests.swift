// That every file has the shape of the house, and that each rule of shape catches what breaks it.

import Testing

@Suite struct ShapeTests {
    @Test func `no file is too long`() {
        expectNone(Project.sources.flatMap { problemsWithLength(path: $0.path, lines: $0.lineCount) })
        expectNone(
            Project.files.filter(\.isC).flatMap { file in
                problemsWithLength(path: file.path, lines: file.bytes.count { $0 == UInt8(ascii: "\n") })
            })
    }

    @Test func `no function is too long`() {
        expectNone(Project.sources.flatMap { problemsWithFunctions($0) })
    }

    @Test func `every file opens by saying what it is`() {
        expectNone(Project.files.filter { $0.isSwift || $0.isC }.flatMap { problemsWithHeader(path: $0.path, text: $0.text) })
    }

    @Test func `nothing is called for being anything`() {
        expectNone(Project.sources.flatMap { problemsWithNames($0) })
    }
}

@Suite struct ShapeRuleTests {
    private func bodies(_ text: String) -> [FunctionBody] { functionBodies(SwiftSource(text)) }

    @Test func `a file above the limit is caught`() {
        #expect(problemsWithLength(path: "A.swift", lines: 600) == [])
        #expect(problemsWithLength(path: "A.swift", lines: 601).count == 1)
    }

    @Test(arguments: [
        "func f()", "func `f {`() async throws -> [Int]", "init?(a: Int)", "deinit", "subscript(i: Int) -> Int",
        "func f<T>(_ g: () -> T = { 1 })",
    ])
    func `a function above the limit is caught`(head: String) {
        func text(_ lines: Int) -> String { head + " {\n" + String(repeating: "if a { b() }\n", count: lines - 2) + "}" }
        #expect(problemsWithFunctions(SwiftSource(text(70))) == [])
        #expect(problemsWithFunctions(SwiftSource(text(71))).count == 1)
    }

    @Test func `a requirement has no body to take from what follows`() {
        let text = "protocol P {\n func a() throws(E)\n var b: Int { get }\n func c(_ d: Int) -> [Int]\n init(e: Int)\n}\nfunc f() {\n}"
        #expect(bodies(text) == [FunctionBody(name: "f", first: 7, last: 8)])
    }

    @Test func `calling an initializer declares none`() {
        #expect(bodies("let a = B.init(c) { d }\nsuper.init(e)\n") == [])
    }

    @Test func `a nested function is measured for itself and for the one around it`() {
        #expect(bodies("func a() {\n func b() {\n }\n}").map { $0.last - $0.first + 1 } == [4, 2])
    }

    @Test(arguments: [
        "import A\n", "\n// A paragraph after an empty line.\nimport A\n", "/// A doc comment says what the type is.\nimport A\n",
        "// swift-tools-version: 6.2 and nothing else\nimport A\n", "// Too short.\nimport A\n", "",
    ])
    func `a file that does not say what it is is caught`(text: String) {
        #expect(problemsWithHeader(path: "A.swift", text: text).count == 1)
    }

    @Test(arguments: [
        "// Owns one connection; never two.\n\nimport A\n", "// swift-tools-version: 6.2\n// Targets stand in order.\nimport A\n",
    ])
    func `a file that says what it is passes`(text: String) {
        #expect(problemsWithHeader(path: "A.swift", text: text) == [])
    }

    @Test(arguments: [
        ("Sources/A/Store.swift", "struct StoreManager {}"), ("Sources/A/Store.swift", "enum TextUtils {}"),
        ("Sources/A/Helpers.swift", ""), ("Sources/A/Store+Common.swift", ""), ("Sources/A/A.swift", "final class HelperFactory {}"),
    ])
    func `a name that says nothing is caught`(path: String, text: String) {
        #expect(problemsWithNames(SwiftSource(path: path, text)).count == 1)
    }

    @Test(arguments: [
        "struct Commons {}", "let fileManager = FileManager.default", "// class Manager", "struct Managed {}", "final class A {}",
    ])
    func `a name that only looks alike passes`(text: String) {
        #expect(problemsWithNames(SwiftSource(text)) == [])
    }
}
