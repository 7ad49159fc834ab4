// That every text of the project is clean, and that each rule of text catches what is not.

import Testing

@Suite struct TextTests {
    private let texts = Project.files.filter { $0.isText && !$0.isFixture }

    @Test func `texts end in one newline and hold no tabs or trailing white space`() {
        expectNone(texts.filter { $0.path != "LICENSE" }.flatMap { problemsWithEndings(path: $0.path, text: $0.text) })
    }

    @Test func `no text names a path of one machine`() {
        expectNone(texts.flatMap { problemsWithMachinePaths(path: $0.path, text: $0.text) })
    }

    @Test func `no note to self is without its issue`() {
        // Prose may speak of such notes; code and settings may only write one.
        expectNone(texts.filter { !$0.isMarkdown }.flatMap { problemsWithNotes(path: $0.path, text: $0.text) })
    }

    @Test func `no file is a blob`() {
        expectNone(Project.files.flatMap { problemsWithSize(path: $0.path, bytes: $0.bytes.count) })
    }

    @Test func `the rules see the project`() {
        #expect(Project.files.contains { $0.path == "Package.swift" })
        #expect(Project.sources.contains { $0.path == "Tests/TidyTests/TextTests.swift" })
    }

    @Test func `without git the tree gives the same Swift files`() {
        func swift(_ paths: [String]) -> Set<String> { Set(paths.filter { $0.hasSuffix(".swift") }) }
        #expect(swift(Project.treePaths()).isSuperset(of: swift(Project.paths).filter { Project.exists($0) }))
        #expect(!Project.treePaths().contains { $0.hasPrefix(".build/") || $0.hasPrefix(".git/") })
    }
}

@Suite struct TextRuleTests {
    @Test(arguments: ["a", "a\n\n", "\n", "a \n", "a\t\n", "\ta\n", "a\r\n"])
    func `an unclean text is caught`(text: String) {
        #expect(!problemsWithEndings(path: "A.swift", text: text).isEmpty)
    }

    @Test(arguments: [("A.swift", "a\n\nb\n"), ("A.swift", ""), ("Makefile", "a:\n\tb\n")])
    func `a clean text passes`(path: String, text: String) {
        #expect(problemsWithEndings(path: path, text: text) == [])
    }

    @Test func `a path of one machine is caught, and the end of another path is not`() {
        for path in TextRules.machinePaths {
            #expect(problemsWithMachinePaths(path: "A", text: "x\n\(path)me\n") == ["A:2: \(path)… is a path of one machine"])
            #expect(problemsWithMachinePaths(path: "A", text: "cd \"\(path)me\"").count == 1)
            #expect(problemsWithMachinePaths(path: "A", text: "https://example.com\(path)me") == [])
            #expect(problemsWithMachinePaths(path: "A", text: "$x\(path) and =\(path)").count == 1)
        }
    }

    @Test func `a note without its issue is caught`() {
        for note in TextRules.notes {
            #expect(problemsWithNotes(path: "A", text: "// \(note): later").count == 1)
            #expect(problemsWithNotes(path: "A", text: "// \(note)(#) later").count == 1)
            #expect(problemsWithNotes(path: "A", text: "// \(note)(#12): later, \(note)").count == 1)
            #expect(problemsWithNotes(path: "A", text: "// \(note)(#12): later") == [])
            #expect(problemsWithNotes(path: "A", text: "// MAS\(note)N") == [])
        }
    }

    @Test func `a blob is caught`() {
        #expect(problemsWithSize(path: "A", bytes: 400_000) == [])
        #expect(problemsWithSize(path: "A", bytes: 400_001).count == 1)
    }
}
