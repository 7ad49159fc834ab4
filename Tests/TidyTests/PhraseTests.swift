// That the product says none of the banned phrases, and that each of them is caught.

import Testing

@Suite struct PhraseTests {
    @Test func `the product says no banned phrase`() {
        expectNone(Project.sources.flatMap { problemsWithPhrases($0) })
    }

    @Test func `what needs a proof carries its comment`() {
        expectNone(Project.sources.flatMap { problemsWithoutComment($0) })
    }

    @Test func `every exception names a place that exists`() {
        let places = PhraseRules.banned.flatMap(\.exceptions).map(\.place)
        expectNone(Set(places).sorted().filter { !Project.exists($0) }.map { "PhraseRules.swift: the exception for \($0) is for nothing" })
    }
}

@Suite struct PhraseRuleTests {
    private func caught(_ text: String, path: String = "Sources/ForgeCore/Example.swift") -> [String] {
        problemsWithPhrases(SwiftSource(path: path, text))
    }

    @Test(arguments: [
        "let now = Date()", "let now = Foundation.Date()", "let now = Date.now", "let id = UUID()", "let n = Int.random(in: 0..<5)",
        "var g = SystemRandomNumberGenerator()", "try await Task.sleep(for: .seconds(1))", "Thread.sleep(forTimeInterval: 1)", "usleep(5)",
        "sleep(1)", "Task { await run() }", "Task  {\n}", "Task(priority: .high) { }", "Task.detached { }", "fatalError()",
        "let a = try! f()",
        "let a = b as! C", "print(a)", "private static var shared = 1",
    ])
    func `a banned phrase is caught`(text: String) {
        #expect(caught(text).count == 1)
        #expect(caught(text, path: "Webhooks/GitHub/Example.swift").count == 1)
        #expect(caught(text, path: "Tests/ForgeCoreTests/ExampleTests.swift") == [])
    }

    @Test(arguments: [
        "// Date()", "let text = \"try! f()\"", "let update = Update()", "try await clock.sleep(for: .seconds(1))",
        "func sleep(for duration: Duration) {}", "let n = Int.random(in: 0..<5, using: &generator)", "withTaskGroup { group in }",
        "let a = b as? C",
        "stream.print(a)", "static let a = 1", "@TaskLocal static var a: Int?", "static var none: Self { Self() }", "await Task.yield()",
    ])
    func `what is right passes`(text: String) {
        #expect(caught(text) == [])
    }

    @Test func `an exception holds in its place and nowhere else`() {
        #expect(caught("let n = Int.random(in: 0..<5)", path: "Sources/ForgeSystem/SystemClocks.swift") == [])
        #expect(caught("let n = Int.random(in: 0..<5)", path: "Sources/ForgeSystem/Files.swift").count == 1)
        #expect(caught("let n = Int.random(in: 0..<5)", path: "Sources/forge/main.swift").count == 1)
        #expect(caught("print(a)", path: "Sources/forge/Serve.swift") == [])
        #expect(caught("Task { }", path: "Sources/ForgeServer/Bridge.swift") == [])
        #expect(caught("Task { }", path: "Sources/forge/main.swift") == [])
    }

    @Test(arguments: ["let a = try? f()", "final class A: @unchecked Sendable {}", "nonisolated(unsafe) let a = 1"])
    func `what needs a proof is caught without its comment`(text: String) {
        #expect(problemsWithoutComment(SwiftSource(text)).count == 1)
        #expect(problemsWithoutComment(SwiftSource("// Not this: it is too far.\n\n" + text)).count == 1)
        #expect(problemsWithoutComment(SwiftSource(text + "  // Immutable after init.")) == [])
        #expect(problemsWithoutComment(SwiftSource("// Immutable after init.\n" + text)) == [])
        #expect(problemsWithoutComment(SwiftSource("/// Immutable after init.\n@safe\n" + text)) == [])
    }

    @Test func `neighbours share a proof, strangers do not`() {
        let phrase = "nonisolated(unsafe) let a = 1\n"
        #expect(problemsWithoutComment(SwiftSource("// Written once, before any reader.\n" + phrase + phrase)) == [])
        #expect(problemsWithoutComment(SwiftSource("// Written once, before any reader.\n" + phrase + "let b = 2\n" + phrase)).count == 1)
    }

    @Test func `tests owe a proof for what the compiler no longer checks, not for a dropped error`() {
        #expect(problemsWithoutComment(SwiftSource(path: "Tests/A/B.swift", "let a = try? f()")) == [])
        #expect(problemsWithoutComment(SwiftSource(path: "Tests/A/B.swift", "final class A: @unchecked Sendable {}")).count == 1)
    }
}
